"""One node that was defined by itself, and where."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kedro_nb.pipeline import Node


@dataclass(frozen=True)
class Origin:
    """Where a node was defined.

    Args:
        place: for people, as in "In [7]".
        cell: what the front end calls the cell; "" where it has no name for it.
        text: the same for two texts that only differ in the function's name.
    """

    place: str = ""
    cell: str = ""
    text: str = ""


@dataclass(frozen=True)
class NodeDefinition:
    """A node, and where it comes from.

    Args:
        node: the node.
        pipeline: the name of the pipeline that it is part of.
        origin: where it was defined.
        replaced: the nodes whose place it took when it was defined.
        time: when it was defined, in seconds since the epoch.
    """

    node: Node
    pipeline: str
    origin: Origin
    replaced: tuple[NodeDefinition, ...] = ()
    time: float = field(default_factory=time.time)

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def told(self) -> str:
        """The node for a message, with its cell."""
        return f"'{self.name}'" + (f" of {self.origin.place}" if self.origin.place else "")

    def takes_place_of(self, old: NodeDefinition) -> bool:
        """Whether this is the old definition, written anew."""
        if old.name == self.name or (self.origin.cell and self.origin.cell == old.origin.cell):
            return True
        if self.origin.cell and old.origin.cell:
            return False
        # The front end does not tell cells apart: the same code that writes the same is the same cell, renamed.
        same_text = bool(self.origin.text) and self.origin.text == old.origin.text
        same_outputs = set(self.node.output_keys) == set(old.node.output_keys)
        return same_text and same_outputs and (bool(self.node.outputs) or self.node.inputs == old.node.inputs)


class Places:
    """The names of definitions by the cell, the text and the function that they come from."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], set[str]] = {}

    def put(self, definition: NodeDefinition) -> None:
        for key in _keys(definition):
            self._names.setdefault(key, set()).add(definition.name)

    def remove(self, definition: NodeDefinition) -> None:
        for key in _keys(definition):
            if key in self._names:
                self._names[key].discard(definition.name)

    def of(self, kind: str, value: str) -> set[str]:
        """Those with this "cell", "text" or "function"."""
        return self._names.get((kind, value), set()) if value else set()


def _keys(definition: NodeDefinition) -> list[tuple[str, str]]:
    origin = definition.origin
    function = getattr(definition.node.func, "__qualname__", "")
    found = (("cell", origin.cell), ("text", origin.text), ("function", function))
    return [(kind, value) for kind, value in found if value and isinstance(value, str)]
