"""On any graph, any runner computes what a plain evaluation in topological order computes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner.monitor import Monitor

from .conftest import RUNNERS, Recorder


@st.composite
def graphs(draw):
    """(inputs, outputs) of nodes over datasets d0, d1, ...; d0 and d1 are free inputs."""
    made, nodes = 2, []
    for _ in range(draw(st.integers(1, 12))):
        reads = draw(st.lists(st.integers(0, made - 1), min_size=1, max_size=3))
        writes = draw(st.integers(1, 2))
        nodes.append((reads, list(range(made, made + writes))))
        made += writes
    order = draw(st.permutations(range(len(nodes))))
    mutable = draw(st.booleans())
    return [nodes[i] for i in order], nodes, mutable


def combine(position, count, mutable):
    """A function of any inputs that also does what it likes to them."""

    def func(*values):
        numbers = [value[0] if mutable else value for value in values]
        if mutable:
            for value in values:
                value[0] = -1
                value.append("spoilt")
        total = sum((i + 1) * number for i, number in enumerate(numbers)) + position
        outputs = [total * 31 % 1009 + i for i in range(count)]
        wrapped = [[output] for output in outputs] if mutable else outputs
        return wrapped if count > 1 else wrapped[0]

    return func


def build(graph):
    shuffled, nodes, mutable = graph
    return pipeline(
        [
            node(
                combine(nodes.index(n), len(n[1]), mutable),
                [f"d{i}" for i in n[0]],
                [f"d{i}" for i in n[1]] if len(n[1]) > 1 else f"d{n[1][0]}",
                name=f"n{nodes.index(n)}",
            )
            for n in shuffled
        ]
    )


def evaluate(graph):
    """Every dataset's value, computed the plain way."""
    _, nodes, mutable = graph
    values = {0: 3, 1: 5}
    for position, (reads, writes) in enumerate(nodes):
        given_values = [[values[i]] if mutable else values[i] for i in reads]
        result = combine(position, len(writes), mutable)(*given_values)
        results = result if len(writes) > 1 else [result]
        values |= {i: (r[0] if mutable else r) for i, r in zip(writes, results, strict=True)}
    return values


def catalog_for(graph):
    return DataCatalog({f"d{i}": [value] if graph[2] else value for i, value in ((0, 3), (1, 5))})


@pytest.mark.parametrize("name", RUNNERS)
@given(graph=graphs())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_runner_equals_a_plain_evaluation(name, graph):
    whole = build(graph)
    catalog = catalog_for(graph)
    result = RUNNERS[name]().run(whole, catalog)
    expected = evaluate(graph)
    assert set(result) == whole.outputs()
    for output, data in result.load().items():
        assert (data[0] if graph[2] else data) == expected[int(output[1:])]
    left = {key for key in catalog if catalog.exists(key)}
    assert left == (whole.inputs() | whole.outputs() | {"d0", "d1"})


@pytest.mark.parametrize("name", RUNNERS)
@given(graph=graphs(), data=st.data())
@settings(max_examples=40)
def test_a_failed_run_mended_and_continued_equals_one_that_never_failed(name, graph, data):
    whole = build(graph)
    broken_name = data.draw(st.sampled_from(sorted(n.name for n in whole.nodes)))

    def broken(*values):
        raise ValueError(broken_name)

    spoilt = pipeline(
        [node(broken, n.inputs, n.outputs, name=n.name) if n.name == broken_name else n for n in whole.nodes]
    )
    catalog, monitor = catalog_for(graph), Monitor()
    with pytest.raises(ValueError, match=broken_name):
        RUNNERS[name]().run(spoilt, catalog, monitor=monitor)
    rest = whole.from_nodes(*monitor.resume.nodes)
    assert len(rest) == monitor.resume.unfinished
    RUNNERS[name]().run(rest, catalog)
    expected = evaluate(graph)
    for output in whole.outputs():
        value = catalog.load(output)
        assert (value[0] if graph[2] else value) == expected[int(output[1:])]


@pytest.mark.parametrize("name", RUNNERS)
@given(graph=graphs())
@settings(max_examples=30)
def test_no_node_starts_before_its_inputs_are_made(name, graph):
    whole, seen = build(graph), Recorder()
    RUNNERS[name]().run(whole, catalog_for(graph), monitor=Monitor([seen]))
    order = [(type(e).__name__, e.node.name) for e in seen.events if hasattr(e, "node")]
    writers = {output: n.name for n in whole.nodes for output in n.outputs}
    for n in whole.nodes:
        for name_read in n.inputs:
            if name_read in writers:
                assert order.index(("NodeCalled", writers[name_read])) < order.index(("NodeLoaded", n.name))
