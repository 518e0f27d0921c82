"""The picture of a pipeline's graph with the state of every node. It is laid out once and drawn often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.graph import full_graph, node_graph
from kedro_nb.notebook.drawing.layout import lay_out
from kedro_nb.notebook.drawing.palette import EDGE, KINDS, STATES
from kedro_nb.notebook.drawing.picture import Picture, Spot, by_state, in_frame
from kedro_nb.notebook.drawing.rows import route_cost
from kedro_nb.notebook.drawing.shapes import arrow_heads, edge_lines, font_of, size_of, text_of
from kedro_nb.notebook.drawing.words import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_nb.notebook.drawing.graph import Graph, Shape
    from kedro_nb.notebook.drawing.layout import Layout, Size
    from kedro_nb.pipeline import Pipeline

WITH_DATA = 40  # nodes: up to here with datasets,
NODES_ONLY = 300  # up to here without
_TANGLED = 6000  # items on all routes: more is slow to lay out and shows nothing
_WIDEST = 3000  # pixels
_HEIGHT = 36  # of a node: its name, and how far it is
_LEAST = 64  # its width
_CORNER = 5
_LONG = 20_000  # characters of all curves; beyond, lines are straight: the picture has to stay small
_TOLD = 60  # nodes: with more, only names that were shortened are told in full


class StateGraph(Picture):
    """Boxes for nodes, pills for datasets, lines for who reads what.

    Shapes are strokes with round joins and caps: a fifth of the text that rectangles with round corners take.
    """

    def __init__(self, graph: Graph, layout: Layout) -> None:
        super().__init__(layout.width, layout.height)
        self._boxes: dict[str, str] = {}
        self._places: dict[str, tuple[int, int]] = {}
        self._names: dict[str, str] = {}
        pills: dict[str, list[str]] = {}
        data: dict[tuple[str, int], list[str]] = {}
        for shape, (x, y) in zip(graph.shapes, layout.centres, strict=True):
            width, height = _size(shape)
            text = f"<text x='{x}' y='{y + 4}'>{escape(text_of(shape))}</text>"
            if shape.kind == "node":
                self._boxes[shape.name] = _box(x, y, width, height)
                self._places[shape.name] = x, y
                self._names[shape.name] = text
            else:
                pills.setdefault(shape.kind, []).append(f"M{x - (width - height) // 2} {y}h{width - height}")
                data.setdefault((shape.kind, font_of(shape)), []).append(text)
        self.spots = _spots(graph, layout)
        self._below = _edges(layout, heads=len(self._boxes) <= WITH_DATA) + "".join(
            _pills(kind, "".join(paths)) for kind, paths in pills.items()
        )
        self._data_names = "".join(_texts(*key, "".join(texts)) for key, texts in data.items())

    def draw(self, states: Mapping[str, str], words: Mapping[str, str]) -> str:
        """The picture with these states, and a word below each node's name."""
        boxes = []
        for state, names in by_state(states, self._boxes).items():
            look = STATES[state]
            path = "".join(self._boxes[name] for name in names)
            boxes.append(
                f"<defs><path id='{state}' d='{path}'/></defs>"
                f"<use href='#{state}' fill='{look.strong}' stroke='{look.strong}' stroke-width='{2 * _CORNER + 2}'/>"
                f"<use href='#{state}' fill='{look.fill}' stroke='{look.fill}' stroke-width='{2 * _CORNER}'/>"
            )
        shapes = f"{self._below}<g stroke-linejoin='round'>{''.join(boxes)}</g>"
        return in_frame(self, shapes + self._data_names + self._node_names(words))

    def _node_names(self, words: Mapping[str, str]) -> str:
        """In the middle of the box; a name makes way for a word below it."""
        alone = "".join(text for name, text in self._names.items() if name not in words)
        raised = "".join(text for name, text in self._names.items() if name in words)
        told = "".join(
            f"<text x='{x}' y='{y + 11}'>{escape(words[name])}</text>"
            for name, (x, y) in self._places.items()
            if name in words
        )
        names = f"{alone}<g transform='translate(0 -7)'>{raised}</g>" if raised else alone
        return _texts("node", 12, names) + f"<g font-size='10' fill='#4a4a4a'>{told}</g>"


def state_graph(pipeline: Pipeline) -> StateGraph | None:
    """The picture; None where there is too much to see anything."""
    count = len(pipeline.nodes)
    if not 0 < count <= NODES_ONLY:
        return None
    graph = full_graph(pipeline) if count <= WITH_DATA else node_graph(pipeline)
    if route_cost(len(graph.shapes), graph.edges) > _TANGLED:
        return None
    light = {place for place, shape in enumerate(graph.shapes) if shape.kind == "parameter"}
    layout = lay_out([_size(shape) for shape in graph.shapes], graph.edges, light)
    return StateGraph(graph, layout) if layout.width <= _WIDEST else None


def _size(shape: Shape) -> Size:
    width, height = size_of(shape)
    return (max(width, _LEAST), _HEIGHT) if shape.kind == "node" else (width, height)


def _box(x: int, y: int, width: int, height: int) -> str:
    across, down = width - 2 * _CORNER, height - 2 * _CORNER
    return f"M{x - across // 2} {y - down // 2}h{across}v{down}h-{across}z"


def _edges(layout: Layout, *, heads: bool) -> str:
    """Lines go down; that they do is plain without heads where there are hundreds."""
    path = edge_lines(layout.routes, heads=heads)
    if len(path) > _LONG:
        path = edge_lines(layout.routes, heads=heads, curved=False)
    lines = f"<path d='{path}' fill='none' stroke='{EDGE}' stroke-width='1.2'/>"
    return lines + (f"<path d='{arrow_heads(layout.routes)}' fill='{EDGE}'/>" if heads else "")


def _pills(kind: str, path: str) -> str:
    look = KINDS[kind]
    height = 20 if kind == "parameter" else 22
    return (
        f"<path d='{path}' stroke='{look.stroke}' stroke-width='{height}' stroke-linecap='round'/>"
        f"<path d='{path}' stroke='{look.fill}' stroke-width='{height - 2}' stroke-linecap='round'/>"
    )


def _texts(kind: str, size: int, texts: str) -> str:
    weight = " font-weight='600'" if kind == "node" else ""
    colour = "#1f2a37" if kind == "node" else KINDS[kind].text
    return f"<g fill='{colour}' font-size='{size}'{weight}>{texts}</g>"


def _spots(graph: Graph, layout: Layout) -> list[Spot]:
    """Where to say more when the pointer is there."""
    all_told = len(graph.shapes) <= _TOLD
    spots = []
    for shape, (x, y) in zip(graph.shapes, layout.centres, strict=True):
        if all_told or text_of(shape) != shape.name:
            width, height = _size(shape)
            about = shape.about if all_told else shape.name
            spots.append(Spot(about, x - width // 2, y - height // 2, width, height))
    return spots
