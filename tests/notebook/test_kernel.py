"""The extension in real kernels, as a notebook, nbclient and papermill run it."""

from __future__ import annotations

import pytest

NODES = """
import time

def work(xs):
    print("at work")
    time.sleep(0.01)
    return sum(xs)

async def wait(total):
    import asyncio
    await asyncio.sleep(0)
    return total + 1

def fail(total):
    return {}[total]

good = Pipeline([Node(work, "xs", "total", name="work"), Node(wait, "total", "out", name="wait")])
def interrupt(total):
    import os, signal
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(10)

stopped = Pipeline([Node(sum, "xs", "kept", name="quick"), Node(interrupt, "kept", "z", name="wait")])
bad = good + Pipeline([Node(fail, "out", "never", name="fail")])
"""
CELLS = {
    "save": "%kedro_save xs [1, 2, 3]",
    "run": "%kedro_run -p good",
    "threads": "r = %kedro_run -p good --runner=ThreadRunner --async",
    "loaded": "%kedro_load out",
    "after threads": "print('here')",
    "picture": "good",
    "entries": "%%kedro_catalog\n<i>x</i>:\n  type: MemoryDataset\n",
    "failing": "%kedro_run -p bad",
    "in a loop": "for runner in ('SequentialRunner', 'ThreadRunner'):\n    %kedro_run -p good --runner=$runner",
    "timed": "%%time\n%kedro_run -p bad",
    "verbose": "%kedro_run -p good --verbose",
    "interrupted, sequential": "%kedro_run -p stopped",
    "after it, sequential": "%kedro_load kept",
    "interrupted, threads": "%kedro_run -p stopped --runner=ThreadRunner",
    "after it, threads": "%kedro_load kept",
    "complete": "get_ipython().kernel.do_complete('%kedro_run --nodes=wo', 21)['matches']",
}


@pytest.fixture(scope="module")
def executed(outputs_of, setup_cell):
    return outputs_of([setup_cell, NODES], CELLS)


def texts(outputs):
    return [output.data["text/plain"] for output in outputs if "data" in output]


def test_a_run_is_one_output_that_ends_as_its_record_and_its_result(executed):
    view, result = executed["run"]
    assert (view.output_type, result.output_type) == ("display_data", "execute_result")
    assert view.data["text/plain"].startswith("✓ 2 of 2 nodes in ")
    assert "wait" in view.data["text/html"]
    assert view.data["application/vnd.kedro-nb.run.v1+json"]["state"] == "finished"
    assert result.data["text/plain"] == "{'out': 7}"


@pytest.mark.parametrize("cell", ["run", "threads"])
def test_what_a_node_prints_stands_under_it_in_the_view(executed, cell):
    (view,) = [output for output in executed[cell] if output.output_type == "display_data"]
    assert "at work" in view.data["text/html"]
    assert "     | at work" in view.data["text/plain"].splitlines()
    assert not [output for output in executed[cell] if "at work" in output.get("text", "")]


def test_prints_of_threads_stay_out_of_the_next_cell(executed):
    assert "".join(output.text for output in executed["after threads"]) == "here\n"


def test_the_view_of_threads_is_up_to_date_at_the_end(executed):
    assert any(text.startswith("✓ 2 of 2 nodes") for text in texts(executed["threads"]))


def test_data_is_loaded(executed):
    assert texts(executed["loaded"]) == ["7"]


def test_a_pipeline_is_a_picture(executed):
    (output,) = executed["picture"]
    assert "svg" in output.data["text/html"]
    assert "work" in output.data["text/plain"]


def test_a_catalog_is_a_table_with_escaped_names(executed):
    (output,) = executed["entries"]
    assert "&lt;i&gt;x&lt;/i&gt;" in output.data["text/html"]


def test_a_failing_run_is_a_table_and_the_user_s_error(executed, shown):
    view, *_, error = executed["failing"]
    assert view.data["text/plain"].startswith("✗ Failed at fail")
    assert error.ename == "KeyError"
    text = shown(error)
    assert text.index("return {}[total]") < text.index("In node fail") < text.index("--from-nodes=fail")
    assert "kedro_nb" not in text.replace("%kedro_run", "")


def test_runs_in_a_loop_are_an_output_each(executed):
    assert len([text for text in texts(executed["in a loop"]) if text.startswith("✓")]) == 2


def test_an_error_under_another_magic_looks_the_same(executed, shown):
    text = shown(executed["timed"][-1])
    assert "return {}[total]" in text
    assert "run_line_magic" not in text


def test_verbose_brings_the_log_back(executed):
    printed = "".join(output.get("text", "") for output in executed["verbose"])
    assert "INFO - Loading data from `xs` (MemoryDataset)..." in printed
    assert "Running node: work" in printed


def test_the_kernel_completes(executed):
    assert texts(executed["complete"]) == ["['work']"]


@pytest.mark.parametrize("runner", ["sequential", "threads"])
def test_an_interrupt_is_a_clean_message_and_the_kernel_goes_on(executed, shown, runner):
    view, error = executed[f"interrupted, {runner}"]
    assert view.data["text/plain"].startswith("■ Stopped at wait")
    assert error.ename == "KeyboardInterrupt"
    option = " --runner=ThreadRunner" if runner == "threads" else ""
    first, *others = shown(error).split("\n")
    assert first == "KeyboardInterrupt: The run was stopped: 1 of 2 nodes are done."
    assert others[-2:] == [
        "",
        f"What is done is kept. To go on: %kedro_run -p stopped{option} --from-nodes=wait",
    ]
    assert texts(executed[f"after it, {runner}"]) == ["6"]


def test_papermill_runs_it_with_parameters(tmp_path, setup_cell):
    nbformat = pytest.importorskip("nbformat")
    papermill = pytest.importorskip("papermill")
    cells = [
        nbformat.v4.new_code_cell("numbers = [1]", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(setup_cell),
        nbformat.v4.new_code_cell("%kedro_save xs numbers\n%kedro_run -p statistics"),
    ]
    source, target = tmp_path / "in.ipynb", tmp_path / "out.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), source)
    papermill.execute_notebook(
        source,
        target,
        {"numbers": [2, 4]},
        kernel_name="python3",
        language="python",
        progress_bar=False,
        cwd=tmp_path,
    )
    outputs = nbformat.read(target, as_version=4).cells[-1].outputs
    assert outputs[-1].data["text/plain"] == "{'v': 1.0}"
    assert outputs[1].data["text/plain"].startswith("✓ 3 of 3 nodes")
