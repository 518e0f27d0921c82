from __future__ import annotations

import pytest

from kedro_nb.errors import RequestError
from kedro_nb.io import (
    AbstractDataset,
    CachedDataset,
    DataCatalog,
    JSONDataset,
    LambdaDataset,
    MemoryDataset,
)
from kedro_nb.notebook.catalog_table import catalog_row, catalog_table


def cells_of(name, dataset):
    return catalog_row(name, DataCatalog({name: dataset})).cells[1:]


def test_data_in_memory():
    assert cells_of("xs", MemoryDataset([1, 2])) == ("MemoryDataset", "memory", "yes", "2 items")
    assert cells_of("xs", MemoryDataset()) == ("MemoryDataset", "memory", "no", "")
    assert cells_of("xs", MemoryDataset(5)) == ("MemoryDataset", "memory", "yes", "")
    assert cells_of("xs", MemoryDataset("text")) == ("MemoryDataset", "memory", "yes", "4 characters")


def test_tables_and_arrays_have_a_shape():
    numpy = pytest.importorskip("numpy")
    assert cells_of("xs", MemoryDataset(numpy.zeros((3, 4)))) == (
        "MemoryDataset",
        "memory",
        "yes",
        "3 \N{MULTIPLICATION SIGN} 4",
    )


def test_a_file_has_its_path_and_size(tmp_path):
    dataset = JSONDataset(filepath=str(tmp_path / "x.json"))
    assert cells_of("x", dataset) == ("JSONDataset", str(tmp_path / "x.json"), "no", "")
    dataset.save("a" * 2046)
    assert cells_of("x", dataset) == ("JSONDataset", str(tmp_path / "x.json"), "yes", "2.0 KB")


def test_a_cache_is_where_the_dataset_behind_it_is(tmp_path):
    assert cells_of("x", CachedDataset(JSONDataset(filepath="x.json")))[:2] == ("CachedDataset", "x.json")


def test_functions_tell_what_they_can():
    assert cells_of("x", LambdaDataset(None, None))[0] == "LambdaDataset"


def test_another_machine_is_not_asked():
    class Remote(AbstractDataset):
        _protocol, _filepath = "s3", "bucket/x.csv"

        def load(self):
            raise AssertionError

        save = exists = _describe = load

    assert cells_of("x", Remote()) == ("Remote", "s3://bucket/x.csv", "", "")


def test_a_dataset_that_cannot_be_built_is_a_row_and_the_others_are_there():
    catalog = DataCatalog.from_config({"bad": {"type": "Nonsense"}, "good": {"type": "MemoryDataset"}})
    bad, good = catalog_table(catalog).rows
    assert bad.where.startswith("cannot be built: ")
    assert good.type == "MemoryDataset"


def test_rows_are_sorted_and_chosen_by_a_regular_expression():
    table = catalog_table(DataCatalog({"b.x": 1, "a.x": 2, "c.y": 3}), r"\.x$")
    assert [row.name for row in table.rows] == ["a.x", "b.x"]


def test_parameters_are_shown_when_they_are_asked_for():
    catalog = DataCatalog({"xs": 1, "parameters": {"a": 1}, "params:a": 1})
    table = catalog_table(catalog)
    assert [row.name for row in table.rows] == ["xs"]
    assert table.note == "and 1 parameter: %kedro_params"
    assert len(catalog_table(catalog, "params")) == 1


def test_nothing_found_says_so():
    assert "No dataset's name fits 'zzz'" in repr(catalog_table(DataCatalog({"xs": 1}), "zzz"))
    assert "empty" in repr(catalog_table(DataCatalog()))


def test_a_bad_regular_expression_is_told():
    with pytest.raises(RequestError, match=r"'\[' is not a regular expression"):
        catalog_table(DataCatalog(), "[")


def test_names_are_escaped_in_html():
    html = catalog_table(DataCatalog({"<script>alert(1)</script>": 1}))._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_text_has_its_columns_under_each_other():
    lines = repr(catalog_table(DataCatalog({"a": 1, "long_name": [1]}))).splitlines()
    assert len({line.index("memory") for line in lines[1:]}) == 1
