"""A few threads that take the most urgent task there is, one after the other."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from heapq import heappop, heappush
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from kedro_nb.runner.executors.stopping import GLANCE, GRACE, interrupt, left_alone, stopped, too_late
from kedro_nb.runner.steps import execute

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
        self._calls: SimpleQueue[str | None] = SimpleQueue()  # None: go home, and pass it on
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
        try:
            while self._calls.get() is not None:
                with self._lock:
                    if not self._ready or self._context.monitor.cancelled:  # it was dropped, or will be
                        continue
                    task = self._at_work[this] = heappop(self._ready)[2]
                try:
                    execute(task, self._context, name)
                except BaseException as error:  # noqa: BLE001 - the loop decides what to do about it
                    task.error, task.finished = error, True
                finally:
                    self._done.put(task)  # whatever happens, the loop waits for it
                    del self._at_work[this]
                del task  # a thread that waits must not keep data alive
        except KeyboardInterrupt:
            """It has come a moment too late for the node."""
        self._calls.put(None)

    def wait(self) -> list[Task]:
        """Wait for one task and take all that are done."""
        if self._context.monitor.cancelled:
            return self._stop()
        try:
            first = self._done.get(timeout=GLANCE)
        except Empty:
            return []
        tasks = self._over()
        if first is not None:
            tasks.insert(0, self._ended(first))
        self._busy -= len(tasks)
        quick = all(task.load + task.call + task.save < _QUICK for task in tasks)
        self.slots = sys.maxsize if quick and self._workers > 1 else self._workers
        return tasks

    def _ended(self, task: Task) -> Task:
        return too_late(task) if self._context.monitor.interrupted else task

    def _over(self) -> list[Task]:
        """What is done, without waiting."""
        tasks: list[Task] = []
        with contextlib.suppress(Empty):
            while True:
                if (task := self._done.get_nowait()) is not None:
                    tasks.append(self._ended(task))
        return tasks

    def _stop(self) -> list[Task]:
        """End what is at work, and report what cannot be ended as it is."""
        with self._lock:  # after this no thread begins with anything
            # At once, by `list`: threads that end take theirs out meanwhile.
            at_work = {task.position: (thread, task) for thread, task in list(self._at_work.items())}
        tasks = self._over()  # before they were asked to
        for task in tasks:
            at_work.pop(task.position, None)
        for thread, _ in at_work.values():
            interrupt(thread)
        until = time.monotonic() + GRACE
        while at_work and (left := until - time.monotonic()) > 0:
            with contextlib.suppress(Empty):
                if (ended := self._done.get(timeout=left)) is not None:
                    at_work.pop(ended.position, None)
                    tasks.append(stopped(ended))
        self._abandoned = bool(at_work)
        tasks += [left_alone(task) for _, task in at_work.values()]
        self._busy -= len(tasks)
        return tasks

    def drop(self) -> list[Task]:
        """Take back what no thread has begun."""
        with self._lock:
            tasks = [task for _, _, task in self._ready]
            self._ready.clear()
        self._busy -= len(tasks)
        return tasks

    def close(self, *, abandon: bool = False) -> None:
        """Send every thread home."""
        self._calls.put(None)
        if not (abandon or self._abandoned):
            for thread in self._threads:
                thread.join()
