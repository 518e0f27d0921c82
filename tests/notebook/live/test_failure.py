from __future__ import annotations

import pytest

from kedro_nb.io import DataCatalog
from kedro_nb.notebook.live.failure import failure_html, failure_of, failure_text
from kedro_nb.notebook.live.page import Page
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.runner import SequentialRunner, ThreadRunner
from kedro_nb.runner.measures import Measured
from kedro_nb.session import NodeProgress, RunRequest, Session


def divide(total, count):
    rate = 1
    return rate * total / count  # here it fails


def failed(runner=None, **data):
    pipeline = Pipeline([Node(divide, ["total", "count"], "mean", name="divide")])
    node = NodeProgress("divide")
    try:
        (runner or SequentialRunner()).run(pipeline, DataCatalog({"total": [1, 2], "count": 0, **data}))
    except Exception as error:
        node.error, node.state = error, "failed"
    return node


@pytest.mark.parametrize("runner", [SequentialRunner, ThreadRunner])
def test_node_error_inputs_and_the_line_that_failed_are_told(runner):
    failure = failure_of(failed(runner()))
    text = "\n".join(failure_text(failure))
    assert text.startswith("In node divide:\n  TypeError: unsupported operand")
    assert "  total: [1, 2]" in text
    assert "  count: 0" in text
    assert "test_failure.py, line" in text
    assert "in divide" in text
    assert "return rate * total / count  # here it fails" in text


def test_no_frame_of_ours_is_shown():
    assert not [frame for frame in failure_of(failed()).frames if "kedro_nb/runner" in frame.place]


def test_the_page_shows_the_lines_around_the_one_that_failed():
    html = failure_html(failure_of(failed()), {})
    assert "▸" in html
    assert "rate = 1" in html


def test_types_and_shapes_of_inputs_are_told_where_they_were_measured():
    html = failure_html(failure_of(failed()), {"total": Measured("DataFrame", None, (3, 4))})
    assert "DataFrame 3 \N{MULTIPLICATION SIGN} 4" in html


def test_what_failed_to_load_is_named():
    def broken():
        raise OSError("disk")

    node = NodeProgress("n")
    node.state, node.error = "failed", OSError("disk")
    node.error.add_note("In node n\nwhile loading its input 'raw'")
    assert "while loading its input 'raw'" in "\n".join(failure_text(failure_of(node)))


def test_passwords_are_not_shown():
    node = failed(total={"a": 1}, count="x")
    node.error.__notes__[:] = ["In node n\nwith the inputs:\n  params:password: hunter2\n  total: 1"]
    assert "hunter2" not in failure_html(failure_of(node), {})


def test_an_error_whose_class_is_broken_is_shown_by_its_name():
    class Broken(Exception):
        def __str__(self):
            raise RuntimeError

    node = NodeProgress("n")
    node.state, node.error = "failed", Broken()
    assert "Broken" in failure_html(failure_of(node), {})


def test_the_lines_stay_known_when_the_frames_are_let_go():
    pipeline = Pipeline([Node(divide, ["total", "count"], "mean", name="divide")])
    session = Session(DataCatalog({"total": 1, "count": 0}), {"__default__": pipeline})
    run = session.prepare(RunRequest())
    run.execute()
    page = Page()
    assert "here it fails" in page.html(run)
    run.forget_frames()
    assert "here it fails" in page.html(run)


def caused():
    try:
        {}["gone"]
    except KeyError as error:
        raise ValueError("no value") from error


def failed_with(call):
    node = NodeProgress("n")
    node.state = "failed"
    try:
        call()
    except Exception as error:
        node.error = error
    return node


def test_what_caused_it_is_told_with_its_line():
    failure = failure_of(failed_with(caused))
    text = "\n".join(failure_text(failure))
    assert text.index("ValueError: no value") < text.index("Caused by\n  KeyError: 'gone'\n")
    assert '{}["gone"]' in text
    assert "Caused by" in failure_html(failure, {})


def test_what_happened_inside_a_library_is_no_cause_to_tell():
    import json

    def call():
        try:
            error = None
            json.loads("{")
        except ValueError as caught:
            error = caught.with_traceback(None)
        raise OSError("bad file") from error

    assert failure_of(failed_with(call)).causes == []


def test_notes_of_the_user_are_told():
    node = failed()
    node.error.add_note("Have a look at the export")
    failure = failure_of(node)
    assert "  Have a look at the export" in failure_text(failure)
    assert "Have a look at the export" in failure_html(failure, {})


def test_in_few_words_it_is_the_node_and_its_line():
    where = failure_of(failed()).where
    assert where.startswith("In node divide at tests/notebook/live/test_failure.py, line ")
    assert where.endswith(" (%tb shows the whole traceback)")
