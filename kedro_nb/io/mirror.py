"""Modules of a worker that stand for modules of the kernel. The model is described in `runner.executors.mirror`."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable

# Names that Python sets or looks for in every module: a mirror has its own, or none.
_PYTHONS_OWN = {
    "__annotations__",
    "__builtins__",
    "__cached__",
    "__class__",
    "__dict__",
    "__file__",
    "__loader__",
    "__name__",
    "__package__",
    "__path__",
    "__spec__",
    "__warningregistry__",
    "__wrapped__",
}


class Mirror(ModuleType):
    """A module that holds what the kernel has sent, and asks the kernel for a name that it does not hold.

    Attributes:
        ask: takes the name of a module and of one of its attributes, and returns the kernel's value.
        ask_names: takes the name of a module, and returns the names of its attributes.
    """

    ask: ClassVar[Callable[[str, str], Any]]
    ask_names: ClassVar[Callable[[str], list[str]]]

    def __getattr__(self, name: str) -> Any:
        """Ask the kernel.

        Raises:
            AttributeError: the kernel does not have this name either, or cannot send its value.
        """
        if name in _PYTHONS_OWN:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = type(self).ask(self.__name__, name)
        return vars(self).setdefault(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*vars(self), *type(self).ask_names(self.__name__)})
