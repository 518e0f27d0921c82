"""A node goes with its cell, where the front end tells of deleted cells: JupyterLab and Notebook 7 do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kedro_nb.session.cells import NodeDefinition

_NAMED = 5  # nodes in the message


class DeletedCells:
    """Watches what the front end sends beside the code of a cell.

    It sends the ids of the cells that were deleted since its last answer, and does not take out those that are back:
    pasted elsewhere, or by undo. A cell that is being run is there, whatever the list says.

    Args:
        shell: IPython's.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._listed: frozenset[str] = frozenset()

    def before_cell(self, *_info: Any) -> None:
        """Remove the nodes of the cells that were deleted, and say so."""
        parent: dict[str, Any] = getattr(self._shell, "get_parent", dict)()
        metadata = parent.get("metadata") or {}
        listed = frozenset(map(str, metadata.get("deletedCells") or ()))
        # Cells that were sent together come with the same list: what it told is known after the first one.
        new = listed - self._listed - {str(metadata.get("cellId") or "")}
        self._listed = listed
        if new and "kedro_nb.session" in sys.modules:  # without it, nobody has made a node
            from kedro_nb.session import session

            if removed := session().nodes.forget_cells(new):
                print(_told(removed))  # noqa: T201 - nothing goes in silence


def _told(removed: Sequence[NodeDefinition]) -> str:
    names = ", ".join(each.told for each in removed[:_NAMED])
    more = f" and {len(removed) - _NAMED} more" if len(removed) > _NAMED else ""
    what = (
        "Node {} is removed, as its cell was"
        if len(removed) == 1
        else "Nodes {} are removed, as their cells were"
    )
    return f"{what.format(names + more)} deleted. A cell that is back, by undo or pasted elsewhere, is to be run again."
