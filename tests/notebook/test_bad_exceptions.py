"""Every front end of a notebook shows a bad exception briefly, with the node and how to resume."""

import json
import threading
import time
from pathlib import Path

import pytest

BESIDE = Path(__file__).parent.parent / "runner"
MOST_SECONDS = 20.0  # it takes a tenth of a second; what walks all of an endless exception never ends
MOST_TEXT = 100_000
SETUP = """
from bad_exceptions import CASES, KINDS, good
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import session

def use(case):
    session().pipelines.update({
        "bad": Pipeline([node(CASES[case], None, "never", name="the_bad_node")]),
        "good": Pipeline([node(good, None, "fine", name="good")]),
    })
"""


@pytest.fixture
def bad(cells, monkeypatch):
    monkeypatch.syspath_prepend(str(BESIDE))
    cells.run(SETUP)
    return cells


@pytest.fixture
def cases(bad):
    return list(bad.shell.user_ns["CASES"])


def check(text, case, *told):
    assert len(text) < MOST_TEXT, case
    for each in told:
        assert each in text, (case, text[-2000:])
    assert text.encode(), case


def shown_in(cells, code, case):
    start = time.monotonic()
    error, text = cells.fail(code)
    assert time.monotonic() - start < MOST_SECONDS, (case, code)
    return error, text


def finished(run):
    """The run, when it is over and the panel shows that."""
    assert run.wait(20)
    for thread in threading.enumerate():
        if thread.name == "kedro_nb-panel":
            thread.join(20)
    return run


def test_the_magic_shows_it_and_so_does_the_command_for_tracebacks(bad, cases):
    for case in cases:
        bad.run(f"use({case!r})")
        error, text = shown_in(bad, "%kedro_run --pipeline=bad", case)
        assert issubclass(type(error), bad.shell.user_ns["KINDS"][case]), case
        check(text, case, "In node the_bad_node", "To try again: %kedro_run --pipeline=bad")
        check(bad.printed("%tb"), case, "the_bad_node")
        assert bad.run("%kedro_run --pipeline=good").load() == {"fine": "fine"}, case


def test_the_result_of_a_run_raises_it_for_except(bad, cases):
    bad.run("from kedro_nb.session import RunRequest")
    for case in cases[::3]:
        bad.run(f"use({case!r})\nrun = session().run(RunRequest(pipelines=('bad',)))")
        bad.run(f"try:\n    run.result()\nexcept KINDS[{case!r}] as error:\n    caught = error")
        check(shown_in(bad, "run.result()", case)[1], case, "In node the_bad_node")


def test_a_run_in_the_background_ends_with_it(bad, cases):
    for case in cases[1::3]:
        bad.run(f"use({case!r})")
        bad.run("run = %kedro_run --pipeline=bad --background")
        assert bad.run("run.wait(10)")
        check(shown_in(bad, "run.result()", case)[1], case, "In node the_bad_node", "To try again")


def test_a_page_shows_it_in_the_view(bad, cases, monkeypatch):
    monkeypatch.setattr(bad.shell, "kernel", object(), raising=False)
    for case in cases[::2]:
        bad.run(f"use({case!r})")
        _, text = shown_in(bad, "%kedro_run --pipeline=bad", case)
        pages = [str(each.data.get("text/html", "")) for each in bad.seen.outputs]
        check(text, case, "the_bad_node", "To try again")
        check("".join(pages[-1:]), case, "the_bad_node")
        bad.run("%kedro_history -1")


def test_the_panel_shows_it_and_runs_on(bad, cases):
    bad.run("import kedro_nb; panel = kedro_nb.Panel()")
    panel = bad.shell.user_ns["panel"]
    for case in cases[::2]:
        bad.run(f"use({case!r})")
        panel.pipeline = "bad"
        start = time.monotonic()
        finished(panel.run())
        assert time.monotonic() - start < MOST_SECONDS, case
        check(panel.live, case, "the_bad_node")
        panel.pipeline = "good"
        assert finished(panel.run()).state == "finished", case
    bad.run("panel.close()")


IN_A_KERNEL = (
    "__str__: StrKeyboardInterrupt",
    "__str__: StrHuge",
    "__cause__: UnreadableCause",
    "__getattribute__: InterruptingAttributes",
    "__class__: OtherClass",
    "a message of 50 MB",
    "a message with control characters",
    "its own cause",
    "20,000 contexts",
    "groups within groups",
    "groups in two branches",
    "notes: a number",
    "a frozen dataclass",
    "a syntax error with odd details",
    "refuses subclasses",
    "a recursion of two",
)


def test_a_kernel_sends_little_and_goes_on(outputs_of, shown):
    cells = {}
    for case in IN_A_KERNEL:
        cells[case] = f"use({case!r})\n%kedro_run --pipeline=bad"
        cells[f"{case}, in a variable"] = "session().history.last.result()"
        cells[f"{case}, caught"] = (
            f"try:\n    session().history.last.result()\nexcept KINDS[{case!r}]:\n    print('caught')"
        )
        cells[f"{case}, and then"] = "%kedro_run --pipeline=good"
    outputs = outputs_of(
        ["%load_ext kedro_nb", f"import sys; sys.path.insert(0, {str(BESIDE)!r})", SETUP], cells
    )
    for case in IN_A_KERNEL:
        for which, told in (
            (case, "To try again: %kedro_run --pipeline=bad"),
            (f"{case}, in a variable", "In node"),
        ):
            assert len(json.dumps(outputs[which])) < 2 * MOST_TEXT, which
            (error,) = [each for each in outputs[which] if each.output_type == "error"]
            check(shown(error), which, "the_bad_node", told)
        assert "".join(each.text for each in outputs[f"{case}, caught"]) == "caught\n", case
        assert not [each for each in outputs[f"{case}, and then"] if each.output_type == "error"], case


CELL = """
import threading

class TwoArguments(Exception):
    def __init__(self, code, reason):
        super().__init__(f"{reason} ({code})")
        self.code = code

class Keywords(TwoArguments):
    def __init__(self, *, code):
        super().__init__(code, "keywords")
        self.lock = threading.Lock()

def two(xs):
    raise TwoArguments(7, "no good")

def keywords(xs):
    raise Keywords(code=7) from TwoArguments(8, "before")

session().catalog["xs"] = 1
two_pipeline = Pipeline([node(two, "xs", "a", name="two")])
keywords_pipeline = Pipeline([node(keywords, "xs", "b", name="keywords")])
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_an_exception_class_of_a_cell_is_caught_after_a_parallel_run(cells, method, monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", method)
    cells.run("from kedro_nb.session import session")
    for _ in ("cold", "warm, and the classes defined again"):
        cells.run(CELL)
        cells.run(
            "try:\n    %kedro_run --pipeline=two_pipeline --parallel\nexcept TwoArguments as error:\n    caught = error"
        )
        assert cells.run("(type(caught) is TwoArguments, caught.code, str(caught))") == (
            True,
            7,
            "no good (7)",
        )
        cells.run(
            "try:\n    %kedro_run --pipeline=keywords_pipeline --parallel\n"
            "except Keywords as error:\n    caught = error"
        )
        assert cells.run("(str(caught), caught.code, caught.__cause__.code)") == ("keywords (7)", 7, 8)
        assert cells.run("type(caught.__cause__) is TwoArguments and not hasattr(caught, 'lock')")
