"""A save in a worker that changes the dataset object fails the run; caches and connections may change."""

import sqlite3
from pathlib import Path

import kedro.io as theirs
import pytest
from kedro_datasets.json import JSONDataset as KedroJSON
from kedro_datasets.partitions import IncrementalDataset, PartitionedDataset
from kedro_datasets.pickle import PickleDataset as KedroPickle

import kedro_nb.io as ours
from kedro_nb.errors import DatasetError
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner

from .conftest import METHODS

BASES = {"ours": ours.AbstractDataset, "theirs": theirs.AbstractDataset}


@pytest.fixture(params=METHODS, scope="module")
def parallel(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEDRO_MP_CONTEXT", request.param)
        yield ParallelRunner(max_workers=2)


class Box:
    def __init__(self):
        self.content = []


def in_file(base, save_also, **attributes):
    """A dataset in a text file whose save also calls `save_also(self, data)`."""

    class InFile(base):
        store, number, engines = {}, 0, {}

        def __init__(self, filepath):
            self._filepath = Path(filepath)
            self.__dict__.update(attributes)

        def load(self):
            return self._filepath.read_text()

        def save(self, data):
            save_also(self, data)
            self._filepath.write_text(data)

        def _exists(self):
            return self._filepath.exists()

        def _describe(self):
            return {}

    return InFile


def append_by_closure():
    got = []

    def note(data):
        got.append(data)

    return note


# What a save does besides writing the file, and the attributes that it changes.
CHANGES = {
    "a new attribute": (lambda self, data: setattr(self, "last", data), {}),
    "an attribute": (lambda self, data: setattr(self, "last", data), {"last": None}),
    "a list": (lambda self, data: self.saved.append(data), {"saved": []}),
    "a count": (lambda self, data: setattr(self, "count", self.count + 1), {"count": 0}),
    "an object within": (lambda self, data: self.box.content.append(data), {"box": Box()}),
    "a bound method's list": (lambda self, data: self.note(data), {"note": [].append}),
    "a closure's list": (lambda self, data: self.note(data), {"note": append_by_closure()}),
}
# The same for what is on the class.
ON_THE_CLASS = {
    "a mapping": (lambda self, data: self.store.update({str(self._filepath): data}), {}),
    "a number": (lambda self, data: setattr(type(self), "number", self.number + 1), {}),
}
HARMLESS = {
    "nothing": (lambda self, data: None, {}),
    "the same": (lambda self, data: setattr(self, "options", dict(self.options)), {"options": {"a": [1]}}),
    "an equal set": (lambda self, data: setattr(self, "names", {8, 0}), {"names": {0, 8}}),
    "a cache": (lambda self, data: self._cache.update(last=data), {"_cache": {}}),
    "an engine": (lambda self, data: self.engines.update(a=Box()), {}),
    "options that are completed": (
        lambda self, data: self._save_args.update(indent=2),
        {"_save_args": {}},
    ),
    "a file system": (lambda self, data: setattr(self, "_fs", Box()), {"_fs": None}),
    "an open file": (
        lambda self, data: setattr(self, "handle", Path(__file__).open()),  # noqa: SIM115 - it stays open
        {"handle": None},
    ),
    "a connection": (lambda self, data: setattr(self, "db", sqlite3.connect(":memory:")), {"db": None}),
}


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("change", CHANGES | ON_THE_CLASS)
def test_a_save_that_changes_the_object_fails_and_names_the_two_marks(base, change, parallel, tmp_path):
    save_also, attributes = (CHANGES | ON_THE_CLASS)[change]
    kind = in_file(BASES[base], save_also, **attributes)
    catalog = ours.DataCatalog({"x": "text"}) if base == "ours" else theirs.DataCatalog()
    catalog["x"], catalog["d"] = "text", kind(tmp_path / "d")
    with pytest.raises(
        DatasetError, match=r"(?s)d: .*InFile.*_EPHEMERAL = True.*_SINGLE_PROCESS = True"
    ) as raised:
        parallel.run(pipeline([node(str, "x", "d", name="write")]), catalog)
    assert "text" not in str(raised.value)


@pytest.mark.parametrize("base", BASES)
def test_with_the_mark_every_change_stays(base, parallel, tmp_path):
    catalog = (ours if base == "ours" else theirs).DataCatalog()
    catalog["x"] = "text"
    for number, (note, attributes) in enumerate(CHANGES.values()):
        kind = in_file(BASES[base], note, **attributes)
        kind._EPHEMERAL = True
        catalog[f"d{number}"] = kind(tmp_path / f"d{number}")
    nodes = [node(str, "x", f"d{number}", name=f"write{number}") for number in range(len(CHANGES))]
    parallel.run(pipeline(nodes), catalog)
    assert catalog["d0"].last == catalog["d1"].last == catalog["d2"].saved[-1] == "text"
    assert catalog["d3"].count == 1
    assert catalog["d4"].box.content[-1] == catalog["d5"].note.__self__[-1] == "text"
    assert catalog["d6"].note.__closure__[0].cell_contents[-1] == "text"


@pytest.mark.parametrize("base", BASES)
def test_caches_and_connections_may_change(base, parallel, tmp_path):
    catalog = (ours if base == "ours" else theirs).DataCatalog()
    catalog["x"] = "text"
    for number, (note, attributes) in enumerate(HARMLESS.values()):
        catalog[f"d{number}"] = in_file(BASES[base], note, **attributes)(tmp_path / f"d{number}")
    nodes = [node(str, "x", f"d{number}", name=f"write{number}") for number in range(len(HARMLESS))]
    result = parallel.run(pipeline(nodes), catalog)
    assert {name: dataset.load() for name, dataset in result.items()} == {
        f"d{number}": "text" for number in range(len(HARMLESS))
    }


def versioned(kind, io, path, **arguments):
    return kind(filepath=str(path), version=io.Version(None, "2026-01-01T00.00.00.000Z"), **arguments)


FILES = {
    "ours": lambda path: ours.PickleDataset(filepath=str(path)),
    "ours, versioned": lambda path: versioned(ours.PickleDataset, ours, path),
    "theirs": lambda path: KedroPickle(filepath=str(path)),
    "theirs, versioned": lambda path: versioned(KedroPickle, theirs, path),
    "theirs, JSON": lambda path: KedroJSON(filepath=str(path), save_args={"indent": 2}),
    "theirs, partitioned": lambda path: PartitionedDataset(path=str(path), dataset="json.JSONDataset"),
    "theirs, incremental": lambda path: IncrementalDataset(path=str(path), dataset="json.JSONDataset"),
}


def save_what(kind, x):
    return {"part": [x]} if kind.endswith(("partitioned", "incremental")) else [x]


def test_datasets_in_files_are_saved_in_workers(parallel, tmp_path):
    catalog = ours.DataCatalog({"x": 3})
    nodes = []
    for number, (kind, make) in enumerate(FILES.items()):
        catalog[f"d{number}"], catalog[f"kind{number}"] = make(tmp_path / f"d{number}"), kind
        nodes.append(node(save_what, [f"kind{number}", "x"], f"d{number}", name=f"write{number}"))
    parallel.run(pipeline(nodes), catalog)
    for number, kind in enumerate(FILES):
        catalog.release(f"d{number}")
        loaded = catalog.load(f"d{number}")
        if isinstance(loaded, dict):
            loaded = loaded["part"] if kind.endswith("incremental") else loaded["part"]()
        assert loaded == [3], kind
