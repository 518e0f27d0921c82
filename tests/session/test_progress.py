"""RunProgress: events folded into plain state."""

import pytest

from kedro_nb.errors import RunCancelledError
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.runner import events
from kedro_nb.session import RunProgress

A, B = node(abs, "x", "a", name="A"), node(abs, "a", "b", name="B")


@pytest.fixture
def progress():
    """Of a run that has begun."""
    progress = RunProgress()
    progress(events.RunStarted(100.0, "id", "ThreadRunner", Pipeline([A, B]), (A, B)))
    return progress


def test_before_anything_happens_there_is_nothing_to_show():
    progress = RunProgress()
    assert (progress.state, progress.done, progress.total, progress.elapsed) == ("waiting", 0, 0, 0.0)


def test_a_run_begins_with_all_nodes_waiting_in_the_planned_order(progress):
    assert [(name, each.state) for name, each in progress.nodes.items()] == [
        ("A", "waiting"),
        ("B", "waiting"),
    ]
    assert (progress.state, progress.runner, progress.total) == ("running", "ThreadRunner", 2)


def test_a_node_goes_from_loading_to_done(progress):
    steps = [
        (events.NodeStarted(101.0, A, "worker-1"), "loading"),
        (events.NodeLoaded(102.0, A), "running"),
        (events.NodeCalled(103.0, A), "saving"),
        (events.NodeFinished(104.0, A, 1.0, 1.5, 0.25), "done"),
    ]
    for event, state in steps:
        progress(event)
        assert progress.nodes["A"].state == state
    done = progress.nodes["A"]
    assert (done.worker, done.load, done.call, done.save, done.seconds) == ("worker-1", 1.0, 1.5, 0.25, 2.75)
    assert (progress.done, progress.active) == (1, [])


def test_nodes_at_work_are_listed(progress):
    progress(events.NodeStarted(101.0, A, "w"))
    assert [each.name for each in progress.active] == ["A"]


def test_a_skipped_node_counts_as_done(progress):
    progress(events.NodeSkipped(101.0, A))
    assert (progress.nodes["A"].state, progress.done) == ("skipped", 1)


def test_a_failed_node_keeps_its_error_and_its_time(progress):
    error = OSError()
    progress(events.NodeStarted(101.0, A, "w"))
    progress(events.NodeFailed(103.5, A, error))
    failed = progress.nodes["A"]
    assert (failed.state, failed.error, failed.seconds, progress.done) == ("failed", error, 2.5, 0)


def test_a_cancelled_node_is_not_done(progress):
    progress(events.NodeStarted(101.0, A, "w"))
    progress(events.NodeCancelled(102.0, A))
    assert (progress.nodes["A"].state, progress.done) == ("cancelled", 0)


@pytest.mark.parametrize("event", [events.NodeStarted(101.0, A, "w"), events.NodeSkipped(101.0, A)])
def test_it_knows_whether_it_was_told_of_any_node(progress, event):
    assert not progress.told_of_nodes
    progress(event)
    assert progress.told_of_nodes


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (None, "finished"),
        (OSError(), "failed"),
        (RunCancelledError(), "cancelled"),
        (KeyboardInterrupt(), "cancelled"),
    ],
)
def test_a_run_ends_well_or_not(progress, error, state):
    hint = events.ResumeHint(("A",), ("A",), 2)
    progress(events.RunFinished(110.0, error, hint))
    assert (progress.state, progress.error, progress.resume, progress.elapsed) == (state, error, hint, 10.0)
