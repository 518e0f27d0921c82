"""ParallelRunner in real kernels, however its processes are started."""

from __future__ import annotations

import ast
import os
import time

import pytest

NODES = """
import logging, multiprocessing, os, signal, threading, time

K = 2

class Point:
    def __init__(self, x):
        self.x = x

def helper(values):
    return values["missing"]

def work(xs):
    print("at work")
    logging.getLogger(__name__).info("a line of the node's own")
    return Point(K * sum(xs))

def away(point):
    return {"x": point.x, "process": os.getpid()}

def fail(away):
    return helper(away)

def long(kept):
    open("begun", "w").close()
    time.sleep(60)

def show(xs):
    from IPython.display import HTML, display
    display(HTML("<b>bold</b>"))
    display([1, 2])

def ask(xs):
    return input("how many? ")

def interrupt():
    while not os.path.exists("begun"):
        time.sleep(0.02)
    os.killpg(os.getpid(), signal.SIGINT)  # as Jupyter's button does: to all processes of the kernel

good = Pipeline([Node(work, "xs", "point", name="work"), Node(away, "point", "away", name="away")])
bad = good + Pipeline([Node(fail, "away", "never", name="fail")])
shown = Pipeline([Node(show, "xs", None, name="show")])
asking = Pipeline([Node(ask, "xs", "answer", name="ask")])
stopped = Pipeline([Node(sum, "xs", "kept", name="quick"), Node(long, "kept", "z", name="long")])

def children():
    import psutil
    return [child.pid for child in psutil.Process().children(recursive=True)]
"""
CELLS = {
    "save": "%kedro_save xs [1, 2, 3]",
    "run": "result = %kedro_run -p good --parallel",
    "afterwards": "print('here')",
    "result": "[result.load()['away']['x'], result.load()['away']['process'] != os.getpid()]",
    "verbose": "%kedro_run -p good --runner=ParallelRunner --runner-params=max_workers=2 --verbose ;",
    "failing": "%kedro_run -p bad",
    "failing elsewhere": "%kedro_run -p bad --parallel",
    "edit": "K = 10\nclass Point:\n    x = 'a new class'\n    def __init__(self, x):\n        self.y = x",
    "edited class": "r = %kedro_run -p good --parallel\nr.load()['away']['x']",
    "edit again": "def work(xs):\n    point = Point(0)\n    point.x = K\n    return point\n"
    "good = Pipeline([Node(work, 'xs', 'point', name='work'), Node(away, 'point', 'away', name='away')])",
    "edited function": "r = %kedro_run -p good --parallel\nr.load()['away']['x']",
    "shown": "%kedro_run -p shown --parallel ;",
    "asking": "%kedro_run -p asking --parallel",
    "interrupted": "threading.Thread(target=interrupt).start()\n%kedro_run -p stopped --parallel",
    "kept": "%kedro_load kept",
    "nobody works": "multiprocessing.active_children()",
    "again": "r = %kedro_run -p good --parallel\nr.load()['away']['x']",
    "warm": "len(multiprocessing.active_children()) > 0",
    "unload": "%unload_ext kedro_nb",
    "unloaded": "multiprocessing.active_children()",
    "reload": "%load_ext kedro_nb\n%kedro_run -p good --parallel ;",
    "children": "children()",
}


@pytest.fixture(scope="module", params=["default", "fork", "spawn", "forkserver"])
def executed(outputs_of, setup_cell, request):
    method = "import os; os.environ.pop('KEDRO_MP_CONTEXT', None)"
    if request.param != "default":
        method = f"import os; os.environ['KEDRO_MP_CONTEXT'] = '{request.param}'"
    return outputs_of([f"{method}\n{setup_cell}", NODES], CELLS)


def value(outputs):
    (output,) = [each for each in outputs if each.output_type == "execute_result"]
    return ast.literal_eval(output.data["text/plain"])


def printed(outputs):
    return "".join(output.get("text", "") for output in outputs)


def test_functions_and_classes_of_cells_run_in_another_process(executed):
    assert value(executed["result"]) == [12, True]


def test_the_view_is_that_of_any_runner(executed):
    view, *_ = executed["run"]
    assert view.data["text/plain"].startswith("✓ 2 of 2 nodes in ")
    assert "with ParallelRunner\n" in view.data["text/plain"]


def test_what_a_node_prints_stands_under_it_in_the_view(executed):
    (view,) = [output for output in executed["run"] if output.output_type == "display_data"]
    assert "     | at work" in view.data["text/plain"].splitlines()
    assert printed(executed["run"]) == ""
    assert printed(executed["afterwards"]) == "here\n"


def test_verbose_shows_the_log_of_the_other_process(executed):
    log = printed(executed["verbose"])
    for line in (
        "INFO - Loading data from `xs` (MemoryDataset)...",
        "a line of the node's own",
        "INFO - Completed node: away",
    ):
        assert log.count(line) == 1


def test_an_error_looks_as_it_does_under_the_sequential_runner(executed, shown):
    def lines(cell):
        text = shown(executed[cell][-1]).replace(" --parallel", "")
        return [line for line in text.split("\n") if "'process':" not in line]

    assert "---> " in "\n".join(lines("failing elsewhere"))
    assert lines("failing elsewhere") == lines("failing")


def test_an_edited_cell_is_what_runs(executed):
    assert value(executed["edited class"]) == "a new class"
    assert value(executed["edited function"]) == 10


def test_of_what_a_node_displays_the_text_is_shown(executed):
    printed_by_node = executed["shown"][0].data["text/plain"]
    assert "| <IPython.core.display.HTML object>" in printed_by_node
    assert "| [1, 2]" in printed_by_node


def test_a_node_that_asks_for_input_fails_and_does_not_wait(executed, shown):
    told = shown(executed["asking"][-1])
    assert "EOFError: " in told
    assert "Run with SequentialRunner or ThreadRunner, or give the answer as a parameter." in told


def test_an_interrupt_of_a_long_node_is_a_clean_message_and_the_kernel_goes_on(executed, shown):
    view, error = executed["interrupted"]
    assert view.data["text/plain"].startswith("■ Stopped at long")
    first, *others = shown(error).split("\n")
    assert first == "KeyboardInterrupt: The run was stopped: 1 of 2 nodes are done."
    assert others[-2:] == [
        "",
        "What is done is kept. To go on: %kedro_run -p stopped --parallel --from-nodes=long",
    ]
    assert value(executed["kept"]) == 6
    assert value(executed["again"]) == 10


def test_unloading_leaves_no_process(executed):
    assert value(executed["warm"]) is True
    assert value(executed["unloaded"]) == []


def test_a_kernel_that_ends_leaves_no_process(executed):
    left = value(executed["children"])
    assert left
    assert gone(left), left


def gone(processes):
    """Whether they all end, within some seconds."""
    for _ in range(400):
        processes = [process for process in processes if is_alive(process)]
        if not processes:
            return True
        time.sleep(0.05)
    return False


def is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
