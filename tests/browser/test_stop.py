"""Stopping a run from the page while its cell blocks the kernel, and runs beside the notebook."""

from __future__ import annotations

import pytest

from .look import states
from .servers import FRONT_ENDS

SETUP = """%load_ext kedro_nb
import time
from kedro_nb.pipeline import Node, Pipeline

def compute(x):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        pass

def chatter(x):
    for number in range(12):
        print(f"line {number} of the run")
        time.sleep(0.1)
    return x

stuck = Pipeline([Node(abs, "x", "kept", name="first"), Node(compute, "kept", "y", name="endless")])
talk = Pipeline([Node(chatter, "x", "told", name="talk")])
large = Pipeline(
    [Node(abs, "x", "level_0", name="load_0")]
    + [
        Node(lambda a: a, f"level_{i // 3}", f"level_{i + 1}", name=f"step_number_{i + 1}", namespace=None)
        for i in range(299)
    ]
)
%kedro_save x -3"""
RUNNERS = ["SequentialRunner", "ThreadRunner", "ParallelRunner"]
WELL = "%kedro_load kept"


@pytest.fixture(scope="module", params=FRONT_ENDS)
def notebook(request, server_of, opened):
    cells = [SETUP, *(f"%kedro_run -p stuck --runner={runner}" for runner in RUNNERS), WELL]
    cells += [
        "run = %kedro_run -p talk --background",
        "print('meanwhile')",
        "run.wait()",
        "%kedro_run -p large",
    ]
    with opened(server_of(request.param), cells) as notebook:
        notebook.run(0)
        yield notebook


@pytest.mark.parametrize("cell", [1, 2, 3], ids=RUNNERS)
def test_the_stop_button_ends_a_run_while_its_cell_blocks(notebook, cell):
    notebook.start(cell)
    notebook.wait_for(lambda words: "running" in states(words, "endless"), cell)
    notebook.output(cell).get_by_role("button", name="Stop").click()
    notebook.wait_until_done()
    assert notebook.failed(cell)
    words = notebook.spoken(cell)
    assert "Stopped at endless" in words
    assert "--from-nodes=endless" in words
    assert notebook.output(cell).get_by_role("button", name="Stop").count() == 0


def test_afterwards_the_kernel_is_well_and_what_was_done_is_there(notebook):
    notebook.run(4)
    assert notebook.text(4).strip().endswith("3")


def test_a_run_in_the_background_stays_in_its_own_output(notebook):
    notebook.run(5)
    notebook.run(6)
    assert notebook.text(6).strip() == "meanwhile"
    notebook.run(7)
    words = notebook.wait_for("1 of 1 node in", cell=5)
    assert "line 11 of the run" in words
    assert "line" not in notebook.text(6)


def test_three_hundred_nodes_are_one_picture_and_a_small_output(notebook):
    notebook.run(8)
    assert "300 of 300 nodes" in notebook.spoken(8)
    assert notebook.output(8).locator("img").count() == 1
    outputs = notebook.save().cells[8].outputs
    assert sum(len(str(output)) for output in outputs) < 200_000
