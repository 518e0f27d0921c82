"""Nodes that are defined one by one, without a notebook."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kedro_nb.errors import CircularDependencyError, OutputNotUniqueError, RequestError
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.session import RunRequest, Session
from kedro_nb.session.cells import Origin


@pytest.fixture
def session():
    session = Session(parameters={"k": 10, "deep": {"depth": 4}})
    session.catalog["xs"] = [1, 2, 3]
    return session


def total(xs):
    return sum(xs)


def scaled(total, k):
    return total * k


def inputs(session, func, **options):
    session.node(func, outputs="out", **options)
    return session.nodes[options.get("name", func.__name__)].node.inputs


def test_inputs_are_the_datasets_and_parameters_of_the_arguments_names(session):
    session.node(total, outputs="total")
    session.node(scaled, outputs="scaled")
    assert session.nodes["scaled"].node.inputs == ["total", "params:k"]
    assert session.run().result().load() == {"scaled": 60}


def test_it_decorates(session):
    @session.node(outputs="total", tags="slow", namespace="n")
    def add(xs):
        return sum(xs)

    @session.node
    def show(total):
        print(total)

    assert add([1]) == 1
    assert session.nodes["n.add"].node.tags == {"slow"}
    assert session.nodes["show"].node.outputs == []


def test_given_inputs_are_taken_as_a_node_takes_them(session):
    session.node(sum, "xs", "total")
    session.node(lambda a, b: a - b, {"b": "total", "a": "params:k"}, "left", name="left")
    assert session.run().result().load() == {"left": 4}


def test_a_dataset_comes_before_a_parameter(session):
    session.catalog["k"] = 1
    assert inputs(session, lambda k: k, name="f") == ["k"]


def test_the_output_of_another_node_is_a_dataset(session):
    session.node(lambda xs: 1, outputs="k", name="first")
    assert inputs(session, lambda k=5: k, name="second") == ["k"]


def test_an_argument_that_nothing_is_there_for_keeps_its_default(session):
    assert inputs(session, lambda xs, ratio=0.2, k=1: k, name="f") == ["xs", "params:k"]


def test_an_argument_that_nothing_is_there_for_reads_a_dataset_to_come(session):
    assert inputs(session, lambda later: later, name="f") == ["later"]


def test_a_default_may_name_a_parameter(session):
    assert inputs(session, lambda xs, depth="params:deep.depth": depth, name="f") == [
        "xs",
        "params:deep.depth",
    ]


def test_all_parameters_are_read_by_their_name(session):
    assert inputs(session, lambda parameters: parameters, name="f") == ["parameters"]


def test_arguments_that_are_given_by_name_only_are_inputs(session):
    session.node(lambda *, xs, k: (xs, k), outputs="out", name="f")
    assert session.run().result().load() == {"out": ([1, 2, 3], 10)}


def test_a_function_that_does_not_tell_its_arguments_is_refused(session):
    with pytest.raises(RequestError, match="name the inputs"):
        session.node(max, outputs="x")


def test_a_name_again_replaces_the_node_where_it_stood(session):
    session.node(total, outputs="total")
    session.node(scaled, outputs="scaled")
    session.node(lambda xs: 1, outputs="total", name="total")
    assert list(session.nodes) == ["total", "scaled"]
    assert session.run().result().load() == {"scaled": 10}


def test_another_pipeline_moves_the_node(session):
    session.node(total, outputs="total")
    session.node(total, outputs="total", pipeline="other")
    assert list(session.pipelines) == ["other"]
    assert session.run(RunRequest(pipelines=("other",))).result().load() == {"total": 6}


def test_two_pipelines_may_write_the_same(session):
    session.node(total, outputs="total")
    session.node(max, "xs", "total", pipeline="other")
    assert len(session.nodes) == 2


def defined(session):
    return dict(session.nodes), {name: list(pipeline) for name, pipeline in session.pipelines.items()}


MISTAKES = {
    "an output of another node": (
        lambda s: s.node(max, "xs", "total"),
        OutputNotUniqueError,
        r"'total' is written by node 'total' of test_nodes.py, line \d+ already, and node 'max'.*%kedro_forget total",
    ),
    "a circle": (lambda s: s.node(max, "scaled", "xs"), CircularDependencyError, "total"),
    "no function": (lambda s: s.node("xs", "total"), RequestError, "'xs' is none"),
    "no name": (lambda s: s.node(lambda x: x, "xs", "y"), RequestError, "no name of its own"),
    "no inputs and no outputs": (
        lambda s: s.node(lambda: 1, name="f"),
        ValueError,
        "some 'inputs' or 'outputs'",
    ),
    "a parameter as output": (
        lambda s: s.node(max, "xs", "params:k"),
        RequestError,
        "'params:k' is a parameter",
    ),
    "its own input": (lambda s: s.node(total, "total", "total"), ValueError, "same inputs and outputs"),
    "arguments that do not fit": (
        lambda s: s.node(total, ["xs", "k"], "y"),
        TypeError,
        "'total' function expected",
    ),
    "a name that is none": (
        lambda s: s.node(max, "xs", "y", name="a b"),
        ValueError,
        "not a valid node name",
    ),
    "a pipeline that is none": (lambda s: s.node(max, "xs", "y", pipeline=""), RequestError, "has a name"),
    "a pipeline of the user's": (
        lambda s: s.node(max, "xs", "y", pipeline="mine"),
        RequestError,
        "'mine' was registered as a whole.*--pipelines=mine,more",
    ),
    "an unknown name": (lambda s: s.forget("scaled", "totl"), RequestError, "'totl'.*these instead: total"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_and_changes_nothing(session, mistake):
    make, kind, told = MISTAKES[mistake]
    session.pipelines["mine"] = Pipeline([Node(max, "xs", "most")])
    session.node(total, outputs="total")
    session.node(scaled, outputs="scaled")
    before = defined(session)
    with pytest.raises(kind, match=told):
        make(session)
    assert defined(session) == before


def test_forgotten_nodes_are_gone(session):
    session.node(total, outputs="total")
    session.node(scaled, outputs="scaled")
    session.forget("total")
    assert list(session.nodes) == ["scaled"]
    session.forget("scaled")
    assert not session.pipelines


def test_a_pipeline_registered_since_is_left_alone(session):
    session.node(total, outputs="total")
    theirs = Pipeline([Node(max, "xs", "most")])
    session.pipelines["__default__"] = theirs
    session.forget("total")
    assert session.pipelines["__default__"] is theirs


def test_a_cell_is_known_by_its_id_whatever_the_name(session):
    define = session.nodes.define
    define(total, outputs="total", origin=Origin("In [1]", "id1"))
    new = define(max, "xs", outputs="total", origin=Origin("In [2]", "id1"))
    assert list(session.nodes) == ["max"]
    assert [each.told for each in new.replaced] == ["'total' of In [1]"]


def test_without_ids_the_same_text_that_writes_the_same_is_the_same_cell(session):
    define = session.nodes.define
    define(total, outputs="total", origin=Origin("In [1]", text="same"))
    define(total, outputs="total", name="sums", origin=Origin("In [2]", text="same"))
    assert list(session.nodes) == ["sums"]
    define(total, outputs="more", name="more", origin=Origin("In [3]", text="same"))
    assert list(session.nodes) == ["sums", "more"]


def test_copies_of_a_cell_are_cells_of_their_own(session):
    session.nodes.define(total, outputs="total", origin=Origin("In [1]", "id1", "same"))
    with pytest.raises(OutputNotUniqueError, match=r"'total' of In \[1\] already, and node 'b' of In \[2\]"):
        session.nodes.define(total, outputs="total", name="b", origin=Origin("In [2]", "id2", "same"))


def test_a_circle_is_found_in_a_large_pipeline_too(session):
    for i in range(200):
        session.node(max, f"x{i}", f"x{i + 1}", name=f"n{i}")
    with pytest.raises(CircularDependencyError):
        session.node(max, "x200", "x0", name="back")
    assert len(session.nodes) == len(session.pipelines["__default__"]) == 200


def test_transcoding_is_checked(session):
    session.node(max, "xs", "y@one", name="a")
    with pytest.raises(ValueError, match="without the separator: y"):
        session.node(max, "y", "z", name="b")


def test_the_nodes_are_shown(session):
    assert "No nodes" in repr(session.nodes)
    session.node(total, outputs="total")
    assert repr(session.nodes).startswith("total  test_nodes.py, line ")


def test_a_script_runs_by_the_command_and_in_processes(tmp_path):
    (tmp_path / "script.py").write_text(
        "import kedro_nb\n\nsession = kedro_nb.session()\nsession.catalog['xs'] = [1, 2, 3]\n\n\n"
        "@session.node(outputs='total')\ndef add(xs):\n    return sum(xs)\n\n\n"
        "@session.node(outputs='half')\ndef halve(total):\n    return total / 2\n\n\n"
        "if __name__ == '__main__':\n"
        "    request = kedro_nb.RunRequest(runner='ParallelRunner')\n"
        "    print(session.run(request).result().load())\n"
    )

    def run(*words):
        return subprocess.run(
            [sys.executable, *words], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    assert run("script.py") == "{'half': 3.0}\n"
    assert "total" in run("-m", "kedro_nb", "run", "script.py", "--nodes=add")


def test_the_nodes_of_deleted_cells_are_removed_and_told(session):
    define = session.nodes.define
    define(total, outputs="total", origin=Origin("In [1]", "id1"))
    define(scaled, outputs="scaled", origin=Origin("In [2]", "id2"))
    session.node(max, "xs", "most")
    assert [each.told for each in session.nodes.forget_cells(["id1", "other", ""])] == ["'total' of In [1]"]
    assert session.nodes.forget_cells(["id1"]) == []
    assert list(session.nodes) == ["scaled", "max"]
    assert [node.name for node in session.pipelines["__default__"]] == ["max", "scaled"]


def test_a_cell_that_is_back_defines_its_node_as_before(session):
    define = session.nodes.define
    define(total, outputs="total", origin=Origin("In [1]", "id1"))
    session.nodes.forget_cells(["id1"])
    assert define(total, outputs="total", origin=Origin("In [2]", "id1")).replaced == ()
    assert session.run().result().load() == {"total": 6}
