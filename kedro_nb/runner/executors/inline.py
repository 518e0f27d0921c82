"""Here and now: one task at a time, in the calling thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.runner.executors.stopping import stopped, stopped_here
from kedro_nb.runner.steps import execute

if TYPE_CHECKING:
    from kedro_nb.runner.plan import Plan
    from kedro_nb.runner.task import Task, TaskContext


class InlineExecutor:
    """Runs a task as soon as it is asked for the result."""

    slots = 1

    def begin(self, plan: Plan, context: TaskContext) -> None:  # noqa: ARG002 - the protocol's
        """Nothing to start."""
        self._context = context

    def submit(self, task: Task) -> None:
        """Take the task."""
        self._task = task

    def wait(self) -> tuple[Task]:
        """Run it."""
        monitor = self._context.monitor
        try:
            monitor.at_work_here = self._task
            if monitor.cancelled:  # in this very moment: nobody interrupts the node any more
                return (stopped(self._task),)
            execute(self._task, self._context)
        finally:
            monitor.at_work_here = False
        return (stopped_here(self._task, monitor),)

    def drop(self) -> list[Task]:
        """Nothing waits here."""
        return []

    def close(self, *, abandon: bool = False) -> None:
        """Nothing to let go."""
