"""How values of a few types are pickled by value that neither pickle nor cloudpickle can send."""

from __future__ import annotations

import contextlib
import functools
import importlib
import pickle
import sys
import threading
from contextvars import ContextVar
from types import CellType, MethodType
from typing import Any, Never
from weakref import WeakKeyDictionary, WeakValueDictionary


class WorkerShell:
    """What `get_ipython()` returns in a cell's function that runs in a worker: `!command` works there, magics do not.

    A worker has no IPython shell: it has no front end, and the notebook's history belongs to the kernel.
    """

    def getoutput(self, command: str, *, split: bool = True, depth: int = 0) -> Any:
        """Run `out = !command`; the lines that it printed.

        Args:
            command: the shell command; names in braces or after `$` are those of the cell's code.
            split: return a list of lines, not a text.
            depth: frames between this method and the cell's code.
        """
        output = _ipython("process").getoutput(self._filled_in(command, depth + 2))
        text = _ipython("text")
        return text.SList(output.splitlines()) if split else text.LSString(output)

    def system(self, command: str) -> None:
        """Run `!command` and print what it printed.

        Args:
            command: the shell command.
        """
        print(_ipython("process").getoutput(self._filled_in(command, 2)))  # noqa: T201 - it is the command's output

    def _filled_in(self, command: str, depth: int) -> str:
        frame = sys._getframe(depth)  # noqa: SLF001 - as IPython does: the variables are those of the cell's code
        with contextlib.suppress(Exception):  # what cannot be filled in is left to the shell
            return str(
                _ipython("text").DollarFormatter().vformat(command, (), {**frame.f_globals, **frame.f_locals})
            )
        return command

    def __getattr__(self, name: str) -> Never:
        if name.startswith("__"):
            raise AttributeError(name)
        raise RuntimeError(
            f"A worker process has no IPython shell, so get_ipython().{name} does not work in a node. "
            "Run with SequentialRunner or ThreadRunner, or use a Python function for it."
        )


def _ipython(name: str) -> Any:
    return importlib.import_module(f"IPython.utils.{name}")  # which wrote the call, so that it is installed


def get_worker_shell() -> WorkerShell:
    """Stand for a cell's `get_ipython` in a worker."""
    return WorkerShell()


def _reduce_method(method: MethodType) -> tuple[Any, ...]:
    if method.__name__ == "get_ipython" and method.__self__ is _shell():
        return getattr, (sys.modules[__name__], get_worker_shell.__name__)
    return MethodType, (method.__func__, method.__self__)


def _shell() -> Any:
    ipython = sys.modules.get("IPython.core.getipython")
    return ipython and ipython.get_ipython()


def _refuse_shell(_: Any) -> Never:
    raise pickle.PicklingError("the IPython shell belongs to the notebook's own process")


def _reduce_cached_property(prop: functools.cached_property[Any]) -> tuple[Any, ...]:
    return _make_cached_property, (prop.func, prop.attrname)


def _make_cached_property(func: Any, name: str | None) -> functools.cached_property[Any]:
    prop = functools.cached_property(func)
    prop.attrname = name
    return prop


def _reduce_weak_dict(weak: Any) -> tuple[Any, ...]:
    return type(weak), (dict(weak),)


def _reduce_local(local: threading.local) -> tuple[Any, ...]:
    return type(local), (), vars(local)


def _reduce_context_var(variable: ContextVar[Any]) -> tuple[Any, ...]:
    try:
        return _make_context_var, (variable.name, variable.get())
    except LookupError:
        return ContextVar, (variable.name,)


def _make_context_var(name: str, value: Any) -> ContextVar[Any]:
    return ContextVar(name, default=value)


def _reduce_cell(cell: CellType) -> tuple[Any, ...]:
    """A cell that two functions share is shared where it arrives."""
    try:
        content = cell.cell_contents
    except ValueError:  # it is empty
        return CellType, ()
    return CellType, (), (content,), None, None, _fill_cell  # a state that is None would be left out


def _fill_cell(cell: CellType, content: tuple[Any]) -> None:
    (cell.cell_contents,) = content


TABLE: dict[type, Any] = {
    CellType: _reduce_cell,
    ContextVar: _reduce_context_var,
    threading.local: _reduce_local,
    MethodType: _reduce_method,
    functools.cached_property: _reduce_cached_property,
    WeakKeyDictionary: _reduce_weak_dict,
    WeakValueDictionary: _reduce_weak_dict,
}


def table() -> dict[type, Any]:
    """Reducers by type, with one for the IPython shell of this process if there is one."""
    shell = _shell()
    return TABLE if shell is None else {**TABLE, type(shell): _refuse_shell}
