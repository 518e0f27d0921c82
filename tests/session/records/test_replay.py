"""A run made from its record looks as the run did."""

from __future__ import annotations

import json

import pytest

from kedro_nb.pipeline import Pipeline, node, pipeline
from kedro_nb.runner import events
from kedro_nb.session import RunRequest, Session
from kedro_nb.session.records.record import record
from kedro_nb.session.records.replay import ReplayedRun


def fail(x):
    raise ValueError("no such thing")


def interrupt(x):
    raise KeyboardInterrupt


def replayed(run):
    return ReplayedRun(json.loads(json.dumps(record(run))))


def told(progress):
    return {name: (node.state, node.worker, round(node.seconds, 2)) for name, node in progress.nodes.items()}


def check(run):
    again = replayed(run)
    assert told(again.progress) == told(run.progress)
    assert (again.state, again.progress.state) == (run.state, run.state)
    assert again.progress.done == run.progress.done
    assert again.progress.runner == run.progress.runner
    assert abs(again.progress.elapsed - run.progress.elapsed) < 0.1
    return again


@pytest.mark.parametrize("runner", ["SequentialRunner", "ThreadRunner"])
def test_a_finished_run(session, runner):
    again = check(session.run(RunRequest(runner=runner)))
    assert again.pipeline.inputs() == {"xs", "params:k"}
    assert again.pipeline.outputs() == {"out"}


def test_a_failed_run_with_its_error(session):
    session.pipelines["main"] = Pipeline(
        [node(fail, "xs", "y", name="fails"), node(abs, "y", "z", name="after")]
    )
    again = check(session.run())
    error = again.progress.nodes["fails"].error
    assert (type(error).__name__, str(error)) == ("ValueError", "no such thing")
    assert "xs: 10" in error.__notes__[0]


def test_an_interrupted_run(session):
    session.pipelines["main"] = Pipeline([node(interrupt, "xs", "y", name="stops")])
    again = replayed(session.run())
    assert again.state == "cancelled"
    assert again.progress.nodes["stops"].state == "cancelled"


def test_a_run_that_ran_nothing(session):
    again = check(session.run(RunRequest(runner="DryRunner")))
    assert not again.progress.told_of_nodes


def test_a_run_that_has_not_begun(session):
    assert replayed(session.prepare()).progress.state == "waiting"


@pytest.mark.filterwarnings("ignore:One or more dataset names")
def test_nodes_keep_their_names_namespaces_and_tags():
    inner = [node(abs, "a", "b"), node(abs, "b", "c", name="with.dots", tags=["t"])]
    session = Session(pipelines={"p": pipeline(inner, namespace="ns", inputs="a")})
    session.catalog["a"] = 1
    run = session.run()
    again = check(run)
    facts = [(each.name, each.short_name, each.namespace, each.tags) for each in run.pipeline.nodes]
    assert [(each.name, each.short_name, each.namespace, each.tags) for each in again.pipeline.nodes] == facts


def test_prints_and_sizes_are_there(session):
    session.pipelines["main"] = Pipeline([node(lambda xs: print("hello") or xs, "xs", "y", name="n")])
    run = session.prepare()
    run.monitor.captures = True
    again = replayed(run.execute())
    assert again.progress.nodes["n"].prints == [("stdout", "hello\n")]
    assert again.progress.data["y"].type == "int"


def test_nothing_of_it_can_be_carried_out(session):
    run = replayed(session.run())
    with pytest.raises(RuntimeError, match="This is the record of a run"):
        run.pipeline.nodes[0].func()


def test_the_parts_of_a_nodes_time_are_in_their_order(session):
    run = session.run()
    first = run.pipeline.nodes[0]
    run.progress(events.NodeFinished(1.0, first, 1.0, 2.0, 3.0))
    again = replayed(run).progress.nodes["first"]
    assert (round(again.loaded - again.started), round(again.called - again.loaded)) == (1, 2)
