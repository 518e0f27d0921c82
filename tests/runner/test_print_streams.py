"""The streams while nodes' prints are captured: who put what in their place, and what they can do."""

import builtins
import contextlib
import io
import logging
import os
import sys
import threading

import pytest

from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import SequentialRunner
from kedro_nb.runner.monitor import Monitor

from .conftest import Recorder
from .printing import run, told


def test_log_handlers_that_look_the_stream_up_write_to_the_node(runner, capsys):
    logger = logging.getLogger("kedro_nb_test_prints")
    logger.addHandler(logging.lastResort)
    logger.propagate = False

    def log():
        print("first")
        logging.getLogger("kedro_nb_test_prints").warning("careful")
        print("last")
        return 1

    try:
        recorder = run(runner, log)
    finally:
        logger.removeHandler(logging.lastResort)
        logger.propagate = True
    assert told(recorder) == "first\ncareful\nlast\n"
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("fails", [False, True])
def test_the_streams_are_the_same_afterwards(local_runner, fails):
    def function():
        if fails:
            raise RuntimeError("no")
        return 1

    before = sys.stdout, sys.stderr, sys.breakpointhook, builtins.input
    with contextlib.suppress(RuntimeError):
        run(local_runner, function)
    after = sys.stdout, sys.stderr, sys.breakpointhook, builtins.input
    assert all(one is other for one, other in zip(before, after, strict=True))


def test_a_stream_that_a_node_puts_in_place_gets_its_prints(runner):
    def redirect():
        print("before")
        with contextlib.redirect_stdout(io.StringIO()) as text:
            print("inside")
        print("after")
        return text.getvalue()

    recorder = Recorder()
    result = runner.run(
        pipeline([node(redirect, None, "out", name="a")]),
        DataCatalog(),
        monitor=Monitor([recorder], captures=True),
    )
    assert result.load() == {"out": "inside\n"}
    assert told(recorder) == "before\nafter\n"


def test_what_somebody_put_in_place_meanwhile_stays(local_runner):
    before, mine = sys.stdout, io.StringIO()

    def replace():
        sys.stdout = mine
        return 1

    try:
        run(local_runner, replace)
        assert sys.stdout is mine
    finally:
        sys.stdout = before


def test_what_somebody_puts_back_after_the_run_does_not_stay():
    before = sys.stdout
    go, running = threading.Event(), threading.Event()

    def wait():
        running.set()
        return go.wait(20)

    thread = threading.Thread(target=run, args=(SequentialRunner(), wait))
    thread.start()
    running.wait(20)
    with contextlib.redirect_stdout(io.StringIO()) as text:
        print("mine")
        go.set()
        thread.join(20)
    sys.stdout.flush()
    assert text.getvalue() == "mine\n"
    assert sys.stdout is before


def test_a_stream_keeps_its_abilities_and_is_no_terminal(local_runner):
    class Terminal(io.StringIO):
        encoding = "latin-1"

        def isatty(self):
            return True

    with contextlib.redirect_stdout(Terminal()) as terminal:
        recorder = run(local_runner, lambda: print(sys.stdout.isatty(), sys.stdout.encoding) or 1)
        assert sys.stdout is terminal
        assert terminal.getvalue() == ""
    assert told(recorder) == "False latin-1\n"


def test_printing_something_else_than_text_fails_as_ever(local_runner):
    with pytest.raises(TypeError, match="must be str, not bytes"):
        run(local_runner, lambda: sys.stdout.write(b"bytes"))


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # as the pool's timer makes it
def test_a_process_that_a_node_forks_has_the_streams(capfd):
    def fork():
        if not (child := os.fork()):
            print("in the child", flush=True)
            os._exit(0)
        return os.waitpid(child, 0)[1]

    recorder = run(SequentialRunner(), fork)
    assert told(recorder) == ""
    assert capfd.readouterr().out.endswith("in the child\n")


def test_breakpoint_gives_the_streams_back_for_the_rest_of_the_run(local_runner, monkeypatch, capsys):
    frames = []

    def fake_pdb(*_args, **_kwargs):
        frames.append(sys._getframe(1).f_code.co_name)
        print("(Pdb) ", end="")

    def stop():
        print("before")
        breakpoint()  # noqa: T100 - what this is about
        print("after")
        return 1

    monkeypatch.setattr(sys, "breakpointhook", fake_pdb)
    later = node(lambda _: print("later") or 1, "out", "end", name="later")
    recorder = run(local_runner, stop, later)
    assert frames == ["stop"]
    assert told(recorder) == "before\n"
    assert told(recorder, "later") == ""
    assert capsys.readouterr().out == "(Pdb) after\nlater\n"
    assert sys.breakpointhook is fake_pdb


def test_input_gives_the_streams_back(local_runner, monkeypatch, capsys):
    def answer(prompt):
        print(prompt, end="")
        return "42"

    monkeypatch.setattr(builtins, "input", answer)
    recorder = run(local_runner, lambda: input("How many? "))
    assert told(recorder) == ""
    assert capsys.readouterr().out == "How many? "
