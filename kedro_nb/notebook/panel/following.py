"""How a panel follows what goes on: the runs of its session, whoever began them, and the cells of the notebook."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from weakref import ref

from IPython.core.getipython import get_ipython

from kedro_nb.notebook.panel.graph import node_id

if TYPE_CHECKING:
    from kedro_nb.notebook.panel.panel import Panel
    from kedro_nb.session import Run

_PAUSE = 0.1  # seconds between two updates


class Following:
    """Keeps a panel up to date until the panel is closed, or nobody has it any more."""

    def __init__(self, panel: Panel) -> None:
        self._panel = ref(panel)
        self._run: Run | None = None
        self._changed = threading.Event()
        self._end_watch = panel.session.when_a_run_begins(self._follow)
        self._shell = get_ipython()
        if self._shell is not None:
            self._shell.events.register("post_run_cell", self._after_cell)
        for run in panel.session.going_on.runs:
            self._follow(run)

    def end(self) -> None:
        """Follow no longer."""
        self._end_watch()
        if self._shell is not None:
            self._shell.events.unregister("post_run_cell", self._after_cell)

    def stop(self) -> None:
        """Stop the run that is followed."""
        panel, run = self._panel(), self._run
        if run is not None and not run.over:
            run.cancel()
            if panel is not None:
                panel.state = "stopping"

    def _after_cell(self, *_result: Any) -> None:
        if (panel := self._panel()) is not None:
            panel.refresh()

    def _follow(self, run: Run) -> None:
        """Show a run from now on; the last one that began is what is shown."""
        panel = self._panel()
        if panel is None:
            return
        self._run = run
        panel.states = {}
        panel.state = "running"
        panel.blocking = threading.current_thread() is threading.main_thread() and not run.monitor.background
        run.listen(lambda _event: self._changed.set())
        over = threading.Event()
        run.when_over(over.set)
        run.when_over(self._changed.set)
        thread = threading.Thread(target=self._draw, args=(run, over), name="kedro_nb-panel", daemon=True)
        thread.start()

    def _draw(self, run: Run, over: threading.Event) -> None:
        """Update the panel a few times a second, and once when the run is over."""
        while not over.is_set():
            self._changed.wait(1.0)
            self._changed.clear()
            self._show(run)
            over.wait(_PAUSE)
        self._show(run)

    def _show(self, run: Run) -> None:
        panel = self._panel()
        if panel is None or self._run is not run:
            return
        from kedro_nb.notebook.panel.live import live_html

        with panel.hold_sync():
            nodes = list(run.progress.nodes.values())
            panel.states = {node_id(node.name): node.state for node in nodes}
            panel.live = live_html(run)
            if run.over:
                panel.state, panel.blocking = "idle", False
        if run.over:
            panel.refresh()
            if panel.dataset:
                panel._look()  # noqa: SLF001 - its own
