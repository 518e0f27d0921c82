"""The worker: it is set up once for each run, then takes one task after another."""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import DatasetError
from kedro_nb.hooks import create_hook_manager
from kedro_nb.io import DataCatalog, MemoryDataset
from kedro_nb.io.fresh import load_version_saved, release_files, using
from kedro_nb.io.marks import in_files
from kedro_nb.io.ownership import solely_owned
from kedro_nb.io.packing import pickled, write
from kedro_nb.io.state import check_unchanged, state_of
from kedro_nb.masking import error_text
from kedro_nb.runner.executors import channel
from kedro_nb.runner.executors.kernel_data import StandIn, StandInCatalog
from kedro_nb.runner.executors.mirror import Mirrors
from kedro_nb.runner.executors.output import LogHandler, Stream, show_warning
from kedro_nb.runner.executors.remote_error import pack_error
from kedro_nb.runner.executors.reset import Baseline
from kedro_nb.runner.monitor import Monitor
from kedro_nb.runner.peak_memory import peak_memory
from kedro_nb.runner.steps import execute
from kedro_nb.runner.task import Task, TaskContext

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from types import FrameType

    from kedro_nb.io.packed import Packed
    from kedro_nb.io.state import State
    from kedro_nb.pipeline import Node
    from kedro_nb.runner.events import Event
    from kedro_nb.runner.executors.mirror import Modules
    from kedro_nb.runner.executors.worker_setup import Setup

_LARGE = 1 << 20  # bytes: smaller outputs are not worth keeping here


class Worker:
    """The other end of `ProcessExecutor`; its public methods are the messages it takes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._inbox = channel.Inbox()
        self._lock = threading.RLock()
        self._asking = threading.Lock()  # one question at a time: what comes next is its answer
        self._answered = 0  # the process whose questions about names the kernel answers: this one, or none
        self._early: list[Any] = []  # messages that came before an answer
        self._mirrors = Mirrors(self.look_up)
        self._task = -1  # none: what prints now is a thread of a task that has ended
        self._until_next = (
            contextlib.ExitStack()
        )  # what stays open until the next run, such as the capture of prints
        self._broken: BaseException | None = None
        self._kept: dict[str, Packed] = {}  # outputs that wait here for their reader, not written
        self._monitor = Monitor()
        self._stopped = False
        self._silent = False
        self._in_node = False  # where an interrupt may be raised
        self._late = False  # an interrupt is to be raised after the message

    def stop(self, _number: int, frame: FrameType | None) -> None:
        """Interrupt the node that is running, and keep nothing that it returns: the kernel stops the run."""
        self._stopped = self._monitor.cancelled = True
        if not self._in_node:
            return
        while frame is not None:
            if frame.f_code is Worker.send.__code__:  # which raises it once the message is whole
                self._late = True
                return
            frame = frame.f_back
        raise KeyboardInterrupt

    def begin(self) -> None:
        """Find mirrors of the kernel's modules from now on, and remember the state of this process."""
        sys.meta_path.insert(0, self._mirrors)
        peak_memory()  # keeps a file open, which is no damage that a node has done
        self._baseline = Baseline()
        self._is_used = False  # no node has run here, so that nothing is to be repaired

    def setup(self, modules: Modules, pickled: bytes) -> None:
        """Get ready for a run, or end: another process takes the place of one that nodes have damaged."""
        self._answered = os.getpid()
        try:
            self._broken = None
            self._kept.clear()
            self._mirrors.begin(modules)
            if self._is_used and not self._baseline.restore():
                os._exit(0)
            self._set_up(pickle.loads(pickled))
        except BaseException as error:  # noqa: BLE001 - the user's code may be imported by this
            self._broken = error
        self.send("ready")

    def _set_up(self, setup: Setup) -> None:
        setup.surroundings.apply()
        warnings.showwarning = show_warning  # a fork may have inherited one that collects them unread
        self._setup = setup
        self._logs(setup.surroundings.levels)
        sys.stdout = Stream(self, "stdout")
        sys.stderr = Stream(self, "stderr")
        listeners = [self._event] if setup.tells else ()
        self._monitor = monitor = Monitor(
            listeners, lends=False, measures=setup.measures, captures=setup.captures
        )
        monitor.cancelled = self._stopped
        stand_ins = {
            name: StandIn.named(kind)(name, in_memory, self.ask, setup.packing)
            for name, (kind, in_memory) in setup.stays.items()
        }
        kind = StandInCatalog if setup.asks_catalog else DataCatalog
        self._catalog = kind()
        # Past its checks: which versions fit together was decided in the kernel.
        self._catalog._entries.update(setup.datasets, **stand_ins)  # noqa: SLF001
        self._foreign = {key for node in setup.nodes for key in node.output_keys}
        for dataset in filter(in_files, setup.datasets.values()):
            release_files(dataset)  # this process may remember folders from an earlier run
        manager = create_hook_manager(*setup.plugins) if setup.plugins else None
        self._context = TaskContext(None, self._catalog, manager, monitor, setup.run_id)
        self._context.adopts = False  # which is to be looked into where nothing is copied
        self._until_next.close()
        self._until_next.enter_context(self._context.capture())
        self._until_next.enter_context(using({id(dataset) for dataset in setup.datasets.values()}))

    def task(self, position: int, inputs: dict[str, Packed | None]) -> None:
        """Run one node and send what it made, or what it raised. An input that is None was kept here."""
        self._answered = os.getpid()
        if self._broken is not None:
            self._end("failed", {}, pack_error(self._broken), "load", "")
            return
        self._is_used = True
        self._task = position
        node = self._setup.nodes[position]
        names = {*node.input_names, *node.output_names} & self._setup.in_memory
        # Past the checks of `catalog[name] = ...`: they take longer than a small node.
        entries = self._catalog._entries  # noqa: SLF001 - as in `_set_up`
        for name in names:
            entries[name] = _InTransit(copy_mode="assign")
        kept = {name: self._kept.pop(name) for name, packed in inputs.items() if packed is None}
        for name, packed in inputs.items():
            entries[name].adopt(packed or kept[name])
        task = Task(position, node)
        saved: dict[str, Any] = {}
        if stored := self._setup.datasets:
            self._look_again(node)
            saved = {name: stored[name] for name in node.output_names if name in stored}
        before = {name: state_of(dataset) for name, dataset in saved.items()}
        self._execute(task)
        if task.error is None:
            for name, dataset in saved.items():
                self._check_saved(task, name, dataset, before[name])
        outputs: dict[str, Packed] = {}
        if task.error is None:
            outputs = self._pack(task, [name for name in node.output_names if name in self._setup.in_memory])
        for name in names:
            del entries[name]
        if task.error is not None:
            outputs = self._write_again(kept)
        self._finish(task, outputs)

    def _look_again(self, node: Node) -> None:
        """Have the inputs that other workers have written since the last task forget what was there before."""
        for name, key in zip(node.input_names, node.input_keys, strict=True):
            dataset = self._setup.datasets.get(name)
            if dataset is not None and key in self._foreign and in_files(dataset):
                release_files(dataset)
                load_version_saved(dataset)
        self._foreign.difference_update(node.output_keys)  # these are this worker's

    def _execute(self, task: Task) -> None:
        try:
            self._in_node = True
            execute(task, self._context, f"process {os.getpid()}")
        except KeyboardInterrupt as error:  # outside of the node's own code
            task.error = error
        finally:
            self._in_node = False

    def _check_saved(self, task: Task, name: str, dataset: object, before: State) -> None:
        try:
            check_unchanged(name, dataset, before)
        except DatasetError as error:
            task.doing, task.dataset, task.error = "save", name, error

    def _finish(self, task: Task, outputs: dict[str, Packed]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        with self._lock:  # no thread of the node prints or logs after its end
            self._task = -1
        if task.error is not None:
            self._end("failed", outputs, pack_error(task.error), task.doing, task.dataset)
        else:
            data = self._context.sizes and dict(self._context.sizes.news(task))
            times = task.load, task.call, task.save
            self._end("done", outputs, list(self._kept), times, task.peak, data)
        for packed in outputs.values():
            packed.disown()

    def _end(self, *message: Any) -> None:
        """Send the last message about a task, after which the kernel answers no questions."""
        with self._asking:
            self._answered = 0
        self.send(*message)

    def _pack(self, task: Task, names: list[str]) -> dict[str, Packed]:
        """The outputs, written, except for those that are kept here."""
        outputs = {}
        for name in names:
            try:
                value = [self._catalog[name].peek()]
                # Nothing else may refer to what is kept: no global of the function and no other output.
                alone = name in self._setup.one_reader and solely_owned(value, lent=True)
                packed = pickled(value.pop())
                if alone and packed.nbytes >= _LARGE:
                    self._kept[name] = packed
                else:
                    outputs[name] = write(packed, self._setup.packing)
            except Exception as error:  # noqa: BLE001 - whatever pickling raises
                task.doing, task.dataset = "save", name
                task.error = DatasetError(
                    f"{name}: what node {task.node.name} returned cannot be sent to another process: "
                    f"{error_text(error)}\n"
                    "Return something that can be pickled, store it in a file dataset, or use ThreadRunner."
                )
                self._kept.clear()
                break
        return outputs

    def _write_again(self, kept: dict[str, Packed]) -> dict[str, Packed]:
        """Inputs of a node that has failed, which are nowhere else."""
        written = {}
        for name, packed in kept.items():
            with contextlib.suppress(OSError):  # no room: the node that made it has to run again
                written[name] = write(packed, self._setup.packing)
        return written

    def give(self, name: str) -> None:
        """Send an output that was kept here: its reader will be elsewhere."""
        try:
            packed = write(self._kept.pop(name), self._setup.packing)
        except OSError as error:
            self.send("failed", str(error))
        else:
            self.send("given", packed)
            packed.disown()

    def silence(self) -> None:
        """Send nothing from now on: this is a fork of the worker, and its messages would mix with the worker's."""
        self._silent = True
        self._lock = threading.RLock()

    def receive(self) -> Any:
        """The next message, which may still have to come."""
        if self._early:
            return self._early.pop(0)
        while (message := self._inbox.take()) is None:
            self._inbox.read(self._connection.fileno())
        return message

    def send(self, *message: Any) -> None:
        """Send a message, whole."""
        if self._silent:
            return
        data = channel.encode(*message)
        with self._lock:
            channel.write(self._connection.fileno(), data)
        if self._late and self._in_node and threading.current_thread() is threading.main_thread():
            self._late = False
            raise KeyboardInterrupt

    def ask(self, name: str, method: str, packed: Packed | None) -> tuple[Any, ...]:
        """Ask the kernel for something that a dataset there is to do, and wait for the answer."""
        with self._asking:
            if self._task < 0:
                raise DatasetError(f"'{name}' cannot be used by a thread whose node has ended.")
            self.send("ask", name, method, packed)
            answer: tuple[Any, ...] = self.receive()
            return answer

    def look_up(self, module: str, name: str) -> tuple[str, Any]:
        """Ask the kernel for an attribute of a module, as `mirror.answer` has it."""
        if self._answered != os.getpid():  # in a fork of this process, or a thread that a task has left
            return "missing", ""
        with self._asking:
            if not self._answered:
                return "missing", ""
            self.send("need", module, name)
            early = []
            while (message := self.receive())[0] != "answer":
                early.append(message)
            self._early = early
        kind, content = message[1:]
        return kind, content

    def _event(self, event: Event) -> None:
        details = [getattr(event, name) for name in event.__slots__ if name not in {"time", "node"}]
        self.send("event", type(event).__name__, event.time, details)

    def _logs(self, levels: dict[str, int]) -> None:
        root = logging.getLogger()
        for logger in (*logging.root.manager.loggerDict.values(), root):
            if isinstance(logger, logging.Logger):
                logger.handlers.clear()  # the kernel has them, and gets every record
                logger.propagate = True
                logger.setLevel(logging.NOTSET)
        for name, level in levels.items():
            logging.getLogger(name or None).setLevel(level)
        root.addHandler(LogHandler(self))

    def say(self, kind: str, *content: Any) -> None:
        """Send what a node has printed or logged."""
        if self._task < 0:
            return
        if self._context.prints is not None:
            self._context.prints.tell()
        with self._lock:
            if self._task >= 0:
                self.send(kind, *content)


class _InTransit(MemoryDataset, wrap=False):
    """Holds an input that has just arrived, or an output that is about to leave: neither is shared, or copied."""

    def load(self) -> Any:
        return self.peek()  # without keeping a reference to it


_InTransit.__name__ = MemoryDataset.__name__  # what the log shows
