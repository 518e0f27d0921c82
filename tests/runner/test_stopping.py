"""Stopping a run: by an interrupt or by cancelling it, whatever the node is at, under every runner."""

import logging
import os
import signal
import threading
import time
from types import SimpleNamespace

import pytest

from kedro_nb.errors import RunCancelledError
from kedro_nb.hooks import create_hook_manager, hook_impl
from kedro_nb.io import DataCatalog, MemoryDataset
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.runner import Monitor, ParallelRunner, SequentialRunner, ThreadRunner
from kedro_nb.runner.events import NodeCancelled, NodeLoaded
from kedro_nb.runner.executors import overlap, threads
from kedro_nb.runner.executors.threads import ThreadExecutor
from kedro_nb.runner.interrupts import Interrupts
from kedro_nb.runner.steps import execute
from kedro_nb.runner.task import Task, TaskContext

from .world import wait_until

LONG = 20.0  # seconds: a test that waits for it has failed
SOON = 1.0  # seconds: stopping takes 0.3 on a machine that does nothing else


def in_python(x):
    until = time.monotonic() + LONG
    while time.monotonic() < until:
        pass
    return x


def in_c(x):
    time.sleep(3.0)  # a thread that is in here hears of nothing
    return x


RUNNERS = {
    "sequential": SequentialRunner,
    "async": lambda: SequentialRunner(is_async=True),
    "thread": lambda: ThreadRunner(max_workers=2),
    "parallel": lambda: ParallelRunner(max_workers=2),
}


class Stop:
    """Does something to the run once the node "stuck" is at work, and takes the time from there."""

    def __init__(self, act, monitor):
        self._act = act
        self._monitor = monitor
        self.seen = []
        self.began = 0.0
        self.over = True

    def __call__(self, event):
        self.seen.append(event)
        if isinstance(event, NodeLoaded) and event.node.name == "stuck":
            self.over = False
            threading.Timer(0.05, self._now).start()

    def _now(self):
        self.began = time.monotonic()
        self._act(self._monitor)
        self.over = True


def interrupt(_monitor=None):
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture(scope="module", autouse=True)
def nothing_left():
    """Threads that were left alone end by themselves; other tests count threads."""
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("kedro_nb"):
            thread.join(LONG)


@pytest.fixture(params=RUNNERS)
def kind(request):
    return request.param


def stuck(function):
    nodes = [
        node(abs, "x", "done", name="first"),
        node(function, "done", "never", name="stuck"),
        node(str, "never", "text", name="after"),
    ]
    return Pipeline(nodes)


def stop(kind, function, act=Monitor.cancel, *, background=False):
    """Run until it is stopped: the error, the events, the catalog, how long stopping took, and the monitor.

    Of three attempts, as long as they take their time: something else may hold the machine up.
    """
    # An interrupt that comes after the run must not strike pytest.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    ours = signal.getsignal(signal.SIGINT)
    try:
        for _ in range(3):
            stopped = attempt(kind, function, act, background=background)
            assert signal.getsignal(signal.SIGINT) is ours
            if stopped[3] < SOON:
                break
    finally:
        signal.signal(signal.SIGINT, before)
    return stopped


def attempt(kind, function, act, *, background):
    monitor = Monitor(lends=False)
    monitor.background = background
    listener = Stop(act, monitor)
    monitor.listeners = (listener,)
    catalog = DataCatalog({"x": -1})
    raised = []

    def run():
        try:
            RUNNERS[kind]().run(stuck(function), catalog, monitor=monitor)
        except BaseException as error:
            raised.append(error)

    if background:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    else:
        run()
    while not listener.over:
        time.sleep(0.01)
    return raised[0], listener, catalog, time.monotonic() - listener.began, monitor


@pytest.mark.parametrize("function", [in_python, in_c])
def test_an_interrupt_stops_it_and_keeps_what_is_done(kind, function):
    error, listener, catalog, seconds, monitor = stop(kind, function, interrupt)
    assert isinstance(error, KeyboardInterrupt)
    assert seconds < SOON
    assert catalog.load("done") == 1
    assert monitor.resume.nodes == ("stuck",)
    assert "stuck" in {event.node.name for event in listener.seen if isinstance(event, NodeCancelled)}


class Quiet(logging.Handler):
    def emit(self, record):
        """Write nothing."""


def is_free(lock):
    """Whether another thread than this one gets the lock."""
    got = []
    thread = threading.Thread(target=lambda: got.append(lock.acquire(timeout=1.0) and lock.release() is None))
    thread.start()
    thread.join()
    return got[0]


@pytest.mark.parametrize("act", [Monitor.cancel, interrupt])
@pytest.mark.parametrize("kind", ["sequential", "async", "thread"])
def test_a_node_that_logs_is_stopped_without_leaving_a_log_handler_locked(kind, act, monkeypatch):
    log = logging.getLogger("busy")
    monkeypatch.setattr(log, "handlers", [handler := Quiet(logging.INFO)])
    monkeypatch.setattr(log, "propagate", False)
    log.setLevel(logging.INFO)

    def busy(x):
        while True:
            log.info(x)

    for _ in range(15):
        attempt(kind, busy, act, background=False)
        assert is_free(handler.lock)


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize("function", [in_python, in_c])
def test_cancelling_from_another_thread_stops_it(kind, function, background):
    error, _, catalog, seconds, monitor = stop(kind, function, background=background)
    assert isinstance(error, RunCancelledError)
    assert seconds < SOON
    assert catalog.load("done") == 1
    assert monitor.resume.nodes == ("stuck",)


@pytest.mark.parametrize("kind", ["thread"])
def test_what_goes_on_in_a_thread_is_told(kind):
    error, *_ = stop(kind, in_c, interrupt)
    assert "its thread is still finishing" in "".join(error.__notes__)


def test_interrupted_again_and_again_it_leaves_the_handler_from_before_and_tells_of_every_node(kind):
    """That the handler is the one from before `stop` makes sure of."""

    def often(_monitor):
        for _ in range(3):
            interrupt()
            time.sleep(0.01)

    error, listener, _, _, monitor = stop(kind, in_python, often)
    assert isinstance(error, KeyboardInterrupt)
    assert monitor.resume.nodes == ("stuck",)
    assert [event.node.name for event in listener.seen if isinstance(event, NodeCancelled)] == ["stuck"]


def test_whatever_a_node_makes_of_the_interrupt_it_was_stopped(kind):
    def torn(x):
        try:
            return in_python(x)
        except KeyboardInterrupt:
            raise RuntimeError("an import that was torn apart") from None

    error, listener, *_ = stop(kind, torn)
    assert isinstance(error, RunCancelledError)
    assert "RuntimeError: an import that was torn apart" in "".join([*error.__notes__, str(error)])
    assert [type(event).__name__ for event in listener.seen if event.__class__.__name__ == "NodeFailed"] == []


def test_an_interrupt_beside_the_nodes_own_code_leaves_the_node_unfinished():
    class Struck:
        def enter(self):
            raise KeyboardInterrupt

    context = TaskContext(None, DataCatalog({"x": 1}), None, Monitor(), None)
    context.memory = Struck()
    task = Task(0, node(abs, "x", "y"))
    with pytest.raises(KeyboardInterrupt):
        execute(task, context)
    assert not task.finished


def test_a_run_cancelled_in_the_moment_in_which_a_node_begins_does_not_call_it():
    class Unlucky(Monitor):
        """Somebody cancels, and sees nobody at work yet."""

        at_work_here = property(
            lambda _: False, lambda self, value: setattr(self, "cancelled", value or self.cancelled)
        )

    called = []
    nodes = Pipeline([node(called.append, "x", "y", name="only")])
    for is_async in (False, True):
        with pytest.raises(RunCancelledError):
            SequentialRunner(is_async=is_async).run(nodes, DataCatalog({"x": 1}), monitor=Unlucky())
    assert called == []


def test_threads_begin_nothing_once_the_run_is_cancelled():
    monitor, begun = Monitor(), []

    def cancel(x):
        begun.append(x)
        monitor.cancel()
        in_python(x)

    nodes = [node(abs, "x", "quick"), *(node(cancel, "quick", f"y{i}", name=f"n{i}") for i in range(9))]
    with pytest.raises(RunCancelledError):
        ThreadRunner(max_workers=2).run(Pipeline(nodes), DataCatalog({"x": 1}), monitor=monitor)
    assert len(begun) <= 2


def test_an_interrupt_at_the_very_end_of_a_run_is_kept_until_the_handler_is_the_one_from_before():
    before, monitor = signal.getsignal(signal.SIGINT), Monitor()
    with Interrupts(monitor) as interrupts:
        monitor.interrupted = True  # the next one is raised wherever it strikes
        at_the_end = SimpleNamespace(f_code=Interrupts.__exit__.__code__)
        interrupts._take(signal.SIGINT, at_the_end)
        interrupts._before = lambda number, frame: seen.append(frame)
        seen = []
    assert seen == [at_the_end]
    signal.signal(signal.SIGINT, before)


def test_threads_that_end_while_the_run_is_being_stopped_are_in_nobodys_way(monkeypatch):
    class Ends(Task):
        """Its thread ends as it is looked at."""

        @property
        def position(self):
            executor._at_work.clear()
            return id(self)

        @position.setter
        def position(self, _value):
            pass

    monkeypatch.setattr(threads, "GRACE", 0.0)
    executor, monitor = ThreadExecutor(2), Monitor()
    executor.begin(None, SimpleNamespace(monitor=monitor))
    executor._at_work = {threading.Thread(): Ends(0, node(abs, "x", "y")) for _ in range(2)}
    monitor.cancel()
    assert len(executor.wait()) == 2


def test_what_is_being_saved_behind_an_interrupted_node_is_kept(monkeypatch):
    class Slow(MemoryDataset):
        def save(self, data):
            time.sleep(0.1)
            super().save(data)

    monkeypatch.setattr(overlap, "GRACE", LONG)  # however slow the machine is
    monitor = Monitor()
    monitor.listeners = (Stop(interrupt, monitor),)
    catalog = DataCatalog({"x": 1, "slow": Slow()})
    nodes = [node(abs, "x", "slow", name="first"), node(in_python, "x", "never", name="stuck")]
    with pytest.raises(KeyboardInterrupt):
        SequentialRunner(is_async=True).run(Pipeline(nodes), catalog, monitor=monitor)
    assert catalog.load("slow") == 1
    assert monitor.resume.nodes == ("stuck",)


def test_a_runner_that_does_it_all_itself_is_interrupted_at_once():
    class Own(SequentialRunner):
        def _run(self, pipeline, catalog):
            threading.Timer(0.05, interrupt).start()
            in_python(None)

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        Own().run(Pipeline([node(abs, "x", "y")]), DataCatalog({"x": 1}))
    assert time.monotonic() - start < LONG / 2


def test_a_node_that_catches_the_interrupt_is_the_last():
    def catch(x):
        try:
            return in_python(x)
        except KeyboardInterrupt:
            return x

    error, _, catalog, _, _ = stop("sequential", catch, interrupt)
    assert isinstance(error, RunCancelledError | KeyboardInterrupt)
    assert "never" not in catalog or not catalog.exists("never")


def test_a_second_interrupt_is_raised_where_it_strikes(monkeypatch):
    """The first one is being seen to, and that takes its time."""
    monkeypatch.setattr(threads, "GRACE", LONG)

    def twice(monitor):
        interrupt()
        wait_until(lambda: monitor.cancelled)
        interrupt()

    error, _, _, seconds, _ = stop("thread", in_c, twice)
    assert isinstance(error, KeyboardInterrupt)
    assert seconds < SOON


def test_a_half_written_file_goes(tmp_path, kind):
    def save(path, data):
        from kedro_nb.io import PickleDataset

        PickleDataset(str(path)).save(data)

    class Slow:
        def __reduce__(self):
            in_python(None)
            return (int, ())

    def write(x):
        save(tmp_path / "file.pkl", [bytes(1 << 20), Slow()])
        return x

    stop(kind, write, interrupt)
    wait_until(lambda: not list(tmp_path.iterdir()))
    assert list(tmp_path.iterdir()) == []


def test_the_next_run_works(kind):
    stop(kind, in_c, interrupt)
    result = RUNNERS[kind]().run(Pipeline([node(abs, "x", "y")]), DataCatalog({"x": -2}))
    assert result.load() == {"y": 2}


def test_no_hook_is_called_for_what_a_node_returns_after_the_run_was_stopped():
    class Hooks:
        @hook_impl
        def after_node_run(self):
            called.append(True)

    called, monitor = [], Monitor()
    with pytest.raises(RunCancelledError):
        SequentialRunner().run(
            Pipeline([node(lambda x: monitor.cancel(), "x", "y")]),
            DataCatalog({"x": 1}),
            create_hook_manager(Hooks()),
            monitor=monitor,
        )
    assert called == []
