"""One node's work: load its inputs, call its function, save its outputs. The same code in every worker."""

from __future__ import annotations

import logging
import time
from time import perf_counter
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import RunCancelledError
from kedro_nb.hooks import TaskHooks
from kedro_nb.io import DataCatalog, MemoryDataset
from kedro_nb.io.catalog import log_loading, log_saving
from kedro_nb.io.catalog import logger as io_logger
from kedro_nb.io.copying import IMMUTABLE
from kedro_nb.io.ownership import solely_owned
from kedro_nb.runner.events import NodeCalled, NodeLoaded, NodeStarted
from kedro_nb.runner.failure import explain

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import pluggy

    from kedro_nb.pipeline import Node
    from kedro_nb.runner.monitor import Monitor

node_logger = logging.getLogger("kedro_nb.pipeline.node")


class Task:
    """One node on its way through a run.

    Attributes:
        index: the node's place in the plan.
        takes: inputs that nobody reads after this node, so that it may have them without a copy.
        written: outputs that can be read since the loop last asked; None means all of them.
        finished: nothing of the node is left to do.
        error: what was raised, if anything.
        load, call, save: seconds spent on each part.
        lent: ids of the values that were passed without a copy.
        doing: the part that is under way, for the error message: "load", "call" or "save", and of which dataset.
    """

    __slots__ = (
        *("call", "dataset", "doing", "error", "finished", "index", "lent", "load", "node", "save"),
        *("takes", "written"),
    )

    def __init__(self, index: int, node: Node, takes: Collection[str] = ()) -> None:
        self.index = index
        self.node = node
        self.takes = takes
        self.written: list[str] | None = None
        self.finished = False
        self.error: BaseException | None = None
        self.lent: set[int] | tuple[()] = ()
        self.load = self.call = self.save = 0.0
        self.doing = "load"
        self.dataset = ""


class TaskContext:
    """What all tasks of one run share.

    Attributes:
        dataset: finds a dataset by name.
        hooks: the hooks around a node.
        emit: tells the listeners, or None when there are none.
        adopts: outputs may be kept without a copy; not so when a hook gets to see them after they are saved.
    """

    def __init__(
        self,
        catalog: Any,
        hook_manager: pluggy.PluginManager | None,
        monitor: Monitor,
        run_id: str | None,
        *,
        is_async: bool = False,
    ) -> None:
        self.catalog = catalog
        self.monitor = monitor
        self.run_id = run_id
        self.is_async = is_async
        self.dataset: Callable[[str], Any] = catalog.__getitem__
        self.own_catalog = isinstance(catalog, DataCatalog) and (
            type(catalog).load is DataCatalog.load and type(catalog).save is DataCatalog.save
        )
        self.hooks = TaskHooks(hook_manager)
        self.hooked = bool(self.hooks)
        self.adopts = self.hooks.after_dataset_saved is None
        self.emit = monitor.emit if monitor.listeners else None
        self.logs_data = io_logger.isEnabledFor(logging.INFO)
        self.logs_nodes = node_logger.isEnabledFor(logging.INFO)


def execute(task: Task, context: TaskContext, worker: str = "main") -> None:
    """Do all of a task, here and now. An error is kept in the task, not raised."""
    task.finished = True
    values: list[Any] = []
    try:
        start = perf_counter()
        if context.emit is not None:
            context.emit(NodeStarted(time.time(), task.node, worker))
        for name in task.node.inputs:
            values.append(load_input(task, context, name))
        loaded = perf_counter()
        outputs = call_function(task, context, values)
        called = perf_counter()
        values.clear()
        save_outputs(task, context, outputs)
        task.load, task.call, task.save = loaded - start, called - loaded, perf_counter() - called
    except BaseException as error:  # noqa: BLE001 - the loop decides what to do about it
        task.error = error
        explain(task, error, values)


def load_input(task: Task, context: TaskContext, name: str) -> Any:
    """One input's data, and the hooks around it."""
    task.dataset = name
    hooks = context.hooks
    if hooks.before_dataset_loaded is not None:
        hooks.before_dataset_loaded(name, task.node)
    if not context.own_catalog:
        data = context.catalog.load(name)
    else:
        dataset = context.dataset(name)
        if context.logs_data:
            log_loading(name, dataset)
        if type(dataset) is MemoryDataset and name in task.takes:
            data = dataset.borrow()
            task.lent = {*task.lent, id(data)}
        else:
            data = dataset.load()
    if hooks.after_dataset_loaded is not None:
        hooks.after_dataset_loaded(name, data, task.node)
    return data


def call_function(task: Task, context: TaskContext, values: list[Any]) -> list[Any]:
    """The function's outputs in order; a generator function's chunks are still to come, as one value."""
    node = task.node
    task.doing = "call"
    if context.emit is not None:
        context.emit(NodeLoaded(time.time(), node))
    if context.logs_nodes:
        node_logger.info("Running node: %s", node)
    if context.hooked:
        outputs = _call_with_hooks(node, context, values)
    else:
        result = node.call(values)
        outputs = [result] if node.is_generator else node.unpack(result)
    if context.monitor.cancelled:
        raise RunCancelledError(
            f"Node '{node.name}' ended after the run was stopped: its outputs are dropped."
        )
    if context.emit is not None:
        context.emit(NodeCalled(time.time(), node))
    return outputs


def _call_with_hooks(node: Node, context: TaskContext, values: list[Any]) -> list[Any]:
    """The same, between before_node_run, which may replace inputs, and after_node_run or on_node_error."""
    hooks, about = context.hooks, (context.is_async, context.run_id)
    inputs = dict(zip(node.inputs, values, strict=True))
    if hooks.before_node_run is not None:
        for replaced in hooks.before_node_run(node, context.catalog, dict(inputs), *about):
            if not isinstance(replaced, dict):
                raise TypeError(
                    "'before_node_run' must return either None or a dictionary mapping dataset names to "
                    f"updated values, got '{type(replaced).__name__}' instead."
                )
            inputs.update(replaced)
        values[:] = [inputs[name] for name in node.inputs]
    try:
        result = node.call(values)
        outputs = [result] if node.is_generator else node.unpack(result)
    except Exception as error:
        if hooks.on_node_error is not None:
            hooks.on_node_error(error, node, context.catalog, inputs, *about)
        raise
    if hooks.after_node_run is not None:
        named = dict(
            zip(node.outputs, outputs * len(node.outputs) if node.is_generator else outputs, strict=False)
        )
        hooks.after_node_run(node, context.catalog, inputs, named, *about)
    return outputs


def save_output(task: Task, context: TaskContext, name: str, holder: list[Any]) -> None:
    """Save one output, the only value in `holder`, and call the hooks around it."""
    task.doing = "save"
    task.dataset = name
    hooks = context.hooks
    if hooks.before_dataset_saved is not None:
        hooks.before_dataset_saved(name, holder[0], task.node)
    if not context.own_catalog:
        context.catalog.save(name, holder[0])
    else:
        dataset = context.dataset(name)
        if context.logs_data:
            log_saving(name, dataset)
        if type(dataset) is MemoryDataset and (
            type(holder[0]) in IMMUTABLE
            or (context.adopts and solely_owned(holder, lent=id(holder[0]) in task.lent))
        ):
            dataset.adopt(holder[0])
        else:
            dataset.save(holder[0])
    if hooks.after_dataset_saved is not None:
        hooks.after_dataset_saved(name, holder[0], task.node)


def save_outputs(task: Task, context: TaskContext, outputs: list[Any]) -> None:
    """Save every output and confirm what the node says it has dealt with. Empties `outputs`."""
    node = task.node
    if node.is_generator:
        chunks = outputs.pop()
        while (values := _next_chunk(task, context, chunks)) is not None:
            _save_each(task, context, values)
    else:
        _save_each(task, context, outputs)
    for name in node.confirms:
        context.catalog.confirm(name)


def _save_each(task: Task, context: TaskContext, values: list[Any]) -> None:
    for position, name in enumerate(task.node.outputs):
        holder = [values[position]]
        values[position] = None  # the holder is the only owner now
        save_output(task, context, name, holder)


def _next_chunk(task: Task, context: TaskContext, chunks: Any) -> list[Any] | None:
    """The outputs in the next thing that a generator function yields; None at its end."""
    task.doing = "call"
    try:
        return task.node.unpack(next(chunks))
    except StopIteration:
        return None
    except Exception as error:
        if context.hooks.on_node_error is not None:
            about = (context.catalog, {}, context.is_async, context.run_id)
            context.hooks.on_node_error(error, task.node, *about)
        raise
