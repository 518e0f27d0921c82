"""What `__main__` and the user's modules are in a worker: mirrors of the kernel's, made anew for each run.

- A run is sent with every function and class that its nodes refer to. Each of them gets its name in the mirror of its
  module, and runs with the names of that mirror as its globals. So what pickle, multiprocessing or `import` find
  by name is what the nodes run.
- A name that a mirror does not hold is asked for: the kernel sends what it has under this name now. This is the way
  of names that only a pickle file, a value or an import inside a node mentions.
- Nothing is imported from the user's files, with two exceptions. A module that the kernel has not imported is imported
  as usual, and forgotten after the run. A value that cannot be sent (a lock, a connection) is the one that the
  worker gets from importing the module's file for itself.
- Nothing of the user's survives a run. A worker that has run before, one that was forked just now and one that was
  spawned hold the same; that code was edited, reloaded or patched needs no detection.

On the way back numbers decide: see `io.by_value`. The kernel reads its own objects.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import pickle
import sys
from typing import TYPE_CHECKING, Any

from kedro_nb.io import by_value, from_file
from kedro_nb.io.mirror import Mirror
from kedro_nb.io.users_code import is_users_module, users_modules

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

Modules = dict[
    str, tuple[str, list[str] | None]
]  # the user's modules in the kernel: file and search path by name


class Mirrors:
    """Finds a mirror for each module that the kernel has, before Python looks for a file.

    Args:
        look_up: asks the kernel for an attribute of a module; returns what `answer` does.
    """

    def __init__(self, look_up: Callable[[str, str], tuple[str, Any]]) -> None:
        self._look_up = look_up
        self._modules: Modules = {}

    def begin(self, modules: Modules) -> None:
        """Forget the modules of an earlier run, or of the process that this one was forked from.

        Args:
            modules: those that the kernel has.
        """
        by_value.forget()
        for name in users_modules():
            del sys.modules[name]
        self._modules = modules
        Mirror.ask, Mirror.ask_names = self._ask, self._ask_names
        sys.modules["__main__"] = Mirror("__main__")

    def _ask(self, module: str, name: str) -> Any:
        kind, content = self._look_up(module, name)
        if kind == "value":
            return pickle.loads(content)
        if kind == "file":
            return from_file.value(module, name)
        why = f": its value cannot be sent to another process: {content}" if content else ""
        raise AttributeError(f"module {module!r} has no attribute {name!r}{why}")

    def _ask_names(self, module: str) -> list[str]:
        kind, names = self._look_up(module, "")
        return names if kind == "names" else []

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a mirror: the method of `importlib.abc.MetaPathFinder`."""
        del path, target
        if name not in self._modules:
            return None
        file, search = self._modules[name]
        return importlib.util.spec_from_file_location(
            name, file, loader=_Loader(name, file), submodule_search_locations=search
        )


class _Loader(importlib.machinery.SourceFileLoader):
    """Makes a mirror of a module; its data files and source text are found as usual."""

    _own: ModuleType | None = None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Mirror:
        return Mirror(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Leave it empty."""

    def own_module(self) -> ModuleType:
        """The module as its file makes it in this process: it is imported once in a run."""
        if self._own is None:
            spec = importlib.util.spec_from_file_location(self.name, self.path)
            assert spec is not None
            assert spec.loader is not None
            self._own = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(self._own)
        return self._own


def answer(module: str, name: str) -> tuple[str, Any]:
    """What the kernel says to a worker that asks for a name: a kind, and what belongs to it.

    Args:
        module: the name of one of its modules.
        name: of an attribute; empty for the list of all names.
    """
    here = sys.modules.get(module)
    if not is_users_module(here):
        return "missing", ""
    if not name:
        return "names", dir(here)
    try:
        return "value", by_value.attribute_by_value(module, name)
    except AttributeError:
        return "missing", ""
    except Exception as error:  # noqa: BLE001 - whatever pickling raises
        return ("file" if module != "__main__" else "unsendable"), str(error)
