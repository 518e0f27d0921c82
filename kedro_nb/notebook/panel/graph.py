"""A pipeline as the graph component takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_nb.notebook.drawing.graph import full_graph

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kedro_nb.pipeline import Pipeline


def node_id(name: str) -> str:
    """A node may be called like a dataset."""
    return f"node:{name}"


def nodes_of(ids: Iterable[str]) -> list[str]:
    """The names of the nodes among these ids."""
    return [each.removeprefix("node:") for each in ids if each.startswith("node:")]


def datasets_of(ids: Iterable[str]) -> list[str]:
    """The names of the datasets among these ids."""
    return [each.removeprefix("data:") for each in ids if each.startswith("data:")]


def graph_data(pipeline: Pipeline) -> dict[str, Any]:
    """Nodes, datasets and edges, by ids of which each is there once."""
    graph = full_graph(pipeline)
    about = {node.name: node for node in pipeline.nodes}
    ids: list[str] = []
    nodes: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for shape in graph.shapes:
        own = node_id(shape.name) if shape.kind == "node" else f"data:{shape.name}"
        # A parameter that many nodes read is drawn beside each of them.
        again = seen[own] = seen.get(own, 0) + 1
        ids.append(own if again == 1 else f"{own}:{again}")
        drawn: dict[str, Any] = {
            "id": ids[-1],
            "kind": shape.kind,
            "label": shape.label,
            "title": shape.about,
        }
        if shape.kind == "node":
            node = about[shape.name]
            drawn |= {"tags": sorted(node.tags), "namespace": node.namespace}
        nodes.append(drawn)
    return {"nodes": nodes, "edges": [[ids[upper], ids[lower]] for upper, lower in graph.edges]}
