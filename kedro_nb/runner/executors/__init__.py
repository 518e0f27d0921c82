"""Places to run tasks. The loop knows nothing of them but this protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kedro_nb.runner.plan import Plan
    from kedro_nb.runner.task import Task, TaskContext


class Executor(Protocol):
    """Runs tasks somewhere and hands them back.

    Attributes:
        slots: how many tasks may be under way at once.
    """

    slots: int

    def begin(self, plan: Plan, context: TaskContext) -> None:
        """Get ready for the tasks of one run."""

    def submit(self, task: Task) -> None:
        """Take a task; it may begin at once or later."""

    def wait(self) -> Iterable[Task]:
        """Wait until something has happened and return the tasks it happened to.

        A task comes back once it is finished. It may come back before that too, when outputs of it can be read
        already (`task.written`).
        """

    def drop(self) -> list[Task]:
        """Give back the tasks that have not begun; they will not."""

    def close(self, *, abandon: bool = False) -> None:
        """Let the workers go: when their work is done, or, to abandon it, without waiting for them."""
