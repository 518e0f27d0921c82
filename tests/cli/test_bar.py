"""The bar of a terminal: what is at work, what went wrong, and what nodes print."""

from __future__ import annotations

import io
import re
import sys
import time

import pytest
from rich.console import Console

from kedro_nb.cli.bar import BarView, node_lines
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.runner import events
from kedro_nb.session import RunProgress, Session

A, B, C = (node(abs, f"x{name}", f"y{name}", name=name) for name in "ABC")
BEGIN = events.RunStarted(100.0, "id", "SequentialRunner", Pipeline([A, B, C]), (A, B, C))


def fold(*happened, expected=None):
    progress = RunProgress(expected)
    for event in (BEGIN, *happened):
        progress(event)
    return progress


def lines_of(*happened, **more):
    return [line for line, _ in node_lines(fold(*happened, **more).nodes.values(), 0.0)]


class Output(io.StringIO):
    """Counts how often it was drawn on."""

    def __init__(self):
        super().__init__()
        self.draws = 0

    def write(self, text):
        self.draws += "━" in text
        return super().write(text)


def console(out=None):
    return Console(file=out or Output(), force_terminal=True, width=80)


def plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def tell(run, *happened):
    for event in happened:
        run.monitor.emit(event)


@pytest.fixture
def run():
    """A run of A, B and C in which only happens what is told of it."""
    return Session(pipelines={"p": Pipeline([A, B, C])}).prepare()


def wait_for(condition):
    give_up = time.monotonic() + 20
    while not condition() and time.monotonic() < give_up:
        time.sleep(0.01)
    assert condition()


def test_each_node_at_work_is_a_line_with_its_state_and_its_time():
    now = time.time()
    steps = [events.NodeStarted(now, A, "w"), events.NodeStarted(now - 2, B, "w"), events.NodeLoaded(now, B)]
    first, second = lines_of(*steps)
    assert re.fullmatch(r"  ⠋ A  loading  0\.\d s", first)
    assert re.fullmatch(r"  ⠋ B  running  2\.\d s", second)


def test_the_time_to_expect_is_told():
    (line,) = lines_of(events.NodeStarted(time.time(), A, "w"), expected={"A": 4.0})
    assert line.endswith("s of about 4.00 s")


def test_what_went_wrong_stays_with_its_mark():
    steps = [events.NodeStarted(1.0, A, "w"), events.NodeFailed(2.5, A, OSError())]
    steps += [events.NodeStarted(1.0, B, "w"), events.NodeCancelled(2.0, B), events.NodeCancelled(2.0, C)]
    assert lines_of(*steps) == ["  ✗ A  failed after 1.50 s", "  ■ B  stopped after 1.00 s"]


def test_of_many_nodes_at_work_some_are_named_and_the_others_counted():
    nodes = tuple(node(abs, f"x{i}", f"y{i}", name=f"n{i}") for i in range(30))
    progress = RunProgress()
    progress(events.RunStarted(0.0, "id", "R", Pipeline(nodes), nodes))
    for each in nodes:
        progress(events.NodeStarted(1.0, each, "w"))
    lines = node_lines(progress.nodes.values(), 0.0)
    assert len(lines) == 9
    assert lines[-1][0] == "    and 22 more"


def run_of(*functions):
    nodes = [node(func, "x", f"y{i}", name=f"n{i}") for i, func in enumerate(functions)]
    session = Session(pipelines={"p": Pipeline(nodes)})
    session.catalog["x"] = 1
    return session.prepare()


def chatty(x):
    print("one [bold]two\x1b[31m three")
    print("50%\r100%")
    print("wrong", file=sys.stderr)
    print("no end", end="")
    return x


def test_what_nodes_print_stands_above_the_bar_under_their_names():
    run, out = run_of(chatty), Output()
    with BarView(run, console(out)):
        run.execute()
    assert "\x1b[31m three" in out.getvalue()
    lines = [line.rstrip() for line in plain(out.getvalue()).replace("\r", "").split("\n")]
    place = lines.index("n0:")
    assert lines[place + 1 : place + 5] == ["  one [bold]two three", "  100%", "  wrong", "  no end"]


def test_the_name_comes_again_only_after_another_nodes(run):
    out = Output()
    with BarView(run, console(out)):
        tell(run, BEGIN, *(events.NodePrinted(1.0, who, "stdout", "x\n") for who in (A, A, B, A)))
    assert re.findall(r"^[AB]:", plain(out.getvalue()).replace("\r", ""), re.MULTILINE) == ["A:", "B:", "A:"]


def test_nothing_that_was_printed_is_lost():
    def floods(x):
        for i in range(5_000):
            print(f"line {i}")
        return x

    run, out = run_of(floods), Output()
    with BarView(run, console(out)):
        run.execute()
    assert re.findall(r"line (\d+)\n", out.getvalue()) == [str(i) for i in range(5_000)]


def test_it_draws_at_most_ten_times_a_second(run):
    out = Output()
    with BarView(run, console(out)):
        tell(run, BEGIN)
        began, before = time.monotonic(), out.draws
        # On a busy machine it may be a while until the drawing thread has its turn.
        while (took := time.monotonic() - began) < 0.35 or (out.draws == before and took < 20):
            tell(run, events.NodeStarted(1.0, A, "w"))
        drawn = out.draws - before
    assert 1 <= drawn <= 10 * took + 2


def test_afterwards_the_streams_are_what_they_were_and_no_thread_is_left():
    import threading

    before = sys.stdout, sys.stderr, set(threading.enumerate())
    run = run_of(chatty)
    with BarView(run, console()):
        run.execute()
    assert (sys.stdout, sys.stderr) == before[:2]
    assert {thread.name for thread in set(threading.enumerate()) - before[2]} & {"kedro-nb-bar"} == set()


def test_it_shows_how_far_the_run_is_and_leaves_nothing_behind(run):
    out = Output()
    with BarView(run, console(out)):
        tell(run, BEGIN, events.NodeStarted(100.0, A, "w"), events.NodeFinished(101.0, A, 0.25, 0.5, 0.25))
        tell(run, events.RunFinished(102.0, None, None))
    assert "1/3" in out.getvalue()
    assert out.getvalue().endswith("\x1b[1A\x1b[2K")


def test_it_ends_when_the_run_is_over_though_nobody_ends_it(run):
    out = Output()
    BarView(run, console(out))
    tell(run, BEGIN, events.RunFinished(2.0, None, None))
    assert out.getvalue().endswith("\x1b[1A\x1b[2K")


def test_it_comes_to_name_the_nodes_at_work_without_a_further_event(run):
    out = Output()
    with BarView(run, console(out)):
        tell(run, BEGIN, events.NodeStarted(101.0, B, "w"))
        wait_for(lambda: " B " in out.getvalue())


def test_of_a_run_that_never_begins_nothing_is_drawn(run):
    out = Output()
    with BarView(run, console(out)):
        pass
    assert out.getvalue() == ""


def test_the_time_to_expect_of_the_whole_run_is_told():
    run, out = run_of(lambda x: wait_for(lambda: "of about 7.00 s" in plain(out.getvalue())) or x), Output()
    run.expected = 7.0
    with BarView(run, console(out)):
        run.execute()
    run.result()


CODE = """
import os, signal, time
from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import Node, Pipeline

def work(x):
    for i in range(3):
        print(f"epoch {i}")
        time.sleep(0.1)
    return x

def stop(y):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(5)

good = Pipeline([Node(work, "x", "y", name="work")])
stopped = good + Pipeline([Node(stop, "y", "z", name="stop")])
catalog = DataCatalog({"x": 1})
"""


@pytest.fixture
def terminal(tmp_path):
    """Runs `kedro-nb run file.py` in a real terminal and gives all that it shows."""
    pexpect = pytest.importorskip("pexpect")
    (tmp_path / "file.py").write_text(CODE)

    def run(*options):
        program = "import sys; from kedro_nb.cli import main; sys.argv[0] = 'kedro-nb'; main()"
        arguments = ["-c", program, "run", "file.py", *options]
        child = pexpect.spawn(
            sys.executable, arguments, encoding="utf-8", dimensions=(30, 100), cwd=str(tmp_path), timeout=30
        )
        child.expect(pexpect.EOF)
        child.close()
        return child.before, child.exitstatus

    return run


def test_in_a_real_terminal_prints_stay_and_the_bar_does_not(terminal):
    shown, code = terminal("--pipeline=good")
    assert code == 0
    text = plain(shown).replace("\r", "")
    assert "work:\n  epoch 0\n" in text
    assert "━" in text
    assert text.endswith("{'y': 1}\n")
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")  # the cursor is back


def test_an_interrupt_leaves_the_terminal_as_it_was(terminal):
    shown, code = terminal("--pipeline=stopped")
    assert code == 130
    assert "Stopped by an interrupt in stop." in plain(shown)
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")
