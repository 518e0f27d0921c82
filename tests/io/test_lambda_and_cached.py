"""LambdaDataset and CachedDataset."""

import pytest

from kedro_nb.io import (
    CachedDataset,
    DataCatalog,
    DatasetError,
    LambdaDataset,
    MemoryDataset,
    PickleDataset,
    Version,
)


def test_a_lambda_dataset_does_what_its_functions_do():
    store = {}
    dataset = LambdaDataset(
        load=lambda: store["x"],
        save=lambda data: store.update(x=data),
        exists=lambda: "x" in store,
        release=store.clear,
    )
    assert not dataset.exists()
    dataset.save(5)
    assert dataset.exists()
    assert dataset.load() == 5
    dataset.release()
    assert store == {}


def test_a_lambda_dataset_says_which_function_it_lacks():
    dataset = LambdaDataset(load=None, save=None)
    with pytest.raises(DatasetError, match=r"Cannot load data. No 'load' function provided"):
        dataset.load()
    with pytest.raises(DatasetError, match=r"Cannot save to dataset. No 'save' function provided"):
        dataset.save(1)


def test_a_lambda_dataset_refuses_what_cannot_be_called():
    with pytest.raises(
        DatasetError, match=r"'load' function for LambdaDataset must be a Callable.*'str' provided"
    ):
        LambdaDataset(load="x", save=None)


def test_errors_of_the_functions_name_the_dataset():
    dataset = LambdaDataset(load=lambda: 1 / 0, save=None)
    with pytest.raises(DatasetError, match=r"LambdaDataset\(load='<.*<lambda>>'\).\ndivision by zero"):
        dataset.load()


class Slow(MemoryDataset):
    loads = 0

    def load(self):
        self.loads += 1
        return super().load()


def test_a_cached_dataset_reads_once_until_it_is_released():
    source = Slow([1])
    dataset = CachedDataset(source)
    assert [dataset.load(), dataset.load()] == [[1], [1]]
    assert source.loads == 1
    dataset.release()
    source.save([2])
    assert dataset.load() == [2]


def test_a_cached_dataset_saves_through_and_reads_from_memory(tmp_path):
    dataset = CachedDataset({"type": "PickleDataset", "filepath": str(tmp_path / "x.pkl")})
    dataset.save([1])
    (tmp_path / "x.pkl").unlink()
    assert dataset.exists()
    assert dataset.load() == [1]


def test_what_one_reader_does_to_cached_data_no_other_sees():
    dataset = CachedDataset(MemoryDataset([1]))
    dataset.load().append(2)
    dataset.load().append(3)
    assert dataset.load() == [1]


def test_versions_are_asked_of_the_cached_dataset_itself(tmp_path):
    entry = {"type": "PickleDataset", "filepath": str(tmp_path / "x.pkl")}
    CachedDataset(entry, version=Version(None, "v1")).save(1)
    assert PickleDataset(filepath=tmp_path / "x.pkl", version=Version("v1", None)).load() == 1
    with pytest.raises(ValueError, match=r"should specify that they are versioned in the 'CachedDataset'"):
        CachedDataset({**entry, "versioned": True})


def test_a_versioned_cached_entry_is_saved_as_a_version(tmp_path):
    entry = {
        "type": "CachedDataset",
        "versioned": True,
        "dataset": {"type": "PickleDataset", "filepath": str(tmp_path / "x.pkl")},
    }
    DataCatalog.from_config({"x": entry}, save_version="v1").save("x", 1)
    assert (tmp_path / "x.pkl" / "v1" / "x.pkl").is_file()


def test_only_a_dataset_or_its_entry_can_be_cached():
    with pytest.raises(ValueError, match=r"should be either a dict/YAML representation.*'int'"):
        CachedDataset(3)


def test_a_cached_dataset_shows_what_it_caches():
    assert repr(CachedDataset(MemoryDataset())) == (
        "kedro_nb.io.CachedDataset(dataset=kedro_nb.io.MemoryDataset(), cache=kedro_nb.io.MemoryDataset())"
    )
