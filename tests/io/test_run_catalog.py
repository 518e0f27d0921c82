"""The catalog of one run beside the shared one: what it shares, what it keeps to itself, what stays after it."""

import pytest

from kedro_nb.io import CachedDataset, DataCatalog, MemoryDataset, PickleDataset, SharedMemoryDataCatalog
from kedro_nb.io.run_catalog import RunCatalog


def beside(shared, **own):
    return RunCatalog(shared, own, {}, "2020-01-01T00.00.00.000Z")


@pytest.fixture
def shared(tmp_path):
    config = {"file": {"type": "PickleDataset", "filepath": str(tmp_path / "file.pkl")}}
    catalog = DataCatalog.from_config(config)
    catalog["data"] = 1
    return catalog


def test_datasets_are_the_same_and_what_is_its_own_is_seen_nowhere_else(shared):
    run = beside(shared, mine=MemoryDataset(2), data=None)
    assert run.catalog.load("mine") == 2
    assert "data" not in run.catalog
    run.merge()
    assert "mine" not in shared
    assert shared.load("data") == 1


def test_what_is_put_in_and_taken_out_meanwhile_is_so_afterwards(shared):
    run = beside(shared)
    run.catalog["new"] = 2
    run.catalog["file"] = 3
    del run.catalog["data"]
    run.merge()
    assert (shared.load("new"), shared.load("file"), "data" in shared) == (2, 3, False)
    assert "file" not in shared.to_config()[0]  # it is no file any more


def test_what_somebody_has_changed_in_the_shared_one_meanwhile_stays(shared):
    run = beside(shared)
    run.catalog["data"] = run.catalog["new"] = 2
    del run.catalog["file"]
    shared["data"] = shared["new"] = shared["file"] = 3
    run.merge()
    assert [shared.load(name) for name in ("data", "new", "file")] == [3, 3, 3]


def test_what_somebody_has_taken_out_meanwhile_does_not_come_back(shared):
    run = beside(shared)
    run.catalog.get("file")
    del shared["file"], shared["data"]
    run.merge()
    assert list(shared) == []


def test_patterns_that_a_runner_adds_to_it_are_no_other_runs(shared, tmp_path):
    one, other = beside(shared), beside(shared)
    pattern = {"{any}": {"type": "PickleDataset", "filepath": str(tmp_path / "{any}.pkl")}}
    one.catalog.config_resolver.add_runtime_patterns(pattern)
    assert isinstance(one.catalog.get("x", fallback_to_runtime_pattern=True), PickleDataset)
    for catalog in (other.catalog, shared):
        assert isinstance(catalog.get("x", fallback_to_runtime_pattern=True), MemoryDataset)


def test_what_a_cached_dataset_has_loaded_is_there_for_the_next_run(shared):
    shared["cached"] = CachedDataset(MemoryDataset(1))
    run = beside(shared)
    run.catalog.load("cached")
    run.merge()
    assert shared["cached"] is run.catalog["cached"]


def test_a_catalog_of_a_class_with_ways_of_its_own_stays_one():
    class Mine(DataCatalog):
        def __init__(self, place):
            super().__init__({"a": 1})
            self.place = place

    run = beside(Mine("here"))
    assert (type(run.catalog), run.catalog.place, run.catalog.load("a")) == (Mine, "here", 1)


def test_data_between_nodes_is_where_the_catalogs_class_has_it():
    catalog = SharedMemoryDataCatalog()
    made = beside(catalog).catalog.get("x", fallback_to_runtime_pattern=True)
    assert type(made).__name__ == "SharedMemoryDataset"


def test_what_a_hook_puts_in_stays_though_the_entry_was_used_meanwhile(shared):
    run = beside(shared)
    run.catalog["file"] = 3
    shared.get("file")
    run.merge()
    assert shared.load("file") == 3


def test_what_is_in_memory_and_was_used_in_both_stays_the_shared_one_s(shared):
    shared.add_entries({"kept": {"type": "MemoryDataset"}})
    run = beside(shared)
    run.catalog.get("kept")
    shared.save("kept", 1)
    run.merge()
    assert shared.load("kept") == 1


def test_data_in_memory_that_the_run_has_made_from_an_entry_stays(shared):
    shared.add_entries({"kept": {"type": "MemoryDataset"}, "{any}_kept": {"type": "MemoryDataset"}})
    run = beside(shared)
    run.catalog.save("kept", 1)
    run.catalog.save("my_kept", 2)
    run.merge()
    assert (shared.load("kept"), shared.load("my_kept")) == (1, 2)


def test_a_stored_dataset_is_the_run_s_own_and_its_name_is_known_afterwards(shared, tmp_path):
    shared.add_entries({"{any}_file": {"type": "PickleDataset", "filepath": str(tmp_path / "{any}.pkl")}})
    run = beside(shared)
    run.catalog.save("a_file", 1)
    assert run.catalog["file"] is not shared["file"]
    run.merge()
    assert "a_file" in list(shared)
    assert shared.load("a_file") == 1


def test_what_is_replaced_by_an_entry_meanwhile_stays_replaced(shared):
    run = beside(shared)
    run.catalog.get("file")
    run.catalog["data"] = 2
    shared.add_entries({"file": {"type": "MemoryDataset"}, "data": {"type": "MemoryDataset"}})
    run.merge()
    assert shared.exists("data") is False
    assert isinstance(shared["file"], MemoryDataset)
