"""Here and now: one task at a time, in the calling thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.runner.task import execute

if TYPE_CHECKING:
    from kedro_nb.runner.plan import Plan
    from kedro_nb.runner.task import Task, TaskContext


class InlineExecutor:
    """Runs a task as soon as it is asked for the result."""

    slots = 1

    def begin(self, plan: Plan, context: TaskContext) -> None:  # noqa: ARG002 - the protocol's
        """Nothing to start."""
        self._context = context
        self._tasks: list[Task] = []

    def submit(self, task: Task) -> None:
        """Take the task."""
        self._tasks.append(task)

    def wait(self) -> list[Task]:
        """Run it."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            execute(task, self._context)
        return tasks

    def drop(self) -> list[Task]:
        """Nothing waits here."""
        return []

    def close(self, *, abandon: bool = False) -> None:
        """Nothing to let go."""
