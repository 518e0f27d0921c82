"""Async mode: slow inputs and outputs loaded ahead and saved behind"""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Run, Sample, Table, attempt, cell, measure, timed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NODES = 4
PAUSE = 0.1  # seconds for each load from outside, each call, each stored output
NOTE = """A chain of {0}. Each node loads an input from outside ({1} s) and the result of the node before from
memory, works for {1} s, and saves one result to memory and one outside ({1} s)."""
CONTENDERS = {
    "kedro_nb, sync": ("kedro_nb", False),
    "kedro_nb, async": ("kedro_nb", True),
    "Kedro, sync": ("kedro", False),
    "Kedro, async": ("kedro", True),
}


def run(*, quick: bool) -> Iterator[Table]:
    pause = PAUSE / 10 if quick else PAUSE
    results = measure(
        {name: attempt(_builder(*what, pause)) for name, what in CONTENDERS.items()},
        rounds=1 if quick else 3,
        budget=60,
    )
    table = Table(
        ["seconds", *CONTENDERS, "one after the other", "the least possible"],
        notes=[NOTE.format(NODES, pause)],
    )
    floors = (3 * NODES * pause, (NODES + 2) * pause)
    table.rows.append(["chain of four", *(cell(result, 1, 3) for result in (*results.values(), *floors))])
    yield table


def _builder(package: str, is_async: bool, pause: float) -> Callable[[], Sample]:
    def build() -> Sample:
        io = importlib.import_module(f"{package}.io")
        runner = importlib.import_module(f"{package}.runner").SequentialRunner
        pipeline = _chain(importlib.import_module(f"{package}.pipeline"), pause)

        class Outside(io.AbstractDataset):  # type: ignore[misc]
            def load(self) -> Any:
                time.sleep(pause)
                return 1

            def save(self, data: Any) -> None:  # noqa: ARG002  # the interface
                time.sleep(pause)

            def _describe(self) -> dict[str, Any]:
                return {}

        def prepare() -> Run:
            names = [f"{kind}{number}" for kind in ("outside", "stored") for number in range(NODES)]
            catalog = io.DataCatalog({name: Outside() for name in names})
            return lambda: runner(is_async=is_async).run(pipeline, catalog)

        return timed(prepare)

    return build


def _chain(module: Any, pause: float) -> Any:
    def first(outside: int) -> tuple[int, int]:
        time.sleep(pause)
        return outside, outside

    def next_one(outside: int, before: int) -> tuple[int, int]:
        time.sleep(pause)
        return outside + before, before

    return module.Pipeline(
        [
            module.Node(
                next_one if number else first,
                [f"outside{number}", f"memory{number - 1}"] if number else ["outside0"],
                [f"memory{number}", f"stored{number}"],
                name=f"n{number}",
            )
            for number in range(NODES)
        ]
    )
