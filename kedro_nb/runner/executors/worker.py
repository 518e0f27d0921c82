"""What runs in another process: it is told about a run once, then takes one task after the other."""

from __future__ import annotations

import io
import logging
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import DatasetError
from kedro_nb.hooks import create_hook_manager
from kedro_nb.io import DataCatalog, MemoryDataset
from kedro_nb.runner.executors.remote_error import pack_error
from kedro_nb.runner.monitor import Monitor
from kedro_nb.runner.task import Task, TaskContext, execute

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from pathlib import Path

    from kedro_nb.io.packed import Packed
    from kedro_nb.pipeline import Node
    from kedro_nb.runner.events import Event

_WATCH = 1.0  # seconds between two looks at whether the parent is still there


class Setup:
    """What a worker has to know of a run. It is pickled by value, so that it is what the kernel has now.

    Args:
        nodes: the nodes by position.
        datasets: the datasets that are not in memory, by name.
        in_memory: the names of those that are.
        plugins: the hooks.
        run_id: for the hooks.
        levels: the level of each logger that says something.
        path: where to import from.
        folder: the working directory.
        packing: the folders for packed outputs.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        datasets: dict[str, Any],
        in_memory: set[str],
        plugins: Sequence[object],
        run_id: str | None,
        levels: dict[str, int],
        packing: Sequence[Path],
        *,
        tells: bool,
    ) -> None:
        self.nodes = nodes
        self.datasets = datasets
        self.in_memory = in_memory
        self.plugins = plugins
        self.run_id = run_id
        self.levels = levels
        self.path = list(sys.path)
        self.folder = os.getcwd()  # noqa: PTH109 - as text
        self.packing = packing
        self.tells = tells


def main(connection: Connection, parent: int) -> None:
    """Serve until told to go, or until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the kernel decides about interrupts
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    _mute()
    worker = Worker(connection)
    while True:
        try:
            kind, *rest = pickle.loads(connection.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)
        if kind == "exit":
            os._exit(0)
        getattr(worker, kind)(*rest)


def _watch(parent: int) -> None:
    """A worker whose kernel was killed goes too, even if another worker holds the connection open."""
    while True:
        time.sleep(_WATCH)
        try:
            os.kill(parent, 0)
        except OSError:
            os._exit(1)


def _mute() -> None:
    """What is written past Python's own streams would appear anywhere in the notebook."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)


class Worker:
    """The other end of `ProcessExecutor`; its public methods are the messages it takes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._task = -1

    def setup(self, pickled: bytes) -> None:
        """Get ready for a run."""
        setup: Setup = pickle.loads(pickled)
        sys.path[:] = setup.path
        os.chdir(setup.folder)
        self._setup = setup
        self._logs(setup.levels)
        sys.stdout = _Stream(self, "stdout")
        sys.stderr = _Stream(self, "stderr")
        monitor = Monitor([self._event] if setup.tells else (), lends=False)
        self._catalog = DataCatalog(setup.datasets)
        manager = create_hook_manager(*setup.plugins) if setup.plugins else None
        self._context = TaskContext(None, self._catalog, manager, monitor, setup.run_id)

    def task(self, position: int, inputs: dict[str, Packed]) -> None:
        """Run one node and send what it made, or what it raised."""
        self._task = position
        node = self._setup.nodes[position]
        names = {*node.input_names, *node.output_names} & self._setup.in_memory
        for name in names:
            # Nothing is shared with anybody here: what is unpacked is new, and what is made is packed.
            self._catalog[name] = MemoryDataset(copy_mode="assign")
        for name, packed in inputs.items():
            self._catalog[name].adopt(packed)
        task = Task(position, node)
        execute(task, self._context, f"process {os.getpid()}")
        outputs: dict[str, Packed] = {}
        if task.error is None:
            outputs = self._pack(task, [name for name in node.output_names if name in self._setup.in_memory])
        for name in names:
            del self._catalog[name]
        sys.stdout.flush()
        sys.stderr.flush()
        seconds = (task.load, task.call, task.save)
        if task.error is None:
            self.send("done", position, outputs, seconds)
        else:
            self.send("failed", position, pack_error(task.error), task.doing, task.dataset)

    def _pack(self, task: Task, names: list[str]) -> dict[str, Packed]:
        from kedro_nb.io.packing import pack

        outputs = {}
        for name in names:
            try:
                outputs[name] = pack(self._catalog[name].peek(), self._setup.packing)
            except Exception as error:  # noqa: BLE001 - whatever pickling raises
                task.doing, task.dataset = "save", name
                task.error = DatasetError(
                    f"{name}: what node {task.node.name} returned cannot be sent to another process: {error}\n"
                    "Return something that can be pickled, store it in a file dataset, or use ThreadRunner."
                )
                break
        return outputs

    def send(self, *message: Any) -> None:
        """Send a message, whole."""
        with self._lock:
            self._connection.send_bytes(pickle.dumps(message, protocol=5))

    def _event(self, event: Event) -> None:
        details = [getattr(event, name) for name in event.__slots__ if name not in {"time", "node"}]
        self.send("event", self._task, type(event).__name__, event.time, details)

    def _logs(self, levels: dict[str, int]) -> None:
        root = logging.getLogger()
        root.handlers[:] = [_LogHandler(self)]
        for name, level in levels.items():
            logging.getLogger(name or None).setLevel(level)

    def text(self, stream: str, text: str) -> None:
        """Send what a node has printed."""
        self.send("text", self._task, stream, text)


class _Stream(io.TextIOBase):
    """Sends what is printed, line by line."""

    def __init__(self, worker: Worker, name: str) -> None:
        self._worker = worker
        self._name = name
        self._line = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        lines, _, self._line = (self._line + text).rpartition("\n")
        if lines or text.endswith("\n"):
            self._worker.text(self._name, lines + "\n")
        return len(text)

    def flush(self) -> None:
        if self._line:
            line, self._line = self._line, ""
            self._worker.text(self._name, line)


class _LogHandler(logging.Handler):
    """Sends log records, their message made."""

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self._worker = worker

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info:
            text = "\n".join([text, "".join(traceback.format_exception(*record.exc_info)).rstrip()])
        self._worker.send("log", record.name, record.levelno, text, record.created)
