"""Building nodes and pipelines, up to the order of their nodes"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from benchmarks import contenders
from benchmarks.graphs import Graph, graph, noop
from benchmarks.measure import Cap, Run, Sample, Table, attempt, cell, measure, ratio, timed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGES = {"kedro_nb": "kedro_nb", "Kedro": "kedro"}


def run(*, quick: bool) -> Iterator[Table]:
    yield _construction(quick=quick)
    yield _sums(quick=quick)


def _construction(*, quick: bool) -> Table:
    table = Table(
        ["µs per node", "nodes", "node names", *PACKAGES, "Hamilton", "Kedro / kedro_nb"],
        title="Nodes and one pipeline of them (Hamilton: functions, module and driver)",
    )
    for shape in ("chain", "layers"):
        for names in (True, False):
            cap = Cap(10.0)
            for size in (100,) if quick else (100, 1_000, 10_000):
                asked = graph(shape, size)
                samples = {
                    name: cap.admit(name, size) or attempt(_builder(package, asked, names=names))
                    for name, package in PACKAGES.items()
                }
                samples["Hamilton"] = cap.admit("Hamilton", size) or attempt(_hamilton(asked))
                results = measure(samples, rounds=1 if quick else 30)
                cap.note(size, results)
                table.rows.append(
                    [
                        shape,
                        f"{size:,}",
                        "given" if names else "default",
                        *(cell(result, 1e6 / size) for result in results.values()),
                        ratio(results["Kedro"], results["kedro_nb"]),
                    ]
                )
    return table


def _builder(package: str, asked: Graph, *, names: bool) -> Callable[[], Sample]:
    def build() -> Sample:
        pipeline = importlib.import_module(f"{package}.pipeline").Pipeline
        return timed(lambda: lambda: pipeline(contenders.nodes(package, asked, names=names)).nodes)

    return build


def _hamilton(asked: Graph) -> Callable[[], Sample]:
    def build() -> Sample:
        import hamilton.driver  # noqa: F401  # off the clock

        return timed(lambda: lambda: contenders.hamilton_driver(asked))

    return build


def _sums(*, quick: bool) -> Table:
    table = Table(
        ["milliseconds", "pipelines", *PACKAGES, "Kedro / kedro_nb"], title="sum() of one-node pipelines"
    )
    for what, use in (("sum()", _only_sum), ("sum() and first use (.nodes)", _sum_and_use)):
        cap = Cap(20.0)
        for size in (100,) if quick else (100, 1_000, 5_000):
            samples = {
                name: cap.admit(name, size) or attempt(_adder(package, size, use))
                for name, package in PACKAGES.items()
            }
            results = measure(samples, rounds=1 if quick else 10)
            cap.note(size, results)
            table.rows.append(
                [
                    what,
                    f"{size:,}",
                    *(cell(result, 1e3, 2) for result in results.values()),
                    ratio(results["Kedro"], results["kedro_nb"]),
                ]
            )
    return table


def _adder(package: str, size: int, use: Callable[[list[Any]], object]) -> Callable[[], Sample]:
    def build() -> Sample:
        module = importlib.import_module(f"{package}.pipeline")
        node, pipeline = module.Node, module.Pipeline

        def prepare() -> Run:
            parts = [
                pipeline([node(noop(1), f"a{number}", f"b{number}", name=f"n{number}")])
                for number in range(size)
            ]
            return lambda: use(parts)

        return timed(prepare)

    return build


def _only_sum(parts: list[Any]) -> object:
    return sum(parts)


def _sum_and_use(parts: list[Any]) -> object:
    return sum(parts).nodes
