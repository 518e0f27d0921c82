"""A node that catches the interrupt: its outputs are not kept, and a second interrupt ends it, under every runner."""

import os
import signal
import sys
import threading
import time

import numpy as np
import pytest

from kedro_nb.errors import RunCancelledError
from kedro_nb.hooks import create_hook_manager, hook_impl
from kedro_nb.io import AbstractDataset, DataCatalog, MemoryDataset
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.runner import Monitor, ParallelRunner, SequentialRunner, ThreadRunner
from kedro_nb.runner.events import NodeCancelled, NodeFinished, NodeLoaded

from . import swallowing
from .nodes import stored

SOON = 1.0  # seconds: it takes 0.1 on a machine that does nothing else

RUNNERS = {
    "sequential": SequentialRunner,
    "async": lambda: SequentialRunner(is_async=True),
    "thread": lambda: ThreadRunner(max_workers=2),
    "parallel": lambda: ParallelRunner(max_workers=2),
}


def interrupt(_monitor):
    os.kill(os.getpid(), signal.SIGINT)


class Stopper:
    """Stops the run a moment after the node "stuck" is called, `times` times."""

    def __init__(self, monitor, act, times):
        self.monitor, self.act, self.times = monitor, act, times
        self.events = []
        self.last = 0.0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.stop)

    def __call__(self, event):
        self.events.append(event)
        if isinstance(event, NodeLoaded) and event.node.name == "stuck":
            self.thread.start()

    def stop(self):
        for _ in range(self.times):
            if not self.over.wait(0.05):
                self.last = time.monotonic()
                self.act(self.monitor)

    def of(self, kind):
        return [event.node.name for event in self.events if isinstance(event, kind)]


def stop(kind, nodes, catalog, act=interrupt, times=1, background=False, lends=False, hooks=None):
    """Run until it is stopped: the error, who stopped it, and the seconds since they last did."""
    monitor = Monitor(lends=lends)
    monitor.background = background
    stopper = Stopper(monitor, act, times)
    monitor.listeners = (stopper,)
    raised = []

    def run():
        try:
            RUNNERS[kind]().run(nodes, catalog, create_hook_manager(*hooks or ()), monitor=monitor)
        except BaseException as error:
            raised.append(error)
        raised.append(time.monotonic() - stopper.last)
        stopper.over.set()

    before = signal.signal(signal.SIGINT, lambda *_: None)  # one that comes after the run
    try:
        if background:
            thread = threading.Thread(target=run)
            thread.start()
            thread.join()
        else:
            run()
        stopper.thread.join()
    finally:
        signal.signal(signal.SIGINT, before)
    error, seconds = raised
    return error, stopper, seconds


def large_once(x):
    return np.full(200_000, swallowing.once(x))


def two(x):
    return x, swallowing.once(x)


def another(x):
    swallowing.once(x)
    raise RuntimeError("another error")


def chunks(x):
    yield x
    yield swallowing.once(x)


class KeepsAndWaits(MemoryDataset):
    """Catches the interrupt while it saves."""

    def save(self, data):
        super().save(data)
        swallowing.once(data)


class WritesAndWaits(AbstractDataset):
    """The same, with a file."""

    def __init__(self, filepath):
        self._filepath = filepath

    def load(self):
        return 1

    def save(self, data):
        swallowing.once(data)

    def _describe(self):
        return {}


class Hooks:
    @hook_impl
    def after_node_run(self, node):
        if node.name == "stuck":
            swallowing.once(node)


# What the node "stuck" is, where its output goes, and who else takes part.
KINDS = {
    "returns": (swallowing.once, "y", {}),
    "returns for one reader": (large_once, "y", {"lends": True}),
    "returns to a file": (swallowing.once, "file", {}),
    "raises another error": (another, "y", {}),
    "returns two outputs": (two, ["y", "z"], {}),
    "returns to memory and a file": (two, ["y", "file"], {}),
    "generates": (chunks, "y", {}),
    "is saved to memory": (abs, "keeps", {}),
    "is saved to a file": (abs, "writes", {}),
    "has a hook": (abs, "y", {"hooks": [Hooks()]}),
}
CASES = [
    (runner, background, kind)
    for runner in RUNNERS
    for background in (False, True)
    for kind in KINDS
    if (runner, kind) != ("async", "generates")  # it refuses generator functions
]


@pytest.mark.parametrize(("runner", "background", "kind"), CASES)
def test_nothing_is_kept_of_a_node_that_catches_the_interrupt(runner, background, kind, tmp_path):
    function, outputs, options = KINDS[kind]
    outputs = [outputs] if isinstance(outputs, str) else outputs
    nodes = Pipeline(
        [
            node(abs, "x", "done", name="first"),
            node(function, "done", outputs if len(outputs) > 1 else outputs[0], name="stuck"),
            node(str, outputs[0], "text", name="after"),
        ]
    )
    datasets = {"file": stored(tmp_path / "file"), "keeps": KeepsAndWaits()}
    catalog = DataCatalog({"x": -1, "writes": WritesAndWaits(str(tmp_path / "w")), **datasets})
    act = Monitor.cancel if background else interrupt
    error, stopper, _ = stop(runner, nodes, catalog, act, background=background, **options)
    assert isinstance(error, RunCancelledError if background else KeyboardInterrupt)
    assert stopper.of(NodeFinished) == ["first"]
    assert stopper.of(NodeCancelled) == ["stuck"]
    assert stopper.monitor.resume.nodes == ("stuck",)
    assert catalog.load("done") == 1
    assert [name for name in {*outputs, "text"} - {"writes"} if catalog.exists(name)] == []


@pytest.mark.parametrize("runner", ["sequential", "async", "thread"])
def test_nothing_is_kept_of_a_node_that_ends_at_the_moment_of_the_interrupt(runner):
    def part(x):
        """Return what a program has written until the interrupt of the terminal has ended it."""
        os.kill(os.getpid(), signal.SIGINT)
        return x

    for _ in range(5):
        catalog = DataCatalog({"x": 1})
        nodes = Pipeline([node(part, "x", "y", name="part"), node(abs, "y", "z", name="after")])
        with pytest.raises(KeyboardInterrupt):
            RUNNERS[runner]().run(nodes, catalog)
        assert not catalog.exists("y")
        assert not catalog.exists("z")


@pytest.mark.parametrize("runner", ["sequential", "async"])
@pytest.mark.parametrize("function", swallowing.FUNCTIONS)
def test_the_second_interrupt_ends_a_node_that_catches_every_one(runner, function):
    if (runner, function) == ("async", swallowing.generating):
        return  # it refuses generator functions

    def trace(*_):
        return None

    for _ in range(3):  # something else may hold the machine up
        catalog, before = DataCatalog({"x": 1}), sys.gettrace()
        threads = threading.active_count()
        sys.settrace(trace)
        try:
            error, stopper, seconds = stop(
                runner, Pipeline([node(function, "x", "y", name="stuck")]), catalog, times=2
            )
            traces = sys.gettrace()
        finally:
            sys.settrace(before)
        assert isinstance(error, KeyboardInterrupt)
        assert sys.exc_info() == (None, None, None)  # else it is the context of every later error
        assert stopper.monitor.resume.nodes == ("stuck",)
        assert not catalog.exists("y")
        assert threading.active_count() <= threads + 1  # the loop of a coroutine
        if seconds < SOON and traces is trace:  # an interrupt that strikes a trace function removes it
            return
    pytest.fail(f"{seconds:.1f} s, trace function {traces}")


def test_a_debugger_is_given_back_its_trace_function_and_the_next_run_is_not_traced():
    error, *_ = stop(
        "sequential",
        Pipeline([node(swallowing.bare, "x", "y", name="stuck")]),
        DataCatalog({"x": 1}),
        times=2,
    )
    assert isinstance(error, KeyboardInterrupt)
    seen = []
    nodes = Pipeline([node(lambda x: seen.append(sys.gettrace()) or x, "x", "y")])
    assert SequentialRunner().run(nodes, DataCatalog({"x": 1})).load() == {"y": 1}
    assert seen == [sys.gettrace()]


def test_a_profiler_is_given_back_its_function():
    def profile(*_):
        return None

    before = sys.getprofile()
    for times in (1, 2, 2):
        nodes = Pipeline(
            [node(swallowing.once if times == 1 else swallowing.sleeping, "x", "y", name="stuck")]
        )
        sys.setprofile(profile)
        try:
            stop("sequential", nodes, DataCatalog({"x": 1}), times=times)
            assert sys.getprofile() is profile
        finally:
            sys.setprofile(before)


def test_a_node_that_cleans_up_after_the_second_interrupt_does_so():
    cleaned = []

    def careful(x):
        try:
            try:
                swallowing.sleeping_in_the_handler(x)
            finally:
                time.sleep(0.01)
                cleaned.append(x)
        except BaseException:
            return x

    stop("sequential", Pipeline([node(careful, "x", "y", name="stuck")]), DataCatalog({"x": 1}), times=2)
    assert cleaned == [1]
