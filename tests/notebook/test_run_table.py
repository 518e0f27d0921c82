from __future__ import annotations

import pytest

from kedro_nb.errors import RunCancelledError
from kedro_nb.notebook.run_table import run_html, run_text, summary
from kedro_nb.notebook.text import bytes_text
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.runner.events import (
    NodeFailed,
    NodeFinished,
    NodeSkipped,
    NodeStarted,
    RunFinished,
    RunStarted,
)
from kedro_nb.session import RunProgress


def abs_of(x):
    return abs(x)


def chain(*names):
    """Nodes that follow each other."""
    return Pipeline([Node(abs_of, f"d{i}", f"d{i + 1}", name=name) for i, name in enumerate(names)])


def progress_of(pipeline, *events, runner="SequentialRunner"):
    progress = RunProgress()
    for event in (RunStarted(100.0, "id", runner, pipeline, tuple(pipeline.nodes)), *events):
        progress(event)
    return progress


def finished(node, seconds, start=100.0):
    yield NodeStarted(start, node, "main")
    yield NodeFinished(start + seconds, node, 0.0, seconds, 0.0)


def test_while_it_runs_a_line_names_the_nodes_at_work():
    one, two = (pipeline := chain("one", "two")).nodes
    progress = progress_of(pipeline, *finished(one, 0.5), NodeStarted(101.0, two, "main"))
    assert summary(progress).startswith("1 of 2 nodes, ")
    assert " running two" in summary(progress)
    assert len(run_text(progress).splitlines()) == 1
    assert "<table" not in run_html(progress)


def test_many_nodes_at_work_are_counted():
    pipeline = Pipeline([Node(abs_of, "x", f"y{i}", name=f"n{i}") for i in range(5)])
    progress = progress_of(pipeline, *(NodeStarted(100.0, node, f"w{i}") for i, node in enumerate(pipeline)))
    assert summary(progress).endswith("and 2 more")


def test_it_ends_as_a_table_in_the_planned_order():
    one, two = (pipeline := chain("zebra", "ant")).nodes
    progress = progress_of(
        pipeline, *finished(one, 0.5), *finished(two, 1.25, 100.5), RunFinished(101.75, None, None)
    )
    assert run_text(progress).splitlines() == [
        "✓ 2 of 2 nodes in 1.75 s with SequentialRunner",
        "  ✓  zebra  500 ms",
        "  ✓  ant    1.25 s",
    ]


def test_a_failure_tells_where_and_what_did_not_run():
    one, two, _ = (pipeline := chain("one", "two", "three")).nodes
    error = ValueError("no")
    progress = progress_of(
        pipeline,
        *finished(one, 0.5),
        NodeStarted(100.5, two, "main"),
        NodeFailed(100.75, two, error),
        RunFinished(101.0, error, None),
    )
    assert run_text(progress).splitlines() == [
        "✗ Failed at two after 1.00 s: 1 of 3 nodes done",
        "  ✓  one    500 ms",
        "  ✗  two    failed after 250 ms",
        "  ·  three  not run",
    ]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RunCancelledError("stopped")])
def test_a_run_that_was_stopped_did_not_fail(error):
    (node,) = (pipeline := chain("one")).nodes
    progress = progress_of(
        pipeline,
        NodeStarted(100.0, node, "main"),
        NodeFailed(101.0, node, KeyboardInterrupt()),
        RunFinished(101.0, error, None),
    )
    text = run_text(progress)
    assert text.startswith("■ Stopped at one after 1.00 s")
    assert "stopped after 1.00 s" in text
    assert "failed" not in text


def test_skipped_nodes_say_so():
    (node,) = (pipeline := chain("one")).nodes
    progress = progress_of(pipeline, NodeSkipped(100.0, node), RunFinished(100.0, None, None))
    assert run_text(progress).splitlines()[1].split() == ["\N{EN DASH}", "one", "skipped"]


def test_a_runner_that_tells_nothing_of_its_nodes_is_a_line():
    progress = progress_of(chain("one"), RunFinished(101.0, None, None), runner="MyRunner")
    assert run_text(progress) == "✓ MyRunner took 1.00 s"


def test_a_dry_run_says_that_nothing_was_executed():
    progress = progress_of(chain("one"), RunFinished(101.0, None, None), runner="DryRunner")
    assert run_text(progress) == "✓ DryRunner: nothing was executed"


def test_of_a_long_run_the_slowest_nodes_and_the_failed_one_are_shown():
    pipeline = chain(*(f"n{i:03}" for i in range(100)))
    nodes = pipeline.nodes
    events = [event for i, node in enumerate(nodes[:-1]) for event in finished(node, i / 100)]
    error = ValueError()
    progress = progress_of(
        pipeline,
        *events,
        NodeStarted(105, nodes[-1], "main"),
        NodeFailed(105, nodes[-1], error),
        RunFinished(106, error, None),
    )
    lines = run_text(progress).splitlines()
    assert lines[-1] == "  and 80 more nodes that took less"
    assert "n099" in lines[-2]
    assert [line.split()[1] for line in lines[1:-2]] == [f"n{i:03}" for i in range(80, 99)]


def test_names_are_escaped_in_html(monkeypatch):
    progress = progress_of(chain("one"))
    progress.runner = "<script>x</script>"
    progress(RunFinished(101.0, None, None))
    assert "<script>" not in run_html(progress)


def test_html_has_no_style_sheet_and_no_colour_of_its_own_for_text():
    (node,) = (pipeline := chain("one")).nodes
    html = run_html(progress_of(pipeline, *finished(node, 1.0), RunFinished(101.0, None, None)))
    assert "<style" not in html
    assert "class=" not in html
    assert "color:inherit" in html


@pytest.mark.parametrize(
    ("count", "text"), [(12, "12 B"), (2048, "2.0 KB"), (3 << 30, "3.0 GB"), (5 << 40, "5.0 TB")]
)
def test_bytes_are_short(count, text):
    assert bytes_text(count) == text


def test_a_run_that_skipped_everything_says_so():
    pipeline = chain("one", "two")
    events = [NodeSkipped(0.0, each) for each in pipeline.nodes]
    progress = progress_of(pipeline, *events, RunFinished(1.0, None, None))
    assert summary(progress) == "Nothing to run: 2 nodes skipped, no stored output is missing"
