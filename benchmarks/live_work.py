"""What the kernels have to do for `live`: it is imported there."""

from __future__ import annotations

import functools
import gc
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import contenders
from benchmarks.graphs import OUTSIDE, Graph, graph
from benchmarks.process_work import burn, loops_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Run

BEGUN = "begun"  # the file that a node writes at its start
_REST = 0.05  # seconds in which the kernel's other threads have sent what there was to send

_loops_in_a_second = functools.cache(lambda: loops_for(1.0))
Times = tuple[float, float, float]
"""Seconds on the wall; of the processor, in the nodes' own work; and in all else that the kernel's threads do."""


def pair(watch: str, size: int, seconds: float, runner: str, *, turned: bool) -> tuple[Times, Times]:
    """A run that nobody watches and one that is watched, directly after one another.

    Args:
        watch: a function of this module that prepares either.
        size: how many nodes.
        seconds: what each of them takes: a fixed amount of work, not a time to wait for, which would hide what
            others take meanwhile.
        runner: the runner's name.
        turned: the watched run comes first.
    """
    prepare = {"kedro_nb": _kedro_nb, "kedro": _kedro}[watch]
    asked, work = graph("layers", size), _Work(round(seconds * _loops_in_a_second()))
    times = {
        watched: _times(prepare(asked, work, runner, watched=watched), work)
        for watched in ((True, False) if turned else (False, True))
    }
    return times[False], times[True]


class _Work:
    """What each node does, and the processor time that it takes: a machine is now faster, now slower at it."""

    def __init__(self, loops: int) -> None:
        self._loops = loops
        self.taken: list[float] = []

    def __call__(self, *_data: Any) -> int:
        began = time.thread_time()
        result = burn(self._loops)
        self.taken.append(time.thread_time() - began)
        return result

    def function(self, _number: int) -> Callable[..., int]:
        """Of any node."""
        return self.__call__


def _times(run: Run, work: _Work) -> Times:
    gc.collect()
    work.taken.clear()
    processor, began = time.process_time(), time.perf_counter()
    run()
    taken = time.perf_counter() - began
    time.sleep(_REST)
    own = sum(work.taken)
    return taken, own, time.process_time() - processor - own


def _kedro_nb(asked: Graph, work: _Work, runner: str, *, watched: bool) -> Run:
    """A run as %kedro_run makes it, in the view or not."""
    from kedro_nb.io import DataCatalog
    from kedro_nb.notebook.live import LiveView
    from kedro_nb.pipeline import Pipeline
    from kedro_nb.session import RunRequest, Session

    session = Session(catalog=DataCatalog({OUTSIDE: 1}))
    session.pipelines["__default__"] = Pipeline(contenders.nodes("kedro_nb", asked, work.function))
    run = session.prepare(RunRequest(runner=runner))

    def in_view() -> None:
        with LiveView(run):
            run.execute()
        run.result()

    return in_view if watched else lambda: run.execute().result()


def _kedro(asked: Graph, work: _Work, runner: str, *, watched: bool) -> Run:
    """Kedro's way to show a run is its log."""
    import kedro.framework.project  # noqa: F401  # sets up logging

    run = contenders.kedro_like("kedro", asked, runner=runner, functions=work.function)()
    logging.disable(logging.NOTSET if watched else logging.CRITICAL)
    return run


def stuck(package: str, work: Callable[[float, Any], None], seconds: float) -> tuple[Any, Any]:
    """A pipeline that will be interrupted in its second node, and its catalog."""
    from importlib import import_module

    pipelines, io = import_module(f"{package}.pipeline"), import_module(f"{package}.io")
    node = pipelines.Node
    nodes = [node(abs, "x", "y", name="first"), node(work, ["seconds", "y"], "z", name="stuck")]
    return pipelines.Pipeline(nodes), io.DataCatalog(
        {name: io.MemoryDataset(value) for name, value in {"x": 1, "seconds": seconds}.items()}
    )


def loop(seconds: float, _: Any) -> None:
    Path(BEGUN).touch()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def sleep(seconds: float, _: Any) -> None:
    """A call in C, in which a thread cannot be interrupted."""
    Path(BEGUN).touch()
    time.sleep(seconds)
