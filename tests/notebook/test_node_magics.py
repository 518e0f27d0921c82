"""%%kedro_node, %kedro_nodes and %kedro_forget in IPython."""

from __future__ import annotations

import inspect

import pytest

from kedro_nb.session import session

CLEAN = "%%kedro_node -o cleaned\ndef clean(companies):\n    return [c for c in companies if c]"
TOTALS = """%%kedro_node totals -o total,biggest=top
total = sum(twice(c) for c in cleaned) * ratio
biggest = max(cleaned)"""


@pytest.fixture
def ready(cells):
    cells.run("%reset_selective -f ^statistics$")
    cells.run("%kedro_save companies [3, 1, None]")
    cells.run("%%kedro_params\nratio: 0.5\ndeep: {depth: 4}")
    cells.run("def twice(x): return 2 * x\nscale = 3")
    return cells


@pytest.fixture
def with_ids(ready, monkeypatch):
    """Runs cells as a front end does that names them."""

    def run(cell_id, code, *, fails=False):
        parent = {"metadata": {"cellId": cell_id}, "content": {"code": code}}
        monkeypatch.setattr(ready.shell, "get_parent", lambda: parent, raising=False)
        return ready.fail(code) if fails else ready.run(code)

    return run


def names():
    return list(session().nodes)


def node(name):
    return session().nodes[name].node


def test_a_function_and_plain_code_make_a_pipeline_that_runs(ready):
    ready.run(CLEAN)
    ready.run(TOTALS)
    assert node("totals").inputs == ["cleaned", "params:ratio"]
    assert node("totals").outputs == ["total", "top"]
    assert ready.run("%kedro_run").load() == {"total": 4.0, "top": 3}


def test_the_functions_are_functions_of_the_notebook(ready):
    ready.run(CLEAN)
    ready.run(TOTALS)
    assert ready.run("clean([0, 1])") == [1]
    assert ready.run("totals([1, 2], 1)") == (6, 2)
    assert ready.run("clean").__module__ == "__main__"


def test_the_source_is_visible(ready):
    ready.run(CLEAN)
    ready.run(TOTALS)
    assert inspect.getsource(ready.run("clean")) == CLEAN.partition("\n")[2] + "\n"
    assert inspect.getsource(ready.run("totals")).splitlines() == [
        "def totals(cleaned, ratio):",
        "    total = sum(twice(c) for c in cleaned) * ratio",
        "    biggest = max(cleaned)",
        "    return total, biggest",
    ]


def test_functions_of_the_notebook_are_used_as_they_are_when_it_runs(ready):
    ready.run(CLEAN)
    ready.run(TOTALS)
    ready.run("def twice(x): return 10 * x")
    assert ready.run("%kedro_run").load()["total"] == 20.0


def test_a_function_defined_anew_in_another_cell_is_what_runs(ready):
    ready.run(CLEAN)
    ready.run("def clean(companies): return [7]")
    assert ready.run("%kedro_run").load() == {"cleaned": [7]}


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("%%kedro_node -o y\ndef f(companies):\n    x = 1\n    return x / 0", 4),
        ("%%kedro_node f -o y\nx = len(companies)\n\ny = x / 0", 4),
        ("\n\n%%kedro_node f -o y\n\n\n# here\ny = len(companies) / 0", 7),
        ("%%time\n%%kedro_node f -o y\n\ny = len(companies) / 0", 4),
    ],
)
def test_a_traceback_points_to_the_cell_and_its_line(ready, code, line):
    ready.run(code)
    number = session().nodes["f"].origin.place.removeprefix("In [").removesuffix("]")
    _, text = ready.fail("%kedro_run")
    assert f"Cell In[{number}], line {line}, in f(companies)" in text
    assert " / 0" in next(each for each in text.splitlines() if each.startswith("---->"))


def test_the_cell_s_number_is_the_notebook_s(ready):
    ready.run(CLEAN)
    ready.run("here = len(In) - 2")
    assert session().nodes["clean"].origin.place == f"In [{ready.run('here')}]"


def test_running_a_cell_again_replaces_its_node(ready):
    ready.run(CLEAN)
    ready.run(TOTALS)
    ready.run(CLEAN.replace("if c", "if c == 1"))
    assert names() == ["clean", "totals"]
    assert ready.run("%kedro_run").load()["top"] == 1


def test_a_mended_cell_goes_on_with_what_is_done(ready):
    ready.run(CLEAN)
    ready.run(TOTALS.replace("max(cleaned)", "cleaned / 0"))
    _, text = ready.fail("%kedro_run")
    assert "To go on: %kedro_run --from-nodes=totals" in text
    ready.run(TOTALS)
    assert ready.run("%kedro_run --from-nodes=totals").load() == {"total": 4.0, "top": 3}


def test_a_renamed_node_leaves_nothing_behind(with_ids):
    with_ids("one", CLEAN)
    shown = with_ids("one", CLEAN.replace("def clean", "def tidy").replace("if c", "if c == 1"))
    assert names() == ["tidy"]
    assert [each.name for each in session().pipelines["__default__"]] == ["tidy"]
    assert "Takes the place of 'clean' of In [" in repr(shown)


def test_a_renamed_node_leaves_nothing_behind_where_cells_have_no_ids(ready):
    ready.run(CLEAN)
    ready.run(CLEAN.replace("def clean", "def tidy"))
    ready.run(TOTALS)
    ready.run(TOTALS.replace("totals", "sums"))
    assert names() == ["tidy", "sums"]


def test_a_cell_that_was_a_function_may_become_plain_code(with_ids):
    with_ids("one", CLEAN)
    with_ids("one", "%%kedro_node clean -o cleaned\ncleaned = companies")
    with_ids("one", CLEAN)
    assert names() == ["clean"]


def test_a_node_moves_to_another_pipeline(with_ids):
    with_ids("one", CLEAN)
    with_ids("one", CLEAN.replace("-o", "-p prep -o"))
    assert list(session().pipelines) == ["prep"]
    assert with_ids("two", "%kedro_run -p prep --from-nodes=clean").load() == {"cleaned": [3, 1]}


def test_a_copy_of_a_cell_takes_the_name_and_says_so(with_ids):
    with_ids("one", CLEAN)
    shown = with_ids("two", CLEAN.replace("if c", "if c == 1"))
    assert names() == ["clean"]
    assert "Takes the place of 'clean' of In [" in repr(shown)


def test_two_cells_that_write_the_same_dataset_are_both_named(with_ids):
    with_ids("one", CLEAN)
    error, text = with_ids("two", CLEAN.replace("def clean", "def tidy"), fails=True)
    assert type(error).__name__ == "OutputNotUniqueError"
    assert "written by node 'clean' of In [" in text
    assert "node 'tidy' of In [" in text


PLAIN = {
    "a name of IPython's, for something else": "def exit(): return ratio\ny = exit()",
    "a walrus and a comprehension": "y = [m for c in companies if c and (m := c * ratio)]",
    "an import": "import math\ny = math.floor(ratio)",
    "a helper of its own": "def half(x): return x * ratio\ny = half(scale)",
    "a class": "class A:\n    z = scale\ny = A.z * ratio",
    "a name from the shell": "!true {ratio}\n%time z = twice(ratio)\ny = ratio",
    "await": "import asyncio\nawait asyncio.sleep(0)\ny = ratio",
    "try": "try:\n    y = 1 / 0\nexcept ZeroDivisionError as e:\n    y = ratio",
    "match": "match companies:\n    case [first, *_]: y = first * ratio",
    "del": "z = ratio\ny = z\ndel z",
    "a change of its own variable": "companies = list(companies)\ny = len(companies) * ratio",
    "a transcoded dataset": "y = raw",
    "other ends of lines within a text": "t = 'a\x0cb'\ny = ratio, t",
    "a page feed": "\x0cy = ratio",
    "a magic's variable that nobody needs": "%time z = twice(ratio)\ny = ratio",
}


@pytest.mark.parametrize("case", PLAIN)
def test_plain_code_of_every_kind(ready, case):
    given = " -i raw@pickle" if "transcoded" in case else ""
    session().catalog["raw@pickle"] = 1
    ready.run(f"%%kedro_node -o y{given}\n{PLAIN[case]}")
    assert set(ready.run("%kedro_run").load()) == {"y"}
    assert set(node("make_y").inputs) <= {"companies", "params:ratio", "raw@pickle"}


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_it_runs_in_processes(ready, start, monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", start)
    ready.run(CLEAN)
    ready.run(TOTALS)
    assert ready.run("%kedro_run --parallel").load() == {"total": 4.0, "top": 3}
    ready.run("%%kedro_node totals -o total\n\ntotal = len(cleaned) / 0")
    _, text = ready.fail("%kedro_run --parallel")
    assert ", line 3, in totals(cleaned)" in text
    assert "total = len(cleaned) / 0" in text


def test_it_runs_on_threads(ready):
    ready.run(CLEAN)
    ready.run(TOTALS)
    assert ready.run("%kedro_run --runner=ThreadRunner").load() == {"total": 4.0, "top": 3}


def test_tags_and_a_namespace(ready):
    ready.run(CLEAN.replace("-o", "--tags a,b -ns prep -o"))
    assert node("prep.clean").tags == {"a", "b"}
    assert ready.run("%kedro_run --namespaces=prep --tags=a").load() == {"cleaned": [3, 1]}


def test_a_space_after_a_comma_is_fine(ready):
    ready.run(
        "%%kedro_node -o low, high -i data=companies # and so on\ndef split(data, k=1): return data[:k], data[k:]"
    )
    assert node("split").outputs == ["low", "high"]


DECORATORS = {
    "a wrapper that lets everything through": """def timed(f):
    def call(*args, **kwargs): return f(*args, **kwargs)
    return call
@timed
""",
    "a wrapper that lets everything through, by name": """def timed(f):
    def call(**kwargs): return f(**kwargs)
    return call
@timed
""",
    "a cache": "import functools\n@functools.lru_cache\n",
    "a wrapper": """import functools
def wrapped(f):
    @functools.wraps(f)
    def call(*args, **kwargs): return f(*args, **kwargs)
    return call
@wrapped
""",
}


@pytest.mark.parametrize("case", DECORATORS)
def test_a_decorated_function_reads_what_its_own_arguments_name(ready, case):
    ready.run(f"%%kedro_node f -o y\n{DECORATORS[case]}def f(ratio, k=1): return ratio")
    assert node("f").inputs == ["params:ratio"]
    assert ready.run("%kedro_run").load() == {"y": 0.5}


def test_arguments_behind_a_wrapper_may_have_defaults(ready):
    ready.run(
        "%%kedro_node f -o y\ndef timed(f): return lambda *args, **kwargs: f(*args, **kwargs)\n"
        "@timed\ndef f(companies, a=len('1'), *, depth='params:deep.depth', b=[]): return depth"
    )
    assert ready.run("%kedro_run").load() == {"y": 4}


def test_imports_that_may_fail_stand_beside_a_function(ready):
    ready.run(
        "%%kedro_node -o y\ntry:\n    import nowhere\nexcept ImportError:\n    nowhere = None\nelse:\n    pass\n"
        "if nowhere:\n    limit = 1\ndef f(companies): return str(nowhere)"
    )
    assert ready.run("%kedro_run").load() == {"y": "None"}


def test_python_s_own_functions_are_not_data_of_their_names(ready):
    ready.run("%kedro_save sum 3\n%kedro_save len 3")
    ready.run("%%kedro_node -o y\ny = sum([1, 2]), len")
    assert node("make_y").inputs == ["len"]
    assert ready.run("%kedro_run").load() == {"y": (3, 3)}


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_cells_may_have_other_ends_of_lines(ready, end):
    ready.run(end.join(["%%kedro_node -o y", "t = 'a'", "y = len(companies), t", ""]))
    assert ready.run("%kedro_run").load() == {"y": (3, "a")}


def test_no_outputs_may_be_meant(ready):
    ready.run("%%kedro_node -o ''\ndef f(ratio): return 1")
    assert node("f").outputs == []


def test_a_dict_of_outputs(ready):
    ready.run("%%kedro_node -o a=low,b=high\ndef split(companies): return {'b': 2, 'a': 1}")
    assert ready.run("%kedro_run").load() == {"low": 1, "high": 2}


def test_a_node_may_be_named_as_its_dataset(ready):
    ready.run("%%kedro_node cleaned -o cleaned\ncleaned = companies")
    ready.run("%%kedro_node sizes -o size\nsize = len(cleaned)")
    assert node("sizes").inputs == ["cleaned"]
    ready.run("%kedro_run --to-outputs=cleaned\n%kedro_load cleaned")
    ready.run("%%kedro_node cleaned -o cleaned\ncleaned = companies[:1]")
    assert ready.run("%kedro_run").load() == {"size": 1}


def test_help(ready):
    assert "%%kedro_node [NAME] [-i INPUTS] [-o OUTPUTS]" in ready.printed("%kedro_node --help")
    assert "%kedro_forget NAME [NAME...]" in ready.printed("%kedro_forget --help")
    assert "--pipeline NAME" in ready.printed("%kedro_nodes --help")


def test_a_semicolon_silences_the_picture(ready):
    assert ready.run("%%kedro_node -o y\ny = len(companies);") is None
    assert names() == ["make_y"]


def test_forgotten_nodes_are_gone_and_their_functions_stay(ready):
    ready.run(CLEAN)
    ready.run(TOTALS)
    assert ready.printed("%kedro_forget totals") == "Removed: totals. __default__ has 1 node left.\n"
    assert ready.printed("%kedro_forget --all") == "Removed: clean. __default__ has 0 nodes left.\n"
    assert not session().pipelines
    assert ready.run("clean([0])") == []
