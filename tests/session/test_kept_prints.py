"""What nodes print is kept as a terminal would show it: the last of it where it is too much, and a word on the rest."""

import time

import pytest

from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner.events import NodePrinted, RunStarted
from kedro_nb.session.kept_prints import KeptPrints
from kedro_nb.session.progress import RunProgress


class Node:
    def __init__(self):
        self.prints = []

    @property
    def text(self):
        return "".join(text for _, text in self.prints)

    @property
    def size(self):
        return len(self.text)


def test_what_is_not_much_is_kept_as_it_came():
    kept, a = KeptPrints(), Node()
    for part in (("stdout", "one\n"), ("stderr", "two\n"), ("stdout", "thr"), ("stdout", "ee\n")):
        kept.add(a, *part)
    assert a.prints == [("stdout", "one\n"), ("stderr", "two\n"), ("stdout", "thr"), ("stdout", "ee\n")]


def test_of_very_much_the_last_lines_are_kept_and_the_number_of_the_others():
    kept, a = KeptPrints(most_of_a_node=1000), Node()
    for i in range(500):
        kept.add(a, "stdout", f"line {i}\n")
    first, *lines = a.text.splitlines()
    left_out = 500 - len(lines)
    assert first == f"… {left_out:,} earlier lines are left out"
    assert lines == [f"line {i}" for i in range(left_out, 500)]
    assert 500 < a.size < 1100


def test_one_huge_text_is_cut_at_a_line():
    kept, a = KeptPrints(most_of_a_node=100), Node()
    kept.add(a, "stdout", "".join(f"{i:4}\n" for i in range(1000)))
    first, *lines = a.text.splitlines()
    assert lines == [f"{i:4}" for i in range(1000 - len(lines), 1000)]
    assert first == f"… {1000 - len(lines):,} earlier lines are left out"


def test_one_huge_line_is_cut():
    kept, a = KeptPrints(most_of_a_node=100), Node()
    kept.add(a, "stdout", "x" * 100_000)
    assert "xxxx" in a.text
    assert a.size < 200


def test_a_run_keeps_the_prints_of_quiet_nodes_when_others_print_very_much():
    kept, quiet, loud = KeptPrints(most_of_a_node=10_000, most=5_000), Node(), Node()
    kept.add(quiet, "stdout", "important\n")
    for i in range(5_000):
        kept.add(loud, "stdout", f"noise {i}\n")
    assert quiet.text == "important\n"
    assert loud.text.endswith("noise 4999\n")
    assert loud.size < 5_100


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["10%", "\r20%"], "20%"),
        (["10%\r", "20%\r", "30%\n"], "30%\n"),
        (["done\n10%", "\r20%", "\nnext"], "done\n20%\nnext"),
        (["done\n", "\r20%"], "done\n20%"),
        (["a\r", "\nb"], "a\r\nb"),
        (["a\r\n", "b"], "a\nb"),
    ],
)
def test_a_line_that_is_overwritten_is_gone(texts, shown):
    kept, a = KeptPrints(), Node()
    for text in texts:
        kept.add(a, "stderr", text)
    assert a.text == shown


def test_a_progress_bar_overwrites_its_own_stream_only():
    kept, a = KeptPrints(), Node()
    for part in (("stderr", "10%"), ("stdout", "row\n"), ("stderr", "\r20%")):
        kept.add(a, *part)
    assert a.prints == [("stdout", "row\n"), ("stderr", "20%")]


def test_the_progress_of_a_run_keeps_the_end_of_what_a_node_prints():
    talk = node(len, "x", "y", name="talk")
    progress = RunProgress()
    progress(RunStarted(time.time(), None, "SequentialRunner", pipeline([talk]), (talk,)))
    for i in range(40):
        progress(NodePrinted(time.time(), talk, "stdout", f"{i:10}\n" * 1_000))
    text = "".join(text for _, text in progress.nodes["talk"].prints)
    assert len(text) < 300_000
    assert text.endswith("        39\n")
    assert "earlier lines are left out" in text.splitlines()[0]
