"""Add what a `%%kedro_catalog` cell says to a catalog that is in use."""

from __future__ import annotations

from typing import Any

from kedro_nb.errors import RequestError
from kedro_nb.io import CatalogConfigResolver, DataCatalog
from kedro_nb.io.types import resolve_type


def add_entries(catalog: Any, entries: dict[str, Any]) -> None:
    """Add or replace entries and patterns; the catalog is as it was when one of them is wrong.

    Every dataset is built for that, so that a wrong entry is told in the cell that says it.
    """
    if not isinstance(catalog, DataCatalog):
        raise RequestError(f"A {type(catalog).__name__} takes no entries: set its datasets one by one.")
    before = catalog.config_resolver
    known = {**before.entries, **before.patterns}
    for pattern in before.patterns.keys() & entries.keys():
        del known[pattern]
    resolver = CatalogConfigResolver(
        {**known, **entries}, before.credentials, catalog.default_runtime_patterns
    )
    resolver.add_runtime_patterns(before.runtime_patterns)
    tried = DataCatalog.from_config(entries, before.credentials)
    datasets = dict(tried.items())
    for entry in tried.config_resolver.patterns.values():
        if "{" not in str(entry["type"]):
            resolve_type(entry["type"])
    _put(catalog, resolver, datasets)


def _put(catalog: DataCatalog, resolver: CatalogConfigResolver, datasets: dict[str, Any]) -> None:
    # A catalog in Kedro never changes its configuration, so ours has no public way to.
    with catalog._lock:  # noqa: SLF001 - see above
        catalog._resolver = resolver  # noqa: SLF001
        catalog._entries.update(datasets)  # noqa: SLF001
        catalog._configs.update({name: resolver.entries[name] for name in datasets})  # noqa: SLF001
        catalog.use_versions(catalog._load_versions)  # noqa: SLF001 - the versions that were tried are forgotten
