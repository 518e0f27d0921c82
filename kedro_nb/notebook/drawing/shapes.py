"""How large shapes and their texts are, and the lines between them: the same in every picture of a graph."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.words import printable, shorten, width_of

if TYPE_CHECKING:
    from kedro_nb.notebook.drawing.graph import Shape
    from kedro_nb.notebook.drawing.layout import Point, Size
    from kedro_nb.notebook.drawing.rows import Edge

HEAD = 6  # of an arrow
_NODE_FONT, _DATASET_FONT = 12, 11
_NODE_TEXT, _DATASET_TEXT = 210, 190


def size_of(shape: Shape) -> Size:
    if shape.kind == "node":
        return 2 * round(width_of(text_of(shape), _NODE_FONT, bold=True) / 2 + 12), 30
    font = font_of(shape)
    return 2 * round(width_of(text_of(shape), font) / 2 + 11), 22 if font == _DATASET_FONT else 20


def font_of(shape: Shape) -> int:
    return {"node": _NODE_FONT, "parameter": _DATASET_FONT - 1}.get(shape.kind, _DATASET_FONT)


def text_of(shape: Shape) -> str:
    if shape.kind == "node":
        return shorten(printable(shape.label), _NODE_FONT, _NODE_TEXT, bold=True)
    return shorten(printable(shape.label), font_of(shape), _DATASET_TEXT)


def edge_lines(routes: dict[Edge, list[Point]], *, curved: bool = True, heads: bool = True) -> str:
    """Curve, straight, curve, ...; what several edges share is drawn once. Relative steps: they are shorter to write.

    Args:
        routes: the points of each edge.
        curved: straight lines instead of curves take half the text.
        heads: lines end where an arrow's head begins.
    """
    drawn: set[tuple[Point, Point]] = set()
    path: list[str] = []
    for points in routes.values():
        pen: Point | None = None
        last = len(points) - 2
        for index, step in enumerate(pairwise(points)):
            if step in drawn:
                continue
            drawn.add(step)
            (left, top), (x, y) = step
            if step[0] != pen:
                path.append(f"M{left} {top}")
            pen = (x, y)
            down, across = y - top - (HEAD if heads and index == last else 0), x - left
            if not across:
                path.append(f"v{down}")
            elif curved:
                path.append(f"c0 {down // 2} {across} {down // 2} {across} {down}")
            else:
                path.append(f"l{across} {down}")
    return "".join(path).replace(" -", "-")


def arrow_heads(routes: dict[Edge, list[Point]]) -> str:
    """One for all edges that end at the same place."""
    ends = dict.fromkeys(points[-1] for points in routes.values())
    return "".join(f"M{x} {y}l-3.5-{HEAD}h7z" for x, y in ends)
