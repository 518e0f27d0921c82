"""Ending what threads are at. A thread cannot be killed: it can be asked, and left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.errors import RunCancelledError
from kedro_nb.runner.task import Task

if TYPE_CHECKING:
    import threading

GRACE = 0.15  # seconds that a node has to end once it was asked to


def interrupt(thread: threading.Thread) -> None:
    """Raise KeyboardInterrupt in another thread, as soon as it runs Python code."""
    import ctypes

    if thread.ident is not None:
        raised = ctypes.py_object(KeyboardInterrupt)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), raised)


def stopped(task: Task) -> Task:
    """The task as one that has ended because it was asked to."""
    if isinstance(task.error, KeyboardInterrupt) or not task.finished:
        task.finished = True
        task.error = RunCancelledError(f"Node '{task.node.name}' was stopped: its outputs are dropped.")
    return task


def left_alone(task: Task) -> Task:
    """What to report of a task that goes on in its thread, which may still change the task itself."""
    report = Task(task.position, task.node, task.rank)
    report.finished = True
    report.error = RunCancelledError(
        f"Node '{task.node.name}' is in a call that cannot be interrupted: its thread is still finishing, and what it "
        "returns is dropped."
    )
    return report
