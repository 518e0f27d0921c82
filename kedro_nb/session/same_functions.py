"""Whether a function that was defined again is still the same function."""

from __future__ import annotations

from types import FunctionType
from typing import Any

_PLAIN = (bool, int, float, complex, str, bytes)


def is_same(old: Any, new: Any) -> bool:
    """Whether it makes no difference which is called: the same object, or the same plain function defined twice."""
    if old is new:
        return True
    if type(old) is not FunctionType or type(new) is not FunctionType:
        return False
    if old.__globals__ is not new.__globals__ or old.__code__ != new.__code__:
        return False
    if any((old.__closure__, old.__dict__, new.__closure__, new.__dict__)):
        return False
    one, other = old.__kwdefaults__ or {}, new.__kwdefaults__ or {}
    return (
        _are_same(old.__defaults__ or (), new.__defaults__ or ())
        and one.keys() == other.keys()
        and _are_same(tuple(one.values()), tuple(other[key] for key in one))
    )


def _are_same(old: tuple[Any, ...], new: tuple[Any, ...]) -> bool:
    """Whether default values are the same objects, or plain values that read the same."""
    return len(old) == len(new) and all(
        one is other or (type(one) is type(other) and type(one) in _PLAIN and repr(one) == repr(other))
        for one, other in zip(old, new, strict=True)
    )
