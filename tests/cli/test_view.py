"""What a run looks like in a terminal, and in a log."""

import pytest

from kedro_nb.cli.bar import BarView
from kedro_nb.cli.view import PlainView, table, terminal_view
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.runner import events
from kedro_nb.session import RunProgress, Session

A, B = node(abs, "x", "a", name="A"), node(abs, "a", "b", name="B")
BEGIN = events.RunStarted(100.0, "id", "SequentialRunner", Pipeline([A, B]), (A, B))
STEPS = [BEGIN, events.NodeStarted(100.0, A, "w"), events.NodeFinished(101.0, A, 0.25, 0.5, 0.25)]


def fold(*happened):
    progress = RunProgress()
    for event in happened:
        progress(event)
    return progress


@pytest.fixture
def run():
    """A run of A and B in which only happens what is told of it."""
    return Session(pipelines={"p": Pipeline([A, B])}).prepare()


PLAIN = [
    (events.NodeFinished(2.0, A, 0.0, 1.5, 0.0), "[1/2] A (1.50 s)\n"),
    (events.NodeFailed(2.5, A, OSError()), "[0/2] A failed after 1.50 s\n"),
    (events.NodeCancelled(2.5, A), "[0/2] A stopped after 1.50 s\n"),
    (events.NodeSkipped(2.5, B), "[1/2] B skipped\n"),
    (events.NodeCancelled(2.5, B), ""),
]


@pytest.mark.parametrize(("event", "line"), PLAIN)
def test_without_a_terminal_each_end_of_a_node_is_a_line(event, line, run, capsys):
    with PlainView(run):
        for each in (BEGIN, events.NodeStarted(1.0, A, "w"), event):
            run.monitor.emit(each)
    assert capsys.readouterr().out == line


def test_the_view_fits_where_the_output_goes(run, monkeypatch):
    assert isinstance(terminal_view(run), PlainView)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(terminal_view(run), BarView)
    assert isinstance(terminal_view(run, with_log=True), PlainView)


def test_in_a_terminal_that_cannot_draw_over_a_line_there_is_no_bar(run, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(terminal_view(run), PlainView)


def test_the_table_has_a_row_for_each_node_with_its_times():
    progress = fold(*STEPS, events.NodeStarted(101.0, B, "w"), events.NodeFailed(101.5, B, OSError()))
    assert table(progress).splitlines() == [
        "node    time    load    call    save",
        "A     1.00 s  250 ms  500 ms  250 ms",
        "B     failed",
    ]


def test_nodes_that_have_not_run_are_counted():
    assert table(fold(*STEPS)).splitlines()[-1] == "1 node has not run"


def test_of_a_long_run_the_table_shows_what_failed_and_what_took_longest():
    nodes = tuple(node(abs, f"x{i}", f"y{i}", name=f"n{i:02}") for i in range(30))
    happened = [events.RunStarted(0.0, "id", "R", Pipeline(nodes), nodes)]
    for i, each in enumerate(nodes):
        happened.append(events.NodeStarted(float(i), each, "w"))
        end = (
            events.NodeFailed(i + 0.0, each, OSError())
            if i == 0
            else events.NodeFinished(i + 0.5, each, 0.0, float(i), 0.0)
        )
        happened.append(end)
    lines = table(fold(*happened)).splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == ["n00", *(f"n{i}" for i in range(11, 30))]
    assert lines[-1] == "and 10 more nodes that took less"


def test_a_runner_that_tells_of_no_node_has_no_table():
    assert table(fold(BEGIN)) == ""
