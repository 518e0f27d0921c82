"""Runners of users, the dry runner, and what is particular to one runner."""

import logging
import threading

import pytest

from kedro_nb.errors import DatasetError
from kedro_nb.io import DataCatalog, LambdaDataset, MemoryDataset
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import AbstractRunner, DryRunner, SequentialRunner, ThreadRunner
from kedro_nb.runner.monitor import Monitor


def double(x):
    return x * 2


def nodes():
    return pipeline([node(double, "x", "y", name="first"), node(double, "y", "z", name="second")])


def test_a_runner_may_do_it_all_itself():
    class Reversed(AbstractRunner):
        def _run(self, pipeline, catalog, hook_manager=None, run_id=None):
            catalog.save("z", "mine")

    assert Reversed().run(nodes(), DataCatalog({"x": 1})).load() == {"z": "mine"}


def test_a_runner_may_add_to_the_loop():
    seen = []

    class Noted(SequentialRunner):
        def _run(self, pipeline, catalog, hook_manager=None, run_id=None):
            seen.append(run_id)
            super()._run(pipeline, catalog, hook_manager, run_id)

    monitor = Monitor()
    assert Noted().run(nodes(), DataCatalog({"x": 1}), run_id="r", monitor=monitor).load() == {"z": 4}
    assert seen == ["r"]
    assert set(monitor.durations) == {"first", "second"}


def test_an_older_runner_takes_pipeline_and_catalog_only():
    class Older(AbstractRunner):
        def create_default_data_set(self, ds_name):
            return MemoryDataset(copy_mode="assign")

        def _run(self, pipeline, catalog):
            for each in pipeline.nodes:
                for name, data in each.run({key: catalog.load(key) for key in each.inputs}).items():
                    catalog.save(name, data)

    catalog = DataCatalog({"x": 1})
    assert Older().run(nodes(), catalog).load() == {"z": 4}
    assert catalog["y"]._copy_mode == "assign"


def test_patterns_for_unknown_datasets_are_those_of_the_runner():
    catalog = DataCatalog({"x": 1})
    patterns = {"{default}": {"type": "MemoryDataset", "copy_mode": "assign"}}
    SequentialRunner(extra_dataset_patterns=patterns).run(nodes(), catalog)
    assert catalog["y"]._copy_mode == "assign"


def test_a_dry_run_tells_what_would_run_and_runs_nothing(caplog):
    caplog.set_level(logging.INFO, "kedro_nb.runner.dry_runner")
    catalog = DataCatalog({"x": 1})
    result = DryRunner().run(nodes(), catalog)
    lines = "Actual run would execute 2 nodes:\nfirst: double([x]) -> [y]\nsecond: double([y]) -> [z]"
    assert repr(result) == lines
    assert caplog.records[0].getMessage() == lines
    assert result.nodes == ["first", "second"]
    assert not catalog.exists("z")


def test_a_dry_run_names_all_inputs_without_data():
    absent = LambdaDataset(load=None, save=None, exists=lambda: False)
    with pytest.raises(DatasetError, match=r"Datasets \['a', 'b'\] not found\. .* hold no data\. Actual"):
        DryRunner().run(
            pipeline([node(max, ["a", "b", "c"], "d")]),
            DataCatalog({"a": MemoryDataset(), "b": absent, "c": 1}),
        )


def test_threads_run_nodes_at_the_same_time():
    barrier = threading.Barrier(3, timeout=20)

    def meet(x):
        barrier.wait()
        return x

    meeting = pipeline([node(meet, "x", f"y{i}", name=f"n{i}") for i in range(3)])
    assert len(ThreadRunner(max_workers=3).run(meeting, DataCatalog({"x": 1}))) == 3


def test_threads_start_no_more_than_asked_for():
    active, most, lock = [], [0], threading.Lock()
    both = threading.Barrier(2, timeout=20)

    def work(x):
        with lock:
            active.append(1)
            most[0] = max(most[0], len(active))
        both.wait()
        with lock:
            active.pop()
        return x

    ThreadRunner(max_workers=2).run(
        pipeline([node(work, "x", f"y{i}", name=f"n{i}") for i in range(8)]), DataCatalog({"x": 1})
    )
    assert most[0] == 2


def test_threads_go_away_after_the_run():
    before = set(threading.enumerate())
    ThreadRunner(max_workers=4).run(nodes(), DataCatalog({"x": 1}))
    SequentialRunner(is_async=True).run(nodes(), DataCatalog({"x": 1}))
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if thread.name.startswith("kedro_nb")]


def test_nodes_beside_a_failed_one_end_and_keep_their_results():
    running, failed = threading.Event(), threading.Event()

    def fail(x):
        running.wait(20)
        failed.set()
        raise ValueError("no")

    def slow(x):
        running.set()
        failed.wait(20)
        return x + 1

    catalog = DataCatalog({"x": 1})
    with pytest.raises(ValueError):
        ThreadRunner(max_workers=2).run(
            pipeline([node(fail, "x", "bad", name="a"), node(slow, "x", "good", name="b")]), catalog
        )
    assert catalog.load("good") == 2


def test_two_failures_at_once_are_both_named():
    barrier = threading.Barrier(2, timeout=20)

    def fail(x):
        barrier.wait()
        raise ValueError("no")

    with pytest.raises(ValueError) as caught:
        ThreadRunner(max_workers=2).run(
            pipeline([node(fail, "x", f"y{i}", name=f"n{i}") for i in range(2)]), DataCatalog({"x": 1})
        )
    assert any(note in ("Also failed: n0", "Also failed: n1") for note in caught.value.__notes__)


def test_a_thread_runner_is_never_async():
    with pytest.warns(UserWarning, match="doesn't support.*asynchronously"):
        runner = ThreadRunner(is_async=True)
    assert runner.run(nodes(), DataCatalog({"x": 1})).load() == {"z": 4}


@pytest.mark.parametrize("count", [0, -1])
def test_a_number_of_workers_is_positive(count):
    with pytest.raises(ValueError, match="max_workers should be positive"):
        ThreadRunner(max_workers=count)


def test_the_most_urgent_node_goes_first_once_durations_are_known():
    order, urgent = [], {}

    def work(name):
        def func(x):
            order.append(name)
            if name in urgent:
                urgent[name].wait()
            return x

        return func

    whole = pipeline([node(work(name), "x", name, name=name) for name in "abc"])
    ThreadRunner(max_workers=1).run(whole, DataCatalog({"x": 1}))
    assert order == ["a", "b", "c"]
    order.clear()
    several = pipeline([*whole.nodes, node(work("d"), "b", "d", name="d")])
    urgent |= dict.fromkeys("bc", threading.Barrier(2, timeout=20))  # both have begun before either ends
    monitor = Monitor(durations={"a": 1.0, "b": 2.0, "c": 4.0, "d": 3.0})
    ThreadRunner(max_workers=2).run(several, DataCatalog({"x": 1}), monitor=monitor)
    assert set(order[:2]) == {"b", "c"}


def test_async_loads_ahead_while_a_function_runs():
    loading = threading.Event()

    def load():
        loading.set()
        return 5

    def first(x):
        assert loading.wait(20), "the second node's input was not loaded ahead"
        return x

    catalog = DataCatalog({"x": 1, "outside": LambdaDataset(load=load, save=None)})
    nodes = [node(first, "x", "y", name="a"), node(lambda y, o: y + o, ["y", "outside"], "z", name="b")]
    assert SequentialRunner(is_async=True).run(pipeline(nodes), catalog).load() == {"z": 6}


def test_async_saves_behind_while_the_next_function_runs():
    called = threading.Event()

    def save(_data):
        assert called.wait(20), "the next function waited for the file"

    def second(y):
        called.set()
        return y

    catalog = DataCatalog({"x": 1, "file": LambdaDataset(load=None, save=save)})
    nodes = [node(lambda x: (x, x), "x", ["y", "file"], name="a"), node(second, "y", "z", name="b")]
    assert SequentialRunner(is_async=True).run(pipeline(nodes), catalog)["z"].load() == 1


def test_async_reads_back_what_was_stored():
    """A file is read after it is written, and what is read is what the file gives."""
    held = []
    rounding = LambdaDataset(load=lambda: held[0], save=lambda data: held.append(round(data)))
    catalog = DataCatalog({"x": 1.3, "file": rounding})
    result = SequentialRunner(is_async=True).run(
        pipeline([node(double, "x", "file"), node(double, "file", "z")]), catalog
    )
    assert result.load() == {"z": 6}


def test_a_failure_while_saving_behind_is_raised_and_named():
    def broken(_data):
        raise OSError("disk full")

    catalog, monitor = DataCatalog({"x": 1, "file": LambdaDataset(load=None, save=broken)}), Monitor()
    nodes = [node(lambda x: (x, x), "x", ["y", "file"], name="a"), node(double, "y", "z", name="b")]
    with pytest.raises(DatasetError, match="disk full") as caught:
        SequentialRunner(is_async=True).run(pipeline(nodes), catalog, monitor=monitor)
    assert any("while saving its output 'file'" in note for note in caught.value.__notes__)
    assert "a" in monitor.resume.nodes


def test_async_is_announced_in_the_log(caplog):
    caplog.set_level(logging.INFO, "kedro_nb")
    SequentialRunner(is_async=True).run(nodes(), DataCatalog({"x": 1}))
    lines = [(r.name, r.getMessage()) for r in caplog.records]
    assert (
        "kedro_nb.runner.sequential_runner",
        "Asynchronous mode is enabled for loading and saving data",
    ) in lines
