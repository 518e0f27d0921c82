"""Versioned datasets: laid out as Kedro lays them out, so either reads the other's."""

import os
import re
import signal
import time

import pandas as pd
import pytest
from kedro.io import Version as KedroVersion
from kedro_datasets.pandas import CSVDataset as KedroCSVDataset
from kedro_datasets.pickle import PickleDataset as KedroPickleDataset

from kedro_nb.io import (
    CSVDataset,
    DataCatalog,
    DatasetError,
    PickleDataset,
    Version,
    VersionNotFoundError,
)
from kedro_nb.io import (
    versioned as versioned_module,
)
from kedro_nb.io.core import (
    AbstractVersionedDataset,
    generate_timestamp,
    get_filepath_str,
    get_protocol_and_path,
)

OLD, NEW = "2020-01-01T00.00.00.000Z", "2021-01-01T00.00.00.000Z"
FRAME = pd.DataFrame({"a": [1, 2]})


def versioned(path, load=None, save=None):
    return PickleDataset(filepath=path, version=Version(load, save))


def test_a_version_is_a_folder_with_the_file_inside(tmp_path):
    versioned(tmp_path / "x.pkl", save=OLD).save(1)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.pkl") if path.is_file()] == [
        f"x.pkl/{OLD}/x.pkl"
    ]


def test_the_latest_version_is_loaded_unless_one_is_named(tmp_path):
    path = tmp_path / "x.pkl"
    versioned(path, save=OLD).save("old")
    versioned(path, save=NEW).save("new")
    assert versioned(path).load() == "new"
    assert versioned(path, load=OLD).load() == "old"
    assert versioned(path).list_versions(full_path=False) == [NEW, OLD]
    assert [each.split("/")[-2] for each in versioned(path).list_versions()] == [NEW, OLD]


def test_a_save_without_a_version_is_named_by_the_time_and_loaded_next(tmp_path):
    dataset = versioned(tmp_path / "x.pkl")
    dataset.save(1)
    first = dataset.resolve_save_version()
    dataset.save(2)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d\.\d{3}Z", first)
    assert dataset.load() == 2
    assert len(dataset.list_versions()) == 2


def test_timestamps_never_repeat_and_always_grow():
    stamps = [generate_timestamp() for _ in range(50)]
    assert stamps == sorted(set(stamps))


def test_a_version_is_never_overwritten(tmp_path):
    versioned(tmp_path / "x.pkl", save=OLD).save(1)
    with pytest.raises(
        DatasetError, match=r"Save path '.*x\.pkl' for .* must not exist if versioning is enabled"
    ):
        versioned(tmp_path / "x.pkl", save=OLD).save(2)
    assert versioned(tmp_path / "x.pkl").load() == 1


def test_without_a_version_on_disk_nothing_exists_and_loading_says_so(tmp_path):
    dataset = versioned(tmp_path / "x.pkl")
    assert not dataset.exists()
    with pytest.raises(VersionNotFoundError, match=r"Did not find any versions for .*x\.pkl"):
        dataset.load()


def test_a_file_from_before_versioning_is_explained(tmp_path):
    PickleDataset(filepath=tmp_path / "x.pkl").save("old")
    with pytest.raises(
        DatasetError, match=r"Cannot save versioned dataset 'x\.pkl' to .* same name already exists"
    ):
        versioned(tmp_path / "x.pkl").save("new")
    assert PickleDataset(filepath=tmp_path / "x.pkl").load() == "old"


def test_a_failing_save_leaves_no_version(tmp_path):
    dataset = versioned(tmp_path / "x.pkl")
    with pytest.raises(DatasetError, match="Failed while saving"):
        dataset.save(lambda: None)
    assert list(tmp_path.iterdir()) == []


def test_loading_another_version_than_the_one_saved_warns(tmp_path):
    path = tmp_path / "x.pkl"
    versioned(path, save=OLD).save("old")
    with pytest.warns(UserWarning, match=f"Save version '{NEW}' did not match load version '{OLD}'"):
        versioned(path, load=OLD, save=NEW).save("new")


def test_a_dataset_sees_versions_of_others_after_release(tmp_path):
    dataset = versioned(tmp_path / "x.pkl")
    dataset.save("mine")
    versioned(tmp_path / "x.pkl").save("theirs")
    assert dataset.load() == "mine"
    dataset.release()
    assert dataset.load() == "theirs"


def test_folders_with_brackets_in_their_names_work(tmp_path):
    folder = tmp_path / "data [1]"
    versioned(folder / "x.pkl").save(1)
    assert versioned(folder / "x.pkl").load() == 1


def test_versions_over_http_are_refused():
    with pytest.raises(DatasetError, match="Versioning is not supported for HTTP protocols"):
        PickleDataset(filepath="https://host/x.pkl", version=Version(None, None))


LISTS_VERSIONS = hasattr(KedroPickleDataset, "list_versions")


@pytest.mark.parametrize(
    ("ours", "theirs", "data"),
    [(PickleDataset, KedroPickleDataset, 7), (CSVDataset, KedroCSVDataset, FRAME)],
    ids=["pickle", "csv"],
)
class TestBesideKedro:
    def test_kedro_reads_our_versions(self, ours, theirs, data, tmp_path):
        path = str(tmp_path / "x.dat")
        ours(filepath=path, version=Version(None, OLD)).save(data)
        ours(filepath=path, version=Version(None, None)).save(data)
        latest = theirs(filepath=path, version=KedroVersion(None, None))
        assert str(latest.load()) == str(data)
        assert str(theirs(filepath=path, version=KedroVersion(OLD, None)).load()) == str(data)
        if LISTS_VERSIONS:
            assert latest.list_versions() == ours(filepath=path, version=Version(None, None)).list_versions()

    def test_we_read_versions_of_kedro(self, ours, theirs, data, tmp_path):
        path = str(tmp_path / "x.dat")
        theirs(filepath=path, version=KedroVersion(None, OLD)).save(data)
        theirs(filepath=path, version=KedroVersion(None, None)).save(data)
        latest = ours(filepath=path, version=Version(None, None))
        assert str(latest.load()) == str(data)
        assert str(ours(filepath=path, version=Version(OLD, None)).load()) == str(data)
        assert len(latest.list_versions()) == 2

    @pytest.mark.skipif(not LISTS_VERSIONS, reason="Kedro lists versions from 1.3 on")
    def test_versions_of_both_are_in_one_order(self, ours, theirs, data, tmp_path):
        path = str(tmp_path / "x.dat")
        theirs(filepath=path, version=KedroVersion(None, None)).save(data)
        time.sleep(0.002)  # both name a version by the millisecond
        ours(filepath=path, version=Version(None, None)).save(data)
        listed = ours(filepath=path, version=Version(None, None)).list_versions(full_path=False)
        assert listed == theirs(filepath=path, version=KedroVersion(None, None)).list_versions(
            full_path=False
        )


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # as the pool's timer makes it
def test_a_fork_names_versions_whoever_was_naming_one_at_that_moment():
    with versioned_module._timestamp_lock:  # as another thread may have it
        child = os.fork()
        if not child:
            signal.alarm(20)
            generate_timestamp()
            os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


class OwnDataset(AbstractVersionedDataset):
    """A dataset as Kedro's documentation has users write it."""

    def __init__(self, filepath, version=None):
        import fsspec

        protocol, path = get_protocol_and_path(filepath)
        self._protocol = protocol
        self._fs = fsspec.filesystem(protocol)
        super().__init__(
            filepath=__import__("pathlib").PurePosixPath(path),
            version=version,
            exists_function=self._fs.exists,
            glob_function=self._fs.glob,
        )

    def load(self):
        with self._fs.open(get_filepath_str(self._get_load_path(), self._protocol), "r") as file:
            return file.read()

    def save(self, data):
        with self._fs.open(
            get_filepath_str(self._get_save_path(), self._protocol), "w", auto_mkdir=True
        ) as file:
            file.write(data)

    def _describe(self):
        return {"filepath": self._filepath, "version": self._version}


def test_a_versioned_dataset_written_for_kedro_works(tmp_path):
    entry = {"type": OwnDataset, "filepath": str(tmp_path / "x.txt"), "versioned": True}
    (tmp_path / "x.txt" / "v1").mkdir(parents=True)
    catalog = DataCatalog.from_config({"x": entry}, save_version="v1")
    catalog.save("x", "text")
    assert catalog.load("x") == "text"
    assert catalog["x"].list_versions(full_path=False) == ["v1"]


def test_versions_without_a_file_system_of_their_own_are_local(tmp_path):
    class Plain(AbstractVersionedDataset):
        def __init__(self, path, version):
            super().__init__(path, version)

        def load(self):
            return self._get_load_path().read_text()

        def save(self, data):
            path = self._get_save_path()
            path.parent.mkdir(parents=True)
            path.write_text(data)

    Plain(tmp_path / "x", Version(None, None)).save("text")
    assert Plain(tmp_path / "x", Version(None, None)).load() == "text"


@pytest.mark.parametrize(
    ("filepath", "expected"),
    [
        ("data/x.csv", ("file", "data/x.csv")),
        ("/abs/x.csv", ("file", "/abs/x.csv")),
        ("file:///abs/x.csv", ("file", "/abs/x.csv")),
        ("file:///C:/x.csv", ("file", "C:/x.csv")),
        ("C:\\data\\x.csv", ("file", "C:\\data\\x.csv")),
        ("s3://bucket/x.csv", ("s3", "bucket/x.csv")),
        ("https://host/x.csv", ("https", "https://host/x.csv")),
    ],
)
def test_a_path_is_split_from_its_protocol(filepath, expected):
    assert get_protocol_and_path(filepath) == expected
