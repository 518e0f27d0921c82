"""Every slice equals its definition, worked out the slow way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedro_nb.pipeline import Pipeline, node


def f(*args):
    return args


def bare(name):
    return name.split("@")[0]


class BruteForce:
    """Slices of specs by their definitions; every answer is a set of full node names."""

    def __init__(self, specs):
        self.specs = specs

    def pick(self, test):
        return {spec.full_name for spec in self.specs if test(spec)}

    def grow(self, names, forward):
        """Add neighbours until there are no more."""
        before = None
        while before != names:
            before = names
            chosen = [spec for spec in self.specs if spec.full_name in names]
            ends = {bare(d) for spec in chosen for d in (spec.outputs if forward else spec.inputs)}
            names = names | self.pick(
                lambda spec, ends=ends: ends & {bare(d) for d in (spec.inputs if forward else spec.outputs)}
            )
        return names

    def only_nodes(self, *names):
        return self.pick(lambda spec: spec.full_name in names)

    def only_nodes_with_tags(self, *tags):
        return self.pick(lambda spec: set(tags) & set(spec.tags))

    def only_nodes_with_namespaces(self, namespaces):
        return self.pick(lambda spec: any(f"{spec.namespace}.".startswith(f"{name}.") for name in namespaces))

    def only_nodes_with_inputs(self, *datasets):
        return self.pick(lambda spec: any(d in datasets or bare(d) in datasets for d in spec.inputs))

    def only_nodes_with_outputs(self, *datasets):
        return self.pick(lambda spec: any(d in datasets or bare(d) in datasets for d in spec.outputs))

    def from_inputs(self, *datasets):
        return self.grow(self.only_nodes_with_inputs(*datasets), forward=True)

    def to_outputs(self, *datasets):
        return self.grow(self.only_nodes_with_outputs(*datasets), forward=False)

    def from_nodes(self, *names):
        return self.grow(self.only_nodes(*names), forward=True)

    def to_nodes(self, *names):
        return self.grow(self.only_nodes(*names), forward=False)


BY_NODE = ["only_nodes", "from_nodes", "to_nodes"]
BY_DATASET = ["only_nodes_with_inputs", "only_nodes_with_outputs", "from_inputs", "to_outputs"]


def names_of(made):
    return {n.name for n in made.nodes}


def build(specs):
    return Pipeline([spec.build(node) for spec in specs])


def datasets_of(specs):
    written = {d for spec in specs for d in (*spec.inputs, *spec.outputs)}
    return st.lists(st.sampled_from(sorted(written | {bare(d) for d in written})), max_size=3)


def node_names_of(specs):
    return st.lists(st.sampled_from([spec.full_name for spec in specs]), max_size=3)


def check_parts(whole, part):
    """A slice is a pipeline of its own, in the order that its nodes alone would have."""
    assert part.nodes == Pipeline(part.nodes).nodes
    assert part.inputs() == Pipeline(part.nodes).inputs()
    assert part.outputs() == Pipeline(part.nodes).outputs()
    assert set(part.nodes) <= set(whole.nodes)


@pytest.mark.parametrize("method", BY_NODE)
@given(st.data())
def test_a_slice_by_nodes_equals_its_definition(specs, method, data):
    given_specs = data.draw(specs())
    names = data.draw(node_names_of(given_specs))
    whole = build(given_specs)
    part = getattr(whole, method)(*names)
    assert names_of(part) == getattr(BruteForce(given_specs), method)(*names)
    check_parts(whole, part)


@pytest.mark.parametrize("method", BY_DATASET)
@given(st.data())
def test_a_slice_by_datasets_equals_its_definition(specs, method, data):
    given_specs = data.draw(specs())
    names = data.draw(datasets_of(given_specs))
    whole = build(given_specs)
    part = getattr(whole, method)(*names)
    assert names_of(part) == getattr(BruteForce(given_specs), method)(*names)
    check_parts(whole, part)


@given(st.data())
def test_a_slice_by_tags_equals_its_definition(specs, data):
    given_specs = data.draw(specs())
    tags = data.draw(st.lists(st.sampled_from(["t1", "t2", "t3", "none"]), max_size=3))
    part = build(given_specs).only_nodes_with_tags(*tags)
    assert names_of(part) == BruteForce(given_specs).only_nodes_with_tags(*tags)


@given(st.data())
def test_a_slice_by_namespaces_equals_its_definition(specs, data):
    given_specs = data.draw(specs())
    known = sorted({p for spec in given_specs for p in spec.build(node).namespace_prefixes})
    wanted = data.draw(st.lists(st.sampled_from(known), max_size=3) if known else st.just([]))
    part = build(given_specs).only_nodes_with_namespaces(wanted)
    assert names_of(part) == BruteForce(given_specs).only_nodes_with_namespaces(wanted)


@given(st.data())
def test_filter_keeps_what_every_filter_keeps(specs, data):
    given_specs = data.draw(specs())
    slow = BruteForce(given_specs)
    filters, kept = {}, [names_of(build(given_specs))]
    for argument, method, values in (
        ("tags", slow.only_nodes_with_tags, st.lists(st.sampled_from(["t1", "t2", "t3"]))),
        ("from_nodes", slow.from_nodes, node_names_of(given_specs)),
        ("to_nodes", slow.to_nodes, node_names_of(given_specs)),
        ("node_names", slow.only_nodes, node_names_of(given_specs)),
        ("from_inputs", slow.from_inputs, datasets_of(given_specs)),
        ("to_outputs", slow.to_outputs, datasets_of(given_specs)),
    ):
        names = data.draw(st.none() | values)
        filters[argument] = names
        if names:
            kept.append(method(*names))
    expected = set.intersection(*kept)
    if expected:
        assert names_of(build(given_specs).filter(**filters)) == expected
    else:
        with pytest.raises(
            ValueError, match="Pipeline contains no nodes after applying all provided filters"
        ):
            build(given_specs).filter(**filters)


# Words


@pytest.fixture
def flow():
    return Pipeline(
        [
            node(f, "raw_data", "clean_data", name="clean", tags="prepare"),
            node(f, "clean_data", "model@pickle", name="train", namespace="science.fit"),
            node(f, "model@json", "report", name="report", namespace="science"),
        ]
    )


@pytest.mark.parametrize("method", BY_NODE)
def test_an_unknown_node_is_told_with_names_that_look_alike(flow, method):
    with pytest.raises(
        ValueError, match=r"does not contain nodes named \['claen'\]. Did you mean: \['clean'\]\?"
    ):
        getattr(flow, method)("claen")


def test_a_name_without_its_namespace_is_told_with_it(flow):
    with pytest.raises(ValueError, match=r"named \['train'\]. Did you mean: \['science.fit.train'\]\?"):
        flow.only_nodes("train")


def test_all_unknown_names_are_told_sorted_and_known_ones_are_not(flow):
    with pytest.raises(ValueError, match=r"does not contain nodes named \['xx', 'zzz'\].$"):
        flow.only_nodes("zzz", "clean", "xx")


@pytest.mark.parametrize("method", BY_DATASET)
def test_an_unknown_dataset_is_told_with_names_that_look_alike(flow, method):
    message = r"does not contain datasets named \['clean_dta'\]. Did you mean: \['clean_data'"
    with pytest.raises(ValueError, match=message):
        getattr(flow, method)("clean_dta")


def test_an_unknown_namespace_is_told_with_names_that_look_alike(flow):
    with pytest.raises(ValueError, match=r"following namespaces: \['sciense'\]. Did you mean: \['science'"):
        flow.only_nodes_with_namespaces(["science", "sciense"])


def test_an_unknown_tag_in_a_filter_is_told_with_names_that_look_alike(flow):
    with pytest.raises(ValueError, match=r"No node has the tags \['prepair'\]. Did you mean: \['prepare'\]"):
        flow.filter(tags=["prepair"])


@pytest.mark.parametrize("method", [*BY_NODE, *BY_DATASET, "only_nodes_with_tags"])
@pytest.mark.parametrize("name", [["clean"], 1, None])
def test_a_name_that_is_no_string_is_refused(flow, method, name):
    with pytest.raises(TypeError, match="Names must be strings, each an argument of its own, not "):
        getattr(flow, method)(name)


def test_a_lone_string_is_one_name(flow):
    assert names_of(flow.filter(tags="prepare")) == {"clean"}
    assert names_of(flow.only_nodes_with_namespaces("science")) == {"science.report", "science.fit.train"}


def test_namespaces_within_each_other_keep_their_nodes_once(flow):
    assert names_of(flow.only_nodes_with_namespaces(["science", "science.fit"])) == {
        "science.report",
        "science.fit.train",
    }


def test_a_bare_name_means_every_format_and_a_format_only_itself(flow):
    assert names_of(flow.only_nodes_with_inputs("model")) == {"science.report"}
    assert names_of(flow.only_nodes_with_inputs("model@json")) == {"science.report"}
    assert names_of(flow.only_nodes_with_inputs("model@pickle")) == set()
    with pytest.raises(ValueError, match="does not contain datasets named"):
        flow.only_nodes_with_inputs("model@csv")


def test_filter_without_filters_keeps_all(flow):
    assert flow.filter().nodes == flow.nodes
    assert flow.filter(node_names=[], tags=None).nodes == flow.nodes
