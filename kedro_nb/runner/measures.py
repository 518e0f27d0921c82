"""How large data is, and how much memory a node takes."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections import deque
from dataclasses import dataclass
from operator import index
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


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
        if hasattr(kind, "data") and hasattr(kind, "nnz"):  # sparse: the numbers, without their places
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


class PeakMark:
    """The most memory seen so far while something goes on."""

    __slots__ = ("bytes",)

    def __init__(self) -> None:
        self.bytes = 0


class PeakMemory:
    """The most memory, resident, that this process has had while something went on: several things at once, too.

    Linux keeps a high-water mark for each process and lets it be set back to what is used now. Whenever something
    begins the mark is noted for everything that goes on, and set back. Elsewhere the mark only ever rises, and all
    that can be told is a peak above all former ones.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._marks: set[PeakMark] = set()
        self._floor = 0
        self._clear: tuple[int, tuple[int, int]] | None = None
        with contextlib.suppress(OSError):
            descriptor = os.open("/proc/self/clear_refs", os.O_WRONLY | os.O_CLOEXEC)
            self._clear = descriptor, _identity(descriptor)
            if self._set_back():
                self._floor = self._find_floor()

    def enter(self) -> PeakMark:
        """Begin to watch."""
        mark = PeakMark()
        with self._lock:
            if self._marks:
                self._note(self._mark())
            if not self._set_back():
                mark.bytes = -self._mark()  # what it has to exceed
            self._marks.add(mark)
        return mark

    def leave(self, mark: PeakMark) -> int | None:
        """End watching; the peak in bytes, None when that cannot be known."""
        with self._lock:
            self._note(self._mark())
            self._marks.discard(mark)
        return mark.bytes if mark.bytes > 0 else None

    def _note(self, most: int) -> None:
        for mark in self._marks:
            if most > abs(mark.bytes):
                mark.bytes = most

    def _mark(self) -> int:
        most = _maxrss()
        return most if most > self._floor else _from_status(b"VmHWM:") or most

    def _set_back(self) -> bool:
        if self._clear is None:
            return False
        descriptor, identity = self._clear
        try:
            # A node may have closed it, and opened something else under its number.
            if _identity(descriptor) == identity:
                os.write(descriptor, b"5")
                return True
        except OSError:
            """It is not allowed here, or not any more."""
        self._clear = None
        return False

    def _find_floor(self) -> int:
        """What `ru_maxrss` never falls below: a process has it from the one that started it."""
        now, most = _from_status(b"VmHWM:"), _maxrss()
        return most if most > now + (1 << 20) else 0


def _identity(descriptor: int) -> tuple[int, int]:
    stat = os.fstat(descriptor)
    return stat.st_dev, stat.st_ino


try:
    from resource import RUSAGE_SELF, getrusage

    _UNIT = 1 if sys.platform == "darwin" else 1024

    def _maxrss() -> int:
        return getrusage(RUSAGE_SELF).ru_maxrss * _UNIT

except ImportError:  # on Windows

    def _maxrss() -> int:
        return 0


def _from_status(name: bytes) -> int:
    with contextlib.suppress(OSError, ValueError), open("/proc/self/status", "rb") as file:  # noqa: PTH123 - light
        status = file.read()
        start = status.index(name) + len(name)
        return int(status[start : status.index(b"kB", start)]) * 1024
    return 0


_here: tuple[int, PeakMemory] | None = None


def peak_memory() -> PeakMemory:
    """The one for this process: there is one mark for all that goes on in it."""
    global _here  # noqa: PLW0603 - as there is one process
    if _here is None or _here[0] != os.getpid():  # after a fork, the parent's
        _here = os.getpid(), PeakMemory()
    return _here[1]
