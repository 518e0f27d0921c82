"""Pickling that takes the user's code along, as it is now.

A process that is kept warm has imported the user's modules once. Functions and classes of the user's are therefore
sent themselves and not by name: what runs is what the kernel has, an edited cell and a reloaded module included.

A class that comes back is the one that was sent, and stays as it is here: only where it comes from is it changed.
"""

from __future__ import annotations

import io
import os
import sys
import threading
from contextlib import contextmanager
from itertools import count
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import cloudpickle

from kedro_nb.frames import is_users

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

takes_code = True  # not so in a worker: what it has imported by name the kernel knows by name
_known: dict[str, bool] = {}  # by file: whose it is
_by_name: set[str] = set()  # modules of the user's that hold something that cannot be pickled
_specs: dict[str, Any] = {}  # by module: what it was loaded by, which a reload replaces
_reloads = 0
_lock = threading.Lock()  # around cloudpickle's list of modules, which is everybody's

_serials = count(1)
_homes: dict[int, str] = {}  # by process: a fork is another one
_states: WeakKeyDictionary[type, tuple[str, int]] = WeakKeyDictionary()  # where a class is from, and how new


def dumps_by_value(value: Any, buffer_callback: Callable[[Any], Any] | None = None) -> bytes:
    """Pickle with the user's functions and classes in it; where a module's content does not pickle, by its name.

    Raises:
        Exception: whatever pickling raises.
    """
    pickler = _Pickler(buffer_callback)
    try:
        return pickler.pickled(value)
    except Exception:
        stubborn = {name for name in pickler.modules - _by_name if not _pickles(name)}
        if not stubborn or buffer_callback is not None:
            raise
        _by_name.update(stubborn)
        try:
            return _Pickler(None).pickled(value)
        except Exception:
            _by_name.difference_update(stubborn)
            raise


def _pickles(module: str) -> bool:
    try:
        _Pickler(None).pickled(sys.modules[module])
    except Exception:  # noqa: BLE001 - whatever pickling raises
        return False
    return True


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
    """Cloudpickle's, for which the user's modules are none that others could import.

    Attributes:
        modules: the user's modules that something was taken from.
    """

    def __init__(self, buffer_callback: Callable[[Any], Any] | None) -> None:
        self._file = io.BytesIO()
        super().__init__(self._file, protocol=5, buffer_callback=buffer_callback)
        self.modules: set[str] = set()

    def pickled(self, value: Any) -> bytes:
        self.dump(value)
        return self._file.getvalue()

    def reducer_override(self, obj: Any) -> Any:
        is_class = isinstance(obj, type)
        if not is_class and not isinstance(obj, (FunctionType, ModuleType)):
            return NotImplemented
        module = obj if isinstance(obj, ModuleType) else sys.modules.get(getattr(obj, "__module__", ""))
        if not isinstance(module, ModuleType) or not _goes_by_value(module):
            reduced = super().reducer_override(obj)
        else:
            self.modules.add(module.__name__)
            with _registered(module):
                reduced = (
                    self.dispatch_table[ModuleType](obj) if obj is module else super().reducer_override(obj)
                )
        if is_class and isinstance(reduced, tuple) and len(reduced) == 6:  # noqa: PLR2004 - with its content
            make, args, state, _, _, set_state = reduced
            if "__class__" in state[0]:  # which can only be set when the class is made
                args[3]["__class__"] = state[0].pop("__class__")
            home, serial = _states.get(obj) or (_home(), next(_serials))
            return make, args, (home, serial, set_state, state), None, None, _set_class_state
        return reduced


def _set_class_state(cls: type, sent: tuple[str, int, Callable[[type, Any], None], Any]) -> None:
    """Give a class its content, unless it is ours or what we have is newer."""
    home, serial, set_state, state = sent
    if home == _home() or _states.get(cls, (home, 0))[1] >= serial:
        return
    set_state(cls, state)
    _states[cls] = (home, serial)


def _home() -> str:
    process = os.getpid()
    if process not in _homes:
        _homes[process] = f"{process}-{os.urandom(8).hex()}"
    return _homes[process]


@contextmanager
def _registered(module: ModuleType) -> Iterator[None]:
    with _lock:
        if module.__name__ in cloudpickle.list_registry_pickle_by_value():
            yield
            return
        cloudpickle.register_pickle_by_value(module)
        try:
            yield
        finally:
            cloudpickle.unregister_pickle_by_value(module)


def _goes_by_value(module: ModuleType) -> bool:
    return takes_code and _is_users(module) and module.__name__ not in _by_name


def _is_users(module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    if not isinstance(file, str) or module.__name__ == "__main__":  # which cloudpickle never takes by name
        return False
    if file not in _known:
        _known[file] = is_users(file)
    return _known[file] and module.__name__ in sys.modules


def reloads() -> int:
    """How many modules of the user's were loaded again so far: a process from before that has old ones."""
    global _reloads  # noqa: PLW0603 - one count for all
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType) and _is_users(module):
            spec = getattr(module, "__spec__", None)
            if _specs.setdefault(name, spec) is not spec:
                _specs[name] = spec
                _reloads += 1
    return _reloads


def _after_fork() -> None:
    global _lock  # noqa: PLW0603 - a thread that is not here may have held it
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
