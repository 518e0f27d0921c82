"""Every control of the panel, as somebody uses it in JupyterLab and in Notebook 7."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .look import unreadable
from .panel_page import (
    PANEL,
    SETUP,
    command,
    field,
    history,
    look_at,
    panel_in,
    run,
    says,
    select,
    shape,
    write,
)
from .servers import FRONT_ENDS

HOSTILE = "<img src=x onerror=alert(1)>"
AFRESH = """panel.slice("all", [])
panel.reset()
panel.pipeline, panel.runner, panel.dataset, panel.compared = "", "SequentialRunner", "", []
panel.only_missing_outputs = panel.is_async = False"""


@pytest.fixture(scope="class", params=FRONT_ENDS)
def notebook(request, server_of, opened):
    """One for all tests of the class; nothing else may run on its server meanwhile."""
    with opened(server_of(request.param), [SETUP, PANEL, AFRESH], size=(1600, 1400)) as notebook:
        notebook.run(0, 1)
        yield notebook


@pytest.fixture
def panel(notebook):
    """Its panel, with nothing chosen."""
    panel = panel_in(notebook, 1)
    notebook.run(2)
    command(panel, "%kedro_run")
    return panel


@pytest.fixture
def pictures(notebook):
    folder = Path(__file__).resolve().parents[2] / "build" / "browser"
    return lambda name: folder / f"{name}_{notebook.server.kind}.png"


class TestControls:
    def test_a_pipeline_is_chosen_and_drawn(self, panel):
        select(panel, "Pipeline").select_option("begin")
        command(panel, "%kedro_run --pipeline=begin")
        expect(shape(panel, "node:clean")).to_be_visible()
        expect(shape(panel, "node:fit")).to_have_count(0)

    def test_a_runner_is_chosen_with_its_arguments(self, panel):
        select(panel, "Runner").select_option("ThreadRunner")
        write(panel, "max_workers", "3")
        command(panel, "%kedro_run --runner=ThreadRunner --runner-params=max_workers=3")

    def test_flags_are_set(self, panel):
        panel.get_by_label("Load and save on threads").check()
        panel.get_by_label("Only what is not stored yet").check()
        command(panel, "%kedro_run --async --only-missing-outputs")

    def test_what_a_choice_would_refuse_is_said_before_run(self, panel):
        panel.get_by_text("From data", exact=True).click()
        panel.get_by_role("group", name="From data").get_by_label("test", exact=True).check()
        says(panel, "'model' is written by node 'fit'")
        expect(panel.locator(".run")).to_be_disabled()
        panel.get_by_role("button", name="Whole pipeline").click()
        expect(panel.locator(".run")).to_be_enabled()

    @pytest.mark.parametrize(
        ("button", "line", "chosen"),
        [
            ("up to here", "--to-nodes=split", 3),
            ("from here", "--from-nodes=load", 5),
            ("only this", "--nodes=load", 1),
        ],
    )
    def test_a_click_in_the_graph_slices(self, panel, button, line, chosen):
        name = line.partition("=")[2]
        shape(panel, f"node:{name}").click()
        panel.locator(".popup").get_by_role("button", name=re.compile(button, re.IGNORECASE)).click()
        command(panel, f"%kedro_run {line}")
        says(panel, f"{chosen} of 5 nodes will run.")

    def test_tags_are_picked_from_a_list(self, panel):
        panel.get_by_text("Tags", exact=True).click()
        panel.get_by_role("group", name="Tags").get_by_label("late").check()
        command(panel, "%kedro_run --tags=late")
        says(panel, "2 of 5 nodes will run.")
        says(panel, "Tags: late")

    def test_parameters_are_written_by_type_and_reset(self, panel):
        field(panel, "clean.drop").uncheck()
        write(panel, "split.ratio", "1")
        write(panel, "rounds", "2")
        write(panel, "title", "3")
        write(panel, "sizes", "[1, x]")
        command(
            panel,
            '%kedro_run \'--params=clean.drop=false,split.ratio=1.0,rounds=2,title="3",sizes=[1, "x"]\'',
        )
        says(panel, "5 changed for the next run.")
        panel.get_by_role("button", name="Reset rounds").click()
        says(panel, "4 changed for the next run.")
        panel.get_by_role("button", name="Reset all").click()
        command(panel, "%kedro_run")
        expect(field(panel, "clean.drop")).to_be_checked()

    def test_a_number_that_is_none_is_refused_at_its_field(self, panel):
        write(panel, "rounds", "1.5")
        expect(panel.locator(".refusal:visible")).to_have_text(
            "'rounds' takes a whole number, and not '1.5'."
        )
        expect(field(panel, "rounds")).to_have_value("1")
        expect(field(panel, "rounds")).to_have_attribute("aria-invalid", "true")

    def test_run_shows_states_prints_and_times(self, panel):
        run(panel)
        expect(panel.locator(".live")).to_contain_text("5 of 5 nodes")
        expect(panel.locator(".live")).to_contain_text("dropping True")
        expect(shape(panel, "node:score")).to_have_attribute("data-state", "done")

    def test_stop_stops(self, panel):
        write(panel, "rounds", "200")
        command(panel, "%kedro_run --params=rounds=200")
        panel.locator(".run").click()
        expect(shape(panel, "node:fit")).to_have_attribute("data-state", "running")
        look_at(panel, "test")  # what is finished can be looked at while the run goes on
        expect(panel.locator(".look")).to_contain_text("2 items")
        panel.get_by_role("button", name="Stop").click()
        expect(panel.locator(".live")).to_contain_text("Stopped at fit")
        panel.locator(".run:not(:disabled)").wait_for()

    def test_what_was_stopped_goes_on_there_with_other_parameters(self, panel):
        write(panel, "rounds", "200")
        panel.locator(".run").click()
        expect(shape(panel, "node:fit")).to_have_attribute("data-state", "running")
        panel.get_by_role("button", name="Stop").click()
        write(panel, "rounds", "1")
        command(panel, "%kedro_run")
        panel.get_by_role("button", name="Go on from fit").click()
        expect(panel.locator(".live")).to_contain_text("2 of 2 nodes")
        expect(panel.locator(".go-on")).to_be_hidden()

    def test_data_is_looked_at_loaded_and_saved(self, panel):
        look_at(panel, "stored")
        expect(panel.locator(".look")).to_contain_text("list · 3 items")
        panel.get_by_label("into variable").fill("other")
        panel.get_by_role("button", name="Load", exact=True).click()
        says(panel, "other holds the data of 'stored'.")
        panel.get_by_label("from variable").select_option("mine")
        panel.get_by_role("button", name="Save", exact=True).click()
        says(panel, "Saved mine to 'stored'.")
        expect(panel.locator(".look")).to_contain_text("1 item")

    def test_of_data_that_is_not_kept_the_last_run_is_told(self, panel):
        run(panel)
        look_at(panel, "cleaned")
        expect(panel.locator(".look")).to_contain_text(re.compile(r"not kept: list 4, .* in run \d+"))

    def test_two_runs_are_compared(self, panel):
        run(panel)
        write(panel, "split.ratio", "0.75")
        command(panel, "%kedro_run --params=split.ratio=0.75")
        run(panel)
        past = history(panel)
        if not past.get_by_role("table").first.is_visible():
            past.locator("summary").first.click()
        for number in (0, 1):
            past.get_by_role("checkbox").nth(number).check()
        expect(panel.locator(".comparison")).to_contain_text("split.ratio")

    def test_the_line_is_copied(self, panel, notebook):
        notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        select(panel, "Pipeline").select_option("begin")
        command(panel, "%kedro_run --pipeline=begin")
        panel.get_by_role("button", name="Copy").click()
        panel.get_by_role("button", name="Copied").wait_for()
        assert notebook.page.evaluate("navigator.clipboard.readText()") == "%kedro_run --pipeline=begin"

    def test_keys_stay_in_the_panel(self, panel, notebook):
        cells = notebook.page.locator(".jp-Notebook .jp-Cell").count()
        for control in (panel.get_by_label("Search the graph"), field(panel, "title"), panel.locator(".run")):
            control.focus()
            notebook.page.keyboard.type("ddaabb")
        assert notebook.page.locator(".jp-Notebook .jp-Cell").count() == cells

    def test_what_is_being_written_survives_a_change_of_another_field(self, panel, notebook):
        write(panel, "split.ratio", "0.25")
        field(panel, "title").fill("second")
        command(panel, "%kedro_run --params=split.ratio=0.25")
        expect(field(panel, "title")).to_have_value("second")
        expect(field(panel, "title")).to_be_focused()
        notebook.page.keyboard.press("Tab")
        command(panel, "%kedro_run --params=split.ratio=0.25,title=second")

    def test_the_tab_key_goes_through_controls_in_the_order_of_reading(self, panel, notebook):
        select(panel, "Pipeline").focus()
        for follows in (select(panel, "Runner"), panel.get_by_label("Load and save on threads")):
            notebook.page.keyboard.press("Tab")
            expect(follows).to_be_focused()

    def test_the_space_key_runs(self, panel):
        run(panel, lambda button: button.press("Space"))

    def test_screen_readers_have_names_for_everything(self, panel):
        told = panel.aria_snapshot()
        assert 'region "kedro_nb panel"' in told
        assert 'listbox "The pipeline"' in told
        nameless = re.findall(r"- (?:textbox|combobox|checkbox|button|spinbutton|searchbox)(?!.*\")", told)
        assert not nameless, told

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_words_are_readable(self, panel, notebook, theme, pictures):
        notebook.theme(theme)
        try:
            field(panel, "clean.drop").uncheck()
            look_at(panel, "stored")
            run(panel)
            notebook.screenshot(pictures(f"panel_{theme}"), 1)
            assert not unreadable(notebook.contrasts(1))
        finally:
            notebook.theme("light")

    def test_a_narrow_page_does_not_scroll_sideways(self, panel, notebook, pictures):
        notebook.page.set_viewport_size({"width": 520, "height": 1400})
        try:
            expect(panel.locator(".wide")).to_have_count(0)
            run(panel)
            notebook.screenshot(pictures("panel_narrow"), 1)
            wider = "element => element.scrollWidth > element.clientWidth + 1"
            assert not panel.locator(".panel").evaluate(wider)
        finally:
            notebook.page.set_viewport_size({"width": 1600, "height": 1400})


FOLLOWING = [
    SETUP,
    PANEL,
    "%kedro_run --params=rounds=300",
    "other = kedro_nb.Panel()\nother",
    """%%kedro_node -o size --pipeline=more
def count(raw):
    return len(raw)""",
    """from kedro_nb.runner import SequentialRunner
class Mine(SequentialRunner):
    pass
late = whole.only_nodes_with_tags("late")
session.catalog["extra"] = 1
session.parameters["depth"] = 3""",
    "other.close()",
    "%unload_ext kedro_nb",
]


def test_runs_of_cells_and_later_definitions_are_followed_and_panels_agree(open_notebook):
    notebook = open_notebook(FOLLOWING, size=(1600, 1400))
    notebook.run(0, 1)
    panel = panel_in(notebook, 1)
    _a_cell_that_runs_is_shown_and_stopped(notebook, panel)
    notebook.run(3)
    other = panel_in(notebook, 3)
    select(other, "Runner").select_option("ThreadRunner")
    command(panel, "%kedro_run --runner=ThreadRunner")
    notebook.run(4, 5)
    expect(select(panel, "Pipeline").locator("option", has_text="more")).to_have_count(1)
    expect(select(panel, "Pipeline").locator("option", has_text="late")).to_have_count(1)
    expect(select(panel, "Runner").locator("option", has_text="Mine")).to_have_count(1)
    expect(panel.locator("table .link", has_text="extra")).to_have_count(1)
    expect(field(panel, "depth")).to_have_value("3")
    notebook.run(6)
    expect(other).to_have_count(0)
    select(panel, "Runner").select_option("SequentialRunner")
    command(panel, "%kedro_run")
    notebook.run(7)
    expect(panel).to_have_count(0)
    notebook.wait_for("as it was last", 1)


def _a_cell_that_runs_is_shown_and_stopped(notebook, panel):
    """While its cell keeps the kernel busy."""
    notebook.start(2)
    expect(shape(panel, "node:fit")).to_have_attribute("data-state", "running")
    says(panel, "running in a cell")
    panel.locator(".stop").click()
    notebook.wait_until_done()
    assert notebook.failed(2)
    expect(panel.locator(".live")).to_contain_text("Stopped at fit")
    panel.locator(".run:not(:disabled)").wait_for()


HOSTILE_SETUP = f"""H = {HOSTILE!r}
def twice(x, parameter):
    print(H)
    return {{H: x}}
def fail(x):
    raise ValueError(H)
class Runner(SequentialRunner):
    pass
twice.__name__ = Runner.__doc__ = H
session.runners[H] = Runner
session.pipelines[H] = Pipeline([Node(twice, [H, "params:" + H], H + "2"), Node(fail, H + "2", "z", name="failing")])
session.catalog[H] = {{H: H}}
session.parameters[H] = H
globals()[H] = 1"""
HOSTILE_USE = """panel.pipeline, panel.runner, panel.dataset = H, H, H
panel.set_parameter(H, H + "x")
panel.run().wait(20)
panel.run().wait(20)
panel.compared = [1, 2]"""


def test_names_values_and_errors_are_text_and_never_markup(open_notebook):
    importing = SETUP + "\nfrom kedro_nb.runner import SequentialRunner"
    notebook = open_notebook([importing, PANEL, HOSTILE_SETUP, HOSTILE_USE], size=(1600, 1400))
    notebook.run(0, 1, 2, 3)
    panel = panel_in(notebook, 1)
    expect(panel.locator(".live")).to_contain_text(f"ValueError: {HOSTILE}")
    expect(panel.locator(".look")).to_contain_text(HOSTILE)
    expect(panel.locator(".comparison")).to_contain_text("failed")
    panel.locator("details").evaluate_all("all => all.forEach(each => { each.open = true })")
    expect(panel.locator(f'[data-key="{HOSTILE}"]')).to_have_count(1)
    assert panel.locator("img[src=x], [onerror]").count() == 0
    assert notebook.page.locator("img[src=x], [onerror]").count() == 0


@pytest.fixture(scope="module")
def saved(server_of, opened):
    """A notebook as it was saved after a run of the panel."""
    with opened(server_of("lab"), [SETUP, PANEL, "panel.run().wait(20)"], size=(1600, 1400)) as notebook:
        notebook.run(0, 1, 2)
        expect(panel_in(notebook, 1).locator(".live")).to_contain_text("5 of 5 nodes")
        return notebook.saved_with("5 of 5 nodes", 1)


@pytest.mark.parametrize("how", ["trusted", "not trusted", "with a new kernel"])
def test_a_reopened_notebook_shows_the_record_and_no_error(saved, server, open_notebook, how):
    server.put("saved.ipynb", saved, trusted=how != "not trusted")
    if how == "with a new kernel":
        notebook = open_notebook([SETUP, PANEL])
        notebook.run(0, 1)
        panel_in(notebook, 1)
        notebook.save()
        notebook.page.evaluate("window.jupyterapp.shell.currentWidget.context.sessionContext.restartKernel()")
        notebook.reload()
        notebook.wait_for("as it was last", 1)
        notebook.page.wait_for_timeout(1000)  # until the front end has given up on the widget
        notebook.errors.clear()  # which it says in the console
    else:
        notebook = open_notebook(name="saved.ipynb", kernel=False)
        notebook.wait_for("5 of 5 nodes", 1)
    shown = notebook.output(1).inner_text()
    assert "The kedro_nb panel as it was last. To use it, run this cell again." in shown
    assert "%kedro_run" in shown
    assert "widget" not in shown
