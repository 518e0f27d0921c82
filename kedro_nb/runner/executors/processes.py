"""Run tasks in other processes. Their inputs and outputs travel packed.

A run is described to a process once; a task is its node's position and the packed inputs. Large data stays where it
was written: what travels is the name of a file in shared memory, which a dataset of the kernel owns.

A large output that only one node reads is not written: it stays in the process that made it, and its reader runs
there. It is written later if that process is needed for another task first, if the reader runs elsewhere because of
another input, or if the run fails. A run that lends nothing (`Monitor.lends`), such as a session's, writes every
output: a node that fails or is interrupted will run again on the same inputs, so they must outlive the process.
`packing` says how often a byte is copied on each way.
"""

from __future__ import annotations

import contextlib
import signal
import time
from multiprocessing import connection
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import DatasetError, WorkerError
from kedro_nb.exceptions import add_note, is_a, notes_of
from kedro_nb.io.users_code import users_modules
from kedro_nb.masking import error_text
from kedro_nb.runner.executors import mirror, pool
from kedro_nb.runner.executors.fresh_files import forget_written, start_afresh
from kedro_nb.runner.executors.kernel_data import KernelData
from kedro_nb.runner.executors.output import show_log, show_print
from kedro_nb.runner.executors.remote_error import unpack_error
from kedro_nb.runner.executors.stopping import GLANCE, GRACE, stopped
from kedro_nb.runner.executors.worker_setup import pickled_setup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kedro_nb.io.packed import Packed
    from kedro_nb.runner.executors.pool import WorkerProcess
    from kedro_nb.runner.plan import Plan
    from kedro_nb.runner.task import Task, TaskContext

_TO_WRITE = 1.0  # seconds for a node that was asked to stop, and for writing what it was given
_TO_END = 1.0  # seconds for a process that has closed its pipe to end by itself


class ProcessExecutor:
    """Runs tasks on up to `slots` processes, which are kept warm from run to run.

    Args:
        slots: the most tasks to run at once.
        method: how processes are started: fork, spawn or forkserver.
    """

    def __init__(self, slots: int, method: str) -> None:
        self.slots = slots
        self._method = method

    def begin(self, plan: Plan, context: TaskContext) -> None:
        """Check that everything can go to another process, and pack what is the same for all tasks."""
        self._context = context
        self._idle: list[WorkerProcess] = []
        self._busy: dict[WorkerProcess, tuple[Task, dict[str, Packed | None]]] = {}
        self._kept: dict[str, WorkerProcess] = {}  # outputs that stayed with the idle process that made them
        self._told: set[WorkerProcess] = set()
        self._ready: set[WorkerProcess] = set()
        self._not_sent: list[Task] = []  # the run was stopped before
        self._data = KernelData(plan, context)
        start_afresh(plan, self._data, context)
        self._in_memory = self._data.packed
        self._setup = users_modules(), pickled_setup(plan, context, self._data)
        for name in sorted(self._in_memory & plan.kept & plan.readers.keys()):
            self._pack_input(name)

    def _pack_input(self, name: str) -> None:
        dataset = self._context.dataset(name)
        if dataset.exists():
            try:
                dataset.packed()
            except Exception as error:
                raise DatasetError(
                    f"'{name}' holds data that cannot be sent to another process: {error_text(error)}\n"
                    "Run with ThreadRunner, or store it in a dataset that every process can load."
                ) from error

    def submit(self, task: Task) -> None:
        """Give the task to the process that has kept its input, to one that is free, or to a new one."""
        with pool.uninterrupted() as interrupts:
            keeper = next((self._kept[name] for name in task.node.input_names if name in self._kept), None)
            worker = keeper or self._free_worker()
            try:
                inputs = self._inputs(task, worker, interrupts)
            except WorkerError:
                if not self._stopping(interrupts):
                    raise
                self._not_sent.append(task)
                return
            self._busy[worker] = (task, inputs)  # keeps the inputs until the task has ended
            if worker in self._idle:
                self._idle.remove(worker)
        try:
            if worker not in self._told:
                self._told.add(worker)
                if not worker.send("setup", *self._setup, stopped=self._stopping):
                    return  # `_stop` ends it
            worker.send("task", task.position, inputs, stopped=self._stopping)
        except OSError:  # it has died
            if not worker.fresh and not keeper:  # while it was waiting: the next one
                with pool.uninterrupted():
                    del self._busy[worker]
                    worker.end()
                self.submit(task)

    def _stopping(self, interrupts: Sequence[object] = ()) -> bool:
        """Whether the run was stopped, or will be once the interrupts that wait are handled."""
        return self._context.monitor.cancelled or bool(interrupts)

    def _free_worker(self) -> WorkerProcess:
        """One that keeps nothing, if there is one."""
        if not self._idle:
            return pool.take(self._method)
        keepers = set(self._kept.values())
        return next((worker for worker in reversed(self._idle) if worker not in keepers), self._idle[-1])

    def _inputs(
        self, task: Task, worker: WorkerProcess, interrupts: Sequence[object]
    ) -> dict[str, Packed | None]:
        """What a task reads, packed, and None for what the process has itself; what else it has kept is written."""
        inputs: dict[str, Packed | None] = {}
        for name in task.node.input_names:
            if name in self._in_memory:
                if self._kept.get(name) is worker:
                    inputs[name] = None
                    del self._kept[name]
                else:
                    self._fetch(name, interrupts)
                    inputs[name] = self._context.dataset(name).packed()
        for name in [name for name, keeper in self._kept.items() if keeper is worker]:
            self._fetch(name, interrupts)
        return inputs

    def _fetch(self, name: str, interrupts: Sequence[object]) -> None:
        """Bring an output into the catalog, if it was kept where it was made."""
        worker = self._kept.pop(name, None)
        if worker is None:
            return
        try:
            kind, content = self._ask(worker, interrupts, "give", name)
        except Exception as error:  # it has died or does not answer, or a node has written into the pipe
            self._idle = [other for other in self._idle if other is not worker]
            worker.end()
            raise WorkerError(_lost(name)) from error
        if kind == "failed":
            raise DatasetError(f"{name}: {content}")
        self._context.dataset(name).adopt(content.own())

    def _ask(self, worker: WorkerProcess, interrupts: Sequence[object], *question: Any) -> Any:
        """What an idle process answers. Once the run is stopped it has little time to do so."""
        until: float | None = None

        def late() -> bool:
            nonlocal until
            if until is None and self._stopping(interrupts):
                until = time.monotonic() + _TO_WRITE
            return until is not None and time.monotonic() > until

        worker.send(*question, stopped=late)
        while not late():
            if connection.wait([worker.connection], GLANCE) and (answers := worker.receive()):
                return answers[0]
        raise TimeoutError

    def _fetch_all(self, interrupts: Sequence[object]) -> None:
        for name in list(self._kept):
            with contextlib.suppress(DatasetError, WorkerError):  # the catalog then lacks it, and says so
                self._fetch(name, interrupts)

    def wait(self) -> list[Task]:
        """Pass on what the processes say, until one of them has finished its task or died."""
        finished: list[Task] = []
        while not finished:
            if self._context.monitor.cancelled:
                return self._stop()
            connections: Any = {worker.connection: worker for worker in self._busy}
            for ready in connection.wait(list(connections), GLANCE):
                worker = connections[ready]
                task, _ = self._busy[worker]
                messages = self._receive(worker)
                if messages is None:
                    self._bury(worker)
                elif self._take_all(worker, task, messages):
                    self._free(worker)
                if task.finished:
                    finished.append(task)
                    forget_written(task.node, self._data, self._context)
        return finished

    def _receive(self, worker: WorkerProcess) -> list[Any] | None:
        """What a process has said; None when it has died, or says nothing that can be understood."""
        with pool.uninterrupted():
            try:
                messages = worker.receive()
                for kind, *content in messages:
                    if kind in {"done", "failed"}:
                        for packed in content[0].values():
                            packed.own()
                    elif kind == "ask" and content[2] is not None:
                        content[2].own()
            except Exception:  # noqa: BLE001 - a node may have written into the pipe
                return None
            return messages

    def _take_all(self, worker: WorkerProcess, task: Task, messages: list[Any]) -> bool:
        """Do what the messages about a task say; True for the last one."""
        return any(self._take(worker, task, *message) for message in messages)

    def _take(self, worker: WorkerProcess, task: Task, kind: str, *content: Any) -> bool:
        """Do what a message about a task says; True for the last one."""
        if kind == "ready":
            self._ready.add(worker)
        elif kind in {"text", "log"}:
            self._show(task, kind, *content)
        elif kind == "ask":
            self._answer(worker, task, *content)
        elif kind == "need":
            with contextlib.suppress(OSError):  # it has died: `wait` finds that out next
                worker.send("answer", *mirror.answer(*content), stopped=self._stopping)
        elif kind == "event" and self._context.events is not None:
            name, moment, details = content
            self._context.monitor.emit(getattr(self._context.events, name)(moment, task.node, *details))
        elif kind == "done":
            self._take_outputs(worker, task, *content)
        elif kind == "failed":
            self._take_failure(task, *content)
        return task.finished

    def _show(self, task: Task, kind: str, *content: Any) -> None:
        if kind == "text":
            show_print(task.node.name, *content)
            return
        with self._context.printing(task.node):  # by a handler
            show_log("" if self._context.prints else f"{task.node.name}: ", *content)

    def _answer(
        self, worker: WorkerProcess, task: Task, name: str, method: str, packed: Packed | None
    ) -> None:
        answer = self._data.answer(task, name, method, packed)
        if method == "load" and answer[0] == "result":
            self._busy[worker][1][name] = answer[1]  # which lasts until the task has ended
        with contextlib.suppress(OSError):  # it has died: `wait` finds that out next
            worker.send(*answer, stopped=self._stopping)

    def _take_outputs(
        self, worker: WorkerProcess, task: Task, outputs: dict[str, Packed], kept: list[str], *measured: Any
    ) -> None:
        (task.load, task.call, task.save), task.peak, data = measured
        task.data = data or {}
        for name, packed in outputs.items():
            self._context.dataset(name).adopt(packed)
        for name in kept:
            self._context.dataset(name).release()  # what is there is from an earlier run
            self._kept[name] = worker
        task.finished = True

    def _take_failure(
        self, task: Task, inputs: dict[str, Packed], sent: Any, doing: str, dataset: str
    ) -> None:
        task.doing = doing
        if dataset not in self._in_memory:  # of these outputs nothing has come here
            task.dataset = dataset
        for name, packed in inputs.items():
            self._context.dataset(name).adopt(packed)
        task.lent = dict(enumerate(inputs))
        task.error = unpack_error(sent)
        if not is_a(task.error, KeyboardInterrupt) and not notes_of(task.error):
            add_note(task.error, f"In node {task.node}")
        task.finished = True

    def _free(self, worker: WorkerProcess) -> None:
        with pool.uninterrupted():
            task, _ = self._busy.pop(worker)
            # It may be as full, or as limited, as it was; or something else may come between two messages.
            if isinstance(task.error, MemoryError) or not worker.between_messages:
                worker.end()
            else:
                self._idle.append(worker)

    def _bury(self, worker: WorkerProcess) -> None:
        worker.await_end(_TO_END, self._stopping)
        with pool.uninterrupted():
            task, inputs = self._busy.pop(worker)
            code = worker.end()
        lost = [name for name, packed in inputs.items() if packed is None]
        if not worker.fresh and worker not in self._ready and not lost:
            self.submit(task)  # it died while it was waiting, or nearly so: the node has not begun
            return
        how = f"exit code {code}"
        if code is not None and code < 0:
            how = f"signal {-code}, {_signal_name(-code)}"
            if code == -signal.SIGKILL:
                how += ": the system does this when memory runs out"
        task.error = WorkerError(f"The process that ran node '{task.node.name}' has ended ({how}).")
        add_note(task.error, f"In node {task.node}")
        for name in lost:
            add_note(task.error, _lost(name))
        task.finished = True

    def _stop(self) -> list[Task]:
        """Ask what is at work to stop, so that it can clean up, and end it: the run was cancelled."""
        with pool.uninterrupted() as interrupts:
            for worker in self._busy:
                worker.ask_to_stop()
            until = time.monotonic() + (_TO_WRITE if self._only_there() else GRACE)
            waiting: Any = {worker.connection: worker for worker in self._busy}
            while waiting and (left := until - time.monotonic()) > 0:
                for ready in connection.wait(list(waiting), left):
                    worker = waiting[ready]
                    messages = self._receive(worker)
                    if messages is None or self._take_all(worker, self._busy[worker][0], messages):
                        del waiting[ready]
            tasks = [stopped(task) for task in (*self._not_sent, *(task for task, _ in self._busy.values()))]
            self._not_sent.clear()
            for task in tasks:
                forget_written(task.node, self._data, self._context)
            self._fetch_all(interrupts)
            for worker in self._busy:
                worker.end()
            self._busy.clear()
        return tasks

    def _only_there(self) -> bool:
        """Whether a process has an input that is nowhere else, which it sends when its node has failed."""
        return any(packed is None for _, inputs in self._busy.values() for packed in inputs.values())

    def drop(self) -> list[Task]:
        """Every task that was taken has begun."""
        return []

    def close(self, *, abandon: bool = False) -> None:
        """Put free processes back on the shelf; end those that are still at work."""
        del abandon  # a process that is at work when the run is over has nothing to finish
        with pool.uninterrupted() as interrupts:
            for worker in self._busy:
                worker.end()
            self._busy.clear()
            self._fetch_all(interrupts)
            pool.give_back(self._idle)
            self._idle = []
            self._told.clear()
            self._ready.clear()


def _signal_name(number: int) -> str:
    """The name of a signal; Python names only the first and the last of the real-time signals."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIGRTMIN+{number - signal.SIGRTMIN}"


def _lost(name: str) -> str:
    return f"'{name}' is lost: only the process that has ended had it. Run again from the node that makes it."
