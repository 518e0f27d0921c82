"""Hooks: what listeners cost, in chains of no-op nodes"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from benchmarks import contenders
from benchmarks.graphs import graph
from benchmarks.measure import Sample, Table, attempt, cell, measure, timed

if TYPE_CHECKING:
    from collections.abc import Iterator

# Each contender with a size at which its own cost per node is flat.
CONTENDERS = {"kedro_nb": ("kedro_nb", 1_000), "Kedro": ("kedro", 100)}
VARIANTS = {
    "no manager": None,
    "no plugins": "",
    "empty hooks": "pass",
    "hooks that count": "self.calls += 1",
}


def run(*, quick: bool) -> Iterator[Table]:
    table = Table(
        ["µs per node", "nodes", *VARIANTS, *(f"added: {name}" for name in list(VARIANTS)[1:])],
        notes=[
            "The plugins implement each of the seven hooks around nodes and datasets; six of them are called."
        ],
    )
    for title, (package, full_size) in CONTENDERS.items():
        size = 10 if quick else full_size
        samples = {
            name: attempt(functools.partial(_contender, package, size, body))
            for name, body in VARIANTS.items()
        }
        results = measure(samples, rounds=1 if quick else 50, budget=1.5)
        bare = results["no manager"]
        added = [
            "" if isinstance(bare, str) or isinstance(value, str) else f"{100 * (value / bare - 1):+.0f} %"
            for value in list(results.values())[1:]
        ]
        table.rows.append([title, f"{size:,}", *(cell(r, 1e6 / size) for r in results.values()), *added])
    yield table


def _contender(package: str, size: int, body: str | None) -> Sample:
    manager = None if body is None else _manager(package, body)
    return timed(contenders.kedro_like(package, graph("chain", size), hook_manager=manager))


def _manager(package: str, body: str) -> Any:
    if package == "kedro":
        from kedro.framework.hooks import hook_impl
        from kedro.framework.hooks.manager import _create_hook_manager as create
    else:
        from kedro_nb.hooks import create_hook_manager as create
        from kedro_nb.hooks import hook_impl
    manager = create()
    if body:
        manager.register(_plugin(hook_impl, body))
    return manager


ARGUMENTS = {
    "before_node_run": "node, catalog, inputs, is_async, run_id",
    "after_node_run": "node, catalog, inputs, outputs, is_async, run_id",
    "on_node_error": "error, node, catalog, inputs, is_async, run_id",
    "before_dataset_loaded": "dataset_name, node",
    "after_dataset_loaded": "dataset_name, data, node",
    "before_dataset_saved": "dataset_name, data, node",
    "after_dataset_saved": "dataset_name, data, node",
}


def _plugin(hook_impl: Any, body: str) -> Any:
    """A plugin whose hooks all have this body."""
    made: dict[str, Any] = {"calls": 0}
    for name, arguments in ARGUMENTS.items():
        exec(f"def {name}(self, {arguments}): {body}", {}, made)  # one of the bodies above
        made[name] = hook_impl(made[name])
    return type("Plugin", (), made)()
