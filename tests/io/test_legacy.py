"""Older spellings work, and warn exactly once."""

import warnings

import pytest

from kedro_nb import io
from kedro_nb.io import DataCatalog, DatasetAlreadyExistsError, DatasetNotFoundError, MemoryDataset, legacy


@pytest.fixture(autouse=True)
def nobody_warned(monkeypatch):
    monkeypatch.setattr(legacy, "_warned", set())


def warnings_of(action):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        results = [action(), action()]
    return caught, results


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("AbstractDataSet", "AbstractDataset"),
        ("AbstractVersionedDataSet", "AbstractVersionedDataset"),
        ("MemoryDataSet", "MemoryDataset"),
        ("LambdaDataSet", "LambdaDataset"),
        ("CachedDataSet", "CachedDataset"),
        ("KedroDataCatalog", "DataCatalog"),
        ("DataSetError", "DatasetError"),
        ("DataSetNotFoundError", "DatasetNotFoundError"),
        ("DataSetAlreadyExistsError", "DatasetAlreadyExistsError"),
    ],
)
def test_an_older_name_is_the_newer_class_and_warns_once(old, new):
    caught, results = warnings_of(lambda: getattr(io, old))
    assert results == [getattr(io, new)] * 2
    (warning,) = caught
    assert warning.category is DeprecationWarning
    assert str(warning.message) == f"'{old}' is an older spelling: write '{new}'."
    assert warning.filename == __file__


def test_importing_an_older_name_warns_once_where_it_is_imported():
    def action():
        from kedro_nb.io import MemoryDataSet

        return MemoryDataSet

    caught, results = warnings_of(action)
    assert results == [MemoryDataset] * 2
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize(
    ("old", "expected", "call"),
    [
        ("catalog.list", ["cars"], lambda catalog: catalog.list()),
        ("catalog.list", ["cars"], lambda catalog: catalog.list("^C")),
        ("catalog._get_dataset", 1, lambda catalog: catalog._get_dataset("cars").load()),
        ("catalog.add", None, lambda catalog: catalog.add("cars", MemoryDataset(), replace=True)),
    ],
)
def test_an_older_method_works_and_warns_once(old, expected, call):
    catalog = DataCatalog({"cars": 1})
    caught, results = warnings_of(lambda: call(catalog))
    assert results == [expected] * 2
    (warning,) = caught
    assert old in str(warning.message)
    assert warning.filename == __file__


def test_an_older_type_in_an_entry_works_and_warns_once():
    def action():
        return DataCatalog.from_config({"cars": {"type": "MemoryDataSet"}})["cars"]

    caught, results = warnings_of(action)
    assert [type(dataset) for dataset in results] == [MemoryDataset] * 2
    assert len(caught) == 1


@pytest.mark.filterwarnings("ignore:'catalog.add'")
def test_add_refuses_a_name_that_is_taken():
    catalog = DataCatalog.from_config({"cars": {"type": "MemoryDataset"}, "{any}": {"type": "MemoryDataset"}})
    catalog.add("planes", MemoryDataset(2))
    assert catalog.load("planes") == 2
    with pytest.raises(DatasetAlreadyExistsError, match="Dataset 'cars' has already been registered"):
        catalog.add("cars", MemoryDataset())


@pytest.mark.filterwarnings("ignore:'catalog._get_dataset'")
def test_get_dataset_follows_the_runtime_patterns_that_were_added():
    catalog = DataCatalog()
    with pytest.raises(DatasetNotFoundError, match="Dataset 'cars' not found in the catalog"):
        catalog._get_dataset("cars")
    catalog.config_resolver.add_runtime_patterns({"{default}": {"type": "MemoryDataset"}})
    assert not catalog._get_dataset("cars").exists()


def test_a_name_that_never_was_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"module 'kedro_nb.io' has no attribute 'NoSuchDataSet'"):
        io.NoSuchDataSet
    with pytest.raises(AttributeError, match="has no attribute 'anything'"):
        io.anything
