"""Live view and stop, in a kernel: what watching a run costs, and how soon an interrupt ends it"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import statistics
from itertools import product
from typing import TYPE_CHECKING

from benchmarks.kernels import SETTLED, Kernel
from benchmarks.live_work import BEGUN
from benchmarks.measure import NoResultError, Table, cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.live_work import Times

WATCH_NOTE = """Pairs of runs, one that is watched and one that is not, in a kernel: ours in the live view as
%kedro_run draws it, Kedro's with its log on and off. Layers of nodes with a fixed amount of work each. Wall: the median
of the ratios of all pairs, and the least of the watched runs over the least of the others. Processor: one and what
watching adds to the time of all the kernel's threads, apart from the work in the nodes, for which one machine takes now
longer, now less. The load is that of the machine in the last minute, these runs included."""
LASTS = {"kedro_nb": 10.0, "kedro": 3.0}  # seconds that a node takes which nobody interrupts
TIMES = {"kedro_nb": 20, "kedro": 2}
STOP_NOTE = f"""From the interrupt to the end of the cell, when the node has been at work for {SETTLED} s. `loop` is a
loop in Python, `sleep` a call in C, in which a thread cannot be interrupted. Left alone they take
{LASTS["kedro_nb"]:g} s, Kedro's {LASTS["kedro"]:g} s, as its threads are not stopped before."""
WATCH_COLUMNS = ("wall", "wall, best", "processor")
TITLES = {"kedro_nb": "kedro_nb", "kedro": "Kedro"}
# Of each package: rounds, nodes, seconds for each, runner.
WATCHED = {
    "kedro_nb": (
        (7, 1_000, 0.001, "SequentialRunner"),
        (5, 1_000, 0.001, "ThreadRunner"),
        (3, 10, 0.1, "SequentialRunner"),
    ),
    "kedro": ((3, 300, 0.001, "SequentialRunner"),),  # its log takes long
}
# Of each package: runner and its options.
STOPPED = {
    "kedro_nb": ("SequentialRunner", "SequentialRunner --async", "ThreadRunner", "ParallelRunner"),
    "kedro": ("SequentialRunner", "ThreadRunner"),
}
WORK = ("loop", "sleep")
SETUP = {
    "kedro_nb": "%load_ext kedro_nb",
    "kedro": "import kedro.framework.project; from kedro.runner import SequentialRunner, ThreadRunner",
}
PIPELINES = """from benchmarks import live_work
pair = live_work.pair
loop, _ = live_work.stuck("{0}", live_work.loop, {1})
sleep, io = live_work.stuck("{0}", live_work.sleep, {1})"""
CELL = {"kedro_nb": "%kedro_run --catalog=io --pipeline={1} --runner={0}", "kedro": "{0}().run({1}, io)"}


def run(*, quick: bool) -> Iterator[Table]:
    watching = Table(
        ["times as long", "nodes", "each", "runner", *WATCH_COLUMNS, "unwatched s", "load"],
        title="A run that is watched, over one that is not",
        notes=[WATCH_NOTE],
    )
    stopping = Table(
        ["seconds to stop", "runner", "node", "median", "worst", "times", "load"],
        title="An interrupted cell ends",
        notes=[STOP_NOTE],
    )
    for package, title in TITLES.items():
        try:
            with _kernel(package, quick=quick) as kernel:
                watching.rows += [[title, *row] for row in _watched(kernel, package, quick=quick)]
                stopping.rows += [[title, *row] for row in _stopped(kernel, package, quick=quick)]
        except NoResultError as error:
            for table in (watching, stopping):
                table.rows.append([title, str(error), *[""] * (len(table.header) - 2)])
    yield watching
    yield stopping


@contextlib.contextmanager
def _kernel(package: str, *, quick: bool) -> Iterator[Kernel]:
    if importlib.util.find_spec(package) is None:
        raise NoResultError(f"no {package}")
    with Kernel() as kernel:
        kernel.run(f"{SETUP[package]}\n{PIPELINES.format(package, 0.5 if quick else LASTS[package])}")
        yield kernel


def _watched(kernel: Kernel, package: str, *, quick: bool) -> Iterator[list[str]]:
    for rounds, full_size, seconds, runner in WATCHED[package]:
        size = min(full_size, 100) if quick else full_size
        kernel.run(
            f"pair({package!r}, 10, 0.0, {runner!r}, turned=False)"
        )  # the imports are not on the clock
        pairs = [
            kernel.value(f"pair({package!r}, {size}, {seconds}, {runner!r}, turned={bool(number % 2)})")
            for number in range(1 if quick else rounds)
        ]
        yield [f"{size:,}", f"{seconds * 1000:g} ms", runner, *_ratios(pairs), _load()]


def _ratios(pairs: list[tuple[Times, Times]]) -> list[str]:
    """On the wall, at best, of the processor; and the wall time of a run that nobody watches."""
    wall = statistics.median(watched[0] / bare[0] for bare, watched in pairs)
    best = min(watched[0] for _, watched in pairs) / min(bare[0] for bare, _ in pairs)
    added = statistics.median((watched[2] - bare[2]) / (bare[1] + bare[2]) for bare, watched in pairs)
    unwatched = statistics.median(bare[0] for bare, _ in pairs)
    return [*(cell(ratio, 1, 3) for ratio in (wall, best, 1 + added)), cell(unwatched, 1, 2)]


def _stopped(kernel: Kernel, package: str, *, quick: bool) -> Iterator[list[str]]:
    times = 1 if quick else TIMES[package]
    for runner, work in product(STOPPED[package], WORK):
        taken = [kernel.stop(CELL[package].format(runner, work), BEGUN) for _ in range(times)]
        median, worst = (cell(seconds, 1, 3) for seconds in (statistics.median(taken), max(taken)))
        yield [runner, work, median, worst, str(times), _load()]


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
