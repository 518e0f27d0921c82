"""Every way of running, so that one suite of promises holds for all of them. A new runner is one more line."""

import importlib
import itertools
import json
import os
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import pytest

from kedro_nb.runner import AbstractRunner, ParallelRunner, SequentialRunner, ThreadRunner

from .world import World, run_something


class PoolRunner(AbstractRunner):
    """A user's runner: the same loop on an executor of their own."""

    def _get_executor(self, max_workers):
        return ThreadPoolExecutor(min(3, max_workers))


# In this process, where a node's function can be watched through its closure.
LOCAL = {
    "sequential": SequentialRunner,
    "sequential-async": lambda: SequentialRunner(is_async=True),
    "thread": ThreadRunner,
    "thread-1": lambda: ThreadRunner(max_workers=1),
    "pool": PoolRunner,
}
METHODS = ("fork", "spawn", "forkserver")
RUNNERS = LOCAL | {f"parallel-{method}": lambda: ParallelRunner(max_workers=2) for method in METHODS}


@pytest.fixture(params=RUNNERS)
def runner(request, monkeypatch):
    if request.param.startswith("parallel"):
        monkeypatch.setenv("KEDRO_MP_CONTEXT", request.param.removeprefix("parallel-"))
    return RUNNERS[request.param]()


@pytest.fixture(params=LOCAL)
def local_runner(request):
    return LOCAL[request.param]()


@pytest.fixture(params=METHODS)
def method(request, monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", request.param)
    return request.param


@pytest.fixture
def world(method):
    """Compares before and after; what a start method starts once is started before."""
    run_something()
    world = World()
    yield world
    run_something()
    world.check()


class Recorder:
    """Listens to a run's events."""

    def __init__(self):
        self.events = []

    def __call__(self, event):
        self.events.append(event)

    def names(self, node=None):
        return [
            type(event).__name__
            for event in self.events
            if node is None or getattr(getattr(event, "node", None), "name", None) == node
        ]


class Diary:
    """A list in a file, so that functions in other processes can add to it."""

    def __init__(self, path):
        self.path = str(path)

    def append(self, item):
        with open(self.path, "a") as file:
            file.write(json.dumps(pickle.dumps(item).hex()) + "\n")

    def items(self):
        try:
            with open(self.path) as file:
                return [pickle.loads(bytes.fromhex(json.loads(line))) for line in file]
        except FileNotFoundError:
            return []


@pytest.fixture
def diary(tmp_path):
    return Diary(tmp_path / "diary.txt")


@pytest.fixture
def main(monkeypatch):
    """A notebook's `__main__`, and a function that runs a cell in it."""
    module = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", module)

    def cell(source):
        exec(compile(source, "<cell>", "exec"), vars(module))
        return module

    return cell


@pytest.fixture
def user_module(monkeypatch, tmp_path):
    """A function that writes a module of the user's and loads it, or loads it again."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(str(tmp_path))
    loaded, seconds = [], itertools.count(1_000_000_000)

    def write(source, name="steps"):
        path = tmp_path / f"{name.replace('.', '/')}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
        # Python compares the time of a file, in seconds, and its size with those of its bytecode, which workers write.
        os.utime(path, (next(seconds), next(seconds)))
        importlib.invalidate_caches()
        loaded.append(name)
        return importlib.reload(sys.modules[name]) if name in sys.modules else importlib.import_module(name)

    yield write
    for name in loaded:
        sys.modules.pop(name, None)


HOMES = ("cell", "module")


def spread(cases, others, methods):
    """Each case with each of the others, by one start method, so that every pair of the three kinds occurs.

    Processes that have run before hold the same whatever their start method: all methods for each case would take three
    times as long and show no more.
    """
    return [
        pytest.param(case, other, methods[(number + shift) % len(methods)], id=f"{case}-{other}")
        for number, case in enumerate(cases)
        for shift, other in enumerate(others)
    ]


@pytest.fixture(params=HOMES)
def define(request):
    """Runs source text in a cell, or loads it as a module."""
    return request.getfixturevalue("main" if request.param == "cell" else "user_module")
