"""Whatever exception a node raises is caught by its class and shown briefly, and the next run works."""

import json
import time
import traceback

import pytest

from kedro_nb.cli.failure import explain
from kedro_nb.exceptions import message_of, notes_of
from kedro_nb.notebook.live import bundle
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import RunRequest, Session
from kedro_nb.session.records.record import record
from kedro_nb.session.records.replay import ReplayedRun

from .bad_exceptions import CASES, KINDS, Keywords, Plain, TwoArguments, good
from .conftest import METHODS, spread

MOST_SECONDS = 20.0  # it takes a tenth of a second; what walks all of an endless exception never ends
MOST_TEXT = 100_000
REQUESTS = {
    "sequential": RunRequest(pipelines=("bad",)),
    "async": RunRequest(pipelines=("bad",), is_async=True),
    "thread": RunRequest(pipelines=("bad",), runner="ThreadRunner"),
    "parallel": RunRequest(pipelines=("bad",), runner="ParallelRunner"),
}


def session_with(case):
    return Session(
        pipelines={
            "bad": Pipeline([node(CASES[case], None, "never", name="the_bad_node")]),
            "good": Pipeline([node(good, None, "fine", name="good")]),
        }
    )


def caught(run, kind):
    try:
        run.result()
    except kind as error:
        return error
    raise AssertionError("no error")


@pytest.mark.parametrize(("case", "runner", "method"), spread(CASES, REQUESTS, METHODS), indirect=["method"])
def test_a_bad_exception_is_caught_by_its_class_and_the_next_run_works(case, runner, method):
    session, request = session_with(case), REQUESTS[runner]
    start = time.monotonic()
    run = session.run(request)
    error = caught(run, KINDS[case])
    assert time.monotonic() - start < MOST_SECONDS
    assert run.state == "failed"
    assert any(note.startswith("In node the_bad_node") for note in notes_of(error))
    if KINDS[case].__name__ in HAVE_A_CODE:
        assert error.code == 7
    again = session.run(RunRequest(pipelines=("good",), runner=request.runner))
    assert again.result().load() == {"fine": "fine"}


HAVE_A_CODE = {"TwoArguments", "Keywords", "Locked", "Slots", "Frozen", "OwnFile", "Group"}


def shown_by_the_record(run):
    return json.dumps(record(run), ensure_ascii=False)


def shown_by_the_view(run):
    return "\n".join(bundle(run)[kind] for kind in ("text/html", "text/plain"))


def shown_after_a_replay(run):
    return shown_by_the_view(ReplayedRun(json.loads(shown_by_the_record(run))))


def shown_in_the_shell(run):
    return explain(run.error)


def shown_by_python(run):
    """What `logging` and `traceback` of the user's own code show."""
    return "".join(traceback.format_exception(run.error))


SHOWN = (
    shown_by_the_record,
    shown_by_the_view,
    shown_after_a_replay,
    shown_in_the_shell,
    shown_by_python,
)


@pytest.mark.parametrize("case", CASES)
def test_every_view_of_a_bad_exception_is_short_and_names_the_node(case):
    run = session_with(case).run(REQUESTS["sequential"])
    for show in SHOWN:
        start = time.monotonic()
        text = show(run)
        assert time.monotonic() - start < MOST_SECONDS, show
        assert "the_bad_node" in text, show
        assert len(text) < MOST_TEXT, show
        assert show is shown_by_python or text.encode(), show


def test_a_message_has_no_characters_that_hide_or_reverse_what_follows():
    run = session_with("a message with control characters").run(REQUESTS["sequential"])
    for text in (message_of(run.error), shown_in_the_shell(run), shown_by_the_view(run)):
        assert "red \\x1b[2Jhidden \\x00 \\x07 \\r over \\u202e backwards \\ud800 half" in text


@pytest.mark.parametrize("runner", ["sequential", "parallel"])
def test_of_a_large_group_the_first_errors_arrive_with_their_classes(runner, monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", "fork")
    run = session_with("a group of 100,000").run(REQUESTS[runner])
    assert {type(error).__name__ for error in run.error.exceptions} == {"Plain"}
    assert "further errors of the group are left out" in "\n".join(run.error.__notes__)


def test_causes_contexts_and_members_arrive_with_their_classes(method):
    def chained():
        try:
            raise Plain("context")
        except Plain:
            group = ExceptionGroup("several", [TwoArguments(1, "a"), Keywords(code=2)])
            group.add_note("a note")
            raise group from KeyError("cause")

    pipeline = Pipeline([node(chained, None, "never", name="bad")])
    error = Session(pipelines={"p": pipeline}).run(RunRequest(runner="ParallelRunner")).error
    assert [type(each).__name__ for each in error.exceptions] == ["TwoArguments", "Keywords"]
    assert [each.code for each in error.exceptions] == [1, 2]
    assert [str(each) for each in error.exceptions] == ["a (1)", "code 2"]
    assert (repr(error.__cause__), type(error.__context__).__name__) == ("KeyError('cause')", "Plain")
    assert error.__notes__[0] == "a note"


def test_what_cannot_be_pickled_of_an_error_is_named_in_a_note(monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", "fork")
    errors = [session_with(case).run(REQUESTS["parallel"]).error for case in ("a lock", "a lock as argument")]
    assert errors[0].args == ("no good",)
    assert errors[0].__notes__[-1].endswith("could not pickle it: lock")
    assert errors[1].__notes__[-1].endswith("could not pickle it: argument 2")
