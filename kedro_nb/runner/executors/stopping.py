"""Ending what threads are at. A thread cannot be killed: it can be asked, and left alone."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from kedro_nb.errors import RunCancelledError
from kedro_nb.exceptions import headline_of
from kedro_nb.frames import is_locking_log
from kedro_nb.masking import mask_text
from kedro_nb.runner.task import Task

if TYPE_CHECKING:
    import threading

    from kedro_nb.runner.monitor import Monitor

GRACE = 0.15  # seconds that a node has to end once it was asked to
# Seconds to wait at a time: an interrupt in the very moment in which a wait begins does not end it.
GLANCE = 0.1
_STOPPED = "Node '{}' was stopped: its outputs are dropped."
_LOGGING = 0.05  # seconds in which a lock of `logging` is taken or released


def interrupt(thread: threading.Thread) -> None:
    """Raise KeyboardInterrupt in another thread, as soon as it runs Python code."""
    import ctypes

    if thread.ident is not None:
        until = time.monotonic() + _LOGGING
        while is_locking_log(sys._current_frames().get(thread.ident)):  # noqa: SLF001 - of Python, not of a class
            if time.monotonic() > until:  # another thread has the lock
                break
            time.sleep(_LOGGING / 50)
        raised = ctypes.py_object(KeyboardInterrupt)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), raised)


def stopped(task: Task) -> Task:
    """The task as it has ended after it was asked to: well all the same, or stopped.

    Whatever an interrupted function raises counts as that. Many turn the interrupt into an error of their own: an
    import that is torn apart is a RuntimeError to numpy.
    """
    error = task.error
    if error is None and task.finished:
        return task
    task.finished = True
    if not isinstance(error, RunCancelledError):
        ended = f" It ended with {headline_of(error, 500, mask_text)}" if isinstance(error, Exception) else ""
        task.error = RunCancelledError(f"{_STOPPED.format(task.node.name)}{ended}")
    return task


def too_late(task: Task) -> Task:
    """A task that has ended at the moment of an interrupt, as stopped.

    A terminal and Jupyter interrupt the processes that a node has started, too: what it makes of their output may be
    a part of it.
    """
    if task.error is None and task.finished:
        task.error = RunCancelledError(_STOPPED.format(task.node.name))
    return task


def stopped_here(task: Task, monitor: Monitor) -> Task:
    """The same for a task of this thread. An interrupt of the user's stays what it is, and tells where it struck."""
    if monitor.cancelled and not (monitor.interrupted and isinstance(task.error, KeyboardInterrupt)):
        return stopped(task)
    return task


def left_alone(task: Task) -> Task:
    """What to report of a task that goes on in its thread, which may still change the task itself."""
    report = Task(task.position, task.node, task.rank)
    report.finished = True
    report.dataset = task.dataset
    report.error = RunCancelledError(
        f"Node '{task.node.name}' is in a call that cannot be interrupted: its thread is still finishing, and what it "
        "returns is dropped."
    )
    return report
