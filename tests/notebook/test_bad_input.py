"""Every mistake is one clear message in the user's terms, in plain IPython and in a notebook."""

from __future__ import annotations

import ast

import pytest

# What is wrong: the cell, the error's name, and what its message must say.
CASES = {
    "option": ("%kedro_run --piepline=x", "RequestError", ["--piepline", "--pipeline"]),
    "option of another magic": ("%kedro_load xs --az=y", "RequestError", ["--az", "--as"]),
    "runner": (
        "%kedro_run -p statistics --runner=ThreadRuner",
        "RequestError",
        ["'ThreadRuner'", "ThreadRunner"],
    ),
    "runner of the notebook": (
        "%kedro_run -p statistics --runner=MyRuner",
        "RequestError",
        ["'MyRuner'", "MyRunner"],
    ),
    "runner argument": (
        "%kedro_run -p statistics --runner=ThreadRunner --runner-params=max_worker=2",
        "RequestError",
        ["'max_worker'", "max_workers"],
    ),
    "pipeline": ("%kedro_run --pipeline=statistic", "RequestError", ["'statistic'", "statistics"]),
    "node": ("%kedro_run -p statistics --nodes=meen", "RequestError", ["'meen'", "mean", "--nodes"]),
    "tag": ("%kedro_run -p statistics --tags=slwo", "RequestError", ["'slwo'", "slow", "--tags"]),
    "dataset of a slice": (
        "%kedro_run -p statistics --from-inputs=xz",
        "RequestError",
        ["'xz'", "xs", "--from-inputs"],
    ),
    "dataset": ("%kedro_load vv", "DatasetNotFoundError", ["'vv'", "xv"]),
    "dataset like no other": (
        "%kedro_load unheard",
        "DatasetNotFoundError",
        [
            "'unheard' not found in the catalog. There is data in: broken, folder, xv. %kedro_catalog lists 4 datasets."
        ],
    ),
    "several pipelines": ("%kedro_run", "RequestError", ["bad", "statistics", "--pipeline"]),
    "catalog": ("%kedro_run -p statistics --catalog=i", "RequestError", ["'i'", "io", "--catalog"]),
    "catalog that is none": (
        "%kedro_run -p statistics --catalog=mean",
        "RequestError",
        ["'mean'", "function"],
    ),
    "params": ("%kedro_run -p statistics --params=a", "RequestError", ["--params", "'a'", "a=VALUE"]),
    "params bracket": ("%kedro_run -p statistics --params=a=[1,2", "RequestError", ["--params", "closing ]"]),
    "quote": ("%kedro_run --params='a=1", "RequestError", ["No closing quotation", "'a=1"]),
    "yaml of entries": (
        "%%kedro_catalog\nx:\n  type: JSONDataset\n   filepath: x.json\n",
        "RequestError",
        ["line 4", "column 12", "filepath"],
    ),
    "yaml of parameters": ("%%kedro_params\na: 1\n\tb: 2\n", "RequestError", ["line 3", "column 1"]),
    "a key twice": ("%%kedro_params\na: 1\na: 2\n", "RequestError", ["line 3", "'a'", "twice"]),
    "no mapping": ("%%kedro_catalog\n- x\n", "RequestError", ["name: value", "['x']"]),
    "type": ("%%kedro_catalog\nx:\n  type: JSONDatset\n", "DatasetError", ["'x'", "JSONDataset"]),
    "package": (
        "%%kedro_catalog\nx:\n  type: pandas.CSVDatset\n  filepath: x\n",
        "DatasetError",
        ["'x'", "CSVDataset"],
    ),
    "argument": (
        "%%kedro_catalog\nx:\n  type: JSONDataset\n  filepth: x.json\n",
        "DatasetError",
        ["'x'", "filepath"],
    ),
    "missing input": (
        "%kedro_run -p statistics --from-inputs=xs",
        "ValueError",
        ["'xs'", "%kedro_save xs data in a notebook."],
    ),
    "missing parameter": ("%kedro_run -p needs", "RequestError", ["'ratio'", "--params=ratio=VALUE"]),
    "no data yet": ("%kedro_load empty", "DatasetError", ["empty", "has not been saved yet"]),
    "expression": ("%kedro_save x [1, 2", "RequestError", ["'[' was never closed", "[1, 2"]),
    "name in an expression": (
        "%kedro_save x undefined + 1",
        "NameError",
        ["'undefined' is not defined", "The expression is: undefined + 1"],
    ),
    "nothing to save": ("%kedro_save x", "RequestError", ["%kedro_save xs [1, 2, 3]"]),
    "None": ("%kedro_save x None", "DatasetError", ["Saving 'None'"]),
    "parameter saved": ("%kedro_save params:a 1", "RequestError", ["%%kedro_params"]),
    "variable": ("%kedro_load xv --as=1x", "RequestError", ["'1x'", "--as"]),
    "variables": ("%kedro_load xv xv --as=x", "RequestError", ["--as", "2"]),
    "variable twice": (
        "%kedro_load xv --as x --as=y",
        "RequestError",
        ["--as is given 2 times", "one value"],
    ),
    "regex": ("%kedro_catalog [", "RequestError", ["'['", "regular expression"]),
    "picture": ("%kedro_pipeline statistic", "RequestError", ["'statistic'", "statistics"]),
    "cycle": (
        "Pipeline([Node(mean, 'a', 'b', name='one'), Node(mean, 'b', 'a', name='two')])",
        "CircularDependencyError",
        ["one -> two -> one"],
    ),
    "output twice": (
        "Pipeline([Node(mean, 'a', 'c', name='one'), Node(mean, 'b', 'c', name='two')])",
        "OutputNotUniqueError",
        ["c", "one: mean([a]) -> [c]", "two: mean([b]) -> [c]"],
    ),
    "signature": ("Node(mean, ['a', 'b'], 'c')", "TypeError", ["'mean'", "['xs']", "['a', 'b']"]),
    "file that cannot be read": ("%kedro_load broken", "DatasetError", ["broken", "broken.json"]),
    "file that cannot be written": ("%kedro_save folder 1", "DatasetError", ["folder.json"]),
}

PREPARE = """
class MyRunner(SequentialRunner):
    pass
io = DataCatalog()
bad = Pipeline([Node(mean, "a", "b")])
needs = Pipeline([Node(mean, "params:ratio", "b")])
from pathlib import Path
Path("broken.json").write_text("{")
Path("folder.json").mkdir()
"""
ENTRIES = """%%kedro_catalog
broken:
  type: JSONDataset
  filepath: broken.json
folder:
  type: JSONDataset
  filepath: folder.json
empty:
  type: MemoryDataset
"""


def check(name, text, wanted):
    _, error, parts = CASES[wanted]
    assert name == error
    missing = [part for part in parts if part not in text]
    assert not missing, text
    for machinery in ("kedro_nb/", "IPython/", "ipykernel/", "During handling", "direct cause"):
        assert machinery not in text
    if CASES[wanted][0].startswith("%"):
        assert "Traceback" not in text
        assert text.startswith(f"{error}: ")
    else:
        assert text.count("---->") == 1  # the user's own line


@pytest.mark.parametrize("case", CASES)
def test_in_plain_ipython(cells, case):
    cells.run(PREPARE)
    cells.run(ENTRIES)
    cells.run("%kedro_save xv 1")
    error, text = cells.fail(CASES[case][0])
    check(type(error).__name__, text, case)


@pytest.fixture(scope="module")
def executed(execute, tmp_path_factory, setup_cell):
    before = [setup_cell, PREPARE, ENTRIES, "%kedro_save xv 1"]
    after = ["sorted(p.name for p in Path().iterdir())"]
    made = execute([*before, *(cell for cell, *_ in CASES.values()), *after], tmp_path_factory.mktemp("bad"))
    assert not [output for cell in made.cells[:4] for output in cell.outputs if output.output_type == "error"]
    return dict(zip([*CASES, "files"], made.cells[4:], strict=True))


@pytest.mark.parametrize("case", CASES)
def test_in_a_notebook(executed, shown, case):
    (output,) = executed[case].outputs
    assert output.output_type == "error"
    check(output.ename, shown(output), case)


def test_a_failing_save_leaves_no_file_behind(executed):
    (output,) = executed["files"].outputs
    assert ast.literal_eval(output.data["text/plain"]) == ["broken.json", "folder.json"]


def test_a_bad_line_stops_the_notebook(execute, tmp_path, setup_cell):
    from nbclient.exceptions import CellExecutionError

    with pytest.raises(CellExecutionError) as caught:
        execute([setup_cell, "%kedro_run --nodes=x", "1"], tmp_path, allow_errors=False)
    assert caught.value.ename == "RequestError"
    assert "There is no node 'x'" in caught.value.evalue
