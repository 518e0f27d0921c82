"""A pipeline: nodes that fit together. It never changes; every operation gives a new one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kedro_nb.pipeline import slicing
from kedro_nb.pipeline.graph import Graph
from kedro_nb.pipeline.grouping import group
from kedro_nb.pipeline.modular import map_nodes
from kedro_nb.pipeline.node import Node, valid_tags
from kedro_nb.pipeline.sums import Sum

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kedro_nb.pipeline.grouping import GroupedNodes

_SHOWN = 20  # nodes in a repr


class Pipeline:
    """Nodes, put in order by what they read and write.

    Args:
        nodes: Nodes and pipelines in any order.
        inputs: Free inputs to keep out of the namespace (a name or names) or to rename (a dict old -> new).
        outputs: The same for outputs.
        parameters: The same for parameters, with or without `params:`.
        tags: Added to every node.
        namespace: Put before every node's name, and before datasets and parameters that are not mapped.
        prefix_datasets_with_namespace: Whether the namespace goes before datasets and parameters too.
    """

    def __init__(
        self,
        nodes: Iterable[Node | Pipeline] | Pipeline,
        *,
        inputs: str | set[str] | dict[str, str] | None = None,
        outputs: str | set[str] | dict[str, str] | None = None,
        parameters: str | set[str] | dict[str, str] | None = None,
        tags: str | Iterable[str] | None = None,
        namespace: str | None = None,
        prefix_datasets_with_namespace: bool = True,
    ) -> None:
        found = _flat(nodes)
        if inputs or outputs or parameters or namespace:
            found = map_nodes(
                Graph(found),
                inputs=inputs,
                outputs=outputs,
                parameters=parameters,
                namespace=namespace,
                prefix=prefix_datasets_with_namespace,
            )
        if tags is not None:
            added = valid_tags(tags)
            found = [node.derive(tags=added) for node in found]
        self._content: Graph | Sum = Graph(found)

    @classmethod
    def _of(cls, content: Graph | Sum) -> Pipeline:
        new = cls.__new__(cls)
        new.__dict__["_content"] = content
        return new

    @property
    def graph(self) -> Graph:
        """The nodes by position, indexed: for those who walk it."""
        if isinstance(self._content, Sum):
            self._content = Graph(self._content.nodes())
        return self._content

    def _some(self, nodes: Iterable[Node]) -> Pipeline:
        # What was checked for all nodes holds for some of them.
        return self._of(Graph(nodes, checked=True))

    # What it holds

    @property
    def nodes(self) -> list[Node]:
        """In an order that can be run: by depth, then by name."""
        return list(self.graph.order)

    @property
    def grouped_nodes(self) -> list[list[Node]]:
        """Nodes of one group wait for none of each other."""
        return [list(layer) for layer in self.graph.layers]

    @property
    def node_dependencies(self) -> dict[Node, set[Node]]:
        """Node -> nodes whose outputs it reads. Made once: read it, leave it as it is."""
        return self.graph.dependencies

    def inputs(self) -> set[str]:
        """Datasets that are read and that no node writes."""
        return set(self.graph.free_inputs)

    def outputs(self) -> set[str]:
        """Datasets that are written and that no node reads."""
        return set(self.graph.free_outputs)

    def all_inputs(self) -> set[str]:
        return set(self.graph.read)

    def all_outputs(self) -> set[str]:
        return set(self.graph.written)

    def datasets(self) -> set[str]:
        return set(self.graph.read | self.graph.written)

    def group_nodes_by(self, group_by: str | None = "namespace") -> list[GroupedNodes]:
        """One group for each outermost namespace and each node without one; or for each node with None."""
        return group(self.graph, group_by)

    def __len__(self) -> int:
        return len(self.graph.nodes)

    def __bool__(self) -> bool:
        return True  # an empty pipeline is a pipeline: `if p` asks whether there is one, as in Kedro

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __contains__(self, node: object) -> bool:
        if not isinstance(node, Node):
            return False
        position = self.graph.positions.get(node.name)
        return position is not None and self.graph.nodes[position] == node

    # Parts of it

    def only_nodes(self, *node_names: str) -> Pipeline:
        return self._slice(slicing.nodes_named, node_names)

    def only_nodes_with_tags(self, *tags: str) -> Pipeline:
        """Nodes with any of the tags."""
        return self._slice(slicing.tagged, tags)

    def only_nodes_with_namespaces(self, node_namespaces: list[str]) -> Pipeline:
        """Nodes in any of the namespaces or below."""
        return self._slice(slicing.in_namespaces, _several(node_namespaces))

    def only_nodes_with_inputs(self, *inputs: str) -> Pipeline:
        return self._slice(slicing.reading, inputs)

    def only_nodes_with_outputs(self, *outputs: str) -> Pipeline:
        return self._slice(slicing.writing, outputs)

    def from_inputs(self, *inputs: str) -> Pipeline:
        """Nodes that read these datasets, and all that follows from them."""
        return self._slice(slicing.from_inputs, inputs)

    def to_outputs(self, *outputs: str) -> Pipeline:
        """Nodes that write these datasets, and all that they need."""
        return self._slice(slicing.to_outputs, outputs)

    def from_nodes(self, *node_names: str) -> Pipeline:
        return self._slice(slicing.from_nodes, node_names)

    def to_nodes(self, *node_names: str) -> Pipeline:
        return self._slice(slicing.to_nodes, node_names)

    def _slice(self, choose: Callable[[Graph, Iterable[str]], set[int]], names: Iterable[str]) -> Pipeline:
        names = list(names)
        for name in names:
            if not isinstance(name, str):
                raise TypeError(
                    f"Names must be strings, each an argument of its own, not {type(name).__name__}: {name!r}"
                )
        nodes = self.graph.nodes
        return self._some([nodes[i] for i in sorted(choose(self.graph, names))])

    def filter(
        self,
        tags: Iterable[str] | None = None,
        from_nodes: Iterable[str] | None = None,
        to_nodes: Iterable[str] | None = None,
        node_names: Iterable[str] | None = None,
        from_inputs: Iterable[str] | None = None,
        to_outputs: Iterable[str] | None = None,
        node_namespaces: Iterable[str] | None = None,
    ) -> Pipeline:
        """Nodes that every given filter keeps, each applied to the whole pipeline."""
        kept: Pipeline = self
        for choose, names in (
            (slicing.tagged, tags),
            (slicing.from_nodes, from_nodes),
            (slicing.to_nodes, to_nodes),
            (slicing.nodes_named, node_names),
            (slicing.from_inputs, from_inputs),
            (slicing.to_outputs, to_outputs),
            (slicing.in_namespaces, node_namespaces),
        ):
            if wanted := _several(names):
                kept &= self._slice(choose, wanted)
        if not len(kept):
            raise ValueError(
                "Pipeline contains no nodes after applying all provided filters. "
                "Each filter applies to the whole pipeline, and only nodes that pass all of them are kept."
                f"{slicing.unknown_tags(self.graph, _several(tags))}"
            )
        return kept

    def tag(self, tags: str | Iterable[str]) -> Pipeline:
        added = valid_tags(tags)
        return self._some([node.derive(tags=added) for node in self.graph.nodes])

    def with_nodes_replaced(self, nodes: Mapping[str, Node]) -> Pipeline:
        """The same pipeline with other nodes in some places.

        Args:
            nodes: by name. Each reads and writes what the node of this name does.
        """
        return self._of(self.graph.with_nodes([nodes.get(node.name, node) for node in self.graph.nodes]))

    # Put together

    def __add__(self, other: object) -> Pipeline:
        if not isinstance(other, Pipeline):
            return NotImplemented
        both = Sum(self._content, other._content)
        return Pipeline._of(both if both.can_wait else Graph(both.nodes()))

    def __radd__(self, other: object) -> Pipeline:
        return self if other == 0 else NotImplemented  # sum() starts with 0

    def __or__(self, other: object) -> Pipeline:
        return self + other if isinstance(other, Pipeline) else NotImplemented

    def __and__(self, other: object) -> Pipeline:
        if not isinstance(other, Pipeline):
            return NotImplemented
        return self._some([node for node in self.graph.nodes if node in other])

    def __sub__(self, other: object) -> Pipeline:
        if not isinstance(other, Pipeline):
            return NotImplemented
        return self._some([node for node in self.graph.nodes if node not in other])

    def __getstate__(self) -> dict[str, Any]:
        return {"_content": self.graph}

    # For people and programs to read

    def describe(self, names_only: bool = True) -> str:
        lines = [node.name if names_only else str(node) for node in self.graph.order]
        return "\n".join(
            [
                "#### Pipeline execution order ####",
                f"Inputs: {', '.join(sorted(self.inputs())) or None}",
                "",
                *(lines or [""]),
                "",
                f"Outputs: {', '.join(sorted(self.outputs())) or None}",
                "##################################",
            ]
        )

    def to_json(self) -> str:
        import json
        import sys

        version = sys.modules["kedro_nb"].__version__  # an import would point up the layers
        nodes = [
            {"name": node.name, "inputs": node.inputs, "outputs": node.outputs, "tags": sorted(node.tags)}
            for node in self.graph.order
        ]
        return json.dumps({"kedro_nb_version": version, "pipeline": nodes})

    def __repr__(self) -> str:
        lines = [f"  {node}" for node in self.graph.order]
        if not lines:
            return "Pipeline([])"
        if len(lines) > _SHOWN:
            lines[_SHOWN - 5 : -4] = [f"  ... {len(lines) - _SHOWN + 1} more nodes ..."]
        return "\n".join(["Pipeline([", *lines, "])"])


pipeline = Pipeline  # as older code spells it


def _several(names: Iterable[str] | None) -> list[str]:
    """A lone string is one name, not its letters."""
    if names is None:
        return []
    return [names] if isinstance(names, str) else list(names)


def _flat(nodes: Iterable[Node | Pipeline] | Pipeline) -> list[Node]:
    if nodes is None:
        raise ValueError(
            "'nodes' argument of 'Pipeline' is None. "
            "It must be an iterable of nodes and/or pipelines instead."
        )
    if isinstance(nodes, Pipeline):
        return list(nodes.graph.nodes)
    if isinstance(nodes, Node | str) or not isinstance(nodes, Iterable):
        raise TypeError(
            f"Pipeline takes a list of nodes and pipelines, not {_kind(nodes)}: "
            "Pipeline([node(function, inputs, outputs), ...])"
        )
    found: list[Node] = []
    for item in nodes:
        if isinstance(item, Node):
            found.append(item)
        elif isinstance(item, Pipeline):
            found.extend(item.graph.nodes)
        else:
            raise TypeError(f"Pipeline takes nodes and pipelines, not {_kind(item)}: {_advice(item)}")
    return found


def _advice(item: object) -> str:
    kind = type(item)
    if kind.__module__.startswith("kedro."):
        return f"this {kind.__name__} is Kedro's own, import it from kedro_nb.pipeline"
    return "node(function, inputs, outputs)"


def _kind(item: object) -> str:
    return f"{type(item).__name__} {item!r:.100}"
