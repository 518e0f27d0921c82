"""Runs on two processes: overhead, processor, data handed on, start"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import statistics
import subprocess
import sys
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from benchmarks.measure import Cap, NoResultError, Result, Sample, Table, cell, measure, ratio
from benchmarks.process_memory import peak_of
from benchmarks.process_work import loops_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ENGINES = ("kedro_nb", "Kedro", "loky", "joblib", "Dask", "plain pool")
SLOW_TO_START = dict.fromkeys(("Kedro", "loky", "joblib", "Dask"), "left out")  # of a quick run
LIMIT = 45.0  # seconds for one run
GOODBYE = 5.0  # seconds that a contender may take to end

NOTE = """Each contender in a kernel process of its own, two workers. Warm: the median of the runs after the first, or
the one run there was if that took long. Kedro starts everything anew for each run."""
DATA_NOTE = (
    """Making the data is on the clock, except the kernel's. A cheap reader reads one number in each page."""
)
PROCESSOR_NOTE = """The best of each one's runs over the best of all runs of bare forks: two children that take the
next piece of work when they are free. Other load on the machine can only make a figure worse."""
MEMORY_NOTE = (
    """Private memory of all processes, and files in shared memory whether they are mapped or not."""
)


class Child:
    """A contender at work in another process; `taken` are the seconds of its runs."""

    def __init__(self, contender: str, work: str, *amounts: int) -> None:
        self.taken: list[float] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.process_child", contender, work, *map(str, amounts)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # the group to end, and whose memory to count
        )
        self.session = self._process.pid

    def sample(self) -> float:
        self._ask()
        self.taken.append(self._answer())
        return self.taken[-1]

    def _ask(self) -> None:
        assert self._process.stdin
        with contextlib.suppress(BrokenPipeError):  # it has ended, and its answer says why
            self._process.stdin.write(b"\n")
            self._process.stdin.flush()

    def _answer(self) -> float:
        assert self._process.stdout
        if not select.select([self._process.stdout], [], [], LIMIT)[0]:
            self._kill()
            raise NoResultError(f"not run (> {LIMIT:.0f} s)")
        answer = json.loads(self._process.stdout.readline() or '"it died"')
        if isinstance(answer, str):
            raise NoResultError(answer)
        return float(answer)

    def first(self) -> Result:
        return self.taken[0]

    def warm(self) -> Result:
        return statistics.median(self.taken[1:] or self.taken)

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GOODBYE)
        self._kill()
        self._process.stdout.close()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.session, signal.SIGKILL)
        self._process.wait()


Both = tuple[dict[str, Result], dict[str, Result]]


def run(*, quick: bool) -> Iterator[Table]:
    loops = loops_for(0.01 if quick else 0.2)
    yield _overhead(quick=quick)
    yield _processor(loops, quick=quick)
    yield from _data(loops, quick=quick)
    yield _start(quick=quick)


def _overhead(*, quick: bool) -> Table:
    table = Table(
        ["µs per node", "nodes", *ENGINES, "Kedro / kedro_nb", "kedro_nb / loky"],
        title="Overhead in chains of no-op nodes, warm",
        notes=[NOTE],
    )
    cap = Cap(120.0)  # growth is a guess at first
    for size in (10,) if quick else (10, 100, 1_000):
        reasons = {name: cap.admit(name, size) for name in ENGINES} | _left_out(quick=quick)
        _, warm = _times(ENGINES, "chain", size, rounds=2 if quick else 20, reasons=reasons)
        cap.note(size, warm)
        ratios = [ratio(warm["Kedro"], warm["kedro_nb"]), ratio(warm["kedro_nb"], warm["loky"])]
        table.rows.append(["chain", f"{size:,}", *(cell(r, 1e6 / size, 0) for r in warm.values()), *ratios])
    return table


def _processor(loops: int, *, quick: bool) -> Table:
    """First and second run in a fresh kernel, in turns with bare forks."""
    nodes = 4 if quick else 16
    table = Table(["over bare forks", "nodes", *ENGINES], title="Nodes of 0.2 s of processor time")
    table.notes.append(PROCESSOR_NOTE)
    results: dict[str, list[Result]] = {name: [] for name in ENGINES}
    left_out, bare = _left_out(quick=quick), []
    for _, name in product(range(1 if quick else 4), ENGINES):
        if name in left_out:
            results[name] = [left_out[name]] * 2
            continue
        # A fresh process each time for all: where its memory happens to lie makes a loop faster or slower.
        bare += _twice("bare forks", nodes, loops)
        results[name] += _twice(name, nodes, loops)
    least = min(taken for taken in bare if not isinstance(taken, str))
    for title, part in (("first run", 0), ("second run", 1)):
        best = [_best(results[name][part::2]) for name in ENGINES]
        table.rows.append([title, f"{nodes}", *(cell(result, 1 / least, 2) for result in best)])
    return table


def _twice(name: str, nodes: int, loops: int) -> list[Result]:
    with contextlib.closing(Child(name, "burning", nodes, loops)) as child:
        try:
            return [child.sample(), child.sample()]
        except NoResultError as error:
            return [str(error)] * 2


def _data(loops: int, *, quick: bool) -> Iterator[Table]:
    large, small = (5, 1) if quick else (500, 100)
    names = (*ENGINES, "one process")
    times = partial(_times, names, rounds=2 if quick else 6, reasons=_left_out(quick=quick))
    peaks: dict[str, Result] = {}
    kernel_first, kernel_again = times("from_kernel", small)
    rows = {
        f"{large} MB numpy to the next node": times("hand_numpy", large)[1],
        f"{large} MB pandas to the next node": times("hand_pandas", large)[1],
        f"{large} MB to four cheap readers": times("four_readers", large, peaks=peaks)[1],
        f"{small} MB to four nodes of 0.2 s": times("four_burners", small, loops)[1],
        f"{small} MB from the kernel to four, first": kernel_first,
        f"{small} MB from the kernel to four, again": kernel_again,
    }
    table = Table(
        ["seconds", *names, "Kedro / kedro_nb"], title="Data handed on, warm", notes=[NOTE, DATA_NOTE]
    )
    for title, results in rows.items():
        faster = ratio(results["Kedro"], results["kedro_nb"])
        table.rows.append([title, *(cell(r, 1, 3) for r in results.values()), faster])
    yield table
    memory = Table(["GB", *names], title="Peak memory", notes=[MEMORY_NOTE])
    memory.rows.append([f"{large} MB to four cheap readers", *(cell(r, 1e-9, 2) for r in peaks.values())])
    yield memory


def _start(*, quick: bool) -> Table:
    samples = {name: _fresh(name) for name in ENGINES} | _left_out(quick=quick)
    results = measure(samples, rounds=1 if quick else 5, budget=60)
    table = Table(["milliseconds", *ENGINES, "Kedro / kedro_nb"], title="First result of a fresh process")
    faster = ratio(results["Kedro"], results["kedro_nb"])
    table.rows.append(["imports and one node", *(cell(r, 1e3, 0) for r in results.values()), faster])
    return table


def _left_out(*, quick: bool) -> dict[str, str]:
    """Who does not take part, and why."""
    return SLOW_TO_START if quick else {}


def _fresh(name: str) -> Sample:
    def sample() -> float:
        with contextlib.closing(Child(name, "one")) as child:
            return child.sample()

    return sample


def _times(
    names: Iterable[str],
    work: str,
    *amounts: int,
    rounds: int,
    reasons: Mapping[str, str | None] | None = None,
    peaks: dict[str, Result] | None = None,
) -> Both:
    """First and warm times of each contender, all alive at once so that they can take turns.

    Args:
        names: Whose.
        work: A function of `process_work`.
        amounts: What it takes.
        rounds: The most runs of each.
        reasons: Why a contender does not take part.
        peaks: Filled with bytes at the peak of one more run.
    """
    refused = {name: reason for name, reason in (reasons or {}).items() if reason}
    with contextlib.ExitStack() as stack:
        children = {
            name: stack.enter_context(contextlib.closing(Child(name, work, *amounts)))
            for name in names
            if name not in refused
        }
        samples = {name: refused.get(name) or children[name].sample for name in names}
        results = measure(samples, rounds=rounds, budget=1.0)
        first = {name: r if isinstance(r, str) else children[name].first() for name, r in results.items()}
        warm = {name: r if isinstance(r, str) else children[name].warm() for name, r in results.items()}
        for name, result in results.items():
            if peaks is not None:
                peaks[name] = result if isinstance(result, str) else _peak(children[name])
    return first, warm


def _peak(child: Child) -> Result:
    try:
        return peak_of(child.session, child.sample)
    except NoResultError as error:
        return str(error)


def _best(results: list[Result]) -> Result:
    numbers = [result for result in results if not isinstance(result, str)]
    return min(numbers) if numbers else results[0]
