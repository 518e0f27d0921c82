from __future__ import annotations

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedro_nb import __version__
from kedro_nb.pipeline import (
    CircularDependencyError,
    ConfirmNotUniqueError,
    GroupedNodes,
    OutputNotUniqueError,
    Pipeline,
    node,
    pipeline,
)

DEEP = 10_000


def f(*args):
    return args


def named(name, inputs, outputs, **more):
    return node(f, inputs, outputs, name=name, **more)


def chain(count, start=0):
    return [named(f"n{i:05}", f"d{i}", f"d{i + 1}") for i in range(start, start + count)]


@pytest.fixture
def diamond():
    return Pipeline(
        [
            named("join", ["left", "right"], "out", namespace="s"),
            named("l", "mid", "left", tags="t"),
            named("r", "mid", "right", namespace="s.u"),
            named("top", ["in", "params:x"], "mid"),
        ]
    )


def test_replaced_nodes_stand_in_the_places_of_the_old_ones(diamond):
    nodes, layers = diamond.nodes, diamond.grouped_nodes
    new = diamond.nodes[0].with_function(print)
    made = diamond.with_nodes_replaced({new.name: new})
    assert made.nodes == nodes
    assert [each.func for each in made.nodes] == [print, f, f, f]
    assert [[each.name for each in layer] for layer in made.grouped_nodes] == [
        [each.name for each in layer] for layer in layers
    ]
    assert sorted(each.func.__name__ for each in made.node_dependencies) == ["f", "f", "f", "print"]
    assert [each.func for each in made.only_nodes(new.name).nodes] == [print]
    assert [each.func for each in diamond.nodes] == [f] * 4
    assert pickle.loads(pickle.dumps(made)).nodes[0].func is print


# Order


@given(st.data())
def test_the_order_can_be_run_and_does_not_depend_on_how_nodes_were_given(specs, data):
    given_specs = data.draw(specs())
    nodes = [spec.build(node) for spec in given_specs]
    made = Pipeline(nodes)
    written = {name.split("@")[0] for n in nodes for name in n.outputs}
    done: set[str] = set()
    for each in made.nodes:
        assert {name.split("@")[0] for name in each.inputs} & written <= done
        done |= {name.split("@")[0] for name in each.outputs}
    assert len(made.nodes) == len(nodes)
    assert made.nodes == Pipeline(data.draw(st.permutations(nodes))).nodes


def test_nodes_come_by_depth_and_then_by_name():
    made = Pipeline(
        [
            named("z", "a", "z1"),
            named("b", "z1", "b1"),
            named("y", "a", "y1"),
            named("aa", "y1", "a1"),
            named("c", "a", "late"),
        ]
    )
    assert [[n.name for n in layer] for layer in made.grouped_nodes] == [["c", "y", "z"], ["aa", "b"]]
    assert [n.name for n in made.nodes] == ["c", "y", "z", "aa", "b"]


def test_a_chain_of_ten_thousand_needs_no_recursion():
    made = Pipeline(reversed(chain(DEEP)))
    assert [n.name for n in made.nodes] == [f"n{i:05}" for i in range(DEEP)]
    assert len(made.from_nodes("n05000")) == DEEP - 5000
    assert len(made.to_outputs("d5000")) == 5000
    assert len(made.node_dependencies) == DEEP
    assert len(pickle.loads(pickle.dumps(made))) == DEEP
    assert len(pipeline(made, namespace="s").grouped_nodes) == DEEP


def test_a_circle_of_ten_thousand_is_found_and_told_briefly():
    with pytest.raises(CircularDependencyError) as error:
        Pipeline([*chain(DEEP), named("back", f"d{DEEP}", "d0")])
    assert "following 10001 item(s): back -> n00000 -> n00001 -> " in str(error.value)
    assert "more ..." in str(error.value)
    assert len(str(error.value)) < 1000


# What it holds


def test_it_knows_its_datasets(diamond):
    assert diamond.inputs() == {"in", "params:x"}
    assert diamond.outputs() == {"out"}
    assert diamond.all_inputs() == {"in", "params:x", "mid", "left", "right"}
    assert diamond.all_outputs() == {"mid", "left", "right", "out"}
    assert diamond.datasets() == {"in", "params:x", "mid", "left", "right", "out"}


def test_datasets_in_formats_are_named_as_written_and_connect_without():
    made = Pipeline([named("w", "a", "b@x"), named("r", "b@y", "c"), named("q", "b@x", "e@z")])
    assert made.inputs() == {"a"}
    assert made.outputs() == {"c", "e@z"}
    assert made.datasets() == {"a", "b@x", "b@y", "c", "e@z"}
    assert [n.name for n in made.nodes] == ["w", "q", "r"]


def test_dependencies_are_nodes_whose_outputs_are_read(diamond):
    names = {n.name: {before.name for before in found} for n, found in diamond.node_dependencies.items()}
    assert names == {"top": set(), "l": {"top"}, "s.u.r": {"top"}, "s.join": {"l", "s.u.r"}}


def test_changing_what_a_pipeline_hands_out_does_not_change_it(diamond):
    before = repr(diamond), diamond.inputs(), diamond.outputs(), diamond.datasets()
    for collection in (diamond.inputs(), diamond.outputs(), diamond.datasets(), diamond.all_inputs()):
        collection.clear()
    diamond.nodes.clear()
    diamond.grouped_nodes[0].clear()
    assert (repr(diamond), diamond.inputs(), diamond.outputs(), diamond.datasets()) == before


def test_length_iteration_and_membership(diamond):
    assert len(diamond) == 4
    assert list(diamond) == diamond.nodes
    assert diamond.nodes[0] in diamond
    assert named("top", "other", "mid") not in diamond
    assert "top" not in diamond


def test_an_empty_pipeline_is_a_pipeline():
    empty = Pipeline([])
    assert (len(empty), empty.nodes, empty.inputs(), empty.grouped_nodes) == (0, [], set(), [])
    assert bool(empty)
    assert repr(empty) == "Pipeline([])"


def test_tags_are_added_to_every_node(diamond):
    assert all("new" in n.tags for n in Pipeline(diamond, tags="new"))
    tagged = diamond.tag(["new", "more"])
    assert {n.name: n.tags for n in tagged}["l"] == {"t", "new", "more"}
    assert {n.name: n.tags for n in diamond}["l"] == {"t"}


def test_pipelines_nest_in_lists_and_generators(diamond):
    made = Pipeline(part for part in (diamond, named("end", "out", "end")))
    assert [n.name for n in made.nodes] == ["top", "l", "s.u.r", "s.join", "end"]


def test_it_pickles(diamond):
    diamond.nodes
    assert pickle.loads(pickle.dumps(diamond)).nodes == diamond.nodes


# What people read


def test_repr_has_a_line_for_every_node(diamond):
    assert repr(diamond) == (
        "Pipeline([\n"
        "  top: f([in;params:x]) -> [mid]\n"
        "  l: f([mid]) -> [left]\n"
        "  r: f([mid]) -> [right]\n"
        "  join: f([left;right]) -> [out]\n"
        "])"
    )


def test_repr_of_a_large_pipeline_leaves_out_the_middle():
    lines = repr(Pipeline(chain(1000))).splitlines()
    assert lines[1] == "  n00000: f([d0]) -> [d1]"
    assert lines[-2] == "  n00999: f([d999]) -> [d1000]"
    left_out = next(line for line in lines if "..." in line)
    assert len(lines) - 3 + int(left_out.split()[1]) == 1000


@pytest.mark.parametrize(
    ("names_only", "line"), [(True, "s.join"), (False, "join: f([left;right]) -> [out]")]
)
def test_describe_tells_inputs_order_and_outputs(diamond, names_only, line):
    text = diamond.describe(names_only=names_only)
    assert text.startswith("#### Pipeline execution order ####\nInputs: in, params:x\n\ntop")
    assert text.endswith(f"{line}\n\nOutputs: out\n##################################")


def test_to_json_tells_every_node(diamond):
    told = json.loads(diamond.to_json())
    assert told["kedro_nb_version"] == __version__
    assert told["pipeline"][1] == {"name": "l", "inputs": ["mid"], "outputs": ["left"], "tags": ["t"]}


# Groups


def test_nodes_group_by_their_outermost_namespace(diamond):
    assert diamond.group_nodes_by("namespace") == [
        GroupedNodes("top", "nodes", ["top"], []),
        GroupedNodes("l", "nodes", ["l"], ["top"]),
        GroupedNodes("s", "namespace", ["s.u.r", "s.join"], ["top", "l"]),
    ]


def test_without_a_strategy_every_node_is_a_group(diamond):
    assert [group.name for group in diamond.group_nodes_by(None)] == ["top", "l", "s.u.r", "s.join"]


def test_an_unknown_way_to_group_is_refused(diamond):
    with pytest.raises(ValueError, match="Unsupported group_by strategy: tags"):
        diamond.group_nodes_by("tags")


def test_a_namespace_that_waits_for_a_node_that_waits_for_it_warns():
    made = Pipeline(
        [named("1", "a", "b", namespace="s"), named("free", "b", "c"), named("2", "c", "d", namespace="s")]
    )
    with pytest.warns(UserWarning, match=r"Namespace 's' is interrupted by \['free'\]"):
        made.group_nodes_by("namespace")


# Nodes that make no pipeline


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ("abc", "Pipeline takes a list of nodes and pipelines, not str 'abc'"),
        (5, "Pipeline takes a list of nodes and pipelines, not int 5"),
        (named("n", "a", "b"), "Pipeline takes a list of nodes and pipelines, not Node "),
        ([f], "Pipeline takes nodes and pipelines, not function"),
        ([(f, "a", "b")], "Pipeline takes nodes and pipelines, not tuple"),
    ],
)
def test_anything_but_nodes_and_pipelines_is_refused(nodes, message):
    with pytest.raises(TypeError, match=message):
        Pipeline(nodes)


def test_no_nodes_at_all_is_refused():
    with pytest.raises(ValueError, match="'nodes' argument of 'Pipeline' is None"):
        Pipeline(None)


def test_a_name_that_two_nodes_bear_is_told_with_both():
    with pytest.raises(ValueError, match="Pipeline nodes must have unique names") as error:
        Pipeline([named("x", "a", "b"), named("x", "a", "c"), named("y", "a", "d")])
    assert "\n  x\n    x: f([a]) -> [b]\n    x: f([a]) -> [c]\n" in str(error.value)
    assert "  y" not in str(error.value)


def test_the_same_node_twice_is_told():
    with pytest.raises(ValueError, match=r"x: f\(\[a\]\) -> \[b\] \(2 times\)"):
        Pipeline([named("x", "a", "b")] * 2)


@pytest.mark.parametrize(("first", "second"), [("b", "b"), ("b@p", "b@q"), (["b", "e"], ["c", "b"])])
def test_a_dataset_that_two_nodes_write_is_told_with_both(first, second):
    nodes = [named("x", "a", first), named("y", "d", second)]
    with pytest.raises(
        OutputNotUniqueError, match=r"Output\(s\) \['b'\] are returned by more than one nodes"
    ) as error:
        Pipeline(nodes)
    assert f"\n  b\n    {nodes[0]}\n    {nodes[1]}" in str(error.value)


def test_a_message_about_very_many_nodes_stays_short():
    with pytest.raises(OutputNotUniqueError) as error:
        Pipeline([named(f"n{i}", "a", "b") for i in range(1000)])
    assert "990 more ..." in str(error.value)
    assert len(str(error.value)) < 1000


@pytest.mark.parametrize("confirms", [("a", ["a"]), ("a@x", "a"), (["a", "a"], None)])
def test_a_dataset_confirmed_twice_is_told(confirms):
    nodes = [named("x", "a", "b", confirms=confirms[0]), named("y", "c", "d", confirms=confirms[1])]
    with pytest.raises(ConfirmNotUniqueError, match=r"\['a'\] datasets are confirmed by more than one node"):
        Pipeline(nodes)


def test_a_circle_is_shown_as_a_path():
    nodes = [named("x", "c", "a"), named("y", "a", "b"), named("z", "b", "c"), named("aside", "c", "e")]
    with pytest.raises(CircularDependencyError, match=r"the following 3 item\(s\): x -> y -> z -> x\n"):
        Pipeline(nodes)


def test_a_circle_through_formats_is_found():
    with pytest.raises(CircularDependencyError, match="x -> y -> x"):
        Pipeline([named("x", "a@p", "b@p"), named("y", "b@q", "a@q")])


@pytest.mark.parametrize("bare", [named("y", "b", "c"), named("y", "c", "b")])
def test_a_dataset_used_with_and_without_a_format_is_refused(bare):
    with pytest.raises(
        ValueError, match=r"used with transcoding, but were referenced without the separator: b."
    ):
        Pipeline([named("x", "b@p", "d"), bare])
