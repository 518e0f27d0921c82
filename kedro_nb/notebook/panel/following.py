"""How a panel follows what goes on: the runs of its session, whoever began them, and the cells of the notebook."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any
from weakref import ref

from IPython.core.getipython import get_ipython

if TYPE_CHECKING:
    from kedro_nb.notebook.panel.panel import Panel
    from kedro_nb.session import Run

_PAUSE = 0.1  # seconds between two updates at least
_TICK = 1.0  # seconds after which the clock moves, whatever happens
_SHARE = 0.05  # of the time of a run may go into drawing it here


class Following:
    """Keeps a panel up to date until the panel is closed, or nobody has it any more.

    Attributes:
        run: the run that is shown, which is the last one that began.
    """

    def __init__(self, panel: Panel) -> None:
        self._panel = ref(panel, lambda _gone: self.end())
        self.run: Run | None = None
        self._changed = threading.Event()
        self._ended = False
        self._end_watch = panel.session.when_a_run_begins(self._follow)
        self._shell = get_ipython()
        if self._shell is not None:
            self._shell.events.register("post_run_cell", self._after_cell)

    def begin(self) -> None:
        """Show the run that goes on, or the last one."""
        panel = self._panel()
        if panel is None:
            return
        going_on, last = panel.session.going_on.runs, panel.session.history.last
        if going_on:
            self._follow(going_on[-1])
        elif last is not None and last.over:
            self.run = last
            panel.show_run(last)

    def end(self) -> None:
        """Follow no longer."""
        if self._ended:
            return
        self._ended = True
        self._changed.set()
        self._end_watch()
        if self._shell is not None:
            self._shell.events.unregister("post_run_cell", self._after_cell)

    def stop(self) -> None:
        """Stop the run that is followed."""
        panel, run = self._panel(), self.run
        if run is not None and not run.over:
            run.cancel()
            if panel is not None:
                panel.state = "stopping"

    def _after_cell(self, *_result: Any) -> None:
        if (panel := self._panel()) is not None:
            panel.refresh()

    def _follow(self, run: Run) -> None:
        """Show a run from now on."""
        panel = self._panel()
        if panel is None or self._ended:
            return
        in_cell = threading.current_thread() is threading.main_thread() and not run.monitor.background
        with panel.together():
            self.run = run
            panel.begin_run(blocking=in_cell)
        run.listen(lambda _event: self._changed.set())
        over = threading.Event()

        def end() -> None:
            over.set()
            self._changed.set()

        run.when_over(end)
        threading.Thread(target=self._draw, args=(run, over), name="kedro_nb-panel", daemon=True).start()

    def _draw(self, run: Run, over: threading.Event) -> None:
        """Update the panel a few times a second, and once when the run is over."""
        pause = _PAUSE
        while not (over.is_set() or self._ended or self.run is not run):
            self._changed.wait(_TICK)
            self._changed.clear()
            if not over.is_set():
                before = time.thread_time()
                self._show(run)
                pause = max(_PAUSE, (time.thread_time() - before) / _SHARE)
            over.wait(pause)
        self._end_of(run)

    def _show(self, run: Run) -> None:
        if (panel := self._panel()) is not None:
            with panel.together():  # in which no other run takes its place
                if self.run is run and not self._ended:
                    panel.show_run(run)

    def _end_of(self, run: Run) -> None:
        panel = self._panel()
        if panel is None:
            return
        with panel.together():
            if self._ended or self.run is not run:
                return
            panel.end_run(run)
            if others := [other for other in panel.session.going_on.runs if other is not run]:
                self._follow(others[-1])
