"""One output of a notebook for one run: live while the run goes on, its record afterwards."""

from __future__ import annotations

import contextlib
import contextvars
import threading
import time
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakKeyDictionary

from kedro_nb.masking import get_logger
from kedro_nb.notebook.drawing.choice import seconds_to_make
from kedro_nb.notebook.live.budget import budgets, gap_after
from kedro_nb.notebook.live.page import Page
from kedro_nb.notebook.live.stop import kernel_id, stop_button
from kedro_nb.notebook.live.struck import Struck
from kedro_nb.notebook.live.text import run_text
from kedro_nb.session.records.record import MIME_TYPE, record
from kedro_nb.session.records.saved import saved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kedro_nb.runner.events import Event
    from kedro_nb.session import Run

logger = get_logger(__name__)

_TICK = 1.0  # seconds after which the clock in the line moves, whatever happens
_RECORD = 0.00003  # seconds that a node takes in the record
_FIRST_AND_LAST = 0.000016  # seconds that a node takes in these drawings, which there are in any case
_LAYOUT = 0.01  # of a run's time for what is made once
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


def where_it_failed(run: Run) -> str | None:
    """Node and line of the failure that its view tells of in full; None where no node has failed."""
    failures = _page_of(run).failures(run.progress) if run.state == "failed" else []
    return failures[0].where if failures else None


def html_without_graph(run: Run) -> str:
    """The same for where the graph is already."""
    return _page_of(run).html(run, with_picture=False)


def _affords_record(run: Run) -> bool:
    """Not for thousands of nodes that take no time: the record would take longer than they are worth."""
    seconds = _RECORD * run.progress.total
    return seconds <= _AT_ONCE / 4 or seconds <= _LAYOUT * run.progress.elapsed


def _page_of(run: Run) -> Page:
    """Pages are kept with the run's progress: an error's lines are still known when its frames are gone."""
    return _pages.setdefault(run.progress, Page())


def _bundle(run: Run, page: Page, html: str) -> dict[str, Any]:
    failures = page.failures(run.progress)
    text = run_text(run.progress, run.expected, failures, stopping=run.monitor.stopping)
    return {"text/html": html, "text/plain": text}


class LiveView:
    """Shows a run in the cell that begins it: `with LiveView(run): run.execute()`, or `run.start()`.

    It listens, and a thread of its own draws a little later, for all that has happened meanwhile. The end of the run
    is drawn before the cell ends; for a run that goes on in the background, when it is over.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._page = _page_of(run)
        self._pages, self._lines = budgets(_FIRST_AND_LAST * len(run.pipeline))
        self._context = contextvars.copy_context()
        self._gap = gap_after(0)
        self._id = ""
        self._kernel = ""
        self._changed = False
        self._struck = Struck()
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
        if self._run.state == "waiting":
            self._end()
        else:
            self._run.when_over(self._end)  # its state says that it is over a moment before it is

    def _end(self) -> None:
        self._over.set()
        if self._thread is not None:
            if self._thread.is_alive():
                self._thread.join()
            self._struck.end()
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
            self._struck.begin()
            self._make_picture(0.0)
            first: Any = self._draw(whole=True)
            display(first, raw=True, display_id=self._id)
            self._thread.start()

    def _keep_drawing(self) -> None:
        with self._no_harm():
            self._draw_again_and_again()

    @contextlib.contextmanager
    def _no_harm(self) -> Iterator[None]:
        """A picture that fails is no reason for the run to."""
        try:
            yield
        except Exception:
            logger.exception("The view of run %s failed", self._run.id)

    def _draw_again_and_again(self) -> None:
        drawn, told_of_stop = time.monotonic(), False
        while not self._over.wait(self._gap):
            elapsed = self._run.progress.elapsed
            self._run.monitor.asked |= self._struck.seen
            stopping = self._run.monitor.stopping
            news = self._changed or stopping != told_of_stop or time.monotonic() - drawn >= _TICK
            whole = elapsed >= self._pages.due
            if not news or not (whole or elapsed >= self._lines.due):
                continue
            # A line that moves costs little; what it stands above follows when there is time for it.
            self._changed, told_of_stop = self._changed and not whole, stopping
            if whole:
                self._make_picture(elapsed)
            begun = time.thread_time()
            made = self._draw(whole=whole)
            self._send(made)
            (self._pages if whole else self._lines).spend(time.thread_time() - begun)
            self._gap = gap_after(len(made["text/html"]))
            drawn = time.monotonic()

    def _finish(self) -> None:
        with self._no_harm():
            self._send(bundle(self._run))

    def _make_picture(self, elapsed: float) -> None:
        """Once, and only when that is little against the run."""
        progress, page = self._run.progress, self._page
        if not page.has_picture and progress.pipeline is not None:
            cost = seconds_to_make(progress.pipeline)
            if cost <= _AT_ONCE or cost <= _LAYOUT * max(elapsed, self._run.expected or 0.0):
                page.make_picture(progress)

    def _draw(self, *, whole: bool) -> dict[str, Any]:
        run, page = self._run, self._page
        # An interrupt reaches the kernel's main thread: it would strike another cell than that of a background run.
        kernel = "" if run.monitor.background else self._kernel
        button = stop_button(kernel, again=run.monitor.stopping)
        return _bundle(run, page, page.html(run, button) if whole else page.head_only(run, button))

    def _send(self, made: Any) -> None:
        from IPython.display import update_display

        update_display(made, raw=True, display_id=self._id)
