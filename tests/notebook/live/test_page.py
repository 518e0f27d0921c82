from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedro_nb.notebook.live.page import Page
from kedro_nb.notebook.live.text import run_text
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.runner.events import (
    NodeCancelled,
    NodeFailed,
    NodeLoaded,
    NodeSkipped,
    NodeStarted,
    RunFinished,
)
from kedro_nb.runner.measures import Measured

from .runs import abs_of, all_done, chain, finished, layered, printed, progress_of, run_of


def page_of(progress, button="", **about):
    page = Page()
    page.make_picture(progress)
    return page.html(run_of(progress, **about), button)


class Elements(HTMLParser):
    """What a browser makes of a page: elements with their attributes, and the text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = set(), [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data

    @property
    def picture(self):
        """The image's SVG."""
        (source,) = [value for name, value in self.attributes if name == "src"]
        kind, _, data = source.partition(",")
        assert kind == "data:image/svg+xml"
        return unquote(data)


def test_a_view_keeps_its_picture_when_a_panel_draws_the_same_run_without():
    page, run = Page(), run_of(progress_of(chain("one", "two")))
    page.make_picture(run.progress)
    assert "<img" in page.html(run)
    assert "<img" not in page.html(run, with_picture=False)
    assert "<img" in page.head_only(run)


def failing(progress_events=()):
    one, two, three = (pipeline := chain("one", "two", "three")).nodes
    error = ValueError("no")
    return progress_of(
        pipeline,
        *finished(one, 0.5),
        *progress_events,
        NodeStarted(100.5, two, "main"),
        NodeFailed(101.0, two, error),
        NodeCancelled(101.0, three),
        RunFinished(101.0, error, None),
    )


def test_every_state_is_told_in_words_and_not_by_colour_alone():
    pipeline = Pipeline([Node(abs_of, "x", f"y{i}", name=f"n{i}") for i in range(8)])
    a, b, c, d, e, f, g, _ = pipeline.nodes
    progress = progress_of(
        pipeline,
        *finished(a, 1.0),
        NodeSkipped(100.0, b),
        NodeStarted(100.0, c, "w"),
        *list(finished(d, 1.0))[:2],
        *list(finished(e, 1.0))[:3],
        NodeStarted(100.0, f, "w"),
        NodeFailed(101.0, f, ValueError("no")),
        NodeCancelled(101.0, g),
    )
    page = Elements(page_of(progress))
    for word in ("waiting", "loading", "running", "saving", "skipped", "failed", "stopped"):
        assert word in page.text
    for word in ("↓ loading", "● running", "↑ saving", "✓ 1.00 s", "✗ failed", "■ stopped"):
        assert word in page.picture


@pytest.mark.parametrize(
    "progress",
    [
        pytest.param(failing, id="failed"),
        pytest.param(lambda: progress_of(chain("one", "two"), over=True), id="empty"),
        pytest.param(
            lambda: progress_of(p := layered(50, 5), *all_done(p, workers=4), over=True), id="graph"
        ),
        pytest.param(
            lambda: progress_of(p := layered(400, 20), *all_done(p, workers=4), over=True), id="mosaic"
        ),
    ],
)
def test_a_record_needs_no_style_sheet_no_script_no_class_no_id_and_no_network(progress):
    page = Elements(page_of(progress()))
    assert not page.tags & {
        "style",
        "script",
        "svg",
        "link",
        "iframe",
        "button",
        "input",
        "form",
        "map",
        "area",
    }
    names = {name for name, _ in page.attributes}
    assert not names & {"class", "id", "href", "name", "usemap"}
    assert not [name for name in names if name.startswith("on")]
    assert [value[:5] for name, value in page.attributes if name == "src"] in ([], ["data:"])


def test_a_record_brings_no_colour_for_text_that_is_not_legible_on_light_and_dark_pages():
    """Text has the page's colour, or is white on a strong one; what has another is a sign."""
    html = page_of(failing(printed(failing().pipeline.nodes[1], "odd", stream="stderr")))
    coloured = re.findall(r'<(\w+)[^>]*(?<![-\w])color:([^;"]+)[^>]*>([^<]*)', html)
    assert coloured
    for _, colour, text in coloured:
        assert colour in {"inherit", "#fff"} or not re.search(r"\w", text)


def test_the_picture_is_well_formed_and_names_every_node():
    picture = Elements(page_of(failing())).picture
    texts = [element.text for element in ET.fromstring(picture).iter() if element.tag.endswith("text")]
    assert {"one", "two", "three", "d0", "d1"} <= set(texts)


def test_times_memory_and_sizes_are_told():
    (node,) = (pipeline := chain("one")).nodes
    data = {"d1": Measured("DataFrame", 5 << 20, (150, 4))}
    progress = progress_of(
        pipeline, *finished(node, 2.0, peak=300 << 20, data=data), expected={"one": 1.5}, over=True
    )
    text = Elements(page_of(progress)).text.replace("\xa0", " ")
    for told in (
        "2.00 s",
        "500 ms",
        "1.00 s",
        "1.50 s",
        "300.0 MB",
        "d1",
        "150 \N{MULTIPLICATION SIGN} 4, 5.0 MB",
    ):
        assert told in text


def test_there_is_a_button_only_where_one_is_given():
    assert "<button" not in page_of(progress_of(chain("one")))
    assert "<button>Stop</button>" in page_of(progress_of(chain("one")), "<button>Stop</button>")


def test_prints_stand_below_their_node_and_before_the_next():
    one, two = (pipeline := chain("one", "two")).nodes
    progress = progress_of(
        pipeline, *printed(one, "hello\n"), *finished(one, 0.5), *finished(two, 0.5, 100.5), over=True
    )
    html = page_of(progress)
    table = html[html.rindex("<table") :]
    assert table.index(">one<") < table.index("hello") < table.index(">two<")


def test_nothing_is_laid_out_before_somebody_asks_for_it():
    page = Page()
    assert "<img" not in page.html(run_of(progress_of(chain("one"))))


def test_a_picture_in_which_nothing_has_changed_is_not_drawn_again(monkeypatch):
    from kedro_nb.notebook.drawing.state_graph import StateGraph

    drawn = []
    real = StateGraph.draw
    monkeypatch.setattr(StateGraph, "draw", lambda self, *args: drawn.append(1) or real(self, *args))
    progress = progress_of(pipeline := chain("one", "two"))
    page = Page()
    page.make_picture(progress)
    run = run_of(progress)
    assert page.html(run).partition("<img")[2] == page.html(run).partition("<img")[2]
    assert len(drawn) == 1
    progress(NodeStarted(101.0, pipeline.nodes[0], "main"))
    page.html(run)
    assert len(drawn) == 2


NASTY = st.text(st.characters(exclude_characters="\r\n"), min_size=1, max_size=30) | st.sampled_from(
    [
        "<img src=x onerror=alert(1)>",
        "</text><script>alert(1)</script>",
        "'\"><b>",
        "&lt;",
        "%3Cscript%3E",
        "\x1b[31m",
        "]]>",
    ]
)


@given(NASTY, NASTY, NASTY)
@settings(max_examples=60)
def test_no_name_print_or_error_gets_out_of_its_place(worker, text, dataset):
    dataset = re.sub(r"[@:.]", "_", dataset)
    node = Node(abs_of, dataset, f"{dataset}2", name="node")
    pipeline = Pipeline([node])
    error = ValueError(text)
    error.add_note(f"In node node\nwith the inputs:\n  {dataset}: {text}")
    progress = progress_of(
        pipeline,
        NodeStarted(100.0, node, worker),
        NodeLoaded(100.1, node),
        *printed(node, text),
        NodeFailed(101.0, node, error),
        RunFinished(101.0, error, None),
    )
    page = Elements(page_of(progress))
    assert page.tags <= {
        "div",
        "span",
        "table",
        "thead",
        "tbody",
        "tr",
        "td",
        "th",
        "pre",
        "b",
        "code",
        "img",
        "details",
        "summary",
    }
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    picture = ET.fromstring(page.picture)
    assert {element.tag.rpartition("}")[2] for element in picture.iter()} <= {
        "svg",
        "g",
        "path",
        "text",
        "defs",
        "use",
    }


def test_a_page_of_three_hundred_nodes_leaves_room_for_the_record_in_200_kb():
    """With everything measured and each node printing. What nodes are named and do is the record's business."""
    pipeline = layered(300, 15)
    progress = progress_of(pipeline, expected={node.name: 1.234 for node in pipeline.nodes})
    for place, node in enumerate(pipeline.nodes):
        (output,) = node.outputs
        data = {output: Measured("DataFrame", 123_456_789, (12_345, 67))}
        start, worker = 100.0 + place % 37 * 1.7, f"ThreadPoolExecutor-0_{place % 8}"
        for event in (
            *printed(node, *(f"epoch {i}: loss 0.1234\n" for i in range(20))),
            *finished(node, 2.345, start, worker, peak=987_654_321, data=data),
        ):
            progress(event)
    progress(RunFinished(170.0, None, None))
    html, text = page_of(progress), run_text(progress)
    assert len(json.dumps([html, text], ensure_ascii=False).encode()) <= 90_000


def test_an_error_that_no_node_is_to_blame_for_is_told():
    """In the background there is no other place for it."""
    progress = progress_of(chain("one"), over=True, error=ValueError("<x> is missing"))
    assert "ValueError: <x> is missing" in Elements(page_of(progress)).text
    assert run_text(progress).splitlines()[-1] == "  ValueError: <x> is missing"


def test_the_error_of_a_node_is_told_once():
    (node,) = (pipeline := chain("one")).nodes
    error = ValueError("no")
    failed = NodeStarted(100.0, node, "main"), NodeFailed(101.0, node, error)
    progress = progress_of(pipeline, *failed, over=True, error=error)
    assert page_of(progress).count("ValueError: no") == 1


def test_where_nothing_was_to_do_no_time_was_expected():
    (node,) = (pipeline := chain("one")).nodes
    progress = progress_of(pipeline, NodeSkipped(100.0, node), over=True)
    assert "expected: about" not in page_of(progress, expected=2.0)


def test_nodes_without_a_name_are_called_as_in_the_graph():
    pipeline = Pipeline([Node(abs_of, "x", "y"), Node(max, "y", "z"), Node(max, "z", "end")])
    quick, *others = pipeline.nodes
    progress = progress_of(pipeline, *finished(quick, 0.5), NodeStarted(101.0, others[0], "main"))
    html = Page().html(run_of(progress))
    assert re.search(rf'<span title="{quick.name}"[^>]*>abs_of</span>', html)
    assert "running abs_of" not in html
    assert f"running {others[0].name}" in html  # there are two of the function
