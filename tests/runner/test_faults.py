"""What ParallelRunner promises when something breaks: an error that names the node, and nothing left behind."""

import _thread
import ctypes
import gc
import os
import random
import resource
import signal
import stat
import subprocess
import sys
import threading
import time
from multiprocessing import forkserver, resource_tracker
from pathlib import Path

import numpy as np
import pytest

from kedro_nb.errors import DatasetError, PipelineError, RunCancelledError, WorkerError
from kedro_nb.io import DataCatalog, LambdaDataset, MemoryDataset, packed
from kedro_nb.io.packing import own_folders
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner
from kedro_nb.runner.events import NodeLoaded
from kedro_nb.runner.executors import pool
from kedro_nb.runner.monitor import Monitor

from .conftest import METHODS
from .nodes import add, double

HANG = 20  # seconds after which something hangs


def slow_machine_guard(seconds):
    assert seconds < HANG


def large(x):
    return np.full(100_000, x)


def kill_itself(x):
    os.kill(os.getpid(), signal.SIGKILL)


def leave(x):
    os._exit(3)


def segfault(x):
    ctypes.string_at(0)


def use_up_memory(x):
    limit = resource.getrlimit(resource.RLIMIT_AS)
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + (64 << 20), limit[1]))
    return bytearray(1 << 30)


def give_lock(x):
    return threading.Lock()


def give_generator(x):
    return {"numbers": (i for i in range(3))}


class HoldsLock(Exception):
    def __init__(self, text):
        super().__init__(text)
        self.lock = threading.Lock()


class CannotBeReduced(Exception):
    def __reduce__(self):
        raise RuntimeError("not me")


class BecomesANumber(Exception):
    def __reduce__(self):
        return (int, (3,))


class WantsTwo(Exception):
    def __init__(self, first, second):
        super().__init__(f"{first} and {second}")


def raise_lock(x):
    raise HoldsLock("locked up")


def raise_unreduced(x):
    raise CannotBeReduced("cannot travel")


def raise_number(x):
    raise BecomesANumber("once an error")


def raise_wants_two(x):
    raise WantsTwo("this", "that")


def recurse(x):
    return recurse(x) + 1


def close_everything(x):
    os.closerange(3, 256)
    return x


def talk_nonsense(x):
    for descriptor in range(3, 64):
        if os.path.exists(f"/proc/self/fd/{descriptor}") and stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            os.write(descriptor, b"\xff" * 64)
    return x


def exit_politely(x):
    sys.exit("enough")


FAULTS = {
    "SIGKILL": (kill_itself, WorkerError, "SIGKILL"),
    "os._exit": (leave, WorkerError, "exit code 3"),
    "segfault": (segfault, WorkerError, "SIGSEGV"),
    "out of memory": (use_up_memory, MemoryError, ""),
    "output with a lock": (give_lock, DatasetError, "bad returned cannot be sent.*lock"),
    "output with a generator": (give_generator, DatasetError, "bad returned cannot be sent.*generator"),
    "exception with a lock": (raise_lock, WorkerError, "HoldsLock: locked up"),
    "exception whose __reduce__ raises": (raise_unreduced, WorkerError, "CannotBeReduced: cannot travel"),
    "exception that becomes a number": (raise_number, WorkerError, "BecomesANumber: once an error"),
    "exception that wants two arguments": (raise_wants_two, WorkerError, "WantsTwo: this and that"),
    "endless recursion": (recurse, RecursionError, "recursion"),
    "closed descriptors": (close_everything, WorkerError, "has ended"),
    "nonsense in the pipe": (talk_nonsense, WorkerError, "has ended"),
    "sys.exit": (exit_politely, SystemExit, "enough"),
}


@pytest.fixture(params=METHODS)
def method(request, monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", request.param)
    return request.param


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
    return {path for folder in own_folders() for path in folder.iterdir()}


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
        deadline = time.monotonic() + HANG
        while children() - self.children and time.monotonic() < deadline:
            time.sleep(0.02)  # those of a worker that was killed notice
        assert children() <= self.children
        assert descriptors().keys() <= self.descriptors.keys()


@pytest.fixture
def world(method):
    """Compares before and after; what a start method starts once is started before."""
    run_something()
    world = World()
    yield world
    run_something()
    world.check()


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
        seconds = time.monotonic() - start
        slow_machine_guard(seconds)
        if os.environ.get("SHOW_TIMES"):
            with open(os.environ["SHOW_TIMES"], "a") as out:
                out.write(f"{os.environ['PYTEST_CURRENT_TEST']}\t{seconds:.3f}\n")
        assert catalog.load("array").tolist() == [2] * 100_000  # finished results can be read
        assert monitor.resume.nodes == ("bad",)


def told(error):
    return "\n".join([str(error), *getattr(error, "__notes__", ())])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_node_is_an_error_that_names_it_and_nothing_is_left(fault, world):
    function, kind, text = FAULTS[fault]
    with pytest.raises(kind, match=f"(?s){text}") as caught:
        run_with(function)
    if kind is not SystemExit:
        assert "bad" in told(caught.value)
    del caught


def test_the_remote_traceback_of_an_error_that_cannot_be_pickled_is_there(world):
    with pytest.raises(WorkerError) as caught:
        run_with(raise_lock)
    assert [entry.name for entry in caught.traceback][-1] == "raise_lock"


def test_the_cause_of_an_error_arrives(world):
    def fail(x):
        try:
            raise KeyError("first")
        except KeyError as error:
            raise ValueError("second") from error

    with pytest.raises(ValueError, match="second") as caught:
        run_with(fail)
    assert repr(caught.value.__cause__) == "KeyError('first')"


def test_a_dataset_that_does_not_load_is_named_with_its_node(world):
    def broken():
        raise OSError("disk on fire")

    catalog = DataCatalog({"d": LambdaDataset(load=broken, save=None)})
    with pytest.raises(DatasetError, match="disk on fire") as caught:
        ParallelRunner().run(pipeline([node(double, "d", "y", name="reads")]), catalog)
    assert "In node reads" in told(caught.value)
    assert "'d'" in told(caught.value)


def test_a_second_output_that_cannot_be_pickled_leaves_no_file_of_the_first(world):
    def two(x):
        return np.zeros(100_000), threading.Lock()

    with pytest.raises(DatasetError, match="lock"):
        ParallelRunner().run(pipeline([node(two, "x", ["a", "b"], name="two")]), DataCatalog({"x": 1}))


def test_a_worker_killed_while_it_has_a_file_that_is_not_handed_over_leaves_none(world):
    folder = own_folders()[0]

    def write_and_die(x):
        (folder / f"{os.getpid()}-0-half").write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(WorkerError):
        run_with(write_and_die)


def test_a_node_that_cannot_be_sent_is_refused_before_the_first_node(world, tmp_path):
    lock = threading.Lock()

    def first(x):
        (tmp_path / "ran").touch()
        return x

    nodes = [node(first, "x", "y", name="first"), node(lambda y: lock, "y", "z", name="holds_a_lock")]
    with pytest.raises(PipelineError, match=r"node 'holds_a_lock' cannot be sent .*ThreadRunner"):
        ParallelRunner().run(pipeline(nodes), DataCatalog({"x": 1}))
    assert not (tmp_path / "ran").exists()


def test_a_dataset_of_one_process_is_refused_before_the_first_node(world, tmp_path):
    class OneProcess(LambdaDataset):
        _SINGLE_PROCESS = True

    def first(x):
        (tmp_path / "ran").touch()
        return x

    catalog = DataCatalog({"x": 1, "spark": OneProcess(load=None, save=print)})
    with pytest.raises(DatasetError, match=r"'spark' \(OneProcess\).*ThreadRunner"):
        ParallelRunner().run(pipeline([node(first, "x", "spark")]), catalog)
    assert not (tmp_path / "ran").exists()


def test_an_input_that_cannot_be_sent_is_refused_by_name(world):
    catalog = DataCatalog({"x": MemoryDataset(threading.Lock(), copy_mode="assign")})
    with pytest.raises(DatasetError, match=r"'x' holds data that cannot be sent"):
        ParallelRunner().run(pipeline([node(double, "x", "y")]), catalog)


def sleep_long(x):
    time.sleep(1000)


def test_an_interrupt_ends_a_node_that_never_returns(world):
    with pytest.raises(KeyboardInterrupt):
        run_with(sleep_long, when_called("bad", _thread.interrupt_main))


def test_cancelling_ends_a_node_that_never_returns(world):
    monitor = Monitor()
    monitor.listeners = (when_called("stuck", monitor.cancel),)
    with pytest.raises(RunCancelledError, match="stuck"):
        ParallelRunner().run(
            pipeline([node(sleep_long, "x", "y", name="stuck")]), DataCatalog({"x": 1}), monitor=monitor
        )


INTERRUPTS = {"fork": 40, "spawn": 30, "forkserver": 30}


def test_an_interrupt_at_a_random_moment_leaves_nothing(method):
    """A hundred of them in all; the first ones come while processes are being started."""
    run_something()
    world = World()
    dice = random.Random(method)
    nodes = pipeline([node(large, f"x{i}", f"y{i}", name=f"n{i}") for i in range(6)])
    interrupted = 0
    before = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        for turn in range(INTERRUPTS[method]):
            if not turn % 5:
                pool.shut_down()
            catalog = DataCatalog({f"x{i}": i for i in range(6)})
            try:
                try:
                    signal.setitimer(signal.ITIMER_REAL, dice.uniform(0.0005, 0.04))
                    ParallelRunner(max_workers=2).run(nodes, catalog)
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                interrupted += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert interrupted
    del catalog
    run_something()
    world.check()


def test_a_worker_that_died_while_it_waited_is_replaced(world):
    run_something()
    for worker in pool._shelf:
        os.kill(worker.pid, signal.SIGKILL)
    run_something()


def test_two_runs_at_once_do_not_disturb_each_other(world):
    results = []
    catalogs = [DataCatalog({"x": number}) for number in (1, 2)]
    nodes = pipeline([node(large, "x", "a"), node(np.sum, "a", "b")])

    def run(catalog):
        results.append(ParallelRunner(max_workers=2).run(nodes, catalog).load()["b"])

    threads = [threading.Thread(target=run, args=[catalog]) for catalog in catalogs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANG)
    assert sorted(results) == [100_000, 200_000]


def run_inside(x):
    inner = pipeline([node(large, "x", "a", name="inner"), node(np.sum, "a", "b", name="sum")])
    return ParallelRunner(max_workers=2).run(inner, DataCatalog({"x": x})).load()["b"]


def test_a_parallel_runner_works_inside_a_node_of_another(world):
    result = ParallelRunner(max_workers=2).run(
        pipeline([node(run_inside, f"x{i}", f"y{i}", name=f"outer{i}") for i in range(2)]),
        DataCatalog({"x0": 1, "x1": 2}),
    )
    assert result.load() == {"y0": 100_000, "y1": 200_000}


def limit_files(x):
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    return np.zeros(x)


def test_an_output_that_fits_nowhere_is_an_error_with_sizes_and_the_dataset(world):
    with pytest.raises(DatasetError, match=r"big: .*800,000 bytes .*fit neither into .* bytes free"):
        ParallelRunner().run(pipeline([node(limit_files, "x", "big", name="n")]), DataCatalog({"x": 100_000}))
    pool.shut_down()  # the limit stays with the process


def test_an_error_that_is_gone_holds_no_file(world):
    with pytest.raises(TypeError):
        ParallelRunner().run(
            pipeline([node(large, "x", "a"), node(int, "a", "b", name="bad")]), DataCatalog({"x": "text"})
        )


def memory():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_many_runs_leak_nothing(world):
    nodes = pipeline([node(large, "x", "a", name="a"), node(np.sum, "a", "b", name="b")])
    runner = ParallelRunner(max_workers=2)

    def run(times):
        for _ in range(times):
            assert runner.run(nodes, DataCatalog({"x": 1})).load() == {"b": 100_000}

    run(20)
    before, open_before, threads = memory(), len(descriptors()), threading.active_count()
    run(int(os.environ.get("LEAK_RUNS", "180")))
    assert memory() - before < 6 << 20
    assert len(descriptors()) <= open_before
    assert threading.active_count() <= threads + 1  # a timer that was told to stop may not have yet
    if os.environ.get("SHOW_TIMES"):
        with open(os.environ["SHOW_TIMES"], "a") as out:
            method = os.environ["KEDRO_MP_CONTEXT"]
            out.write(f"leak {method} {memory() - before} {len(descriptors()) - open_before}\n")


KERNEL = """
import os, sys, time, threading
import numpy as np
from kedro_nb.io import DataCatalog, packing
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner

def hang(x):
    print(os.getpid())
    time.sleep(1000)

def tell():
    from kedro_nb.runner.executors import pool
    while not pool._all:
        time.sleep(0.01)
    time.sleep(0.1)
    print(packing.own_folders()[0], *[worker.pid for worker in pool._all], flush=True)

catalog = DataCatalog({"x": np.zeros(100_000)})
threading.Thread(target=tell, daemon=True).start()
ParallelRunner().run(pipeline([node(hang, "x", "y")]), catalog)
"""


def test_a_kernel_that_is_killed_leaves_no_process_and_the_next_start_removes_its_files(method):
    with subprocess.Popen([sys.executable, "-c", KERNEL], stdout=subprocess.PIPE, text=True) as kernel:
        line = kernel.stdout.readline()
        while not line.startswith("/"):
            line = kernel.stdout.readline()
        folder, *workers = line.split()
        assert list(Path(folder).iterdir())
        kernel.kill()
        kernel.wait()
    deadline = time.monotonic() + HANG
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    script = "from kedro_nb.io.packing import own_folders; own_folders()"
    subprocess.run([sys.executable, "-c", script], check=True)
    assert not Path(folder).exists()
