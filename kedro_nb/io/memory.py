"""MemoryDataset: data that lives in this process."""

from __future__ import annotations

from typing import Any

from kedro_nb.errors import DatasetError
from kedro_nb.io.base import SAVING_NONE, AbstractDataset, type_name
from kedro_nb.io.copying import (
    COPY_MODES,
    IMMUTABLE,
    TCopyMode,
    copy_value,
    infer_copy_mode,
    is_cheap_to_copy,
    is_plain,
)
from kedro_nb.io.ownership import lend, take
from kedro_nb.io.packed import Packed
from kedro_nb.masking import error_text


class _EMPTY:
    """Stands for "no data". The class itself is used: it pickles by name and stays one object."""


class MemoryDataset(AbstractDataset[Any, Any], wrap=False):
    """Holds any Python object, copied on the way in and out so that nodes never share what they can change.

    Args:
        data: What it holds from the start.
        copy_mode: "deepcopy", "copy" or "assign"; chosen by the type of the data when left out.
        metadata: Anything; kept and not looked at.
    """

    _EPHEMERAL = True
    _HOLDS_PLAINLY = True  # see `holds_data_plainly`: not of subclasses

    _pickle: tuple[Any, Packed] | None = None  # a value that stays as it is, and the same packed

    def __init__(
        self, data: Any = _EMPTY, copy_mode: TCopyMode | None = None, metadata: dict[str, Any] | None = None
    ) -> None:
        self._data: Any = _EMPTY
        self._copy_mode = copy_mode
        self.metadata = metadata
        if copy_mode is not None and copy_mode not in COPY_MODES:
            raise DatasetError(
                f"Invalid copy mode: {copy_mode}. Possible values are: {', '.join(COPY_MODES)}."
            )
        if data is not _EMPTY:
            self._data = self._copied(data)

    def load(self) -> Any:
        data = self._data
        if type(data) in IMMUTABLE:
            if data is _EMPTY:
                raise self._no_data()
            return data
        return self._unpacked(data) if type(data) is Packed else self._copied(data)

    def _unpacked(self, packed: Packed) -> Any:
        value = packed.unpack()
        if (self._copy_mode or infer_copy_mode(value)) == "assign":
            self._data = value  # everyone gets the same object
        return value

    def save(self, data: Any) -> None:
        if type(data) in IMMUTABLE:
            if data is None:
                raise DatasetError(SAVING_NONE)
            self._data = data
        else:
            self._data = self._copied(data)
        self._pickle = None

    def adopt(self, data: Any) -> None:
        """Hold `data` itself, without a copy: the caller has the only reference and gives it up."""
        if data is None:
            raise DatasetError(SAVING_NONE)
        self._data = take(data) if self._copy_mode != "assign" else data
        self._pickle = None

    def peek(self) -> Any:
        """The data itself, to be looked at and neither changed nor kept."""
        if self._data is _EMPTY:
            raise self._no_data()
        return self._data.unpack() if type(self._data) is Packed else self._data

    def holds(self, data: Any) -> bool:
        """Whether `data` is the very object that is kept here."""
        return self._data is data

    def packed(self) -> Packed:
        """The data packed for other processes.

        Plain data stays packed here, so that it is in memory once. Other data stays as it is: what comes out of its
        pickle may be something else. Its pickle is kept beside it, unless others can change the data (`assign`).
        """
        data = self._data
        if data is _EMPTY:
            raise self._no_data()
        if type(data) is Packed:
            return data
        if self._pickle is not None and self._pickle[0] is data:
            return self._pickle[1]
        from kedro_nb.io.packing import pack

        packed = pack(data)
        if (self._copy_mode or infer_copy_mode(data)) != "assign":
            if is_plain(data):
                self._data = packed
            else:
                self._pickle = data, packed
        return packed

    def borrow(self) -> Any:
        """The data itself for its last reader; a copy where that costs nothing, so that the reader can be run again."""
        data = self._data
        if type(data) in IMMUTABLE:
            if data is _EMPTY:
                raise self._no_data()
            return data
        if type(data) is Packed:
            return data.unpack()
        if self._copy_mode == "assign":
            return data
        return self._copied(data) if is_cheap_to_copy(data) else lend(data)

    def _copied(self, data: Any) -> Any:
        try:
            return copy_value(data, self._copy_mode)
        except DatasetError:
            raise
        except Exception as error:
            mode = self._copy_mode or infer_copy_mode(data)
            raise DatasetError(
                f"A value of type '{type_name(type(data))}' cannot be copied ({mode}): {error_text(error)}\n"
                "Nodes get copies so that they do not change each other's data. To hand over the value itself, "
                "register the dataset as MemoryDataset(copy_mode='assign')."
            ) from error

    def _no_data(self) -> DatasetError:
        return DatasetError(f"Data for {type(self).__name__} has not been saved yet.")

    def _exists(self) -> bool:
        return self._data is not _EMPTY

    def release(self) -> None:
        self._data = _EMPTY
        self._pickle = None

    def _describe(self) -> dict[str, Any]:
        data = self._data
        return {} if data is _EMPTY else {"data": f"<{type(data).__name__}>"}

    def _init_config(self) -> dict[str, Any]:
        config: dict[str, Any] = {"type": type_name(type(self))}
        if self._copy_mode is not None:
            config["copy_mode"] = self._copy_mode
        if self.metadata is not None:
            config["metadata"] = self.metadata
        return config


_METHODS = {
    name: getattr(MemoryDataset, name)
    for name in ("load", "save", "exists", "release", "adopt", "peek", "packed", "borrow")
}


def holds_data_plainly(dataset: object) -> bool:
    """Whether data may be put into the dataset and taken out of it past `save` and `load`.

    That is so for exactly our classes with exactly our methods: a subclass, or an object with a method of its own,
    may check or change the data.
    """
    return methods_are_ours() and is_ours(dataset)


def is_ours(dataset: object) -> bool:
    """Whether the dataset is of exactly our classes and has no method of its own."""
    return "_HOLDS_PLAINLY" in vars(type(dataset)) and _METHODS.keys().isdisjoint(vars(dataset))


def methods_are_ours() -> bool:
    """Whether the methods of MemoryDataset are those of this module: a test may have replaced one."""
    return all(getattr(MemoryDataset, name) is method for name, method in _METHODS.items())
