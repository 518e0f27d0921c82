"""What a run says of functions that the notebook has redefined since the pipeline was made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMED = 5  # nodes in a message


@dataclass(frozen=True)
class Redefinition:
    """A function that the notebook has redefined since a node was made with it.

    Args:
        function: its name.
        redefined: where it was redefined, as in "In [3]"; "" where that has no number.
        remake: the cell that makes the node, where the run does not use the new function; "" where it is not known.
        announced: names of the nodes of which the user has read that they run the new one; None where they do not.
    """

    function: str
    redefined: str
    remake: str
    announced: set[str] | None = field(default=None, compare=False)


def lines_about(found: Mapping[Redefinition, Sequence[str]]) -> list[str]:
    """What the user should know of redefined functions before a run: what is new, and what is not used.

    Args:
        found: the names of nodes by what has happened to their functions.
    """
    lines = []
    followed: list[str] = []
    for each, nodes in found.items():
        if each.announced is not None:
            followed += [node for node in nodes if node not in each.announced]
            each.announced.update(nodes)
        else:
            lines.append(_line_about(each, nodes))
    if followed:
        names = ", ".join(followed)
        lines.insert(0, f"Defined again since the pipeline was made, and used as it is now: {names}")
    return lines


def _line_about(kept: Redefinition, nodes: Sequence[str]) -> str:
    names = ", ".join(f"'{node}'" for node in nodes[:_NAMED])
    more = f" and {len(nodes) - _NAMED} more" if len(nodes) > _NAMED else ""
    subject = f"Node {names} runs" if len(nodes) == 1 else f"Nodes {names}{more} run"
    remake = f"run {kept.remake} again" if kept.remake else "run the cell that makes the pipeline again"
    return (
        f"{subject} the earlier '{kept.function}', not the one that {kept.redefined or 'a later cell'} defines. "
        f"To use that one, {remake}."
    )
