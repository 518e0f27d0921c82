"""What datasets remember of files while nodes run in several processes: each has a copy of the dataset.

Nothing that is remembered travels to a worker, and the kernel forgets what a worker has changed. What has to be the
same in all processes is decided in the kernel: the version to save, and which partitions are to be confirmed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.io.fresh import forget_files, with_save_version

if TYPE_CHECKING:
    from kedro_nb.pipeline import Node
    from kedro_nb.runner.executors.kernel_data import KernelData
    from kedro_nb.runner.plan import Plan
    from kedro_nb.runner.task import TaskContext


def start_afresh(plan: Plan, data: KernelData, context: TaskContext) -> None:
    """Prepare the datasets that travel to workers: they forget what they remember, and save one fixed version."""
    for name in _confirmed_by_another(plan):
        data.keep(name, context.dataset(name))
    for dataset in data.travels.values():
        forget_files(dataset, users=1)
    written = {name for node in plan.nodes for name in node.output_names}
    for name in data.travels.keys() & written:
        data.travels[name] = with_save_version(data.travels[name])


def forget_written(node: Node, data: KernelData, context: TaskContext) -> None:
    """Have the kernel's datasets forget what they remember of files that a node has written, or may have."""
    for name in (*node.output_names, *node.confirm_names):
        if name in data.travels:
            forget_files(context.dataset(name), users=1)


def _confirmed_by_another(plan: Plan) -> set[str]:
    """Datasets that one node confirms and another one uses.

    A confirmation is for what was read. Only one object knows that, so it stays in the kernel.
    """
    users: dict[str, set[str]] = {name: set() for node in plan.nodes for name in node.confirm_names}
    if users:
        for node in plan.nodes:
            for name in users.keys() & {*node.input_names, *node.output_names, *node.confirm_names}:
                users[name].add(node.name)
    return {name for name, nodes in users.items() if len(nodes) > 1}
