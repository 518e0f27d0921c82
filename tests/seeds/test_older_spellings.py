"""Where the pages disagree the newer one wins, and the older spelling stays: it works, and warns once."""

from __future__ import annotations

import warnings

import pytest

import kedro_nb.io
from kedro_nb.io import DataCatalog, MemoryDataset

SPELLINGS = {
    "KedroDataCatalog": "DataCatalog",
    "AbstractDataSet": "AbstractDataset",
    "MemoryDataSet": "MemoryDataset",
    "LambdaDataSet": "LambdaDataset",
    "CSVDataSet": "CSVDataset",
}
METHODS = {
    "catalog.list": lambda catalog: catalog.list(),
    "catalog.add": lambda catalog: catalog.add(f"x{len(catalog)}", MemoryDataset()),
    "catalog._get_dataset": lambda catalog: catalog._get_dataset("xs"),
}


@pytest.mark.parametrize(("older", "newer"), SPELLINGS.items())
def test_an_older_name_is_the_newer_class(older, newer):
    with pytest.warns(DeprecationWarning, match=f"'{older}' is an older spelling: write '{newer}'"):
        assert getattr(kedro_nb.io, older) is getattr(kedro_nb.io, newer)


@pytest.mark.parametrize("older", SPELLINGS)
def test_an_older_name_warns_once(older):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            getattr(kedro_nb.io, older)
    assert [warning.category for warning in caught] == [DeprecationWarning]


@pytest.mark.parametrize("older", METHODS)
def test_an_older_method_warns_once(older):
    catalog = DataCatalog({"xs": MemoryDataset([1])})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            METHODS[older](catalog)
    assert [str(warning.message).split("'")[1] for warning in caught] == [older]


def test_the_warning_names_the_line_that_has_the_older_spelling(cell):
    with pytest.warns(DeprecationWarning, match="MemoryDataSet") as caught:
        cell("from kedro.io import MemoryDataSet")
    assert caught[0].filename == "<cell>"
