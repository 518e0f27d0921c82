"""Which versions a catalog loads and saves."""

# mypy: disable-error-code="misc"
# The methods are those of a DataCatalog, which derives from the class.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_nb.errors import DatasetError, DatasetNotFoundError, VersionAlreadyExistsError, did_you_mean
from kedro_nb.io.entries import load_version_of
from kedro_nb.io.safe_paths import check_version, chosen_versions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_nb.io.catalog import DataCatalog


class CatalogVersions:
    """The part of a DataCatalog that knows of versions."""

    @property
    def load_versions(self: DataCatalog) -> dict[str, str]:
        """Which version is loaded, by name; the latest for the others."""
        return dict(self._load_versions)

    def use_versions(
        self: DataCatalog,
        load_versions: Mapping[str, str | None] | None = None,
        save_version: str | None = None,
    ) -> None:
        """Have versioned entries load `load_versions` (the latest of the others) and save a new version from now on.

        Entries are built again when next used. Datasets that were given as objects keep their versions.
        """
        chosen = chosen_versions(load_versions, save_version)
        self._check_load_versions(chosen)
        with self._lock:
            self._load_versions = chosen
            self._save_version = save_version
            self.refresh(name for name in self._stored if self._configs[name].get("versioned"))

    def _check_load_versions(self: DataCatalog, load_versions: Mapping[str, str]) -> None:
        unknown = [name for name in load_versions if name not in self]
        if unknown:
            raise DatasetNotFoundError(
                f"'load_versions' keys [{', '.join(unknown)}] are not found in the catalog."
                f"{did_you_mean(unknown[0], self.keys())}"
            )
        for name, version in load_versions.items():
            entry = self._configs.get(name)
            if entry is None and name not in self._entries:
                entry = self._resolver.resolve_entry(name)
            if entry is None and load_version_of(self._entries[name]) != version:
                reason = "it was given as an object, which keeps its own version"
            elif entry is not None and not entry.get("versioned"):
                reason = "its entry lacks 'versioned: true'"
            else:
                continue
            raise DatasetError(f"Version '{version}' of dataset '{name}' cannot be loaded: {reason}.")

    def _adopt_versions(self: DataCatalog, name: str, dataset: Any) -> None:
        """Take note of the versions that a dataset brings: one catalog saves under one version."""
        load, save = load_version_of(dataset), getattr(getattr(dataset, "_version", None), "save", None)
        for version in (load, save):
            check_version(version, name)
        # A load version chosen for a dataset that is replaced goes with it.
        chosen = None if name in self._entries else self._load_versions.get(name)
        if load and chosen not in (None, load):
            raise VersionAlreadyExistsError(
                f"Cannot add a dataset `{name}` with `{load}` load version: "
                f"the catalog is to load version `{chosen}` of it."
            )
        if save and self._save_version not in (None, save):
            raise VersionAlreadyExistsError(
                f"Cannot add a dataset `{name}` with `{save}` save version: the catalog saves under version "
                f"`{self._save_version}`, and all datasets in a catalog must have the same save version."
            )
        if name in self._entries:
            self._load_versions.pop(name, None)
        if load:
            self._load_versions[name] = load
        self._save_version = save or self._save_version
