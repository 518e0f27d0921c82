"""What a panel shows of a run, beside the graph that it has already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.notebook.live import html_without_graph

if TYPE_CHECKING:
    from kedro_nb.session import Run


def live_html(run: Run) -> str:
    """The run as it is now."""
    return html_without_graph(run)
