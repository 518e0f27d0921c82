"""Values of the user's modules that cannot be sent, such as locks: a worker imports the module's file for them."""

from __future__ import annotations

import importlib
import sys
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from kedro_nb.io.mirror import Mirror
from kedro_nb.io.users_code import is_users_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

names: dict[tuple[str, str], int] = {}  # by module and name: the `id` of a value that cannot be sent


class Stub:
    """Stands for such a value in a pickle.

    Args:
        module, name: where it is.
    """

    def __init__(self, module: str, name: str) -> None:
        self._place = (module, name)

    @staticmethod
    def of(module: str, name: str, sent: Any) -> Any:
        """The value, or a stub for it if it cannot be sent."""
        return Stub(module, name) if names.get((module, name)) == id(sent) else sent

    def __reduce__(self) -> tuple[Any, ...]:
        return value, self._place


def has(module: str, name: str) -> bool:
    """Whether the value of this name is one that cannot be sent."""
    first = name.partition(".")[0]
    return (module, first) in names and names[module, first] == id(vars(sys.modules[module]).get(first))


def value(module: str, name: str) -> Any:
    """The value that importing the module's file makes, and in the kernel the kernel's own."""
    found: Any = importlib.import_module(module)
    if isinstance(found, Mirror):
        found = importlib.import_module(module).__loader__.own_module()  # type: ignore[union-attr]
    for part in name.split("."):
        found = getattr(found, part)
    return found


def find(modules: Iterable[str], is_sendable: Callable[[Any], bool]) -> bool:
    """Find values of these modules that cannot be sent. Returns whether any of them was not known before.

    Args:
        modules: the names of modules of the user's.
        is_sendable: tries it.
    """
    before = dict(names)
    for name in modules:
        module = sys.modules.get(name)
        if (
            isinstance(module, ModuleType)
            and name != "__main__"
            and isinstance(vars(module).get("__file__"), str)
        ):
            _find_in(module, is_sendable)
    return names != before


def _find_in(module: ModuleType, is_sendable: Callable[[Any], bool]) -> None:
    data, code = [], []
    for name, content in vars(module).items():
        if isinstance(content, (FunctionType, type)):
            if content.__module__ == module.__name__:
                code.append((name, content))
        elif not name.startswith("__") and not isinstance(content, ModuleType):
            data.append((name, content))
    # Data first: most functions and classes can be sent when what they use is left out.
    for name, content in (*data, *code):
        if not is_sendable(content):
            names[module.__name__, name] = id(content)
            _mark_class(type(content))


def _mark_class(cls: type) -> None:
    """Have the class of such a value be that of the value: the one that the file's import makes."""
    name = cls.__qualname__.partition(".")[0]
    module = sys.modules.get(cls.__module__)
    if (
        module is not None
        and cls.__module__ != "__main__"
        and is_users_module(module)
        and name in vars(module)
    ):
        names[cls.__module__, name] = id(vars(module)[name])
