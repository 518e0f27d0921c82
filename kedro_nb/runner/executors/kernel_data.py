"""Datasets that stay in the kernel while their nodes run in workers: the kernel's end and the worker's.

Data that is in memory, or that may be, can be loaded and saved only where it is. A worker has a stand-in for each of
these datasets. It sends what it is asked to the kernel, where the dataset itself does it, and waits for the answer;
values travel packed. Where the catalog is not ours, the catalog is asked instead of the dataset, because its `load` and
`save` may do more.
"""

from __future__ import annotations

import contextlib
import pickle
import threading
from functools import cache
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import DatasetError, RunCancelledError
from kedro_nb.io import DataCatalog
from kedro_nb.io.base import describe
from kedro_nb.io.by_value import dumps_by_value
from kedro_nb.io.catalog import log_loading, log_saving
from kedro_nb.io.marks import has_place, is_in_memory
from kedro_nb.io.memory import is_ours, methods_are_ours
from kedro_nb.io.packed import Packed
from kedro_nb.io.packing import pack, pickled, write
from kedro_nb.masking import error_text
from kedro_nb.runner.checks import check_single_process
from kedro_nb.runner.executors.remote_error import pack_error, unpack_error
from kedro_nb.runner.executors.stopping import interrupt
from kedro_nb.runner.steps import unless_stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from kedro_nb.runner.plan import Plan
    from kedro_nb.runner.task import Task, TaskContext


class KernelData:
    """The kernel's end: knows which datasets stay, and answers the workers.

    Args:
        plan: of the run.
        context: the run's.

    Attributes:
        packed: names of datasets in memory whose data goes to workers as it is and comes back as it is.
        stays: names of datasets that stay, each with the name of its class and its mark `_EPHEMERAL`.
        travels: the other datasets by name: each worker gets a copy.
        asks_catalog: whether `load` and `save` of the catalog are not ours.
    """

    def __init__(self, plan: Plan, context: TaskContext) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._answering: threading.Thread | None = None
        context.monitor.wake_on_cancel(self._interrupt_answer)
        self.packed: set[str] = set()
        self.stays: dict[str, tuple[str, bool]] = {}
        self.travels: dict[str, Any] = {}
        self.asks_catalog = not _is_by(context.catalog, "kedro_nb.io.")
        self._written = {name for node in plan.nodes for name in node.output_names}
        self._copies = not self.asks_catalog or _is_by(context.catalog, "kedro.io.")
        self._validated = getattr(context.catalog, "validator_specs", ())  # by Kedro's catalog
        names = sorted(self._written.union(*(node.input_names for node in plan.nodes)))
        datasets = {name: context.dataset(name) for name in names}
        check_single_process(datasets.items())
        plain = not self.asks_catalog and methods_are_ours()
        for name, dataset in datasets.items():
            if plain and is_ours(dataset):
                self.packed.add(name)
            elif self._may_travel(name) and has_place(dataset):
                self.travels[name] = dataset
            else:
                self.keep(name, dataset)
        for name in {name for node in plan.nodes for name in node.confirm_names}:
            if name not in self.travels:
                self.stays.setdefault(name, ("dataset", False))  # the catalog may not have built it

    def _may_travel(self, name: str) -> bool:
        """Whether the catalog's `load` and `save` do no more than those of the dataset."""
        return self._copies and name not in self._validated

    def keep(self, name: str, dataset: object) -> None:
        """Have a dataset stay in the kernel."""
        self.travels.pop(name, None)
        self.stays[name] = type(dataset).__name__, is_in_memory(dataset)

    def answer(self, task: Task, name: str, method: str, packed: Packed | None) -> tuple[Any, ...]:
        """Do what a worker asks of a dataset, and say what came of it.

        Args:
            task: the worker's.
            name: of the dataset.
            method: load, save, exists, release or confirm.
            packed: what to save.

        Returns:
            "result" and the result, packed if it was loaded; "copy" and the dataset pickled, to be loaded from by the
            worker, because what it loads cannot be pickled; or "error", the error, and a description of the dataset.
        """
        monitor = self._context.monitor
        if monitor.stopping:
            return "error", pack_error(RunCancelledError(f"'{name}': the run was stopped.")), ""
        if method == "save":
            task.dataset = name
        try:
            with self._interruptible(task), self._context.printing(task.node):
                result = self._method(name, method)(*([] if packed is None else [packed.unpack()]))
            unless_stopped(self._context, task.node)  # the dataset may have caught the interrupt
        except BaseException as error:  # the node's, whatever it is
            if isinstance(error, KeyboardInterrupt) and (monitor.interrupted or not monitor.cancelled):
                raise  # another thread did not cancel the run
            return "error", pack_error(error), describe(self._context.dataset(name))
        return self._packed(name, result) if method == "load" else ("result", bool(result))

    def _packed(self, name: str, result: Any) -> tuple[Any, ...]:
        """The answer with what a dataset has loaded."""
        try:
            return "result", pack(result)
        except Exception as error:  # noqa: BLE001 - whatever pickling raises
            if (copied := self._copy(name)) is not None:
                return "copy", copied
            problem = DatasetError(
                f"'{name}' holds data that cannot be sent to another process: {error_text(error)}\n"
                "Run with ThreadRunner, or store it in a dataset that every process can load."
            )
            return "error", pack_error(problem), ""

    def _copy(self, name: str) -> bytes | None:
        """The dataset pickled, if a copy of it loads the same in a worker: none of the run's nodes writes to it."""
        if name in self._written or not self._may_travel(name):
            return None
        dataset = self._context.dataset(name)
        try:
            return None if is_in_memory(dataset) else dumps_by_value(dataset)
        except Exception:  # noqa: BLE001 - whatever pickling raises
            return None

    @contextlib.contextmanager
    def _interruptible(self, task: Task) -> Iterator[None]:
        """Have an interrupt raised in the block when the run is stopped, whichever thread this is."""
        monitor = self._context.monitor
        if monitor.background:
            self._answering = threading.current_thread()
        else:
            monitor.at_work_here = task
        try:
            yield
        finally:
            monitor.at_work_here = None
            if monitor.background:
                with self._lock:
                    self._answering = None

    def _interrupt_answer(self) -> None:
        if self._context.monitor.background:
            with self._lock:
                if self._answering is not None:
                    interrupt(self._answering)

    def _method(self, name: str, method: str) -> Callable[..., Any]:
        catalog = self._context.catalog
        if self.asks_catalog or method == "confirm":
            return lambda *values: getattr(catalog, method)(name, *values)
        asked: Callable[..., Any] = getattr(self._context.dataset(name), method)
        return asked


def _is_by(catalog: Any, package: str) -> bool:
    """Whether the `load` and `save` of a catalog are those of a package, and not of a subclass or of the object."""
    return all(
        getattr(getattr(catalog, name, None), "__func__", None) is getattr(type(catalog), name, None)
        and str(getattr(type(catalog), name).__module__).startswith(package)
        for name in ("load", "save")
    )


class StandIn:
    """The worker's end of a dataset that stays in the kernel.

    Args:
        name: of the dataset.
        in_memory: its mark `_EPHEMERAL`.
        ask: sends a question to the kernel and returns the result.
        folders: for packed values.
    """

    def __init__(self, name: str, in_memory: bool, ask: Callable[..., Any], folders: Sequence[Path]) -> None:
        self._name = name
        self._EPHEMERAL = in_memory
        self._ask = ask
        self._folders = folders
        self._description = ""

    @staticmethod
    @cache
    def named(kind: str) -> type[StandIn]:
        """The class under another name: that of the dataset's class, which the log shows."""
        return type(kind, (StandIn,), {})

    def load(self) -> Any:
        """The data, as the dataset in the kernel loads it."""
        loaded = self._asked("load")
        return loaded.unpack() if type(loaded) is Packed else loaded

    def save(self, data: Any) -> None:
        """Have the dataset in the kernel save the data."""
        try:
            packed = write(pickled(data), self._folders)
        except Exception as error:
            raise DatasetError(
                f"what the node returned for '{self._name}' cannot be sent to another process: {error_text(error)}\n"
                "Return something that can be pickled, store it in a file dataset, or use ThreadRunner."
            ) from error
        try:
            self._asked("save", packed)
        finally:
            packed.disown()

    def exists(self) -> bool:
        """Whether the dataset in the kernel holds data."""
        return bool(self._asked("exists"))

    def release(self) -> None:
        """Have the dataset in the kernel drop its data."""
        self._asked("release")

    def confirm(self) -> None:
        """Have the kernel's catalog confirm the dataset."""
        self._asked("confirm")

    def _describe(self) -> dict[str, Any]:
        return {}

    def __repr__(self) -> str:
        return self._description or type(self).__name__

    def _asked(self, method: str, packed: Packed | None = None) -> Any:
        kind, result, *description = self._ask(self._name, method, packed)
        if kind == "copy":
            return pickle.loads(result).load()
        if kind == "error":
            self._description = description[0]
            raise unpack_error(result)
        return result


class StandInCatalog(DataCatalog):
    """The worker's end of a catalog that is not ours. Errors read as those of Kedro's catalog do."""

    def load(self, ds_name: str, version: str | None = None) -> Any:  # noqa: ARG002 - the catalog's signature
        dataset = self[ds_name]
        if isinstance(dataset, StandIn):
            return dataset.load()  # the kernel's catalog does the rest
        log_loading(ds_name, dataset)
        with _named(ds_name):
            return dataset.load()

    def save(self, ds_name: str, data: Any) -> None:
        dataset = self[ds_name]
        if isinstance(dataset, StandIn):
            dataset.save(data)
            return
        log_saving(ds_name, dataset)
        with _named(ds_name):
            dataset.save(data)


@contextlib.contextmanager
def _named(name: str) -> Iterator[None]:
    """Begin a DatasetError, ours or Kedro's, with the name of the dataset."""
    try:
        yield
    except Exception as error:
        kind: Any = next((base for base in type(error).__mro__ if base.__name__ == "DatasetError"), None)
        if kind is None:
            raise
        raise kind(f"{name}: {error_text(error)}") from error
