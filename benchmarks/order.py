"""Order: nodes of unequal length on four threads"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from benchmarks import contenders
from benchmarks.graphs import Graph
from benchmarks.measure import Prepare, Table, attempt, cell, measure, timed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORKERS = 4
NOTE = f"""Sleeping nodes, {WORKERS} workers. The bound is the longest path, or all work shared out evenly,
whichever is longer; no order need reach it. The second run uses the runner of the first."""
Work = tuple[Graph, list[float]]


def run(*, quick: bool) -> Iterator[Table]:
    scale = 0.1 if quick else 1.0
    names = ["kedro_nb, first run", "kedro_nb, second run", "Kedro", "Dask", "plain pool"]
    table = Table(
        ["makespan / bound", "nodes", "bound (s)", *names],
        notes=[NOTE],
    )
    for title, (graph, seconds) in (
        ("late long chain", _late_chain(scale)),
        ("chains of unequal length", _chains(scale)),
        *((f"random, seed {seed}", _random(seed, scale)) for seed in (1, 2, 3)),
    ):
        builders = _builders(graph, seconds)
        samples = {name: attempt(lambda build=builders[name]: timed(build())) for name in names}
        second = samples["kedro_nb, second run"]
        if callable(second):
            second()  # the run that it learns from
        bound = _bound(graph, seconds)
        results = measure(samples, rounds=1 if quick else 3, budget=60)
        table.rows.append(
            [title, str(len(graph)), f"{bound:.2f}", *(cell(r, 1 / bound, 3) for r in results.values())]
        )
    yield table


def _builders(graph: Graph, seconds: list[float]) -> dict[str, Callable[[], Prepare]]:
    def function(number: int) -> Callable[..., Any]:
        def work(*_: Any) -> int:
            time.sleep(seconds[number])
            return 1

        return work

    def threads(package: str, *, keep_runner: bool = False) -> Prepare:
        return contenders.kedro_like(
            package,
            graph,
            runner="ThreadRunner",
            functions=function,
            keep_runner=keep_runner,
            max_workers=WORKERS,
        )

    return {
        "kedro_nb, first run": lambda: threads("kedro_nb"),
        "kedro_nb, second run": lambda: threads("kedro_nb", keep_runner=True),
        "Kedro": lambda: threads("kedro"),
        "Dask": lambda: contenders.dask(graph, workers=WORKERS, functions=function),
        "plain pool": lambda: contenders.plain_pool(graph, workers=WORKERS, functions=function),
    }


def _bound(graph: Graph, seconds: list[float]) -> float:
    ends: list[float] = []
    for node, parents in enumerate(graph.parents):
        ends.append(seconds[node] + max((ends[parent] for parent in parents), default=0.0))
    return max(*ends, sum(seconds) / WORKERS)


def _late_chain(scale: float) -> Work:
    """Thirty short nodes come first by number; the chain of twelve that decides the end comes last."""
    parents = [() for _ in range(30)] + [(29 + step,) if step else () for step in range(12)]
    return Graph("late chain", tuple(parents)), [0.04 * scale] * len(parents)


def _chains(scale: float) -> Work:
    """Chains of 1 to 10 nodes; the fewer nodes a chain has, the longer each of them takes."""
    parents: list[tuple[int, ...]] = []
    seconds: list[float] = []
    for length in range(1, 11):
        for step in range(length):
            parents.append((len(parents) - 1,) if step else ())
            seconds.append(scale * (0.30 if length <= 2 else 0.02))
    return Graph("chains", tuple(parents)), seconds


def _random(seed: int, scale: float) -> Work:
    """Sixty nodes that read up to two of the eight before them, and take 5 to 100 ms, most of them little."""
    source = random.Random(seed)
    parents = tuple(
        tuple(source.sample(range(max(0, node - 8), node), min(node, source.randint(0, 2))))
        for node in range(60)
    )
    return Graph("random", parents), [scale * (0.005 + 0.095 * source.random() ** 3) for _ in parents]
