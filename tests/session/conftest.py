import pytest

from kedro_nb import project
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.project import PipelineRegistry
from kedro_nb.session import Session, core


def add(a, b):
    return a + b


def double(a):
    return 2 * a


@pytest.fixture
def pipeline():
    """xs -> first -> second; a parameter in the second."""
    return Pipeline(
        [
            node(double, "xs", "middle", name="first", tags="early"),
            node(add, ["middle", "params:k"], "out", name="second", tags="late"),
        ]
    )


@pytest.fixture
def session(pipeline):
    session = Session(pipelines={"main": pipeline}, parameters={"k": 1})
    session.catalog["xs"] = 10
    return session


@pytest.fixture
def no_session(monkeypatch):
    """A process without a session yet, as at its start."""
    monkeypatch.setattr(core, "_current", None)
    monkeypatch.setattr(project.pipelines, "registry", PipelineRegistry())
