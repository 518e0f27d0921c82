"""Runs on paper: what events make of them, without a runner and without a clock."""

from types import SimpleNamespace

from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.runner.events import (
    NodeCalled,
    NodeFinished,
    NodeLoaded,
    NodePrinted,
    NodeStarted,
    RunFinished,
    RunStarted,
)
from kedro_nb.session import RunProgress


def abs_of(x):
    return abs(x)


def chain(*names):
    """Nodes that follow each other."""
    return Pipeline([Node(abs_of, f"d{i}", f"d{i + 1}", name=name) for i, name in enumerate(names)])


def layered(count, a_layer):
    """Every node reads one, two or three of the layer before."""
    nodes = []
    for number in range(count):
        first = number // a_layer * a_layer
        near = (
            {first - a_layer + (number * step) % a_layer for step in range(1, 2 + number % 3)}
            if first
            else ()
        )
        names = [f"data_{source}" for source in sorted(near)] or [f"raw_{number}"]
        nodes.append(Node(max, names, f"data_{number}", name=f"node_{number}"))
    return Pipeline(nodes)


def progress_of(pipeline, *events, runner="SequentialRunner", expected=None, over=False, error=None):
    progress = RunProgress(expected)
    progress(RunStarted(100.0, "id", runner, pipeline, tuple(pipeline.nodes)))
    for event in events:
        progress(event)
    if over:
        progress(RunFinished(progress_end(progress), error, None))
    return progress


def progress_end(progress):
    return max((node.ended or 100.0 for node in progress.nodes.values()), default=100.0)


def run_of(progress, *, expected=None, cancelled=False):
    """As much of a run as a page looks at."""
    return SimpleNamespace(progress=progress, expected=expected, monitor=SimpleNamespace(stopping=cancelled))


def finished(node, seconds, start=100.0, worker="main", **more):
    """A node that takes a quarter of the time to load, half to run, and a quarter to save."""
    part = seconds / 4
    yield NodeStarted(start, node, worker)
    yield NodeLoaded(start + part, node)
    yield NodeCalled(start + 3 * part, node)
    yield NodeFinished(start + seconds, node, part, 2 * part, part, **more)


def printed(node, *texts, stream="stdout"):
    for text in texts:
        yield NodePrinted(100.0, node, stream, text)


def all_done(pipeline, seconds=0.5, workers=1, **more):
    """Every node, on so many workers in turn."""
    for place, node in enumerate(pipeline.nodes):
        yield from finished(
            node, seconds, 100.0 + place // workers * seconds, f"worker-{place % workers}", **more
        )
