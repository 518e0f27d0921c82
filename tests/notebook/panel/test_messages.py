"""The panel does what a page may ask for: what the kernel has offered, and nothing else."""

import logging
import sys

import numpy as np
import pytest

from kedro_nb.io import DataCatalog, MemoryDataset
from kedro_nb.notebook.panel import Panel
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import RunRequest, Session

from .conftest import main_pipeline
from .hostile_messages import HOSTILE_REQUESTS, HOSTILE_STATES, MEANINGLESS
from .pages import finished


def receive(panel, data):
    """A message, as the page's end of the comm sends it."""
    panel.comm.handle_msg({"content": {"comm_id": panel.model_id, "data": data}, "buffers": []})


def choose(panel, **state):
    receive(panel, {"method": "update", "state": state, "buffer_paths": []})


def ask(panel, do, **given):
    receive(panel, {"method": "custom", "content": {"do": do, "with": given}})


VARIABLES = {}


class Notebook(Panel):
    """A panel of a notebook with these variables."""

    _variables = VARIABLES


@pytest.fixture
def variables():
    fill_variables()
    return VARIABLES


def fill_variables():
    VARIABLES.clear()
    VARIABLES.update(
        {
            "get_ipython": lambda: "mine",
            "In": [""],
            "np": np,
            "helper": main_pipeline,
            "Thing": type("Thing", (), {}),
            "data": [9],
            "_": 1,
            "__name__": "__main__",
            "catalog": DataCatalog(),
        }
    )


def make_session(folder):
    entry = {"type": "TextDataset", "filepath": f"{folder}/data/{{name}}.txt"}
    session = Session(
        DataCatalog.from_config({"{name}": entry}),
        {"main": main_pipeline(), "short": Pipeline([node(len, "raw", "count", name="count")])},
        parameters={"split": {"ratio": 0.5, "seed": 3}, "verbose": False, "title": "run", "sizes": [1]},
    )
    session.pipelines["__default__"] = session.pipelines["main"]
    session.put_parameters()
    for name in ("raw", "clean", "train", "test", "model", "score", "count"):
        session.catalog[name] = MemoryDataset()
    session.catalog["raw"] = [3, 1, 2, 4]
    session.parameters["thing"] = object()
    return session


@pytest.fixture
def session(tmp_path):
    return make_session(tmp_path)


@pytest.fixture
def panel(session, variables):
    panel = Notebook(session)
    yield panel
    panel.close()


def everything(panel, variables, folder):
    """All that a message could have changed, but for what it says."""
    state = {name: getattr(panel, name) for name in panel.keys if name not in {"message", "layout"}}
    return (
        {name: str(value) for name, value in state.items()},
        {name: id(value) for name, value in variables.items()},
        (dict(panel.params), dict(panel.runner_params)),
        list(panel.session.history),
        list(panel.session.catalog),
        sorted(map(str, folder.rglob("*"))),
    )


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """A panel with two runs, for all messages that change nothing; and its folder."""
    folder = tmp_path_factory.mktemp("notebook") / "inner"
    (folder / "data").mkdir(parents=True)
    (folder.parent / "secret.txt").write_text("secret")
    fill_variables()
    panel = Notebook(make_session(folder))
    panel.runner = "ThreadRunner"
    for ratio in (0.25, 0.75):
        run = panel.session.run(RunRequest(params={"split": {"ratio": ratio}}))
        finished(run)
    panel.refresh()
    assert not panel.problem
    yield panel, folder
    panel.close()


@pytest.fixture
def quiet(attacked, capsys):
    """The panel, which shows nothing below a cell and stays as it was."""
    panel, folder = attacked
    before, modules = everything(panel, VARIABLES, folder.parent), set(sys.modules)
    yield panel
    assert everything(panel, VARIABLES, folder.parent) == before
    assert {"this", "antigravity"} & (set(sys.modules) - modules) == set()
    assert capsys.readouterr() == ("", "")


def shown(case):
    return repr(case)[:60]


@pytest.mark.parametrize("state", HOSTILE_STATES, ids=shown)
def test_what_the_page_cannot_choose_is_not_set(state, quiet):
    receive(quiet, {"method": "update", "state": state, "buffer_paths": []})
    assert quiet.message
    assert len(quiet.message.splitlines()) == 1
    assert len(quiet.message) < 500


@pytest.mark.parametrize("state", [None, "text", [1], 5], ids=shown)
def test_a_state_that_is_no_mapping_is_refused(state, quiet):
    receive(quiet, {"method": "update", "state": state})
    assert "by name" in quiet.message


@pytest.mark.parametrize(("do", "given"), HOSTILE_REQUESTS, ids=shown)
def test_what_the_page_was_not_offered_is_not_done(do, given, quiet):
    receive(quiet, {"method": "custom", "content": {"do": do, "with": given}})
    assert quiet.message
    assert len(quiet.message) < 700


@pytest.mark.parametrize("given", [None, "text", [1], 5], ids=shown)
def test_arguments_that_are_no_mapping_are_refused(given, quiet):
    receive(quiet, {"method": "custom", "content": {"do": "run", "with": given}})
    assert "takes arguments by name" in quiet.message


@pytest.mark.parametrize("data", MEANINGLESS, ids=shown)
def test_a_message_that_means_nothing_is_logged_and_ignored(data, quiet, caplog):
    with caplog.at_level(logging.INFO, "kedro_nb"):
        receive(quiet, data)
    assert len([record for record in caplog.records if "ignored" in record.message]) == 1


def test_the_page_does_not_set_what_draws_the_panels_place(quiet):
    before = quiet.layout.get_state()
    for state in ({"_view_module": "evil"}, {"_model_name": "evil"}, {"width": "0"}, {"_esm": "evil"}):
        receive(quiet.layout, {"method": "update", "state": state, "buffer_paths": []})
    for data in MEANINGLESS:
        receive(quiet.layout, data)
    assert quiet.layout.get_state() == before


def test_what_is_no_message_is_ignored(quiet):
    for message in (None, {}, [], {"content": None}, {"content": {"data": 1}}, {"content": []}):
        quiet._handle_msg(message)


def test_the_page_is_told_what_is_chosen_where_it_was_refused(panel, monkeypatch):
    sent = []
    monkeypatch.setattr(panel, "send_state", lambda key=None: sent.append(key))
    choose(panel, runner="os.system", _esm="evil")
    assert ["runner"] in sent


def test_what_was_offered_can_be_chosen(panel):
    for name, value in {
        "pipeline": "main",
        "runner": "ThreadRunner",
        "is_async": True,
        "only_missing_outputs": True,
        "tags": ["early"],
        "node_names": ["clean", "split"],
        "from_nodes": ["clean"],
        "to_nodes": ["split"],
        "from_inputs": ["raw"],
        "to_outputs": ["train"],
        "dataset": "raw",
    }.items():
        choose(panel, **{name: value})
        assert (getattr(panel, name), panel.message) == (value, "")
    choose(panel, tags=[], pipeline="", dataset="", is_async=False)
    assert (panel.tags, panel.pipeline, panel.dataset, panel.is_async) == ([], "", "", False)


def test_what_code_has_chosen_can_be_taken_out_one_by_one(panel):
    panel.node_names = ["of_another_pipeline", "clean", "gone"]
    choose(panel, node_names=["of_another_pipeline", "clean"])
    assert (panel.node_names, panel.message) == (["of_another_pipeline", "clean"], "")


def test_what_was_offered_can_be_asked_for(panel, session, variables):
    ask(panel, "slice", action="to", ids=["node:split", "data:clean"])
    assert (panel.to_nodes, panel.to_outputs) == (["split"], ["clean"])
    ask(panel, "slice", action="all", ids=[])
    ask(panel, "set_parameter", key="verbose", value=True)
    ask(panel, "set_parameter", key="split.ratio", value=1)
    ask(panel, "enter_parameter", key="split.seed", text="4")
    ask(panel, "enter_parameter", key="sizes", text="[1, {a: 2}]")
    ask(panel, "enter_parameter", key="title", text="*bold* & more")
    assert panel.params == {
        "verbose": True,
        "split.ratio": 1.0,
        "split.seed": 4,
        "sizes": [1, {"a": 2}],
        "title": "*bold* & more",
    }
    ask(panel, "reset", key="title")
    ask(panel, "reset")
    assert panel.params == {}
    choose(panel, runner="ThreadRunner")
    ask(panel, "enter_argument", key="max_workers", text="2")
    assert panel.runner_params == {"max_workers": 2}
    ask(panel, "set_argument", name="max_workers", value=None)
    assert (panel.runner_params, panel.message) == ({}, "")
    ask(panel, "load", dataset="raw", variable="fresh")
    ask(panel, "load", dataset="raw", variable="data")
    assert variables["fresh"] == variables["data"] == [3, 1, 2, 4]
    variables["data"] = [5]
    ask(panel, "save", dataset="raw", variable="data")
    assert session.catalog.load("raw") == [5]
    choose(panel, dataset="raw")
    ask(panel, "look")
    assert panel.preview["facts"][0] == "list"


def test_a_run_can_be_begun_and_two_be_compared(panel, session):
    choose(panel, pipeline="short")
    for _ in range(2):
        ask(panel, "run")
        finished(session.history.last)
    panel.refresh()
    choose(panel, compared=[1, 2])
    assert (panel.compared, panel.message) == ([1, 2], "")
    assert panel.comparison
    ask(panel, "stop")
    receive(panel, {"method": "request_state"})


@pytest.mark.parametrize(
    ("name", "variable"), [("list", "list_"), ("__builtins__", "data__builtins__"), ("1", "data_1")]
)
def test_a_dataset_with_the_name_of_something_of_pythons_is_loaded_under_another(
    name, variable, panel, session, variables
):
    session.catalog[name] = [7]
    panel.refresh()
    ask(panel, "load", dataset=name)
    assert variables[variable] == [7]


def test_a_pipeline_with_a_name_that_leads_elsewhere_leaves_the_panel_working(session, variables):
    session.pipelines["evil"] = Pipeline([node(len, "raw", "/x", name="evil")])
    panel = Notebook(session)
    choose(panel, pipeline="evil")
    assert panel.pipeline == "evil"
    panel.refresh()
    assert "/x" in [row["name"] for row in panel.datasets]
    choose(panel, dataset="/x")
    ask(panel, "load", dataset="/x", variable="x")
    assert "x" not in variables
    assert "is not allowed with pattern" in panel.message
    ask(panel, "run")
    assert "is not allowed with pattern" in panel.message
    choose(panel, pipeline="main")
    panel.close()
