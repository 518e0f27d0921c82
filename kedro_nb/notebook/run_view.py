"""A run while it goes on: a line that updates in place, or a bar in a terminal. Both end as a short table."""

from __future__ import annotations

import contextlib
import contextvars
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from kedro_nb.notebook.run_table import run_bundle, run_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from kedro_nb.runner.events import Event
    from kedro_nb.session import Run

_PAUSE = 0.1  # seconds between two updates
_TICK = 1.0  # seconds after which the clock in the line moves, whatever happens


class NotebookView:
    """Listens to a run and draws it. Use it as a context manager around the run."""

    def __init__(self, run: Run) -> None:
        self.progress = run.progress
        run.listen(self)
        self._id = ""
        self._over = threading.Event()
        self._changed = False
        self._drawer: threading.Thread | None = None

    def __call__(self, _event: Event) -> None:
        """Take note; the drawing is done a little later, for all that happened meanwhile."""
        self._changed = True
        if not self._id and self.progress.state == "running":
            self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        if self._drawer is not None:
            self._drawer.join()
            self._update()

    def _begin(self) -> None:
        from IPython.display import display

        self._id = f"kedro-nb-run-{time.time_ns():x}"
        display(run_bundle(self.progress), raw=True, display_id=self._id)
        # In the cell's context, so that a kernel knows to which cell the updates belong.
        context = contextvars.copy_context()
        self._drawer = threading.Thread(
            target=context.run, args=(self._keep_drawing,), name="kedro-nb-view", daemon=True
        )
        self._drawer.start()

    def _keep_drawing(self) -> None:
        drawn = time.monotonic()
        while not self._over.wait(_PAUSE):
            if self._changed or time.monotonic() - drawn >= _TICK:
                self._changed = False
                self._update()
                drawn = time.monotonic()

    def _update(self) -> None:
        from IPython.display import update_display

        bundle: Any = run_bundle(self.progress)
        update_display(bundle, raw=True, display_id=self._id)


@contextlib.contextmanager
def in_terminal(run: Run) -> Iterator[None]:
    """The bar of the command line, where there is a terminal to draw it in, and the table when the run is over."""
    from kedro_nb.cli.view import BarView, can_draw

    try:
        if can_draw():
            with BarView(run=run):
                yield
        else:
            yield
    finally:
        if run.progress.started is not None:
            print(run_text(run.progress))  # noqa: T201 - this is the display
