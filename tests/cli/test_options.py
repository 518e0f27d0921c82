"""The options of a run, for the shell and the magic alike."""

import shlex

import click
import pytest

from kedro_nb.cli import parse_run_line
from kedro_nb.errors import RequestError
from kedro_nb.session import RunRequest


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("", RunRequest()),
        ("--from-inputs=a,b", RunRequest(from_inputs=("a", "b"))),
        ("--to-outputs a,b", RunRequest(to_outputs=("a", "b"))),
        ("--from-nodes=a", RunRequest(from_nodes="a")),
        ("--to-nodes=a", RunRequest(to_nodes="a")),
        ("--nodes=a,b", RunRequest(node_names=("a", "b"))),
        ("-n a", RunRequest(node_names="a")),
        ("--nodes='f([x,y]) -> [z],b'", RunRequest(node_names=("f([x,y]) -> [z]", "b"))),
        ("--namespaces=a.b,c", RunRequest(namespaces=("a.b", "c"))),
        ("-ns a", RunRequest(namespaces="a")),
        ("--tags=a,b", RunRequest(tags=("a", "b"))),
        ("-t a -t b", RunRequest(tags=("a", "b"))),
        ("--pipelines=b,a", RunRequest(pipelines=("b", "a"))),
        ("--pipeline=a", RunRequest(pipelines="a")),
        ("-p a", RunRequest(pipelines="a")),
        ("--runner=ThreadRunner", RunRequest(runner="ThreadRunner")),
        ("-r a.b.Mine", RunRequest(runner="a.b.Mine")),
        ("--parallel", RunRequest(runner="ParallelRunner")),
        ("--async", RunRequest(is_async=True)),
        (
            "--runner-params=max_workers=4,is_async=true",
            RunRequest(runner_params={"max_workers": 4, "is_async": True}),
        ),
        ("--params=a.b=1,c:[1,2]", RunRequest(params={"a": {"b": 1}, "c": [1, 2]})),
        ("--params a.b=1 --params a.c=2", RunRequest(params={"a": {"b": 1, "c": 2}})),
        ("--load-versions=a:v1,b:v2", RunRequest(load_versions={"a": "v1", "b": "v2"})),
        ("-lv a:v1", RunRequest(load_versions={"a": "v1"})),
        ("--only-missing-outputs", RunRequest(only_missing_outputs=True)),
        ("--tags=", RunRequest()),
    ],
)
def test_each_option_fills_its_field(line, request_):
    assert parse_run_line(shlex.split(line)).request == request_


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--tgas=a", "--tgas"),
        ("--tgas=a", "--tags"),
        ("--nodes", "'--nodes' requires an argument"),
        ("train", "pipeline is named with --pipeline=train"),
        ("--parallel --runner=ThreadRunner", "--runner and --parallel cannot be used together"),
        ("-p a --pipelines=b", "--pipeline and --pipelines cannot be used together"),
        ("--params=a", "--params: 'a' has no value"),
        ("--runner-params=a", "--runner-params: 'a' has no value"),
        ("-lv a", "--load-versions: 'a' is not of the form dataset:version"),
        ("--runner=", "--runner takes one name, and not ''"),
        ("--env=prod", "--env"),
        ("--conf-source=x", "--conf-source"),
    ],
)
def test_what_does_not_fit_is_told(line, message):
    with pytest.raises(RequestError) as caught:
        parse_run_line(shlex.split(line))
    assert message in str(caught.value)


def test_a_front_end_can_add_options_of_its_own():
    line = parse_run_line(["--catalog=c", "-t", "a"], extra_options=[click.Option(["--catalog"])])
    assert (line.request, line.extras) == (RunRequest(tags="a"), {"catalog": "c"})


@pytest.mark.parametrize("word", ["--help", "-h"])
def test_help_is_text_whatever_else_is_asked_for(word):
    line = parse_run_line(["--tgas", word], name="%kedro_run")
    assert line.help.startswith("Usage: %kedro_run [OPTIONS]")
    assert line.request == RunRequest()


def test_help_explains_every_option():
    text = " ".join(parse_run_line(["--help"]).help.split())
    for words in (
        "-n, --nodes NODES Run these nodes and no others.",
        "-lv, --load-versions DATASET:VERSION,...",
        "-ns, --namespaces NAMES",
        "--parallel The same as --runner=ParallelRunner.",
        "A YAML file whose 'run:' section",
    ):
        assert words in text


def test_parsing_says_nothing(capsys):
    parse_run_line(["--help"])
    assert capsys.readouterr() == ("", "")
