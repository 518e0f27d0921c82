"""Sums of pipelines: what `+` puts off, so that `sum()` of thousands of pipelines takes linear time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kedro_nb.pipeline.graph import Graph
    from kedro_nb.pipeline.node import Node

_SMALL = 64


class Sum:
    """Two sides of a `+`, neither merged nor checked yet.

    A sum is checked at once while it is small or has doubled since a part of it was checked, which is nearly
    always when people write `+`; otherwise at its first use. So no error is lost, and `sum()` does not check
    the first of many pipelines again with every other one.
    """

    __slots__ = ("checked", "parts", "size")

    def __init__(self, left: Graph | Sum, right: Graph | Sum) -> None:
        self.parts = (left, right)
        self.size: int = left.size + right.size
        self.checked: int = max(left.checked, right.checked)

    @property
    def can_wait(self) -> bool:
        return _SMALL < self.size < 2 * self.checked

    def nodes(self) -> list[Node]:
        """From left to right; a node that is on both sides counts once, a name that means two nodes twice."""
        found: dict[str, Node] = {}
        clashes: list[Node] = []
        todo: list[Graph | Sum] = [self]
        while todo:  # thousands of pipelines make a sum thousands deep: no recursion
            part = todo.pop()
            if isinstance(part, Sum):
                todo += reversed(part.parts)
                continue
            for node in part.nodes:
                known = found.setdefault(node.name, node)
                if known is not node and known != node:
                    clashes.append(node)
        return [*found.values(), *clashes]
