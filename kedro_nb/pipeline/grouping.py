"""Nodes put together in groups that can be deployed as one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kedro_nb.pipeline.graph import Graph
    from kedro_nb.pipeline.node import Node


@dataclass
class GroupedNodes:
    """A group of nodes.

    Args:
        name: The namespace, or the node's name.
        type: "namespace" or "nodes".
        nodes: Names of the nodes, in the pipeline's order.
        dependencies: Names of the groups that come before this one.
    """

    name: str
    type: str
    nodes: list[str] = field(default_factory=list)
    dependencies: list[str] = field(default_factory=list)


def group(graph: Graph, by: str | None) -> list[GroupedNodes]:
    if by not in {"namespace", "none", None}:
        raise ValueError(f"Unsupported group_by strategy: {by}. Use 'namespace' or None.")

    def group_of(node: Node) -> str:
        return node.namespace_prefixes[0] if by == "namespace" and node.namespace else node.name

    groups: dict[str, GroupedNodes] = {}
    for node in graph.order:
        name = group_of(node)
        kind = "namespace" if by == "namespace" and node.namespace else "nodes"
        found = groups.setdefault(name, GroupedNodes(name, kind))
        found.nodes.append(node.name)
        for parent in sorted(graph.dependencies[node]):
            before = group_of(parent)
            if before != name and before not in found.dependencies:
                found.dependencies.append(before)
    _warn_interrupted(groups)
    return list(groups.values())


def _warn_interrupted(groups: dict[str, GroupedNodes]) -> None:
    """A namespace that waits for a node that waits for the namespace cannot be deployed as one."""
    for name, found in groups.items():
        between = [other for other in found.dependencies if name in groups[other].dependencies]
        if found.type == "namespace" and between:
            import warnings

            warnings.warn(
                f"Namespace '{name}' is interrupted by {between}: it cannot run as one group, because they need "
                "some of its nodes and others need them.",
                UserWarning,
                stacklevel=4,
            )
