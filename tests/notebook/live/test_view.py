from __future__ import annotations

import threading
import time

import pytest
from IPython.utils.capture import capture_output

from kedro_nb.io import DataCatalog
from kedro_nb.notebook.live import LiveView, bundle
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.session import RunRequest, Session
from kedro_nb.session.records.record import MIME_TYPE


def prepared(nodes=1, seconds=0.0, work=None, **request):
    def wait(x):
        time.sleep(seconds)
        return x

    pipeline = Pipeline([Node(work or wait, "x", f"y{i}", name=f"n{i}") for i in range(nodes)])
    session = Session(DataCatalog({"x": 1}), {"__default__": pipeline})
    return session.prepare(RunRequest(runner="ThreadRunner", **request))


def shown(run):
    with LiveView(run):
        run.execute()


def views():
    return [thread for thread in threading.enumerate() if thread.name == "kedro-nb-view"]


class Held:
    """A node's function that is at work until it may go on."""

    def __init__(self):
        self.at_work, self.go_on = threading.Event(), threading.Event()

    def __call__(self, x):
        self.at_work.set()
        self.go_on.wait(20)
        return x

    def end(self, run):
        """Let it go on, to the end of the run."""
        self.go_on.set()
        run.wait(20)


def comes(what):
    """Whether it comes about before long."""
    deadline = time.monotonic() + 20
    while not (there := what()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return there


def test_one_output_is_updated_in_place(cells):
    with capture_output() as seen:
        shown(prepared())
    first, *updates = seen.outputs
    assert updates
    assert not first.update
    assert all(output.update for output in updates)
    assert len({output.transient["display_id"] for output in seen.outputs}) == 1
    assert "✓ 1 of 1 node in" in updates[-1].data["text/plain"]


def test_two_runs_are_two_outputs(cells):
    with capture_output() as seen:
        shown(prepared())
        shown(prepared())
    assert len({output.transient["display_id"] for output in seen.outputs}) == 2


def test_the_last_update_is_the_record_as_html_text_and_data(cells):
    with capture_output() as seen:
        shown(prepared())
    last = seen.outputs[-1].data
    assert set(last) == {"text/html", "text/plain", "application/vnd.kedro-nb.run.v1+json"}
    assert last["application/vnd.kedro-nb.run.v1+json"]["state"] == "finished"


def test_what_is_shown_before_the_end_has_nothing_that_differs_from_run_to_run_but_times(cells):
    """The first output is what a test of notebooks compares: it has no id of a run in it."""
    with capture_output() as seen:
        shown(run := prepared())
    first = seen.outputs[0].data
    assert set(first) == {"text/html", "text/plain"}
    assert run.id not in first["text/html"] + first["text/plain"]


def test_many_events_are_few_updates(cells):
    started = time.monotonic()
    with capture_output() as seen:
        shown(prepared(nodes=500))
    assert len(seen.outputs) <= 3 + 10 * (time.monotonic() - started)


def test_states_change_while_the_run_goes_on(cells):
    run = prepared(work=(held := Held()))
    with capture_output() as seen, LiveView(run):
        run.start()
        told = comes(lambda: any("running n0" in each.data["text/plain"] for each in seen.outputs))
        held.end(run)
    assert told


def test_nothing_is_left_running(cells):
    with capture_output():
        shown(prepared())
    assert not views()


def test_a_view_of_a_run_that_never_begins_shows_nothing(cells):
    with capture_output() as seen, LiveView(prepared()):
        pass
    assert not seen.outputs


def test_a_run_that_cannot_begin_shows_nothing(cells):
    run = prepared()
    with capture_output():
        run.execute()
    with capture_output() as seen, pytest.raises(RuntimeError), LiveView(run):
        run.execute()
    assert not seen.outputs


def test_a_run_in_the_background_is_drawn_to_its_end(cells):
    run = prepared(work=(held := Held()))
    with capture_output() as seen:
        with LiveView(run):
            run.start()
        held.end(run)
        assert comes(lambda: "✓ 1 of 1 node in" in seen.outputs[-1].data["text/plain"])


def test_the_end_is_drawn_when_the_run_is_over_and_not_when_its_state_says_so(cells):
    """Which it does a moment before: the record is made once all is in place."""
    run = prepared(work=(held := Held()))
    with capture_output() as seen:
        with LiveView(run):
            run.start()
            held.at_work.wait(20)
            run.state = "finished"
        assert views()
        held.end(run)
        assert comes(lambda: MIME_TYPE in seen.outputs[-1].data)


def test_a_run_can_be_shown_again_later(cells):
    run = prepared()
    with capture_output():
        shown(run)
    assert bundle(run)["text/plain"].startswith("✓ 1 of 1 node in")


def test_a_run_that_has_not_begun_can_be_shown(cells):
    assert bundle(prepared())["text/html"]


def test_a_view_that_fails_does_no_harm(cells, monkeypatch, caplog):
    monkeypatch.setattr("kedro_nb.notebook.live.page.timeline", lambda progress: 1 / 0)
    run = prepared()
    with capture_output():
        shown(run)
    assert run.result().load() == {"y0": 1}
    assert "ZeroDivisionError" in caplog.text


def test_a_large_graph_is_laid_out_while_the_run_goes_on_only_when_that_is_little_against_it(
    cells, monkeypatch
):
    monkeypatch.setattr("kedro_nb.notebook.live.view.seconds_to_make", lambda pipeline: 1.0)
    for expected, at_once in ((None, False), (3600.0, True)):
        run = prepared()
        run.expected = expected
        with capture_output() as seen:
            shown(run)
        first, *_, last = seen.outputs
        assert ("<img" in first.data["text/html"]) == at_once
        assert "<img" in last.data["text/html"]
