"""Sequential runs of no-op nodes: overhead per node"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from benchmarks import contenders
from benchmarks.graphs import SHAPES, Graph, graph
from benchmarks.measure import Cap, Prepare, Sample, Table, attempt, cell, measure, ratio, timed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONTENDERS: dict[str, Callable[[Graph], Prepare]] = {
    "kedro_nb": lambda graph: contenders.kedro_like("kedro_nb", graph),
    "Kedro": lambda graph: contenders.kedro_like("kedro", graph),
    "Hamilton": contenders.hamilton,
    "Dask": contenders.dask,
    "plain loop": contenders.plain_loop,
}

NOT_RUN = "Not run: one round would take longer than that, judged by how the sizes before have grown."


def run(*, quick: bool) -> Iterator[Table]:
    yield compare(CONTENDERS, plain="plain loop", quick=quick)


def compare(builders: dict[str, Callable[[Graph], Prepare]], *, plain: str, quick: bool) -> Table:
    """All shapes and sizes: microseconds per node, Kedro over us, and us over doing it by hand."""
    table = Table(
        ["µs per node", "nodes", *builders, "Kedro / kedro_nb", f"kedro_nb / {plain}"], notes=[NOT_RUN]
    )
    for shape in SHAPES:
        cap = Cap(10.0)
        for size in (100,) if quick else (10, 100, 1_000, 10_000):
            asked = graph(shape, size)
            samples = {
                name: cap.admit(name, size) or attempt(functools.partial(_contender, build, asked))
                for name, build in builders.items()
            }
            results = measure(samples, rounds=1 if quick else 50)
            cap.note(size, results)
            table.rows.append(
                [
                    shape,
                    f"{size:,}",
                    *(cell(result, 1e6 / size) for result in results.values()),
                    ratio(results["Kedro"], results["kedro_nb"]),
                    ratio(results["kedro_nb"], results[plain]),
                ]
            )
    return table


def _contender(build: Callable[[Graph], Prepare], asked: Graph) -> Sample:
    return timed(build(asked))
