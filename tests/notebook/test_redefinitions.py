"""Which function a node runs when cells are edited, run again, or define a name twice."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest
from IPython.utils.capture import capture_output

from kedro_nb.notebook.panel import Panel
from kedro_nb.pipeline import Pipeline
from kedro_nb.session import Run, Session, session, set_session

from .redefined import CASES, DECORATORS, F_NEW, LOOP, F, P


def numbered(cells, case):
    """Run the cells; the number that IPython gave to the first one."""
    first = cells.shell.execution_count
    for each in case.cells:
        cell_id, code = (None, each) if isinstance(each, str) else each
        cells.shell.run_cell(code, store_history=True, cell_id=cell_id)
    return first


@pytest.fixture(scope="module")
def shared(cells_of_module):
    cells_of_module.run(DECORATORS)
    return cells_of_module, set(cells_of_module.shell.user_ns)


@pytest.fixture
def notebook(shared):
    """A notebook with a fresh session and without the variables of the case before."""
    cells, variables = shared
    set_session(Session())
    for name in cells.shell.user_ns.keys() - variables:
        del cells.shell.user_ns[name]
    Path("steps.py").write_text("def f(x):\n    return x + 1\n")
    cells.run("%kedro_save x 10")
    return cells


def functions_of(cells):
    """What each node of the notebook's pipelines holds."""
    variables = list(cells.shell.user_ns.values())
    return [(node, node.func) for value in variables if isinstance(value, Pipeline) for node in value.nodes]


def run(cells, line):
    """The values that a run writes, and what it says."""
    made = cells.run(line if "r = " in line else f"r = %kedro_run {line}") or cells.shell.user_ns["r"]
    text = cells.seen.stdout
    result = made.result() if isinstance(made, Run) else made
    return result.load(), text


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_node_runs_the_function_that_it_holds_unless_its_cell_has_clearly_redefined_it(
    notebook, caplog, case
):
    first = numbered(notebook, case)
    held = functions_of(notebook)
    values, text = run(notebook, case.run)
    said = "\n".join([text, *(record.message for record in caplog.records)])
    assert values == case.y
    assert ("Defined again" in said) == case.follows, said
    named = re.findall(r"run (In \[\d+\]) again\.", said)
    assert set(named) == ({f"In [{first + case.again - 1}]"} if case.again else set()), said
    assert all(node.func is func for node, func in held)


@pytest.mark.parametrize("ids", [("A", "B"), (None, None)])
def test_a_pipeline_gives_the_same_result_whatever_ran_before_it(notebook, ids):
    for name, cell_id, value in (("p1", ids[0], 1), ("p2", ids[1], 2)):
        code = (
            f"def f(x): return {value}\n{name} = Pipeline([Node(f, 'x', '{name}_out', name='{name}_node')])"
        )
        notebook.shell.run_cell(code, store_history=True, cell_id=cell_id)
    lines = ("--pipelines=p1,p2", "-p p1", "-p p2", "--pipelines=p1,p2 --nodes=p1_node", "--pipelines=p2,p1")
    found = [run(notebook, line)[0] for line in (*lines, *lines)]
    both = {"p1_out": 1 if ids[0] else 2, "p2_out": 2}
    assert found[:5] == found[5:]
    assert found[0] == found[4] == both
    assert {**found[1], **found[2]} == {**found[3], **found[2]} == both


def test_nodes_that_keep_functions_of_one_name_are_named_in_one_line(notebook):
    notebook.run(LOOP)
    made = notebook.shell.execution_count - 1
    notebook.run("def scale(x): return 0")
    assert (
        f"Nodes 'scale_1', 'scale_2', 'scale_3' run the earlier 'scale', not the one that In [{made + 1}] defines. "
        f"To use that one, run In [{made}] again.\n"
    ) in run(notebook, "-p p")[1]


def test_a_redefinition_that_does_not_take_the_inputs_is_an_error_of_its_node_alone(notebook):
    notebook.run(
        f"{F}\ndef g(x): return x\np = Pipeline([Node(f, 'x', 'y', name='n'), Node(g, 'x', 'z', name='m')])"
    )
    made = notebook.shell.execution_count - 1
    notebook.run("def f(x, more): return x")
    error, _ = notebook.fail("%kedro_run -p p")
    assert str(error) == (
        f"Node 'n' does not fit 'f' as In [{made + 1}] defines it: Inputs of 'f' function expected ['x', 'more'], but "
        f"got x. Change the arguments back, or give the node other inputs in In [{made}]."
    )
    assert run(notebook, "-p p --nodes=m")[0] == {"z": 10}


def test_a_pipeline_without_redefined_functions_is_run_as_it_is(notebook):
    notebook.run(f"{F}\n{P}")
    notebook.run("def other(x): return x")
    notebook.run("def other(x): return -x")
    pipeline = notebook.shell.user_ns["p"]
    assert session().prepare(pipelines={"p": pipeline}).pipeline is pipeline


def test_a_node_keeps_its_name_its_order_and_its_tags_with_a_redefined_function(notebook):
    notebook.run(f"{F}\np = Pipeline([Node(f, 'x', 'y', tags='t', namespace='s'), Node(len, 'y', 'z')])")
    notebook.run("def f(x): return [x]")
    pipeline = notebook.shell.user_ns["p"]
    made = session().prepare(pipelines={"p": pipeline}).pipeline
    assert made.nodes == pipeline.nodes
    assert made.describe() == pipeline.describe()
    assert [node.tags for node in made.nodes] == [{"t"}, set()]


def test_the_history_has_the_code_that_was_run(notebook):
    notebook.run(f"{F}\n{P}")
    pipelines = {"p": notebook.shell.user_ns["p"]}
    before = session().run(pipelines=pipelines).code["n"]
    notebook.run(F_NEW)
    after = session().run(pipelines=pipelines).code["n"]
    assert before != after
    assert "+def f(x): return x + 100" in session().history.code.diff(before, after)


def test_the_panel_runs_what_a_line_runs_and_says_the_same(notebook):
    notebook.run(f"{F}\n{P}\ng = f\nq = Pipeline([Node(g, 'x', 'z', name='m')])\ndef h(x): return 1")
    notebook.run("r = Pipeline([Node(h, 'x', 'w', name='k')])")
    made = notebook.shell.execution_count - 2
    notebook.run("def h(x): return 2\ndef f(x): return 0")
    panel = Panel(session())
    try:
        panel.pipeline = "r"
        assert panel.run().result().load() == {"w": 2}
        assert panel.message == "Defined again since the pipeline was made, and used as it is now: k"
        panel.pipeline = "q"
        assert panel.run().result().load() == {"z": 11}
        assert panel.message == (
            f"Node 'm' runs the earlier 'f', not the one that In [{made + 2}] defines. "
            f"To use that one, run In [{made}] again."
        )
    finally:
        panel.close()


def test_functions_that_no_node_holds_are_released(notebook):
    """A notebook that is open for days defines the same functions over and over again."""
    notebook.run("import gc, weakref\nseen = []")
    for number in range(3):
        notebook.run(f"@doubled\ndef f(x): return {number}\nseen.append(weakref.ref(f))")
    assert notebook.run("gc.collect(); [each() is None for each in seen]") == [True, True, False]


@pytest.mark.parametrize(
    "code",
    [
        r"pattern = '\d'",
        "get_ipython().run_line_magic(*('pwd', ''))",
        "%%script cat\nno Python {",
        "%run -p",
        "value = (" + "1 + " * 900 + "1)",
        "",
        "#",
    ],
)
def test_observing_a_cell_shows_nothing(notebook, code):
    """A warning comes once, as without the extension, and no error of a callback of IPython's."""
    shown = []
    for load in ("unload", "load"):
        notebook.run(f"%{load}_ext kedro_nb")
        with warnings.catch_warnings(record=True) as seen, capture_output() as output:
            warnings.simplefilter("always")
            notebook.shell.run_cell(code)
        shown.append((len(seen), "Error in callback" in f"{output.stdout}{output.stderr}"))
    assert shown[0] == shown[1]


def test_objects_with_a_class_of_their_own_making_do_not_disturb_a_cell(notebook):
    """Proxies, as web frameworks have them, raise when they are asked for their class."""
    notebook.run(
        "class Proxy:\n"
        "    @property\n"
        "    def __class__(self): raise RuntimeError('outside of a request')\n"
        "    def __call__(self): pass\n"
        "    def __hash__(self): raise RuntimeError('outside of a request')\n"
        "    def __eq__(self, other): raise RuntimeError('outside of a request')\n"
        "proxy = Proxy()"
    )
    assert notebook.printed("print(1)") == "1\n"
