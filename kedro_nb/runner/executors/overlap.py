"""Functions one at a time in the calling thread, while other threads load ahead of them and save behind them.

Data in memory is handed on at once, so the next function need not wait until the last one's files are written.
What a node reads back from a file it still reads from the file, after it is written: the results are the same as
without `--async`.
"""

from __future__ import annotations

import threading
from collections import deque
from itertools import islice
from queue import SimpleQueue
from time import perf_counter
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import RunCancelledError
from kedro_nb.io import MemoryDataset
from kedro_nb.runner.failure import explain
from kedro_nb.runner.task import call_function, confirm, load_input, save_output

if TYPE_CHECKING:
    from concurrent.futures import Future

    from kedro_nb.runner.plan import Plan
    from kedro_nb.runner.task import Task, TaskContext

_AHEAD = 2  # nodes whose inputs are loaded before their turn: more would only fill the memory
_SLOTS = 8  # nodes under way in all, most of them saving
_IO_THREADS = 8


class OverlapExecutor:
    """Loads ahead, calls in turn, saves behind."""

    slots = _SLOTS

    def begin(self, plan: Plan, context: TaskContext) -> None:
        """Start the threads that load and save."""
        from concurrent.futures import ThreadPoolExecutor

        self._plan = plan
        self._context = context
        self._pool = ThreadPoolExecutor(_IO_THREADS, thread_name_prefix="kedro_nb-io")
        self._queue: deque[Task] = deque()
        self._loads: dict[int, dict[str, Future[Any]]] = {}
        self._saved: SimpleQueue[tuple[Task, BaseException | None, float]] = SimpleQueue()
        self._lock = threading.Lock()
        self._readable: set[str] = set()
        self._next = 0  # place of the first node in the plan's order that has not been called
        self._called: set[int] = set()

    def submit(self, task: Task) -> None:
        """Line the task up."""
        self._queue.append(task)

    def wait(self) -> list[Task]:
        """Call the next function in line, or wait for something to be saved."""
        tasks = []
        while not self._saved.empty():
            tasks.append(self._take_saved())
        if self._queue:
            task = self._queue.popleft()
            self._run(task)
            tasks.append(task)
        elif not tasks:
            tasks.append(self._take_saved())
        for task in tasks:
            self._readable.update(task.node.output_keys if task.written is None else task.written)
        return tasks

    def drop(self) -> list[Task]:
        """Give back the line."""
        tasks = list(self._queue)
        self._queue.clear()
        return tasks

    def close(self, *, abandon: bool = False) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=not abandon, cancel_futures=True)

    def _take_saved(self) -> Task:
        task, error, seconds = self._saved.get()
        task.finished, task.save, task.error = True, seconds, error
        told = set(task.written or ())
        task.written = [key for key in task.node.output_keys if key not in told]
        return task

    def _run(self, task: Task) -> None:
        """Load what is not loaded, call, save what lives in memory and leave the rest to the threads."""
        values: list[Any] = []
        context = self._context
        try:
            start = perf_counter()
            if context.events is not None:
                context.tell(context.events.NodeStarted, task, "main")
            self._called.add(task.position)
            self._load_ahead(task)
            loads = self._loads.pop(task.position, {})
            task.takes = context.last_reads(task.node.input_names)
            for name in task.node.input_names:
                task.dataset = name
                values.append(loads[name].result() if name in loads else load_input(task, context, name))
            loaded = perf_counter()
            outputs = call_function(task, context, values)
            called = perf_counter()
            values.clear()
            task.load, task.call = loaded - start, called - loaded
            self._save_behind(task, outputs, called)
        except BaseException as error:  # noqa: BLE001 - the loop decides what to do about it
            task.error, task.finished = error, True
            explain(task, error, values)

    def _load_ahead(self, task: Task) -> None:
        """Begin to load what can be read and is not in memory, for this node and the next in the plan."""
        self._begin_loads(task.position)
        sequence = self._plan.sequence
        while self._next < len(sequence) and sequence[self._next] in self._called:
            self._next += 1
        coming = (position for position in islice(sequence, self._next, None) if position not in self._called)
        for position in islice(coming, _AHEAD):
            self._begin_loads(position)

    def _begin_loads(self, position: int) -> None:
        from kedro_nb.runner.task import Task

        node = self._plan.nodes[position]
        loads = self._loads.setdefault(position, {})
        for name, key in zip(node.input_names, node.input_keys, strict=True):
            there = key not in self._plan.producers or key in self._readable
            if there and name not in loads and not self._in_memory(name):
                loads[name] = self._pool.submit(load_input, Task(position, node), self._context, name)

    def _in_memory(self, name: str) -> bool:
        return self._context.own_catalog and type(self._context.dataset(name)) is MemoryDataset

    def _save_behind(self, task: Task, outputs: list[Any], called: float) -> None:
        """Save what lives in memory now and the rest on other threads; the last of them reports the task."""
        behind: list[tuple[str, list[Any]]] = []
        written = task.written = list[str]()
        for position, name in enumerate(task.node.output_names):
            holder = [outputs[position]]
            outputs[position] = None
            if self._in_memory(name):
                save_output(task, self._context, name, holder)
                written.append(task.node.output_keys[position])
            else:
                behind.append((name, holder))
        if not behind:
            confirm(task, self._context)
            task.save, task.finished = perf_counter() - called, True
            return
        ends: list[BaseException | None] = []
        for name, holder in behind:
            self._pool.submit(self._save, task, name, holder, called, ends, len(behind))

    def _save(
        self,
        task: Task,
        name: str,
        holder: list[Any],
        called: float,
        ends: list[BaseException | None],
        count: int,
    ) -> None:
        """Save one output; the last of the `count` that are saved behind this task reports it."""
        error: BaseException | None = None
        try:
            if self._context.monitor.cancelled:
                error = RunCancelledError(f"'{name}' was not saved: the run was stopped.")
            else:
                save_output(task, self._context, name, holder)
        except BaseException as raised:  # noqa: BLE001 - the loop decides what to do about it
            error = raised
        with self._lock:
            if error is not None:
                task.dataset = name  # the others of the task may have changed it
                explain(task, error, [])
            ends.append(error)
            last = len(ends) == count
        if last:
            failed = next((end for end in ends if end is not None), None)
            if failed is None:
                confirm(task, self._context)
            self._saved.put((task, failed, perf_counter() - called))
