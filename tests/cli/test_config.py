"""`--config FILE`: good and bad files, and what goes over what."""

import shlex

import pytest

from kedro_nb.cli import parse_run_line
from kedro_nb.errors import RequestError
from kedro_nb.session import RunRequest


@pytest.fixture
def parse(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def parse(content, line=""):
        (tmp_path / "run.yml").write_text(content)
        return parse_run_line(["--config=run.yml", *shlex.split(line)]).request

    return parse


@pytest.mark.parametrize(
    ("lines", "request_"),
    [
        ("tags: a, b", RunRequest(tags=("a", "b"))),
        ("tags: [a, b]", RunRequest(tags=("a", "b"))),
        ("node_names: ['f([x,y]) -> [z]']", RunRequest(node_names="f([x,y]) -> [z]")),
        ("from_nodes: a", RunRequest(from_nodes="a")),
        ("pipeline: p", RunRequest(pipelines="p")),
        ("pipelines: [b, a]", RunRequest(pipelines=("b", "a"))),
        ("runner: ThreadRunner", RunRequest(runner="ThreadRunner")),
        ("parallel: true", RunRequest(runner="ParallelRunner")),
        ("is_async: true", RunRequest(is_async=True)),
        ("is_async: false", RunRequest()),
        ("only_missing_outputs: yes", RunRequest(only_missing_outputs=True)),
        ("runner_params: {max_workers: 2}", RunRequest(runner_params={"max_workers": 2})),
        ("params: {a.b: 1, a: {c: [x]}}", RunRequest(params={"a": {"b": 1, "c": ["x"]}})),
        ("params: a.b=1,c:2", RunRequest(params={"a": {"b": 1}, "c": 2})),
        ("load_versions: {a: 2026-01-31}", RunRequest(load_versions={"a": "2026-01-31"})),
        ("load_versions: 'a:v1, b:v2'", RunRequest(load_versions={"a": "v1", "b": "v2"})),
        ("load_versions: ['a:v1', 'b:v2']", RunRequest(load_versions={"a": "v1", "b": "v2"})),
        ("tags:", RunRequest()),
    ],
)
def test_keys_are_argument_names_and_values_come_in_several_forms(parse, lines, request_):
    assert parse(f"run:\n  {lines}") == request_


def test_the_command_line_goes_over_the_file_option_by_option(parse):
    request = parse(
        "run:\n  tags: a\n  runner: ThreadRunner\n  params: {x: 1, y: 2}", "--tags=b --params=x=3"
    )
    assert request == RunRequest(tags="b", runner="ThreadRunner", params={"x": 3})


@pytest.mark.parametrize(
    ("content", "line", "request_"),
    [
        ("pipelines: [a, b]", "-p c", RunRequest(pipelines="c")),
        ("pipeline: a", "--pipelines=c,d", RunRequest(pipelines=("c", "d"))),
        ("parallel: true", "-r ThreadRunner", RunRequest(runner="ThreadRunner")),
        ("runner: ThreadRunner", "--parallel", RunRequest(runner="ParallelRunner")),
    ],
)
def test_the_command_line_goes_over_the_other_way_of_saying_the_same(parse, content, line, request_):
    assert parse(f"run:\n  {content}", line) == request_


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("tags: a", "run.yml has no section 'run:', and only that is read. It has: tags."),
        (
            "runs: {}",
            "has no section 'run:', and only that is read - did you mean one of these instead: runs",
        ),
        ("", "run.yml is empty: options stand in a mapping under 'run:'"),
        ("- a", "run.yml holds a 'list'"),
        ("run:", "the section 'run:' is empty"),
        ("run: {}", "the section 'run:' is empty"),
        ("run: tags", "the section 'run:' holds options as 'name: value', and not 'tags'"),
        ("run:\n  tags: [a\n  x: y", "run.yml, line 3, column 4: this is not valid YAML"),
        (
            "run:\n  tags: a\n  tags: b",
            "run.yml, line 3, column 3: this is not valid YAML: the key 'tags' is there twice",
        ),
        (
            "run:\n  node_name: a",
            "there is no option 'node_name' - did you mean one of these instead: node_names",
        ),
        ("run:\n  nodes: a", "'nodes' is spelled 'node_names' in a configuration file"),
        ("run:\n  async: true", "'async' is spelled 'is_async'"),
        ("run:\n  from-nodes: a", "'from-nodes' is spelled 'from_nodes'"),
        ("run:\n  config: x.yml", "there is no option 'config'"),
        ("run:\n  1: x", "there is no option '1'"),
        ("run:\n  env: prod", "'env' needs a project folder"),
        ("run:\n  conf_source: x", "'conf_source' needs a project folder"),
        ("run:\n  tags: 3", "'tags' takes names: a list, or text with commas between them, and not 3 (int)"),
        ("run:\n  tags: [a, 3]", "and not ['a', 3] (list)"),
        ("run:\n  is_async: often", "'is_async' takes true or false, and not 'often' (str)"),
        ("run:\n  runner: [a]", "'runner' takes one name"),
        ("run:\n  params: [a]", "'params' takes a mapping, or text as in key=value,other=value"),
        ("run:\n  params: a", "'params': 'a' has no value"),
        ("run:\n  params: {1: a}", "keys are names, and 1 is a 'int'"),
        ("run:\n  load_versions: {a: 1}", "'load_versions' takes a mapping of datasets to versions"),
        ("run:\n  load_versions: a", "'load_versions': 'a' is not of the form dataset:version"),
        (
            "run:\n  pipeline: a\n  pipelines: b",
            "'pipeline' and run.yml: 'pipelines' cannot be used together",
        ),
    ],
)
def test_a_bad_file_is_told_in_one_message(parse, content, message):
    with pytest.raises(RequestError) as caught:
        parse(content)
    assert message in str(caught.value)
    assert str(caught.value).startswith("run.yml")


def test_a_missing_file_is_told_with_the_closest_name(parse):
    with pytest.raises(
        RequestError, match=r"no configuration file 'rnu.yml' - did you mean one of these instead: run.yml"
    ):
        parse("run: {}", "-c rnu.yml")


@pytest.mark.parametrize(
    ("path", "message"), [("nowhere/run.yml", "no configuration file"), (".", "is a folder")]
)
def test_what_is_no_file_is_told(parse, path, message):
    with pytest.raises(RequestError, match=message):
        parse("run: {}", f"-c {path}")


def test_a_file_that_is_no_text_is_told(tmp_path):
    path = tmp_path / "run.yml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RequestError, match="is not a text file in UTF-8"):
        parse_run_line(["-c", str(path)])


def test_a_path_that_no_file_can_have_is_an_error_that_names_it():
    with pytest.raises(RequestError, match=r"'a\\x00b' cannot be read"):
        parse_run_line(["-c", "a\0b"])
