"""What datasets remember of files, and when they forget it.

A dataset may keep the version that it loads, a list of partitions, or a whole file. Kedro makes a new catalog for each
run, so that nothing of this outlives the run. A session keeps its catalog. Each run, each load by a magic and each
look at the catalog therefore starts without what was remembered (`DataCatalog.refresh`, `DataCatalog.fresh`):

- A dataset that was built from an entry is built again. Each run has its own (see `run_catalog`).
- An object that the user added stays, and is released if its data is in files. Data in memory stays.
- A dataset that a run uses stays as it is until the run has ended.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from kedro_nb.io.marks import in_files
from kedro_nb.io.versioned import generate_timestamp
from kedro_nb.masking import get_logger

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

logger = get_logger(__name__)

_in_use: list[Collection[int]] = []  # for each run of this process, the ids of its datasets


@contextlib.contextmanager
def using(datasets: Collection[int]) -> Iterator[None]:
    """A context for a run, in which no other code releases or rebuilds its datasets.

    Args:
        datasets: their ids. The run keeps the datasets alive meanwhile.
    """
    _in_use.append(datasets)
    try:
        yield
    finally:
        for position, each in enumerate(_in_use):
            if each is datasets:
                del _in_use[position]
                break


def is_used(dataset: Any, *, users: int = 0) -> bool:
    """Whether more than `users` runs use the dataset now."""
    return bool(_in_use) and sum(id(dataset) in datasets for datasets in tuple(_in_use)) > users


def forget_files(dataset: Any, *, users: int = 0) -> None:
    """Have a dataset forget what it remembers of files, unless its data is elsewhere or a run uses it.

    Args:
        dataset: of any class, or None.
        users: the number of runs that may use it nevertheless: 1 where a run asks for one of its own.
    """
    if dataset is not None and in_files(dataset) and not is_used(dataset, users=users):
        release_files(dataset)


def release_files(dataset: Any) -> None:
    """Release a dataset whose data is in files. An error of its class is logged and stops nothing."""
    try:
        dataset.release()
    except Exception as error:  # noqa: BLE001 - the user's code may raise anything
        logger.warning("A %s could not be released: %s", type(dataset).__name__, error)
    forget_listings(dataset)


def forget_listings(dataset: Any) -> None:
    """Have the file system of a dataset list its folders again.

    File systems of fsspec are shared by all datasets of a process: one that was built a moment ago may answer from a
    list that is hours old.
    """
    dataset = getattr(dataset, "_dataset", dataset)
    with contextlib.suppress(Exception):  # user code; a file system without such lists lacks nothing
        file_system = getattr(dataset, "_fs", None) or getattr(dataset, "_filesystem", None)
        if file_system is not None:
            file_system.invalidate_cache()


def with_save_version(dataset: Any) -> Any:
    """The dataset, or a copy with a fixed version to save, where each process would choose its own."""
    version = getattr(dataset, "_version", None)
    if not version or version.save or not hasattr(dataset, "_copy"):
        return dataset
    return dataset._copy(_version=version._replace(save=generate_timestamp()))  # noqa: SLF001 - Kedro's protocol


def load_version_saved(dataset: Any) -> None:
    """Have a versioned dataset load the version under which another process has just saved it, if that is fixed.

    Without this it would load the latest, which a third process may have saved in between.
    """
    version = getattr(dataset, "_version", None)
    if version and version.save and not version.load:
        dataset._version = version._replace(load=version.save)  # noqa: SLF001 - Kedro's protocol has no public way


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_use.clear)  # a fork has none of these runs
