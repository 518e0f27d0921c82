"""The catalog of one run: the shared one's datasets, with parameters and versions of its own."""

# ruff: noqa: SLF001 - it takes two catalogs apart

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_nb.io.catalog import DataCatalog


class RunCatalog:
    """Gives a run a catalog beside the shared one, so that runs with other parameters can go on at the same time.

    Args:
        shared: the catalog that stays.
        own: what is different in this run: datasets by name, None for what it does not have.
        load_versions: which versions to load; the latest of the others.
        save_version: the version to save.

    Attributes:
        catalog: the run's, of the same class as the shared one.

    Raises:
        DatasetError: a version cannot be loaded.
    """

    def __init__(
        self,
        shared: DataCatalog,
        own: Mapping[str, Any],
        load_versions: Mapping[str, str],
        save_version: str,
    ) -> None:
        self._shared = shared
        self._private = set(own)
        self.catalog = catalog = copy.copy(shared)
        # A runner adds patterns of its own to it for a moment.
        catalog._resolver = copy.copy(shared._resolver)
        catalog._entries = {name: entry for name, entry in shared._snapshot() if name not in own}
        catalog._entries |= {name: dataset for name, dataset in own.items() if dataset is not None}
        catalog._configs = dict(shared._configs)
        catalog._undeclared = set(shared._undeclared)
        catalog.use_versions(load_versions, save_version)
        self._private |= {name for name, config in catalog._configs.items() if config.get("versioned")}
        self._began = dict(catalog._entries)

    def merge(self) -> None:
        """Let the shared catalog have what the run, or a hook, has put into its own or taken out of it.

        Not so what was the run's own, and what somebody has replaced meanwhile.
        """
        shared, catalog = self._shared, self.catalog
        entries = dict(catalog._snapshot())
        with shared._lock:
            for name in {**self._began, **entries}:
                dataset, before = entries.get(name), self._began.get(name)
                if name in self._private or dataset is before or shared._entries.get(name) is not before:
                    continue
                if catalog._configs.get(name, {}).get("versioned"):
                    continue  # made from a pattern: the next run makes it again, with its own versions
                _put(shared, name, catalog)
            shared.use_versions(shared._load_versions)  # what was saved now is the latest


def _put(catalog: DataCatalog, name: str, source: DataCatalog) -> None:
    """Have in the catalog what another one has under the name, or nothing."""
    for mine, theirs in ((catalog._entries, source._entries), (catalog._configs, source._configs)):
        if name in theirs:
            mine[name] = theirs[name]
        else:
            mine.pop(name, None)
    if name in source._undeclared:
        catalog._undeclared.add(name)
    else:
        catalog._undeclared.discard(name)
