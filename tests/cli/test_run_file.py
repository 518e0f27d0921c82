"""`kedro-nb run FILE.py`: what is taken from the file."""

import pytest

BASE = """
from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import Pipeline, node

def double(x):
    return 2 * x

def add(x, k):
    return x + k

def broken(x):
    raise OSError("no luck")

catalog = DataCatalog({"xs": 10})
"""


@pytest.mark.parametrize(
    ("code", "args", "result"),
    [
        ("p = Pipeline([node(double, 'xs', 'a')])", [], "{'a': 20}"),
        (
            "p = Pipeline([node(double, 'xs', 'a')])\n_hidden = Pipeline([node(abs, 'xs', 'b')])",
            [],
            "{'a': 20}",
        ),
        (
            "p = Pipeline([node(double, 'xs', 'a')])\nq = Pipeline([node(abs, 'xs', 'b')])",
            ["-p", "q"],
            "{'b': 10}",
        ),
        (
            "pipelines = {'__default__': Pipeline([node(abs, 'xs', 'b')])}\np = Pipeline([node(double, 'xs', 'a')])",
            [],
            "{'b': 10}",
        ),
        (
            "def register_pipelines():\n    return {'p': Pipeline([node(abs, 'xs', 'c')])}\npipelines = {}",
            [],
            "{'c': 10}",
        ),
        (
            "from kedro_nb.project import pipelines\npipelines['p'] = Pipeline([node(abs, 'xs', 'd')])",
            [],
            "{'d': 10}",
        ),
        ("parameters = {'k': 1}\np = Pipeline([node(add, ['xs', 'params:k'], 'a')])", [], "{'a': 11}"),
        (
            "parameters = {'k': 1}\np = Pipeline([node(add, ['xs', 'params:k'], 'a')])",
            ["--params=k=5"],
            "{'a': 15}",
        ),
        ("p = Pipeline([node(double, 'xs', 'a')])\nio = catalog\ndel catalog", [], "{'a': 20}"),
        ("import io\np = Pipeline([node(double, 'xs', 'a')])", [], "{'a': 20}"),
        ("p = Pipeline([node(lambda: __name__, None, 'name')])", [], "{'name': 'steps'}"),
    ],
)
def test_pipelines_data_and_parameters_come_from_its_variables(run, code, args, result):
    done = run(BASE + code, *args)
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith(f"{result}\n")


def test_its_hooks_are_called(run):
    done = run(
        BASE
        + """
from kedro_nb.hooks import hook_impl

class Hooks:
    @hook_impl
    def before_pipeline_run(self, run_params):
        print("about to run with", run_params["runner"])

hooks = [Hooks()]
p = Pipeline([node(double, 'xs', 'a')])
"""
    )
    assert "about to run with SequentialRunner" in done.out


def test_its_runner_classes_are_known_by_name(run):
    code = """
from kedro_nb.runner import SequentialRunner

class Mine(SequentialRunner):
    def _run(self, *args):
        print("mine runs")
        super()._run(*args)

p = Pipeline([node(double, 'xs', 'a')])
"""
    assert "mine runs" in run(BASE + code, "--runner=Mine").out


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_its_nodes_run_in_processes(run, monkeypatch, method):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", method)
    code = """
class Point:
    def __init__(self, x):
        self.x = x

def make(x):
    print("here I am")
    return Point(x)

p = Pipeline([node(make, "xs", "point", name="make"), node(lambda point: point.x, "point", "a")])
"""
    done = run(BASE + code, "--parallel", "--runner-params=max_workers=2")
    assert (done.code, done.err) == (0, "")
    assert "make: here I am\n" in done.out
    assert done.out.endswith("{'a': 10}\n")


def test_a_node_that_fails_in_a_process_is_shown_as_any(run):
    code = BASE + "p = Pipeline([node(broken, 'xs', 'b', name='fails')])"
    assert run(code, "--parallel").err == run(code).err


def test_a_start_method_that_there_is_not_ends_with_2(run, monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", "thread")
    done = run(BASE + "p = Pipeline([node(double, 'xs', 'a')])", "--parallel")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "Error: ParallelRunner() cannot be made: KEDRO_MP_CONTEXT is 'thread': it can be 'fork', 'spawn' or "
        "'forkserver', or not set at all.\n"
    )


def test_code_for_scripts_is_not_run(run):
    done = run(
        BASE + "p = Pipeline([node(double, 'xs', 'a')])\nif __name__ == '__main__':\n    print('script')"
    )
    assert "script" not in done.out


def test_it_can_import_its_neighbours(run, folder):
    (folder / "steps_neighbour.py").write_text("def triple(x):\n    return 3 * x")
    done = run(BASE + "from steps_neighbour import triple\np = Pipeline([node(triple, 'xs', 'a')])")
    assert done.out.endswith("{'a': 30}\n")


def test_nothing_is_written_beside_it(run, folder):
    run(BASE + "p = Pipeline([node(double, 'xs', 'a')])")
    assert [each.name for each in folder.iterdir()] == ["steps.py"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1", "steps.py has no pipelines: it defines neither register_pipelines()"),
        ("catalog = {'a': {'type': 'X'}}", "The variable catalog is a 'dict'. Make a catalog of it"),
        ("parameters = [1]", "The variable parameters is a 'list' where a dict is meant"),
        ("pipelines = [1]", "The variable pipelines is a 'list' where a dict is meant"),
        ("pipelines = {'p': 3}", "'p' is registered with a 'int' where a Pipeline"),
        ("def register_pipelines(): pass", "The result of register_pipelines() is a 'NoneType'"),
        ("class Hooks: pass\nhooks = [Hooks]", "Hooks are registered as objects: Hooks() instead of Hooks"),
    ],
)
def test_a_variable_that_holds_something_else_is_told(run, code, message):
    done = run(code)
    assert done.code == 2
    assert done.err.startswith("Error: ")
    assert message in done.err


@pytest.mark.parametrize(
    ("code", "last_lines"),
    [
        ("1 / 0", ["    1 / 0", "    ~~^~~", "ZeroDivisionError: division by zero"]),
        ("def f(:", ["    def f(:", "          ^", "SyntaxError: invalid syntax"]),
        ("def register_pipelines():\n    raise OSError('no')", ["    raise OSError('no')", "OSError: no"]),
        (
            "from kedro_nb.pipeline import *\nPipeline([node(abs, 'a', 'b', name='x'), node(abs, 'b', 'a', name='y')])",
            [
                "CircularDependencyError: Circular dependencies exist among the following 2 item(s): x -> y -> x"
            ],
        ),
    ],
)
def test_a_file_that_raises_is_told_with_its_own_frames(run, code, last_lines):
    done = run(code)
    assert done.code == 2
    assert "\n".join(last_lines) in done.err
    assert done.err.endswith("steps.py could not be executed, and nothing was run.\n")
    assert "kedro_nb/" not in done.err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["run", "stesp.py"], "There is no file 'stesp.py' - did you mean one of these instead: steps.py"),
        (["run", "book.ipynb"], "'book.ipynb' is a notebook"),
        (["run"], "Missing argument 'FILE.py'"),
        (["rum"], "No such command 'rum'"),
        (["run", "steps.py", "--tgas=a"], "--tgas"),
        (["run", "steps.py", "--params=a"], "Error: --params: 'a' has no value"),
        (["run", "steps.py", "--config=no.yml"], "Error: There is no configuration file 'no.yml'"),
        (["run", "steps.py", "-n", "x"], "Error: There is no node 'x' in the pipeline (--nodes)"),
        (["run", "steps.py", "-p", "x"], "Error: There is no pipeline 'x'. The only one is 'p'."),
    ],
)
def test_a_request_that_does_not_fit_ends_with_2(command, folder, args, message):
    (folder / "steps.py").write_text(BASE + "p = Pipeline([node(double, 'xs', 'a')])")
    (folder / "book.ipynb").write_text("{}")
    done = command(*args)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_a_missing_parameter_ends_with_2(run):
    done = run(BASE + "p = Pipeline([node(add, ['xs', 'params:k'], 'a')])")
    assert done.code == 2
    assert done.err.startswith("Error: There is no parameter 'k', which the pipeline reads.")


def test_pipelines_that_do_not_fit_together_end_with_2(run):
    code = "p = Pipeline([node(abs, 'xs', 'a', name='x')])\nq = Pipeline([node(double, 'xs', 'a', name='y')])"
    done = run(BASE + code, "--pipelines=p,q")
    assert done.code == 2
    assert "Error: These pipelines do not fit together: " in done.err


def test_a_failing_node_ends_with_1_and_shows_the_users_frames_the_node_and_its_inputs(run):
    done = run(
        BASE + "p = Pipeline([node(double, 'xs', 'a', name='works'), node(broken, 'a', 'b', name='fails')])"
    )
    assert done.code == 1
    assert done.err.startswith('Traceback (most recent call last):\n  File "steps.py", line 12, in broken\n')
    assert "OSError: no luck\nIn node fails: broken([a]) -> [b]\nwith the inputs:\n  a: 20\n" in done.err
    assert "kedro_nb/" not in done.err


def test_after_a_failure_nothing_in_memory_is_promised_to_a_new_process(run):
    done = run(
        BASE + "p = Pipeline([node(double, 'xs', 'a', name='works'), node(broken, 'a', 'b', name='fails')])"
    )
    assert "1 of 2 nodes have not run. What the others need was in memory only" in done.err
    assert "--from-nodes" not in done.err


def test_after_a_failure_it_says_how_to_go_on_with_what_was_stored(run):
    code = (
        BASE
        + """
catalog = DataCatalog.from_config({"a": {"type": "JSONDataset", "filepath": "a.json"}})
catalog["xs"] = 10
p = Pipeline([node(double, 'xs', 'a', name='works'), node(broken, 'a', 'b', name='fails')])
"""
    )
    done = run(code)
    assert done.err.endswith("repeat the command with\n  --from-nodes fails\n")
    mended = run(code.replace('raise OSError("no luck")', "return x"), "--from-nodes", "fails")
    assert (mended.code, mended.out.splitlines()[-1]) == (0, "{'b': 20}")


def test_a_file_that_cannot_be_loaded_is_named_without_a_traceback(run):
    code = """
catalog = DataCatalog.from_config({"xs": {"type": "JSONDataset", "filepath": "none.json"}})
p = Pipeline([node(double, 'xs', 'a', name='n')])
"""
    done = run(BASE + code)
    assert done.code == 1
    assert done.err.startswith("DatasetError: ")
    assert "none.json" in done.err
    assert "Traceback" not in done.err


def test_a_dataset_of_the_users_that_fails_shows_their_frames(run):
    code = """
from kedro_nb.io import LambdaDataset

def load():
    raise OSError("gone")

catalog = DataCatalog({"xs": LambdaDataset(load=load, save=None)})
p = Pipeline([node(double, 'xs', 'a', name='n')])
"""
    done = run(BASE + code)
    assert 'in load\n    raise OSError("gone")' in done.err
    assert "\nThat led to:\n\nDatasetError: " in done.err
    assert "kedro_nb/" not in done.err


def test_an_interrupt_ends_with_130_and_says_how_to_go_on(run):
    code = """
import os, signal

def interrupted(x):
    os.kill(os.getpid(), signal.SIGINT)
    return x

catalog = DataCatalog.from_config({"a": {"type": "JSONDataset", "filepath": "a.json"}})
catalog["xs"] = 10
p = Pipeline([node(double, 'xs', 'a', name='works'), node(interrupted, 'a', 'b', name='stops')])
"""
    done = run(BASE + code)
    assert done.code == 130
    assert done.err.startswith("Stopped by an interrupt in stops.\n")
    assert done.err.endswith("--from-nodes stops\n")


def test_an_interrupt_before_anything_is_done_says_to_repeat_the_command(run):
    code = "def stop(x):\n    raise KeyboardInterrupt\np = Pipeline([node(stop, 'xs', 'a', name='stops')])"
    done = run(BASE + code)
    assert done.code == 130
    assert done.err == (
        "Stopped by an interrupt in stops.\n\nNo node has finished. To try again, repeat the command.\n"
    )


def test_an_interrupt_while_the_file_is_read_says_to_repeat_the_command(run):
    done = run("raise KeyboardInterrupt")
    assert (done.code, done.out) == (130, "")
    assert done.err.strip() == "Stopped by an interrupt. To try again, repeat the command."
