"""A catalog as configuration: which versions it loads and saves, and how it is written down again."""

import pytest
from kedro_datasets.pickle import PickleDataset as KedroPickleDataset

from kedro_nb.io import (
    CatalogConfigResolver,
    DataCatalog,
    DatasetError,
    DatasetNotFoundError,
    PickleDataset,
    Version,
    VersionAlreadyExistsError,
)


class TestVersions:
    def test_datasets_of_one_catalog_save_one_version(self, tmp_path):
        config = {
            name: {"type": "PickleDataset", "filepath": f"{tmp_path}/{name}", "versioned": True}
            for name in "ab"
        }
        catalog = DataCatalog.from_config(config)
        catalog.save("a", 1)
        catalog.save("b", 1)
        assert catalog["a"].list_versions(full_path=False) == catalog["b"].list_versions(full_path=False)

    def test_a_version_is_loaded_by_name(self, config, tmp_path):
        for version in ("v1", "v2"):
            DataCatalog.from_config(config, {"key": {}}, save_version=version).save("cars", version)
        catalog = DataCatalog.from_config(config, {"key": {}})
        assert catalog.load("cars") == "v2"
        assert catalog.load("cars", version="v1") == "v1"
        assert catalog.get("cars", version=Version("v1", None)).load() == "v1"
        assert catalog.load("cars") == "v2"
        assert DataCatalog.from_config(config, {"key": {}}, load_versions={"cars": "v1"}).load("cars") == "v1"

    def test_a_catalog_can_go_on_to_another_version(self, config):
        catalog = DataCatalog.from_config(config, {"key": {}}, save_version="v1")
        catalog.save("cars", "first")
        catalog.use_versions(save_version="v2")
        catalog.save("cars", "second")
        assert catalog.load("cars") == "second"
        catalog.use_versions(load_versions={"cars": "v1"})
        assert catalog.load("cars") == "first"

    def test_unknown_names_in_load_versions_are_told(self, config):
        with pytest.raises(DatasetNotFoundError, match=r"'load_versions' keys \[car\] are not found.*cars"):
            DataCatalog.from_config(config, {"key": {}}, load_versions={"car": "v1", "x#pkl": "v1"})

    @pytest.mark.parametrize("name", ["plain", "x#pkl", "given"])
    def test_load_versions_of_what_keeps_none_are_refused(self, name, tmp_path, config):
        config["plain"] = {"type": "PickleDataset", "filepath": str(tmp_path / "plain")}
        given = PickleDataset(filepath=tmp_path / "given", version=Version(None, None))
        catalog = DataCatalog({"given": given}, config_resolver=CatalogConfigResolver(config, {"key": {}}))
        with pytest.raises(DatasetError, match=f"Version 'v1' of dataset '{name}' cannot be loaded"):
            catalog.use_versions({name: "v1"})

    def test_a_replaced_dataset_takes_its_load_version_along(self, config):
        catalog = DataCatalog.from_config(config, {"key": {}}, load_versions={"cars": "v1"})
        catalog["cars"] = 5
        assert catalog.to_config()[2] == {}

    def test_a_version_of_what_has_none_is_refused(self, catalog):
        with pytest.raises(DatasetError, match=r"'cars' \(MemoryDataset\) keeps no versions: version 'v1'"):
            catalog.load("cars", version="v1")

    def test_a_dataset_with_another_save_version_is_refused(self, tmp_path):
        catalog = DataCatalog({"a": PickleDataset(filepath=tmp_path / "a", version=Version(None, "v1"))})
        with pytest.raises(
            VersionAlreadyExistsError, match="Cannot add a dataset `b` with `v2` save version"
        ):
            catalog["b"] = PickleDataset(filepath=tmp_path / "b", version=Version(None, "v2"))
        assert "b" not in catalog

    def test_a_dataset_with_another_load_version_is_refused(self, tmp_path):
        dataset = PickleDataset(filepath=tmp_path / "a", version=Version("v1", None))
        with pytest.raises(
            VersionAlreadyExistsError, match="Cannot add a dataset `a` with `v1` load version"
        ):
            DataCatalog({"a": dataset}, load_versions={"a": "v2"})


class TestToConfig:
    def test_a_catalog_survives_the_round_trip(self, config):
        credentials = {"key": {"token": 1}}
        catalog = DataCatalog.from_config(config, credentials, {"cars": "v1"}, "v2")
        catalog["x#pkl"]
        written = catalog.to_config()
        assert written[1:] == (credentials, {"cars": "v1"}, "v2")
        again = DataCatalog.from_config(*written)
        assert again == catalog
        assert again.to_config() == written

    def test_datasets_given_as_objects_are_written_with_their_arguments(self, tmp_path):
        catalog = DataCatalog(
            {
                "ours": PickleDataset(
                    filepath=tmp_path / "x", credentials={"a": 1}, version=Version("v1", "v2")
                ),
                "theirs": KedroPickleDataset(filepath=str(tmp_path / "y")),
            }
        )
        entries, credentials, load_versions, save_version = catalog.to_config()
        assert entries["ours"] == {
            "type": "kedro_nb.io.PickleDataset",
            "filepath": str(tmp_path / "x"),
            "credentials": "ours_credentials",
            "versioned": True,
        }
        assert credentials == {"ours_credentials": {"a": 1}}
        assert (load_versions, save_version) == ({"ours": "v1"}, "v2")
        again = DataCatalog.from_config(entries, credentials, load_versions, save_version)
        assert repr(again["ours"]) == repr(catalog["ours"])
        assert repr(again["theirs"]) == repr(catalog["theirs"])

    def test_data_in_memory_is_left_out(self, catalog):
        assert catalog.to_config() == ({}, {}, {}, None)

    def test_an_empty_catalog_is_fine(self):
        assert len(DataCatalog.from_config(None)) == 0
        assert DataCatalog.from_config({}).to_config() == ({}, {}, {}, None)
