"""Any `concurrent.futures.Executor` that shares our memory, as a runner of the user's may give us."""

from __future__ import annotations

from queue import SimpleQueue
from typing import TYPE_CHECKING

from kedro_nb.runner.task import execute

if TYPE_CHECKING:
    from concurrent import futures

    from kedro_nb.runner.plan import Plan
    from kedro_nb.runner.task import Task, TaskContext


class FuturesExecutor:
    """Runs tasks on somebody else's executor.

    Args:
        pool: shut down at the end of the run.
        slots: the most tasks to give it at once.
    """

    def __init__(self, pool: futures.Executor, slots: int) -> None:
        self.slots = slots
        self._pool = pool

    def begin(self, plan: Plan, context: TaskContext) -> None:  # noqa: ARG002 - the protocol's
        """The pool is running already."""
        self._context = context
        self._pending: dict[futures.Future[None], Task] = {}
        self._done: SimpleQueue[futures.Future[None]] = SimpleQueue()

    def submit(self, task: Task) -> None:
        """Pass the task on."""
        future = self._pool.submit(execute, task, self._context, "pool")
        self._pending[future] = task
        future.add_done_callback(self._done.put)

    def wait(self) -> list[Task]:
        """Wait for one task."""
        while (future := self._done.get()) not in self._pending:
            """A task that was dropped reports too."""
        task = self._pending.pop(future)
        if (error := future.exception()) is not None:  # the pool itself failed
            task.finished, task.error = True, error
        return [task]

    def drop(self) -> list[Task]:
        """Take back what the pool has not begun."""
        dropped = [future for future in self._pending if future.cancel()]
        return [self._pending.pop(future) for future in dropped]

    def close(self, *, abandon: bool = False) -> None:
        """Shut the pool down: it was made for this run."""
        self._pool.shutdown(wait=not abandon, cancel_futures=True)
