"""Does the caller hold the only way to a value?

A node's output may be stored without a copy only when nothing outside the engine can still change it: not the
node's module, not a closure or a cache, not another output of the same node. Asking that of every object inside
the value is what Python's cyclic garbage collector does, and it is done here the same way: count the references
that come from within; an object with more references than that is reachable from elsewhere.

The answer errs on the side of False: objects whose insides cannot be seen (extension types, numpy views) count as
shared, and so does everything on an interpreter without exact reference counts.

The data of a pandas frame lies in NumPy arrays, which other frames, views and the user's own arrays may refer to: there
the references are counted down to the array that owns the memory.
"""

# ruff: noqa: SLF001 - what a frame consists of is private to pandas; where it is not as expected, frames are copied
from __future__ import annotations

import contextlib
import gc
import sys
import weakref
from collections import OrderedDict, defaultdict, deque
from typing import TYPE_CHECKING, Any

from kedro_nb.io.copying import (
    IMMUTABLE,
    copies_on_write,
    copy_value,
    holds_mutable,
    is_frame,
    with_own_index,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CONTAINERS = frozenset({list, dict, set, frozenset, tuple, bytearray, deque, OrderedDict, defaultdict})

# Blocks of the stored frames that the last reader has got a copy of. Their datasets are released when it is done.
_lent_blocks: weakref.WeakSet[Any] = weakref.WeakSet()


class _Plain:
    """An instance of the plainest class there is, for comparison."""


def _extra_references(holder: list[Any]) -> int:
    """References to holder[0] beyond the holder's own, as seen by the function that asks."""
    value = holder[0]
    return sys.getrefcount(value)


# What that function sees for a value with no owner but the holder: it differs between Python versions.
_SOLE_OWNER = _extra_references([object()])
_EXACT = sys.implementation.name == "cpython" and getattr(sys, "_is_gil_enabled", lambda: True)()
# From 3.13 on, the garbage collector sees the attributes of an instance and not the `__dict__` that they are in.
_HIDDEN_DICTS = sys.version_info >= (3, 13)
_plain = _Plain()
_SOLE_DICT = sys.getrefcount(_plain.__dict__)


def solely_owned(holder: list[Any], *, lent: bool = False) -> bool:
    """True when the one-element list `holder` has the only reference to its value and to all that is in it.

    Args:
        holder: the list with the value.
        lent: one dataset that is about to be released may have another reference to the same value.
    """
    if not _EXACT or _extra_references(holder) > _SOLE_OWNER + lent:
        return False
    if is_frame(holder[0]):
        return _owns_its_memory(holder[0])
    if not _transparent(holder[0]):
        return False
    return type(holder[0]) is bytearray or _closed(holder[0])


def lend(value: Any) -> Any:
    """What the last reader of a stored value gets: of a frame a copy on write, which it may spoil and then fail."""
    if not is_frame(value):
        return value
    if not copies_on_write():
        return copy_value(value)
    with contextlib.suppress(AttributeError):  # another pandas: what the reader makes of it will be copied
        _lent_blocks.update(value._mgr.blocks)
    return value.copy(deep=False)


def take(value: Any) -> Any:
    """What is stored of a value that nobody else owns: of a frame the data, as the index may be others', too."""
    return with_own_index(value.copy(deep=False)) if is_frame(value) else value


def _owns_its_memory(frame: Any) -> bool:
    """True when the memory of a frame is reached by way of this frame only, or of frames that are lent."""
    pandas = sys.modules["pandas"]
    if type(frame) not in (pandas.DataFrame, pandas.Series) or not copies_on_write():
        return False
    try:
        found = _FrameReferences(frame)
    except AttributeError:  # another pandas
        return False
    return found.seen and _only_referenced(found.objects, found.counts)


class _FrameReferences:
    """Everything that leads to the memory of a frame, with the number of references that are accounted for.

    Attributes:
        seen: no other way to the memory was met.
    """

    def __init__(self, frame: Any) -> None:
        self.objects: list[Any] = []
        self.counts: dict[int, int] = {}
        manager = frame._mgr
        blocks = manager.blocks
        # A frame's own flags watch it, by the weak reference that everybody gets who asks for one.
        for item in (manager, *blocks, frame._flags, frame._flags._obj):
            self._count(item)
        # All blocks that pandas knows to share memory with these.
        sharing = {id(block): block for block in blocks}
        for block in blocks:
            sharing.update(
                (id(other), other) for ref in block.refs.referenced_blocks if (other := ref()) is not None
            )
        own = frozenset(map(id, blocks))
        self.seen = (
            all(watcher is frame._flags._obj for watcher in weakref.getweakrefs(frame))
            and all(key in own or block in _lent_blocks for key, block in sharing.items())
            and all(self._add(block.values) for block in sharing.values())
            # A few rows of a large frame must not keep all of it in memory.
            and 2 * sum(block.values.nbytes for block in blocks) >= self._owned_bytes()
        )

    def _count(self, item: Any) -> bool:
        """Count a reference; True when it is the first to this object."""
        key = id(item)
        self.counts[key] = self.counts.get(key, 0) + 1
        if self.counts[key] > 1:
            return False
        self.objects.append(item)
        return True

    def _add(self, array: Any) -> bool:
        """Count a reference to an array and those from there to the memory; False when they cannot be seen."""
        if not self._count(array):
            return True
        if type(array) is not sys.modules["numpy"].ndarray:
            parts = _parts_of(array)
            return parts is not None and all(self._add(part) for part in parts)
        if weakref.getweakrefcount(array) or (array.dtype.hasobject and holds_mutable(array.flat)):
            return False
        return bool(array.flags.owndata) if array.base is None else self._add(array.base)

    def _owned_bytes(self) -> int:
        return sum(item.nbytes for item in self.objects if getattr(item, "base", self) is None)


def _parts_of(array: Any) -> list[Any] | None:
    """The NumPy arrays that an extension array of pandas consists of; None when that is not known."""
    if type(array).__module__.partition(".")[0] != "pandas" or weakref.getweakrefcount(array):
        return None
    if hasattr(array, "_ndarray"):
        return [array._ndarray]
    if hasattr(array, "_mask") and hasattr(array, "_data"):
        return [array._data, array._mask]
    return [] if hasattr(array, "_pa_array") else None  # Arrow's memory never changes


def _closed(root: Any) -> bool:
    """True when every mutable object below `root` is referenced from within only."""
    inside: dict[int, int] = {}
    found: list[Any] = []
    pending = [root]
    while pending:
        referents = gc.get_referents(pending.pop())
        for item in referents:
            kind = type(item)
            if kind in IMMUTABLE or isinstance(item, type):
                continue
            key = id(item)
            if key in inside:
                inside[key] += 1
                continue
            if not _transparent(item):
                return False
            inside[key] = 1
            if item is not root:
                found.append(item)
                pending.append(item)
        # The loop's own names must not be counted as owners below.
        referents = item = None  # type: ignore[assignment]
    return _only_referenced(found, inside)


def _transparent(value: Any) -> bool:
    """True when everything that `value` refers to can be seen through the garbage collector."""
    if weakref.getweakrefcount(value):
        return False
    kind = type(value)
    if kind in _CONTAINERS:
        return True
    new: Any = kind.__new__
    if new is object.__new__ and kind.__basicsize__ == _Plain.__basicsize__:
        return (
            not _HIDDEN_DICTS
            or not hasattr(value, "__dict__")
            or sys.getrefcount(value.__dict__) == _SOLE_DICT
        )
    numpy = sys.modules.get("numpy")
    return (
        numpy is not None
        and kind is numpy.ndarray
        and value.base is None
        and value.flags.owndata
        and not value.dtype.hasobject
    )


def _only_referenced(objects: Sequence[Any], counts: Mapping[int, int]) -> bool:
    """True when each object has as many references as were counted for its id, and no more."""
    return all(
        sys.getrefcount(item) - _LOOP_REFERENCES == counts[key] for item in objects if (key := id(item))
    )


def _loop_references() -> int:
    """References that the loop in `_closed` itself adds to an object with no other owner."""
    found = [object()]
    return next(sys.getrefcount(item) for item in found if (_ := id(item)))


# One for the list, one for the loop variable, one for the call on versions that count it.
_LOOP_REFERENCES = _loop_references()
