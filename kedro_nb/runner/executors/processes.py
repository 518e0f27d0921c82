"""Tasks in other processes. What they need goes there packed, what they make comes back packed.

A run is described to a process once; a task is its node's position and the packed inputs. Large data stays where it
was written: what travels is the name of a file in shared memory, which a dataset of the kernel's owns.
"""

from __future__ import annotations

import logging
import signal
import sys
from multiprocessing import connection
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import DatasetError, PipelineError, RunCancelledError, WorkerError
from kedro_nb.io import MemoryDataset
from kedro_nb.io.by_value import dumps_by_value
from kedro_nb.io.packing import own_folders
from kedro_nb.runner.executors import pool
from kedro_nb.runner.executors.remote_error import unpack_error
from kedro_nb.runner.executors.worker import Setup
from kedro_nb.runner.failure import annotate

if TYPE_CHECKING:
    from kedro_nb.io.packed import Packed
    from kedro_nb.runner.executors.pool import WorkerProcess
    from kedro_nb.runner.plan import Plan
    from kedro_nb.runner.task import Task, TaskContext

_GLANCE = 0.1  # seconds between two looks at whether the run was cancelled


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
        self._in_memory: set[str] = set()
        self._idle: list[WorkerProcess] = []
        self._busy: dict[WorkerProcess, tuple[Task, dict[str, Packed]]] = {}
        self._told: set[WorkerProcess] = set()
        self._ready: set[WorkerProcess] = set()
        stored: dict[str, Any] = {}
        for name in {name for node in plan.nodes for name in (*node.input_names, *node.output_names)}:
            dataset = context.dataset(name)
            if isinstance(dataset, MemoryDataset):
                self._in_memory.add(name)
            else:
                stored[name] = dataset
        self._setup = self._describe(plan, stored)
        for name in sorted(self._in_memory & plan.kept & plan.readers.keys()):
            self._pack_input(name)

    def _pack_input(self, name: str) -> None:
        dataset = self._context.dataset(name)
        if dataset.exists():
            try:
                dataset.packed()
            except Exception as error:
                raise DatasetError(
                    f"'{name}' holds data that cannot be sent to another process: {error}\n"
                    "Run with ThreadRunner, or store it in a dataset that every process can load."
                ) from error

    def _describe(self, plan: Plan, stored: dict[str, Any]) -> bytes:
        for name, dataset in stored.items():
            if getattr(dataset, "_SINGLE_PROCESS", False):
                raise DatasetError(
                    f"'{name}' ({type(dataset).__name__}) works in one process only. Run with ThreadRunner."
                )
        context = self._context
        levels = {"": logging.getLogger().level}
        levels |= {
            name: logger.level
            for name, logger in logging.root.manager.loggerDict.items()
            if isinstance(logger, logging.Logger) and logger.level
        }
        setup = Setup(
            plan.nodes,
            stored,
            self._in_memory,
            context.plugins,
            context.run_id,
            levels,
            own_folders(),
            tells=context.events is not None,
        )
        try:
            return dumps_by_value(setup)
        except Exception as error:
            raise self._cannot_cross(setup, error) from error

    def _cannot_cross(self, setup: Setup, error: Exception) -> Exception:
        """Say which node or dataset it is that cannot be pickled."""
        for kind, things in (
            ("dataset", setup.datasets.items()),
            ("node", [(node.name, node) for node in setup.nodes]),
            ("hooks", [(type(plugin).__name__, plugin) for plugin in setup.plugins]),
        ):
            for name, thing in things:
                try:
                    dumps_by_value(thing)
                except Exception as cause:  # noqa: BLE001 - whatever pickling raises
                    return PipelineError(
                        f"The {kind} '{name}' cannot be sent to another process: {cause}. Run with ThreadRunner."
                    )
        return error

    def submit(self, task: Task) -> None:
        """Give the task to a process that is free, or to a new one."""
        inputs = {
            name: self._context.dataset(name).packed()
            for name in task.node.input_names
            if name in self._in_memory
        }
        with pool.uninterrupted():
            while True:
                worker = self._idle.pop() if self._idle else pool.take(self._method)
                self._busy[worker] = (task, inputs)  # which lasts as long as somebody may read it
                try:
                    if worker not in self._told:
                        worker.send("setup", self._setup)
                        self._told.add(worker)
                    worker.send("task", task.position, inputs)
                except OSError:  # it has died
                    if not worker.fresh:  # while it was waiting: the next one
                        del self._busy[worker]
                        worker.end()
                        continue
                return

    def wait(self) -> list[Task]:
        """Pass on what the processes say, until one of them has finished its task or died."""
        finished: list[Task] = []
        while not finished:
            if self._context.monitor.cancelled:
                return self._stop()
            connections: Any = {worker.connection: worker for worker in self._busy}
            for ready in connection.wait(list(connections), _GLANCE):
                worker = connections[ready]
                message = self._receive(worker)
                task, _ = self._busy[worker]
                if message is None:
                    self._bury(worker)
                elif message[0] == "ready":
                    self._ready.add(worker)
                elif self._take(task, *message):
                    self._free(worker)
                if task.finished:
                    finished.append(task)
        return finished

    def _receive(self, worker: WorkerProcess) -> Any:
        """What a process says; None when it has died, or says nothing that can be understood."""
        with pool.uninterrupted():
            try:
                message = worker.receive()
            except Exception:  # noqa: BLE001 - a node may have written into the pipe
                return None
            if message[0] == "done":
                for packed in message[1].values():
                    packed.own()
            return message

    def _take(self, task: Task, kind: str, *content: Any) -> bool:
        """Do what a message about a task says; True for the last one."""
        if kind == "text":
            _print(task.node.name, *content)
        elif kind == "log":
            _log(task.node.name, *content)
        elif kind == "event" and self._context.events is not None:
            name, moment, details = content
            self._context.monitor.emit(getattr(self._context.events, name)(moment, task.node, *details))
        elif kind == "done":
            outputs, (task.load, task.call, task.save) = content
            for name, packed in outputs.items():
                self._context.dataset(name).adopt(packed)
            task.finished = True
        elif kind == "failed":
            sent, task.doing, task.dataset = content
            task.error = unpack_error(sent)
            if isinstance(task.error, Exception) and not getattr(task.error, "__notes__", ()):
                annotate(task.error, f"In node {task.node}")
            task.finished = True
        return task.finished

    def _free(self, worker: WorkerProcess) -> None:
        with pool.uninterrupted():
            task, _ = self._busy.pop(worker)
            if isinstance(task.error, MemoryError):
                worker.end()  # it may be as full, or as limited, as it was
            else:
                self._idle.append(worker)

    def _bury(self, worker: WorkerProcess) -> None:
        with pool.uninterrupted():
            task, _ = self._busy.pop(worker)
            code = worker.end(grace=1.0)
        if not worker.fresh and worker not in self._ready:
            self.submit(task)  # it died while it was waiting, or nearly so: the node has not begun
            return
        how = f"exit code {code}"
        if code is not None and code < 0:
            how = f"signal {-code}, {signal.Signals(-code).name}"
            if code == -signal.SIGKILL:
                how += ": the system does this when memory runs out"
        task.error = WorkerError(f"The process that ran node '{task.node.name}' has ended ({how}).")
        annotate(task.error, f"In node {task.node}")
        task.finished = True

    def _stop(self) -> list[Task]:
        """End what is at work: the run was cancelled."""
        with pool.uninterrupted():
            tasks = [task for task, _ in self._busy.values()]
            for worker in self._busy:
                worker.end()
            self._busy.clear()
        for task in tasks:
            task.error = RunCancelledError(f"Node '{task.node.name}' was stopped: its outputs are dropped.")
            task.finished = True
        return tasks

    def drop(self) -> list[Task]:
        """Every task that was taken has begun."""
        return []

    def close(self, *, abandon: bool = False) -> None:
        """Put free processes back on the shelf; end those that are still at work."""
        del abandon  # a process that is at work when the run is over has nothing to finish
        with pool.uninterrupted():
            for worker in self._busy:
                worker.end()
            self._busy.clear()
            pool.give_back(self._idle)
            self._idle = []
            self._told.clear()
            self._ready.clear()


def _print(node: str, stream: str, text: str) -> None:
    target = sys.stderr if stream == "stderr" else sys.stdout
    encoding = getattr(target, "encoding", None) or "utf-8"
    for line in text.encode(encoding, "backslashreplace").decode(encoding).splitlines():
        target.write(f"{node}: {line}\n")


def _log(
    node: str, name: str, level: int, text: str, created: float, where: tuple[str, int, str | None]
) -> None:
    logger = logging.getLogger(name)
    if logger.isEnabledFor(level):
        if not name.startswith("kedro_nb."):  # ours say which node they are about
            text = f"{node}: {text}"
        path, line, function = where
        record = logger.makeRecord(name, level, path, line, "%s", (text,), None, function)
        record.created = created
        logger.handle(record)
