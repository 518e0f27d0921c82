from __future__ import annotations

import threading
import time

from IPython.utils.capture import capture_output

from kedro_nb.io import DataCatalog
from kedro_nb.notebook.run_view import NotebookView
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.runner import ThreadRunner


def run(view, nodes=1, seconds=0.0):
    def work(x):
        time.sleep(seconds)
        return x

    pipeline = Pipeline([Node(work, "x", f"y{i}", name=f"n{i}") for i in range(nodes)])
    from kedro_nb.runner import Monitor

    with view:
        ThreadRunner(max_workers=2).run(pipeline, DataCatalog({"x": 1}), monitor=Monitor([view]))


def test_one_output_is_updated_in_place(cells):
    with capture_output() as seen:
        run(NotebookView())
    first, *updates = seen.outputs
    assert updates
    assert not first.update
    assert all(output.update for output in updates)
    assert len({output.transient["display_id"] for output in seen.outputs}) == 1
    assert "✓ 1 of 1 node in" in updates[-1].data["text/plain"]


def test_two_runs_are_two_outputs(cells):
    with capture_output() as seen:
        run(NotebookView())
        run(NotebookView())
    assert len({output.transient["display_id"] for output in seen.outputs}) == 2


def test_many_events_are_few_updates(cells):
    started = time.monotonic()
    with capture_output() as seen:
        run(NotebookView(), nodes=500)
    assert len(seen.outputs) <= 3 + 10 * (time.monotonic() - started)


def test_nothing_is_left_running(cells):
    with capture_output():
        run(NotebookView())
    assert not [thread for thread in threading.enumerate() if thread.name == "kedro-nb-view"]


def test_a_view_of_a_run_that_never_begins_shows_nothing(cells):
    with capture_output() as seen, NotebookView():
        pass
    assert not seen.outputs
