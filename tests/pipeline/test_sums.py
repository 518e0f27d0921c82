"""Pipelines put together: set algebra, and sum() of very many."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedro_nb.pipeline import CircularDependencyError, OutputNotUniqueError, Pipeline, node

MANY = 1_000


def f(*args):
    return args


def named(name, inputs, outputs):
    return node(f, inputs, outputs, name=name)


def chain(count, start=0):
    return [named(f"n{i}", f"d{i}", f"d{i + 1}") for i in range(start, start + count)]


@given(st.data())
def test_set_algebra_is_that_of_sets_of_nodes(specs, data):
    nodes = [spec.build(node) for spec in data.draw(specs())]
    some = st.lists(st.sampled_from(nodes), unique=True)
    left, right = set(data.draw(some)), set(data.draw(some))
    one, two = Pipeline(left), Pipeline(right)
    assert set((one + two).nodes) == left | right
    assert set((one | two).nodes) == left | right
    assert set((one & two).nodes) == left & right
    assert set((one - two).nodes) == left - right


@given(st.data())
def test_a_sum_in_any_order_is_the_pipeline_of_all_nodes(specs, data):
    nodes = [spec.build(node) for spec in data.draw(specs())]
    parts = [Pipeline([n]) for n in data.draw(st.permutations(nodes))]
    assert sum(parts).nodes == Pipeline(nodes).nodes


def test_operators_leave_both_sides_as_they_are():
    one, two = Pipeline(chain(2)), Pipeline(chain(2, start=1))
    one + two, one | two, one & two, one - two
    assert (len(one), len(two)) == (2, 2)


def test_the_left_side_wins_where_both_have_a_node():
    one = Pipeline([named("n", "a", "b").tag("left")])
    two = Pipeline([named("n", "a", "b").tag("right")])
    assert (one + two).nodes[0].tags == {"left"}
    assert (one & two).nodes[0].tags == {"left"}


@pytest.mark.parametrize("other", [1, None, "p", [], named("n", "a", "b")])
def test_only_pipelines_can_be_put_together(other):
    made = Pipeline(chain(1))
    for operate in (
        lambda: made + other,
        lambda: made | other,
        lambda: made & other,
        lambda: made - other,
        lambda: other + made,
    ):
        with pytest.raises(TypeError):
            operate()


def test_a_sum_starts_with_nothing():
    made = Pipeline(chain(1))
    assert sum([made]).nodes == made.nodes
    assert sum([]) == 0


CLASHES = {
    "output": (named("new", "x", "d1"), OutputNotUniqueError),
    "name": (named("n0", "x", "y"), ValueError),
    "circle": (named("new", "d2", "d0"), CircularDependencyError),
}


@pytest.mark.parametrize("clash", CLASHES)
def test_a_small_sum_is_checked_where_it_is_written(clash):
    wrong, error = CLASHES[clash]
    with pytest.raises(error):
        Pipeline(chain(2)) + Pipeline([wrong])
    with pytest.raises(error):
        sum([Pipeline(chain(2)), Pipeline([wrong])])


@pytest.mark.parametrize("clash", CLASHES)
@pytest.mark.parametrize(
    "use",
    [
        len,
        list,
        repr,
        pickle.dumps,
        Pipeline,
        Pipeline.inputs,
        Pipeline.describe,
        lambda p: p.nodes,
        lambda p: p - p,
        lambda p: p.only_nodes("n1"),
        lambda p: (p + Pipeline(chain(1, start=2 * MANY))).nodes,
    ],
)
def test_a_large_sum_is_checked_at_its_first_use_at_the_latest(clash, use):
    wrong, error = CLASHES[clash]
    parts = [Pipeline(chain(MANY)), Pipeline([wrong])]
    with pytest.raises(error):
        use(sum(parts))


def test_an_error_in_a_sum_comes_again_at_every_use():
    wrong = sum([Pipeline(chain(MANY)), Pipeline([CLASHES["output"][0]])])
    for _ in range(2):
        with pytest.raises(OutputNotUniqueError):
            wrong.nodes


@pytest.mark.parametrize("reverse", [False, True])
def test_a_sum_of_thousands_needs_no_recursion(reverse):
    total = 0
    parts = [Pipeline([n]) for n in chain(3 * MANY)]
    for part in parts:
        total = part + total if reverse and total else total + part
    assert len(total) == 3 * MANY
    assert total.nodes == Pipeline(chain(3 * MANY)).nodes


def test_a_sum_of_thousands_does_not_check_its_first_parts_again_and_again(monkeypatch):
    from kedro_nb.pipeline import checks

    checked = []
    check = checks.check_names
    monkeypatch.setattr(checks, "check_names", lambda nodes: (checked.append(len(nodes)), check(nodes)))
    parts = [Pipeline([n]) for n in chain(MANY)]
    checked.clear()
    len(sum(parts))
    assert sum(checked) < 5 * MANY
