"""The extension in IPython in a real terminal."""

from __future__ import annotations

import re
import sys

import pytest

pexpect = pytest.importorskip("pexpect")

PROMPT = r"In \[\d+\]: "
CODE = """
import os, signal, time
from kedro_nb.pipeline import Node, Pipeline

def work(x):
    time.sleep(0.1)
    return x

def interrupt(y):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(1)

def chatty(x):
    print("hello")
    return x

prints = Pipeline([Node(chatty, "x", "said", name="chatty")])
good = Pipeline([Node(work, "x", "y", name="work")])
stopped = good + Pipeline([Node(interrupt, "y", "z", name="interrupt")])
"""


@pytest.fixture(scope="module")
def terminal(tmp_path_factory):
    """Types lines into IPython and gives what the terminal shows for each."""
    folder = tmp_path_factory.mktemp("terminal")
    (folder / "code.py").write_text(CODE)
    arguments = ["-m", "IPython", "--no-banner", "--simple-prompt"]
    arguments += ["--HistoryManager.enabled=False", "-i", "code.py"]
    child = pexpect.spawn(
        sys.executable, arguments, encoding="utf-8", dimensions=(40, 120), cwd=str(folder), timeout=30
    )
    child.expect(PROMPT)

    def type_line(line):
        child.sendline(line)
        child.expect(PROMPT)
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", child.before)

    type_line("%load_ext kedro_nb")
    type_line("%kedro_save x 1")
    yield type_line
    child.close(force=True)


def test_a_run_is_a_bar_that_ends_as_a_table_and_the_result(terminal):
    shown = terminal("%kedro_run -p good")
    assert (
        shown.index("━━━")
        < shown.index("✓ 1 of 1 node in")
        < shown.index("✓  work")
        < shown.index("{'y': 1}")
    )


def test_what_a_node_prints_stands_once_under_its_name(terminal):
    shown = terminal("%kedro_run -p prints").replace("\r", "")
    assert "chatty:\n  hello\n" in shown
    assert shown.count("hello") == 1


def test_an_interrupt_is_a_clean_message(terminal):
    shown = terminal("%kedro_run -p stopped")
    assert (
        "nodes are done.\r\n\r\nWhat is done is kept. To go on: %kedro_run -p stopped --from-nodes=interrupt"
        in shown
    )
    assert "Traceback" not in shown
    assert "]: 1\r\n" in terminal("%kedro_load y")


def test_a_pipeline_is_drawn_as_text(terminal):
    assert "work: x -> y" in terminal("good")


def test_beside_a_run_in_the_background_there_is_a_prompt_and_no_bar(terminal):
    shown = terminal("run = %kedro_run -p good --background")
    assert "━" not in shown
    shown += terminal("run.wait()")
    for _ in range(100):  # the table comes when it comes, and the prompt does not wait for it
        if "1 of 1 node in" in shown:
            break
        shown += terminal("time.sleep(0.1)")
    assert "1 of 1 node in" in shown
