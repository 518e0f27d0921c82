"""Forks that a node, hook or dataset makes of the process that runs it: such a process is not part of the run.

In the child the run counts as stopped, so that it saves nothing and calls nothing more. Where the other processes would
report that, the child ends.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kedro_nb.runner.monitor import Monitor

_monitors: weakref.WeakSet[Monitor] = weakref.WeakSet()


def watch(monitor: Monitor) -> None:
    """Stop the monitor's run in every fork of this process."""
    _monitors.add(monitor)


def end_if_forked(monitor: Monitor, error: BaseException | None = None) -> None:
    """End this process if it is a fork of the one that runs the nodes.

    Args:
        monitor: of the run.
        error: what the user's code has raised in the fork.
    """
    if os.getpid() == monitor.process:
        return
    code = 0 if error is None or _is_ours(error) else 1
    with contextlib.suppress(BaseException):  # nothing may lead back into the run
        if isinstance(error, SystemExit):
            code = error.code if isinstance(error.code, int) else int(error.code is not None)
        elif code:
            traceback.print_exception(error)
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code & 0xFF)


def _is_ours(error: BaseException) -> bool:
    from kedro_nb.errors import RunCancelledError

    return isinstance(error, RunCancelledError)


def _after_fork() -> None:
    for monitor in list(_monitors):
        monitor.cancelled = True
        monitor.listeners = ()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
