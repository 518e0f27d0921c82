"""Older spellings of Kedro: they work, and warn once each."""

from __future__ import annotations

import importlib
import re
import warnings
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import DatasetAlreadyExistsError

if TYPE_CHECKING:
    from kedro_nb.io.catalog import DataCatalog

_RENAMED = {
    "KedroDataCatalog": "DataCatalog",
    "DataSetError": "DatasetError",
    "DataSetNotFoundError": "DatasetNotFoundError",
    "DataSetAlreadyExistsError": "DatasetAlreadyExistsError",
}
_warned: set[str] = set()


def warn_once(old: str, new: str, stacklevel: int = 3) -> None:
    if old not in _warned:
        _warned.add(old)
        warnings.warn(
            f"'{old}' is an older spelling: write '{new}'.", DeprecationWarning, stacklevel=stacklevel
        )


def newer_name(name: str) -> str | None:
    """The name of today for an older one ('MemoryDataSet'), None for any other."""
    if name.endswith("DataSet"):
        return f"{name.removesuffix('DataSet')}Dataset"
    return _RENAMED.get(name)


def lookup(module: str, name: str) -> Any:
    """For a module's `__getattr__`: what an older name stands for today."""
    newer = newer_name(name)
    found = getattr(importlib.import_module(module), newer, None) if newer else None
    if newer is None or found is None:
        raise AttributeError(f"module '{module}' has no attribute '{name}'")
    warn_once(name, newer, stacklevel=4)
    return found


class OlderCatalogMethods:
    """What a catalog could do under other names."""

    def add(self: DataCatalog, dataset_name: str, dataset: Any, replace: bool = False) -> None:  # type: ignore[misc]
        warn_once("catalog.add", "catalog[name] = dataset")
        declared = dataset_name in self.keys() and dataset_name not in self._undeclared
        if declared and not replace:
            raise DatasetAlreadyExistsError(
                f"Dataset '{dataset_name}' has already been registered. To replace it: catalog[{dataset_name!r}] = ..."
            )
        self[dataset_name] = dataset

    def _get_dataset(self: DataCatalog, dataset_name: str, version: Any = None) -> Any:  # type: ignore[misc]
        warn_once("catalog._get_dataset", "catalog.get(name)")
        described = bool(self.config_resolver.runtime_patterns)
        dataset = self.get(dataset_name, fallback_to_runtime_pattern=described, version=version)
        return self[dataset_name] if dataset is None else dataset

    def list(self: DataCatalog, regex_search: str | None = None) -> Any:  # type: ignore[misc]
        warn_once("catalog.list", "list(catalog)")
        names = self.keys()
        return names if regex_search is None else self.filter(re.compile(regex_search, re.IGNORECASE))
