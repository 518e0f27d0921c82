"""The record of a run: what its schema says, small, and nothing that nobody should read."""

from __future__ import annotations

import json
from importlib.resources import files

import nbformat
import pytest
from jsonschema import Draft202012Validator

from kedro_nb.io import DataCatalog
from kedro_nb.io import MemoryDataset as OurMemory
from kedro_nb.notebook.run_options import parse
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.runner import events
from kedro_nb.runner.measures import Measured
from kedro_nb.session import RunRequest, Session
from kedro_nb.session.records.failure import error_record
from kedro_nb.session.records.record import MIME_TYPE, record
from kedro_nb.session.records.saved import saved

SCHEMA = json.loads(
    files("kedro_nb.session.records").joinpath("run.v1.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)


def valid(run):
    """The record, which fits the schema as JSON has it."""
    made = record(run)
    VALIDATOR.validate(json.loads(json.dumps(made, allow_nan=False)))
    return made


def nodes_of(made):
    return {each["name"]: each for each in made["nodes"]}


def fail(x):
    return x / 0


def interrupt(x):
    raise KeyboardInterrupt


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


def test_a_schema_that_everything_fits_would_be_no_schema(session):
    made = record(session.run())
    for broken in ({**made, "state": "done"}, {**made, "nodes": [{"name": 1}]}, {"version": 1}):
        assert not VALIDATOR.is_valid(broken)


def test_a_finished_run(session):
    run = session.run(RunRequest(params={"k": 2}))
    made = valid(run)
    assert made["state"] == "finished"
    assert made["id"] == run.id
    assert made["command"] == "%kedro_run --params=k=2"
    assert made["request"] == {"params": {"k": 2}}
    assert made["parameters"] == {"k": 2}
    assert "resume" not in made
    assert "error" not in made
    second = nodes_of(made)["second"]
    assert (second["state"], second["inputs"], second["outputs"]) == ("done", ["middle", "params:k"], ["out"])
    assert second["function"].endswith(".add")
    assert second["tags"] == ["late"]
    assert second["code"] == run.code["second"]
    assert 0 <= second["call"] < 1
    kinds = {each["name"]: each.get("kind") for each in made["datasets"]}
    assert kinds == {"xs": "input", "middle": None, "params:k": "parameter", "out": "output"}


@pytest.mark.parametrize("runner", ["SequentialRunner", "ThreadRunner", "ParallelRunner"])
def test_a_failed_run_under_each_runner(session, runner):
    nodes = [
        *session.pipelines["main"].nodes,
        node(fail, "out", "never", name="fails"),
        node(fail, "never", "z", name="after"),
    ]
    session.pipelines["main"] = Pipeline(nodes)
    made = valid(session.run(RunRequest(runner=runner)))
    assert made["state"] == "failed"
    assert made["error"] == {"type": "ZeroDivisionError", "message": "division by zero"}
    error = nodes_of(made)["fails"]["error"]
    assert error["traceback"][-2].endswith("in fail")
    assert error["traceback"][-1] == "    return x / 0"
    assert not [line for line in error["traceback"] if "kedro_nb/runner" in line]
    assert error["inputs"] == [{"name": "out", "text": "21"}]
    assert made["resume"]["nodes"] == ["fails"]
    assert parse(made["resume"]["command"].removeprefix("%kedro_run")).request.from_nodes == ("fails",)
    assert nodes_of(made)["after"]["state"] in {"waiting", "cancelled"}


def test_a_run_that_was_interrupted(session):
    session.pipelines["main"] = Pipeline([node(interrupt, "xs", "y", name="stops")])
    made = valid(session.run())
    assert made["state"] == "cancelled"
    assert nodes_of(made)["stops"]["state"] == "cancelled"
    assert made["resume"]["command"] == "%kedro_run"


def test_a_run_that_was_cancelled(session):
    def cancel(x):
        session.history.last.cancel()
        return x

    session.pipelines["main"] = Pipeline(
        [node(cancel, "xs", "y", name="cancels"), node(abs, "y", "z", name="after")]
    )
    made = valid(session.run())
    assert made["state"] == "cancelled"
    assert nodes_of(made)["after"]["state"] != "done"


def test_skipped_nodes(session, tmp_path):
    session.catalog.add_entries(
        {"middle": {"type": "pickle.PickleDataset", "filepath": str(tmp_path / "m.pkl")}}
    )
    session.run()
    made = valid(session.run(RunRequest(only_missing_outputs=True)))
    assert made["command"] == "%kedro_run --only-missing-outputs"
    assert nodes_of(made)["first"]["state"] == "skipped"
    assert (
        next(each["type"] for each in made["datasets"] if each["name"] == "middle") == "pickle.PickleDataset"
    )


def test_a_dry_run(session):
    made = valid(session.run(RunRequest(runner="DryRunner")))
    assert [each["state"] for each in made["nodes"]] == ["waiting", "waiting"]


def test_a_run_that_has_not_begun(session):
    made = valid(session.prepare())
    assert made["state"] == "waiting"
    assert "started" not in made


def test_sizes_are_told(session):
    run = session.run()
    first = next(iter(run.pipeline.nodes))
    run.progress(
        events.NodeFinished(1.0, first, 0.0, 0.0, 0.0, 123, {"middle": Measured("DataFrame", 800, (10, 2))})
    )
    made = valid(run)
    assert nodes_of(made)["first"]["peak"] == 123
    measured = next(each["measured"] for each in made["datasets"] if each["name"] == "middle")
    assert measured == {"type": "DataFrame", "bytes": 800, "shape": [10, 2]}


def test_the_line_of_a_run_on_another_catalog_is_only_known_to_who_named_it(session):
    catalog = DataCatalog({"xs": 1})
    assert "command" not in record(session.run(catalog=catalog))
    run = session.prepare(catalog=catalog)
    run.options = ("--catalog=io",)
    assert record(run)["command"] == "%kedro_run --catalog=io"


def test_secrets_are_in_no_part_of_it(session):
    session.parameters = {"k": 1, "db": {"password": "hunter2", "url": "mysql://me:hunter2@host"}}
    nodes = [node(fail, ["params:db.password"], "y", name="fails")]
    session.pipelines["main"] = Pipeline(nodes)
    with pytest.warns(UserWarning, match="No node of this run reads"):
        run = session.run(RunRequest(params={"api_token": "hunter2"}))
    assert "hunter2" not in json.dumps(valid(run))
    assert "api_token=" in record(run)["command"]


@pytest.mark.filterwarnings("ignore:One or more dataset names")
def test_whatever_names_and_messages_are(session):
    ugly = "<img src=x onerror=alert(1)>\ud800\x00"

    def raises(x):
        raise ValueError(ugly)

    session.catalog[ugly] = 1
    session.pipelines["main"] = Pipeline([node(raises, ugly, "y", name="n")])
    made = valid(session.run())
    assert json.dumps(made, ensure_ascii=False).encode()
    assert made["nodes"][0]["inputs"] == [ugly.replace("\ud800", "?")]


def test_what_nodes_print_is_kept_up_to_a_bound(session):
    run = session.run()
    for each in run.pipeline.nodes:
        run.progress(events.NodePrinted(1.0, each, "stdout", "hello\n" * 2_000))
    made = valid(run)
    ((stream, text),) = nodes_of(made)["first"]["prints"]
    assert stream == "stdout"
    assert text.startswith("… (")
    assert text.endswith("hello\n")
    assert len(json.dumps(made)) < 12_000


@pytest.fixture
def large():
    """300 nodes with names as they are in projects, many prints and parameters, all measured."""

    def work(x, k):
        return x

    nodes = [
        node(
            work,
            [f"layer_{i // 20}.feature_table_{i}", "params:model.depth"],
            f"layer_{(i + 1) // 20}.feature_table_{i + 1}",
            name=f"build_feature_table_{i}",
            tags=["features"],
        )
        for i in range(300)
    ]
    session = Session(
        pipelines={"main": Pipeline(nodes)},
        parameters={"model": {"depth": 3}, "many": {f"name_{i}": "x" * 400 for i in range(1_000)}},
    )
    session.catalog["layer_0.feature_table_0"] = 1
    run = session.run()
    for each in nodes:
        run.progress(events.NodePrinted(1.0, each, "stdout", "some words\n" * 1_000))
        data = {each.outputs[0]: Measured("DataFrame", 1_234_567, (12_345, 12))}
        run.progress(events.NodeFinished(1.0, each, 0.012345, 0.123456, 0.0012345, 123_456_789, data))
    return run


@pytest.mark.filterwarnings("ignore:One or more dataset names")
def test_the_record_of_three_hundred_nodes_is_bounded(large):
    made = valid(large)
    assert len(json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()) <= 150_000
    assert {each["printed"] for each in made["nodes"]} == {11_000}


def in_a_file(made):
    """The bytes that the record takes in a notebook's file."""
    output = nbformat.v4.new_output("display_data", {MIME_TYPE: json.loads(json.dumps(made))})
    cells = [nbformat.v4.new_code_cell("", outputs=[output])]
    return len(nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode())


@pytest.mark.filterwarnings("ignore:One or more dataset names")
def test_in_a_notebooks_file_a_large_run_lacks_what_is_least_missed_and_says_so(large):
    made = saved(record(large))
    VALIDATOR.validate(json.loads(json.dumps(made)))
    assert in_a_file(made) <= 125_000
    assert "tags" in made["left_out"]
    assert len(made["nodes"]) == 300
    assert all({"name", "state", "inputs", "outputs", "call", "code"} <= set(each) for each in made["nodes"])


def test_in_a_notebooks_file_a_small_run_is_whole(session):
    made = record(session.run())
    assert saved(made) is made


@pytest.mark.parametrize("file", ["/tmp/ipykernel_12/345.py", "<ipython-input-3-0fedc4>"])
def test_a_frame_of_a_cell_does_not_tell_a_file_that_nobody_has(file):
    code = compile("def fail():\n    raise ValueError('no')\n", file, "exec")
    namespace = {}
    exec(code, namespace)
    with pytest.raises(ValueError, match="no") as raised:
        namespace["fail"]()
    assert error_record(raised.value)["traceback"][-1] == "  a cell, line 2, in fail"


def test_a_class_with_the_name_of_ours_is_named_with_its_dataset():
    class MemoryDataset(OurMemory):
        """The user's own."""

    session = Session(
        pipelines={"p": Pipeline([node(lambda: 1, None, "own"), node(lambda: 2, None, "ours")])}
    )
    session.catalog["own"] = MemoryDataset()
    made = record(session.run(RunRequest(pipelines="p")))
    assert {each["name"]: each.get("type") for each in made["datasets"]} == {
        "own": "MemoryDataset",
        "ours": None,
    }
