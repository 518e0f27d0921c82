"""The catalog of one run: the shared one's datasets, with parameters and versions of its own."""

# ruff: noqa: SLF001 - it takes two catalogs apart

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from kedro_nb.io.entries import Lazy
from kedro_nb.io.fresh import forget_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_nb.io.catalog import DataCatalog


class RunCatalog:
    """Gives a run a catalog of its own, so that runs with other parameters can run at the same time.

    Datasets in memory and objects that the user added are the shared catalog's. Datasets that store their data
    outside are built from their entries again, for this run alone (see `fresh`).

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
        with shared._lock:
            self._before = dict(shared._entries)
            self._configs = dict(shared._configs)
            stored = dict(shared._stored)
        catalog._entries = {**self._before, **stored, **own}
        for name in [name for name, dataset in own.items() if dataset is None]:
            del catalog._entries[name]
        catalog._configs = dict(self._configs)
        catalog._stored = {}
        catalog._undeclared = set(shared._undeclared)
        catalog.use_versions(load_versions, save_version)
        catalog._of_run = True
        self._began = dict(catalog._entries)

    def merge(self) -> None:
        """Let the shared catalog have what the run, or a hook, has put into its own or taken out of it.

        What was the run's own stays out, and so does what was replaced in the shared catalog meanwhile. Stored
        datasets are built again when next used: the run may have written what the shared ones do not know of. Those
        of the run are released, except for what they still need: the version that the run's result is, and what is to
        be confirmed.
        """
        shared, catalog = self._shared, self.catalog
        entries = dict(catalog._snapshot())
        with shared._lock:
            shared.use_versions(shared._load_versions)  # what was saved now is the latest
            shared.refresh(catalog._stored)
            shared.rebuild()
            for name in {**self._began, **entries}:
                changed = entries.get(name) is not self._began.get(name)
                if changed and name not in self._private and self._is_as_before(name):
                    self._put(name)
        for name in catalog._stored:
            dataset = entries[name]
            if not (
                hasattr(dataset, "confirm")
                or getattr(getattr(dataset, "_dataset", dataset), "_version", None)
            ):
                forget_files(dataset)

    def _is_as_before(self, name: str) -> bool:
        """Whether the shared catalog has the same entry as when the run began; or, without entries, the same object."""
        entry = self._configs.get(name)
        if entry is not None:
            return self._shared._configs.get(name) is entry
        return self._shared._entries.get(name) is self._before.get(name)

    def _put(self, name: str) -> None:
        """Have in the shared catalog what the run's has under the name, or nothing."""
        shared, catalog = self._shared, self.catalog
        dataset, entry = catalog._entries.get(name), catalog._configs.get(name)
        stored = catalog._stored.get(name)
        there = shared._entries.get(name)
        if entry is not None and entry is self._configs.get(name) and not isinstance(there, Lazy):
            return  # built from the same entry in both, and not replaced
        if stored and not hasattr(dataset, "confirm"):  # what is to be confirmed is what the run has read
            dataset, stored = stored, None
        _set(shared._entries, name, dataset)
        _set(shared._configs, name, entry)
        _set(shared._stored, name, stored)
        (shared._undeclared.add if name in catalog._undeclared else shared._undeclared.discard)(name)


def _set(held: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        held.pop(name, None)
    else:
        held[name] = value
