"""What every runner promises when something goes wrong: whose fault, where, and how to go on."""

import traceback

import pytest

from kedro_nb.errors import DatasetError
from kedro_nb.io import DataCatalog, LambdaDataset, MemoryDataset
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner.monitor import Monitor

from .nodes import add, double, fail, stored


def test_the_users_own_error_arrives_with_the_node_and_its_inputs(runner):
    with pytest.raises(ValueError, match="no good: 4") as caught:
        runner.run(
            pipeline([node(double, "x", "y"), node(fail, "y", "z", name="bad")]), DataCatalog({"x": 2})
        )
    assert caught.value.__notes__ == ["In node bad: fail([y]) -> [z]\nwith the inputs:\n  y: 4"]


def test_the_traceback_goes_from_the_caller_to_the_users_function(runner):
    with pytest.raises(ValueError) as caught:
        runner.run(pipeline([node(fail, "x", "z")]), DataCatalog({"x": 2}))
    frames = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert frames == ["test_the_traceback_goes_from_the_caller_to_the_users_function", "fail"]


def test_after_a_failure_what_is_needed_is_still_there(runner):
    """Mend and continue: finished data that an unfinished node reads stays, and the hint says where to go on."""
    nodes = [
        node(double, "x", "a", name="first"),
        node(fail, "a", "b", name="second"),
        node(add, ["b", "a"], "c", name="third"),
    ]
    catalog, monitor = DataCatalog({"x": [1]}), Monitor()
    with pytest.raises(ValueError):
        runner.run(pipeline(nodes), catalog, monitor=monitor)
    assert monitor.resume.nodes == ("second",)
    assert monitor.resume.persisted_nodes == ("first",)
    assert monitor.resume.unfinished == 2
    nodes[1] = node(double, "a", "b", name="second")
    mended = pipeline(nodes).from_nodes(*monitor.resume.nodes)
    assert runner.run(mended, catalog).load() == {"c": [1] * 6}


def test_a_failed_node_can_be_run_again_on_unspoiled_inputs(runner):
    def spoil(xs):
        xs.append(1)
        raise ValueError("after the change")

    catalog = DataCatalog({"x": 3})
    with pytest.raises(ValueError):
        runner.run(pipeline([node(lambda x: [0] * x, "x", "xs"), node(spoil, "xs", "y")]), catalog)
    assert catalog.load("xs") == [0, 0, 0]


def test_stored_data_is_where_a_new_process_goes_on(runner, tmp_path):
    dataset = stored(tmp_path / "kept.pkl")
    nodes = [
        node(double, "x", "kept", name="first"),
        node(double, "kept", "lost", name="second"),
        node(fail, "lost", "y", name="third"),
    ]
    monitor = Monitor()
    with pytest.raises(ValueError):
        runner.run(pipeline(nodes), DataCatalog({"x": 1, "kept": dataset}), monitor=monitor)
    assert monitor.resume.nodes == ("third",)
    assert monitor.resume.persisted_nodes == ("second",)


def test_the_hint_is_logged_in_kedros_words(runner, caplog):
    with pytest.raises(ValueError):
        runner.run(pipeline([node(double, "x", "y"), node(fail, "y", "z")]), DataCatalog({"x": 1}))
    assert "There are 1 nodes that have not run." in caplog.text
    assert '--from-nodes "double__' in caplog.text


def test_nothing_ran_is_said_too(runner, caplog):
    with pytest.raises(ValueError):
        runner.run(pipeline([node(fail, "x", "z")]), DataCatalog({"x": 1}))
    assert "No nodes ran. Repeat the previous command to attempt a new run." in caplog.text


def test_an_interrupt_keeps_what_is_done_and_says_how_to_go_on(runner):
    def interrupt(x):
        raise KeyboardInterrupt

    catalog, monitor = DataCatalog({"x": 1}), Monitor()
    with pytest.raises(KeyboardInterrupt):
        runner.run(
            pipeline([node(double, "x", "y"), node(interrupt, "y", "z", name="stop")]),
            catalog,
            monitor=monitor,
        )
    assert monitor.resume.nodes == ("stop",)
    assert catalog.load("y") == 2


def test_unknown_inputs_are_told_with_the_closest_name(runner):
    with pytest.raises(
        ValueError, match=r"input\(s\) \{'comapnies'\} not found in the DataCatalog.*companies"
    ):
        runner.run(pipeline([node(double, "comapnies", "y")]), DataCatalog({"companies": 1}))


def test_inputs_without_data_are_told_before_the_first_node(runner):
    seen = []
    nodes = [node(seen.append, "x", None, name="a_see"), node(double, "z", "y")]
    with pytest.raises(
        DatasetError, match=r"Data for MemoryDataset has not been saved yet.*'z'.*Save it first"
    ):
        runner.run(pipeline(nodes), DataCatalog({"x": 1, "z": MemoryDataset()}))
    assert seen == []


def test_a_dataset_that_cannot_be_loaded_names_itself_and_the_node(runner):
    def broken():
        raise OSError("disk on fire")

    catalog = DataCatalog({"x": LambdaDataset(load=broken, save=None)})
    with pytest.raises(DatasetError, match="disk on fire") as caught:
        runner.run(pipeline([node(double, "x", "y", name="n")]), catalog)
    assert "In node n: double([x]) -> [y]\nwhile loading its input 'x'" in caught.value.__notes__


def test_a_dataset_that_cannot_be_saved_names_itself_and_the_node(runner):
    def broken(_data):
        raise OSError("disk full")

    catalog = DataCatalog({"x": 1, "y": LambdaDataset(load=None, save=broken)})
    with pytest.raises(DatasetError, match="disk full") as caught:
        runner.run(pipeline([node(double, "x", "y", name="n")]), catalog)
    assert "In node n: double([x]) -> [y]\nwhile saving its output 'y'" in caught.value.__notes__


def test_none_cannot_be_saved(runner):
    with pytest.raises(DatasetError, match="Saving 'None' to a 'Dataset' is not allowed"):
        runner.run(pipeline([node(lambda x: None, "x", "y")]), DataCatalog({"x": 1}))
