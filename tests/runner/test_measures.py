"""How large data is and how much memory a node takes, the same under every runner, and never in the way."""

import collections
import enum
import gc
import json
import os
import subprocess
import sys
import threading
import weakref

import numpy as np
import pandas as pd
import pytest

from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner.measures import Measured, measure
from kedro_nb.runner.monitor import Monitor
from kedro_nb.runner.peak_memory import PeakMemory, peak_memory

from .conftest import Recorder
from .nodes import fail, stored

MB = 1 << 20
linux = pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere the mark cannot be set back.")


def told(runner, nodes, catalog, *, measures=True):
    """The NodeFinished events by node name."""
    recorder = Recorder()
    runner.run(pipeline(nodes), catalog, monitor=Monitor([recorder], measures=measures))
    return {event.node.name: event for event in recorder.events if type(event).__name__ == "NodeFinished"}


class Name(str):
    __slots__ = ()


ORDERED = collections.OrderedDict(a=1)


class Level(enum.IntEnum):
    LOW = 1


@pytest.mark.parametrize(
    ("value", "measured"),
    [
        (1, Measured("int", sys.getsizeof(1))),
        (1.5, Measured("float", sys.getsizeof(1.5))),
        (None, Measured("NoneType", sys.getsizeof(None))),
        (True, Measured("bool", sys.getsizeof(True))),
        (Level.LOW, Measured("Level", (1).__sizeof__())),
        ("text", Measured("str", sys.getsizeof("text"), (4,))),
        (b"text", Measured("bytes", sys.getsizeof(b"text"), (4,))),
        ([1, 2, 3], Measured("list", [1, 2, 3].__sizeof__(), (3,))),
        ({"a": 1}, Measured("dict", {"a": 1}.__sizeof__(), (1,))),
        (ORDERED, Measured("OrderedDict", dict.__sizeof__(ORDERED), (1,))),
        (Name("ab"), Measured("Name", str.__sizeof__(Name("ab")), (2,))),
        (object(), Measured("object")),
        (len, Measured("builtin_function_or_method")),
        (int, Measured("type")),
        (np.zeros((3, 4)), Measured("ndarray", 96, (3, 4))),
        (np.float32(1), Measured("float32", 4)),
        (pd.DataFrame({"a": [1, 2], "b": [1.0, 2.0]}, index=[5, 6]), Measured("DataFrame", 48, (2, 2))),
        (pd.Series([1, 2, 3], index=[4, 5, 6]), Measured("Series", 48, (3,))),
        (pd.DataFrame({"nbytes": [1], "shape": [2]}, index=[5]), Measured("DataFrame", 24, (1, 2))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_tells_its_type_size_and_shape(value, measured):
    assert measure(value) == measured


def test_a_wide_table_of_columns_apart_is_estimated():
    table = pd.DataFrame({f"c{i}": pd.array([1, None], dtype="Int64") for i in range(500)})
    assert measure(table).shape == (2, 500)
    assert measure(table).bytes == pytest.approx(table.memory_usage().sum(), rel=0.1)


def test_rows_are_the_first_of_the_shape():
    assert measure(np.zeros((3, 4))).rows == 3
    assert measure([1, 2]).rows == 2
    assert measure(1).rows is None


def liar(name, **attributes):
    return type(name, (), attributes)()


@pytest.mark.parametrize(
    "value",
    [
        liar("Raises", nbytes=property(lambda _: 1 / 0), shape=property(lambda _: 1 / 0)),
        liar("Negative", nbytes=-1, shape=(-1, 2)),
        liar("Huge", nbytes=1 << 80, shape=(1 << 80,)),
        liar("Text", nbytes="many", shape="square"),
        liar("Truth", nbytes=True, shape=(True,)),
        liar("Endless", nbytes=None, shape=(1,) * 1000),
        liar("Made", __getattr__=lambda _self, _name: 7),
        liar("Long", __sizeof__=lambda _: 7),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_that_raises_or_lies_has_only_a_type(value):
    assert measure(value) == Measured(type(value).__name__)


def test_what_is_lazy_is_not_asked():
    lazy = type(
        "DataFrame", (), {"__module__": "pyspark.sql", "nbytes": property(lambda _: pytest.fail("computed"))}
    )
    assert measure(lazy()) == Measured("DataFrame")


def test_a_list_with_a_length_of_its_own_is_not_asked():
    class Far(list):
        def __len__(self):  # noqa: PLE0303 - it never returns
            pytest.fail("counted")

        __sizeof__ = __len__

    assert measure(Far([1, 2])).shape == (2,)


def test_a_class_with_a_strange_name_is_cut():
    assert len(measure(type("x" * 1000, (), {})()).type) == 100


def test_nothing_is_kept():
    class Box:
        pass

    box = Box()
    gone = weakref.ref(box)
    measure(box)
    del box
    gc.collect()
    assert gone() is None


def sized(count):
    return list(range(count))


def test_every_runner_tells_the_same_of_outputs_and_of_new_inputs(runner):
    nodes = [
        node(sized, "params:n", "numbers", name="a"),
        node(
            lambda numbers, extra: (np.zeros(len(numbers)), extra),
            ["numbers", "extra"],
            ["zeros", "y"],
            name="b",
        ),
        node(lambda zeros, numbers, n: len(zeros) + n, ["zeros", "numbers", "params:n"], "end", name="c"),
    ]
    events = told(runner, nodes, DataCatalog({"params:n": 5, "extra": "text"}))
    shapes = {
        name: {key: (measured.type, measured.shape) for key, measured in event.data.items()}
        for name, event in events.items()
    }
    assert shapes == {
        "a": {"params:n": ("int", ()), "numbers": ("list", (5,))},
        "b": {"extra": ("str", (4,)), "zeros": ("ndarray", (5,)), "y": ("str", (4,))},
        "c": {"end": ("int", ())},
    }
    assert events["b"].data["zeros"].bytes == 40


def test_two_readers_of_one_input_tell_of_it_once(runner):
    events = told(
        runner, [node(len, "x", f"y{i}", name=f"n{i}") for i in range(6)], DataCatalog({"x": [1, 2]})
    )
    assert [name for event in events.values() for name in event.data].count("x") == 1


def test_what_a_failed_node_has_measured_the_next_one_tells(runner):
    catalog = DataCatalog({"x": [1, 2]})
    with pytest.raises(ValueError, match="no"):
        told(runner, [node(fail, "x", "y")], catalog)
    assert "x" in told(runner, [node(len, "x", "y", name="a")], catalog)["a"].data


def test_the_chunks_of_a_generator_add_up_in_a_file_and_the_last_stays_in_memory(runner, tmp_path):
    """Under an async runner there are none to measure: it refuses generators."""

    def chunks():
        for count in (3, 4):
            yield np.zeros((count, 2)), [0] * count

    catalog = DataCatalog({"stored": stored(tmp_path / "chunks.pkl")})
    nodes = [node(chunks, None, ["stored", "kept"], name="a")]
    if runner._is_async:
        with pytest.raises(ValueError, match="does not work with nodes wrapping generator functions"):
            told(runner, nodes, catalog)
        return
    data = told(runner, nodes, catalog)["a"].data
    assert data["stored"] == Measured("ndarray", 7 * 16, (7, 2))
    assert data["kept"].shape == (4,)


def test_nothing_is_measured_unless_asked_for(runner):
    event = told(runner, [node(sized, "n", "x", name="a")], DataCatalog({"n": 2}), measures=False)["a"]
    assert event.peak is None
    assert event.data is None


def test_data_is_moved_without_a_copy_though_it_is_measured(local_runner):
    seen = []

    def make():
        values = [[i] for i in range(5000)]
        seen.append(id(values))
        return values

    def look(values):
        seen.append(id(values))

    told(local_runner, [node(make, None, "a"), node(look, "a", None)], DataCatalog())
    assert len(set(seen)) == 1


def allocate(size):
    return len(np.ones(size // 8))


@linux
def test_the_peak_of_a_node_is_its_own(runner):
    small = 1 << 10
    nodes = [
        node(allocate, "big", "x", name="big"),
        node(lambda x, size: allocate(size), ["x", "small"], "y", name="small"),
    ]
    events = told(runner, nodes, DataCatalog({"big": 200 * MB, "small": small}))
    assert events["big"].peak > 200 * MB
    assert events["small"].peak < events["big"].peak - 150 * MB


@linux
def test_nodes_side_by_side_share_what_they_take_together():
    tracker = PeakMemory()
    first = tracker.enter()
    allocate(200 * MB)
    second = tracker.enter()
    assert first.leave() > second.leave() + 150 * MB


@linux
def test_many_threads_measure_at_once():
    tracker, peaks = PeakMemory(), []

    def work():
        for _ in range(200):
            peaks.append(tracker.enter().leave())

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(peaks) == 1600
    assert all(peak and peak > MB for peak in peaks)


def test_where_the_mark_cannot_be_set_back_only_a_new_height_is_told(monkeypatch):
    height = 100
    tracker = PeakMemory()
    monkeypatch.setattr(tracker, "_clear", None)
    monkeypatch.setattr(tracker, "_floor", 0)
    monkeypatch.setattr("kedro_nb.runner.peak_memory._maxrss", lambda: height)
    mark = tracker.enter()
    assert mark.leave() is None
    mark = tracker.enter()
    height = 150
    assert mark.leave() == 150


@linux
def test_a_file_that_took_the_place_of_the_marks_own_is_not_written(tmp_path):
    tracker = PeakMemory()
    descriptor, _ = tracker._clear
    path = tmp_path / "file"
    with path.open("w") as file:
        os.dup2(file.fileno(), descriptor)
        tracker.enter().leave()
    os.close(descriptor)
    assert path.read_text() == ""


@linux
def test_a_process_started_by_a_large_one_tells_its_own_peak():
    code = (
        "from kedro_nb.runner.peak_memory import PeakMemory\n"
        "t = PeakMemory(); m = t.enter(); print(m.leave())\n"
        "m = t.enter(); x = b'x' * 50_000_000; print(m.leave())"
    )
    large = np.ones(300 * MB // 8)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    low, high = map(int, done.stdout.split())
    assert low < 150 * MB < large.nbytes
    assert high > low + 40_000_000


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # as the pool's timer makes it
def test_a_fork_has_a_mark_of_its_own():
    before = peak_memory()
    if not (child := os.fork()):
        os._exit(peak_memory() is before)
    assert os.waitpid(child, 0)[1] == 0
    assert peak_memory() is before


def test_what_is_measured_fits_json():
    values = [np.zeros((2, 2)), pd.DataFrame({"a": [1]}), [1], "x"]
    assert json.dumps([[found.type, found.bytes, found.shape] for found in map(measure, values)])
