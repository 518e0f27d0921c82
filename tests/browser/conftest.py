"""Real front ends for the tests of this folder: one browser, and one server of each kind, for all of them."""

from __future__ import annotations

import itertools
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from . import chromium
from .open_notebook import PATIENCE, OpenNotebook, write_notebook
from .servers import FRONT_ENDS, JupyterServer

HERE = Path(__file__).resolve().parent
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items):
    """Nothing is left out in silence: who asked for it finds it in the summary."""
    if chromium.left_out():
        reason = pytest.mark.skip(reason=f"{chromium.LEFT_OUT} is set: the browser tests are left out")
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(reason)


# "package": both end with the last test of this folder, as Playwright's loop would disturb the tests after it.
@pytest.fixture(scope="package")
def browser():
    """One for all tests, so that a page after the first finds the front end's scripts in the cache."""
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE * 1000)
    with chromium.started() as browser:
        yield browser


@pytest.fixture(scope="package")
def server_of(tmp_path_factory):
    """The server of a kind ("lab" or "notebook"), started when it is first asked for."""
    started = {}
    with ExitStack() as end:

        def server(kind):
            if kind not in started:
                started[kind] = end.enter_context(JupyterServer(kind, tmp_path_factory.mktemp(kind)))
            return started[kind]

        yield server


@pytest.fixture(scope="package")
def opened(browser):
    """Opens a notebook for a block; at its end the page and its kernel are gone, and there was no alert and no error.

    A test that expects one takes it out of `notebook.alerts` or `notebook.errors`.
    """

    @contextmanager
    def opened(server, cells=None, *, name=None, kernel=True, size=(1200, 900)):
        name = name or f"notebook_{next(_numbers)}.ipynb"
        if cells is not None:
            write_notebook(server.root / name, cells)
        page = browser.new_page()
        page.set_viewport_size({"width": size[0], "height": size[1]})
        try:
            notebook = OpenNotebook(page, server, name, kernel=kernel)
            yield notebook
        finally:
            page.close()
            server.reset()
        assert not notebook.alerts
        assert not notebook.errors

    return opened


@pytest.fixture(params=FRONT_ENDS)
def front_end(request):
    """A test that asks for this runs in JupyterLab and in Notebook 7."""
    return request.param


@pytest.fixture
def server(server_of, front_end):
    return server_of(front_end)


@pytest.fixture
def open_notebook(opened, server):
    """`open_notebook(["cell", ...])` in the front end, until the end of the test. It takes what `opened` takes."""
    with ExitStack() as end:
        yield lambda *cells, **options: end.enter_context(opened(server, *cells, **options))


@pytest.fixture
def pictures(front_end):
    """`pictures("name")`: a path below build/ for a screenshot to be looked at."""
    return lambda name: HERE.parents[1] / "build" / "browser" / f"{name}_{front_end}.png"
