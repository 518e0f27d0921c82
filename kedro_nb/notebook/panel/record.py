"""What a saved notebook keeps of a panel: the page shows it wherever the panel itself cannot be.

A notebook saves of a widget no more than its name, and without the kernel that made it a page has only an error to
show. So the panel is two outputs, one below the other: this record, and the widget. Where the widget lives the record
is hidden, and where it does not the widget's place is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from kedro_nb.masking import mask_known
from kedro_nb.notebook.drawing import draw_mimebundle
from kedro_nb.notebook.live import bundle
from kedro_nb.notebook.markup import html, html_table
from kedro_nb.session.display import count_text
from kedro_nb.session.records.record import MIME_TYPE

if TYPE_CHECKING:
    from kedro_nb.notebook.panel.panel import Panel
    from kedro_nb.session import Run

_MOST_ROWS = 50
_SMALL = 50_000  # characters
_MOST_NODES = 60  # of a picture
_STYLE = """<style>
.jp-OutputArea-child:has(.kedro-nb-panel-record):has(+ .jp-OutputArea-child .kedro-nb-panel) {display: none}
.jp-OutputArea-child:has(.kedro-nb-panel-record) + .jp-OutputArea-child:not(:has(.kedro-nb-panel, [data-mime-type])) {
  display: none}
</style>"""
_BOX = "border:1px solid rgba(128,128,128,.4);border-radius:6px;padding:8px 12px"
_NOTE = "The kedro_nb panel as it was last. To use it, run this cell again."
_CODE = "font-family:monospace;overflow-wrap:anywhere"

_bundles: WeakKeyDictionary[Run, dict[str, Any]] = WeakKeyDictionary()  # of runs that are over


def record_bundle(panel: Panel, run: Run | None, *, own: bool) -> dict[str, Any]:
    """The panel as it is now, for a page without a kernel.

    Args:
        panel: the panel.
        run: the one that it shows, if any.
        own: whether the panel began it: then nobody else keeps its record.
    """
    made = _of_run(run) if run is not None and run.over else _picture(panel)
    parts = [
        f'<div style="opacity:.75;margin-bottom:4px">{_NOTE}</div>',
        f'<div style="{_CODE}">{html(panel.command)}</div>' if panel.command else "",
        f"<div>{html(panel.problem)}</div>" if panel.problem else "",
        f'<div style="margin:8px 0">{made.get("text/html", "")}</div>',
        _data(panel),
    ]
    kept = {MIME_TYPE: made[MIME_TYPE]} if own and MIME_TYPE in made else {}
    return {
        "text/html": mask_known(
            f'{_STYLE}<div class="kedro-nb-panel-record" style="{_BOX}">{"".join(parts)}</div>'
        ),
        "text/plain": mask_known("\n".join(filter(None, (summary(panel), made.get("text/plain", ""))))),
        **kept,
    }


def summary(panel: Panel) -> str:
    """The panel in a line."""
    nodes = sum(each["kind"] == "node" for each in panel.graph.get("nodes", ()))
    told = panel.problem or f"{len(panel.chosen)} of {count_text(nodes, 'node')} will run: {panel.command}"
    return f"kedro_nb panel: {told}"


def _of_run(run: Run) -> dict[str, Any]:
    if run not in _bundles:
        _bundles[run] = bundle(run)
    return _bundles[run]


def _picture(panel: Panel) -> dict[str, str]:
    whole = panel.whole
    if whole is None or len(whole.nodes) > _MOST_NODES:
        return {}
    return draw_mimebundle(whole)


def _data(panel: Panel) -> str:
    rows = [
        (row["name"], row["type"], row["where"], row["size"] or (row["last"] and f"not kept: {row['last']}"))
        for row in panel.datasets
    ]
    if not rows:
        return ""
    more = f"<div>and {len(rows) - _MOST_ROWS} more</div>" if len(rows) > _MOST_ROWS else ""
    table = html_table(("dataset", "type", "where", "size"), rows[:_MOST_ROWS])
    return f"<details><summary>{count_text(len(rows), 'dataset')}</summary>{table}{more}</details>"


class Shown:
    """The record in the outputs of the notebook, kept up to date."""

    def __init__(self) -> None:
        self._id = ""
        self._context: Any = None
        self._last: dict[str, Any] = {}

    def begin(self, panel_id: str, made: dict[str, Any]) -> None:
        """Show it in the cell that is being executed."""
        import contextvars

        from IPython.display import display

        self._id, self._last = f"kedro-nb-panel-{panel_id}", made
        self._context = contextvars.copy_context()  # so that a kernel knows to which cell updates belong
        shown: Any = made
        display(shown, raw=True, display_id=self._id)

    @property
    def begun(self) -> bool:
        return self._context is not None

    @property
    def is_small(self) -> bool:
        """Whether it can be sent again for every click."""
        return len(self._last.get("text/html", "")) < _SMALL

    def update(self, made: dict[str, Any]) -> None:
        """Show it as it is now, wherever it is shown."""
        if made == self._last:
            return
        import threading

        from IPython.display import update_display

        shown: Any = made
        if threading.current_thread() is threading.main_thread():
            self._last = made
            update_display(shown, raw=True, display_id=self._id)
        else:  # for whoever executes notebooks without a page this comes too late: the next cell says it again
            self._last = {}
            self._context.copy().run(lambda: update_display(shown, raw=True, display_id=self._id))
