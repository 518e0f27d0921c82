"""What is shown of nodes from cells."""

from __future__ import annotations

import pytest

from kedro_nb.notebook.node_report import NodeTable, node_table
from kedro_nb.session import session

CLEAN = """%%kedro_node -o cleaned -t slow
def clean(companies, factor=2):
    return [c for c in companies if c]"""


@pytest.fixture
def ready(cells):
    cells.run("%kedro_save companies [3, 1, None]\nscale = 3")
    return cells


def test_inputs_outputs_and_defaults_are_told(ready):
    assert ready.run(CLEAN).lines == ["Node clean: companies → cleaned", "Left at the default: factor=2."]


def test_what_stays_in_the_notebook_is_told(ready):
    shown = ready.run("%%kedro_node size -p other\nprint(len(companies) * scale)")
    assert shown.lines == [
        "Node size: companies, writes nothing, in pipeline 'other'",
        "From the notebook, as they are when it runs: scale.",
    ]


def test_a_cell_without_outputs_is_told_how_to_keep_something(ready):
    shown = ready.run("%%kedro_node size\nn = len(companies)\nm = n")
    assert "To keep what it makes: -o and the names of m, n that are wanted." in shown.lines


def test_inputs_that_are_not_there_are_told_with_close_names(ready):
    shown = ready.run("%%kedro_node -o n\ndef count(compnies): return 1")
    assert shown.lines[1].startswith(
        "Not there yet: compnies - did you mean one of these instead: companies. "
    )


def test_a_parameter_without_its_prefix_is_told_with_it(ready):
    ready.run("%%kedro_params\nk: 1")
    shown = ready.run("%%kedro_node -o n -i a=k\ndef f(a): return 1")
    assert shown.lines[1].startswith("Not there yet: k - did you mean params:k. ")


def test_of_a_function_that_yields_the_pieces_are_told(ready):
    shown = ready.run("%%kedro_node -o n\ndef f(companies):\n    yield from companies")
    assert shown.lines[1].startswith("It yields: each piece is saved when it comes")


def test_a_node_that_is_gone_is_shown_alone(ready):
    shown = ready.run(CLEAN)
    ready.run("%kedro_forget clean")
    assert [each.name for each in shown.pipeline] == ["clean"]


def test_the_node_is_marked_in_the_picture_and_in_the_text(ready):
    ready.run(CLEAN)
    data, _ = ready.shell.display_formatter.format(ready.run("%%kedro_node -o n\nn = len(cleaned)"))
    assert "\n1  clean: companies -> cleaned\n2 →make_n: cleaned -> n" in data["text/plain"]
    assert data["text/html"].startswith('<div style="font-weight:600">Node make_n: cleaned → n</div>')
    assert "data:image/svg+xml" in data["text/html"]


def test_of_a_large_pipeline_what_is_around_the_node_is_drawn(ready):
    for i in range(60):
        session().node(max, f"x{i}", f"x{i + 1}", name=f"n{i}")
    shown = ready.run("%%kedro_node middle -o y\ny = x30")
    assert {each.name for each in shown.pipeline} == {"n29", "middle"}


def test_names_are_escaped(ready):
    assert "&lt;b&gt;" in NodeTable([("<b>",) * 7])._repr_html_()
    session().catalog["<b>"] = 1
    html = ready.run("%%kedro_node -o y -i x=<b>\ny = x")._repr_mimebundle_()["text/html"]
    assert "<b>" not in html


def rows(cells):
    return [row[:6] for row in cells.run("%kedro_nodes").rows]


def test_the_table_lists_nodes_with_their_cells(ready):
    ready.run(CLEAN)
    place = session().nodes["clean"].origin.place
    assert rows(ready) == [("clean", place, "companies", "cleaned", "slow", "__default__")]
    assert "clean " in repr(ready.run("%kedro_nodes"))
    assert repr(ready.run("%kedro_nodes")).endswith("\n1 node")


def test_a_function_handed_to_the_session_is_listed_with_its_cell(ready):
    ready.run("def size(companies): return 1")
    ready.run("import kedro_nb; kedro_nb.session().node(size, outputs='n'); number = len(In) - 2")
    assert rows(ready)[0][:2] == ("size", f"In [{ready.run('number')}]")


def test_the_table_of_one_pipeline(ready):
    ready.run(CLEAN)
    ready.run("%%kedro_node -o n -p other\nn = len(companies)")
    assert [row[0] for row in ready.run("%kedro_nodes --pipeline other").rows] == ["make_n"]


def test_the_last_run_is_told_unless_the_node_has_changed_since(ready):
    ready.run(CLEAN)
    table = node_table(ready.shell, session())
    assert table.rows[0][6] == ""
    ready.run("%kedro_run")
    assert node_table(ready.shell, session()).rows[0][6] == "done"
    ready.run(CLEAN)
    assert node_table(ready.shell, session()).rows[0][6] == "changed since"


def test_without_nodes_the_table_says_how_to_make_one(ready):
    assert "write %%kedro_node above a function" in repr(ready.run("%kedro_nodes"))


def test_of_very_many_nodes_the_first_are_listed(ready):
    for i in range(250):
        session().node(max, f"x{i}", f"x{i + 1}", name=f"n{i}")
    table = ready.run("%kedro_nodes")
    assert len(table) == 200
    assert "The first 200 of 250 nodes." in repr(table)
    assert len(table._repr_html_()) < 200_000
