import pytest

from kedro_nb.notebook.panel import Panel
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import Session


def split(data, ratio):
    at = int(len(data) * ratio)
    return data[:at], data[at:]


def main_pipeline():
    return Pipeline(
        [
            node(sorted, "raw", "clean", name="clean", tags="early"),
            node(split, ["clean", "params:split.ratio"], ["train", "test"], name="split", tags="early"),
            node(sum, "train", "model", name="fit", tags="late"),
            node(len, "test", "score", name="score", tags="late"),
        ]
    )


@pytest.fixture(autouse=True)
def no_variables(request, monkeypatch):
    """A notebook without variables, unless a test has a shell of its own: others may have left one with some."""
    if "cells" not in request.fixturenames:
        monkeypatch.setattr(Panel, "_variables", property(lambda _self: {}))


@pytest.fixture
def session():
    session = Session(
        pipelines={"main": main_pipeline(), "short": Pipeline([node(len, "raw", "count", name="count")])},
        parameters={"split": {"ratio": 0.5, "seed": 3}, "verbose": False, "title": "run"},
    )
    session.pipelines["__default__"] = session.pipelines["main"]
    session.put_parameters()
    session.catalog["raw"] = [3, 1, 2, 4]
    return session


@pytest.fixture
def panel(session):
    panel = Panel(session)
    yield panel
    panel.close()
