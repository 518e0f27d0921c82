"""What is the same for all tasks of a run, as each worker gets it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import PipelineError
from kedro_nb.io.by_value import dumps_by_value
from kedro_nb.io.packing import own_folders
from kedro_nb.masking import error_text
from kedro_nb.runner.executors.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kedro_nb.pipeline import Node
    from kedro_nb.runner.executors.kernel_data import KernelData
    from kedro_nb.runner.plan import Plan
    from kedro_nb.runner.task import TaskContext


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What a worker has to know of a run. It is pickled by value, so that it is what the kernel has now.

    Args:
        nodes: the nodes by position.
        datasets: the datasets of which each worker gets a copy, by name.
        stays: the datasets that stay in the kernel: the name of the class and the mark `_EPHEMERAL`, by name.
        asks_catalog: whether `load` and `save` of the kernel's catalog are not ours.
        in_memory: the names of datasets whose data comes with the task and goes back after it.
        one_reader: the names of outputs that one node reads, once, and that may be handed to it without a copy.
        plugins: the hooks.
        run_id: for the hooks.
        packing: the folders for packed outputs.
        tells: whether the run has listeners for events.
        measures, captures: whether the run measures memory and sizes, and captures prints.
        surroundings: of the kernel.
    """

    nodes: Sequence[Node]
    datasets: dict[str, Any]
    stays: dict[str, tuple[str, bool]]
    asks_catalog: bool
    in_memory: set[str]
    one_reader: set[str]
    plugins: Sequence[object]
    run_id: str | None
    packing: Sequence[Path]
    tells: bool
    measures: bool
    captures: bool
    surroundings: Surroundings


def pickled_setup(plan: Plan, context: TaskContext, data: KernelData) -> bytes:
    """Describe a run for its workers. A dataset that cannot be pickled stays in the kernel.

    Args:
        plan: of the run.
        context: the run's.
        data: which datasets travel and which stay; changed where a dataset cannot be pickled.

    Raises:
        PipelineError: a node or a hook cannot be pickled.
        Exception: something else cannot be pickled.
    """
    reads = Counter(name for node in plan.nodes for name in node.input_names)
    once = {name for name in data.packed - plan.kept if reads[name] == 1}
    setup = Setup(
        nodes=plan.nodes,
        datasets=data.travels,
        stays=data.stays,
        asks_catalog=data.asks_catalog,
        in_memory=data.packed,
        one_reader=once if context.monitor.lends else set(),
        plugins=context.plugins,
        run_id=context.run_id,
        packing=own_folders(),
        tells=context.events is not None,
        measures=context.sizes is not None,
        captures=context.prints is not None,
        surroundings=Surroundings(),
    )
    try:
        return dumps_by_value(setup, for_mirror=True)
    except Exception as error:  # noqa: BLE001 - whatever pickling raises
        for name, dataset in list(setup.datasets.items()):
            if not _pickles(dataset):
                data.keep(name, dataset)
        try:
            return dumps_by_value(setup, for_mirror=True)
        except Exception:  # noqa: BLE001 - the first error is the one to explain
            raise _refusal(setup, error) from error


def _refusal(setup: Setup, error: Exception) -> Exception:
    """An error that says which node or hook cannot be pickled; the given one where that is not known."""
    for kind, things in (
        ("node", [(node.name, node) for node in setup.nodes]),
        ("hooks", [(type(plugin).__name__, plugin) for plugin in setup.plugins]),
    ):
        for name, thing in things:
            try:
                dumps_by_value(thing)
            except Exception as cause:  # noqa: BLE001 - whatever pickling raises
                return PipelineError(
                    f"The {kind} '{name}' cannot be sent to another process: {error_text(cause)}. "
                    "Run with ThreadRunner."
                )
    return error


def _pickles(value: Any) -> bool:
    try:
        dumps_by_value(value)
    except Exception:  # noqa: BLE001 - whatever pickling raises
        return False
    return True
