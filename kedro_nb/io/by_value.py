"""Pickling that takes the user's code along, as it is now.

A process that is kept warm has imported the user's modules once. Functions and classes of the user's are therefore
sent themselves and not by name: what runs is what the kernel has, an edited cell and a reloaded module included.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kedro_nb.frames import is_users

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

_known: dict[str, bool] = {}  # by file: whose it is


def dumps_by_value(value: Any, buffer_callback: Callable[[Any], Any] | None = None) -> bytes:
    """Pickle with the user's functions and classes in it; where that fails, with those of modules by name.

    Raises:
        Exception: whatever pickling raises.
    """
    import cloudpickle

    try:
        with _by_value():
            return bytes(cloudpickle.dumps(value, protocol=5, buffer_callback=buffer_callback))
    except Exception:
        if buffer_callback is not None:
            raise
        return bytes(
            cloudpickle.dumps(value, protocol=5)
        )  # a module's global that does not pickle stays there


@contextmanager
def _by_value() -> Iterator[None]:
    import cloudpickle

    registered = cloudpickle.list_registry_pickle_by_value()
    # By name: one module can be there under two, as a script is (__main__ and __mp_main__).
    users = {module.__name__: module for module in list(sys.modules.values()) if _is_users(module)}
    modules = [module for name, module in users.items() if name not in registered]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)


def _is_users(module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        return False
    if file not in _known:
        _known[file] = is_users(file)
    return _known[file] and getattr(module, "__name__", "__main__") in sys.modules
