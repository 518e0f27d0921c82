"""Pipelines by name."""

import pytest

from kedro_nb.errors import RequestError
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.project import PipelineRegistry

MAIN = Pipeline([Node(abs, "x", "y"), Node(abs, "y", "z")])


@pytest.fixture
def registry():
    return PipelineRegistry({"main": MAIN})


@pytest.mark.parametrize("error", [RequestError, KeyError])
@pytest.mark.parametrize("ask", [PipelineRegistry.__getitem__, PipelineRegistry.__delitem__])
def test_an_unknown_pipeline_is_told_with_the_closest(registry, ask, error):
    with pytest.raises(
        error, match=r"^No pipeline is registered as 'mian' - did you mean one of these instead: main\.$"
    ):
        ask(registry, "mian")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("p", 0, "'p' is registered with a 'int'"),
        ("p", [], "'p' is registered with a 'list'"),
        (3, MAIN, "3 is no text"),
    ],
)
def test_only_pipelines_are_registered_and_by_name(registry, name, value, why):
    with pytest.raises(RequestError, match=why):
        registry[name] = value
    assert list(registry) == ["main"]


def test_it_reads_well(registry):
    assert repr(registry) == "PipelineRegistry({\n  'main': 2 nodes\n})"


def test_it_can_change_while_it_is_walked_through(registry):
    for name in registry:
        registry[f"{name} again"] = MAIN
    assert len(registry) == 2
