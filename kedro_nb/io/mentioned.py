"""What a function finds without naming it in its code.

Names in strings: `eval("rate * 2")`, `frame.query("a > @limit")`, `globals()["rate"]`.
All names of a module: `globals().items()`, `vars(steps)`. Classes: `Base.__subclasses__()`.
"""

from __future__ import annotations

import dis
import re
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from kedro_nb.io.users_code import goes_by_value, is_users_module, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_EVALUATE = {"eval", "exec", "globals"}
_SEARCH = {"sql"}  # methods of databases that take a variable for a table
_SIGNS = _EVALUATE | _SEARCH | {"query", "vars", "__dict__", "__subclasses__"}
_NAME = re.compile(r"[^\W\d]\w*")
_AFTER_AT = re.compile(r"@([^\W\d]\w*)")  # in `query` and `eval` of data frames
_CODE = (FunctionType, BuiltinFunctionType, ModuleType, type)
_PLAIN = (bool, int, float, complex, str, bytes, type(None))


def searches(function: FunctionType) -> bool:
    """Whether a function may find something without naming it; most do not."""
    return any(not _SIGNS.isdisjoint(code.co_names) for code in _codes(function.__code__))


def names_found_by(function: FunctionType, used: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Module and name of the globals that a function may find without naming them.

    Where it asks for all names of a module, these are its code and its plain values: data may be large.

    Args:
        function: nothing of it is called.
        used: the globals that it names, and their values.
    """
    codes = list(_codes(function.__code__))
    called = {name for code in codes for name in code.co_names}
    names = function.__globals__
    module = str(names.get("__name__"))
    found: set[tuple[str, str]] = set()
    if not _SEARCH.isdisjoint(called) or any(_loads_global(code, _EVALUATE) for code in codes):
        found |= {(module, name) for name in _in_strings(function, codes, _NAME)}
    elif "query" in called or "eval" in called:
        found |= {(module, name) for name in _in_strings(function, codes, _AFTER_AT)}
    if "globals" in called:
        found.update(_all_names(module, names))
    if "vars" in called or "__dict__" in called:
        for each in used.values():
            if isinstance(each, ModuleType) and is_users_module(each):
                found.update(_all_names(each.__name__, vars(each)))
    return sorted(found - {(module, name) for name in used})


def _in_strings(function: FunctionType, codes: list[CodeType], pattern: re.Pattern[str]) -> Iterator[str]:
    texts = [text for code in codes for text in code.co_consts if isinstance(text, str)]
    words = {word for text in texts if text != function.__doc__ for word in pattern.findall(text)}
    yield from words & function.__globals__.keys()


def _all_names(module: str, names: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in list(names.items()):
        if not name.startswith("_") and (isinstance(value, _CODE) or type(value) in _PLAIN):
            yield module, name


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


def _loads_global(code: CodeType, names: set[str]) -> bool:
    """Whether code uses one of these names as a variable; `model.eval()` does not."""
    return not names.isdisjoint(code.co_names) and any(
        each.opname in {"LOAD_GLOBAL", "LOAD_NAME"} and each.argval in names
        for each in dis.get_instructions(code)
    )


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code of a function and of the functions in it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)
