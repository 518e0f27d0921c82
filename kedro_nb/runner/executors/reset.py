"""The state of a process outside Python's modules: workers have the kernel's, and repair what a node has changed.

A setting is a way to read a part of this state and a way to write it. `MIRRORED` settings travel with each run, so
that a worker has what the notebook has now. `OWN` settings are a worker's own: it returns to what they were when it
started. A worker in which this does not succeed, or which holds open descriptors that it did not have, is retired.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # `signal` around it is slow: it looks for members of an enum
import builtins
import contextlib
import gc
import importlib
import locale
import logging
import multiprocessing
import os
import resource
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kedro_nb.frames import is_ours, is_standard, is_users

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Setting(NamedTuple):
    """A part of the state of this process.

    Attributes:
        read: returns it as a value that can be compared; None where there is none.
        write: makes it such a value.
    """

    read: Callable[[], Any]
    write: Callable[[Any], Any]


def _read_umask() -> int:
    for line in Path("/proc/self/status").read_text().splitlines() if sys.platform == "linux" else ():
        if line.startswith("Umask:"):
            return int(line.split()[1], 8)
    mask = os.umask(0o077)  # which can only be read by changing it
    os.umask(mask)
    return mask


def _read_decimal() -> Any:
    decimal = sys.modules.get("decimal")
    if decimal is None:
        return None
    context = decimal.getcontext()
    values = {
        name: getattr(context, name) for name in ("prec", "rounding", "Emin", "Emax", "capitals", "clamp")
    }
    return values | {"traps": sorted(kind.__name__ for kind, trapped in context.traps.items() if trapped)}


def _write_decimal(values: Any) -> None:
    import decimal

    if values is None:
        decimal.setcontext(decimal.DefaultContext.copy())
        return
    traps = [getattr(decimal, name) for name in values["traps"]]
    decimal.setcontext(decimal.Context(**{**values, "flags": [], "traps": traps}))


_NUMPYS_OWN = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


def _read_numpy() -> Any:
    numpy = sys.modules.get("numpy")
    return numpy and numpy.geterr()


def _write_numpy(value: Any) -> None:
    value = value or _NUMPYS_OWN
    if "numpy" in sys.modules or value != _NUMPYS_OWN:  # the import takes its time
        importlib.import_module("numpy").seterr(**value)


MIRRORED: dict[str, Setting] = {
    "recursion limit": Setting(sys.getrecursionlimit, sys.setrecursionlimit),
    "digits of integers": Setting(sys.get_int_max_str_digits, sys.set_int_max_str_digits),
    "umask": Setting(_read_umask, os.umask),
    "locale": Setting(
        lambda: locale.setlocale(locale.LC_ALL), lambda value: locale.setlocale(locale.LC_ALL, value)
    ),
    "disabled logging": Setting(lambda: logging.root.manager.disable, logging.disable),
    "decimal context": Setting(_read_decimal, _write_decimal),
    "numpy errors": Setting(_read_numpy, _write_numpy),
}

_LIMITS = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]
_HOOKS = ("excepthook", "displayhook", "breakpointhook", "unraisablehook")


def _write_limits(values: Any) -> None:
    for limit, value in values.items():
        if resource.getrlimit(limit) != value:
            resource.setrlimit(limit, value)


def _write_builtins(values: dict[str, Any]) -> None:
    vars(builtins).update(values)
    for name in vars(builtins).keys() - values.keys():
        del vars(builtins)[name]


def _write_collection(value: Any) -> None:
    (gc.enable if value[0] else gc.disable)()
    gc.set_threshold(*value[1])


def _write_hooks(values: dict[str, Any]) -> None:
    for name, hook in values.items():
        setattr(sys, name, hook)


def _write_thread_hook(hook: Any) -> None:
    threading.excepthook = hook


_of_libraries: list[Any] = []  # the import finders that packages have added, once they were seen


def _read_finders() -> tuple[list[Any], list[Any]]:
    """The finders that no package has added, and those of packages that are missing now."""
    own = []
    for finder in sys.meta_path:
        if not _is_of_library(finder):
            own.append(finder)
        elif finder not in _of_libraries:
            _of_libraries.append(finder)
    return own, [finder for finder in _of_libraries if finder not in sys.meta_path]


def _write_finders(values: tuple[list[Any], list[Any]]) -> None:
    sys.meta_path[:] = values[0] + _of_libraries


def _is_of_library(finder: Any) -> bool:
    """Whether an installed package has added it, as six does: the package stays imported and needs it."""
    module = sys.modules.get(getattr(finder, "__module__", ""))
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and not (is_ours(file) or is_standard(file) or is_users(file))


_SIGNALS = tuple(map(int, signal.valid_signals()))


def _read_handlers() -> dict[int, Any]:
    return {number: _signal.getsignal(number) for number in _SIGNALS}


def _write_handlers(values: dict[int, Any]) -> None:
    for number, handler in values.items():
        if _signal.getsignal(number) is not handler:
            _signal.signal(number, handler)


OWN: dict[str, Setting] = {
    "builtins": Setting(lambda: dict(vars(builtins)), _write_builtins),
    "niceness": Setting(
        lambda: os.getpriority(os.PRIO_PROCESS, 0), lambda value: os.setpriority(os.PRIO_PROCESS, 0, value)
    ),
    "users": Setting(lambda: (os.getuid(), os.geteuid(), os.getgid(), os.getegid()), lambda _: None),
    "limits": Setting(lambda: {limit: resource.getrlimit(limit) for limit in _LIMITS}, _write_limits),
    "signal handlers": Setting(_read_handlers, _write_handlers),
    "timer": Setting(
        lambda: bool(signal.getitimer(signal.ITIMER_REAL)[0]),
        lambda _: signal.setitimer(signal.ITIMER_REAL, 0),
    ),
    "garbage collection": Setting(
        lambda: (gc.isenabled(), gc.get_threshold()),
        _write_collection,
    ),
    "switch interval": Setting(sys.getswitchinterval, sys.setswitchinterval),
    "tracing": Setting(sys.gettrace, sys.settrace),
    "profiling": Setting(sys.getprofile, sys.setprofile),
    "hooks": Setting(lambda: {name: getattr(sys, name) for name in _HOOKS}, _write_hooks),
    "thread hook": Setting(lambda: threading.excepthook, _write_thread_hook),
    "finders": Setting(_read_finders, _write_finders),
    "start method": Setting(
        lambda: multiprocessing.get_start_method(allow_none=True),
        lambda value: multiprocessing.set_start_method(value, force=True),
    ),
}
if hasattr(os, "sched_getaffinity"):  # not on macOS
    OWN["processors"] = Setting(lambda: os.sched_getaffinity(0), lambda value: os.sched_setaffinity(0, value))


def read(settings: Mapping[str, Setting]) -> dict[str, Any]:
    """The present values of settings, by name.

    Args:
        settings: some of those above.
    """
    return {name: setting.read() for name, setting in settings.items()}


def write(settings: Mapping[str, Setting], values: Mapping[str, Any]) -> bool:
    """Make settings what they were; whether this has succeeded.

    Args:
        settings: some of those above.
        values: as `read` has returned them, perhaps in another process.
    """
    done = True
    for name, value in values.items():
        if settings[name].read() != value:
            with contextlib.suppress(Exception):  # it is not allowed, or what was there cannot be set
                settings[name].write(value)
            done = done and settings[name].read() == value
    return done


_PIPES = 64  # that a node may leave open: the pools of libraries keep theirs for the next call


class Baseline:
    """What a worker was like when it started."""

    def __init__(self) -> None:
        self._values = read(OWN)
        self._descriptors = _descriptors()

    def restore(self) -> bool:
        """Repair what nodes have changed since; False if this worker is to be retired."""
        if not write(OWN, self._values):
            return False
        if self._has_old_descriptors():
            return True
        gc.collect()  # files that only what is left of the last run has open
        return self._has_old_descriptors()

    def _has_old_descriptors(self) -> bool:
        now = _descriptors()
        added = [target for name, target in now.items() if name not in self._descriptors]
        pipes = sum(target.startswith("pipe:") for target in added)
        same = all(now.get(name) == target for name, target in self._descriptors.items())
        return same and pipes == len(added) <= _PIPES


def _descriptors() -> dict[str, str]:
    """What each open descriptor leads to, without those that only the system uses."""
    found = {}
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 - their names are numbers
        with contextlib.suppress(OSError):  # the one of the list itself
            target = os.readlink(f"/dev/fd/{name}")  # noqa: PTH115 - as text
            if not target.startswith(("anon_inode:", "/dev/nvidia")):
                found[name] = target
    return found
