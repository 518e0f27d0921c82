"""Data outside of runs: what magics and the panel load, save and look at, in a catalog of any class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_nb.io import DataCatalog
from kedro_nb.io.fresh import forget_files

if TYPE_CHECKING:
    from collections.abc import Iterable


def refresh(catalog: Any, names: Iterable[str]) -> None:
    """Have datasets forget what they remember of files, except those that a run uses.

    Args:
        catalog: in ours, datasets are built again where entries describe them. In others they are released.
        names: of datasets; those that the catalog does not have are left out.
    """
    if isinstance(catalog, DataCatalog):
        catalog.refresh(names)
        return
    known = set(catalog.keys())
    for name in names:
        if name in known:
            forget_files(catalog.get(name))


def fresh(catalog: Any, name: str) -> Any:
    """A dataset to look at, without what it remembers of files.

    Raises:
        Exception: what the catalog raises for a name that it does not have.
    """
    if isinstance(catalog, DataCatalog):
        return catalog.fresh(name)
    dataset = catalog[name]
    forget_files(dataset)
    return dataset


def load_fresh(catalog: Any, name: str) -> Any:
    """Load what is there now, also where another process has written it."""
    refresh(catalog, [name])
    return catalog.load(name)


def save_anew(catalog: Any, name: str, value: Any) -> Any:
    """Save, and make a new version of a dataset that keeps versions.

    Returns:
        The dataset. It is made where the catalog does not have it.
    """
    catalog.get(name, fallback_to_runtime_pattern=True)
    if isinstance(catalog, DataCatalog):
        catalog.use_versions(catalog.load_versions)
    refresh(catalog, [name])
    catalog.save(name, value)
    return catalog[name]
