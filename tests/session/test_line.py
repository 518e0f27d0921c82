"""A request written as a line asks for the same run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedro_nb.cli import parse_run_line
from kedro_nb.notebook.run_options import parse
from kedro_nb.session import RunRequest
from kedro_nb.session.line import command_line

NAMES = st.text("ab.c-_:@ 1é", min_size=1, max_size=6).filter(lambda name: name == name.strip())
SOME = st.lists(NAMES, max_size=3).map(tuple)
KEYS = st.text("abc_ -é1'\"#", min_size=1, max_size=5).filter(lambda key: key == key.strip())
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=6,
)
PARAMS = st.dictionaries(KEYS, VALUES, max_size=3)
REQUESTS = st.builds(
    RunRequest,
    pipelines=SOME,
    runner=st.sampled_from(["SequentialRunner", "ParallelRunner", "my.own.Runner"]),
    is_async=st.booleans(),
    runner_params=PARAMS,
    tags=SOME,
    node_names=SOME,
    from_nodes=SOME,
    from_inputs=SOME,
    to_outputs=SOME,
    namespaces=SOME,
    params=PARAMS,
    load_versions=st.dictionaries(st.text("ab.", min_size=1), st.text("12T:", min_size=1), max_size=2),
    only_missing_outputs=st.booleans(),
)


@given(REQUESTS)
def test_what_the_line_asks_for_is_the_request(request):
    line = command_line(request)
    if line is not None:
        assert repr(parse(line.removeprefix("%kedro_run")).request) == repr(request)
        assert "\n" not in line


@given(st.dictionaries(st.text("abc", min_size=1, max_size=5), st.text(max_size=20) | SCALARS, max_size=4))
def test_every_plain_parameter_can_be_written(params):
    assert command_line(RunRequest(params=params)) is not None


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        (RunRequest(), "%kedro_run"),
        (
            RunRequest(pipelines="training", runner="ThreadRunner"),
            "%kedro_run --pipeline=training --runner=ThreadRunner",
        ),
        (RunRequest(pipelines=("a", "b"), is_async=True), "%kedro_run --pipelines=a,b --async"),
        (RunRequest(node_names=("x", "y"), tags="fast"), "%kedro_run --tags=fast --nodes=x,y"),
        (
            RunRequest(params={"model": {"depth": 3, "name": "it's"}}),
            """%kedro_run '--params=model.depth=3,model.name="it'"'"'s"'""",
        ),
        (RunRequest(params={"columns": ["a", 1]}), """%kedro_run '--params=columns=["a", 1]'"""),
        (RunRequest(load_versions={"x": "v:1"}), "%kedro_run --load-versions=x:v:1"),
    ],
)
def test_the_line_is_what_one_would_type(request_, line):
    assert command_line(request_) == line


def test_what_ipython_would_fill_in_is_written_so_that_it_does_not():
    line = command_line(RunRequest(params={"cost": "$x {y}"}))
    assert not set("${}") & set(line)
    assert parse(line.removeprefix("%kedro_run")).request.params == {"cost": "$x {y}"}


@pytest.mark.parametrize(
    "request_",
    [
        RunRequest(params={"model": object()}),
        RunRequest(params={"a.b": 1}),
        RunRequest(params={"pair": (1, 2)}),
        RunRequest(tags=("a,b",)),
        RunRequest(node_names=(" a",)),
        RunRequest(from_inputs=("a\nb",)),
        RunRequest(runner=""),
    ],
)
def test_what_no_line_can_ask_for_has_none(request_):
    assert command_line(request_) is None


def test_a_line_can_begin_as_the_command_does():
    line = command_line(RunRequest(tags="a"), "kedro-nb run file.py")
    assert line == "kedro-nb run file.py --tags=a"
    assert parse_run_line(line.split()[3:]).request == RunRequest(tags="a")
