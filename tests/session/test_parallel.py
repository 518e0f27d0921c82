"""ParallelRunner in a session."""

import os
import subprocess
import sys

import pytest

from kedro_nb.errors import RequestError
from kedro_nb.hooks import hook_impl
from kedro_nb.io import DataCatalog, MemoryDataset, SharedMemoryDataCatalog
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import RunRequest

IN_PARALLEL = RunRequest(runner="ParallelRunner")
SCRIPT = """
from kedro_nb import RunRequest, Session
from kedro_nb.pipeline import Pipeline, node

class Point:
    pass

def make(xs):
    point = Point()
    point.x = sum(xs)
    return point

session = Session(pipelines={"p": Pipeline([node(make, "xs", "point"), node(lambda p: p.x, "point", "x")])})
session.catalog["xs"] = [1, 2]
print(session.run(RunRequest(runner="ParallelRunner")).result())
"""


@pytest.mark.parametrize("kind", [DataCatalog, SharedMemoryDataCatalog])
def test_the_catalog_holds_the_results(session, kind):
    session.catalog = kind({"xs": MemoryDataset(10)})
    session.run(IN_PARALLEL).result()
    assert session.catalog["out"].load() == 21
    assert session.catalog.load("params:k") == 1


def test_results_are_there_for_the_next_run(session):
    session.run(RunRequest(runner="ParallelRunner", to_outputs=("middle",))).result()
    run = session.run(RunRequest(runner="ParallelRunner", from_nodes=("second",), params={"k": 5}))
    assert run.result().load() == {"out": 25}


def test_hooks_of_the_session_go_with_the_nodes(session):
    class Hooks:
        @hook_impl
        def before_node_run(self, node, inputs):
            return {"middle": 100} if node.name == "second" else None

    session.register(Hooks())
    assert session.run(IN_PARALLEL).result().load() == {"out": 101}


def test_a_run_knows_how_long_its_nodes_took(session):
    nodes = session.run(IN_PARALLEL).progress.nodes
    assert {name: node.seconds > 0 for name, node in nodes.items()} == {"first": True, "second": True}


def test_a_failing_node_leaves_what_is_done(session):
    def fail(middle):
        raise OSError("no luck")

    session.pipelines["main"] = session.pipelines["main"].only_nodes("first") + Pipeline(
        [node(fail, "middle", "never", name="fail")]
    )
    run = session.run(IN_PARALLEL)
    assert isinstance(run.error, OSError)
    assert run.resume.nodes == ("fail",)
    assert session.catalog["middle"].load() == 20


@pytest.mark.parametrize("value", ["thread", ""])
def test_a_start_method_that_there_is_not_is_refused_before_anything_runs(session, monkeypatch, value):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", value)
    with pytest.raises(RequestError, match=f"KEDRO_MP_CONTEXT is '{value}': it can be 'fork', 'spawn' or"):
        session.run(IN_PARALLEL)
    assert session.history == []


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_script_needs_no_guard_and_its_classes_come_back(tmp_path, method):
    """A process does not run the user's script again, whose `__name__` is never looked at."""
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        env={**os.environ, "KEDRO_MP_CONTEXT": method},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("{'x': 3}\n", "")
