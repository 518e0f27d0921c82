"""What becomes of a node whose cell is deleted, moved or brought back, in JupyterLab and in Notebook 7."""

from __future__ import annotations

import pytest

SETUP = "%load_ext kedro_nb\n%kedro_save xs [3, 1, 2]"
LOOK = "import kedro_nb; print('nodes:', *kedro_nb.session().nodes)"
TOTAL = "%%kedro_node -o total\ndef add(xs): return sum(xs)"
MOST = "%%kedro_node -o most\nmost = max(xs)"
GONE = "Node 'add' of In [2] is removed, as its cell was deleted."


@pytest.fixture
def notebook(open_notebook):
    notebook = open_notebook([SETUP, LOOK, TOTAL, MOST])
    notebook.run(0, 2, 3)
    return notebook


def look(notebook):
    notebook.run(1)
    return notebook.text(1).strip()


def test_a_node_goes_with_its_cell_and_comes_back_with_it(notebook):
    notebook.edit(2, "delete-cell")
    shown = look(notebook)
    assert shown.startswith(GONE)
    assert shown.endswith("\nnodes: make_most")
    assert look(notebook) == "nodes: make_most"
    notebook.edit(1, "undo-cell-action")
    notebook.run(2)
    assert look(notebook) == "nodes: make_most add"


def test_a_cell_that_is_moved_keeps_its_node(notebook):
    notebook.edit(2, "move-cell-down")
    assert look(notebook) == "nodes: add make_most"
    notebook.edit(3, "cut-cell")
    notebook.edit(1, "paste-cell-below")
    notebook.run(2)
    assert look(notebook) == "nodes: add make_most"


def test_cells_that_are_run_together_after_one_was_moved_lose_nothing(notebook):
    notebook.edit(2, "cut-cell")
    notebook.edit(2, "paste-cell-below")
    notebook.run_all()
    assert set(look(notebook).split()) == {"nodes:", "add", "make_most"}
