"""Write a laid out graph as SVG.

Only elements and attributes that survive GitHub and nbconvert: no style sheet, no script, and no ids either, so
that two pictures on a page cannot disturb each other (arrow heads are drawn instead of referenced).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.frame import frame
from kedro_nb.notebook.drawing.graph import full_graph, node_graph
from kedro_nb.notebook.drawing.layout import Layout, Point, Size, lay_out
from kedro_nb.notebook.drawing.palette import CAPTION, EDGE, HIGHLIGHT, KINDS, STATES, Look
from kedro_nb.notebook.drawing.rows import route_cost
from kedro_nb.notebook.drawing.summary import draw_summary
from kedro_nb.notebook.drawing.words import escape, printable, shorten, width_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kedro_nb.notebook.drawing.graph import Graph, Shape
    from kedro_nb.notebook.drawing.rows import Edge
    from kedro_nb.pipeline import Pipeline

_FULL = 400  # nodes: up to here with datasets,
_NODES_ONLY = 1200  # up to here without, and beyond layer by layer
_TANGLED = 9000  # items on all routes: more is slow to lay out and shows nothing
_WIDEST, _HIGHEST = 8000, 20000  # pixels: beyond, scrolling is hopeless
_LEFT_OUT = "Nodes only: the pipeline is too large to draw its datasets."
_HEAD = 6
_CAPTION = 28
_NODE_FONT, _DATASET_FONT = 12, 11
_NODE_TEXT, _DATASET_TEXT = 210, 190


def draw_svg(
    pipeline: Pipeline, *, highlight: Collection[str] = (), states: Mapping[str, str] | None = None
) -> str:
    """Draw the graph of a pipeline as a self-contained picture.

    Args:
        pipeline: What to draw; past some hundred nodes without datasets, past a thousand layer by layer.
        highlight: Names of nodes (marked with their edges) and datasets to make stand out.
        states: Node name to "waiting", "running", "finished", "failed", "skipped" or "cancelled".
    """
    title, count = _title(pipeline), len(pipeline.nodes)
    for build, limit, caption in ((full_graph, _FULL, ""), (node_graph, _NODES_ONLY, _LEFT_OUT)):
        if 0 < count <= limit:
            graph = build(pipeline)
            if route_cost(len(graph.shapes), graph.edges) <= _TANGLED:
                light = {place for place, shape in enumerate(graph.shapes) if shape.kind == "parameter"}
                layout = lay_out([_size(shape) for shape in graph.shapes], graph.edges, light)
                if layout.width <= _WIDEST and layout.height <= _HIGHEST:
                    return _draw_graph(graph, layout, title, caption, set(highlight), states or {})
    return draw_summary(pipeline, title)


def _title(pipeline: Pipeline) -> str:
    count = len(pipeline.nodes)
    return f"Pipeline of {count} node{'' if count == 1 else 's'}" if count else "Pipeline without nodes"


def _draw_graph(
    graph: Graph,
    layout: Layout,
    title: str,
    caption: str,
    highlight: set[str],
    states: Mapping[str, str],
) -> str:
    chosen = {place for place, shape in enumerate(graph.shapes) if highlight & {shape.name, *shape.variants}}
    looks = [_look(shape, states, chosen=place in chosen) for place, shape in enumerate(graph.shapes)]
    parts = [
        _draw_edges(graph, layout, chosen),
        _draw_shapes(graph, layout, looks),
        _draw_labels(graph, layout, looks),
        _draw_badges(graph, layout, looks),
    ]
    width, height = layout.width, layout.height
    if caption:
        width = max(width, 340)
        height += _CAPTION
        note = f'<text y="12" font-size="11" fill="{CAPTION}">{escape(caption)}</text>'
        parts = [note, f'<g transform="translate(0 {_CAPTION})">', *parts, "</g>"]
    return frame("".join(parts), width, height, title)


def _size(shape: Shape) -> Size:
    if shape.kind == "node":
        return 2 * round(width_of(_text(shape), _NODE_FONT, bold=True) / 2 + 12), 30
    font = _font(shape)
    return 2 * round(width_of(_text(shape), font) / 2 + 11), 22 if font == _DATASET_FONT else 20


def _font(shape: Shape) -> int:
    return {"node": _NODE_FONT, "parameter": _DATASET_FONT - 1}.get(shape.kind, _DATASET_FONT)


def _text(shape: Shape) -> str:
    if shape.kind == "node":
        return shorten(printable(shape.label), _NODE_FONT, _NODE_TEXT, bold=True)
    return shorten(printable(shape.label), _font(shape), _DATASET_TEXT)


def _look(shape: Shape, states: Mapping[str, str], *, chosen: bool) -> Look:
    look = KINDS[shape.kind]
    if shape.kind == "node":
        look = STATES.get(states.get(shape.name, ""), look)
    return look.highlighted() if chosen else look


def _draw_edges(graph: Graph, layout: Layout, chosen: set[int]) -> str:
    """All edges as one path, those of highlighted nodes as a second one on top, each with its heads."""
    marked = {one for one in chosen if graph.shapes[one].kind == "node"}
    plain = {edge: points for edge, points in layout.routes.items() if not marked & set(edge)}
    bright = {edge: points for edge, points in layout.routes.items() if marked & set(edge)}
    drawn = []
    for routes, colour, width in ((plain, EDGE, "1.2"), (bright, HIGHLIGHT, "2")):
        if routes:
            heads = "".join(
                f"M{x} {y}l-3.5-{_HEAD}h7z"
                for x, y in dict.fromkeys(points[-1] for points in routes.values())
            )
            drawn.append(
                f'<path d="{_lines(routes)}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
                f'<path d="{heads}" fill="{colour}"/>'
            )
    return "".join(drawn)


def _lines(routes: dict[Edge, list[Point]]) -> str:
    """Curve, straight, curve, ...; what several edges share is drawn once."""
    drawn: set[tuple[Point, Point]] = set()
    path: list[str] = []
    for points in routes.values():
        pen: Point | None = None
        last = len(points) - 2
        for index, step in enumerate(pairwise(points)):
            if step in drawn:
                continue
            drawn.add(step)
            start, (x, y) = step
            if start != pen:
                path.append(f"M{start[0]} {start[1]}")
            elif path[-1][0] == "V" and start[0] == x:
                path.pop()  # straight on
            pen = (x, y)
            end = y - _HEAD if index == last else y
            middle = (start[1] + end) // 2
            path.append(f"V{end}" if start[0] == x else f"C{start[0]} {middle} {x} {middle} {x} {end}")
    return "".join(path)


def _draw_shapes(graph: Graph, layout: Layout, looks: list[Look]) -> str:
    groups: dict[Look, list[str]] = {}
    for shape, (x, y), look in zip(graph.shapes, layout.centres, looks, strict=True):
        width, height = _size(shape)
        radius = 6 if shape.kind == "node" else height // 2
        groups.setdefault(look, []).append(
            f'<rect x="{x - width // 2}" y="{y - height // 2}" width="{width}" height="{height}" rx="{radius}"'
            + (f"><title>{escape(shape.about)}</title></rect>" if shape.about != _text(shape) else "/>")
        )
    drawn = [f"<g {_attributes(look)}>{''.join(shapes)}</g>" for look, shapes in groups.items()]
    return "".join(drawn)


def _attributes(look: Look) -> str:
    dashes = ' stroke-dasharray="3 2"' if look.dashed else ""
    width = "2.5" if look.thick else "1.2"
    return f'fill="{look.fill}" stroke="{look.stroke}" stroke-width="{width}"{dashes}'


def _draw_labels(graph: Graph, layout: Layout, looks: list[Look]) -> str:
    """Labels let the pointer through to the shape below, which has the tooltip."""
    groups: dict[tuple[str, int, str], list[str]] = {}
    for shape, (x, y), look in zip(graph.shapes, layout.centres, looks, strict=True):
        weight = ' font-weight="600"' if shape.kind == "node" else ""
        label = f'<text x="{x}" y="{y + 4}">{escape(_text(shape))}</text>'
        groups.setdefault((look.text, _font(shape), weight), []).append(label)
    drawn = [
        f'<g fill="{colour}" font-size="{size}"{weight}>{"".join(labels)}</g>'
        for (colour, size, weight), labels in groups.items()
    ]
    return f'<g text-anchor="middle" pointer-events="none">{"".join(drawn)}</g>'


def _draw_badges(graph: Graph, layout: Layout, looks: list[Look]) -> str:
    """A mark in the corner says the state without colour, and moves nothing when the state changes."""
    drawn = []
    for shape, (x, y), look in zip(graph.shapes, layout.centres, looks, strict=True):
        if look.badge:
            width, height = _size(shape)
            drawn.append(
                f'<g transform="translate({x + width // 2 - 2} {y - height // 2 + 2})">'
                f'<circle r="7" fill="{look.stroke}" stroke="none"/><path d="{look.badge}"/></g>'
            )
    return (
        f'<g fill="none" stroke="#fff" stroke-width="1.8" stroke-linecap="round">{"".join(drawn)}</g>'
        if drawn
        else ""
    )
