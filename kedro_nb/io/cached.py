"""CachedDataset: keeps in memory what another dataset loads and saves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_nb.io.base import AbstractDataset, is_dataset
from kedro_nb.io.config import VERSIONED, build_dataset
from kedro_nb.io.marks import is_in_memory
from kedro_nb.io.memory import MemoryDataset

if TYPE_CHECKING:
    from kedro_nb.io.copying import TCopyMode
    from kedro_nb.io.versioned import Version


class CachedDataset(AbstractDataset[Any, Any]):
    """Reads another dataset once and then from memory, until it is released.

    Args:
        dataset: The dataset, or its catalog entry.
        version: The version of the dataset, when it is given as an entry.
        copy_mode: How the data in memory is copied, as in MemoryDataset.
        metadata: Anything; kept and not looked at.
    """

    _SINGLE_PROCESS = True

    def __init__(
        self,
        dataset: Any,
        version: Version | None = None,
        copy_mode: TCopyMode | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        if isinstance(dataset, dict):
            dataset = _build(dataset, version)
        elif not is_dataset(dataset):
            raise ValueError(
                "The argument type of 'dataset' should be either a dict/YAML representation of the dataset, or "
                f"the actual dataset object, and not a '{type(dataset).__name__}'."
            )
        self._dataset = dataset
        self._EPHEMERAL = is_in_memory(dataset)
        self._cache = MemoryDataset(copy_mode=copy_mode)
        self.metadata = metadata

    def load(self) -> Any:
        if self._cache.exists():
            return self._cache.load()
        data = self._dataset.load()
        if data is not None:
            self._cache.save(data)
        return data

    def save(self, data: Any) -> None:
        self._dataset.save(data)
        self._cache.save(data)

    def _exists(self) -> bool:
        return self._cache.exists() or bool(self._dataset.exists())

    def _release(self) -> None:
        self._cache.release()
        self._dataset.release()

    def _describe(self) -> dict[str, Any]:
        return {"dataset": self._dataset, "cache": self._cache}


def _build(entry: dict[str, Any], version: Version | None) -> Any:
    if VERSIONED in entry:
        raise ValueError(
            "Cached datasets should specify that they are versioned in the 'CachedDataset', not in the wrapped dataset."
        )
    if version is None:
        return build_dataset("_cached", entry)
    return build_dataset("_cached", {**entry, VERSIONED: True}, version.load, version.save)
