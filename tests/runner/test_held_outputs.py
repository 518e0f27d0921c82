"""A large output that one node reads stays where it was made: what is promised of it, also when things break."""

import gc
import os
import signal
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kedro_nb.errors import RunCancelledError, WorkerError
from kedro_nb.io import DataCatalog, recycling
from kedro_nb.io.packing import own_folders
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner
from kedro_nb.runner.events import NodeFinished, NodeLoaded
from kedro_nb.runner.executors import pool, worker
from kedro_nb.runner.monitor import Monitor

from .test_random_graphs import build, catalog_for, evaluate, graphs

SIZE = 1 << 18  # numbers: 2 MB
HANG = 20  # seconds after which something hangs


@pytest.fixture(autouse=True)
def nothing_is_left(monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", "fork")
    gc.collect()
    pool.shut_down()
    before = files()
    yield
    gc.collect()
    pool.shut_down()
    assert files() <= before


def files():
    return {path for path in own_folders()[0].rglob("*") if path.is_file()}


def run(nodes, catalog, *listeners, lends=True, workers=2):
    monitor = Monitor(listeners, lends=lends)
    try:
        result = ParallelRunner(max_workers=workers).run(pipeline(nodes), catalog, monitor=monitor)
    except Exception as error:
        return error, monitor.resume
    return result.load(), None


def make(x):
    return np.full(SIZE, x)


def mapped_file(array):
    """The file that an array lies in; empty when it lies in the process's own memory."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        bounds, *_, last = line.split()
        first, end = (int(bound, 16) for bound in bounds.split("-"))
        if first <= array.ctypes.data < end:
            return last if last.startswith("/") else ""
    return None


def who(x):
    return np.full(SIZE, os.getpid())


def reads(array):
    return int(array[0]) == os.getpid(), mapped_file(array)


def test_it_is_read_where_it_was_made_without_a_file_in_between():
    nodes = [node(who, f"x{i}", f"a{i}", name=f"who{i}") for i in range(2)]
    nodes += [node(reads, f"a{i}", f"b{i}", name=f"reads{i}") for i in range(2)]
    found, _ = run(nodes, DataCatalog({"x0": 1, "x1": 2}))
    assert found == {"b0": (True, ""), "b1": (True, "")}


@pytest.mark.parametrize(
    ("why", "nodes", "lends"),
    [
        ("two read it", [node(reads, "a", "b"), node(reads, "a", "c")], True),
        ("it is read twice", [node(lambda a, again: reads(a), ["a", "a"], "b")], True),
        ("the failed node may be run again", [node(reads, "a", "b")], False),
    ],
)
def test_it_goes_into_a_file_when(why, nodes, lends):
    found, _ = run([node(who, "x", "a"), *nodes], DataCatalog({"x": 1}), lends=lends)
    assert all("kedro_nb" in file for _, file in found.values())


KEEP = {
    "array": (lambda: np.zeros(SIZE), lambda kept: kept.max()),
    "frame": (lambda: pd.DataFrame({"a": np.zeros(SIZE)}), lambda kept: kept["a"].max()),
    "in a list": (lambda: [np.zeros(SIZE)], lambda kept: kept[0].max()),
}


@pytest.mark.parametrize("kind", KEEP)
def test_its_reader_cannot_change_what_the_function_that_made_it_has_kept(kind):
    produce, largest = KEEP[kind]

    def keep(x):
        np.kept = produce()  # anything global that is the process's own
        return np.kept

    def spoil(value):
        array = value[0] if isinstance(value, list) else value
        array[:] = 5
        return float(largest(np.kept))

    found, _ = run([node(keep, "x", "a"), node(spoil, "a", "b")], DataCatalog({"x": 1}), workers=1)
    assert found == {"b": 0.0}


def test_two_outputs_that_share_memory_do_not_for_their_readers():
    def both(x):
        array = np.zeros(SIZE)
        return array, array[::-1]

    def spoil(array):
        array[:] = 5
        return float(array.max())

    nodes = [
        node(both, "x", ["a", "b"], name="both"),
        node(spoil, "a", "c", name="spoil"),
        node(lambda b, c: (float(b.max()), c), ["b", "c"], "d", name="look"),
    ]
    assert run(nodes, DataCatalog({"x": 1}), workers=1)[0] == {"d": (0.0, 5.0)}


def test_a_reader_of_two_gets_one_where_it_is_and_the_other_sent():
    nodes = [
        node(who, "x0", "a0", name="a"),
        node(who, "x1", "a1", name="b"),
        node(lambda one, two: (reads(one), reads(two)), ["a0", "a1"], "c", name="join"),
    ]
    found, _ = run(nodes, DataCatalog({"x0": 1, "x1": 2}))
    assert sorted(bool(file) for _, file in found["c"]) == [False, True]


def test_a_process_with_an_output_that_has_to_wait_takes_other_work():
    nodes = [
        node(who, "x", "a", name="makes"),
        node(lambda x: os.getpid(), "x", "u", name="other"),
        node(lambda a, u: (int(a[0]) == u, mapped_file(a)), ["a", "u"], "b", name="reads"),
    ]
    found, _ = run(nodes, DataCatalog({"x": 1}), workers=1)
    assert found["b"][0]


def wait_for(path, x):
    deadline = time.monotonic() + HANG
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return x


def fail(*_values):
    raise ValueError("bad")


def test_a_failure_elsewhere_brings_it_into_the_catalog(tmp_path):
    def touch(event):
        if isinstance(event, NodeFinished) and event.node.name == "makes":
            (tmp_path / "made").touch()

    def fail_then(x):
        wait_for(tmp_path / "made", x)
        fail()

    nodes = [
        node(make, "x", "a", name="makes"),
        node(fail_then, "x", "u", name="fails"),
        node(lambda a, u: float(a.sum()) + u, ["a", "u"], "b", name="reads"),
    ]
    catalog = DataCatalog({"x": 1})
    error, resume = run(nodes, catalog, touch)
    assert isinstance(error, ValueError)
    assert resume.nodes == ("fails",)
    assert catalog.load("a").sum() == SIZE


def test_a_reader_that_fails_leaves_it_in_the_catalog_and_says_that_it_had_it_itself():
    catalog = DataCatalog({"x": 1})
    error, resume = run([node(make, "x", "a", name="makes"), node(fail, "a", "b", name="reads")], catalog)
    assert resume.nodes == ("reads",)
    assert catalog.load("a").sum() == SIZE
    assert any("It had a without a copy" in note for note in error.__notes__)


def test_a_reader_that_fails_in_a_session_leaves_it_as_it_was():
    def spoil(array):
        array[:] = 5
        fail()

    catalog = DataCatalog({"x": 1})
    _, resume = run(
        [node(make, "x", "a", name="makes"), node(spoil, "a", "b", name="reads")], catalog, lends=False
    )
    assert resume.nodes == ("reads",)
    assert catalog.load("a").sum() == SIZE


def test_a_reader_that_is_stopped_gives_it_back():
    monitor = Monitor()

    def stop(event):
        if isinstance(event, NodeLoaded) and event.node.name == "reads":
            threading.Timer(0.05, monitor.cancel).start()

    monitor.listeners = (stop,)
    catalog = DataCatalog({"x": 1})
    nodes = [node(make, "x", "a", name="makes"), node(lambda a: time.sleep(HANG), "a", "b", name="reads")]
    with pytest.raises(RunCancelledError):
        ParallelRunner(max_workers=2).run(pipeline(nodes), catalog, monitor=monitor)
    assert monitor.resume.nodes == ("reads",)
    assert catalog.load("a").sum() == SIZE


def die(_value):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_reader_that_dies_takes_it_along_and_the_hint_starts_where_it_is_made():
    catalog = DataCatalog({"x": 1, "a": "from an earlier run"})
    error, resume = run([node(make, "x", "a", name="makes"), node(die, "a", "b", name="reads")], catalog)
    assert isinstance(error, WorkerError)
    assert "'reads'" in str(error)
    assert any("'a' is lost" in note and "the node that makes it" in note for note in error.__notes__)
    assert resume.nodes == ("makes",)
    assert not catalog.exists("a")
    assert run([node(make, "x", "a"), node(np.sum, "a", "b")], catalog)[0] == {"b": SIZE}


def test_a_process_that_dies_while_it_keeps_it_is_an_error_that_names_it(tmp_path):
    def makes(x):
        (tmp_path / "pid").write_text(str(os.getpid()))
        return make(x)

    def kill(event):
        if isinstance(event, NodeFinished) and event.node.name == "makes":
            os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
            (tmp_path / "killed").touch()

    nodes = [
        node(makes, "x", "a", name="makes"),
        node(partial(wait_for, tmp_path / "killed"), "x", "u", name="waits"),
        node(lambda a, u: 0, ["a", "u"], "b", name="reads"),
    ]
    error, resume = run(nodes, DataCatalog({"x": 1}), kill)
    assert isinstance(error, WorkerError)
    assert "'a' is lost" in "\n".join([str(error), *error.__notes__])
    assert resume.nodes == ("makes",)


def test_many_runs_keep_no_file_and_no_more_memory_than_one():
    nodes = [
        node(make, "x", "a", name="a"),
        node(make, "x", "b", name="b"),
        node(lambda a, b: (a + b, a - b), ["a", "b"], ["c", "d"], name="join"),
        *(node(np.sum, each, f"{each}{i}") for each in "cd" for i in range(2)),
    ]
    sizes = []
    for _ in range(50):
        assert run(nodes, DataCatalog({"x": 1}))[0]["c1"] == 2 * SIZE
        gc.collect()
        sizes.append(sum(path.stat().st_size for path in files()))
    assert max(sizes[10:]) <= 4 * SIZE * 8
    assert {path.parent.name for path in files()} <= {recycling.IDLE}


@pytest.fixture
def whatever_the_size(monkeypatch):
    monkeypatch.setattr(worker, "_LARGE", 0)  # which the forks get


@pytest.mark.parametrize("workers", [1, 2, 3])
@given(graph=graphs(), data=st.data())
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_graph_gives_what_a_plain_evaluation_gives_also_when_it_has_failed_before(
    whatever_the_size, workers, graph, data
):
    whole = build(graph)
    expected = evaluate(graph)
    bad = data.draw(st.sampled_from(sorted(n.name for n in whole.nodes)))
    how = data.draw(st.sampled_from([fail, die_of_anything]))
    spoilt = [node(how, n.inputs, n.outputs, name=n.name) if n.name == bad else n for n in whole.nodes]
    catalog = catalog_for(graph)
    _, resume = run(spoilt, catalog, workers=workers)
    rest = whole.from_nodes(*resume.nodes)
    found, _ = run(rest.nodes, catalog, workers=workers)
    assert isinstance(found, dict)
    for output in whole.outputs():
        value = catalog.load(output)
        assert (value[0] if graph[2] else value) == expected[int(output[1:])]


def die_of_anything(*_values):
    os._exit(3)
