"""Runs the code blocks of Kedro's pages "Run a pipeline" (newer and older) as cells of a notebook.

The blocks stand in the tests as the pages print them. The console lines (`kedro run ...`) are in `test_commands.py`.
"""

from __future__ import annotations

import ast
import re
from textwrap import dedent

import pytest

from kedro_nb.pipeline import Pipeline, node


class Notebook:
    """Runs cells one after another; what a cell ends with is its value, as after `Out[7]:`."""

    def __init__(self):
        self.variables = {"__name__": "__main__"}

    def __call__(self, block):
        cell = ast.parse(as_ours(dedent(block)))
        last = cell.body.pop() if isinstance(cell.body[-1], ast.Expr) else None
        exec(compile(cell, "<cell>", "exec"), self.variables)
        if last is not None:
            return eval(compile(ast.Expression(last.value), "<cell>", "eval"), self.variables)

    @staticmethod
    def write(block, path):
        """Put a block into a file instead of a cell."""
        path.write_text(as_ours(dedent(block)))


def as_ours(text):
    """What the pages say of `kedro`, read as `kedro_nb`."""
    return re.sub(r"\bkedro\.(framework\.)?(?=\w)", "kedro_nb.", text)


def mean(xs, n):
    return sum(xs) / n


def mean_of_squares(xs, n):
    return sum(x**2 for x in xs) / n


def variance(m, m2):
    return m2 - m * m


@pytest.fixture
def cell():
    """A fresh notebook with the variance pipeline that both pages speak of."""
    notebook = Notebook()
    notebook.variables["pipeline"] = Pipeline(
        [
            node(len, "xs", "n"),
            node(mean, ["xs", "n"], "m"),
            node(mean_of_squares, ["xs", "n"], "m2"),
            node(variance, ["m", "m2"], "v"),
        ]
    )
    return notebook


@pytest.fixture(autouse=True)
def nothing_warned_yet(monkeypatch):
    """Each test begins as a new process does: no older spelling has warned."""
    monkeypatch.setattr("kedro_nb.io.legacy._warned", set())


@pytest.fixture
def lines(caplog):
    """The log lines so far, each as `(logger, message)`."""
    caplog.set_level("INFO", logger="kedro_nb")
    return lambda: [(record.name, record.getMessage()) for record in caplog.records]
