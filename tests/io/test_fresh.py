"""Which datasets forget what they remember of files, and when."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import kedro.io
import pytest

from kedro_nb.io import (
    AbstractDataset,
    CachedDataset,
    DataCatalog,
    JSONDataset,
    LambdaDataset,
    MemoryDataset,
    SharedMemoryDataset,
)
from kedro_nb.io.fresh import forget_files, using
from kedro_nb.io.marks import in_files


class Mine(AbstractDataset):
    """Counts how often it was released."""

    def __init__(self, *args, **named):
        self.args, self.named = args, named
        self.data = None
        self.released = 0

    def load(self):
        return self.data

    def save(self, data):
        self.data = data

    def _release(self):
        self.released += 1


def with_attribute(name, value):
    dataset = Mine()
    setattr(dataset, name, value)
    return dataset


def holding(data):
    dataset = Mine()
    dataset.save(data)
    return dataset


def circle():
    dataset = Mine()
    dataset.inner = dataset
    return dataset


JSON = JSONDataset(filepath="a.json")
CASES = [
    (True, "a file", JSON),
    (True, "a file system in memory", JSONDataset(filepath="memory://a.json")),
    (True, "a cache of a file", CachedDataset(JSON)),
    (True, "a cache of a cache of a file", CachedDataset(CachedDataset(JSON))),
    (True, "an attribute for a path", with_attribute("_filepath", PurePosixPath("a.csv"))),
    (True, "an attribute for a folder", with_attribute("out_dir", "data")),
    (True, "an attribute for a URL", with_attribute("_url", "https://here/a.csv")),
    (True, "an argument that is a path", Mine(Path("a"))),
    (True, "an argument that is an absolute path", Mine("/data/a.csv")),
    (True, "an argument that is a URL", Mine(source="s3://bucket/a")),
    (True, "options with a path", Mine(options={"path": "a.csv"})),
    (True, "a dataset around a file", with_attribute("inner", JSON)),
    (True, "a dataset around two files", with_attribute("inner", [JSON, JSON])),
    (False, "data in memory", MemoryDataset(1)),
    (False, "data in shared memory", SharedMemoryDataset(1)),
    (False, "a path in memory", MemoryDataset(Path("a"))),
    (False, "Kedro's data in memory", kedro.io.MemoryDataset("/a")),
    (False, "a cache of data in memory", CachedDataset(MemoryDataset())),
    (False, "a cache of a circle of datasets", CachedDataset(circle())),
    (False, "functions", LambdaDataset(lambda: 1, None)),
    (False, "a cache of functions", CachedDataset(LambdaDataset(lambda: 1, None))),
    (False, "nothing", Mine()),
    (False, "a text", holding("/data/a.csv")),
    (False, "a URL", holding("https://here")),
    (False, "a path", holding(Path("/data"))),
    (False, "a mapping with a path", holding({"path": "/data/a.csv"})),
    (False, "an empty path", with_attribute("path", "")),
    (False, "a dataset around a file and memory", with_attribute("inner", [JSON, MemoryDataset()])),
    (False, "no dataset", 1),
]


@pytest.mark.parametrize(("answer", "dataset"), [pytest.param(a, d, id=name) for a, name, d in CASES])
def test_only_data_in_files_may_be_forgotten(answer, dataset):
    assert in_files(dataset) is answer


def test_a_dataset_that_a_run_uses_is_not_released():
    dataset = Mine("/a")
    with using({id(dataset)}):
        forget_files(dataset)
        with using({id(dataset)}):
            forget_files(dataset, users=1)
            assert dataset.released == 0
        forget_files(dataset, users=1)
        assert dataset.released == 1
    forget_files(dataset)
    assert dataset.released == 2


def test_a_dataset_that_cannot_be_released_is_named_in_the_log(caplog):
    class Broken(Mine):
        def _release(self):
            raise OSError("no luck")

    forget_files(Broken("/a"))
    assert "A Broken could not be released" in caplog.text
    assert "no luck" in caplog.text


def test_entries_are_built_again_and_objects_are_released(tmp_path):
    catalog = DataCatalog.from_config(
        {"entry": {"type": "JSONDataset", "filepath": str(tmp_path / "a.json")}}
    )
    catalog["object"], catalog["memory"] = Mine("/a"), 1
    before = {name: catalog[name] for name in catalog}
    catalog.refresh([*catalog, "unknown"])
    assert catalog["entry"] is not before["entry"]
    assert catalog["object"] is before["object"]
    assert before["object"].released == 1
    assert catalog.load("memory") == 1


def test_an_entry_that_a_run_uses_is_not_built_again(tmp_path):
    catalog = DataCatalog.from_config(
        {"entry": {"type": "JSONDataset", "filepath": str(tmp_path / "a.json")}}
    )
    dataset = catalog["entry"]
    with using({id(dataset)}):
        catalog.refresh(["entry"])
        assert catalog["entry"] is dataset
        assert catalog.fresh("entry") is not dataset
