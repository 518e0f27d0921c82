"""Functions one at a time in the calling thread, while other threads load ahead of them and save behind them.

Data in memory is handed on at once, so the next function need not wait until the last one's files are written.
What a node reads back from a file it still reads from the file, after it is written: the results are the same as
without `--async`. One case is the user's to avoid, as with Kedro's: two entries that stand for one place which
cannot be told from their file paths (two queries on one table, say), one written and the other one read later.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from itertools import islice
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import TYPE_CHECKING, Any

from kedro_nb.io.copying import IMMUTABLE, copy_value
from kedro_nb.io.marks import is_in_memory
from kedro_nb.io.ownership import solely_owned
from kedro_nb.runner.executors.daemons import DaemonThreads
from kedro_nb.runner.executors.stopping import GLANCE, GRACE, interrupt, left_alone, stopped, stopped_here
from kedro_nb.runner.failure import explain
from kedro_nb.runner.forks import end_if_forked
from kedro_nb.runner.steps import (
    call_function,
    confirm,
    load_input,
    load_inputs,
    save_output,
    unless_stopped,
)
from kedro_nb.runner.task import Task

if TYPE_CHECKING:
    from concurrent.futures import Future

    from kedro_nb.runner.peak_memory import PeakMark
    from kedro_nb.runner.plan import Plan
    from kedro_nb.runner.task import TaskContext

_AHEAD = 2  # nodes whose inputs are loaded before their turn: more would only fill the memory
_LOOK = 32  # places in the plan that are looked at to find them
_SLOTS = 8  # nodes under way in all, most of them saving
_IO_THREADS = 8
_WITHIN = 3  # datasets that stand for another one


class OverlapExecutor:
    """Loads ahead, calls in turn, saves behind."""

    slots = _SLOTS

    def begin(self, plan: Plan, context: TaskContext) -> None:
        """Start the threads that load and save."""
        self._plan = plan
        self._context = context
        self._threads = DaemonThreads(_IO_THREADS, "kedro_nb-io")
        self._queue: deque[Task] = deque()
        self._loads: dict[int, dict[str, Future[Any]]] = {}
        self._saved: SimpleQueue[_Saves | None] = SimpleQueue()  # None: look at the monitor
        self._behind: dict[int, Task] = {}  # called, and being saved
        self._abandoned = False
        self._marks: dict[int, PeakMark] = {}
        self._caller = DaemonThreads(1, "kedro_nb-call") if context.monitor.background else None
        self._woken: SimpleQueue[None] = SimpleQueue()  # look at the call and at the monitor
        context.monitor.wake_on_cancel(self._wake)
        self._readable: set[str] = set()
        self._next = 0  # place of the first node in the plan's order that has not been called
        self._called: set[int] = set()
        written = (context.dataset(name) for node in plan.nodes for name in node.output_names)
        self._places = {place for dataset in written if (place := _place(dataset))}
        self._writing: dict[str | None, Future[Any]] = {}  # the last save to each place

    def _wake(self) -> None:
        self._saved.put(None)
        self._woken.put(None)

    def submit(self, task: Task) -> None:
        """Line the task up."""
        self._queue.append(task)

    def wait(self) -> list[Task]:
        """Call the next function in line, or wait for something to be saved."""
        if self._context.monitor.cancelled:
            return self._stop()
        tasks = []
        while not self._saved.empty():
            tasks += self._next_saved()
        if self._queue:
            tasks.append(self._call(self._queue.popleft()))
        elif not tasks:
            tasks += self._next_saved()
        for task in tasks:
            self._readable.update(task.node.output_keys if task.written is None else task.written)
        return tasks

    def _next_saved(self, timeout: float = GLANCE) -> list[Task]:
        with contextlib.suppress(Empty):
            if (saves := self._saved.get(timeout=timeout)) is not None:
                task = saves.report()
                if self._behind.pop(task.position, None) is not None:
                    self._note_peak(task)
                    return [task]
        return []

    def _call(self, task: Task) -> Task:
        """Run the task here or, in the background, on a thread that can be left alone."""
        monitor = self._context.monitor
        if self._caller is None:
            try:
                monitor.at_work_here = task
                if monitor.cancelled:  # in this very moment: nobody interrupts the node any more
                    return stopped(task)
                self._run(task)
            finally:
                monitor.at_work_here = False
            return stopped_here(task, monitor) if task.finished else task
        calling = self._caller.submit(self._run, task)
        calling.add_done_callback(lambda _: self._woken.put(None))
        while not calling.done():
            self._woken.get()
            if monitor.cancelled and not calling.done():
                return self._stop_call(task, calling)
        calling.result()
        return task

    def _stop_call(self, task: Task, calling: Future[Any]) -> Task:
        from concurrent.futures import wait

        if self._caller is not None and task.doing == "call":  # ours is no code to be struck half-way
            interrupt(self._caller.threads[0])
        wait([calling], GRACE)
        if not calling.done():
            self._abandoned = True
            self._behind.pop(task.position, None)
            return left_alone(task)
        if task.position in self._behind:  # it was called, and is being saved
            return task
        if task.error is None:
            task.error = calling.exception()
        return stopped(task)

    def _stop(self) -> list[Task]:
        """Wait a moment for what is being saved."""
        until = time.monotonic() + GRACE
        tasks: list[Task] = []
        while self._behind and (left := until - time.monotonic()) > 0:
            tasks += self._next_saved(left)
        self._abandoned |= bool(self._behind)
        late = list(self._behind.values())  # at once: a call that was left alone may come to save
        tasks += [left_alone(task) for task in late]
        self._behind.clear()
        return tasks

    def drop(self) -> list[Task]:
        """Give back the line."""
        tasks = list(self._queue)
        self._queue.clear()
        return tasks

    def close(self, *, abandon: bool = False) -> None:
        """Let the threads go."""
        abandon = abandon or self._abandoned
        self._threads.close(wait=not abandon)
        if self._caller is not None:
            self._caller.close(wait=not abandon)
        for mark in self._marks.values():
            mark.leave()

    def _run(self, task: Task) -> None:
        if self._context.memory is not None:
            self._marks[task.position] = self._context.memory.enter()
        with self._context.printing(task.node):
            self._load_and_call(task)
        if task.finished:
            self._note_peak(task)

    def _note_peak(self, task: Task) -> None:
        if (mark := self._marks.pop(task.position, None)) is not None:
            task.peak = mark.leave()

    def _load_and_call(self, task: Task) -> None:
        """Load what is not loaded, call, save what lives in memory and leave the rest to the threads."""
        values: list[Any] = []
        try:
            start = perf_counter()
            self._called.add(task.position)
            self._load_ahead(task)
            loads = self._loads.pop(task.position, {})
            load_inputs(task, self._context, values, "main", loads)
            loaded = perf_counter()
            outputs = call_function(task, self._context, values)
            called = perf_counter()
            values.clear()
            task.load, task.call = loaded - start, called - loaded
            behind = self._save_memory(task, outputs)
            # A dataset may have caught the interrupt, and the task may have been left alone already.
            unless_stopped(self._context, task.node)
            if behind:
                self._save_behind(task, behind, called)
                return
            confirm(task, self._context)
            task.save = perf_counter() - called
        except BaseException as error:  # noqa: BLE001 - the loop decides what to do about it
            end_if_forked(self._context.monitor, error)
            self._behind.pop(task.position, None)  # an interrupt may come that late
            explain(task, error, values)
        task.finished = True

    def _save_behind(self, task: Task, behind: list[tuple[str, list[Any]]], called: float) -> None:
        task.doing = "save"
        self._behind[task.position] = task
        saves = _Saves(task, self._context, len(behind), called, self._saved)
        for name, holder in behind:
            writing = self._threads.submit(saves.save, name, holder)
            self._writing[_place(self._context.dataset(name))] = writing

    def _load_ahead(self, task: Task) -> None:
        """Begin to load what can be read and is not in memory, for this node and the next in the plan."""
        self._begin_loads(task.position, ahead=False)
        sequence = self._plan.sequence
        while self._next < len(sequence) and sequence[self._next] in self._called:
            self._next += 1
        window = sequence[self._next : self._next + _LOOK]
        for position in islice((p for p in window if p not in self._called), _AHEAD):
            self._begin_loads(position, ahead=True)

    def _begin_loads(self, position: int, *, ahead: bool) -> None:
        node = self._plan.nodes[position]
        loads = self._loads.setdefault(position, {})
        for name, key in zip(node.input_names, node.input_keys, strict=True):
            if name in loads or self._in_memory(name):
                continue
            place = _place(self._context.dataset(name))
            if place in self._places and key not in self._readable:  # a node writes it under another name
                if ahead:
                    continue
                if place in self._writing:
                    self._writing[place].exception()  # waits; whoever saved it reports the error
            if key not in self._plan.producers or key in self._readable:
                loads[name] = self._threads.submit(self._load, Task(position, node), name)

    def _load(self, task: Task, name: str) -> Any:
        with self._context.printing(task.node):
            return load_input(task, self._context, name)

    def _in_memory(self, name: str) -> bool:
        return is_in_memory(self._context.dataset(name))

    def _save_memory(self, task: Task, outputs: list[Any]) -> list[tuple[str, list[Any]]]:
        """Save what is in memory, or cannot be copied; return the rest, each value in a holder that owns it."""
        behind: list[tuple[str, list[Any]]] = []
        written = task.written = list[str]()
        for position, name in enumerate(task.node.output_names):
            holder = [outputs[position]]
            outputs[position] = None
            if self._in_memory(name) or not _own(holder):
                save_output(task, self._context, name, holder)
                written.append(task.node.output_keys[position])
            else:
                behind.append((name, holder))
        return behind


class _Saves:
    """The outputs of one task that are being saved behind it; the last one to end puts this on the queue."""

    def __init__(
        self, task: Task, context: TaskContext, count: int, called: float, done: SimpleQueue[_Saves | None]
    ) -> None:
        self._task = task
        self._context = context
        self._left = count
        self._called = called
        self._done = done
        self._lock = threading.Lock()
        self._error: BaseException | None = None
        self._seconds = 0.0

    def save(self, name: str, holder: list[Any]) -> None:
        """Save one output, on whichever thread this is."""
        try:
            with self._context.printing(self._task.node):
                save_output(self._task, self._context, name, holder)
        except BaseException as error:  # noqa: BLE001 - the loop decides what to do about it
            end_if_forked(self._context.monitor, error)
            self._fail(name, error)
        end_if_forked(self._context.monitor)
        with self._lock:
            self._left -= 1
            last = not self._left
        if last:
            self._seconds = perf_counter() - self._called
            try:
                if self._error is None:
                    confirm(self._task, self._context)
            except BaseException as error:  # noqa: BLE001 - the loop decides what to do about it
                self._fail(name, error)
            finally:
                self._done.put(self)

    def _fail(self, name: str, error: BaseException) -> None:
        with self._lock:
            self._task.dataset = name  # the other outputs of the task may have changed it
            explain(self._task, error, [])
            if self._error is None:
                self._error = self._task.error

    def report(self) -> Task:
        """The task, finished, with what has become readable since it was called."""
        task = self._task
        task.finished, task.error, task.save = True, self._error, self._seconds
        told = set(task.written or ())
        task.written = [key for key in task.node.output_keys if key not in told]
        return task


def _own(holder: list[Any]) -> bool:
    """Make the holder the only owner of its value, with a copy if need be; False if the value cannot be copied."""
    if type(holder[0]) not in IMMUTABLE and not solely_owned(holder):
        try:
            holder[0] = copy_value(holder[0])
        except Exception:  # noqa: BLE001 - the value's own code may raise anything
            return False
    return True


def _place(dataset: Any) -> str | None:
    """Where a dataset has its file or folder, or the dataset that it stands for, if it has one."""
    for _ in range(_WITHIN):
        path = getattr(dataset, "_filepath", None) or getattr(dataset, "_path", None)
        if isinstance(path, str | os.PathLike):
            return str(path)
        dataset = getattr(dataset, "_dataset", None)
    return None
