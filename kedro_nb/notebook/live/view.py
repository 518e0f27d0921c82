"""One output of a notebook for one run: live while the run goes on, its record afterwards."""

from __future__ import annotations

import contextvars
import threading
import time
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakKeyDictionary

from kedro_nb.notebook.drawing.pictures import seconds_to_make
from kedro_nb.notebook.live.budget import Budget
from kedro_nb.notebook.live.page import Page
from kedro_nb.notebook.live.stop import kernel_id, stop_button
from kedro_nb.notebook.live.text import run_text
from kedro_nb.session.record import MIME_TYPE, record
from kedro_nb.session.saved import saved

if TYPE_CHECKING:
    from collections.abc import Callable

    from kedro_nb.runner.events import Event
    from kedro_nb.session import Run

_TICK = 1.0  # seconds after which the clock in the line moves, whatever happens
_RECORD = 0.00003  # seconds that a node takes in the record
_AT_ONCE = 0.05  # seconds that a first picture may take, however short the run

_pages: WeakKeyDictionary[Any, Page] = WeakKeyDictionary()


def bundle(run: Run) -> dict[str, Any]:
    """What a notebook shows for a run, at any time: HTML, plain text and, when it is over, the record as data."""
    page = _page_of(run)
    page.make_picture(run.progress)
    made = _bundle(run, page, page.html(run))
    if run.over and _affords_record(run):
        made[MIME_TYPE] = saved(record(run))
    return made


def html_without_graph(run: Run) -> str:
    """The same for where the graph is already."""
    return _page_of(run).html(run, with_picture=False)


def _affords_record(run: Run) -> bool:
    """Not for thousands of nodes that take no time: the record would take longer than they are worth."""
    seconds = _RECORD * run.progress.total
    return seconds <= _AT_ONCE / 4 or Budget().affords(seconds, run.progress.elapsed)


def _page_of(run: Run) -> Page:
    """Pages are kept with the run's progress: an error's lines are still known when its frames are gone."""
    return _pages.setdefault(run.progress, Page())


def _bundle(run: Run, page: Page, html: str) -> dict[str, Any]:
    failures = page.failures(run.progress)
    text = run_text(run.progress, run.expected, failures, stopping=run.monitor.cancelled)
    return {"text/html": html, "text/plain": text}


class LiveView:
    """Shows a run in the cell that begins it: `with LiveView(run): run.execute()`, or `run.start()`.

    It listens, and a thread of its own draws a little later, for all that has happened meanwhile. The end of the run
    is drawn before the cell ends; for a run that goes on in the background, when it is over.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._page = _page_of(run)
        self._budget = Budget()
        self._context = contextvars.copy_context()
        self._id = ""
        self._kernel = ""
        self._changed = False
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        run.listen(self)
        run.monitor.captures = True  # what nodes print is shown under them

    def __call__(self, event: Event) -> None:  # noqa: ARG002 - what happened is in the run's progress
        """Take note that there is something new."""
        self._changed = True
        if self._thread is None:
            self._in_cell(self._begin)

    def __enter__(self) -> Self:
        from IPython.core.getipython import get_ipython

        # In the cell's context, so that a kernel knows to which cell the output and its updates belong.
        self._context = contextvars.copy_context()
        self._kernel = kernel_id(get_ipython())
        return self

    def __exit__(self, *_error: object) -> None:
        if self._run.state == "running":
            self._run.when_over(self._end)
        else:
            self._end()

    def _end(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
            self._in_cell(self._finish)

    def _in_cell(self, call: Callable[[], None]) -> None:
        self._context.copy().run(call)

    def _begin(self) -> None:
        """Show the first picture, and have the others drawn."""
        from IPython.display import display

        with self._lock:
            if self._thread is not None:
                return
            self._id = f"kedro-nb-run-{time.time_ns():x}"
            self._thread = threading.Thread(
                target=self._in_cell, args=(self._keep_drawing,), name="kedro-nb-view", daemon=True
            )
            first: Any = self._draw(0.0)
            display(first, raw=True, display_id=self._id)
            self._thread.start()

    def _keep_drawing(self) -> None:
        drawn, told_of_stop = time.monotonic(), False
        while not self._over.wait(self._budget.gap()):
            elapsed = self._run.progress.elapsed
            stopping = self._run.monitor.cancelled
            news = self._changed or stopping != told_of_stop or time.monotonic() - drawn >= _TICK
            if elapsed < self._budget.due or not news:
                continue
            self._changed, told_of_stop = False, stopping
            begun = time.thread_time()
            made = self._draw(elapsed)
            self._send(made)
            self._budget.spend(time.thread_time() - begun, len(made["text/html"]))
            drawn = time.monotonic()

    def _finish(self) -> None:
        self._send(bundle(self._run))

    def _draw(self, elapsed: float) -> dict[str, Any]:
        """The page as it is now; its graph once that costs little against the run."""
        run, page = self._run, self._page
        if not page.has_picture and run.progress.pipeline is not None:
            cost = seconds_to_make(run.progress.pipeline)
            if cost <= _AT_ONCE or self._budget.affords(cost, max(elapsed, run.expected or 0.0)):
                page.make_picture(run.progress)
        # An interrupt reaches the kernel's main thread: it would strike another cell than that of a background run.
        kernel = "" if run.monitor.background else self._kernel
        return _bundle(run, page, page.html(run, stop_button(kernel, again=run.monitor.cancelled)))

    def _send(self, made: Any) -> None:
        from IPython.display import update_display

        update_display(made, raw=True, display_id=self._id)
