"""What is wrong with a node's cell is one message, and nothing has changed."""

from __future__ import annotations

import pytest

from kedro_nb.session import session

CLEAN = "%%kedro_node -o cleaned\ndef clean(companies):\n    return [c for c in companies if c]"


@pytest.fixture
def ready(cells):
    cells.run("%reset_selective -f ^statistics$")
    cells.run("%kedro_save companies [3, 1, None]")
    cells.run("%%kedro_params\nratio: 0.5")
    cells.run("def twice(x): return 2 * x\nscale = 3")
    return cells


MISTAKES = {
    "syntax": (
        "%%kedro_node -o cleaned\ndef clean(companies):\n    return [1",
        "line 3: this is not valid Python",
    ),
    "an error while it is defined": (
        "%%kedro_node -o cleaned\ndef clean(companies=1 / 0): return 1",
        "ZeroDivisionError",
    ),
    "an argument": (
        "%%kedro_node -o cleaned -i x=companies\ndef clean(companies): return 1",
        "no argument 'x'",
    ),
    "an option": ("%%kedro_node --ouput x\ny = 1", "--ouput - did you mean one of these instead: --outputs"),
    "two names": ("%%kedro_node a b -o y\ny = 1", "one name, and there are 2: a b"),
    "a name that is none": ("%%kedro_node a/b -o y\ny = len(companies)", "not a valid node name"),
    "an output that is not assigned": (
        "%%kedro_node -o totl\ntotal = 1",
        "'totl' that the cell assigns (-o) - did you mean one of these instead: total",
    ),
    "an output that is only read": (
        "%%kedro_node f -o companies\ncompanies.append(1)",
        "reads and does not assign",
    ),
    "an unknown name": (
        "%%kedro_node -o y\ny = sum(compnies)",
        "no variable of the notebook - did you mean one of these instead: companies",
    ),
    "a name that the notebook uses": (
        "%%kedro_node scale -o y\ny = len(companies)",
        "'scale' holds something already (of type int)",
    ),
    "a name that the cell uses": (
        "%%kedro_node twice -o y\ny = twice(1)",
        "The cell uses 'twice' of the notebook",
    ),
    "no name and no output": ("%%kedro_node\nx = len(companies)", "needs a name, as in: %%kedro_node report"),
    "no input and no output": ("%%kedro_node f\nx = 1", "The cell reads no dataset, and -o names no output"),
    "an output that is deleted": (
        "%%kedro_node -o y\ny = len(companies)\ndel y",
        "-o names 'y', which the cell deletes",
    ),
    "an output twice": ("%%kedro_node -o y,y\ny = len(companies)", "-o names 'y' twice"),
    "outputs with a space between them": (
        "%%kedro_node -o y z\ndef f(companies): return 1, 2",
        "a comma (-o y,z), and the node's name stands first: %%kedro_node z -o y",
    ),
    "outputs in brackets": (
        "%%kedro_node -o [y,z]\ndef f(companies): return 1, 2",
        "without brackets, as in -o a,b",
    ),
    "a dict of outputs": (
        "%%kedro_node -o {'a': 'y'}\ndef f(companies): return {'a': 1}",
        "by key: -o a=first,b=second",
    ),
    "a namespace that is none": (
        "%%kedro_node -ns 'a b' -o y\ndef f(companies): return 1",
        "--namespace: 'a b' is none",
    ),
    "a function that is called below": (
        "%%kedro_node -o y\ndef f(companies): return 1\nprint(f([1]))",
        "For 'f' to be the node, what line 3 does belongs in another cell.",
    ),
    "a lambda": (
        "%%kedro_node -o y\nf = lambda companies: 1",
        "For 'f' to be the node, write it as def f(...).",
    ),
    "a return in plain code": (
        "%%kedro_node -o y\ny = len(companies)\nreturn y",
        "'return' outside function. Plain code gives its results by -o",
    ),
    "a decorator that makes something else": (
        "%%kedro_node -o y\n@property\ndef f(companies): return 1",
        "Line 3: what stands above 'f' makes a property of it, which cannot be called",
    ),
    "arguments in two ways": (
        "%%kedro_node -o y\ndef f(companies, /, *, ratio): return 1",
        "'f' takes 'companies' by its place only (/)",
    ),
    "what a magic assigns": (
        "%%kedro_node -o y\n%time y = len(companies)",
        "Line 2: what %time assigns to 'y', a node cannot see.",
    ),
    "what a magic assigns, read below": (
        "%%kedro_node -o y\n%time -v z = len(companies)\ny = z",
        "Line 2: what %time assigns to 'z'",
    ),
    "a variable that a function says is global": (
        "%%kedro_node -o y\nn = 0\ndef inc():\n    global n\n    n += 1\ninc()\ny = n",
        "Line 4: a function of the cell takes 'n' for a variable of the notebook",
    ),
    "the end of the notebook": (
        "%%kedro_node -o y\ndef f(companies):\n    if not companies:\n        quit()\n    return 1",
        "Line 4: quit() ends the notebook's kernel",
    ),
    "the end of the notebook, in plain code": (
        "%%kedro_node -o y\ny = len(companies) or exit()",
        "Line 2: exit() ends the notebook's kernel",
    ),
    "nothing": ("%%kedro_node f\n# nothing", "The cell holds no code"),
    "a magic below": ("%%kedro_node f\n%%time\nx = 1", "%%time is a cell magic: put it above"),
    "a deep nest": (f"%%kedro_node -o y\ny = {'+'.join(['1'] * 900)}", "nested too deeply"),
    "a star": ("%%kedro_node -o y\nfrom math import *\ny = pi", "cannot import '*' from math"),
    "two functions": ("%%kedro_node -o y\ndef f(): return 1\ndef g(): return 2", "2 functions (f, g)"),
    "a circle": ("%%kedro_node -o companies\ndef back(cleaned): return 1", "back -> clean -> back"),
    "a pipeline of the user's": (
        "%%kedro_node -p statistics2 -o y\ndef f(companies): return 1",
        "'statistics2' was registered as a whole",
    ),
    "a variable's pipeline": (
        "%%kedro_node -p own -o y\ndef f(companies): return 1",
        "The variable 'own' is a pipeline, and nodes of cells make one of their own: name another",
    ),
    "a function's name twice": (
        "%%kedro_node other -o y\ndef clean(companies): return 1",
        "The function of node 'clean' of In [",
    ),
    "a parameter as output": (
        "%%kedro_node -o params:ratio\ndef f(companies): return 1",
        "'params:ratio' is a parameter",
    ),
    "the line magic": ("%kedro_node clean -o y", "with two percent signs"),
    "an unknown node": ("%kedro_forget claen", "'claen'"),
    "nothing to forget": ("%kedro_forget", "takes the names of nodes, or --all. There are: clean."),
    "everything and something": ("%kedro_forget --all clean", "--all removes every node"),
    "a name for the list": ("%kedro_nodes clean", "%kedro_nodes takes no names: clean"),
    "an unknown pipeline": ("%kedro_nodes --pipeline=x", "There is no pipeline 'x' made of cells"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_message_and_changes_nothing(ready, mistake):
    code, told = MISTAKES[mistake]
    ready.run(CLEAN)
    ready.run(
        "import kedro_nb; kedro_nb.session().pipelines['statistics2'] = Pipeline([])\nown = Pipeline([])"
    )
    before = dict(session().nodes), list(session().pipelines["__default__"])
    variables = set(ready.shell.user_ns)
    function = ready.run("clean")
    _, text = ready.fail(code)
    assert told in text
    assert "kedro_nb/" not in text
    assert (dict(session().nodes), list(session().pipelines["__default__"])) == before
    assert ready.run("clean") is function
    assert {name for name in set(ready.shell.user_ns) - variables if not name.startswith("_")} == set()
