"""The pages' console lines: `kedro run` is `%kedro_run` in a notebook and `kedro-nb run FILE.py` in a shell.

All three read their options with the parser that is used here. `--runner=<package_name>.runner.DryRunner` is in
`test_custom_runners.py`.
"""

from __future__ import annotations

import multiprocessing
import shlex

import pytest

from kedro_nb import Session
from kedro_nb.cli import parse_run_line
from kedro_nb.errors import RequestError
from kedro_nb.io import DataCatalog, MemoryDataset
from kedro_nb.pipeline import Node, Pipeline

CONFIG = """
run:
  tags: tag1, tag2, tag3
  pipeline: pipeline1
  runner: ParallelRunner
  node_names: node1, node2
"""  # without the page's `env: env1`, which comes with project folders
DEFAULT = Pipeline([Node(sum, "xs", "total", name="add"), Node(abs, "total", "size", name="measure")])
PIPELINE1 = Pipeline(
    [
        Node(len, "xs", "a", name="node1", tags="tag1"),
        Node(len, "xs", "b", name="node2", tags="other"),
        Node(len, "xs", "c", name="node3", tags=["tag2", "tag3"]),
    ]
)


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run a printed line in a session that has the data; gives the run."""
    monkeypatch.chdir(tmp_path)
    session = Session(
        catalog=DataCatalog({"xs": MemoryDataset([-1, -2])}),
        pipelines={
            "__default__": DEFAULT,
            "my_pipeline": Pipeline([Node(max, "xs", "most")]),
            "pipeline1": PIPELINE1,
        },
    )

    def run(line):
        return session.run(request(line))

    return run


def request(line):
    program, command, *options = shlex.split(line)
    assert (program, command) == ("kedro", "run")
    return parse_run_line(options).request


def nodes(run):
    run.result()
    return {node.name for node in run.pipeline}


def test_a_run_without_options_is_sequential_and_takes_the_default_pipeline(run):
    assert run("kedro run").result().load() == {"size": 3}
    assert request("kedro run").runner == "SequentialRunner"
    assert not request("kedro run").is_async


@pytest.mark.parametrize(
    ("line", "runner"),
    [
        ("kedro run --runner=SequentialRunner", "sequential_runner"),
        ("kedro run --runner=ThreadRunner", "thread_runner"),
        ("kedro run -r ThreadRunner", "thread_runner"),
        ("kedro run --runner=ParallelRunner", "parallel_runner"),
        ("kedro run -r ParallelRunner", "parallel_runner"),
        ("kedro run --parallel", "parallel_runner"),
    ],
)
def test_a_runner_is_chosen_by_name(run, lines, line, runner):
    assert run(line).result().load() == {"size": 3}
    logger, message = lines()[-1]
    assert logger == f"kedro_nb.runner.{runner}"
    assert message.startswith("Pipeline execution completed successfully")


def test_async_mode_is_enabled_with_a_flag(run, lines):
    run("kedro run --async").result()
    assert lines()[0] == (
        "kedro_nb.runner.sequential_runner",
        "Asynchronous mode is enabled for loading and saving data",
    )


@pytest.mark.parametrize("line", ["kedro run --pipeline=my_pipeline", "kedro run --pipeline my_pipeline"])
def test_a_pipeline_is_run_by_its_name(run, line):
    assert run(line).result().load() == {"most": -1}


def test_parallel_and_runner_cannot_be_used_at_the_same_time():
    with pytest.raises(RequestError, match="--runner and --parallel cannot be used together"):
        request("kedro run --parallel --runner=SequentialRunner")


def test_arguments_can_be_supplied_in_a_file_of_any_name(run, tmp_path):
    (tmp_path / "config.yml").write_text(CONFIG)
    assert nodes(run("kedro run --config=config.yml")) == {"node1"}


def test_the_file_names_the_runner(run, tmp_path, lines):
    (tmp_path / "config.yml").write_text(CONFIG)
    run("kedro run --config=config.yml").result()
    assert lines()[-1][0] == "kedro_nb.runner.parallel_runner"


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_the_start_method_of_parallel_runner_is_selected_in_the_environment(run, monkeypatch, method):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", method)
    assert run("kedro run --runner=ParallelRunner").result().load() == {"size": 3}
    assert {type(each).__name__ for each in multiprocessing.active_children()} >= {
        f"{method.capitalize()}Process"
    }


def test_names_between_commas_in_the_file_are_several_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "any_name.yaml").write_text(CONFIG)
    found = request("kedro run --config=any_name.yaml")
    assert found.tags == ("tag1", "tag2", "tag3")
    assert found.node_names == ("node1", "node2")


def test_the_command_line_has_dashes_where_the_file_has_underscores(run, tmp_path):
    (tmp_path / "config.yml").write_text("run:\n  from_nodes: measure\n")
    assert request("kedro run --from-nodes=measure") == request("kedro run --config=config.yml")
    assert request("kedro run --config=config.yml").from_nodes == ("measure",)


def test_a_dash_in_the_file_is_answered_with_the_underscore(run, tmp_path):
    (tmp_path / "config.yml").write_text("run:\n  from-nodes: measure\n")
    with pytest.raises(RequestError, match="'from-nodes' is spelled 'from_nodes' in a configuration file"):
        run("kedro run --config=config.yml")


def test_the_command_line_takes_precedence_over_the_file(run, tmp_path):
    (tmp_path / "config.yml").write_text(CONFIG)
    assert nodes(run("kedro run --config=config.yml --nodes=node3")) == {"node3"}


def test_the_file_gives_what_the_command_line_leaves_out(run, tmp_path):
    (tmp_path / "config.yml").write_text("run:\n  pipeline: my_pipeline\n  runner: ThreadRunner\n")
    found = request("kedro run --config=config.yml --pipeline=pipeline1")
    assert (found.pipelines, found.runner) == (("pipeline1",), "ThreadRunner")
