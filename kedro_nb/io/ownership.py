"""Does the caller hold the only way to a value?

A node's output may be stored without a copy only when nothing outside the engine can still change it: not the
node's module, not a closure or a cache, not another output of the same node. Asking that of every object inside
the value is what Python's cyclic garbage collector does, and it is done here the same way: count the references
that come from within; an object with more references than that is reachable from elsewhere.

The answer errs on the side of False: objects whose insides cannot be seen (extension types, numpy views) count as
shared, and so does everything on an interpreter without exact reference counts.
"""

from __future__ import annotations

import gc
import sys
import weakref
from collections import OrderedDict, defaultdict, deque
from typing import Any

from kedro_nb.io.copying import IMMUTABLE

_CONTAINERS = frozenset({list, dict, set, frozenset, tuple, bytearray, deque, OrderedDict, defaultdict})


class _Plain:
    """An instance of the plainest class there is, for comparison."""


def _extra_references(holder: list[Any]) -> int:
    """References to holder[0] beyond the holder's own, as seen by the function that asks."""
    value = holder[0]
    return sys.getrefcount(value)


# What that function sees for a value with no owner but the holder: it differs between Python versions.
_SOLE_OWNER = _extra_references([object()])
_EXACT = sys.implementation.name == "cpython" and getattr(sys, "_is_gil_enabled", lambda: True)()


def solely_owned(holder: list[Any], *, lent: bool = False) -> bool:
    """True when the one-element list `holder` has the only reference to its value and to all that is in it.

    Args:
        holder: the list with the value.
        lent: one dataset that is about to be released has another reference to the same value.
    """
    if not _EXACT or _extra_references(holder) > _SOLE_OWNER + lent or not _transparent(holder[0]):
        return False
    return type(holder[0]) is bytearray or _closed(holder[0])


def _closed(root: Any) -> bool:
    """True when every mutable object below `root` is referenced from within only."""
    inside: dict[int, int] = {}
    found = [root]
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
            found.append(item)
            pending.append(item)
        # The loop's own names must not be counted as owners below.
        referents = item = None  # type: ignore[assignment]
    own = id(root)
    return all(
        sys.getrefcount(item) - _LOOP_REFERENCES == inside[key] for item in found if (key := id(item)) != own
    )


def _transparent(value: Any) -> bool:
    """True when everything that `value` refers to can be seen through the garbage collector."""
    kind = type(value)
    if kind in _CONTAINERS:
        return True
    if weakref.getweakrefcount(value):
        return False
    new: Any = kind.__new__
    if new is object.__new__ and kind.__basicsize__ == _Plain.__basicsize__:
        return True
    numpy = sys.modules.get("numpy")
    return (
        numpy is not None
        and kind is numpy.ndarray
        and value.base is None
        and value.flags.owndata
        and not value.dtype.hasobject
    )


def _loop_references() -> int:
    """References that the loop in `_closed` itself adds to an object with no other owner."""
    found = [object()]
    return next(sys.getrefcount(item) for item in found if (_ := id(item)))


# One for the list `found`, one for the loop variable, one for the call on versions that count it.
_LOOP_REFERENCES = _loop_references()
