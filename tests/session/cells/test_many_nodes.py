"""Nodes that are defined one by one are compared with their neighbours: as if all of them were, and at no such cost."""

from __future__ import annotations

import sys
from contextlib import nullcontext, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedro_nb.errors import RequestError
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.session import Session

DATASETS = ["a", "b", "c", "d", "a@x", "a@y", "b@x"]
NAMES = [f"n{i}" for i in range(5)]


def take_all(*values):
    return values


@st.composite
def definitions(draw):
    """A node: its name, what it reads and what it writes."""
    return (
        draw(st.sampled_from(NAMES)),
        draw(st.lists(st.sampled_from(DATASETS), max_size=2, unique=True)),
        draw(st.lists(st.sampled_from(DATASETS), min_size=1, max_size=2, unique=True)),
    )


def nodes_in(session):
    return {node.name: (node.inputs, node.outputs) for node in session.pipelines.get("__default__", [])}


def with_one_more(accepted, name, inputs, outputs):
    """The nodes by name, as they would be if one more was defined; None where that makes no pipeline."""
    with suppress(Exception):
        nodes = {**accepted, name: Node(take_all, inputs or None, outputs, name=name)}
        Pipeline(nodes.values())
        return nodes
    return None


@settings(max_examples=300, deadline=None)
@given(st.lists(definitions(), max_size=12), st.data())
def test_a_node_is_taken_where_it_fits_all_the_others_and_refused_where_it_does_not(defined, data):
    session = Session()
    accepted: dict[str, Node] = {}
    for name, inputs, outputs in defined:
        if accepted and data.draw(st.integers(0, 5)) == 0:
            gone = data.draw(st.sampled_from(sorted(accepted)))
            session.forget(gone)
            del accepted[gone]
        expected = with_one_more(accepted, name, inputs, outputs)
        with nullcontext() if expected else pytest.raises(Exception, match=r"."):
            session.node(take_all, inputs, outputs, name=name)
        accepted = expected or accepted
        assert nodes_in(session) == {each.name: (each.inputs, each.outputs) for each in accepted.values()}
        assert list(session.nodes) == list(accepted)


def calls_of(act):
    """How many functions are called, Python's own included."""
    count = 0

    def note(*_):
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


def chain(length, order):
    """A session with a chain, and what defines one of its nodes."""
    session = Session(parameters={"k": 1})
    session.catalog["x0"] = 1

    def define(i):
        function = eval(f"lambda x{i}, k: x{i}")
        session.node(function, outputs=f"x{i + 1}", name=f"n{i}")

    for i in order(range(length)):
        define(i)
    return session, define


ORDERS = {"forwards": list, "backwards": lambda numbers: list(numbers)[::-1]}


@pytest.mark.parametrize("order", ORDERS)
def test_one_more_costs_the_same_whether_there_are_many_or_few(order):
    def cost(length):
        _, define = chain(length, ORDERS[order])
        return calls_of(lambda: define(length))

    assert cost(1500) < 2 * cost(150)


def test_a_node_defined_again_costs_the_same_whether_there_are_many_or_few():
    def cost(length):
        _, define = chain(length, list)
        return calls_of(lambda: define(length // 2))

    assert cost(1500) < 2 * cost(150)


def test_a_circle_is_found_from_either_end():
    session, _ = chain(40, list)
    before = nodes_in(session)
    with pytest.raises(Exception, match="n0 -> n1 -> n2"):
        session.node(take_all, "x40", "x0", name="last")
    with pytest.raises(Exception, match="n10 -> n11 -> n10"):
        session.node(take_all, ["x10", "x12"], "x11", name="n10")
    assert nodes_in(session) == before


def test_what_a_node_wrote_before_is_no_dataset_for_itself_but_for_the_others():
    session, _ = chain(3, list)
    session.node(lambda x1, x3=7: x3, outputs="x3", name="n2")
    assert session.nodes["n2"].node.inputs == ["x1"]
    session.node(lambda x3=7: x3, outputs="y", name="other")
    assert session.nodes["other"].node.inputs == ["x3"]


def test_in_a_namespace_too():
    session = Session()
    for _ in range(2):
        session.node(lambda x, y=7: y, outputs="y", name="f", namespace="n")
    assert session.nodes["n.f"].node.inputs == ["x"]


def test_names_of_nodes_that_are_gone_are_not_offered():
    session, _ = chain(3, list)
    session.forget("n2")
    known = session.nodes.known()
    assert "x3" not in known.datasets
    assert set(known.datasets) == {"parameters", "x0", "x1", "x2"}
    assert len(known.datasets) == 4
    assert "k" in known.parameters
    assert set(known.parameters) == {"k"}
    assert len(known.parameters) == 1


def test_a_pipeline_taken_before_does_not_change_with_later_nodes():
    session, define = chain(3, list)
    taken = session.pipelines["__default__"]
    define(3)
    session.node(take_all, "x0", "x1", name="n0")
    session.forget("n2")
    assert [node.name for node in taken] == ["n0", "n1", "n2"]
    assert taken.nodes[0].func is not take_all


def test_one_node_with_and_without_a_format_is_refused_also_where_it_replaces_one():
    session = Session()
    session.node(take_all, "x", "y", name="f")
    with pytest.raises(ValueError, match="without the separator: x"):
        session.node(take_all, ["x", "x@p"], "y", name="f")


def test_unknown_names_are_told_with_what_is_there():
    session, _ = chain(3, list)
    with pytest.raises(RequestError, match="n2"):
        session.forget("n20")
