"""ParallelRunner stopped from outside: by an interrupt, by cancelling, by the end of its kernel."""

import _thread
import gc
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kedro_nb.errors import RunCancelledError
from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner
from kedro_nb.runner.executors import pool
from kedro_nb.runner.monitor import Monitor

from .world import HANG, World, large, run_something, run_with, wait_until, when_called


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


def test_a_process_that_does_not_come_up_does_not_keep_an_interrupt_from_stopping_the_run(monkeypatch):
    def hang(_connection, _parent):
        time.sleep(1000)

    def once():
        main = threading.main_thread().ident
        wait_until(lambda: sys._current_frames()[main].f_code.co_name == "write_unless")  # what nobody reads
        signal.pthread_kill(main, signal.SIGINT)

    monkeypatch.setenv("KEDRO_MP_CONTEXT", "fork")
    pool.shut_down()
    monkeypatch.setattr(pool, "_serve", hang)
    large_code = bytes(1 << 22)
    nodes = pipeline([node(lambda x: large_code, "x", "y")])
    threading.Thread(target=once).start()
    with pytest.raises(KeyboardInterrupt):
        ParallelRunner().run(nodes, DataCatalog({"x": 1}))
    assert not pool._shelf


INTERRUPTS = {"fork": 40, "spawn": 30, "forkserver": 30}


def test_an_interrupt_at_a_random_moment_leaves_nothing(method):
    """A hundred of them in all; the first ones come while processes are being started."""
    run_something()
    world = World()
    dice = random.Random(method)
    nodes = pipeline([node(large, f"x{i}", f"y{i}", name=f"n{i}") for i in range(6)])
    interrupted = 0
    before = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    gc.disable()  # Python swallows an interrupt that comes while it collects what an earlier run has left
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
        gc.enable()
    assert interrupted
    del catalog
    run_something()
    world.check()


KERNEL = """
import os, sys, time, threading
import numpy as np
from kedro_nb.io import DataCatalog, packing
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner

def hang(x):
    time.sleep(1000)

def tell():
    from kedro_nb.runner.executors import pool
    while not any(hasattr(worker, "pid") for worker in list(pool._all)):
        time.sleep(0.01)  # it is known before it is started
    print(packing.own_folders()[0], *[worker.pid for worker in pool._all], flush=True)

catalog = DataCatalog({"x": np.zeros(100_000)})
threading.Thread(target=tell, daemon=True).start()
ParallelRunner().run(pipeline([node(hang, "x", "y")]), catalog)
"""


def is_running(process):
    """Whether it is there and more than an entry that nobody has waited for."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_kernel_that_is_killed_leaves_no_process_and_the_next_start_removes_its_files(method):
    with subprocess.Popen([sys.executable, "-c", KERNEL], stdout=subprocess.PIPE, text=True) as kernel:
        watchdog = threading.Timer(HANG, kernel.kill)
        watchdog.start()
        line = next((line for line in kernel.stdout if line.startswith("/")), "")
        watchdog.cancel()
        assert line, "the kernel has not told of its workers"
        folder, *workers = line.split()
        assert list(Path(folder).iterdir())
        kernel.kill()  # its workers notice before another process waits for it
        wait_until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers), 5)
        assert not [worker for worker in workers if is_running(worker)]
        kernel.wait()
    wait_until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
    script = "from kedro_nb.io.packing import own_folders; own_folders()"
    subprocess.run([sys.executable, "-c", script], check=True)
    assert not Path(folder).exists()
