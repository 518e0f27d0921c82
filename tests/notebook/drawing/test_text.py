import pytest

from kedro_nb.notebook.drawing import draw_text
from kedro_nb.pipeline import Pipeline, node

from .graphs import layered, work


def test_the_listing_shows_layers_inputs_and_outputs():
    p = Pipeline(
        [
            node(work, ["raw", "params:ratio"], ["train", "test"], name="split_data"),
            node(work, "train", "model", name="fit"),
            node(work, "test", "summary", name="describe"),
            node(work, ["model", "summary"], None, name="report"),
            node(work, None, "extra", name="make"),
        ]
    )
    assert draw_text(p).splitlines() == [
        "Pipeline: 5 nodes in 3 layers",
        "inputs:  params:ratio, raw",
        "outputs: extra",
        "",
        "1  make: -> extra",
        "   split_data: raw, params:ratio -> train, test",
        "2  describe: test -> summary",
        "   fit: train -> model",
        "3  report: model, summary",
    ]


def test_transcoded_names_connect_layers_and_stay_as_written():
    p = Pipeline([node(work, "raw", "a@pandas", name="w"), node(work, "a@spark", "b", name="r")])
    assert draw_text(p).splitlines()[-2:] == ["1  w: raw -> a@pandas", "2  r: a@spark -> b"]


def test_a_highlighted_node_is_marked_with_an_arrow():
    p = Pipeline([node(work, "a", "b", name="one"), node(work, "b", "c", name="two")])
    assert draw_text(p, highlight=["two"]).splitlines()[-2:] == ["1  one: a -> b", "2 →two: b -> c"]


def test_one_of_a_kind_is_singular():
    assert draw_text(Pipeline([node(work, "a", "b", name="n")])).startswith("Pipeline: 1 node in 1 layer\n")


@pytest.mark.parametrize("count", [54, 55, 56, 57, 500])
def test_at_most_sixty_lines_and_the_rest_as_a_count(count):
    lines = draw_text(layered(count, 9)).splitlines()
    assert len(lines) <= 60
    told = sum(": " in line for line in lines[4:])
    more = [int(line.split()[2]) for line in lines if line.lstrip().startswith("... and ")]
    assert told + sum(more) == count


def test_many_names_on_one_line_end_in_a_count():
    p = Pipeline([node(work, [f"d{i:02}" for i in range(30)], "x", name="n")])
    assert draw_text(p).splitlines()[-1] == "1  n: d00, d01, d02, d03, d04, d05, d06, d07, … +22 -> x"


def test_control_characters_reach_no_terminal():
    assert "\x1b" not in draw_text(Pipeline([node(work, "\x1b[31mred", "a\nb", name="n")]))


def test_an_empty_pipeline_says_so():
    assert draw_text(Pipeline([])) == "Pipeline without nodes"
