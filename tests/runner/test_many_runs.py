"""Runs of ParallelRunner beside, inside and after one another."""

import os
import resource
import signal
import threading
from pathlib import Path

import numpy as np
import pytest

from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner
from kedro_nb.runner.executors import pool

from .world import HANG, descriptors, large, run_something, wait_until


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


def test_a_process_whose_end_another_thread_is_told_of_can_be_ended(monkeypatch):
    """Whoever starts a process asks for all that have ended."""
    monkeypatch.setattr(pool, "_TOLD", HANG)
    worker = pool.take("fork")
    popen = worker._process._popen
    os.kill(worker.pid, signal.SIGKILL)
    os.waitpid(worker.pid, 0)
    told = threading.Timer(0.05, setattr, (popen, "returncode", -signal.SIGKILL))
    told.start()
    assert worker.end() == -signal.SIGKILL


def run_inside(x):
    inner = pipeline([node(large, "x", "a", name="inner"), node(np.sum, "a", "b", name="sum")])
    return ParallelRunner(max_workers=2).run(inner, DataCatalog({"x": x})).load()["b"]


def test_a_parallel_runner_works_inside_a_node_of_another(world):
    result = ParallelRunner(max_workers=2).run(
        pipeline([node(run_inside, f"x{i}", f"y{i}", name=f"outer{i}") for i in range(2)]),
        DataCatalog({"x0": 1, "x1": 2}),
    )
    assert result.load() == {"y0": 100_000, "y1": 200_000}


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
    run(180)
    assert memory() - before < 6 << 20
    assert len(descriptors()) <= open_before
    wait_until(lambda: threading.active_count() <= threads)  # one timer may just take over from another
    assert threading.active_count() <= threads
