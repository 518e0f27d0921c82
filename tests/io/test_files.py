"""Datasets in files: the same data back, and never half a file."""

import gzip
import os
import pickle
import sys

import pandas as pd
import pytest
from kedro_datasets.json import JSONDataset as KedroJSONDataset
from kedro_datasets.pandas import CSVDataset as KedroCSVDataset
from kedro_datasets.pickle import PickleDataset as KedroPickleDataset

from kedro_nb.io import (
    CSVDataset,
    DataCatalog,
    DatasetError,
    JSONDataset,
    ParquetDataset,
    PickleDataset,
    TextDataset,
    YAMLDataset,
)

FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
CASES = [
    (PickleDataset, {"any": [object]}),
    (JSONDataset, {"a": [1, None, "ü"]}),
    (YAMLDataset, {"a": [1, None, "ü"]}),
    (TextDataset, "zwei\nZeilen: ü"),
    (CSVDataset, FRAME),
    (ParquetDataset, FRAME),
]
each_kind = pytest.mark.parametrize(("kind", "data"), CASES, ids=[kind.__name__ for kind, _ in CASES])


def same(one, other):
    return one.equals(other) if isinstance(one, pd.DataFrame) else one == other


@each_kind
def test_a_file_gives_back_what_was_saved(kind, data, tmp_path):
    dataset = kind(filepath=tmp_path / "new" / "folder" / "x.dat")
    assert not dataset.exists()
    dataset.save(data)
    assert dataset.exists()
    assert same(dataset.load(), data)


@each_kind
def test_a_remote_file_gives_back_what_was_saved(kind, data, memory_files):
    dataset = kind(filepath="memory://bucket/x.dat")
    assert not dataset.exists()
    dataset.save(data)
    assert memory_files.exists("/bucket/x.dat")
    assert same(dataset.load(), data)


@each_kind
def test_a_failing_save_leaves_the_old_file_and_nothing_else(kind, data, tmp_path, monkeypatch):
    dataset = kind(filepath=tmp_path / "x.dat")
    dataset.save(data)

    def write_half(self, file, data):
        file.write("half" if "b" not in self._open_args_save["mode"] else b"half")
        raise OSError("disk full")

    monkeypatch.setattr(kind, "_write", write_half)
    with pytest.raises(DatasetError, match=r"(?s)x\.dat.*disk full"):
        dataset.save(data)
    assert os.listdir(tmp_path) == ["x.dat"]
    assert same(dataset.load(), data)


def test_a_failing_first_save_leaves_no_folder(tmp_path):
    with pytest.raises(DatasetError, match="Failed while saving"):
        PickleDataset(filepath=tmp_path / "a" / "b" / "x.pkl").save(lambda: None)
    assert os.listdir(tmp_path) == []


def test_an_interrupted_save_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    dataset = TextDataset(filepath=tmp_path / "x.txt")
    dataset.save("old")

    def interrupted(self, file, data):
        raise KeyboardInterrupt

    monkeypatch.setattr(TextDataset, "_write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        dataset.save("new")
    assert os.listdir(tmp_path) == ["x.txt"]
    assert dataset.load() == "old"


def test_a_failing_remote_save_leaves_the_old_file(memory_files):
    dataset = PickleDataset(filepath="memory://x.pkl")
    dataset.save(1)
    with pytest.raises(DatasetError, match="Failed while saving"):
        dataset.save([b"x" * 100, lambda: None])
    assert dataset.load() == 1
    assert memory_files.ls("/", detail=False) == ["/x.pkl"]


def test_a_saved_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("old")
    path.chmod(0o640)
    TextDataset(filepath=path).save("new")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_save_through_a_link_writes_the_file_behind_it(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    TextDataset(filepath=tmp_path / "link.txt").save("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_a_file_opened_for_appending_keeps_what_it_holds(tmp_path):
    dataset = TextDataset(filepath=tmp_path / "x.txt", fs_args={"open_args_save": {"mode": "a"}})
    dataset.save("one ")
    dataset.save("two")
    assert dataset.load() == "one two"


def test_open_arguments_reach_fsspec(tmp_path):
    compressed = {"open_args_save": {"compression": "infer"}, "open_args_load": {"compression": "infer"}}
    dataset = PickleDataset(filepath=tmp_path / "x.pkl.gz", fs_args=compressed)
    dataset.save([1])
    with gzip.open(tmp_path / "x.pkl.gz") as file:
        assert pickle.load(file) == [1]
    assert dataset.load() == [1]


def test_a_csv_file_is_compressed_as_its_name_says(tmp_path):
    dataset = CSVDataset(filepath=tmp_path / "x.csv.gz")
    dataset.save(FRAME)
    assert (tmp_path / "x.csv.gz").read_bytes()[:2] == b"\x1f\x8b"
    assert dataset.load().equals(FRAME)


def test_load_and_save_arguments_reach_pandas(tmp_path):
    path = tmp_path / "x.csv"
    CSVDataset(filepath=path, save_args={"sep": ";"}).save(FRAME)
    assert path.read_text().startswith("a;b")
    chunks = list(CSVDataset(filepath=path, load_args={"sep": ";", "chunksize": 1}).load())
    assert pd.concat(chunks).equals(FRAME)


@pytest.mark.parametrize(
    ("ours", "theirs", "data"),
    [
        (PickleDataset, KedroPickleDataset, [1, 2]),
        (JSONDataset, KedroJSONDataset, {"a": [1]}),
        (CSVDataset, KedroCSVDataset, FRAME),
    ],
    ids=["pickle", "json", "csv"],
)
def test_kedro_reads_our_files_and_we_read_theirs(ours, theirs, data, tmp_path):
    ours(filepath=tmp_path / "ours").save(data)
    theirs(filepath=str(tmp_path / "theirs")).save(data)
    assert same(theirs(filepath=str(tmp_path / "ours")).load(), data)
    assert same(ours(filepath=tmp_path / "theirs").load(), data)
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()


def test_yaml_is_loaded_and_saved_safely(tmp_path):
    path = tmp_path / "x.yml"
    path.write_text("!!python/object/apply:os.getcwd []")
    with pytest.raises(DatasetError, match=r"x\.yml.*\n.*could not determine a constructor"):
        YAMLDataset(filepath=path).load()
    with pytest.raises(DatasetError, match="cannot represent an object"):
        YAMLDataset(filepath=path).save({"t": object()})


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"Failed while loading data.*missing\.csv(?s:.*)No such file"):
        CSVDataset(filepath=tmp_path / "missing.csv").load()


@pytest.mark.parametrize("kind", [CSVDataset, ParquetDataset])
def test_a_value_that_is_no_frame_is_refused_in_plain_words(kind, tmp_path):
    with pytest.raises(
        DatasetError, match=f"{kind.__name__} saves pandas DataFrames, and was given a 'list'"
    ):
        kind(filepath=tmp_path / "x").save([1])
    assert os.listdir(tmp_path) == []


def test_parquet_refuses_to_write_a_folder_of_parts(tmp_path):
    dataset = ParquetDataset(filepath=tmp_path / "x", save_args={"partition_cols": ["a"]})
    with pytest.raises(DatasetError, match="does not support save argument 'partition_cols'"):
        dataset.save(FRAME)


@pytest.mark.parametrize(("kind", "extra"), [(CSVDataset, "pandas"), (ParquetDataset, "parquet")])
def test_without_pandas_the_error_says_what_to_install(kind, extra, tmp_path, monkeypatch):
    (tmp_path / "x").write_text("a\n1\n")
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(DatasetError, match=rf'(?s){kind.__name__}.*pip install "kedro-nb\[{extra}\]"'):
        kind(filepath=tmp_path / "x").load()


@each_kind
def test_a_file_dataset_can_cross_to_another_process(kind, data, tmp_path):
    kind(filepath=tmp_path / "x").save(data)
    assert same(pickle.loads(pickle.dumps(kind(filepath=tmp_path / "x"))).load(), data)


def test_another_pickle_backend_is_used(tmp_path):
    dataset = PickleDataset(filepath=tmp_path / "x", backend="marshal")
    dataset.save([1])
    assert dataset.load() == [1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"filepath": "nope://x"}, "Cannot open 'nope://x': Protocol not known: nope"),
        ({"filepath": "x", "backend": "no_such_backend"}, "'no_such_backend' could not be imported"),
        ({"filepath": "x", "backend": "string"}, "'string' has no 'load' and 'dump'"),
        (
            {"filepath": "x", "credentials": "secret"},
            "'credentials' is a mapping of options, and not a 'str'",
        ),
        ({"filepath": "x", "fs_args": [1]}, "'fs_args' is a mapping of options, and not a 'list'"),
    ],
)
def test_arguments_that_do_not_fit_are_told_at_once(arguments, message):
    with pytest.raises(DatasetError, match=message):
        PickleDataset(**arguments)


@pytest.mark.parametrize(
    ("kind", "name"), [(TextDataset, "load_args"), (TextDataset, "save_args"), (JSONDataset, "load_args")]
)
def test_options_that_would_do_nothing_are_refused(kind, name):
    with pytest.raises(DatasetError, match=f"{kind.__name__} takes no '{name}'"):
        kind(filepath="x", **{name: {"indent": 2}})


def test_a_file_dataset_shows_where_its_file_is_and_no_credentials():
    dataset = PickleDataset(filepath="memory://data/x.pkl", credentials={"key": "secret"}, fs_args={"a": 1})
    assert repr(dataset) == "kedro_nb.io.PickleDataset(filepath='data/x.pkl', protocol='memory')"
    assert (
        repr(CSVDataset(filepath="x.csv"))
        == "kedro_nb.io.CSVDataset(filepath='x.csv', save_args={'index': False})"
    )


def test_paths_relative_to_home_and_file_urls_are_local(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    TextDataset(filepath="~/home.txt").save("one")
    TextDataset(filepath=f"file://{tmp_path.as_posix()}/url.txt").save("two")
    assert sorted(os.listdir(tmp_path)) == ["home.txt", "url.txt"]
    assert TextDataset(filepath="~/home.txt").load() == "one"


def test_a_failing_load_in_a_catalog_names_the_entry_and_the_file(tmp_path):
    (tmp_path / "bad.json").write_text("{")
    catalog = DataCatalog({"settings": JSONDataset(filepath=tmp_path / "bad.json")})
    with pytest.raises(DatasetError, match=r"^settings: Failed while loading data from dataset .*bad\.json"):
        catalog.load("settings")
