"""Nodes go with their cells: what the front end tells of deleted cells is made up here."""

from __future__ import annotations

import pytest

from kedro_nb.session import session

CLEAN = "%%kedro_node -o cleaned\ndef clean(companies): return companies[1:]"
COUNT = "%%kedro_node -o n\nn = len(cleaned)"


class Front:
    """Runs cells as JupyterLab does: with their ids, and with those of the cells that were deleted."""

    def __init__(self, cells, monkeypatch):
        self.cells = cells
        self.parent = {}
        monkeypatch.setattr(cells.shell, "get_parent", lambda: self.parent, raising=False)

    def run(self, cell_id, code="pass", deleted=()):
        """What the cell prints."""
        self.parent = {
            "metadata": {"cellId": cell_id, "deletedCells": list(deleted)},
            "content": {"code": code},
        }
        return self.cells.printed(code)


@pytest.fixture
def front(cells, monkeypatch):
    cells.run("%kedro_save companies [3, 1, 2]")
    front = Front(cells, monkeypatch)
    front.run("one", CLEAN)
    front.run("two", COUNT)
    return front


def names():
    return list(session().nodes), [node.name for node in session().pipelines.get("__default__", [])]


def test_a_node_goes_with_its_cell_and_a_line_says_so_and_what_to_do(front):
    place = session().nodes["make_n"].origin.place
    shown = front.run("other", deleted=["two", "unknown"])
    assert names() == (["clean"], ["clean"])
    assert shown == (
        f"Node 'make_n' of {place} is removed, as its cell was deleted. A cell that is back, by undo or pasted "
        "elsewhere, is to be run again.\n"
    )


def test_several_nodes_are_told_in_one_line(front):
    shown = front.run("other", deleted=["two", "one"])
    assert names() == ([], [])
    assert shown.startswith("Nodes 'clean' of In [")
    assert shown.count("\n") == 1


def test_of_many_some_are_named(front):
    for i in range(8):
        front.run(f"c{i}", f"%%kedro_node -o y{i}\ny{i} = len(companies)")
    shown = front.run("other", deleted=[f"c{i}" for i in range(8)])
    assert "'make_y4' of In [" in shown
    assert "'make_y5'" not in shown
    assert " and 3 more are removed" in shown


def test_a_run_in_the_same_cell_is_without_the_node(front):
    front.run("run", "result = %kedro_run", deleted=["two"])
    assert front.cells.run("result").load() == {"cleaned": [1, 2]}


def test_other_cells_and_other_fronts_say_nothing_and_change_nothing(front):
    assert front.run("other", deleted=["no node"]) == ""
    assert front.run("other") == ""
    front.parent = {"metadata": {"deletedCells": None}}
    assert front.cells.printed("pass") == ""
    front.parent = {}
    assert front.cells.printed("pass") == ""
    assert names()[0] == ["clean", "make_n"]


def test_a_cell_that_is_run_is_there_whatever_the_list_says(front):
    """It was cut and pasted, which the front end lists as a deletion."""
    assert "removed" not in front.run("one", CLEAN, deleted=["one"])
    assert names()[0] == ["clean", "make_n"]


def test_cells_that_are_sent_together_repeat_the_list_and_lose_nothing(front):
    front.run("other", deleted=["one"])
    front.run("one", CLEAN, deleted=["one"])
    assert "removed" not in front.run("two", COUNT, deleted=["one"])
    assert sorted(names()[0]) == ["clean", "make_n"]


def test_a_cell_that_is_deleted_again_loses_its_node_again(front):
    for _ in range(2):
        assert "Node 'clean'" in front.run("other", deleted=["one"])
        front.run("one", CLEAN)


def test_the_function_stays_as_with_kedro_forget(front):
    front.run("other", deleted=["one"])
    assert front.cells.run("clean([0, 1])") == [1]


def test_without_the_extension_nothing_is_watched(front):
    front.cells.run("%unload_ext kedro_nb")
    assert front.run("other", deleted=["one"]) == ""
    assert "clean" in names()[0]
    front.cells.run("%load_ext kedro_nb")
