"""Runs nodes that print, and gathers what is told of it."""

import sys

from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner.monitor import Monitor

from .conftest import Recorder


def run(runner, function, *more, captures=True, name="a", **data):
    """Run one node, or several without inputs; the recorder has the events."""
    nodes = [node(function, list(data) or None, "out", name=name)] if function else []
    recorder = Recorder()
    monitor = Monitor([recorder], captures=captures)
    runner.run(pipeline([*nodes, *more]), DataCatalog(data), monitor=monitor)
    return recorder


def told(recorder, name="a", stream=None):
    return "".join(
        event.text
        for event in recorder.events
        if type(event).__name__ == "NodePrinted"
        and event.node.name == name
        and stream in {None, event.stream}
    )


def talk():
    print("one")
    print("two", file=sys.stderr)
    sys.stdout.writelines(["three\n", "four"])
    return 1
