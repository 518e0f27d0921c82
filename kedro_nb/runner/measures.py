"""How large data is."""

from __future__ import annotations

import contextlib
from collections import deque
from dataclasses import dataclass
from operator import index
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kedro_nb.runner.task import Task


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a value without reading through it.

    Args:
        type: the name of its class.
        bytes: what it takes in memory, as far as it tells; None when it does not. Of a list or a dict without
            what is in it.
        shape: of an array or a table; the length of a list, a dict or a text; else empty.
    """

    type: str
    bytes: int | None = None
    shape: tuple[int, ...] = ()

    @property
    def rows(self) -> int | None:
        """Of a table or an array; the number of items of a list or a dict."""
        return self.shape[0] if self.shape else None

    def then(self, more: Measured) -> Measured:
        """This and what a generator gave after it: the sizes, and the rows if nothing else differs."""
        both = None if self.bytes is None or more.bytes is None else self.bytes + more.bytes
        shape: tuple[int, ...] = ()
        if self.shape and more.shape and self.shape[1:] == more.shape[1:]:
            shape = (self.shape[0] + more.shape[0], *self.shape[1:])
        return Measured(more.type, both, shape)


def measure(value: object) -> Measured:
    """Say how large a value is, at a cost that does not grow with it. Never raises, never keeps the value.

    Only what a class itself says is asked for, as `nbytes` and `shape` by convention are at hand. Nothing is
    fetched from values that stand for work to come, or that make up attributes as they are asked for them.
    """
    kind = type(value)
    try:
        if kind in _SCALARS:
            return _scalar(kind, kind.__sizeof__(value))
        return _measure(kind, value)
    except Exception:  # noqa: BLE001 - the value and its class are the user's: anything may happen
        return Measured(_name(kind))


def _measure(kind: type, value: Any) -> Measured:
    ask: Callable[[Any, Any], int | None] = _bytes
    base: Any
    for base in kind.__mro__:
        # What a built-in class says: the user's own one may do anything to find out.
        if (length := _SIZED.get(base)) is not None:
            return Measured(_name(kind), base.__sizeof__(value), (length(value),))
        if base in _SCALARS:
            return Measured(_name(kind), base.__sizeof__(value))
        library = base.__module__.partition(".")[0]
        if library in _LAZY:
            return Measured(_name(kind))
        if library in _ASK:
            ask = _ASK[library]
            break
    return Measured(_name(kind), ask(kind, value), _shape(kind, value))


_SCALARS = frozenset({int, float, complex, bool, type(None)})
_SIZED: dict[Any, Callable[[Any], int]] = {
    kind: kind.__len__  # not `len`: a subclass may count what is far away
    for kind in (list, dict, tuple, set, frozenset, str, bytes, bytearray, deque)
}
# Whose objects may begin to work when they are asked how large they are.
_LAZY = frozenset({"pyspark", "dask", "dask_expr", "ibis", "modin", "snowflake", "bigframes", "databricks"})
_MOST_DIMENSIONS = 32
_SOME_COLUMNS = 100

_scalars: dict[tuple[type, int], Measured] = {}  # there are few: most numbers are of one of three sizes


def _scalar(kind: type, size: int) -> Measured:
    measured = _scalars.get((kind, size))
    if measured is None:
        measured = Measured(kind.__name__, size)
        if len(_scalars) < 64:  # noqa: PLR2004 - just so that huge numbers do not fill it
            _scalars[kind, size] = measured
    return measured


def _name(kind: type) -> str:
    name: str = type.__dict__["__name__"].__get__(kind)  # past a metaclass with ideas of its own
    return name if len(name) <= 100 else name[:99] + "…"  # noqa: PLR2004 - as much as anybody wants to see


def _bytes(kind: Any, value: Any) -> int | None:
    with contextlib.suppress(Exception):
        if hasattr(kind, "nbytes"):
            return _count(value.nbytes)
        if hasattr(kind, "nnz"):  # sparse: the numbers, without their places
            return _count(value.data.nbytes)
    return None


def _pandas_bytes(_kind: Any, value: Any) -> int | None:
    with contextlib.suppress(Exception):
        if not hasattr(value, "columns"):
            return _count(value.memory_usage(deep=False))
        index_bytes = _count(value.index.memory_usage(deep=False))
        with contextlib.suppress(Exception):  # private, and a hundred times as fast
            blocks = value._mgr.blocks  # noqa: SLF001 - see above
            if len(blocks) <= _SOME_COLUMNS:
                return index_bytes + sum([_count(block.values.nbytes) for block in blocks])
        columns: int = value.shape[1]
        some = _count(value.iloc[:, :_SOME_COLUMNS].memory_usage(index=False, deep=False).sum())
        return index_bytes + some * columns // min(columns, _SOME_COLUMNS)
    return None


def _polars_bytes(kind: Any, value: Any) -> int | None:
    with contextlib.suppress(Exception):
        if hasattr(kind, "estimated_size"):
            return _count(value.estimated_size())
    return None


_ASK = {"pandas": _pandas_bytes, "polars": _polars_bytes}


def _shape(kind: type, value: Any) -> tuple[int, ...]:
    with contextlib.suppress(Exception):
        if hasattr(kind, "shape"):
            shape = value.shape
            if isinstance(shape, tuple) and len(shape) <= _MOST_DIMENSIONS:
                return tuple([_count(length) for length in shape])
        elif hasattr(kind, "num_rows") and hasattr(kind, "num_columns"):  # of Arrow
            return (_count(value.num_rows), _count(value.num_columns))
    return ()


def _count(number: Any) -> int:
    """A plain whole number from zero up, or a ValueError."""
    plain = index(number)
    if isinstance(number, bool) or not 0 <= plain < 1 << 63:
        raise ValueError(number)
    return int(plain)


class Sizes:
    """How large the data of a run is, as far as the tasks tell."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def note(self, task: Task, names: Sequence[str], values: Sequence[object]) -> None:
        """Measure what was not told of yet."""
        told = self._told
        if told.issuperset(names):
            return
        new = {name: measure(value) for name, value in zip(names, values, strict=False) if name not in told}
        task.data = {**task.data, **new}

    def note_chunk(self, task: Task, chunk: Sequence[object], in_memory: Sequence[bool]) -> None:
        """Measure what a generator gives for each output: in memory the last of it stays, in a file all does."""
        before, names = task.data, task.node.output_names
        self.note(task, names, chunk)
        more = {
            name: before[name].then(task.data[name])
            for name, last_stays in zip(names, in_memory, strict=True)
            if name in before and not last_stays
        }
        task.data = {**task.data, **more}

    def news(self, task: Task) -> Mapping[str, Measured]:
        """What a finished task tells and no other one has told before."""
        told = self._told
        if not told.isdisjoint(task.data):
            task.data = {name: measured for name, measured in task.data.items() if name not in told}
        told.update(task.data)
        return task.data
