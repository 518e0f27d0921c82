"""Panels follow the notebook, agree with each other, and leave nothing behind."""

import gc
import threading
import time
import weakref

import pytest

import kedro_nb
from kedro_nb.notebook.panel import Panel
from kedro_nb.notebook.panel.traits import CHOICES
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import RunRequest, Session
from kedro_nb.session.records.record import MIME_TYPE

from .pages import finished, threads


@pytest.fixture
def of_notebook(cells):
    """A panel of the shell's session."""
    cells.run("import kedro_nb; panel = kedro_nb.Panel()")
    return cells.shell.user_ns["panel"]


def test_what_later_cells_define_appears_by_itself(cells, of_notebook):
    panel = of_notebook
    cells.run("later = statistics.only_nodes('mean')")
    assert panel.pipelines == ["statistics", "later"]
    cells.run("class Own(SequentialRunner):\n    'Mine.'")
    assert "Own" in [each["name"] for each in panel.runners]
    cells.run("%kedro_save xs [1, 2, 3]")
    assert "xs" in [row["name"] for row in panel.datasets if row["data"] == "yes"]
    cells.run("%%kedro_params\ndepth: 3")
    assert [field["key"] for field in panel.fields] == ["depth"]
    cells.run("%%kedro_node -o size --pipeline more\ndef count(xs):\n    return len(xs)")
    assert "more" in panel.pipelines


def test_a_run_of_a_cell_is_shown(cells, of_notebook):
    cells.run("%kedro_save xs [1, 2, 3]")
    cells.run("_ = %kedro_run --pipeline=statistics")
    for thread in threads():
        thread.join(20)
    assert of_notebook.states == {"node:mean": "done", "node:squares": "done", "node:variance": "done"}
    assert (of_notebook.state, of_notebook.blocking, len(of_notebook.runs)) == ("idle", False, 1)


def test_a_run_that_keeps_the_kernel_busy_says_so(panel, session):
    seen = []
    panel.observe(lambda change: seen.append(change.new), "blocking")
    finished(session.run(RunRequest(pipelines="short")))
    assert seen == [True, False]


def test_the_end_of_a_run_is_not_shown_over_the_next_one(panel, session):
    """Its thread comes to show it when the next one has begun."""
    first = finished(session.run(RunRequest(pipelines="short")))
    go_on = threading.Event()
    session.pipelines["slow"] = Pipeline([node(lambda raw: go_on.wait(20), "raw", "late", name="wait")])
    panel.pipeline = "slow"
    run = panel.run()
    panel._following._end_of(first)
    assert panel.state == "running"
    go_on.set()
    finished(run)
    assert panel.state == "idle"


def test_nothing_is_shown_in_a_panel_that_was_closed_meanwhile(panel, session):
    run = finished(session.run(RunRequest(pipelines="short")))
    panel.live = ""
    panel.close()
    panel._following._show(run)
    panel._following._end_of(run)
    assert panel.live == ""


def test_unloading_the_extension_closes_panels(cells, of_notebook):
    cells.run("%unload_ext kedro_nb")
    assert of_notebook.comm is None
    assert not kedro_nb.session()._watchers
    cells.run("%load_ext kedro_nb")


def test_a_closed_panel_leaves_nothing_behind(cells, of_notebook):
    callbacks = cells.shell.events.callbacks["post_run_cell"]
    before = len(callbacks)
    gone = weakref.ref(of_notebook)
    of_notebook.close()
    assert (len(callbacks), kedro_nb.session()._watchers) == (before - 1, [])
    cells.run("del panel")
    del of_notebook
    cells.shell.displayhook.flush()
    gc.collect()
    assert gone() is None or gone() not in Panel._panels
    for thread in threads():
        thread.join(20)
    assert threads() == []


def test_a_cell_that_is_run_again_closes_the_panel_it_had(notebook, cells, monkeypatch):
    monkeypatch.setattr(cells.shell, "get_parent", lambda: {"metadata": {"cellId": "a"}}, raising=False)
    cells.run("first = %kedro_panel")
    monkeypatch.setattr(cells.shell, "get_parent", lambda: {"metadata": {"cellId": "b"}}, raising=False)
    cells.run("other = %kedro_panel")
    cells.run("again = %kedro_panel")
    panels = [cells.shell.user_ns[name] for name in ("first", "other", "again")]
    assert [each in Panel._panels for each in panels] == [True, False, True]


def test_the_choices_of_one_panel_are_those_of_the_other(panel, session):
    other = Panel(session)
    for name, value in {
        "pipeline": "main",
        "runner": "ThreadRunner",
        "runner_params": {"max_workers": 2},
        "is_async": True,
        "only_missing_outputs": True,
        "params": {"title": "x"},
        "tags": ["early"],
    }.items():
        setattr(other, name, value)
    assert [getattr(panel, name) for name in CHOICES] == [getattr(other, name) for name in CHOICES]
    assert panel.command == other.command
    other.close()
    panel.tags = []
    assert panel.chosen
    assert other.tags == ["early"]


def test_panels_of_different_sessions_are_strangers(panel):
    other = Panel(Session(pipelines={"main": Pipeline([node(len, "a", "b")])}))
    panel.tags = ["early"]
    assert other.tags == []
    other.close()


def test_flags_and_namespaces_go_into_the_line(session):
    session.pipelines["spaced"] = Pipeline(
        [node(len, "raw", "n", name="count", namespace="inner"), node(abs, "n", "m", name="abs")]
    )
    panel = Panel(session)
    panel.pipeline, panel.namespaces = "spaced", ["inner"]
    panel.is_async = panel.only_missing_outputs = True
    line = "%kedro_run --pipeline=spaced --async --only-missing-outputs --namespaces=inner"
    assert (panel.command, panel.chosen) == (line, ["inner.count"])
    panel.close()


def test_data_in_the_graph_slices_by_data(panel):
    panel._messages.take(panel, {"do": "slice", "with": {"action": "to", "ids": ["data:clean"]}}, [])
    assert (panel.to_outputs, panel.chosen) == (["clean"], ["clean"])
    panel._messages.take(panel, {"do": "slice", "with": {"action": "from", "ids": ["data:raw"]}}, [])
    assert panel.from_inputs == ["raw"]


def test_a_slice_that_cannot_run_is_shown_with_what_stands_in_the_way(panel):
    panel.tags = ["late"]
    assert panel.chosen == ["fit", "score"]
    assert "is written by node 'split'" in panel.problem


def test_what_a_runner_cannot_do_is_said_before_run(panel, session):
    class Single(type(session.catalog["raw"])):
        _SINGLE_PROCESS = True

    session.catalog["raw"] = Single([1])
    panel.runner = "ParallelRunner"
    assert "raw" in panel.problem
    panel.runner = "ThreadRunner"
    assert panel.problem == ""


class Entry:
    value = "package.module:Runner"

    def __init__(self, name, load):
        self.name, self.load = name, load


def test_runners_of_packages_are_offered_and_one_that_fails_says_why(session, monkeypatch):
    from kedro_nb.runner import ThreadRunner

    def broken():
        raise ImportError("No module named 'ray'")

    class Their(ThreadRunner):
        """Runs over there."""

    entries = [Entry("Their", lambda: Their), Entry("Broken", broken)]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: entries)
    panel = Panel(session)
    told = {each["name"]: each for each in panel.runners}
    assert told["Their"]["title"] == "Runs over there."
    assert "No module named 'ray'" in told["Broken"]["problem"]
    panel.runner = "Their"
    assert ([each["key"] for each in panel.arguments], panel.problem) == (["max_workers"], "")
    panel.runner = "Broken"
    assert "No module named 'ray'" in panel.problem
    panel.close()


def test_a_choice_answers_at_once_in_a_large_session():
    """With 300 nodes, 300 datasets and 200 parameters: below 150 ms, in the best of a few attempts."""
    nodes = [node(abs, f"d{i}", f"d{i + 1}", name=f"n{i}", tags=f"t{i % 7}") for i in range(300)]
    parameters = {f"g{i}": {f"p{j}": j * 0.5 for j in range(10)} for i in range(20)}
    session = Session(pipelines={"main": Pipeline(nodes)}, parameters=parameters)
    session.catalog["d0"] = 1
    panel = Panel(session)
    seconds = []
    for attempt, runner in enumerate(["ThreadRunner", "ParallelRunner"] * 3):
        begun = time.thread_time()
        panel.to_nodes = [f"n{150 + attempt}"]
        panel.set_parameter("g1.p1", 7.5 + attempt)
        panel.runner = runner
        seconds.append((time.thread_time() - begun) / 3)
    assert min(seconds) < 0.15
    panel.close()


# What a notebook keeps


def test_a_panel_is_a_line_of_text_where_there_are_no_widgets(panel):
    assert panel._repr_mimebundle_()[0]["text/plain"] == "kedro_nb panel: 4 of 4 nodes will run: %kedro_run"


def test_a_notebook_gets_the_record_and_the_widget(notebook, cells):
    cells.run("import kedro_nb; panel = kedro_nb.Panel(); panel._ipython_display_()")
    record, widget = (output.data for output in cells.seen.outputs[:2])
    assert "as it was last" in record["text/html"]
    assert list(widget) == ["application/vnd.jupyter.widget-view+json"]


def test_the_record_has_the_run_that_the_panel_began_and_no_other(panel, session):
    finished(session.run(RunRequest(pipelines="short")))
    assert MIME_TYPE not in panel._made_record()
    finished(panel.run())
    made = panel._made_record()
    assert made[MIME_TYPE]["state"] == "finished"
    assert "4 of 4 nodes" in made["text/html"]


def test_the_record_takes_names_for_text(panel, session):
    session.catalog["<img src=x onerror=alert(1)>"] = 1
    panel.set_parameter("title", "<b>bold</b>")
    panel.refresh()
    page = panel._made_record()["text/html"]
    assert "<img src=x" not in page
    assert "<b>bold" not in page
