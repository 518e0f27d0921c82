"""%kedro_history: what ran, one run again, two compared."""

from __future__ import annotations

import json

import nbformat
import pytest

from kedro_nb.notebook.history_magic import records_in
from kedro_nb.session.records.record import MIME_TYPE

UGLY = "<img src=x onerror=alert(1)>"


@pytest.fixture
def ready(cells):
    """A notebook after two runs: one of everything, and one that failed with another parameter and code."""
    cells.run("%kedro_save xs [1, 2, 3]")
    cells.run("%kedro_run")
    cells.run("def variance(m, m2): raise ValueError('no')")
    cells.fail("%kedro_run -p statistics")
    return cells


def html_of(cells, value):
    data, _ = cells.shell.display_formatter.format(value)
    return data["text/html"]


def test_before_the_first_run_it_says_so(cells):
    assert repr(cells.run("%kedro_history")) == "Nothing has run in this session yet: %kedro_run"


def test_each_run_is_a_row(ready):
    table = ready.run("%kedro_history")
    assert [row.number for row in table] == [1, 2]
    assert [row.state for row in table] == ["finished", "failed"]
    assert [(row.done, row.total) for row in table] == [(3, 3), (2, 3)]
    assert [row.command for row in table] == ["%kedro_run", "%kedro_run --pipeline=statistics"]
    head, first, second = repr(table).splitlines()
    assert head.split() == ["run", "id", "command", "state", "nodes", "time", "slowest", "node"]
    assert "✓ finished" in first
    assert "✗ failed" in second


def test_in_a_notebook_it_is_a_table_with_inline_styles_only(ready):
    shown = html_of(ready, ready.run("%kedro_history"))
    assert shown.count("<tr") == 3
    assert "ValueError: no" in shown
    assert "<style" not in shown
    assert "<script" not in shown


def test_in_a_notebook_a_command_breaks_between_its_options(ready):
    shown = html_of(ready, ready.run("%kedro_history"))
    assert '<span style="white-space:nowrap">--pipeline=statistics</span>' in shown


def test_a_run_that_was_stopped_says_so_in_the_words_of_the_view(cells):
    cells.run("def stop(xs):\n    raise KeyboardInterrupt\nstopping = Pipeline([Node(stop, 'xs', 'y')])")
    cells.run("%kedro_save xs 1")
    cells.fail("%kedro_run -p stopping")
    assert "■ stopped" in repr(cells.run("%kedro_history"))


@pytest.mark.parametrize("option", ["-n 1", "-n=1", "--last 1", "--last=1"])
def test_the_last_rows_can_be_asked_for(ready, option):
    table = ready.run(f"%kedro_history {option}")
    assert [row.number for row in table] == [2]
    assert table.note == "the last 1 of 2 runs; -n 2 shows all"


@pytest.mark.parametrize("which", ["1", "-2"])
def test_one_run_is_shown_as_it_was_when_it_was_over(ready, which):
    view = ready.run(f"%kedro_history {which}")
    assert view.record["state"] == "finished"
    assert "3 of 3 nodes" in repr(view)
    data, _ = ready.shell.display_formatter.format(view)
    assert data[MIME_TYPE]["id"] == view.record["id"]
    assert "variance" in data["text/html"]


def test_a_failed_run_is_shown_again(ready):
    assert "Failed at variance" in repr(ready.run("%kedro_history -1"))
    ready.run("%kedro_run --nodes=mean")
    data, _ = ready.shell.display_formatter.format(ready.run("%kedro_history 2"))
    for shown in (data["text/plain"], data["text/html"]):
        assert "Failed at variance" in shown
        assert "ValueError" in shown
        assert "4.666" in shown  # what the node was given


def test_a_run_is_named_by_a_part_of_its_id(ready):
    number = ready.run("%kedro_history 1").record["id"]
    assert ready.run(f"%kedro_history {number[:24]}").record["id"] == number


def test_two_runs_are_compared(ready):
    found = ready.run("%kedro_history 1 2")
    assert [(change.name, change.functions) for change in found.code] == [
        ("variance", ("__main__.variance",))
    ]
    assert "+def variance(m, m2): raise ValueError('no')" in repr(found)
    assert [change.name for change in found.asked] == ["--pipelines"]
    shown = html_of(ready, found)
    assert "ValueError: no" in shown
    assert "raise ValueError" in shown
    assert "<style" not in shown


def test_the_command_names_the_catalog_that_was_used(ready):
    ready.run("io = DataCatalog({'xs': [1]})\ndef variance(m, m2): return 1")
    ready.run("%kedro_run -p statistics --catalog=io")
    assert ready.run("%kedro_history -1").record["command"] == "%kedro_run --pipeline=statistics --catalog=io"


def test_the_value_can_be_kept(ready):
    ready.run("c = %kedro_history 1 -1")
    assert ready.run("c.after.state") == "failed"


WRONG = {
    "7": "There is no run 7. There are 1 to 2",
    "nothing": "There is no run 'nothing'.",
    "1 2 3": "Two runs can be compared, and here are 3",
    "-n x": "-n takes the number of runs to list, and not 'x'",
    "-n 0": "-n takes the number of runs to list, and not '0'",
    "-n 3 1": "-n says how many runs to list, and here is one named",
    "--lst 3": "No such option: --lst - did you mean one of these instead: --last",
    "other.ipynb": "There is no notebook 'other.ipynb'",
}


@pytest.mark.parametrize("line", WRONG)
def test_what_does_not_fit_is_told_with_what_there_is(ready, line):
    error, _ = ready.fail(f"%kedro_history {line}")
    assert WRONG[line] in str(error)


@pytest.fixture
def saved_notebook(ready, tmp_path):
    """A file with the outputs of both runs."""
    outputs = [
        nbformat.v4.new_output("display_data", {MIME_TYPE: ready.run(f"%kedro_history {number}").record})
        for number in (1, 2)
    ]
    cells = [
        nbformat.v4.new_markdown_cell("text"),
        *(nbformat.v4.new_code_cell("", outputs=[each]) for each in outputs),
    ]
    path = tmp_path / "old one.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_runs_of_a_saved_notebook_are_listed_and_shown(ready, saved_notebook):
    table = ready.run("%kedro_history 'old one.ipynb'")
    assert [(row.number, row.state) for row in table] == [(1, "finished"), (2, "failed")]
    assert ready.run("%kedro_history 'old one.ipynb:1'").record["state"] == "finished"
    assert len(records_in(str(saved_notebook))) == 2


def test_a_run_of_a_saved_notebook_is_compared_with_one_of_the_session(ready, saved_notebook):
    found = ready.run("%kedro_history 'old one.ipynb:1' -1")
    assert (found.before.label, found.after.label) == ("old one.ipynb:1", "2")
    assert [change.name for change in found.code] == ["variance"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{}", "cannot be read as a notebook"),
        ("no json", "cannot be read as a notebook"),
        ('{"cells": []}', "No run is recorded"),
    ],
)
def test_a_file_without_runs_is_told(ready, tmp_path, content, told):
    (tmp_path / "x.ipynb").write_text(content)
    assert told in str(ready.fail("%kedro_history x.ipynb")[0])


def test_a_number_that_the_file_does_not_have_is_told(ready, saved_notebook):
    assert "There is no run 7 in old one.ipynb: it has 2 runs." in str(
        ready.fail("%kedro_history 'old one.ipynb:7'")[0]
    )


@pytest.mark.filterwarnings("ignore:One or more dataset names")
def test_names_and_errors_are_escaped(cells):
    cells.run(f"UGLY = {UGLY!r}")
    cells.run("def bad(x): raise ValueError(UGLY)")
    cells.run("ugly = Pipeline([Node(bad, UGLY, 'y', name='n')])")
    cells.run(
        """
from kedro_nb.session import RunRequest, session
for k in (1, UGLY):
    session().parameters = {UGLY: k}
    session().catalog[UGLY] = k
    _ = session().run(RunRequest(pipelines='ugly', from_inputs=(UGLY,)), pipelines={'ugly': ugly})
"""
    )
    for line in ("%kedro_history", "%kedro_history -1", "%kedro_history 1", "%kedro_history 1 2"):
        value = cells.run(line)
        data, _ = cells.shell.display_formatter.format(value)
        assert UGLY not in data["text/html"], line
        json.dumps(data)


@pytest.mark.parametrize(
    ("line", "offered"),
    [("%kedro_history ", {"1", "2", "-n"}), ("%kedro_history 1 ", {"2"})],
)
def test_the_tab_key_offers_runs(ready, line, offered):
    stem = line[: line.rfind(" ") + 1]
    names = {each.removeprefix(stem) for each in ready.offers(line)}
    ids = {run["id"] for run in (ready.run(f"%kedro_history {number}").record for number in (1, 2))}
    assert names - ids == offered
    assert ids & names
