"""`%kedro_run --background` in a real kernel: the notebook goes on, the run stays in its own output."""

import pytest

NODES = """
import time

lines = 5

def talk(xs):
    for number in range(lines):
        print("line", number)
        time.sleep(0.1)
    return sum(xs)

def fail(total):
    return {}[total]

talking = Pipeline([Node(talk, "xs", "total", name="talk"), Node(str, "total", "text", name="show")])
failing = Pipeline([Node(fail, "xs", "never", name="fail")])
%kedro_save xs [1, 2, 3]
"""
CELLS = {
    "begin": "run = %kedro_run -p talking --background\nprint(run.state)\nr = await run\nprint(r)",
    "over": "run",
    "at once": "run = %kedro_run -p failing --background\nrun.result()",
    "again": "lines = 600  # until it is cancelled\nrun = %kedro_run -p talking --background\nrun",
    "meanwhile": "print('meanwhile')",
    "same data": "%kedro_run -p talking --runner=ThreadRunner",
    "other data": "%kedro_run -p failing",
    "cancel": "run.cancel(); run.wait(20); print(run.state)",
    "result": "run.result()",
    "failing": "failed = %kedro_run -p failing --background\nfailed.wait(20)",
    "its result": "failed.result()",
    "wrong": "%kedro_run -p talkin --background",
    "threads": """
import threading
ours = [thread for thread in threading.enumerate() if 'kedro_nb' in thread.name]
for thread in ours:
    thread.join(20)
print([thread.name for thread in ours if thread.is_alive()])
""",
}


@pytest.fixture(scope="module")
def executed(outputs_of, setup_cell):
    return outputs_of([setup_cell, NODES], CELLS)


def printed(outputs):
    return "".join(output.get("text", "") for output in outputs)


def test_the_magic_returns_at_once_and_the_run_can_be_awaited(executed):
    assert printed(executed["begin"]) == "running\n{'text': '6'}\n"


def test_its_view_and_what_it_prints_are_one_output(executed):
    view = next(output for output in executed["begin"] if output.output_type == "display_data")
    assert view.data["text/plain"].startswith("✓ 2 of 2 nodes in ")
    assert "line 4" in view.data["text/html"]
    assert printed(executed["meanwhile"]) == "meanwhile\n"


def test_a_run_that_is_over_shows_its_record_and_one_that_goes_on_a_line(executed):
    (record,) = executed["over"]
    assert "✓ 2 of 2 nodes in " in record.data["text/plain"]
    assert "talk" in record.data["text/html"]
    handle = next(output for output in executed["again"] if output.output_type == "execute_result")
    assert handle.data["text/plain"].startswith("<Run ")
    assert "text/html" not in handle.data


def test_a_run_that_would_write_the_same_is_refused_and_others_go_beside_it(executed):
    (refused,) = executed["same data"]
    assert refused.ename == "RequestError"
    assert "Both runs write 'text', 'total'" in refused.evalue
    assert executed["other data"][-1].ename == "TypeError"


def test_it_can_be_cancelled_and_says_how_to_go_on(executed, shown):
    assert printed(executed["cancel"]) == "cancelled\n"
    text = shown(executed["result"][-1])
    assert "The run was stopped: 0 of 2 nodes are done." in text
    assert "To try again: %kedro_run -p talking --background" in text


def test_an_error_is_raised_by_its_result_with_the_users_lines(executed, shown):
    assert not [output for output in executed["failing"] if output.output_type == "error"]
    text = shown(executed["its result"][-1])
    assert "return {}[total]" in text
    assert "In node fail" in text


def test_a_request_that_does_not_fit_is_refused_at_once(executed):
    assert "talking" in executed["wrong"][-1].evalue


def test_no_thread_is_left(executed):
    assert printed(executed["threads"]) == "[]\n"


def test_a_result_that_is_waited_for_says_at_once_how_to_go_on(executed, shown):
    assert "To try again: %kedro_run -p failing --background" in shown(executed["at once"][-1])
