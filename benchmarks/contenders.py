"""The contenders: each builds its own form of a graph once and prepares runs of it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from benchmarks.graphs import OUTSIDE, Graph, noop

if TYPE_CHECKING:
    from benchmarks.measure import Prepare, Run

Functions = Callable[[int], Callable[..., Any]]
"""The function of node i, where no-ops will not do."""


def nodes(package: str, graph: Graph, functions: Functions | None = None, *, names: bool = True) -> list[Any]:
    """The graph's nodes in `package`, which is kedro or kedro_nb: their API is one."""
    node = importlib.import_module(f"{package}.pipeline").Node
    return [
        node(
            functions(number) if functions else noop(len(inputs)),
            inputs[0] if len(inputs) == 1 else inputs,
            f"d{number}",
            name=f"n{number}" if names else None,
        )
        for number, inputs in enumerate(graph.inputs)
    ]


def kedro_like(
    package: str,
    graph: Graph,
    *,
    runner: str = "SequentialRunner",
    functions: Functions | None = None,
    keep_runner: bool = False,
    hook_manager: Any = None,
    **options: Any,
) -> Prepare:
    """A pipeline of `package` under one of its runners.

    Args:
        keep_runner: Use one runner for all runs (it may learn from them) instead of a fresh one for each.
        hook_manager: The hook manager of every run.
        options: The runner's.
    """
    io = importlib.import_module(f"{package}.io")
    runner_class = getattr(importlib.import_module(f"{package}.runner"), runner)
    pipeline = importlib.import_module(f"{package}.pipeline").Pipeline(nodes(package, graph, functions))
    kept = runner_class(**options) if keep_runner else None

    def prepare() -> Run:
        catalog = io.DataCatalog({OUTSIDE: io.MemoryDataset(1)})
        fresh = kept or runner_class(**options)
        return lambda: fresh.run(pipeline, catalog, hook_manager)

    return prepare


def hamilton_driver(graph: Graph, *, workers: int = 0) -> Any:
    from hamilton import ad_hoc_utils, driver

    scope: dict[str, Any] = {}
    exec(  # Hamilton reads names and types off real functions
        "\n".join(
            f"def d{number}({', '.join(f'{name}: int' for name in inputs)}) -> int: return 1"
            for number, inputs in enumerate(graph.inputs)
        ),
        scope,
    )
    functions = [scope[f"d{number}"] for number in range(len(graph))]
    builder = driver.Builder().with_modules(ad_hoc_utils.create_temporary_module(*functions))
    if workers:
        from hamilton.plugins.h_threadpool import FutureAdapter

        builder = builder.with_adapters(FutureAdapter(max_workers=workers))
    return builder.build()


def hamilton(graph: Graph, *, workers: int = 0) -> Prepare:
    driver = hamilton_driver(graph, workers=workers)
    return lambda: lambda: driver.execute(graph.results, inputs={OUTSIDE: 1})


def dask(graph: Graph, *, workers: int = 0, functions: Functions | None = None) -> Prepare:
    import dask.local
    import dask.threaded

    tasks: dict[str, Any] = {OUTSIDE: 1}
    for number, inputs in enumerate(graph.inputs):
        tasks[f"d{number}"] = (functions(number) if functions else noop(len(inputs)), *inputs)
    if workers:
        return lambda: lambda: dask.threaded.get(tasks, graph.results, num_workers=workers)
    return lambda: lambda: dask.local.get_sync(tasks, graph.results)


def plain_loop(graph: Graph) -> Prepare:
    """Calls in order, values in a dict: what a script without any engine does."""
    calls = [(noop(len(inputs)), inputs, f"d{number}") for number, inputs in enumerate(graph.inputs)]

    def run() -> None:
        values: dict[str, Any] = {OUTSIDE: 1}
        for function, inputs, output in calls:
            values[output] = function(*[values[name] for name in inputs])

    return lambda: run


def plain_pool(graph: Graph, *, workers: int, functions: Functions | None = None) -> Prepare:
    """A thread pool that is handed each call when what it reads is there: the least that will do."""
    calls = [
        (functions(number) if functions else noop(len(inputs)), inputs, f"d{number}")
        for number, inputs in enumerate(graph.inputs)
    ]
    children = graph.children

    def run() -> None:
        values: dict[str, Any] = {OUTSIDE: 1}
        waiting = [len(parents) for parents in graph.parents]
        done: SimpleQueue[int] = SimpleQueue()

        def work(number: int) -> None:
            function, inputs, output = calls[number]
            values[output] = function(*[values[name] for name in inputs])
            done.put(number)

        with ThreadPoolExecutor(workers) as pool:
            for number, count in enumerate(waiting):
                if not count:
                    pool.submit(work, number)
            for _ in calls:
                for child in children[done.get()]:
                    waiting[child] -= 1
                    if not waiting[child]:
                        pool.submit(work, child)

    return lambda: run
