"""Names that a function finds through strings: `eval("rate * 2")`, `frame.query("a > @limit")`, `globals()["rate"]`."""

from __future__ import annotations

import re
from types import CodeType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
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


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code of a function and of the functions in it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)
