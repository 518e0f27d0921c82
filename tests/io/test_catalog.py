"""DataCatalog: dict-like, lazy, and clear about what is missing."""

import logging
import pickle
import re
import threading

import pytest

from kedro_nb.io import (
    CatalogConfigResolver,
    CatalogProtocol,
    DataCatalog,
    DatasetError,
    DatasetNotFoundError,
    LambdaDataset,
    MemoryDataset,
    PickleDataset,
)

LOG = "kedro_nb.io.data_catalog"


class Built(MemoryDataset):
    count = 0

    def __init__(self, fail=False):
        super().__init__()
        Built.count += 1
        if fail:
            raise OSError("no network")


@pytest.fixture(autouse=True)
def nothing_built():
    Built.count = 0


class TestDictLike:
    def test_it_reads_like_a_dict(self, catalog):
        assert catalog.keys() == list(catalog) == ["cars", "planes"]
        assert len(catalog) == 2
        assert catalog.values() == [catalog["cars"], catalog["planes"]]
        assert catalog.items() == list(zip(catalog.keys(), catalog.values(), strict=True))
        assert "cars" in catalog
        assert "trains" not in catalog
        assert 3 not in catalog
        assert isinstance(catalog, CatalogProtocol)

    def test_a_plain_value_becomes_a_memory_dataset(self, catalog):
        catalog["n"] = 5
        assert isinstance(catalog["n"], MemoryDataset)
        assert catalog.load("n") == 5
        assert DataCatalog({"n": None}).load("n") is None

    def test_replacing_a_dataset_is_logged(self, catalog, caplog):
        catalog["cars"] = 5
        assert "Replacing dataset 'cars'" in caplog.text

    def test_an_unknown_name_is_told_with_the_closest(self, catalog):
        expected = "Dataset 'car' not found in the catalog - did you mean one of these instead: cars"
        for ask in (
            lambda: catalog["car"],
            lambda: catalog.load("car"),
            lambda: catalog.save("car", 1),
            lambda: catalog.release("car"),
            lambda: catalog.confirm("car"),
        ):
            with pytest.raises(DatasetNotFoundError, match=f"^{re.escape(expected)}$"):
                ask()

    def test_get_returns_none_for_an_unknown_name_and_adds_nothing(self, catalog):
        assert catalog.get("trains") is None
        assert not catalog.exists("trains")
        assert "trains" not in catalog

    def test_get_makes_a_dataset_in_memory_when_asked_and_keeps_it(self, catalog):
        made = catalog.get("trains", fallback_to_runtime_pattern=True)
        assert isinstance(made, MemoryDataset)
        assert catalog["trains"] is made

    def test_names_are_text(self, catalog):
        with pytest.raises(DatasetError, match="Dataset names are text, and 3 is a 'int'"):
            catalog[3] = 4

    def test_datasets_are_a_mapping(self):
        with pytest.raises(
            DatasetError, match="'datasets' is a mapping of names to datasets, and not a 'list'"
        ):
            DataCatalog([1])

    def test_catalogs_of_the_same_content_are_equal(self, config):
        dataset = MemoryDataset()
        assert DataCatalog({"a": dataset}) == DataCatalog({"a": dataset})
        assert DataCatalog({"a": dataset}) != DataCatalog({"a": MemoryDataset()})
        one, other = (DataCatalog.from_config(config, {"key": {}}) for _ in range(2))
        one["cars"]
        assert one == other
        assert one != DataCatalog.from_config({**config, "cars": {"type": "MemoryDataset"}}, {"key": {}})
        assert one != 3

    def test_it_completes_keys_in_a_notebook(self, catalog):
        assert catalog._ipython_key_completions_() == ["cars", "planes"]

    def test_it_can_be_pickled(self, catalog):
        fresh = pickle.loads(pickle.dumps(catalog))
        fresh["new"] = 1
        assert fresh.load("cars") == [1]


class TestDataInAndOut:
    def test_what_is_saved_is_loaded(self, catalog):
        catalog.save("planes", [2])
        assert catalog.exists("planes")
        assert catalog.load("planes") == [2]
        catalog.release("planes")
        assert not catalog.exists("planes")

    def test_loads_and_saves_are_logged_in_kedros_words(self, catalog, caplog):
        caplog.set_level(logging.INFO, logger=LOG)
        catalog.save("cars", 1)
        catalog.load("cars")
        assert caplog.messages == [
            "Saving data to `cars` (MemoryDataset)...",
            "Loading data from `cars` (MemoryDataset)...",
        ]
        assert {record.name for record in caplog.records} == {LOG}

    def test_errors_of_datasets_name_the_entry(self, catalog):
        with pytest.raises(DatasetError, match=r"^planes: Data for MemoryDataset has not been saved yet\.$"):
            catalog.load("planes")
        with pytest.raises(DatasetError, match=r"^cars: Saving 'None' to a 'Dataset' is not allowed$"):
            catalog.save("cars", None)

    def test_errors_of_the_users_functions_stay_the_cause(self, catalog):
        catalog["bad"] = LambdaDataset(load=lambda: 1 / 0, save=None)
        with pytest.raises(DatasetError, match=r"^bad: Failed while loading data") as caught:
            catalog.load("bad")
        assert isinstance(caught.value.__cause__, ZeroDivisionError)

    def test_any_object_with_the_methods_of_a_dataset_is_one(self):
        class Duck:
            def load(self):
                raise OSError("pond dry")

            def save(self, data):
                pass

            def exists(self):
                return True

            def release(self):
                pass

            def _describe(self):
                return {}

        duck = Duck()
        catalog = DataCatalog({"duck": duck})
        assert catalog["duck"] is duck
        with pytest.raises(
            DatasetError, match=r"(?s)^duck: Failed while loading data from dataset .*Duck.*pond dry"
        ):
            catalog.load("duck")

    def test_confirm_reaches_the_dataset(self, catalog):
        class Counting(MemoryDataset):
            confirmed = 0

            def confirm(self):
                self.confirmed += 1

        catalog["n"] = Counting()
        catalog.confirm("n")
        assert catalog["n"].confirmed == 1
        with pytest.raises(DatasetError, match="Dataset 'cars' does not have 'confirm' method"):
            catalog.confirm("cars")


class TestLazy:
    def test_a_dataset_is_built_on_first_use_and_once(self):
        catalog = DataCatalog.from_config({"a": {"type": Built}})
        assert catalog.keys() == ["a"]
        assert "a" in catalog
        assert Built.count == 0
        assert catalog["a"] is catalog["a"]
        assert Built.count == 1

    def test_a_bad_entry_fails_on_use_with_its_name_and_harms_no_other(self):
        catalog = DataCatalog.from_config({"bad": {"type": Built, "fail": True}, "good": {"type": Built}})
        assert catalog["good"]
        with pytest.raises(
            DatasetError, match=r"Failed to instantiate dataset 'bad' of type '.*Built'.\nno network"
        ):
            catalog["bad"]

    def test_its_repr_never_raises_and_builds_nothing(self):
        class Shy(MemoryDataset):
            def _describe(self):
                raise RuntimeError("no")

        catalog = DataCatalog.from_config(
            {"bad": {"type": "no.such.Type"}, "worse": {"type": 3}, "lazy": {"type": Built}}
        )
        catalog["shy"] = Shy()
        catalog["n"] = 1
        assert repr(catalog).splitlines() == [
            "'bad': no.such.Type",
            "'worse': 3",
            f"'lazy': {__name__}.Built",
            f"'shy': {__name__}.{Shy.__qualname__}(...)",
            "'n': kedro_nb.io.MemoryDataset(data='<int>')",
        ]
        assert Built.count == 0

    def test_the_order_of_entries_stays_when_they_are_built(self):
        catalog = DataCatalog.from_config({"a": {"type": Built}, "b": {"type": Built}})
        catalog["b"]
        assert catalog.keys() == ["a", "b"]

    def test_a_dataset_given_as_an_object_goes_before_its_entry(self, caplog):
        resolver = CatalogConfigResolver({"a": {"type": Built}})
        catalog = DataCatalog({"a": 1}, config_resolver=resolver)
        assert catalog.load("a") == 1
        assert "'a' is given as a dataset" in caplog.text


class TestPatterns:
    def test_a_name_that_fits_a_pattern_is_in_the_catalog_without_being_added(self, config):
        catalog = DataCatalog.from_config(config, {"key": {}})
        assert "x#pkl" in catalog
        assert catalog.keys() == ["cars"]

    def test_the_first_use_adds_it(self, config, tmp_path):
        catalog = DataCatalog.from_config(config, {"key": {}})
        catalog.save("x#pkl", 1)
        assert (tmp_path / "x.pkl").is_file()
        assert catalog.keys() == ["cars", "x#pkl"]

    def test_the_catch_all_takes_the_rest(self):
        catalog = DataCatalog.from_config({"{any}": {"type": Built}})
        assert isinstance(catalog["whatever"], Built)

    def test_runtime_patterns_are_used_only_when_asked_for(self):
        catalog = DataCatalog()
        catalog.config_resolver.add_runtime_patterns({"{default}": {"type": Built}})
        assert "x" not in catalog
        assert catalog.get("x") is None
        assert isinstance(catalog.get("x", fallback_to_runtime_pattern=True), Built)

    @pytest.mark.parametrize("config", [{}, {"{name}": {"type": Built}}, {"x": {"type": Built}}])
    def test_threads_that_ask_for_one_name_get_one_dataset(self, config):
        for _ in range(20):
            catalog = DataCatalog.from_config(config)
            start, found = threading.Barrier(8), []

            def ask(catalog=catalog, start=start, found=found):
                start.wait()
                found.append(catalog.get("x", fallback_to_runtime_pattern=True))

            threads = [threading.Thread(target=ask) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len({id(dataset) for dataset in found}) == 1
            assert catalog["x"] is found[0]

    def test_what_is_built_can_be_looked_up_without_a_check(self):
        catalog = DataCatalog({"x": 1})
        assert catalog.built("x") is catalog["x"]

    def test_a_name_that_fits_no_pattern_lives_in_memory_where_there_are_patterns(self):
        catalog = DataCatalog.from_config({"{n}#built": {"type": Built}})
        assert type(catalog.get("x", fallback_to_runtime_pattern=True)) is MemoryDataset
        assert catalog.to_config()[0].keys() == {"{n}#built"}


class TestTypesAndFilters:
    def test_a_type_is_told_without_building(self):
        catalog = DataCatalog.from_config(
            {
                "a": {"type": Built},
                "p": {"type": "PickleDataset"},
                "bad": {"type": "no.Type"},
                "{n}#m": {"type": Built},
            }
        )
        assert catalog.get_type("a") == f"{__name__}.Built"
        assert catalog.get_type("p") == "kedro_nb.io.PickleDataset"
        assert catalog.get_type("bad") == "no.Type"
        assert catalog.get_type("x#m") == f"{__name__}.Built"
        assert catalog.get_type("nothing") is None
        assert Built.count == 0

    def test_names_are_filtered_by_name_and_type(self):
        catalog = DataCatalog.from_config(
            {"a_1": {"type": Built}, "a_2": {"type": "PickleDataset"}, "b_1": {"type": "no.Type"}}
        )
        assert catalog.filter() == ["a_1", "a_2", "b_1"]
        assert catalog.filter("^a") == ["a_1", "a_2"]
        assert catalog.filter(re.compile("^A", re.IGNORECASE), type_regex="Pickle") == ["a_2"]
        assert catalog.filter(by_type=MemoryDataset) == ["a_1"]
        assert catalog.filter(by_type=[MemoryDataset, PickleDataset]) == ["a_1", "a_2"]
        assert Built.count == 0

    def test_a_malformed_regular_expression_is_told(self, catalog):
        with pytest.raises(DatasetError, match=r"'\[' is not a regular expression: unterminated"):
            catalog.filter("[")
