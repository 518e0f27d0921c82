"""The graph under a pipeline: checked once, then indexed when somebody asks.

Nodes are known by their position, so that walking the graph hashes nothing but small integers.
"""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from kedro_nb.pipeline import checks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kedro_nb.pipeline.node import Node


_OF_NODES = {
    "nodes",
    "layers",
    "order",
    "dependencies",
}  # the indexes that hold nodes; all others hold positions


class Graph:
    """Nodes whose names and outputs are unique and whose dependencies have no circle."""

    def __init__(self, nodes: Iterable[Node], *, checked: bool = False) -> None:
        self.nodes = tuple(nodes)
        self.size: int = len(self.nodes)  # this and the next as part of a sum
        self.checked: int = self.size
        if not checked:
            checks.check_names(self.nodes)
            checks.check_outputs(self.nodes)
            checks.check_confirms(self.nodes)
            checks.check_formats(self.nodes)
            self.depths  # noqa: B018 - finds circles

    def with_nodes(self, nodes: Iterable[Node]) -> Graph:
        """The same graph of other nodes, which have the names, inputs and outputs of these."""
        new = Graph.__new__(Graph)
        kept = {key: value for key, value in self.__dict__.items() if key not in _OF_NODES}
        new.__dict__.update(kept, nodes=tuple(nodes))
        return new

    def __getstate__(self) -> dict[str, Any]:
        return {"nodes": self.nodes, "size": self.size, "checked": self.checked}  # indexes are made anew

    @cached_property
    def producers(self) -> dict[str, int]:
        """Dataset (without its format) -> position of the node that writes it."""
        return {key: i for i, node in enumerate(self.nodes) for key in node.output_keys}

    @cached_property
    def parents(self) -> list[tuple[int, ...]]:
        """Positions of the nodes that each node waits for, every one once."""
        producers = self.producers
        parents: list[tuple[int, ...]] = []
        for node in self.nodes:
            keys = node.input_keys
            if len(keys) == 1:  # most nodes: no set needed
                key = keys[0]
                parents.append((producers[key],) if key in producers else ())
            else:
                parents.append(tuple({producers[key] for key in keys if key in producers}))
        return parents

    @cached_property
    def children(self) -> list[list[int]]:
        children: list[list[int]] = [[] for _ in self.nodes]
        for i, above in enumerate(self.parents):
            for j in above:
                children[j].append(i)
        return children

    @cached_property
    def depths(self) -> list[list[int]]:
        """Positions by length of the longest path from a node that waits for none."""
        waits = [len(above) for above in self.parents]
        children = self.children
        depths = []
        ready = [i for i, count in enumerate(waits) if not count]
        left = len(self.nodes)
        while ready:
            depths.append(ready)
            left -= len(ready)
            following = []
            for i in ready:
                for j in children[i]:
                    waits[j] -= 1
                    if not waits[j]:
                        following.append(j)
            ready = following
        if left:
            raise checks.circle(self.nodes, self.parents, [i for i, count in enumerate(waits) if count])
        return depths

    @cached_property
    def sorted_depths(self) -> list[list[int]]:
        """The same, by name within a depth: the same order whatever order the nodes were given in."""
        names = [node.name for node in self.nodes]
        return [sorted(depth, key=names.__getitem__) if len(depth) > 1 else depth for depth in self.depths]

    @cached_property
    def layers(self) -> list[list[Node]]:
        return [[self.nodes[i] for i in depth] for depth in self.sorted_depths]

    @cached_property
    def sequence(self) -> list[int]:
        """Positions in an order that can be run."""
        return list(chain.from_iterable(self.sorted_depths))

    @cached_property
    def order(self) -> list[Node]:
        return [self.nodes[i] for i in self.sequence]

    @cached_property
    def waits(self) -> list[int]:
        """How many datasets that other nodes write each node reads, a dataset in two formats counted once."""
        producers = self.producers
        return [
            int(keys[0] in producers) if len(keys) == 1 else len(producers.keys() & keys)
            for keys in (node.input_keys for node in self.nodes)
        ]

    @cached_property
    def positions(self) -> dict[str, int]:
        """Node name -> position."""
        return {node.name: i for i, node in enumerate(self.nodes)}

    @cached_property
    def dependencies(self) -> dict[Node, set[Node]]:
        nodes = self.nodes
        return {node: {nodes[j] for j in above} for node, above in zip(nodes, self.parents, strict=True)}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every dataset, as written, in the order in which a run meets them."""
        return tuple(dict.fromkeys(n for node in self.order for n in (*node.input_names, *node.output_names)))

    @cached_property
    def read(self) -> frozenset[str]:
        return frozenset(name for node in self.nodes for name in node.input_names)

    @cached_property
    def written(self) -> frozenset[str]:
        return frozenset(name for node in self.nodes for name in node.output_names)

    @cached_property
    def free_inputs(self) -> frozenset[str]:
        producers = self.producers
        return frozenset(
            name
            for node in self.nodes
            for name, key in zip(node.input_names, node.input_keys, strict=True)
            if key not in producers
        )

    @cached_property
    def free_outputs(self) -> frozenset[str]:
        used = {key for node in self.nodes for key in node.input_keys}
        return frozenset(
            name
            for node in self.nodes
            for name, key in zip(node.output_names, node.output_keys, strict=True)
            if key not in used
        )

    @cached_property
    def readers(self) -> dict[str, list[int]]:
        """Dataset, as written or without its format -> positions of the nodes that read it."""
        return _index((node.input_names, node.input_keys) for node in self.nodes)

    @cached_property
    def writers(self) -> dict[str, list[int]]:
        return _index((node.output_names, node.output_keys) for node in self.nodes)

    def reach(self, start: Iterable[int], edges: list[list[int]] | list[tuple[int, ...]]) -> set[int]:
        """`start` and everything that can be reached from it."""
        found = set(start)
        todo = list(found)
        while todo:
            for j in edges[todo.pop()]:
                if j not in found:
                    found.add(j)
                    todo.append(j)
        return found


def _index(names: Iterator[tuple[tuple[str, ...], tuple[str, ...]]]) -> dict[str, list[int]]:
    index: dict[str, list[int]] = {}
    for i, (written, keys) in enumerate(names):
        for name in written if len(written) == 1 and written is keys else {*written, *keys}:
            index.setdefault(name, []).append(i)
    return index
