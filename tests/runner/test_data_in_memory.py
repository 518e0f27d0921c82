"""Data in memory is the same under every runner, with every catalog and every class of dataset."""

import traceback

import kedro.io as theirs
import pytest
from kedro_datasets.pickle import PickleDataset as KedroPickle

import kedro_nb.io as ours
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner, SequentialRunner, ThreadRunner

from .conftest import METHODS
from .dataset_classes import datasets_of

RUNNERS = {
    "sequential": SequentialRunner,
    "async": lambda: SequentialRunner(is_async=True),
    "thread": ThreadRunner,
} | dict.fromkeys(METHODS, lambda: ParallelRunner(max_workers=2))


@pytest.fixture(params=RUNNERS, scope="module")
def runner(request):
    with pytest.MonkeyPatch.context() as patch:
        if request.param in METHODS:
            patch.setenv("KEDRO_MP_CONTEXT", request.param)
        yield RUNNERS[request.param]()


@pytest.fixture(params=METHODS, scope="module")
def parallel(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEDRO_MP_CONTEXT", request.param)
        yield ParallelRunner(max_workers=2)


def patched(io):
    dataset = io.MemoryDataset()
    save = dataset.save
    dataset.save = lambda data: save([*data, "patched"])
    return dataset


def closures(_io):
    got = []
    return ours.LambdaDataset(load=lambda: list(got[-1]), save=got.append, exists=lambda: bool(got))


def of_methods(_io):
    box = {}
    return ours.LambdaDataset(
        load=lambda: list(box["v"]), save=lambda data: box.update(v=data), exists=lambda: bool(box)
    )


def pickled(io, path, **arguments):
    return (ours.PickleDataset if io is ours else KedroPickle)(filepath=str(path), **arguments)


def versioned(io, path):
    version = (ours if io is ours else theirs).Version(None, "2026-01-01T00.00.00.000Z")
    return pickled(io, path, version=version)


# What makes a dataset, given the package, its classes and a free path; and what a save and a load add to a list.
KINDS = {
    "memory": (lambda io, made, path: io.MemoryDataset(), [], []),
    "assign": (lambda io, made, path: io.MemoryDataset(copy_mode="assign"), [], []),
    "deepcopy": (lambda io, made, path: io.MemoryDataset(copy_mode="deepcopy"), [], []),
    "subclass": (lambda io, made, path: made["Tagging"](), ["saved"], ["loaded"]),
    "own method": (lambda io, made, path: patched(io), ["patched"], []),
    "in the object": (lambda io, made, path: made["InObject"](), [], []),
    "in a slot": (lambda io, made, path: made["Slotted"](), [], []),
    "marked": (lambda io, made, path: made["Marked"](), [], []),
    "on the class": (lambda io, made, path: made["InClass"](), [], []),
    "around memory": (lambda io, made, path: made["Around"](io.MemoryDataset()), [], []),
    "around a subclass": (lambda io, made, path: made["Around"](made["Tagging"]()), ["saved"], ["loaded"]),
    "around an object": (lambda io, made, path: made["Around"](made["InObject"]()), [], []),
    "around a file": (lambda io, made, path: made["Around"](pickled(io, path)), [], []),
    "file": (lambda io, made, path: pickled(io, path), [], []),
    "versioned file": (lambda io, made, path: versioned(io, path), [], []),
    "file in memory": (lambda io, made, path: pickled(io, f"memory://{path}"), [], []),
    "database file": (lambda io, made, path: made["Table"](str(path)), [], []),
    "database in memory": (lambda io, made, path: made["Table"](":memory:"), [], []),
    "open connection": (lambda io, made, path: made["OpenTable"](), [], []),
}
OURS = {
    "shared": (lambda io, made, path: ours.SharedMemoryDataset(), [], []),
    "subclass of shared": (
        lambda io, made, path: type(
            "S",
            (ours.SharedMemoryDataset,),
            {"save": lambda s, d: ours.SharedMemoryDataset.save(s, [*d, "s"])},
        )(),
        ["s"],
        [],
    ),
    "lambda with a list": (lambda io, made, path: closures(io), [], []),
    "lambda with a dict": (lambda io, made, path: of_methods(io), [], []),
    "around a lambda": (lambda io, made, path: made["Around"](closures(io)), [], []),
}
THEIRS = {
    "shared": (lambda io, made, path: theirs.SharedMemoryDataset(), [], []),
    "made up": (lambda io, made, path: None, [], []),
}
CASES = [(ours, kind) for kind in KINDS | OURS] + [(theirs, kind) for kind in KINDS | THEIRS]


def spoil(data):
    data.append("spoilt")
    return len(data)


def count(data):
    return len(data) + 1


@pytest.mark.parametrize(
    ("io", "kind"), CASES, ids=[f"{io.__name__.split('.')[0]}-{kind}" for io, kind in CASES]
)
def test_each_reader_gets_what_was_saved_and_so_does_the_notebook(io, kind, runner, tmp_path):
    make, saved, loaded = (KINDS | (OURS if io is ours else THEIRS))[kind]
    catalog = (io.SharedMemoryDataCatalog if kind in {"shared", "made up"} else io.DataCatalog)()
    catalog["x"] = 3
    for name in ("d", "o"):
        if dataset := make(io, datasets_of(io), tmp_path / name):
            catalog[name] = dataset
    read = count if kind == "assign" else spoil
    nodes = [node(lambda x: [x], "x", "d", name="make")]
    nodes += [node(read, "d", f"n{number}", name=f"read{number}") for number in range(3)]
    nodes += [node(lambda *counts: list(counts), ["n0", "n1", "n2"], "o", name="collect")]
    result = runner.run(pipeline(nodes), catalog)
    expected = [2 + len(saved) + len(loaded)] * 3 + saved + loaded
    assert result["o"].load() == catalog.load("o") == expected


@pytest.mark.parametrize("method", ["load", "save"])
def test_a_method_that_was_replaced_on_the_class_is_called(method, runner, monkeypatch):
    called, own = [], getattr(ours.MemoryDataset, method)

    def replaced(dataset, *data):
        called.append(method)
        return own(dataset, *data)

    monkeypatch.setattr(ours.MemoryDataset, method, replaced)
    catalog = ours.DataCatalog({"x": [3]})
    nodes = [node(lambda x: [*x, 4], "x", "d", name="make"), node(sum, "d", "out", name="add_up")]
    assert runner.run(pipeline(nodes), catalog)["out"].peek() == 7
    assert len(called) == 2


def test_a_result_shows_what_a_subclass_loads(runner):
    catalog = ours.DataCatalog({"x": 3, "out": datasets_of(ours)["Tagging"]()})
    result = runner.run(pipeline([node(lambda x: [x], "x", "out", name="make")]), catalog)
    assert repr(result) == "{'out': [3, 'saved', 'loaded']}"


def test_errors_of_a_dataset_end_in_the_users_own_line(runner):
    class Failing(ours.AbstractDataset):
        def load(self):
            return self.fail()

        def fail(self):
            raise ValueError("here")

        def save(self, data):
            """Nothing."""

    catalog = ours.DataCatalog({"d": Failing()})
    with pytest.raises(ours.DatasetError) as raised:
        runner.run(pipeline([node(str, "d", "out", name="read")]), catalog)
    lines = [line.strip() for line in traceback.format_exception(raised.value.__cause__)]
    assert any('raise ValueError("here")' in line for line in lines)
    assert lines[-1] == "ValueError: here"
