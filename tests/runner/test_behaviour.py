"""What every runner promises."""

import logging

import pytest

from kedro_nb.io import DataCatalog, LambdaDataset
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner.monitor import Monitor

from .conftest import Recorder
from .nodes import add, diamond, double, fail, stored


def test_outputs_are_in_the_result_and_in_the_catalog(runner):
    catalog = DataCatalog({"x": 3})
    result = runner.run(diamond(), catalog)
    assert list(result) == ["sum"]
    assert result["sum"].load() == catalog["sum"].load() == 12
    assert result.load() == {"sum": 12}
    assert repr(result) == "{'sum': 12}"


def test_data_between_nodes_is_released_and_inputs_are_kept(runner):
    catalog = DataCatalog({"x": 3})
    runner.run(diamond(), catalog)
    assert not catalog.exists("left")
    assert not catalog.exists("right")
    assert catalog.load("x") == 3


def test_an_output_that_nobody_reads_stays(runner):
    catalog = DataCatalog({"x": [1]})
    runner.run(pipeline([node(lambda x: (x, x), "x", ["a", "b"]), node(len, "a", "n")]), catalog)
    assert catalog.load("b") == [1]
    assert not catalog.exists("a")


def test_a_node_without_outputs_or_inputs_runs(runner, diary):
    catalog = DataCatalog()
    runner.run(pipeline([node(lambda: 7, None, "x"), node(diary.append, "x", None, name="see")]), catalog)
    assert diary.items() == [7]


def test_async_functions_are_awaited(runner):
    import asyncio

    async def later(x):
        await asyncio.sleep(0)
        return x + 1

    result = runner.run(pipeline([node(later, "x", "y"), node(double, "y", "z")]), DataCatalog({"x": 1}))
    assert result.load() == {"z": 4}


def test_dict_inputs_and_dict_outputs_go_by_name(runner):
    def split(whole, at):
        return {"head": whole[:at], "tail": whole[at:]}

    nodes = [node(split, {"at": "params:at", "whole": "x"}, {"head": "h", "tail": "t"})]
    result = runner.run(pipeline(nodes), DataCatalog({"x": "abcd", "params:at": 1}))
    assert result.load() == {"h": "a", "t": "bcd"}


def test_the_same_dataset_may_come_twice(runner):
    result = runner.run(pipeline([node(add, ["x", "x"], "y")]), DataCatalog({"x": [1]}))
    assert result.load() == {"y": [1, 1]}


def test_transcoded_names_are_one_dataset_for_the_order(runner, tmp_path):
    dataset = stored(tmp_path / "mid.pkl")
    catalog = DataCatalog({"x": 2, "mid@write": dataset, "mid@read": dataset})
    nodes = [node(double, "mid@read", "y", name="a_second"), node(double, "x", "mid@write", name="b_first")]
    assert runner.run(pipeline(nodes), catalog).load() == {"y": 8}
    assert dataset.load() == 4


def test_generators_save_chunk_by_chunk(request, runner, diary):
    if "async" in request.node.callspec.id:
        with pytest.raises(ValueError, match="does not work with nodes wrapping generator functions: chunks"):
            run_chunks(runner, diary)
        return
    run_chunks(runner, diary)
    assert diary.items() == [("a", 1), ("b", 10), ("a", 2), ("b", 20)]


def run_chunks(runner, diary):
    def sink(name):
        return LambdaDataset(load=lambda: None, save=lambda data: diary.append((name, data)))

    def chunks(x):
        for i in range(1, x + 1):
            yield i, i * 10

    catalog = DataCatalog({"x": 2, "a": sink("a"), "b": sink("b")})
    runner.run(pipeline([node(chunks, "x", ["a", "b"])]), catalog)


def test_confirms_are_confirmed_after_the_node(runner, diary):
    class Incremental(LambdaDataset):
        def confirm(self):
            diary.append("x")

    dataset = Incremental(load=lambda: 1, save=None)
    runner.run(pipeline([node(double, "x", "y", confirms="x")]), DataCatalog({"x": dataset}))
    assert diary.items() == ["x"]


def test_what_a_node_does_to_its_input_no_other_node_sees(runner):
    def spoil(xs):
        xs.append("spoilt")
        xs[0].append("inside")
        return len(xs)

    def make():
        return [[1], [2]]

    nodes = [node(make, None, "xs"), *(node(spoil, "xs", f"n{i}", name=f"spoil{i}") for i in range(5))]
    result = runner.run(pipeline(nodes), DataCatalog())
    assert set(result.load().values()) == {3}


def test_a_free_input_is_never_changed(runner):
    def spoil(xs):
        xs.clear()
        return 1

    xs = [1, 2]
    catalog = DataCatalog({"xs": xs})
    runner.run(pipeline([node(spoil, "xs", "y")]), catalog)
    assert xs == catalog.load("xs") == [1, 2]


def test_two_outputs_that_share_an_object_are_separate_afterwards(runner):
    class Box:
        def __init__(self, inside):
            self.inside = inside

    def twins():
        shared = list(range(5000))
        return Box(shared), Box(shared)

    def spoil(box):
        box.inside.clear()
        return 0

    def size(box, _after):
        return len(box.inside)

    nodes = [node(twins, None, ["a", "b"]), node(spoil, "a", "done"), node(size, ["b", "done"], "n")]
    assert runner.run(pipeline(nodes), DataCatalog()).load() == {"n": 5000}


def test_a_value_that_the_function_keeps_is_not_handed_out(local_runner):
    class Thing:
        def __init__(self):
            self.items = list(range(5000))

    kept = Thing()

    def spoil(thing):
        thing.items.clear()
        return 0

    local_runner.run(pipeline([node(lambda: kept, None, "thing"), node(spoil, "thing", "y")]), DataCatalog())
    assert len(kept.items) == 5000


def test_the_last_reader_gets_the_data_without_a_copy(local_runner):
    """Of a chain of three nodes none copies."""
    copies = []

    class Counted:
        def __deepcopy__(self, memo):
            copies.append(1)
            return Counted()

    def make():
        return Counted()

    def use(thing):
        return Counted()

    nodes = [node(make, None, "a"), node(use, "a", "b", name="ab"), node(use, "b", "c", name="bc")]
    local_runner.run(pipeline(nodes), DataCatalog())
    assert copies == []


def test_a_large_array_changed_in_place_is_passed_on_without_a_copy(local_runner):
    import numpy as np

    addresses = []

    def make():
        array = np.zeros(1 << 18)
        addresses.append(array.ctypes.data)
        return array

    def raise_by_one(array):
        addresses.append(array.ctypes.data)
        array += 1
        return array

    nodes = [
        node(make, None, "a"),
        node(raise_by_one, "a", "b", name="b"),
        node(raise_by_one, "b", "c", name="c"),
    ]
    result = local_runner.run(pipeline(nodes), DataCatalog())
    assert result["c"].load().sum() == 2 * (1 << 18)
    assert len(set(addresses)) == 1


def test_events_tell_the_life_of_a_node(runner):
    seen = Recorder()
    runner.run(diamond(), DataCatalog({"x": 1}), monitor=Monitor([seen]), run_id="r")
    assert seen.names()[0] == "RunStarted"
    assert seen.names()[-1] == "RunFinished"
    for name in "left", "right", "sum":
        assert seen.names(name) == ["NodeStarted", "NodeLoaded", "NodeCalled", "NodeFinished"]
    started = seen.events[0]
    assert started.run_id == "r"
    assert [n.name for n in started.nodes] == ["left", "right", "sum"]


def test_events_of_a_failure(runner):
    seen = Recorder()
    with pytest.raises(ValueError):
        runner.run(pipeline([node(fail, "x", "y", name="n")]), DataCatalog({"x": 1}), monitor=Monitor([seen]))
    assert seen.names("n") == ["NodeStarted", "NodeLoaded", "NodeFailed"]
    assert isinstance(seen.events[-1].error, ValueError)
    assert seen.events[-1].resume.nodes == ("n",)


def test_durations_are_measured_for_the_next_run(runner):
    monitor = Monitor()
    runner.run(diamond(), DataCatalog({"x": 1}), monitor=monitor)
    assert set(monitor.durations) == {"left", "right", "sum"}
    assert all(seconds > 0 for seconds in monitor.durations.values())


def test_a_cancelled_run_starts_nothing_more(local_runner):
    from kedro_nb.errors import RunCancelledError

    monitor, seen = Monitor(), []

    def cancel(x):
        monitor.cancel()
        return x

    nodes = [node(cancel, "x", "y", name="a"), node(seen.append, "y", None, name="b")]
    with pytest.raises(RunCancelledError):
        local_runner.run(pipeline(nodes), DataCatalog({"x": 1}), monitor=monitor)
    assert seen == []
    assert monitor.resume.nodes == ("a",)


def test_only_missing_outputs_runs_what_is_not_there(runner, diary, tmp_path):
    def note(name):
        def func(x):
            diary.append(name)
            return x

        return func

    there, absent = stored(tmp_path / "there.pkl", 5), stored(tmp_path / "absent.pkl")
    nodes = [
        node(note("a"), "x", "there", name="a"),
        node(note("b"), "there", "mid", name="b"),
        node(note("c"), "mid", "absent", name="c"),
    ]
    catalog = DataCatalog({"x": 1, "there": there, "absent": absent})
    runner.run(pipeline(nodes), catalog, only_missing_outputs=True)
    assert diary.items() == ["b", "c"]
    assert absent.load() == 5
    seen = Recorder()
    runner.run(pipeline(nodes), catalog, only_missing_outputs=True, monitor=Monitor([seen]))
    assert diary.items() == ["b", "c"]
    assert seen.names("a") == seen.names("c") == ["NodeSkipped"]


def test_log_lines_are_those_of_kedro(runner, caplog):
    caplog.set_level(logging.INFO, "kedro_nb")
    runner.run(pipeline([node(double, "x", "y", name="n")]), DataCatalog({"x": 1}))
    lines = [(record.name, record.getMessage()) for record in caplog.records]
    for line in [
        ("kedro_nb.io.data_catalog", "Loading data from `x` (MemoryDataset)..."),
        ("kedro_nb.pipeline.node", "Running node: n: double([x]) -> [y]"),
        ("kedro_nb.io.data_catalog", "Saving data to `y` (MemoryDataset)..."),
    ]:
        assert line in lines
    assert any("Completed 1 out of 1 tasks" in text for _, text in lines)
    assert "Pipeline execution completed successfully in" in lines[-1][1]


def test_a_catalog_with_ways_of_its_own_is_respected(local_runner):
    """Loading and saving go through a subclass's methods."""
    asked = []

    class Audited(DataCatalog):
        def load(self, ds_name, version=None):
            asked.append(("load", ds_name))
            return super().load(ds_name, version)

        def save(self, ds_name, data):
            asked.append(("save", ds_name))
            super().save(ds_name, data)

    local_runner.run(pipeline([node(double, "x", "y")]), Audited({"x": 1}))
    assert asked == [("load", "x"), ("save", "y")]


def test_an_empty_pipeline_gives_an_empty_result(runner):
    assert dict(runner.run(pipeline([]), DataCatalog())) == {}


def test_one_runner_can_run_twice(runner):
    for value in 1, 2:
        assert runner.run(diamond(), DataCatalog({"x": value})).load() == {"sum": 4 * value}
