"""A worker runs what the notebook has: functions and classes of cells and modules, at first and after an edit."""

import importlib

import pytest

from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner
from kedro_nb.runner.executors import pool

from .code_cases import CASES
from .conftest import HOMES, METHODS, spread


def run(nodes, max_workers=1, **data):
    return ParallelRunner(max_workers=max_workers).run(pipeline(nodes), DataCatalog(data)).load()


def chain(home, name="y"):
    return [node(home.make, "x", f"v of {name}"), node(home.read, f"v of {name}", name)]


@pytest.mark.parametrize(
    ("case", "define", "method"), spread(CASES, HOMES, METHODS), indirect=["define", "method"]
)
def test_a_node_runs_the_code_of_now_at_first_and_after_an_edit(case, define, method):
    check(CASES[case], define)


def check(case, define):
    source, first, edited = case
    home = define(source.replace("EDIT", "2"))
    assert run(chain(home), x=1)["y"] == first
    home = define(source.replace("EDIT", "3"))
    assert run(chain(home), x=1)["y"] == edited


PANDAS = (
    """
import pandas as pd
class Frame(pd.DataFrame):
    @property
    def _constructor(self): return Frame
    def total(self): return int(self['x'].sum()) * EDIT
def make(x): return Frame({'x': [1, 2]})
def read(v): return v.total(), type(v) is Frame, type(v.head(1)) is Frame
""",
    (6, True, True),
    (9, True, True),
)


def test_a_node_runs_a_subclass_of_a_data_frame(define, monkeypatch):
    """In a fork that begins with pandas: each other process would have to import it, for seconds."""
    importlib.import_module("pandas")
    monkeypatch.setenv("KEDRO_MP_CONTEXT", "fork")
    pool.shut_down()
    check(PANDAS, define)


def test_new_processes_run_the_same(user_module, method):
    """The whole table in one run, each node in the process that is free."""
    pool.shut_down()
    nodes, expected = [], {}
    for number, (case, (source, first, _)) in enumerate(CASES.items()):
        nodes += chain(user_module(source.replace("EDIT", "2"), f"steps_{number}"), case)
        expected[case] = first
    assert run(nodes, max_workers=2, x=1) == expected
