"""What there is of us outside this process's memory, for tests that a run leaves nothing of it behind."""

import gc
import os
import threading
import time
from multiprocessing import forkserver, resource_tracker
from pathlib import Path

import numpy as np

from kedro_nb.io import DataCatalog, packed
from kedro_nb.io.packing import own_folders
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner
from kedro_nb.runner.events import NodeLoaded
from kedro_nb.runner.executors import pool
from kedro_nb.runner.monitor import Monitor

from .nodes import add, double

HANG = 20  # seconds after which something hangs


def large(x):
    return np.full(100_000, x)


def descriptors():
    return {
        name: os.readlink(f"/proc/self/fd/{name}")
        for name in os.listdir("/proc/self/fd")
        if os.path.exists(f"/proc/self/fd/{name}")
    }


def children():
    """The processes below this one that run nodes, and those that were ended and not waited for."""
    known = {resource_tracker._resource_tracker._pid, forkserver._forkserver._forkserver_pid}
    found = set()
    above = [os.getpid()]
    while above:
        parent = above.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            for child in map(int, task.read_text().split()):
                above.append(child)
                if child not in known:
                    found.add(child)
    return found


def files():
    return {path for folder in own_folders() for path in folder.iterdir() if path.is_file()}


def wait_until(condition, seconds=HANG):
    """Wait until it holds, but not for ever."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)


class World:
    """What there is of us outside this process's memory."""

    def __init__(self):
        gc.collect()
        pool.shut_down()
        self.files, self.children, self.descriptors = files(), children(), descriptors()

    def check(self):
        gc.collect()
        assert {str(path) for path in files() - self.files} <= packed.owned
        workers = {worker.pid for worker in pool._all}
        assert workers == {worker.pid for worker in pool._shelf}
        pool.shut_down()
        wait_until(lambda: children() <= self.children)  # those of a worker that was killed notice
        assert children() <= self.children
        assert descriptors().keys() <= self.descriptors.keys()


def run_something():
    catalog = DataCatalog({"x": 2})
    nodes = [node(double, "x", "a", name="a"), node(double, "x", "b", name="b"), node(add, ["a", "b"], "c")]
    assert ParallelRunner(max_workers=2).run(pipeline(nodes), catalog).load() == {"c": 8}


def when_called(name, then):
    """Listens for the moment at which a node's function is called, and does something a little later."""

    def listen(event):
        if isinstance(event, NodeLoaded) and event.node.name == name:
            threading.Timer(0.05, then).start()

    return listen


def run_with(bad, *listeners, **datasets):
    """A node that writes something large, one that reads it and does its worst, and one that must not run."""
    catalog, monitor = DataCatalog({"x": 2} | datasets), Monitor(listeners)
    nodes = [
        node(large, "x", "array", name="good"),
        node(bad, "array", "z", name="bad"),
        node(double, "z", "end", name="after"),
    ]
    start = time.monotonic()
    try:
        ParallelRunner(max_workers=2).run(pipeline(nodes), catalog, monitor=monitor)
    finally:
        assert time.monotonic() - start < HANG
        assert catalog.load("array").tolist() == [2] * 100_000  # finished results can be read
        assert monitor.resume.nodes == ("bad",)
