"""A catalog in use: entries added, taken out, declared after a run."""

import warnings

import pytest

from kedro_nb.errors import DatasetError, DatasetNotFoundError
from kedro_nb.io import DataCatalog, MemoryDataset


@pytest.fixture
def catalog(tmp_path):
    return DataCatalog.from_config({"kept": {"type": "TextDataset", "filepath": str(tmp_path / "kept.txt")}})


def test_entries_can_be_added_and_replaced(catalog, tmp_path):
    catalog["x"] = 1
    catalog.add_entries({"x": {"type": "JSONDataset", "filepath": str(tmp_path / "x.json")}})
    catalog.save("x", {"a": 1})
    assert (tmp_path / "x.json").exists()
    assert set(catalog.to_config()[0]) == {"kept", "x"}


def test_patterns_can_be_added(catalog, tmp_path):
    catalog.add_entries({"{name}_text": {"type": "TextDataset", "filepath": str(tmp_path / "{name}.txt")}})
    catalog.save("my_text", "hello")
    assert (tmp_path / "my.txt").read_text() == "hello"


@pytest.mark.parametrize(
    "wrong",
    [{"type": "TxetDataset", "filepath": "x"}, {"filepath": "x"}, {"type": "TextDataset", "path": "x"}],
)
def test_one_wrong_entry_leaves_the_catalog_as_it_was(catalog, wrong):
    with pytest.raises(DatasetError):
        catalog.add_entries({"fine": {"type": "MemoryDataset"}, "wrong": wrong})
    assert list(catalog) == ["kept"]
    with pytest.raises(DatasetError):
        catalog.add_entries({"fine": {"type": "MemoryDataset"}, "{any}_wrong": {"type": "TxetDataset"}})
    assert list(catalog) == ["kept"]
    assert catalog.config_resolver.list_patterns() == DataCatalog().config_resolver.list_patterns()


def test_a_dataset_can_be_taken_out(catalog):
    del catalog["kept"]
    assert "kept" not in catalog
    with pytest.raises(DatasetNotFoundError, match="'kept' not found in the catalog"):
        del catalog["kept"]


def test_what_a_run_has_made_up_can_be_declared_in_the_older_way(catalog):
    catalog.get("made_up", fallback_to_runtime_pattern=True)
    with warnings.catch_warnings(action="ignore"):  # the older spelling
        catalog.add("made_up", MemoryDataset(1))
    assert catalog.load("made_up") == 1
