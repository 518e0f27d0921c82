"""Runs on two threads of no-op nodes: overhead per node"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import contenders
from benchmarks.overhead import compare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.graphs import Graph
    from benchmarks.measure import Prepare, Table

WORKERS = 2
CONTENDERS: dict[str, Callable[[Graph], Prepare]] = {
    "kedro_nb": lambda graph: contenders.kedro_like(
        "kedro_nb", graph, runner="ThreadRunner", max_workers=WORKERS
    ),
    "Kedro": lambda graph: contenders.kedro_like("kedro", graph, runner="ThreadRunner", max_workers=WORKERS),
    "Hamilton": lambda graph: contenders.hamilton(graph, workers=WORKERS),
    "Dask": lambda graph: contenders.dask(graph, workers=WORKERS),
    "plain pool": lambda graph: contenders.plain_pool(graph, workers=WORKERS),
}


def run(*, quick: bool) -> Iterator[Table]:
    yield compare(CONTENDERS, plain="plain pool", quick=quick)
