"""Datasets whose data other processes read where it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from kedro_nb.errors import DatasetError
from kedro_nb.io.base import SAVING_NONE, is_dataset
from kedro_nb.io.catalog import DataCatalog
from kedro_nb.io.memory import MemoryDataset
from kedro_nb.masking import error_text

if TYPE_CHECKING:
    from kedro_nb.io.patterns import Patterns


class SharedMemoryDataset(MemoryDataset, wrap=False):
    """Data in memory that every process can read without a copy of its own.

    What is saved is packed (see `packing`), large arrays into shared memory. Every load gives a value of its own,
    which reads what was saved and keeps its changes to itself. The memory is freed when the data is released,
    replaced, or nobody refers to the dataset any more; values that were loaded stay.

    Args:
        data: what it holds from the start.
        metadata: anything; kept and not looked at.
    """

    _HOLDS_PLAINLY = True

    def __init__(self, data: Any = None, metadata: dict[str, Any] | None = None) -> None:
        super().__init__(metadata=metadata)
        if data is not None:
            self.save(data)

    def save(self, data: Any) -> None:
        if data is None:
            raise DatasetError(SAVING_NONE)
        from kedro_nb.io.packing import pack

        try:
            self.adopt(pack(data))
        except Exception as error:
            self.release()
            raise DatasetError(
                f"A value of type '{type(data).__name__}' cannot be put into shared memory: {error_text(error)}"
            ) from error


class SharedMemoryDataCatalog(DataCatalog):
    """A DataCatalog for `ParallelRunner`: data that nobody declared lives in shared memory.

    Any DataCatalog works with ParallelRunner; in this one the data of `catalog.save` is packed at once.
    """

    default_runtime_patterns: ClassVar[Patterns] = {"{default}": {"type": "SharedMemoryDataset"}}

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value if is_dataset(value) else SharedMemoryDataset(value))
