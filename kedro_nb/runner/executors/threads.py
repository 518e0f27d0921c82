"""A few threads that take tasks from one queue and put them back on another."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from kedro_nb.runner.task import execute

if TYPE_CHECKING:
    from kedro_nb.runner.plan import Plan
    from kedro_nb.runner.task import Task, TaskContext


class ThreadExecutor:
    """Runs tasks on up to `slots` threads, started as they are needed.

    The threads are daemons: a function that never returns must not keep an interrupted session from ending.
    """

    def __init__(self, slots: int) -> None:
        self.slots = slots

    def begin(self, plan: Plan, context: TaskContext) -> None:  # noqa: ARG002 - the protocol's
        """Threads are started as they are needed."""
        self._context = context
        self._todo: SimpleQueue[Task | None] = SimpleQueue()
        self._done: SimpleQueue[Task] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._busy = 0

    def submit(self, task: Task) -> None:
        """Queue the task, with one more thread if all are busy."""
        self._busy += 1
        if self._busy > len(self._threads) < self.slots:
            name = f"kedro_nb-{len(self._threads) + 1}"
            thread = threading.Thread(target=self._work, args=(name,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        self._todo.put(task)

    def _work(self, name: str) -> None:
        while (task := self._todo.get()) is not None:
            execute(task, self._context, name)
            self._done.put(task)
            del task  # a thread that waits must not keep data alive

    def wait(self) -> list[Task]:
        """Wait for one task and take all that are done."""
        tasks = [self._done.get()]
        try:
            while True:
                tasks.append(self._done.get_nowait())
        except Empty:
            self._busy -= len(tasks)
            return tasks

    def drop(self) -> list[Task]:
        """Take back what no thread has begun."""
        tasks = []
        try:
            while (task := self._todo.get_nowait()) is not None:
                tasks.append(task)
        except Empty:
            pass
        self._busy -= len(tasks)
        return tasks

    def close(self, *, abandon: bool = False) -> None:
        """Send every thread home."""
        for _ in self._threads:
            self._todo.put(None)
        if not abandon:
            for thread in self._threads:
                thread.join()
