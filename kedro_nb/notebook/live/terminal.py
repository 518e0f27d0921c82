"""The view of a run in IPython in a terminal: a bar that draws over itself, and the record in plain text."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from kedro_nb.notebook.live.text import run_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_nb.session import Run


@contextlib.contextmanager
def in_terminal(run: Run, *, background: bool = False) -> Iterator[None]:
    """Draw the bar of the command line, where there is a terminal to draw it in; print the record at the end.

    No bar beside a prompt: both would write in the same lines.
    """
    from kedro_nb.cli.bar import BarView
    from kedro_nb.cli.view import can_draw

    try:
        if can_draw() and not background:
            with BarView(run):
                yield
        else:
            yield
    finally:
        if run.progress.started is not None:
            print("\n" * background + run_text(run.progress, prints=False))  # noqa: T201 - this is the display
