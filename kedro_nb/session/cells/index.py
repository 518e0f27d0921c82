"""The nodes of a pipeline that is made one by one: a new one is compared with its neighbours, not with all of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kedro_nb.pipeline import Pipeline
from kedro_nb.pipeline.graph import Graph
from kedro_nb.pipeline.transcoding import TRANSCODING_SEPARATOR, strip_transcoding

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from kedro_nb.pipeline import Node


class NodeIndex:
    """Nodes that fit together, in order.

    Attributes:
        nodes: by name.
        writers: the node that writes a dataset, by the dataset without its format.
    """

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self.nodes: dict[str, Node] = {}
        self.writers: dict[str, Node] = {}
        self._readers: dict[str, dict[str, Node]] = {}
        # By how many nodes each dataset is named, with its format and without, and by how many with a format.
        self._named: Counter[str] = Counter()
        self._formatted: Counter[str] = Counter()
        for node in nodes:
            self.put(node)

    def put(self, node: Node) -> None:
        """Add a node, or have it stand in the place of its namesake."""
        if node.name in self.nodes:
            self._leave_out(self.nodes[node.name])
        self.nodes[node.name] = node
        self._named.update(names_in(node))
        self._formatted.update(_formatted_in(node))
        for key in node.output_keys:
            self.writers[key] = node
        for key in node.input_keys:
            self._readers.setdefault(key, {})[node.name] = node

    def remove(self, name: str) -> None:
        self._leave_out(self.nodes.pop(name))

    def _leave_out(self, node: Node) -> None:
        self._named.subtract(names_in(node))
        self._formatted.subtract(_formatted_in(node))
        for key in node.output_keys:
            del self.writers[key]
        for key in node.input_keys:
            self._readers[key].pop(node.name, None)

    def pipeline(self) -> Pipeline:
        """All of them as they are now."""
        return Pipeline._of(Graph(self.nodes.values(), checked=True))  # noqa: SLF001 - each was checked as it came

    def times_named(self, name: str) -> int:
        """How many nodes name this dataset or parameter."""
        return self._named[name]

    def names(self) -> set[str]:
        """All that they name."""
        return {name for name, count in self._named.items() if count}

    def surely_fits(self, node: Node, gone: Collection[str]) -> bool:
        """Whether a node makes a pipeline with the others; where it may not, checking all of them will tell.

        Args:
            node: fits itself, and writes nothing that the others write.
            gone: the names of those that it is to replace.
        """
        old = self.nodes.get(node.name)
        if old is not None and gone == {node.name} and _names_no_more(node, old):
            return True
        return not self._mixes_formats(node) and not self._closes_circle(node, gone)

    def _mixes_formats(self, node: Node) -> bool:
        """Whether a dataset may be named with a format here and without one there."""
        for name in (*node.input_names, *node.output_names):
            bare = strip_transcoding(name)
            clashes = self._formatted[name] if name == bare else self._named[bare] - self._formatted[bare]
            if clashes:
                return True
        return False

    def _closes_circle(self, node: Node, gone: Collection[str]) -> bool:
        """Whether a way leads from what the node writes to what it reads. It is looked for from both ends."""
        up, down = _Search(node, self._above, gone), _Search(node, self._below, gone)
        # When one of them has come to its end without the other, there is no way.
        while up.todo and down.todo:
            if up.step(down.seen) or down.step(up.seen):
                return True
        return False

    def around(self, name: str) -> Pipeline:
        """A node with those that it reads from, and those that read from it."""
        node = self.nodes[name]
        near = {each.name: each for each in (*self._above(node), node, *self._below(node))}
        return Pipeline._of(Graph(near.values(), checked=True))  # noqa: SLF001 - some of what was checked

    def _above(self, node: Node) -> list[Node]:
        return [self.writers[key] for key in node.input_keys if key in self.writers]

    def _below(self, node: Node) -> list[Node]:
        return [each for key in node.output_keys for each in self._readers.get(key, {}).values()]


class _Search:
    """Walks from a node to its neighbours, and to theirs, one at each step."""

    def __init__(
        self, start: Node, neighbours: Callable[[Node], Iterable[Node]], gone: Collection[str]
    ) -> None:
        self._neighbours = neighbours
        self.seen = {*gone}
        self.todo: list[Node] = []
        self._find(start)

    def _find(self, node: Node) -> None:
        for each in self._neighbours(node):
            if each.name not in self.seen:
                self.seen.add(each.name)
                self.todo.append(each)

    def step(self, other: Collection[str]) -> bool:
        """Go on by one node; whether the other search has met it."""
        if not self.todo:
            return False
        node = self.todo.pop()
        self._find(node)
        return node.name in other


def _names_no_more(node: Node, old: Node) -> bool:
    """Whether it reads and writes what the old one does, or less."""
    return {*node.input_names} <= {*old.input_names} and {*node.output_names} <= {*old.output_names}


def names_in(node: Node) -> set[str]:
    """Every dataset and parameter that it names, with its format and without."""
    return {*node.input_names, *node.output_names, *node.input_keys, *node.output_keys}


def _formatted_in(node: Node) -> set[str]:
    names = (*node.input_names, *node.output_names)
    return {strip_transcoding(name) for name in names if TRANSCODING_SEPARATOR in name}
