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
VARIANTS = {"no manager": None, "manager without plugins": 0, "plugin with empty hooks": 1}


def run(*, quick: bool) -> Iterator[Table]:
    table = Table(
        ["µs per node", "nodes", *VARIANTS, "added by the manager", "added by empty hooks"],
        notes=["The plugin has an empty implementation of each of the hooks around nodes and datasets."],
    )
    for title, (package, full_size) in CONTENDERS.items():
        size = 10 if quick else full_size
        samples = {
            name: attempt(functools.partial(_contender, package, size, plugins))
            for name, plugins in VARIANTS.items()
        }
        results = measure(samples, rounds=1 if quick else 50, budget=1.5)
        bare = results["no manager"]
        added = [
            "" if isinstance(bare, str) or isinstance(value, str) else f"{100 * (value / bare - 1):+.0f} %"
            for value in list(results.values())[1:]
        ]
        table.rows.append([title, f"{size:,}", *(cell(r, 1e6 / size) for r in results.values()), *added])
    yield table


def _contender(package: str, size: int, plugins: int | None) -> Sample:
    manager = None if plugins is None else _manager(package, plugins)
    return timed(contenders.kedro_like(package, graph("chain", size), hook_manager=manager))


def _manager(package: str, plugins: int) -> Any:
    if package == "kedro":
        from kedro.framework.hooks import hook_impl
        from kedro.framework.hooks.manager import _create_hook_manager as create
    else:
        from kedro_nb.hooks import create_hook_manager as create
        from kedro_nb.hooks import hook_impl
    manager = create()
    for _ in range(plugins):
        manager.register(_empty_plugin(hook_impl))
    return manager


def _empty_plugin(hook_impl: Any) -> Any:
    class Empty:
        @hook_impl
        def before_node_run(self, node, catalog, inputs, is_async, run_id):
            pass

        @hook_impl
        def after_node_run(self, node, catalog, inputs, outputs, is_async, run_id):
            pass

        @hook_impl
        def on_node_error(self, error, node, catalog, inputs, is_async, run_id):
            pass

        @hook_impl
        def before_dataset_loaded(self, dataset_name, node):
            pass

        @hook_impl
        def after_dataset_loaded(self, dataset_name, data, node):
            pass

        @hook_impl
        def before_dataset_saved(self, dataset_name, data, node):
            pass

        @hook_impl
        def after_dataset_saved(self, dataset_name, data, node):
            pass

    return Empty()
