"""The functions that a callable holds on to: those that decorators, partials and closures keep from earlier cells."""

from __future__ import annotations

import functools
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST = 50  # callables that are looked at


def captured_functions(func: Any) -> list[Any]:
    """The callable itself and those that it holds, each once.

    What a function finds under a global name when it is called is not held: it uses the name's current value.
    """
    if type(func) is FunctionType and not func.__closure__ and not func.__dict__:
        return [func]
    found: dict[int, Any] = {}
    waiting = [func]
    while waiting and len(found) < _MOST:
        each = waiting.pop()
        if id(each) not in found:
            found[id(each)] = each
            waiting += [inner for inner in _held_by(each) if callable(inner)]
    return list(found.values())


def _held_by(value: Any) -> Iterator[Any]:
    kind = type(value)  # not isinstance: a proxy's __class__ is code of others
    if issubclass(kind, functools.partial):
        yield from (value.func, *value.args, *value.keywords.values())
    elif issubclass(kind, MethodType):
        yield from (value.__func__, type(value.__self__))
    elif issubclass(kind, FunctionType):
        yield from (cell.cell_contents for cell in value.__closure__ or () if _is_filled(cell))
        yield from vars(value).values()  # __wrapped__ among them
    elif not issubclass(kind, type):
        yield kind
        yield from list(getattr(value, "__dict__", {}).values())


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - raises where a variable has no value yet
    except ValueError:
        return False
    return True
