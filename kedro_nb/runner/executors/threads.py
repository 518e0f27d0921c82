"""A few threads that take the most urgent task there is, one after the other."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from heapq import heappop, heappush
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from kedro_nb.runner.executors.stopping import GRACE, interrupt, left_alone, stopped
from kedro_nb.runner.task import execute

if TYPE_CHECKING:
    from kedro_nb.runner.plan import Plan
    from kedro_nb.runner.task import Task, TaskContext


_QUICK = 0.001  # seconds: much longer than it takes the loop to hand out a task


class ThreadExecutor:
    """Runs tasks on up to `workers` threads, started as they are needed.

    It takes a task for each thread; when tasks are quick it takes everything that is ready, so that a thread which
    is free need not wait for the loop. With long tasks that would cost more than it gains: the thread would begin
    what is there, a moment before the loop can tell that something more urgent has become ready.

    The threads are daemons: a function that never returns must not keep an interrupted session from ending.
    """

    def __init__(self, workers: int) -> None:
        self.slots = self._workers = workers

    def begin(self, plan: Plan, context: TaskContext) -> None:  # noqa: ARG002 - the protocol's
        """Threads are started as they are needed."""
        self._context = context
        self._ready: list[tuple[Any, int, Task]] = []
        self._lock = threading.Lock()
        self._calls: SimpleQueue[str | None] = SimpleQueue()  # None: go home
        self._done: SimpleQueue[Task | None] = SimpleQueue()  # None: have a look at the monitor
        self._threads: list[threading.Thread] = []
        self._busy = 0
        self._abandoned = False
        self._at_work: dict[threading.Thread, Task] = {}
        context.monitor.wake_on_cancel(lambda: self._done.put(None))

    def submit(self, task: Task) -> None:
        """Line the task up, with one more thread if all are busy."""
        with self._lock:
            heappush(self._ready, (task.rank, task.position, task))
        self._calls.put("task")
        self._busy += 1
        if self._busy > len(self._threads) < self._workers:
            number = len(self._threads) + 1
            thread = threading.Thread(
                target=self._work, args=(f"thread {number}",), name=f"kedro_nb-{number}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _work(self, name: str) -> None:
        this = threading.current_thread()
        with contextlib.suppress(KeyboardInterrupt):  # it may come a moment too late for the node
            while self._calls.get() is not None:
                with self._lock:
                    if not self._ready:  # it was dropped
                        continue
                    task = self._at_work[this] = heappop(self._ready)[2]
                try:
                    execute(task, self._context, name)
                finally:
                    self._done.put(task)  # whatever happens, the loop waits for it
                    del self._at_work[this]
                del task  # a thread that waits must not keep data alive

    def wait(self) -> list[Task]:
        """Wait for one task and take all that are done."""
        if self._context.monitor.cancelled:
            return self._stop()
        tasks: list[Task] = []
        if (task := self._done.get()) is not None:
            tasks.append(task)
        try:
            while True:
                if (task := self._done.get_nowait()) is not None:
                    tasks.append(task)
        except Empty:
            self._busy -= len(tasks)
            quick = all(task.load + task.call + task.save < _QUICK for task in tasks)
            self.slots = sys.maxsize if quick and self._workers > 1 else self._workers
            return tasks

    def _stop(self) -> list[Task]:
        """End what is at work, and report what cannot be ended as it is."""
        for thread in list(self._at_work):
            interrupt(thread)
        until = time.monotonic() + GRACE
        tasks: list[Task] = []
        while len(tasks) < self._busy and (left := until - time.monotonic()) > 0:
            with contextlib.suppress(Empty):
                if (task := self._done.get(timeout=left)) is not None:
                    tasks.append(stopped(task))
        over = {task.position for task in tasks}
        self._abandoned = len(tasks) < self._busy
        self._busy = 0
        return tasks + [left_alone(task) for task in self._at_work.values() if task.position not in over]

    def drop(self) -> list[Task]:
        """Take back what no thread has begun."""
        with self._lock:
            tasks = [task for _, _, task in self._ready]
            self._ready.clear()
        self._busy -= len(tasks)
        return tasks

    def close(self, *, abandon: bool = False) -> None:
        """Send every thread home."""
        for _ in self._threads:
            self._calls.put(None)
        if not (abandon or self._abandoned):
            for thread in self._threads:
                thread.join()
