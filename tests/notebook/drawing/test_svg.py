import functools
import json
import os
import re
import subprocess
import sys
from base64 import b64decode
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedro_nb.notebook.drawing import draw_mimebundle, draw_svg
from kedro_nb.notebook.drawing.palette import HIGHLIGHT, KINDS
from kedro_nb.pipeline import Pipeline, node

from .graphs import layered, work

SVG = "{http://www.w3.org/2000/svg}"


def split_data(raw, ratio):
    return raw, ratio


def iris():
    return Pipeline(
        [
            node(split_data, ["iris", "params:ratio"], ["train", "test"], name="split", tags=["b", "a"]),
            node(work, "train", "model", name="fit"),
            node(work, ["model", "test"], "score", name="report"),
        ]
    )


def parse(svg):
    return ET.fromstring(svg)


def labels(svg):
    return [text.text for text in parse(svg).iter(f"{SVG}text")]


def tooltips(svg):
    return [title.text for rect in parse(svg).iter(f"{SVG}rect") for title in rect]


def fill_of(svg, tooltip_start):
    for group in parse(svg).iter(f"{SVG}g"):
        for title in group.findall(f"{SVG}rect/{SVG}title"):
            if title.text.startswith(tooltip_start):
                return group.get("fill")
    raise AssertionError(tooltip_start)


def test_every_node_and_dataset_is_named_once():
    names = ["iris", "params:ratio", "train", "test", "model", "score", "split", "fit", "report"]
    assert sorted(labels(draw_svg(iris()))) == sorted(names)


def test_every_edge_has_an_arrow_head():
    heads = re.search(r'd="([^"]*l-3\.5-6h7z)"', draw_svg(iris()))[1]
    # A head belongs to a shape, so edges that end in one shape share it: split, fit, report, train, test, model, score.
    assert heads.count("z") == 7


@pytest.mark.parametrize(
    "make", [iris, lambda: layered(900, 30), lambda: layered(2000, 100), lambda: Pipeline([])]
)
def test_the_picture_needs_no_style_no_script_no_ids_and_no_network(make):
    elements = list(parse(draw_svg(make())).iter())
    assert {one.tag.removeprefix(SVG) for one in elements} <= {
        "svg",
        "title",
        "g",
        "path",
        "rect",
        "text",
        "circle",
    }
    assert not [
        name
        for one in elements
        for name in one.attrib
        if name in {"id", "class", "href"} or name.startswith("on")
    ]


def test_the_picture_has_a_role_and_a_name_for_screen_readers():
    root = parse(draw_svg(iris()))
    assert root.get("role") == "img"
    assert root.get("aria-label") == root[0].text == "Pipeline of 3 nodes"
    assert root[0].tag == f"{SVG}title"


def test_a_tooltip_tells_name_function_inputs_outputs_and_tags():
    tooltip = "split\nfunction: split_data\ninputs: iris, params:ratio\noutputs: train, test\ntags: a, b"
    assert tooltip in tooltips(draw_svg(iris()))


def test_free_inputs_and_final_outputs_are_told_apart():
    svg = draw_svg(iris())
    assert {"iris\ninput of the pipeline", "score\noutput of the pipeline"} <= set(tooltips(svg))
    assert fill_of(svg, "iris") == KINDS["input"].fill
    assert fill_of(svg, "score") == KINDS["output"].fill


def test_parameters_are_dashed():
    group = next(one for one in parse(draw_svg(iris())).iter(f"{SVG}g") if one.get("stroke-dasharray"))
    assert group.get("fill") == KINDS["parameter"].fill
    assert len(group) == 1


def test_a_parameter_read_by_many_nodes_is_repeated_beside_each():
    p = Pipeline([node(work, ["parameters", f"raw_{i}"], f"out_{i}", name=f"n_{i}") for i in range(10)])
    assert labels(draw_svg(p)).count("parameters") == 10


def test_a_transcoded_dataset_is_one_shape():
    p = Pipeline([node(work, "raw", "a@pandas", name="w"), node(work, "a@spark", "b", name="r")])
    svg = draw_svg(p)
    assert sorted(labels(svg)) == ["a", "b", "r", "raw", "w"]
    assert "a\nas a@pandas, a@spark" in tooltips(svg)


def test_a_default_name_is_shown_without_its_hash_unless_two_would_look_the_same():
    assert "split_data" in labels(draw_svg(Pipeline([node(split_data, ["a", "b"], ["c", "d"])])))
    two = Pipeline([node(work, "a", "b"), node(work, "b", "c")])
    assert {one for one in labels(draw_svg(two)) if one.startswith("work")} == {n.name for n in two.nodes}


def test_functions_are_named_without_addresses():
    p = Pipeline(
        [
            node(functools.partial(split_data, 1), "a", "b", name="bound"),
            node(lambda x: x, "b", "c", name="anonymous"),
        ]
    )
    svg = draw_svg(p)
    assert "partial(split_data)" in svg
    assert "0x" not in svg


def test_a_long_name_is_shortened_in_the_middle_and_whole_in_the_tooltip():
    name = "europe.data_processing.clean_and_deduplicate_company_registrations_of_all_years"
    svg = draw_svg(Pipeline([node(work, "a", "b", name=name)]))
    shown = next(one for one in labels(svg) if "…" in one)
    assert name.startswith(shown.split("…")[0])
    assert name.endswith(shown.split("…")[1])
    assert any(one.startswith(name) for one in tooltips(svg))


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)>",
        '"><script>alert(1)</script>',
        "a&amp;b",
        "]]>",
        "it's",
        "\x00\x1b[31m",
        "a\nb",
    ],
)
def test_a_hostile_dataset_name_is_text_and_nothing_else(name):
    p = Pipeline([node(work, name, "b", name="n")])
    svg = draw_svg(p, highlight=[name])
    assert "<img" not in svg
    assert "<script" not in svg
    readable = name.replace("\x00", "\\x00").replace("\x1b", "\\x1b").replace("\n", "\\n")
    assert sorted(labels(svg)) == sorted([readable, "b", "n"])


@given(
    st.text(min_size=1, max_size=12).filter(
        lambda name: not {"@", "."} & set(name) and name not in {"b", "params:"}
    )
)
def test_any_dataset_name_gives_well_formed_xml(name):
    parse(draw_svg(Pipeline([node(work, name, "b", name="n")])))


def test_highlighted_nodes_bring_their_edges_along_and_datasets_only_themselves():
    plain, of_node, of_data = (draw_svg(iris(), highlight=names) for names in ((), ["fit"], ["train"]))
    assert HIGHLIGHT not in plain
    assert of_node.count(HIGHLIGHT) == 3  # lines, heads, the shape
    assert of_data.count(HIGHLIGHT) == 1


def test_a_transcoded_dataset_is_highlighted_by_any_of_its_names():
    p = Pipeline([node(work, "raw", "a@pandas", name="w"), node(work, "a@spark", "b", name="r")])
    assert HIGHLIGHT in draw_svg(p, highlight=["a@spark"])
    assert draw_svg(p, highlight=["a"]) == draw_svg(p, highlight=["a@pandas"])


def test_the_picture_is_the_same_in_another_process_with_another_hash_seed():
    code = (
        "import json, sys\n"
        "from kedro_nb.notebook.drawing import draw_mimebundle\n"
        "from kedro_nb.pipeline import Pipeline, node\n"
        "some = [node(max, ['a', f'raw_{i}'], [f'x_{i}', f'y_{i}'], tags=['t', 'u'], name=f'n{i}') for i in range(5)]\n"
        "p = Pipeline([*some, node(max, [f'x_{i}' for i in range(5)], None, name='end')])\n"
        "print(json.dumps(draw_mimebundle(p)))\n"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1
    assert set(json.loads(seen.pop())) == {"text/html", "image/svg+xml", "text/plain"}


def test_three_hundred_nodes_take_at_most_200_kb():
    p = layered(300, 15)
    svg = draw_svg(p)
    assert len(svg.encode()) <= 200_000
    assert len(list(parse(svg).iter(f"{SVG}rect"))) > 600  # nodes and datasets


def test_past_some_hundred_nodes_datasets_are_left_out_and_the_picture_says_so():
    svg = draw_svg(layered(900, 30))
    assert len(list(parse(svg).iter(f"{SVG}rect"))) == 900
    assert any("too large to draw its datasets" in one for one in labels(svg))


def test_past_a_thousand_nodes_the_picture_counts_them_layer_by_layer():
    svg = draw_svg(layered(2000, 100))
    counts = [int(one) for one in labels(svg) if one.isdigit()]
    assert sum(counts) == 2000
    assert len(svg) < 20_000


def test_a_very_long_chain_is_summed_up_in_few_bands():
    p = Pipeline([node(work, f"d{i}", f"d{i + 1}", name=f"n{i}") for i in range(1500)])
    assert "layers 1-50" in labels(draw_svg(p))


def test_a_tangle_is_summed_up_instead_of_drawn():
    p = Pipeline(
        [node(work, [f"d{i}" for i in range(n)] or "raw", f"d{n}", name=f"n{n}") for n in range(120)]
    )
    assert "Pipeline of 120 nodes in 120 layers" in labels(draw_svg(p))


def test_an_empty_pipeline_says_so():
    assert labels(draw_svg(Pipeline([]))) == ["Pipeline without nodes"]


def test_the_bundle_has_the_picture_as_an_image_that_untrusted_notebooks_show_and_the_text():
    bundle = draw_mimebundle(iris())
    found = re.fullmatch(
        r'<div style="overflow-x:auto"><img alt="Pipeline: 3 nodes[^"<>]*" style="max-width:none" '
        r'src="data:image/svg\+xml;base64,([^"]+)"></div>',
        bundle["text/html"],
    )
    assert b64decode(found[1]).decode() == bundle["image/svg+xml"] == draw_svg(iris())
    assert bundle["text/plain"].startswith("Pipeline: 3 nodes")
