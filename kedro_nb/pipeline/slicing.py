"""Which nodes of a graph a slice keeps. Every function gives positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.errors import closest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kedro_nb.pipeline.graph import Graph

_HINTED = 5  # unknown names to look for: with thousands of nodes each takes its time


def nodes_named(graph: Graph, names: Iterable[str]) -> set[int]:
    names = set(names)
    positions = graph.positions
    if unknown := names - positions.keys():
        raise ValueError(
            f"Pipeline does not contain nodes named {_listed(unknown)}{_hint(unknown, positions) or '.'}"
        )
    return {positions[name] for name in names}


def from_nodes(graph: Graph, names: Iterable[str]) -> set[int]:
    return graph.reach(nodes_named(graph, names), graph.children)


def to_nodes(graph: Graph, names: Iterable[str]) -> set[int]:
    return graph.reach(nodes_named(graph, names), graph.parents)


def reading(graph: Graph, names: Iterable[str]) -> set[int]:
    """A name with a format means that format, a bare name every format."""
    return {i for name in _known(graph, names) for i in graph.readers.get(name, ())}


def writing(graph: Graph, names: Iterable[str]) -> set[int]:
    return {i for name in _known(graph, names) for i in graph.writers.get(name, ())}


def from_inputs(graph: Graph, names: Iterable[str]) -> set[int]:
    return graph.reach(reading(graph, names), graph.children)


def to_outputs(graph: Graph, names: Iterable[str]) -> set[int]:
    return graph.reach(writing(graph, names), graph.parents)


def tagged(graph: Graph, tags: Iterable[str]) -> set[int]:
    tags = frozenset(tags)
    return {i for i, node in enumerate(graph.nodes) if not tags.isdisjoint(node.tags)}


def unknown_tags(graph: Graph, tags: Iterable[str]) -> str:
    """What to say when a filter on tags keeps nothing."""
    known = {tag for node in graph.nodes for tag in node.tags}
    unknown = set(tags) - known
    return f" No node has the tags {_listed(unknown)}{_hint(unknown, known) or '.'}" if unknown else ""


def in_namespaces(graph: Graph, namespaces: Iterable[str]) -> set[int]:
    wanted = set(namespaces)
    known: set[str] = set()
    found = set()
    for i, node in enumerate(graph.nodes):
        if node.namespace:
            prefixes = node.namespace_prefixes
            known.update(prefixes)
            if not wanted.isdisjoint(prefixes):
                found.add(i)
    if unknown := wanted - known:
        raise ValueError(
            f"Pipeline does not contain nodes with the following namespaces: {_listed(unknown)}"
            f"{_hint(unknown, known)}"
        )
    return found


def _known(graph: Graph, names: Iterable[str]) -> set[str]:
    names = set(names)
    if unknown := {name for name in names if name not in graph.readers and name not in graph.writers}:
        raise ValueError(
            f"Pipeline does not contain datasets named {_listed(unknown)}"
            f"{_hint(unknown, graph.readers.keys() | graph.writers.keys())}"
        )
    return names


def _listed(names: Iterable[str]) -> list[str]:
    return sorted(names)


def _hint(unknown: Iterable[str], known: Iterable[str]) -> str:
    """The same name in a namespace if there is one, else names that look alike."""
    known = sorted(known)
    meant: dict[str, None] = {}
    for name in _listed(unknown)[:_HINTED]:
        namespaced = [other for other in known if other.endswith(f".{name}")]
        meant.update(dict.fromkeys(namespaced or closest(name, known)))
    return f". Did you mean: {list(meant)}?" if meant else ""
