"""What somebody sees of a run in JupyterLab and in Notebook 7."""

from __future__ import annotations

import pytest

from .look import is_over, seconds, states, unreadable
from .servers import FRONT_ENDS

HOSTILE = "<img src=x onerror=alert(1)>"
SETUP = f"""%load_ext kedro_nb
import time
from kedro_nb.pipeline import Node, Pipeline

ended = []

def wait(seconds):
    time.sleep(seconds)
    ended.append(seconds)
    return seconds

def quick():
    return wait(1.0)

def slow(x):
    return wait(2.5)

def fail(y):
    raise ValueError({HOSTILE!r})

def count(x):
    return len(str(x))
"""
TWO_NODES = """chain = Pipeline([
    Node(quick, None, "x", name="quick_node"),
    Node(slow, "x", "y", name="slow_node"),
])"""
FAILING = """failing = Pipeline([
    Node(quick, None, "x", name="first_node"),
    Node(fail, "x", "z", name="failing_node"),
    Node(count, "z", "n", name="last_node"),
])"""
HOSTILE_NAMES = f"""count.__name__ = {HOSTILE!r}
hostile = Pipeline([
    Node(quick, None, {HOSTILE!r}),
    Node(count, {HOSTILE!r}, {HOSTILE + "2"!r}),
    Node(fail, {HOSTILE + "2"!r}, "z", name="failing_node"),
])"""
RUN = "%kedro_run"


@pytest.fixture(scope="module", params=FRONT_ENDS)
def looks(request, server_of, opened):
    """How the view of a run looks, from its beginning to its end."""
    with opened(server_of(request.param), [SETUP, TWO_NODES, RUN]) as notebook:
        notebook.run(0, 1)
        notebook.start(2)
        return notebook.watch(2, 20)


def test_states_change_while_the_run_goes_on(looks):
    ran = [
        next(i for i, look in enumerate(looks) if "running" in states(look, node))
        for node in ("quick_node", "slow_node")
    ]
    assert ran == sorted(ran)
    assert not any(is_over(look, "slow_node") for look in looks[: ran[1]])
    assert is_over(looks[-1], "quick_node", "slow_node")


def test_the_clock_moves_while_one_node_runs(looks):
    clocks = [max(seconds(look)) for look in looks if "running" in states(look, "slow_node")]
    assert len(set(clocks)) > 1
    assert clocks == sorted(clocks)


def test_a_reload_in_the_middle_of_a_run_disturbs_nothing(open_notebook):
    notebook = open_notebook(
        [SETUP, TWO_NODES, RUN, "print('ended:', ended)", "%kedro_run --nodes=quick_node"]
    )
    notebook.run(0, 1)
    notebook.start(2)
    notebook.wait_for(lambda words: "running" in states(words, "slow_node"), 2)
    notebook.reload()
    assert notebook.questions() == []
    notebook.run(3, 4)
    assert notebook.text(3).strip() == "ended: [1.0, 2.5]"
    assert is_over(notebook.spoken(4), "quick_node")
    assert notebook.questions() == []


def test_names_and_errors_are_text_and_never_markup(open_notebook):
    notebook = open_notebook([SETUP, HOSTILE_NAMES, "%kedro_pipeline", RUN, "%kedro_catalog"])
    notebook.run(0, 1, 2)
    notebook.run_failing(3)
    notebook.run(4)
    assert HOSTILE in notebook.spoken(3)
    assert HOSTILE in notebook.spoken(4)
    assert notebook.page.locator("img[src=x], [onerror]").count() == 0


def test_an_error_is_told_in_full_once_and_again_when_it_is_asked_for(open_notebook):
    notebook = open_notebook([SETUP, FAILING, RUN, "%tb"])
    notebook.run(0, 1)
    notebook.run_failing(2)
    words = notebook.text(2)
    assert words.count("raise ValueError") == 1
    assert "Traceback" not in words
    assert "In node failing_node at Cell In[1], line " in words
    assert "--from-nodes=failing_node" in words
    notebook.run_failing(3)
    assert "raise ValueError" in notebook.text(3)


@pytest.fixture(scope="module")
def saved(server_of, opened):
    """A notebook as the front end saved it after a good run, a failed one and a drawing."""
    cells = [SETUP, TWO_NODES, RUN, FAILING, "%kedro_run --pipeline=failing", "%kedro_pipeline failing"]
    with opened(server_of("lab"), cells) as notebook:
        notebook.run(0, 1, 2, 3)
        notebook.run_failing(4)
        notebook.run(5)
        return notebook.save()


@pytest.fixture(params=["trusted", "not trusted"])
def reopened(request, saved, server, open_notebook):
    """The saved notebook, without a kernel: one's own, and one that came by mail."""
    server.put("saved.ipynb", saved, trusted=request.param == "trusted")
    return open_notebook(name="saved.ipynb", kernel=False, size=(1200, 1600))


def test_a_saved_notebook_shows_its_runs_without_a_kernel(reopened, pictures, request):
    reopened.screenshot(pictures(request.node.callspec.params["reopened"].replace(" ", "_")))
    assert is_over(reopened.spoken(2), "quick_node", "slow_node")
    assert "done" in states(reopened.spoken(4), "first_node")
    assert "failed" in states(reopened.spoken(4), "failing_node")
    assert reopened.server.request("kernels") == []


def test_every_word_of_a_run_is_readable_in_the_light_and_in_the_dark(saved, server, open_notebook, pictures):
    server.put("saved.ipynb", saved, trusted=True)
    notebook = open_notebook(name="saved.ipynb", kernel=False, size=(1200, 1600))
    found = {}
    for theme in ("light", "dark"):
        notebook.theme(theme)
        notebook.screenshot(pictures(theme))
        for cell in (2, 4):
            found[theme, cell] = unreadable(notebook.contrasts(cell))
    assert not any(found.values()), found
