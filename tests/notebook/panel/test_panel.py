"""Every control of the panel from code, without a browser."""

import threading
from typing import Literal

import pytest
from traitlets import TraitError

import kedro_nb
from kedro_nb.notebook.panel import Panel
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.runner import SequentialRunner
from kedro_nb.session import RunRequest

from .pages import finished, say


def names(rows, key="name"):
    return [row[key] for row in rows]


def test_it_is_found_at_the_top_of_the_package():
    assert kedro_nb.Panel is Panel


def test_it_offers_the_pipelines_runners_and_datasets_of_the_session(panel):
    assert panel.pipelines == ["main", "short", "__default__"]
    assert names(panel.runners)[:4] == ["DryRunner", "ParallelRunner", "SequentialRunner", "ThreadRunner"]
    (raw,) = [row for row in panel.datasets if row["name"] == "raw"]
    assert raw == {
        "name": "raw",
        "type": "MemoryDataset",
        "where": "memory",
        "data": "yes",
        "size": "4 items",
        "last": "",
    }


def test_the_default_pipeline_is_shown_at_first_and_all_of_it_will_run(panel):
    drawn = [each["label"] for each in panel.graph["nodes"] if each["kind"] == "node"]
    assert sorted(drawn) == sorted(panel.chosen) == ["clean", "fit", "score", "split"]
    assert (panel.problem, panel.command) == ("", "%kedro_run")


def test_choosing_a_pipeline_shows_its_graph_and_names(panel):
    panel.pipeline = "short"
    assert panel.chosen == ["count"]
    assert panel.names["inputs"] == ["raw"]
    assert panel.command == "%kedro_run --pipeline=short"


def test_a_runner_brings_its_arguments(panel):
    assert panel.arguments == []
    panel.runner = "ThreadRunner"
    (field,) = panel.arguments
    assert (field["key"], field["kind"], field["value"]) == ("max_workers", "int", None)
    panel.set_argument("max_workers", 3)
    assert panel.arguments[0]["value"] == 3
    assert panel.command == "%kedro_run --runner=ThreadRunner --runner-params=max_workers=3"


def test_what_a_choice_would_refuse_is_said_at_once(panel):
    panel.runner_params = {"max_workers": -1}
    assert "max_workers" in panel.problem
    panel.runner_params = {}
    assert panel.problem == ""
    panel.from_nodes = ["fit"]
    assert "'train' is written by node 'split'" in panel.problem


def test_an_unknown_runner_is_refused_and_the_choice_stays(panel):
    with pytest.raises(TraitError, match="did you mean"):
        panel.runner = "ThreadRuner"
    assert panel.runner == "SequentialRunner"


def test_runners_of_the_session_are_offered_too(session):
    class Mine(SequentialRunner):
        """Does it my way."""

        def __init__(
            self,
            depth: int = 2,
            mode: Literal["a", "b"] = "a",
            thing: object = None,
            is_async: bool = False,
        ):
            super().__init__(is_async)

    session.runners["Mine"] = Mine
    panel = Panel(session)
    (mine,) = [each for each in panel.runners if each["name"] == "Mine"]
    assert mine["title"] == "Does it my way."
    panel.runner = "Mine"
    assert [(each["key"], each["kind"], each["choices"]) for each in panel.arguments] == [
        ("depth", "int", []),
        ("mode", "choice", ["a", "b"]),
    ]
    panel.close()


@pytest.mark.parametrize(
    ("control", "value", "chosen"),
    [
        ("tags", ["early"], ["clean", "split"]),
        ("node_names", ["clean"], ["clean"]),
        ("to_nodes", ["split"], ["clean", "split"]),
        ("from_inputs", ["raw"], ["clean", "split", "fit", "score"]),
        ("to_outputs", ["clean"], ["clean"]),
    ],
)
def test_a_slice_shows_what_will_run(panel, control, value, chosen):
    setattr(panel, control, value)
    assert sorted(panel.chosen) == sorted(chosen)
    assert f"--{control.replace('node_names', 'nodes').replace('_', '-')}={value[0]}" in panel.command


def test_the_graph_slices_from_here_up_to_here_and_only_this(panel):
    say(panel, "slice", action="to", ids=["node:split", "data:clean"])
    assert panel.to_nodes == ["split"]
    say(panel, "slice", action="only", ids=["node:clean"])
    assert (panel.node_names, panel.to_nodes, panel.chosen) == (["clean"], [], ["clean"])
    say(panel, "slice", action="all", ids=[])
    assert len(panel.chosen) == 4


def test_parameters_are_a_form_by_type(panel):
    form = {field["key"]: field for field in panel.fields}
    assert {key: field["kind"] for key, field in form.items()} == {
        "split.ratio": "float",
        "split.seed": "int",
        "verbose": "bool",
        "title": "text",
    }
    assert [key for key, field in form.items() if field["read"]] == ["split.ratio"]


def test_a_changed_parameter_is_marked_goes_into_the_line_and_can_be_reset(panel):
    panel.set_parameter("split.ratio", 0.25)
    (field,) = [field for field in panel.fields if field["changed"]]
    assert (field["key"], field["value"], field["default"]) == ("split.ratio", 0.25, 0.5)
    assert panel.command == "%kedro_run --params=split.ratio=0.25"
    panel.set_parameter("split.ratio", 0.5)
    assert panel.params == {}
    panel.set_parameter("title", "other")
    panel.reset()
    assert panel.command == "%kedro_run"


def test_a_parameter_can_be_written_as_in_yaml(panel):
    panel.session.parameters["sizes"] = [1]
    panel.refresh()
    say(panel, "enter_parameter", key="sizes", text="[1, 2]")
    assert panel.params == {"sizes": [1, 2]}
    say(panel, "enter_parameter", key="sizes", text="[1, ")
    assert "Parameter 'sizes'" in panel.message
    assert panel.params == {"sizes": [1, 2]}


def test_run_runs_what_is_chosen_and_shows_it(panel, session):
    panel.set_parameter("split.ratio", 0.25)
    run = finished(panel.run())
    assert run.result().load() == {"model": 1, "score": 3}
    assert panel.state == "idle"
    assert set(panel.states.values()) == {"done"}
    assert "4 of 4 nodes" in panel.live
    assert panel.runs[0]["number"] == 1
    assert {row["name"]: row["data"] for row in panel.datasets}["model"] == "yes"


def test_the_line_gives_the_same_run(panel):
    from kedro_nb.cli import parse_run_line

    panel.runner, panel.tags = "ThreadRunner", ["early"]
    panel.set_parameter("split.ratio", 0.75)
    words = panel.command.split()[1:]
    assert parse_run_line(words, name="%kedro_run").request == panel.request


def test_stop_stops_the_run_that_goes_on(session):
    entered, never = threading.Event(), threading.Event()

    def wait(x):
        entered.set()
        while not never.wait(0.01):
            pass

    session.pipelines["slow"] = Pipeline([node(wait, "raw", "late", name="wait")])
    panel = Panel(session)
    panel.pipeline = "slow"
    say(panel, "run")
    assert entered.wait(20)
    (run,) = session.going_on.runs
    assert panel.state == "running"
    say(panel, "stop")
    assert finished(run).state == "cancelled"
    panel.close()


def test_a_run_that_failed_is_taken_up_where_it_ended_once_its_cause_is_mended(panel, session):
    calls = []

    def fit(train, depth):
        calls.append(depth)
        return len(train) / depth

    first, second, _, last = session.pipelines["main"].nodes
    fitting = node(fit, ["train", "params:depth"], "model", name="fit")
    session.parameters["depth"] = 0
    session.pipelines["__default__"] = Pipeline([first, second, fitting, last])
    panel.refresh()
    assert panel.unfinished == []
    finished(panel.run())
    assert panel.unfinished == ["fit", "score"]
    panel.set_parameter("depth", 1)
    run = finished(panel.go_on())
    assert (run.state, calls) == ("finished", [0, 1])
    assert set(run.progress.nodes) == {"fit", "score"}
    assert panel.unfinished == panel.from_nodes == []


def test_there_is_nothing_to_take_up_where_nothing_is_done(panel, session):
    session.pipelines["broken"] = Pipeline([node(abs, "raw", "out", name="broken")])
    panel.pipeline = "broken"
    finished(panel.run())
    assert panel.unfinished == []
    say(panel, "go_on")
    assert "No run has ended before its time" in panel.message


def test_a_run_is_taken_up_in_its_own_pipeline_only(panel, session):
    session.pipelines["half"] = Pipeline([node(len, "raw", "n", name="n"), node(len, "n", "m", name="m")])
    panel.pipeline = "half"
    finished(panel.run())
    assert panel.unfinished == ["m"]
    panel.pipeline = "main"
    assert panel.unfinished == []


def test_a_run_from_a_cell_is_followed(panel, session):
    finished(session.run(RunRequest(pipelines="short")))
    assert "1 of 1 node" in panel.live
    assert panel.states == {"node:count": "done"}


def test_what_cannot_run_says_why_and_does_not_begin(panel, session):
    panel.from_nodes = ["fit"]
    say(panel, "run")
    assert "'train' is written by node 'split'" in panel.message
    assert list(session.history) == []


def test_data_is_previewed(panel):
    panel.dataset = "raw"
    assert panel.preview["facts"][:2] == ["list", "4 items"]
    panel.dataset = "nowhere"
    assert panel.preview["facts"] == ["no data yet"]
    panel.dataset = ""
    assert panel.preview == {}


def test_load_and_save_reach_the_notebooks_variables(panel, session, monkeypatch):
    variables = {"mine": [9]}
    monkeypatch.setattr(Panel, "_variables", property(lambda _self: variables))
    say(panel, "load", dataset="raw")
    assert variables["raw"] == [3, 1, 2, 4]
    say(panel, "load", dataset="raw", variable="other")
    assert variables["other"] == [3, 1, 2, 4]
    say(panel, "load", dataset="raw", variable="not one")
    assert "cannot be the name of a variable" in panel.message
    say(panel, "save", dataset="raw", variable="mine")
    assert session.catalog.load("raw") == [9]
    say(panel, "save", dataset="raw", variable="mien")
    assert "did you mean" in panel.message


def test_two_runs_are_compared(panel, session):
    for ratio in (0.25, 0.75):
        session.run(RunRequest(params={"split": {"ratio": ratio}})).result()
    panel.refresh()
    panel.compared = [1, 2]
    assert "split.ratio" in panel.comparison
    panel.compared = [1, 9]
    assert panel.comparison == ""
    assert "9" in panel.message


def test_two_panels_of_a_session_agree(panel, session):
    panel.tags = ["late"]
    other = Panel(session)
    assert other.tags == ["late"]
    other.runner = "ThreadRunner"
    assert panel.runner == "ThreadRunner"
    assert panel.command == other.command
    other.close()


def test_what_comes_later_appears(panel, session):
    session.pipelines["later"] = Pipeline([node(len, "raw", "n")])
    session.catalog["new"] = 1
    session.parameters["depth"] = 3
    panel.refresh()
    assert "later" in panel.pipelines
    assert "new" in names(panel.datasets)
    assert "depth" in names(panel.fields, "key")


def test_names_of_users_are_escaped_in_html(panel, session):
    session.catalog["raw"] = {"<img src=x onerror=alert(1)>": "<b>"}
    panel.dataset = "raw"
    panel._look()
    assert "<img" not in panel.preview["html"]
    assert "<b>" not in panel.preview["html"]


def test_a_message_that_means_nothing_is_ignored(panel):
    for content in ({}, {"do": "nonsense"}, "text"):
        panel._messages.take(panel, content, [])
    assert panel.message == ""


def test_a_closed_panel_follows_no_more(session):
    panel = Panel(session)
    panel.close()
    session.run(RunRequest(pipelines="short")).result()
    assert panel.states == {}


def test_without_widgets_the_magic_says_so_and_sums_up_the_session(cells):
    cells.run("from kedro_nb.pipeline import Pipeline, Node; p = Pipeline([Node(abs, 'x', 'y')])")
    text = cells.printed("%kedro_panel")
    assert "The panel needs a notebook" in text
    assert "pipeline p: 1 node" in text
