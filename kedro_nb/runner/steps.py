"""One node's work: load its inputs, call its function, save its outputs. The same code in every worker."""

from __future__ import annotations

from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import RunCancelledError, did_you_mean
from kedro_nb.exceptions import cause_of
from kedro_nb.io import MemoryDataset
from kedro_nb.io.base import entry_load_error, entry_save_error
from kedro_nb.io.catalog import log_loading, log_saving
from kedro_nb.io.copying import IMMUTABLE
from kedro_nb.io.marks import is_in_memory
from kedro_nb.io.ownership import solely_owned
from kedro_nb.runner.failure import explain
from kedro_nb.runner.forks import end_if_forked
from kedro_nb.runner.task import node_logger

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Future

    from kedro_nb.pipeline import Node
    from kedro_nb.runner.task import Task, TaskContext

# An object may have methods of its own in the place of these.
_LOAD = MemoryDataset.load
_SAVE = MemoryDataset.save


def execute(task: Task, context: TaskContext, worker: str = "main") -> None:
    """Do all of a task, here and now. An error is kept in the task, not raised.

    Only an interrupt outside of the node's own code is raised: the task is not finished then.
    """
    mark = None if context.memory is None else context.memory.enter()
    try:
        if context.prints is None:
            _execute(task, context, worker)
        else:
            with context.prints.node(task.node):
                _execute(task, context, worker)
    finally:
        if mark is not None:
            task.peak = mark.leave()
    task.finished = True


def _execute(task: Task, context: TaskContext, worker: str) -> None:
    values: list[Any] = []
    try:
        start = perf_counter()
        load_inputs(task, context, values, worker)
        loaded = perf_counter()
        outputs = call_function(task, context, values)
        called = perf_counter()
        values.clear()
        save_outputs(task, context, outputs)
        task.load, task.call, task.save = loaded - start, called - loaded, perf_counter() - called
    except BaseException as error:  # noqa: BLE001 - the loop decides what to do about it
        end_if_forked(context.monitor, error)
        explain(task, error, values)


def load_inputs(
    task: Task,
    context: TaskContext,
    values: list[Any],
    worker: str,
    loading: Mapping[str, Future[Any]] = MappingProxyType({}),
) -> None:
    """Load every input, in order, to the end of `values`; wait for those that are being loaded already."""
    if context.events is not None:
        context.tell(context.events.NodeStarted, task, worker)
    for name in task.node.input_names:
        if name in loading:
            task.dataset = name
            values.append(loading[name].result())
        else:
            values.append(load_input(task, context, name))
    if context.sizes is not None:
        context.sizes.note(task, task.node.input_names, values)


def load_input(task: Task, context: TaskContext, name: str) -> Any:
    """One input's data, and the hooks around it."""
    task.dataset = name
    if not context.watched:
        return _load(task, context, context.dataset(name), name)
    hooks = context.hooks
    if hooks.before_dataset_loaded is not None:
        hooks.before_dataset_loaded(name, task.node)
    if context.own_catalog:
        dataset = context.dataset(name)
        log_loading(name, dataset)
        data = _load(task, context, dataset, name)
    else:
        data = context.catalog.load(name)
    if hooks.after_dataset_loaded is not None:
        hooks.after_dataset_loaded(name, data, task.node)
    return data


def _load(task: Task, context: TaskContext, dataset: Any, name: str) -> Any:
    try:
        load = dataset.load
        ours = type(dataset) is MemoryDataset and getattr(load, "__func__", None) is _LOAD
        if not (ours and context.lends(name)):
            return load()
        data = dataset.borrow()
        if type(data) in IMMUTABLE or not dataset.holds(data):
            return data
    except Exception as error:  # noqa: BLE001 - raised again, with the dataset's name
        raise entry_load_error(name, dataset, error) from (cause_of(error) or error)
    task.lent = {**task.lent, id(data): name}
    return data


def call_function(task: Task, context: TaskContext, values: list[Any]) -> list[Any]:
    """The function's outputs in order; a generator function's chunks are still to come, as one value."""
    node = task.node
    if context.monitor.cancelled:
        raise RunCancelledError(f"Node '{node.name}' was not called: the run was stopped.")
    task.doing = "call"
    if context.events is not None:
        context.tell(context.events.NodeLoaded, task)
    if context.logs_nodes:
        node_logger.info("Running node: %s", node)
    if context.hooked:
        outputs = _call_with_hooks(node, context, values)
    else:
        result = node.call(values)
        outputs = [result] if node.is_generator else node.unpack(result)
    if context.monitor.cancelled:
        raise _too_late(node)
    if context.sizes is not None and not node.is_generator:
        context.sizes.note(task, node.output_names, outputs)
    if context.events is not None:
        context.tell(context.events.NodeCalled, task)
    return outputs


def unless_stopped(context: TaskContext, node: Node) -> None:
    """Raise if the run was stopped: whatever the node has made since is dropped."""
    if context.monitor.cancelled:
        raise _too_late(node)


def _too_late(node: Node) -> RunCancelledError:
    """The error of a node that ended after its run was stopped."""
    return RunCancelledError(f"Node '{node.name}' ended after the run was stopped: its outputs are dropped.")


def _call_with_hooks(node: Node, context: TaskContext, values: list[Any]) -> list[Any]:
    """The same, between before_node_run, which may replace inputs, and after_node_run or on_node_error."""
    hooks, about = context.hooks, (context.is_async, context.run_id)
    inputs = dict(zip(node.input_names, values, strict=True))
    if hooks.before_node_run is not None:
        for replaced in hooks.before_node_run(node, context.catalog, dict(inputs), *about):
            if not isinstance(replaced, dict):
                raise TypeError(
                    "'before_node_run' must return either None or a dictionary mapping dataset names to "
                    f"updated values, got '{type(replaced).__name__}' instead."
                )
            _check_replaced(node, inputs, replaced)
            inputs.update(replaced)
        values[:] = [inputs[name] for name in node.input_names]
    try:
        result = node.call(values)
        outputs = [result] if node.is_generator else node.unpack(result)
    except Exception as error:
        if hooks.on_node_error is not None:
            hooks.on_node_error(error, node, context.catalog, inputs, *about)
        raise
    if hooks.after_node_run is not None:
        unless_stopped(context, node)
        # What a generator function gives is still to come: each of its outputs is the one generator.
        each = outputs * len(node.output_names) if node.is_generator else outputs
        named = dict(zip(node.output_names, each, strict=True))
        hooks.after_node_run(node, context.catalog, inputs, named, *about)
    return outputs


def _check_replaced(node: Node, inputs: dict[str, Any], replaced: dict[str, Any]) -> None:
    if unknown := [name for name in replaced if name not in inputs]:
        raise ValueError(
            f"Node {node.name} expected {len(inputs)} input(s) {sorted(inputs)}, and 'before_node_run' gave it "
            f"{unknown} too{did_you_mean(str(unknown[0]), inputs)}."
        )


def save_output(task: Task, context: TaskContext, name: str, holder: list[Any]) -> None:
    """Save one output, the only value in `holder`, and call the hooks around it."""
    task.doing = "save"
    task.dataset = name
    if context.monitor.cancelled:
        raise RunCancelledError(f"'{name}' was not saved: the run was stopped.")
    if not context.watched:
        _save(task, context, context.dataset(name), name, holder)
        return
    hooks = context.hooks
    if hooks.before_dataset_saved is not None:
        hooks.before_dataset_saved(name, holder[0], task.node)
    if context.own_catalog:
        dataset = context.dataset(name)
        log_saving(name, dataset)
        _save(task, context, dataset, name, holder)
    else:
        context.catalog.save(name, holder[0])
    if hooks.after_dataset_saved is not None:
        hooks.after_dataset_saved(name, holder[0], task.node)


def _save(task: Task, context: TaskContext, dataset: Any, name: str, holder: list[Any]) -> None:
    if (
        type(holder[0]) not in IMMUTABLE
        and context.adopts
        and type(dataset) is MemoryDataset
        and getattr(dataset.save, "__func__", None) is _SAVE
        and solely_owned(holder, lent=id(holder[0]) in task.lent)
    ):
        dataset.adopt(holder[0])
        return
    try:
        dataset.save(holder[0])
    except Exception as error:  # noqa: BLE001 - raised again, with the dataset's name
        raise entry_save_error(name, dataset, error) from (cause_of(error) or error)


def save_outputs(task: Task, context: TaskContext, outputs: list[Any]) -> None:
    """Save every output and confirm what the node says it has dealt with. Takes over what is in `outputs`."""
    node = task.node
    if node.is_generator:
        chunks = outputs.pop()
        try:
            for chunk in _each_chunk(task, chunks):
                if context.sizes is not None:
                    in_memory = [is_in_memory(context.dataset(name)) for name in node.output_names]
                    context.sizes.note_chunk(task, chunk, in_memory)
                _save_each(task, context, chunk)
        finally:
            chunks.close()
    else:
        _save_each(task, context, outputs)
    if context.monitor.cancelled:  # a dataset may have caught the interrupt: what it saved is not whole
        raise _too_late(node)
    if node.confirm_names:
        confirm(task, context)


def confirm(task: Task, context: TaskContext) -> None:
    """Confirm the datasets that the node says it has dealt with."""
    for name in task.node.confirm_names:
        context.catalog.confirm(name)


def _save_each(task: Task, context: TaskContext, values: list[Any]) -> None:
    names = task.node.output_names
    if len(values) == 1:  # the common case, and the list is a holder already
        save_output(task, context, names[0], values)
        return
    for position, name in enumerate(names):
        holder = [values[position]]
        values[position] = None  # the holder is the only owner now
        save_output(task, context, name, holder)


def _each_chunk(task: Task, chunks: Any) -> Iterator[list[Any]]:
    """The outputs in each thing that a generator function yields."""
    while True:
        task.doing = "call"
        try:
            chunk = next(chunks)
        except StopIteration:
            return
        yield task.node.unpack(chunk)
