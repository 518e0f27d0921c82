"""The view of a run in a notebook: live while it goes on, and its record afterwards."""

from __future__ import annotations

from kedro_nb.notebook.live.terminal import in_terminal
from kedro_nb.notebook.live.view import LiveView, bundle, html_without_graph, where_it_failed

__all__ = ["LiveView", "bundle", "html_without_graph", "in_terminal", "where_it_failed"]
