"""%kedro_panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from kedro_nb.notebook.arguments import refuse_options, split_line
from kedro_nb.notebook.workspace import pipelines_in
from kedro_nb.pipeline.parameters import is_parameter
from kedro_nb.session import session
from kedro_nb.session.display import count_text

if TYPE_CHECKING:
    from kedro_nb.notebook.panel.panel import Panel
    from kedro_nb.session import Session

_of_cells: WeakValueDictionary[str, Panel] = WeakValueDictionary()


def show(shell: Any, line: str) -> Panel | None:
    """The panel of the session; where no page can show one, the session in a few lines of text."""
    refuse_options(split_line(line), ["--help"])
    if not hasattr(shell, "kernel"):
        print(summary(session(), shell.user_ns))  # noqa: T201 - all that can be shown here
        return None
    from kedro_nb.notebook.panel.panel import Panel

    parent: dict[str, Any] = getattr(shell, "get_parent", dict)()
    cell = str(parent.get("metadata", {}).get("cellId") or "")
    if cell in _of_cells:
        _of_cells.pop(cell).close()  # the cell is run again, and nobody sees that one any more
    panel = Panel()
    if cell:
        _of_cells[cell] = panel
    return panel


def summary(current: Session, variables: dict[str, Any]) -> str:
    """What the session has, where there are no widgets."""
    pipelines = {**pipelines_in(variables), **current.pipelines}
    lines = ["The panel needs a notebook: here there are no widgets. This session has:"]
    for name, pipeline in pipelines.items():
        lines.append(f"  pipeline {name}: {count_text(len(pipeline.nodes), 'node')}")
    datasets = [name for name in current.catalog if not is_parameter(name)]
    lines.append(f"  {count_text(len(datasets), 'dataset')}: %kedro_catalog")
    lines.append(f"  {count_text(len(current.parameters), 'parameter')}: %kedro_params")
    lines.append(f"  {count_text(len(current.history), 'run')}: %kedro_history")
    lines.append("To run: %kedro_run --pipeline=NAME (%kedro_run --help)")
    return "\n".join(lines)
