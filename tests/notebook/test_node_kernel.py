"""Nodes from cells in a real kernel, whose front end names the cells."""

from __future__ import annotations

import re

import pytest
from jupyter_client.manager import start_new_kernel

CLEAN = "%%kedro_node -o total\n\ndef add(xs):\n    print('adding')\n    return sum(xs) / divisor"


class Front:
    """Sends cells as JupyterLab does, with their ids."""

    def __init__(self, client):
        self.client = client

    def run(self, cell_id, code):
        """What a cell shows: text of prints, results and errors."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        message = self.client.session.msg("execute_request", content, metadata={"cellId": cell_id})
        self.client.shell_channel.send(message)
        shown = []
        while True:
            answer = self.client.get_iopub_msg(timeout=60)
            if answer["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            kind, content = answer["msg_type"], answer["content"]
            if kind == "status" and content["execution_state"] == "idle":
                self.client.get_shell_msg(timeout=60)
                return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(shown))
            if kind == "stream":
                shown.append(content["text"])
            elif kind == "error":
                shown += content["traceback"]
            elif "data" in content:
                shown.append(content["data"]["text/plain"])


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    manager, client = start_new_kernel(cwd=str(tmp_path_factory.mktemp("kernel")))
    try:
        front = Front(client)
        front.run("first", "%load_ext kedro_nb\n%kedro_save xs [1, 2, 3]\ndivisor = 2")
        yield front
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture
def forgetful(front):
    yield front
    front.run("last", "%kedro_forget --all")


def test_a_cell_becomes_a_node_and_the_picture_is_shown(forgetful):
    shown = forgetful.run("one", CLEAN)
    assert shown.startswith("Node add: xs → total\n")
    assert "1 →add: xs -> total" in shown


def test_a_cell_whose_function_is_renamed_and_changed_is_the_same_node(forgetful):
    forgetful.run("one", CLEAN)
    shown = forgetful.run("one", "%%kedro_node -o total\ndef add_all(xs):\n    return len(xs)")
    assert re.search(r"Takes the place of 'add' of In \[\d+\]\.", shown)
    assert "add_all" in forgetful.run("list", "%kedro_nodes")
    assert "{'total': 3}" in forgetful.run("run", "%kedro_run")


@pytest.mark.parametrize("runner", ["SequentialRunner", "ThreadRunner", "ParallelRunner"])
def test_a_traceback_shows_the_cell_and_its_line(forgetful, runner):
    number = re.search(r"In\[(\d+)\]", forgetful.run("where", "1 / 0"))[1]
    forgetful.run("one", CLEAN.replace("divisor", "0"))
    cell = f"Cell In[{int(number) + 1}], line 5"
    shown = forgetful.run("run", f"%kedro_run --runner={runner}")
    assert f"In node add at {cell}" in shown
    assert "adding" in shown
    whole = forgetful.run("traceback", "%tb")
    assert f"{cell}, in add(xs)" in whole
    assert "----> 5     return sum(xs) / 0" in whole


def test_the_source_is_visible_and_the_debugger_finds_the_line(forgetful):
    forgetful.run("one", CLEAN)
    assert "def add(xs):" in forgetful.run("source", "import inspect; print(inspect.getsource(add))")
    same = "from ipykernel.compiler import get_file_name; get_file_name(__cell) == add.__code__.co_filename"
    assert forgetful.run("file", f"__cell = {CLEAN!r}\n{same}") == "True"


def test_variables_of_later_cells_count(forgetful):
    forgetful.run("one", CLEAN)
    forgetful.run("two", "divisor = 3")
    assert "{'total': 2.0}" in forgetful.run("run", "%kedro_run")
    forgetful.run("two", "divisor = 2")


def test_a_redefined_function_is_followed_in_its_own_cell_and_in_no_other(front):
    front.run("f", "def f(xs): return 'old'")
    made = front.run(
        "p", "from kedro_nb.pipeline import *\np = Pipeline([Node(f, 'xs', 'y', name='n')])\n1 / 0"
    )
    made = re.search(r"In\[(\d+)\]", made)[1]
    front.run("other", "def f(xs): return 'other'")
    shown = front.run("run", "%kedro_run -p p")
    assert f"Node 'n' runs the earlier 'f', not the one that In [{int(made) + 1}] defines. " in shown
    assert f"To use that one, run In [{made}] again.\n" in shown
    assert "{'y': 'old'}" in shown
    front.run("f", "%%time\ndef f(xs): return 'new'")
    shown = front.run("run", "%kedro_run -p p --parallel")
    assert "used as it is now: n\n" in shown
    assert "{'y': 'new'}" in shown
