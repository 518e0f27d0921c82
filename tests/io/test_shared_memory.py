"""Datasets whose data lies where other processes read it."""

import gc
import threading
from pathlib import Path

import numpy as np
import pytest

from kedro_nb.errors import DatasetError
from kedro_nb.io import DataCatalog, MemoryDataset, SharedMemoryDataCatalog, SharedMemoryDataset
from kedro_nb.io.packing import own_folders
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner, SequentialRunner

LARGE = 1 << 17


def files():
    gc.collect()  # what earlier tests have left
    return sorted(path.name for folder in own_folders() for path in folder.iterdir() if path.is_file())


@pytest.mark.parametrize("data", [1, "text", [1, {"a": 2}], np.arange(LARGE), {"x": np.ones(LARGE), "y": 1}])
def test_what_is_saved_is_loaded(data):
    dataset = SharedMemoryDataset(data)
    np.testing.assert_equal(dataset.load(), data)


def test_each_load_is_its_own():
    dataset = SharedMemoryDataset(np.zeros(LARGE))
    first = dataset.load()
    first += 1
    assert dataset.load().sum() == 0
    assert first.sum() == LARGE


def test_the_memory_is_freed_on_release_and_loaded_values_stay():
    before = files()
    dataset = SharedMemoryDataset(np.ones(LARGE))
    assert len(files()) == len(before) + 1
    loaded = dataset.load()
    dataset.release()
    assert files() == before
    assert not dataset.exists()
    assert loaded.sum() == LARGE


def test_the_memory_is_freed_when_the_data_is_replaced_or_the_dataset_is_gone():
    before = files()
    dataset = SharedMemoryDataset(np.ones(LARGE))
    dataset.save(np.zeros(LARGE))
    assert len(files()) == len(before) + 1
    del dataset
    assert files() == before


def test_what_cannot_be_shared_is_told():
    with pytest.raises(DatasetError, match="'lock' cannot be put into shared memory"):
        SharedMemoryDataset(threading.Lock())


def test_none_cannot_be_saved():
    with pytest.raises(DatasetError, match="Saving 'None'"):
        SharedMemoryDataset().save(None)


def test_a_shared_catalog_makes_shared_datasets():
    catalog = SharedMemoryDataCatalog.from_config({"declared": {"type": "MemoryDataset"}})
    catalog["x"] = 5
    made = catalog.get("y", fallback_to_runtime_pattern=True)
    assert type(catalog["x"]) is type(made) is SharedMemoryDataset
    assert type(catalog["declared"]) is MemoryDataset


@pytest.mark.parametrize("kind", [DataCatalog, SharedMemoryDataCatalog])
@pytest.mark.parametrize("make", [SequentialRunner, lambda: ParallelRunner(max_workers=2)])
def test_every_runner_takes_every_catalog(kind, make):
    catalog = kind({"n": LARGE})
    nodes = [node(np.ones, "n", "array"), node(lambda array: array * 2, "array", "twice")]
    result = make().run(pipeline(nodes), catalog)
    assert result["twice"].load().sum() == catalog["twice"].load().sum() == 2 * LARGE


def test_results_outlive_the_runner_and_its_processes():
    from kedro_nb.runner.executors import pool

    catalog = SharedMemoryDataCatalog({"n": LARGE})
    result = ParallelRunner(max_workers=2).run(pipeline([node(np.ones, "n", "array")]), catalog)
    pool.shut_down()
    assert result["array"].load().sum() == LARGE
    assert all(Path(folder).exists() for folder in own_folders())
