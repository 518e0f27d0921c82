"""CatalogConfigResolver: which pattern describes a dataset, and what becomes of it."""

import time

import pytest
from kedro.io import CatalogConfigResolver as KedroResolver

from kedro_nb.io import CatalogConfigResolver, DataCatalog, DatasetError

PATTERNS = ["{a}_{b}", "x_{b}", "{a}_y", "{a}_{b}_{c}", "{a}.{b}_", "{ns}_{name}#csv", "{any}"]
NAMES = ["x_y", "a_b_c", "q", "a.b_", "ns.x_name#csv", "X_z", "_", "x_"]


def resolver(*patterns, **entry):
    return CatalogConfigResolver({name: {"type": "MemoryDataset", **entry} for name in patterns})


def test_patterns_are_tried_from_the_most_to_the_least_specific():
    assert resolver("{a}_{b}", "{any}", "x_{b}", "{b}_{c}", "{a}_{b}_{c}", "{n}#csv").list_patterns() == [
        "{n}#csv",
        "{a}_{b}_{c}",
        "x_{b}",
        "{a}_{b}",
        "{b}_{c}",
        "{any}",
        "{default}",
    ]


def test_order_and_matches_are_those_of_kedro():
    entries = {name: {"type": "MemoryDataset"} for name in PATTERNS}
    ours, theirs = CatalogConfigResolver(entries), KedroResolver(entries)
    assert ours.list_patterns() == theirs.list_patterns()
    for name in NAMES:
        assert ours.match_dataset_pattern(name) == theirs.match_dataset_pattern(name), name
        assert ours.match_user_catch_all_pattern(name) == theirs.match_user_catch_all_pattern(name)


def test_a_placeholder_used_twice_stands_for_the_same_text():
    assert resolver("{n}_{n}").match_dataset_pattern("a_a")
    assert not resolver("{n}_{n}").match_dataset_pattern("a_b")


def test_placeholders_are_filled_in_wherever_they_stand():
    entry = {
        "type": "{kind}.CSVDataset",
        "filepath": "data/{kind}/{name}.csv",
        "load_args": {"names": ["{name}", 3], "{kind}": r"\d{4}"},
    }
    assert CatalogConfigResolver({"{kind}_{name}": entry}).resolve_pattern("pandas_cars") == {
        "type": "pandas.CSVDataset",
        "filepath": "data/pandas/cars.csv",
        "load_args": {"names": ["cars", 3], "pandas": r"\d{4}"},
    }


def test_an_entry_of_its_own_goes_before_every_pattern():
    config = {"a_b": {"type": "CSVDataset"}, "{x}_{y}": {"type": "MemoryDataset"}}
    assert CatalogConfigResolver(config).resolve_pattern("a_b") == {"type": "CSVDataset"}


def test_what_nothing_describes_lives_in_memory():
    assert resolver("{a}_x").resolve_pattern("q") == {"type": "kedro_nb.io.MemoryDataset"}


def test_the_catch_all_goes_before_runtime_patterns_and_after_the_others():
    config = {"{any}": {"type": "A"}, "a_{x}": {"type": "B"}}
    resolver = CatalogConfigResolver(config, default_runtime_patterns={"{default}": {"type": "C"}})
    assert resolver.resolve_pattern("a_1") == {"type": "B"}
    assert resolver.resolve_pattern("q") == {"type": "A"}


def test_there_can_be_only_one_catch_all():
    with pytest.raises(
        DatasetError, match=r"Multiple catch-all patterns found in the catalog: \{a\}, \{b\}\."
    ):
        resolver("{a}", "{b}")


def test_runtime_patterns_come_and_go():
    resolver = CatalogConfigResolver()
    resolver.add_runtime_patterns({"{n}#tmp": {"type": "A"}})
    resolver.add_runtime_patterns({"{rest}": {"type": "B"}})
    assert resolver.match_runtime_pattern("x#tmp") == "{n}#tmp"
    assert resolver.resolve_pattern("x") == {"type": "B"}
    resolver.remove_runtime_patterns({"{n}#tmp": {"type": "A"}, "{rest}": {"type": "B"}})
    assert resolver.list_patterns() == ["{default}"]


def test_credentials_are_filled_in_where_a_pattern_names_them():
    config = {"{ns}_x": {"type": "A", "credentials": "{ns}_key"}}
    resolved = CatalogConfigResolver(config, {"dev_key": {"token": 1}}).resolve_pattern("dev_x")
    assert resolved == {"type": "A", "credentials": {"token": 1}}


def test_entries_nested_in_entries_get_their_credentials():
    config = {"x": {"type": "CachedDataset", "dataset": {"type": "A", "credentials": "key"}}}
    resolved = CatalogConfigResolver(config, {"key": {"token": 1}}).config["x"]
    assert resolved["dataset"]["credentials"] == {"token": 1}
    assert config["x"]["dataset"]["credentials"] == "key"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            {"{a}_x": {"type": "M", "copy_mode": "{b}"}},
            r"Keys used in the configuration \{'\{b\}'\} should present",
        ),
        ({"{a": {"type": "M"}}, "Dataset pattern '{a' is malformed"),
        ({"{a b}": {"type": "M"}}, "Dataset pattern '{a b}' is malformed"),
        ({"a": {"filepath": "x"}}, "(?s)dataset 'a':.*'type' is missing from dataset catalog configuration"),
        ({"a": {"typ": "x"}}, "(?s)dataset 'a':.*'type' is missing.*Is 'typ' meant to be 'type'"),
        ({"a": "x"}, "Catalog entry 'a' is not a valid dataset configuration.*found 'x'"),
        ({3: {"type": "M"}}, "Dataset names are text, and 3 is a 'int'"),
        (["a"], "A catalog is a mapping of names to entries, and not a 'list'"),
    ],
)
def test_entries_that_cannot_be_meant_are_told_at_once(config, message):
    with pytest.raises(DatasetError, match=message):
        CatalogConfigResolver(config)


@pytest.mark.parametrize("kind", [KeyError, DatasetError])
def test_unknown_credentials_are_told_with_the_closest_names(kind):
    with pytest.raises(kind) as caught:
        CatalogConfigResolver({"cars": {"type": "M", "credentials": "dev_s4"}}, {"dev_s3": {}})
    assert str(caught.value) == (
        "Unable to find credentials 'dev_s4': check your data catalog and credentials configuration "
        "(dataset 'cars') - did you mean one of these instead: dev_s3"
    )


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("{a}_{b}_{c}x", "_" * 5_000, False),
        ("{a}_{b}_{c}x", "_" * 5_000 + "x", True),
        ("{a}.{b}.{c}.{d}", "." * 2_000, True),
        ("{a}.{b}.{c}.{d}z", "a." * 2_000, False),
        ("{a}_{b}_{c}!", "_" * 5_000 + "a!", True),
    ],
    ids=range(5),
)
def test_a_long_name_fits_a_pattern_or_not_in_short_time(pattern, name, fits):
    catalog = DataCatalog.from_config({pattern: {"type": "MemoryDataset"}})
    start = time.process_time()
    assert (name in catalog) == fits
    assert time.process_time() - start < 2.0
