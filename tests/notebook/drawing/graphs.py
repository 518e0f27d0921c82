"""Random graphs and large pipelines to draw."""

import random

from hypothesis import strategies as st

from kedro_nb.pipeline import Pipeline, node


def work(*args):
    return args


@st.composite
def dags(draw, largest=24):
    """(sizes, edges, light): shapes of even sizes; edges from lower to higher numbers, relabelled at random."""
    count = draw(st.integers(1, largest))
    sizes = draw(st.lists(st.tuples(st.integers(4, 120), st.integers(5, 20)), min_size=count, max_size=count))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(
        lambda pair: pair[0] != pair[1]
    )
    edges = draw(st.lists(pairs, max_size=3 * count)) if count > 1 else []
    names = draw(st.permutations(range(count)))
    light = draw(st.sets(st.integers(0, count - 1), max_size=3))
    return (
        [(2 * width, 2 * height) for width, height in sizes],
        [(names[min(pair)], names[max(pair)]) for pair in edges],
        light,
    )


def layered(count, a_layer, seed=0):
    """A pipeline of layers, most nodes reading from the layer before, some from far above or parameters."""
    dice = random.Random(seed)
    nodes = []
    for number in range(count):
        first = number // a_layer * a_layer
        near = range(first - a_layer, first)
        sources = [dice.choice(near) for _ in range(dice.choice((1, 1, 2, 3)))] if first else []
        if first and dice.random() < 0.05:
            sources.append(dice.randrange(first))
        names = [f"data_{source}" for source in dict.fromkeys(sources)] or [f"raw_{number}"]
        if dice.random() < 0.1:
            names.append(f"params:option_{dice.randrange(8)}")
        nodes.append(node(work, names, f"data_{number}", name=f"node_{number}"))
    return Pipeline(nodes)
