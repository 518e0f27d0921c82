from __future__ import annotations

import pytest

from kedro_nb.errors import RunCancelledError
from kedro_nb.notebook.live.text import run_text
from kedro_nb.notebook.live.words import rows_of, size_text, summary
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.runner.events import NodeFailed, NodeSkipped, NodeStarted, RunFinished
from kedro_nb.runner.measures import Measured

from .runs import abs_of, all_done, chain, finished, printed, progress_of


def test_while_it_runs_a_line_names_the_nodes_at_work():
    one, two = (pipeline := chain("one", "two")).nodes
    progress = progress_of(pipeline, *finished(one, 0.5), NodeStarted(101.0, two, "main"))
    assert summary(progress).startswith("1 of 2 nodes, ")
    assert " running two" in summary(progress)
    assert len(run_text(progress).splitlines()) == 1


def test_what_is_expected_from_earlier_runs_is_told():
    progress = progress_of(chain("one"))
    assert " s of about 12.5 s" in summary(progress, 12.5)


def test_a_run_that_was_told_to_stop_says_so():
    assert summary(progress_of(chain("one")), stopping=True).startswith("Stopping… 0 of 1 node")


def test_many_nodes_at_work_are_counted():
    pipeline = Pipeline([Node(abs_of, "x", f"y{i}", name=f"n{i}") for i in range(5)])
    progress = progress_of(pipeline, *(NodeStarted(100.0, node, f"w{i}") for i, node in enumerate(pipeline)))
    assert summary(progress).endswith("and 2 more")


def test_it_ends_with_the_nodes_in_the_planned_order():
    one, two = (pipeline := chain("zebra", "ant")).nodes
    progress = progress_of(pipeline, *finished(one, 0.5), *finished(two, 1.25, 100.5), over=True)
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
        "✗ Failed at two after 1.00 s: 1 of 3 done",
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
    progress = progress_of(pipeline, NodeSkipped(100.0, node), over=True)
    assert run_text(progress).splitlines()[1].split() == ["\N{EN DASH}", "one", "skipped"]


def test_a_run_that_skipped_everything_says_so():
    pipeline = chain("one", "two")
    progress = progress_of(pipeline, *(NodeSkipped(0.0, each) for each in pipeline.nodes), over=True)
    assert summary(progress) == "Nothing to run: 2 nodes skipped, no stored output is missing"


def test_a_runner_that_tells_nothing_of_its_nodes_is_a_line():
    progress = progress_of(chain("one"), RunFinished(101.0, None, None), runner="MyRunner")
    assert run_text(progress) == "✓ MyRunner took 1.00 s"


def test_a_dry_run_says_that_nothing_was_executed():
    progress = progress_of(chain("one"), RunFinished(101.0, None, None), runner="DryRunner")
    assert run_text(progress) == "✓ DryRunner: nothing was executed"


def test_of_a_long_run_the_slowest_nodes_and_the_failed_one_are_shown():
    pipeline = chain(*(f"n{i:03}" for i in range(100)))
    nodes = pipeline.nodes
    error = ValueError()
    progress = progress_of(
        pipeline,
        *(event for i, node in enumerate(nodes[:-1]) for event in finished(node, i / 100)),
        NodeStarted(105, nodes[-1], "main"),
        NodeFailed(105, nodes[-1], error),
        RunFinished(106, error, None),
    )
    shown, others = rows_of(progress)
    assert [node.name for node in shown] == [f"n{i:03}" for i in range(80, 100)]
    assert others == "and 80 more nodes that took less"


def test_while_a_long_run_goes_on_the_nodes_at_work_are_among_those_shown():
    pipeline = Pipeline([Node(abs_of, "x", f"y{i}", name=f"n{i:03}") for i in range(100)])
    begun = [NodeStarted(100.0, node, "w") for node in pipeline.nodes[50:55]]
    progress = progress_of(
        pipeline, *(event for node in pipeline.nodes[:50] for event in finished(node, 5)), *begun
    )
    shown, others = rows_of(progress)
    assert {f"n{i:03}" for i in range(50, 55)} <= {node.name for node in shown}
    assert len(shown) == 20
    assert others == "and 35 more nodes that took less, 45 nodes not begun"


def test_what_nodes_have_printed_stands_under_them():
    one, two = (pipeline := chain("one", "two")).nodes
    progress = progress_of(
        pipeline, *printed(one, "hello\n"), *finished(one, 0.5), *finished(two, 0.5, 100.5), over=True
    )
    assert run_text(progress).splitlines()[1:3] == ["  ✓  one  500 ms", "     | hello"]


def test_prints_in_plain_text_are_bounded():
    pipeline = chain(*(f"n{i}" for i in range(300)))
    progress = progress_of(
        pipeline,
        *(e for n in pipeline.nodes for e in printed(n, "x" * 400 + "\n")),
        *all_done(pipeline),
        over=True,
    )
    assert len(run_text(progress)) < 8_000


def test_sizes_are_short():
    assert size_text(Measured("DataFrame", 4915, (150, 4))) == "150 \N{MULTIPLICATION SIGN} 4, 4.8 KB"
    assert size_text(Measured("object")) == ""
