"""Order, priorities, resume points and missing outputs, without running anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner.plan import Plan, nodes_to_resume, nodes_with_missing_outputs


def f(*args):
    return None


def chain_and_leaf():
    """a -> b -> c beside a lonely d."""
    return Plan(
        pipeline(
            [
                node(f, "x", "a", name="a"),
                node(f, "a", "b", name="b"),
                node(f, "b", "c", name="c"),
                node(f, "x", "d", name="d"),
            ]
        )
    )


def by_name(plan, values):
    return {n.name: value for n, value in zip(plan.nodes, values, strict=True)}


def test_without_measurements_the_longest_way_counts_nodes():
    plan = chain_and_leaf()
    assert by_name(plan, plan.priorities({})) == {"a": 3, "b": 2, "c": 1, "d": 1}


def test_measured_seconds_decide_where_there_are_any():
    plan = chain_and_leaf()
    assert by_name(plan, plan.priorities({"a": 1, "b": 1, "c": 1, "d": 9})) == {
        "a": 3,
        "b": 2,
        "c": 1,
        "d": 9,
    }


def test_a_node_without_a_measurement_counts_as_the_average():
    plan = chain_and_leaf()
    assert by_name(plan, plan.priorities({"a": 1, "b": 3}))["c"] == 2


def test_a_node_waits_once_for_a_dataset_that_it_reads_in_two_formats():
    plan = Plan(pipeline([node(f, "x", "a@one", name="w"), node(f, ["a@one", "a@two"], "b", name="r")]))
    assert by_name(plan, plan.waiting) == {"w": 0, "r": 1}


@pytest.mark.parametrize(
    ("done", "lasting", "expected"),
    [
        ((), "", ["a", "d"]),
        (("a",), "a", ["b", "d"]),
        (("a",), "", ["a", "d"]),
        (("a", "b", "d"), "", ["a"]),
        (("a", "b", "d"), "a", ["b"]),
        (("a", "b", "d"), "b", ["c"]),
        (("a", "b", "c"), "", ["d"]),
    ],
)
def test_resume_begins_at_the_nearest_node_whose_inputs_last(done, lasting, expected):
    plan = chain_and_leaf()
    finished = {i for i, n in enumerate(plan.nodes) if n.name in done}
    assert nodes_to_resume(plan, finished, lasts=lambda name: name in lasting) == expected


@given(st.sets(st.sampled_from("abcd")), st.sets(st.sampled_from("abcd")))
def test_missing_outputs_follow_kedros_rules(stored, existing):
    """A node runs when a stored output is missing or a node that runs needs an output that cannot be read."""
    plan = chain_and_leaf()
    readable = stored & existing
    needed = nodes_with_missing_outputs(
        plan, is_missing=lambda name: name in stored - existing, is_stored=lambda name: name in readable
    )
    names = {plan.nodes[i].name for i in needed}
    expected = stored - existing
    for reader, written in (("c", "b"), ("b", "a")):
        if reader in expected and written not in readable:
            expected = expected | {written}
    assert names == expected


def test_a_node_without_outputs_always_runs():
    plan = Plan(pipeline([node(f, "x", None, name="report")]))
    assert nodes_with_missing_outputs(plan, is_missing=lambda _: False, is_stored=lambda _: True) == {0}
