"""The control panel: `%kedro_panel`, or `kedro_nb.Panel(session)`."""

from kedro_nb.notebook.panel.panel import Panel

__all__ = ["Panel"]
