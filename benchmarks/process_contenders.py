"""The contenders that run work on two processes. Each is built when it is first used, which its first run pays for."""

from __future__ import annotations

import importlib
import os
from functools import cache
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from benchmarks.contenders import nodes
from benchmarks.graphs import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future

    from benchmarks.measure import Prepare, Run
    from benchmarks.process_work import Work

WORKERS = 2


def kedro_like(work: Work, package: str) -> Prepare:
    """A fresh runner for each run, as a session of either package has it; one catalog of the kernel's data."""
    io = importlib.import_module(f"{package}.io")
    runner_class = importlib.import_module(f"{package}.runner").ParallelRunner
    pipeline = importlib.import_module(f"{package}.pipeline").Pipeline(
        nodes(package, work.graph, work.functions.__getitem__)
    )
    catalog_class = (
        io.SharedMemoryDataCatalog if package == "kedro" else io.DataCatalog
    )  # Kedro takes no other
    outside = io.MemoryDataset(work.outside())

    def prepare() -> Run:
        catalog = catalog_class({OUTSIDE: outside})

        def run() -> list[Any]:
            runner = runner_class(max_workers=WORKERS)  # kept: with Kedro's the results would go
            results = runner.run(pipeline, catalog)
            return [results[name].load() for name in work.graph.results]

        return run

    return prepare


def on_pool(work: Work, pool: Callable[[], Executor]) -> Prepare:
    """Hands the pool each call when what it reads is there: values go through the kernel, as pools have it."""
    outside, children = work.outside(), work.graph.children

    def run() -> list[Any]:
        values: dict[str, Any] = {OUTSIDE: outside}
        waiting = [len(parents) for parents in work.graph.parents]
        done: SimpleQueue[tuple[int, Future[Any]]] = SimpleQueue()

        def submit(number: int) -> None:
            arguments = [values[name] for name in work.graph.inputs[number]]
            future = pool().submit(work.functions[number], *arguments)
            future.add_done_callback(lambda future: done.put((number, future)))

        for number, count in enumerate(waiting):
            if not count:
                submit(number)
        for _ in waiting:
            number, future = done.get()
            values[f"d{number}"] = future.result()
            for child in children[number]:
                waiting[child] -= 1
                if not waiting[child]:
                    submit(child)
        return [values[name] for name in work.graph.results]

    return lambda: run


@cache
def _plain_pool() -> Executor:
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(WORKERS)


def _loky() -> Executor:
    import loky

    pool: Executor = loky.get_reusable_executor(max_workers=WORKERS, timeout=600)
    return pool


@cache
def _joblib() -> Any:
    import joblib

    return joblib.Parallel(WORKERS).__enter__()  # kept open, as its own documentation advises for many calls


def joblib(work: Work) -> Prepare:
    """It knows no graphs: one call for all that is ready, then one for what that has made ready."""
    from joblib import delayed

    outside = work.outside()

    def run() -> list[Any]:
        values: dict[str, Any] = {OUTSIDE: outside}
        waiting = [len(parents) for parents in work.graph.parents]
        ready = [number for number, count in enumerate(waiting) if not count]
        while ready:
            results = _joblib()(
                delayed(work.functions[number])(*[values[name] for name in work.graph.inputs[number]])
                for number in ready
            )
            values |= {f"d{number}": result for number, result in zip(ready, results, strict=True)}
            freed = [child for number in ready for child in work.graph.children[number]]
            for child in freed:
                waiting[child] -= 1
            ready = [child for child in freed if not waiting[child]]
        return [values[name] for name in work.graph.results]

    return lambda: run


@cache
def _dask() -> Any:
    from distributed import Client, LocalCluster

    cluster = LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit=0
    )
    return Client(cluster)


def dask(work: Work) -> Prepare:
    """Futures stay in the cluster, the kernel's value too once it is there."""
    import distributed  # noqa: F401  # off the clock

    outside = work.outside()
    there: list[Any] = []

    def run() -> list[Any]:
        client = _dask()
        if not there:
            there.append(client.scatter(outside, hash=False))
        values: dict[str, Any] = {OUTSIDE: there[0]}
        for number, inputs in enumerate(work.graph.inputs):
            arguments = [values[name] for name in inputs]
            values[f"d{number}"] = client.submit(work.functions[number], *arguments, pure=False)
        results: list[Any] = client.gather([values[name] for name in work.graph.results])
        return results

    return lambda: run


def one_process(work: Work) -> Prepare:
    outside = work.outside()

    def run() -> list[Any]:
        values: dict[str, Any] = {OUTSIDE: outside}
        for number, inputs in enumerate(work.graph.inputs):
            values[f"d{number}"] = work.functions[number](*[values[name] for name in inputs])
        return [values[name] for name in work.graph.results]

    return lambda: run


def bare_forks(work: Work) -> Prepare:
    """The least for work that shares nothing: two forked children, each taking the next piece when it is free."""

    def run() -> None:
        pieces, line = os.pipe()
        os.write(line, bytes(range(len(work.functions))))
        os.close(line)
        children = []
        for _ in range(WORKERS):
            child = os.fork()
            if not child:
                while piece := os.read(pieces, 1):
                    work.functions[piece[0]](None)
                os._exit(0)
            children.append(child)
        os.close(pieces)
        for child in children:
            os.waitpid(child, 0)

    return lambda: run


CONTENDERS: dict[str, Callable[[Work], Prepare]] = {
    "kedro_nb": lambda work: kedro_like(work, "kedro_nb"),
    "Kedro": lambda work: kedro_like(work, "kedro"),
    "loky": lambda work: on_pool(work, _loky),
    "joblib": joblib,
    "Dask": dask,
    "plain pool": lambda work: on_pool(work, _plain_pool),
    "one process": one_process,
    "bare forks": bare_forks,
}
