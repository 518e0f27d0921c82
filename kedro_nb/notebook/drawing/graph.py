"""What there is to draw of a pipeline: nodes, datasets and who reads and writes what."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kedro_nb.notebook.drawing.words import listed
from kedro_nb.pipeline.parameters import is_parameter
from kedro_nb.pipeline.transcoding import strip_transcoding

if TYPE_CHECKING:
    from collections.abc import Callable

    from kedro_nb.notebook.drawing.rows import Edge
    from kedro_nb.pipeline import Node, Pipeline

Kind = Literal["node", "input", "dataset", "output", "parameter"]

_DEFAULT_NAME = re.compile(r"(.+)__[0-9a-f]{8}")
_TOLD = 12  # names in a tooltip
_SHARED = 6  # nodes that read a parameter; with more, each gets its own copy instead of a line across all


@dataclass(frozen=True, slots=True)
class Shape:
    kind: Kind
    name: str
    label: str
    about: str
    variants: tuple[str, ...] = ()


@dataclass(slots=True)
class Graph:
    shapes: list[Shape] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)


def labels(pipeline: Pipeline) -> dict[str, str]:
    """What to call each node: its name, without the hash of a default name where that stays clear."""
    short = {node.name: without_hash(node.name) for node in pipeline.nodes}
    uses = Counter(short.values())
    return {name: label if uses[label] == 1 else name for name, label in short.items()}


def without_hash(name: str) -> str:
    """The name, as far as a person has given it."""
    match = _DEFAULT_NAME.fullmatch(name)
    return match[1] if match else name


def layers(pipeline: Pipeline) -> list[list[Node]]:
    """Nodes by the longest way to them from a node that waits for none."""
    nodes = pipeline.nodes
    writer = {strip_transcoding(name): index for index, node in enumerate(nodes) for name in node.outputs}
    depth = [0] * len(nodes)
    found: list[list[Node]] = []
    for index, node in enumerate(nodes):
        before = (writer.get(strip_transcoding(name)) for name in node.inputs)
        depth[index] = 1 + max((depth[one] for one in before if one is not None), default=-1)
        if depth[index] == len(found):
            found.append([])
        found[depth[index]].append(node)
    return found


def full_graph(pipeline: Pipeline) -> Graph:
    """Nodes and datasets; the variants of a transcoded dataset are one shape."""
    graph = Graph()
    label = labels(pipeline)
    variants: dict[str, dict[str, None]] = {}
    reads = Counter(name for node in pipeline.nodes for name in set(map(strip_transcoding, node.inputs)))
    written = {strip_transcoding(name) for node in pipeline.nodes for name in node.outputs}
    for node in pipeline.nodes:
        for name in [*node.inputs, *node.outputs]:
            variants.setdefault(strip_transcoding(name), {})[name] = None
    number: dict[str, int] = {}
    for node in pipeline.nodes:
        own = [strip_transcoding(name) for name in [*node.inputs, *node.outputs]]
        for name in own:
            kind = _dataset_kind(name, is_read=name in reads, is_written=name in written)
            if name not in number or (kind == "parameter" and reads[name] > _SHARED):
                number[name] = len(graph.shapes)
                graph.shapes.append(_dataset(name, kind, tuple(variants[name])))
        place = len(graph.shapes)
        graph.shapes.append(_node(node, label[node.name]))
        graph.edges += [(number[name], place) for name in own[: len(node.inputs)]]
        graph.edges += [(place, number[name]) for name in own[len(node.inputs) :]]
    return graph


def node_graph(pipeline: Pipeline) -> Graph:
    """Nodes alone, joined where one reads what the other writes."""
    graph = Graph()
    label = labels(pipeline)
    writer: dict[str, int] = {}
    for place, node in enumerate(pipeline.nodes):
        graph.shapes.append(_node(node, label[node.name]))
        sources = (writer.get(strip_transcoding(name)) for name in node.inputs)
        graph.edges += [(source, place) for source in dict.fromkeys(sources) if source is not None]
        writer |= {strip_transcoding(name): place for name in node.outputs}
    return graph


def _dataset_kind(name: str, *, is_read: bool, is_written: bool) -> Kind:
    if is_parameter(name):
        return "parameter"
    if not is_written:
        return "input"
    return "dataset" if is_read else "output"


def _dataset(name: str, kind: Kind, variants: tuple[str, ...]) -> Shape:
    about = [name]
    if kind in {"input", "output"}:
        about.append(f"{kind} of the pipeline")
    if variants != (name,):
        about.append(f"as {listed(list(variants), _TOLD)}")
    return Shape(kind, name, name, "\n".join(about), variants)


def _node(node: Node, label: str) -> Shape:
    about = [node.name]
    function = _function_name(node.func)
    if function != node.name:
        about.append(f"function: {function}")
    for title, names in (("inputs", node.inputs), ("outputs", node.outputs), ("tags", sorted(node.tags))):
        if names:
            about.append(f"{title}: {listed(list(names), _TOLD)}")
    return Shape("node", node.name, label, "\n".join(about))


def _function_name(func: Callable[..., object]) -> str:
    """Never a repr: an address in it would change from session to session."""
    inner = getattr(func, "func", None)  # functools.partial
    if callable(inner) and not hasattr(func, "__name__"):
        return f"partial({_function_name(inner)})"
    name = getattr(func, "__qualname__", None) or type(func).__qualname__
    return str(name).rpartition("<locals>.")[2]
