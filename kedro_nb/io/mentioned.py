"""What a function finds without naming it in its code.

Names in strings: `eval("rate * 2")`, `frame.query("a > @limit")`, `globals()["rate"]`.
Classes: `Base.__subclasses__()`.
"""

from __future__ import annotations

import re
from types import CodeType
from typing import TYPE_CHECKING

from kedro_nb.io.users_code import goes_by_value, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FunctionType

_EVALUATE = {
    "eval",
    "exec",
    "globals",
    "vars",
    "query",
    "sql",
}  # functions, or methods of data frames and databases
_NAME = re.compile(r"[^\W\d]\w*")


def names_in_strings(function: FunctionType) -> list[str]:
    """The globals of a function whose names are in its strings, if it may evaluate strings.

    Args:
        function: nothing of it is called.
    """
    codes = list(_codes(function.__code__))
    if _EVALUATE.isdisjoint(name for code in codes for name in code.co_names):
        return []
    words = {
        word
        for code in codes
        for text in code.co_consts
        if isinstance(text, str) and text != function.__doc__
        for word in _NAME.findall(text)
    }
    return sorted(words & function.__globals__.keys())


def lists_subclasses(function: FunctionType) -> bool:
    """Whether a function asks a class for its subclasses."""
    return any("__subclasses__" in code.co_names for code in _codes(function.__code__))


def subclasses_of(classes: Iterable[type]) -> list[tuple[str, str]]:
    """Module and qualified name of the user's classes that are derived from these.

    Args:
        classes: classes of the user's.
    """
    found: dict[tuple[str, str], None] = {}
    waiting = list(classes)
    for each in waiting:  # which grows
        derived: list[type] = type.__subclasses__(each)
        for subclass in derived:
            name = name_of(subclass) if goes_by_value(subclass) else None
            if name is not None and name not in found:
                found[name] = None
                waiting.append(subclass)
    return list(found)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code of a function and of the functions in it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)
