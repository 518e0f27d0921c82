"""Where a dataset has its data, read from its marks and its attributes."""

from pathlib import Path, PurePosixPath

import fsspec
import kedro.io as theirs
import pytest
from kedro_datasets.json import JSONDataset as KedroJSON
from kedro_datasets.partitions import IncrementalDataset, PartitionedDataset
from kedro_datasets.pickle import PickleDataset as KedroPickle

import kedro_nb.io as ours
from kedro_nb.io.marks import has_place, is_in_memory, is_single_process, lacks_data


class Around(ours.AbstractDataset):
    def __init__(self, **attributes):
        self.__dict__.update(attributes)

    def load(self):
        """Nothing."""

    def save(self, data):
        """Nothing."""


class Asks(theirs.AbstractDataset):
    """Keeps its argument in a place of its own, as kedro-datasets' APIDataset does."""

    def __init__(self, name="", url=""):
        self.request = [name, url]

    def load(self):
        """Nothing."""

    def save(self, data):
        """Nothing."""

    def _describe(self):
        return {}


class Versioned(theirs.AbstractVersionedDataset):
    """A file that is read by an engine, as in kedro-datasets' ibis.FileDataset."""

    def __init__(self, filepath, connection):
        super().__init__(PurePosixPath(filepath), version=None)
        self._connection_config = connection

    load = save = _describe = Asks._describe


class Slotted:
    __slots__ = ("_filepath",)

    def __init__(self, filepath):
        self._filepath = filepath


REGISTRY = {}


class Registered(Around):
    def load(self):
        return REGISTRY[self.filepath]

    def save(self, data):
        REGISTRY[self.filepath] = data


def keeping(store, *, reads=True):
    class Keeping(Around):
        def load(self):
            return store[self.filepath] if reads else 1

        def save(self, data):
            store[self.filepath] = data

    class OnlySaving(Keeping):
        def load(self):
            return 1

    return Keeping if reads else OnlySaving


def having(**attributes):
    return Around(**attributes)


PLACES = {
    "our file": lambda: ours.PickleDataset(filepath="a.pkl"),
    "our file elsewhere": lambda: ours.JSONDataset(filepath="file:///tmp/a.json"),
    "our versioned file": lambda: ours.CSVDataset(filepath="a.csv", version=ours.Version(None, "1")),
    "Kedro's file": lambda: KedroPickle(filepath="a.pkl"),
    "Kedro's folder": lambda: PartitionedDataset(path="a", dataset="pandas.CSVDataset"),
    "Kedro's increments": lambda: IncrementalDataset(path="a", dataset="pandas.CSVDataset"),
    "_filepath": lambda: having(_filepath=PurePosixPath("a")),
    "filepath": lambda: having(filepath="a.csv"),
    "_path": lambda: having(_path="a"),
    "path in its name": lambda: having(_out_dir=Path("a")),
    "url": lambda: having(url="https://example.org/a"),
    "bucket": lambda: having(_path="s3://bucket/a"),
    "slot": lambda: Slotted("a.csv"),
    "connection text": lambda: having(_connection_str="postgresql://host/db"),
    "database file": lambda: having(_con="sqlite:///a.db"),
    "connection mapping": lambda: having(_connection_config={"backend": "duckdb", "database": "a.ddb"}),
    "file that an engine in memory reads": lambda: Versioned("a.parquet", {"database": ":memory:"}),
    "notes of what was saved": lambda: keeping([], reads=False)(filepath="a.csv"),
    "nested file": lambda: having(_dataset=ours.PickleDataset(filepath="a.pkl")),
    "nested twice": lambda: having(_inner=having(_inner=KedroJSON(filepath="a.json"))),
    "nested list": lambda: having(_parts=[KedroJSON(filepath=f"{name}.json") for name in "ab"]),
}
NO_PLACES = {
    "our memory": ours.MemoryDataset,
    "Kedro's memory": theirs.MemoryDataset,
    "shared memory": ours.SharedMemoryDataset,
    "functions": lambda: ours.LambdaDataset(load=lambda: 1, save=None),
    "cache of memory": lambda: ours.CachedDataset(ours.MemoryDataset()),
    "Kedro's cache": lambda: theirs.CachedDataset(KedroJSON(filepath="a.json")),
    "data": lambda: having(_data=["a/b.csv"]),
    "text": lambda: having(_text="a/b.csv"),
    "format": lambda: having(_file_format="csv"),
    "empty path": lambda: having(_filepath=""),
    "no path": lambda: having(_filepath=None),
    "open file": lambda: having(_file=fsspec.open("a")),
    "marked file": lambda: having(_filepath="a.csv", _EPHEMERAL=True),
    "file in memory": lambda: ours.PickleDataset(filepath="memory://a.pkl"),
    "Kedro's file in memory": lambda: KedroPickle(filepath="memory://a.pkl"),
    "folder in memory": lambda: PartitionedDataset(path="memory://a", dataset="pandas.CSVDataset"),
    "file system in memory": lambda: having(_filepath="a", _fs=fsspec.filesystem("memory")),
    "folder of a file system in memory": lambda: having(
        _filepath="a", _fs=fsspec.filesystem("dir", path="a", fs=fsspec.filesystem("memory"))
    ),
    "cached path in memory": lambda: having(_path="simplecache::memory://a"),
    "database in memory": lambda: having(_con="sqlite://"),
    "database in memory, by name": lambda: having(_con="sqlite:///:memory:"),
    "database in memory, by option": lambda: having(_con="file:a?mode=memory&cache=shared"),
    "connection without an address": lambda: having(_connection_config={"backend": "duckdb"}),
    "connection to memory": lambda: having(_connection_config={"backend": "duckdb", "database": ":memory:"}),
    "options of a connection": lambda: having(_connection_args={}),
    "query of a database in memory": lambda: having(_filepath="query.sql", _connection_str="sqlite://"),
    "query of an engine in memory": lambda: having(
        _filepath="query.sql", _connection={"database": ":memory:"}
    ),
    "argument that is not kept": lambda: Asks(url="https://example.org/a"),
    "data around the class": lambda: keeping({})(filepath="a.csv"),
    "global data": lambda: Registered(filepath="a.csv"),
    "nested memory": lambda: having(_dataset=theirs.MemoryDataset()),
    "nested file and memory": lambda: having(
        _dataset=ours.PickleDataset(filepath="a.pkl"), _cache=ours.MemoryDataset()
    ),
    "nested list with memory": lambda: having(_parts=[ours.MemoryDataset(), KedroJSON(filepath="a.json")]),
}


@pytest.mark.parametrize("case", PLACES)
def test_a_file_path_or_a_connection_is_a_place(case):
    assert has_place(PLACES[case]())


@pytest.mark.parametrize("case", NO_PLACES)
def test_memory_and_what_is_not_sure_is_no_place(case):
    assert not has_place(NO_PLACES[case]())


def test_a_dataset_that_holds_itself_has_no_place():
    dataset = having()
    dataset._inner = dataset
    assert not has_place(dataset)


@pytest.mark.parametrize(
    ("make", "marks"),
    [
        (ours.MemoryDataset, (True, False)),
        (theirs.MemoryDataset, (True, False)),
        (ours.SharedMemoryDataset, (True, False)),
        (lambda: ours.PickleDataset(filepath="a"), (False, False)),
        (lambda: ours.CachedDataset(ours.MemoryDataset()), (True, True)),
        (lambda: ours.CachedDataset(theirs.MemoryDataset()), (True, True)),
        (lambda: ours.CachedDataset(ours.PickleDataset(filepath="a")), (False, True)),
        (lambda: having(_EPHEMERAL=True), (True, False)),
        (lambda: having(_SINGLE_PROCESS=True), (False, True)),
        (type("Sub", (ours.MemoryDataset,), {"_EPHEMERAL": False}), (False, False)),
    ],
)
def test_marks_are_read_from_the_class_and_from_the_object(make, marks):
    dataset = make()
    assert (is_in_memory(dataset), is_single_process(dataset)) == marks


@pytest.mark.parametrize(
    ("make", "lacks"),
    [
        (ours.MemoryDataset, True),
        (theirs.MemoryDataset, True),
        (lambda: ours.MemoryDataset(1), False),
        (lambda: theirs.MemoryDataset(1), False),
        (lambda: ours.CachedDataset(ours.MemoryDataset()), True),
        (lambda: ours.PickleDataset(filepath="missing"), False),
        (lambda: having(_EPHEMERAL=True), False),
    ],
)
def test_only_a_dataset_in_memory_that_can_tell_lacks_data(make, lacks):
    assert lacks_data(make()) is lacks
