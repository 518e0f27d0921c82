"""Whose a module, a function or a class is, and whether it goes to other processes by value."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from kedro_nb.frames import is_users
from kedro_nb.io.mirror import Mirror

_known: dict[str, bool] = {}  # by file: whether it is the user's source code
_others: dict[str, ModuleType] = {}  # modules that are not the user's, so that each is looked at once


def is_users_module(module: Any) -> bool:
    """Whether a module is `__main__` or of the user's own source code, or a worker's mirror of one.

    Args:
        module: a module, or what stands in `sys.modules` in its place.
    """
    if isinstance(module, Mirror):
        return True
    if not isinstance(module, ModuleType):
        return False
    if vars(module).get("__name__") == "__main__":
        return True
    file = vars(module).get("__file__")
    if not isinstance(file, str):
        return False
    if file not in _known:
        _known[file] = file.endswith(".py") and is_users(file)
    return _known[file]


def users_modules() -> dict[str, tuple[str, list[str] | None]]:
    """File and search path of each of the user's modules that this process has imported, except `__main__`."""
    found = {}
    for name, module in list(sys.modules.items()):
        if _others.get(name) is module:
            continue
        if not is_users_module(module):
            _others[name] = module
        elif name != "__main__" and module.__name__ == name:
            path = vars(module).get("__path__")
            found[name] = (str(vars(module).get("__file__")), None if path is None else list(path))
    return found


def name_of(thing: Any) -> tuple[str, str] | None:
    """Module and qualified name that lead to a thing; None if they lead to something else or nowhere.

    Args:
        thing: a function, a class or anything else with `__module__` and a name.
    """
    module = getattr(thing, "__module__", None)
    qualname = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None)
    if not isinstance(module, str) or not isinstance(qualname, str) or module not in sys.modules:
        return None
    first, *rest = qualname.split(".")
    missing = object()
    found = vars(sys.modules[module]).get(first, missing)  # without a question to the kernel
    for part in rest:
        found = getattr(found, part, missing)
    return (module, qualname) if found is thing else None


def goes_by_value(thing: Any) -> bool:
    """Whether a function or a class is pickled by value, and not by its name.

    Args:
        thing: a function, a class or anything else with `__module__` and a name.
    """
    module = sys.modules.get(getattr(thing, "__module__", None) or "")
    return is_users_module(module) or name_of(thing) is None
