"""What several files of tests begin with."""

import fsspec
import pytest

from kedro_nb.io import DataCatalog, MemoryDataset


@pytest.fixture
def catalog():
    return DataCatalog({"cars": MemoryDataset([1]), "planes": MemoryDataset()})


@pytest.fixture
def config(tmp_path):
    return {
        "cars": {"type": "PickleDataset", "filepath": str(tmp_path / "cars.pkl"), "versioned": True},
        "{name}#pkl": {"type": "PickleDataset", "filepath": f"{tmp_path}/{{name}}.pkl", "credentials": "key"},
    }


@pytest.fixture
def memory_files():
    fs = fsspec.filesystem("memory")
    yield fs
    fs.store.clear()
    fs.pseudo_dirs[:] = [""]
