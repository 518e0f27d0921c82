"""Write a laid out graph as SVG.

Only elements and attributes that survive GitHub and nbconvert: no style sheet, no script, and no ids either, so
that two pictures on a page cannot disturb each other (arrow heads are drawn instead of referenced).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.frame import frame
from kedro_nb.notebook.drawing.graph import full_graph, node_graph
from kedro_nb.notebook.drawing.layout import Layout, lay_out
from kedro_nb.notebook.drawing.palette import CAPTION, EDGE, HIGHLIGHT, KINDS, Look
from kedro_nb.notebook.drawing.rows import route_cost
from kedro_nb.notebook.drawing.shapes import arrow_heads, edge_lines, font_of, size_of, text_of
from kedro_nb.notebook.drawing.summary import draw_summary
from kedro_nb.notebook.drawing.words import escape

if TYPE_CHECKING:
    from collections.abc import Collection

    from kedro_nb.notebook.drawing.graph import Graph, Shape
    from kedro_nb.pipeline import Pipeline

_ABOUT = 1000  # characters of what is shown over a shape
_FULL = 400  # nodes: up to here with datasets,
_NODES_ONLY = 1200  # up to here without, and beyond layer by layer
_TANGLED = 9000  # items on all routes: more is slow to lay out and shows nothing
_WIDEST, _HIGHEST = 8000, 20000  # pixels: beyond, scrolling is hopeless
_LEFT_OUT = "Nodes only: the pipeline is too large to draw its datasets."
_CAPTION = 28


def draw_svg(pipeline: Pipeline, *, highlight: Collection[str] = ()) -> str:
    """Draw the graph of a pipeline as a self-contained picture.

    Args:
        pipeline: What to draw; past some hundred nodes without datasets, past a thousand layer by layer.
        highlight: Names of nodes (marked with their edges) and datasets to make stand out.
    """
    title, count = _title(pipeline), len(pipeline.nodes)
    for build, limit, caption in ((full_graph, _FULL, ""), (node_graph, _NODES_ONLY, _LEFT_OUT)):
        if 0 < count <= limit:
            graph = build(pipeline)
            if route_cost(len(graph.shapes), graph.edges) <= _TANGLED:
                light = {place for place, shape in enumerate(graph.shapes) if shape.kind == "parameter"}
                layout = lay_out([size_of(shape) for shape in graph.shapes], graph.edges, light)
                if layout.width <= _WIDEST and layout.height <= _HIGHEST:
                    return _draw_graph(graph, layout, title, caption, set(highlight))
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
) -> str:
    chosen = {place for place, shape in enumerate(graph.shapes) if highlight & {shape.name, *shape.variants}}
    looks = [_look(shape, chosen=place in chosen) for place, shape in enumerate(graph.shapes)]
    parts = [
        _draw_edges(graph, layout, chosen),
        _draw_shapes(graph, layout, looks),
        _draw_labels(graph, layout, looks),
    ]
    width, height = layout.width, layout.height
    if caption:
        width = max(width, 340)
        height += _CAPTION
        note = f'<text y="12" font-size="11" fill="{CAPTION}">{escape(caption)}</text>'
        parts = [note, f'<g transform="translate(0 {_CAPTION})">', *parts, "</g>"]
    return frame("".join(parts), width, height, title)


def _look(shape: Shape, *, chosen: bool) -> Look:
    look = KINDS[shape.kind]
    return look.highlighted() if chosen else look


def _draw_edges(graph: Graph, layout: Layout, chosen: set[int]) -> str:
    """All edges as one path, those of highlighted nodes as a second one on top, each with its heads."""
    marked = {one for one in chosen if graph.shapes[one].kind == "node"}
    plain = {edge: points for edge, points in layout.routes.items() if not marked & set(edge)}
    bright = {edge: points for edge, points in layout.routes.items() if marked & set(edge)}
    drawn = []
    for routes, colour, width in ((plain, EDGE, "1.2"), (bright, HIGHLIGHT, "2")):
        if routes:
            drawn.append(
                f'<path d="{edge_lines(routes)}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
                f'<path d="{arrow_heads(routes)}" fill="{colour}"/>'
            )
    return "".join(drawn)


def _draw_shapes(graph: Graph, layout: Layout, looks: list[Look]) -> str:
    groups: dict[Look, list[str]] = {}
    for shape, (x, y), look in zip(graph.shapes, layout.centres, looks, strict=True):
        width, height = size_of(shape)
        radius = 6 if shape.kind == "node" else height // 2
        groups.setdefault(look, []).append(
            f'<rect x="{x - width // 2}" y="{y - height // 2}" width="{width}" height="{height}" rx="{radius}"'
            + (
                f"><title>{escape(shape.about[:_ABOUT])}</title></rect>"
                if shape.about != text_of(shape)
                else "/>"
            )
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
        label = f'<text x="{x}" y="{y + 4}">{escape(text_of(shape))}</text>'
        groups.setdefault((look.text, font_of(shape), weight), []).append(label)
    drawn = [
        f'<g fill="{colour}" font-size="{size}"{weight}>{"".join(labels)}</g>'
        for (colour, size, weight), labels in groups.items()
    ]
    return f'<g text-anchor="middle" pointer-events="none">{"".join(drawn)}</g>'
