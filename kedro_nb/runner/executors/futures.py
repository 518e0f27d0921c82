"""Any `concurrent.futures.Executor` that shares our memory, as a runner of the user's may give us."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from kedro_nb.runner.executors.stopping import GLANCE, GRACE, left_alone
from kedro_nb.runner.steps import execute

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
        self._done: SimpleQueue[futures.Future[None] | None] = SimpleQueue()  # None: look at the monitor
        self._abandoned = False
        context.monitor.wake_on_cancel(lambda: self._done.put(None))

    def submit(self, task: Task) -> None:
        """Pass the task on."""
        future = self._pool.submit(execute, task, self._context, "pool")
        self._pending[future] = task
        future.add_done_callback(self._done.put)

    def wait(self) -> list[Task]:
        """Wait for one task."""
        if self._context.monitor.cancelled:
            return self._stop()
        try:
            future = self._done.get(timeout=GLANCE)
        except Empty:
            return []
        if future not in self._pending:  # one that was dropped reports too
            return []
        return [self._take(future)]

    def _take(self, future: futures.Future[None]) -> Task:
        task = self._pending.pop(future)
        if (error := future.exception()) is not None:  # the pool itself failed
            task.finished, task.error = True, error
        return task

    def _stop(self) -> list[Task]:
        """Wait a moment for what is at work. Whose threads these are we do not know."""
        from concurrent.futures import wait

        begun = [future for future in self._pending if not future.cancel()]  # the others are dropped next
        over, late = wait(begun, GRACE)
        self._abandoned = bool(late)
        tasks = [self._take(future) for future in over]
        return tasks + [left_alone(self._pending.pop(future)) for future in late]

    def drop(self) -> list[Task]:
        """Take back what the pool has not begun."""
        dropped = [future for future in self._pending if future.cancel()]
        return [self._pending.pop(future) for future in dropped]

    def close(self, *, abandon: bool = False) -> None:
        """Shut the pool down: it was made for this run."""
        self._pool.shutdown(wait=not (abandon or self._abandoned), cancel_futures=True)
