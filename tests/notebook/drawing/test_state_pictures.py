from __future__ import annotations

import re
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedro_nb.notebook.drawing.choice import picture_of, seconds_to_make
from kedro_nb.notebook.drawing.groups import Groups, group_picture
from kedro_nb.notebook.drawing.mosaic import Mosaic
from kedro_nb.notebook.drawing.palette import STATES
from kedro_nb.notebook.drawing.picture import data_uri
from kedro_nb.notebook.drawing.state_graph import StateGraph, state_graph
from kedro_nb.pipeline import Pipeline, node, pipeline

from .graphs import layered, work

SVG = "{http://www.w3.org/2000/svg}"


def small():
    return Pipeline(
        [
            node(work, ["raw", "params:ratio"], ["train", "test"], name="split"),
            node(work, "train", "model", name="fit"),
            node(work, ["model", "test"], "score", name="report"),
        ]
    )


def spaced(spaces, each):
    """Namespaces in a row, each reading from the one before."""
    parts = []
    for space in range(spaces):
        own = [node(work, "start" if i == 0 else f"d{i - 1}", f"d{i}", name=f"n{i}") for i in range(each)]
        own.append(node(work, f"d{each - 1}", "end", name="last"))
        parts.append(
            pipeline(
                own,
                namespace=f"country_{space // 4}.place_{space}",
                inputs={"start": f"link_{space - 1}"},
                outputs={"end": f"link_{space}"},
            )
        )
    return sum(parts, Pipeline([]))


def texts(svg):
    return [one.text for one in ET.fromstring(svg).iter(f"{SVG}text")]


def test_a_graph_names_nodes_and_datasets_and_says_the_word_for_a_node():
    svg = state_graph(small()).draw({"fit": "running"}, {"fit": "● running"})
    assert {
        "split",
        "fit",
        "report",
        "raw",
        "params:ratio",
        "train",
        "test",
        "model",
        "score",
        "● running",
    } == set(texts(svg))


@pytest.mark.parametrize("state", sorted(STATES))
def test_a_state_has_a_colour_of_its_own_for_the_node(state):
    svg = state_graph(small()).draw({"fit": state}, {})
    assert f"#{state}" in svg
    assert f"fill='{STATES[state].fill}'" in svg


def test_a_node_of_which_nothing_is_known_waits():
    assert "#waiting" in state_graph(small()).draw({}, {})


def test_states_move_nothing():
    picture = state_graph(small())
    one, other = picture.draw({}, {}), picture.draw({"fit": "failed", "split": "done"}, {})
    assert sorted(texts(one)) == sorted(texts(other))
    places = re.compile(r"<text x='\d+' y='\d+'>")
    assert places.findall(one) == places.findall(other)
    assert one[: one.index("<path")] == other[: other.index("<path")]


def test_full_names_are_told_where_the_pointer_is():
    long = "a_very_long_name_of_a_node_that_nobody_would_like_to_read_in_a_box"
    picture = state_graph(Pipeline([node(work, "a", "b", name=long)]))
    (spot,) = [spot for spot in picture.spots if spot.about.startswith(long)]
    assert spot.left >= 0
    assert spot.left + spot.width <= picture.width
    assert long not in picture.draw({}, {})


def test_past_forty_nodes_a_graph_shows_nodes_only():
    assert "data_3" in texts(state_graph(layered(40, 5)).draw({}, {}))
    assert "data_3" not in texts(state_graph(layered(41, 5)).draw({}, {}))


def test_three_hundred_nodes_are_a_graph_of_at_most_50_kb():
    picture = picture_of(layered(300, 15))
    assert isinstance(picture, StateGraph)
    names = [f"node_{i}" for i in range(300)]
    svg = picture.draw(dict.fromkeys(names, "done"), {})
    assert set(names) == set(texts(svg))
    assert len(data_uri(svg)) < 50_000


def test_more_nodes_are_shown_by_namespace_as_deep_as_boxes_stay_few():
    picture = picture_of(spaced(24, 15))
    assert isinstance(picture, Groups)
    assert picture.caption == "384 nodes in 24 groups, by namespace"
    (shallow,) = [picture_of(spaced(60, 6))]
    assert shallow.caption == "420 nodes in 15 groups, by namespace"


def test_groups_count_their_nodes_by_state():
    picture = group_picture(spaced(4, 3))
    states = {f"country_0.place_1.n{i}": state for i, state in enumerate(("done", "running", "failed"))}
    told = texts(picture.draw(states, {}))
    assert "country_0.place_1" in told
    assert "1 of 4 done, 1 running, 1 failed" in told
    assert told.count("0 of 4 done") == 3


def test_without_namespaces_nodes_are_grouped_by_tag():
    nodes = [
        node(work, f"in_{i}", f"out_{i}", name=f"n{i}", tags=["even"] if i % 2 else ["odd", "all"])
        for i in range(400)
    ]
    picture = picture_of(Pipeline(nodes))
    assert picture.caption == "400 nodes in 2 groups, by tag"
    assert {"even", "all, odd"} <= set(texts(picture.draw({}, {})))


def test_groups_that_feed_each_other_both_ways_are_drawn():
    a = [node(work, "x", "y", name="a1", tags="a"), node(work, "z", "w", name="a2", tags="a")]
    picture = group_picture(Pipeline([*a, node(work, "y", "z", name="b1", tags="b")]))
    assert {"a", "b"} <= set(texts(picture.draw({}, {})))


def test_without_namespaces_and_tags_each_node_is_a_square():
    picture = picture_of(layered(400, 20))
    assert isinstance(picture, Mosaic)
    svg = picture.draw({"node_7": "failed", "node_8": "running"}, {})
    assert svg.count("h9v9h-9z") == 400
    for state in ("failed", "running", "waiting"):
        assert STATES[state].strong in svg
    assert len(svg) < 12_000


def test_a_failed_node_is_seen_even_where_a_square_stands_for_many():
    picture = Mosaic(f"n{i}" for i in range(20_000))
    states = {f"n{i}": "done" for i in range(20_000)} | {"n777": "failed"}
    assert STATES["failed"].strong in picture.draw(states, {})
    assert "4 nodes" in picture.caption


@pytest.mark.parametrize("make", [small, lambda: spaced(24, 15), lambda: layered(400, 20)])
def test_a_picture_needs_no_style_no_script_and_no_network(make):
    elements = list(ET.fromstring(picture_of(make()).draw({}, {})).iter())
    assert {one.tag.removeprefix(SVG) for one in elements} <= {
        "svg",
        "g",
        "path",
        "rect",
        "text",
        "defs",
        "use",
    }
    links = [value for one in elements for name, value in one.attrib.items() if name.endswith("href")]
    assert all(link.startswith("#") for link in links)


def test_the_same_nodes_are_laid_out_once():
    one, other = layered(30, 4), layered(30, 4)
    assert picture_of(one) is picture_of(other)
    assert seconds_to_make(other) == 0


def test_another_pipeline_has_a_picture_of_its_own():
    assert picture_of(layered(30, 4)) is not picture_of(layered(30, 4, seed=1))


def test_an_empty_pipeline_has_a_picture_too():
    ET.fromstring(picture_of(Pipeline([])).draw({}, {}))


@given(st.text(st.characters(exclude_characters="@:.,", exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_the_names_of_datasets_stay_text_in_an_address(name):
    svg = StateGraph.draw(state_graph(Pipeline([node(work, name, f"{name}2", name="n")])), {}, {})
    address = data_uri(svg)
    assert address.isascii()
    assert not set('<>"#&\n') & set(address)
    kind, _, data = address.partition(",")
    assert kind == "data:image/svg+xml"
    assert unquote(data) == svg
    ET.fromstring(svg)
