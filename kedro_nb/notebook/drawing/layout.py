"""Place the shapes of a graph top to bottom (Sugiyama's method) and route the edges between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.coordinates import BEND_GAP, SHAPE_GAP, horizontal
from kedro_nb.notebook.drawing.ordering import reduce_crossings
from kedro_nb.notebook.drawing.rows import WIDE, Edge, Rows, cut, stagger

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Size = tuple[int, int]
Point = tuple[int, int]

_DEEPEST = 4  # rows to spread one over
_COMPONENT_GAP = 36


@dataclass(frozen=True, slots=True)
class Layout:
    """Centres of the shapes, and for each edge its points: it curves from 1st to 2nd, runs straight to 3rd, ..."""

    width: int
    height: int
    centres: list[Point]
    routes: dict[Edge, list[Point]]


def lay_out(sizes: Sequence[Size], edges: Sequence[Edge], light: Collection[int] = ()) -> Layout:
    """Lay out shapes of the given sizes; edges go from upper to lower shape and make no circle.

    `light` shapes stand aside: the others are placed as if these did not pull at them.
    """
    edges = list(dict.fromkeys(edges))
    members = components(len(sizes), edges)
    home = {shape: (part, index) for part, shapes in enumerate(members) for index, shape in enumerate(shapes)}
    own_edges: list[list[Edge]] = [[] for _ in members]
    for upper, lower in edges:
        part, index = home[upper]
        own_edges[part].append((index, home[lower][1]))
    own_light: list[set[int]] = [set() for _ in members]
    for shape in light:
        part, index = home[shape]
        own_light[part].add(index)
    parts = [
        (shapes, _lay_out_component([sizes[shape] for shape in shapes], edges, light))
        for shapes, edges, light in zip(members, own_edges, own_light, strict=True)
    ]
    return _shelve(len(sizes), parts)


def components(count: int, edges: Sequence[Edge]) -> list[list[int]]:
    """The connected parts of the graph, each in the order of the shapes."""
    leader = list(range(count))

    def find(shape: int) -> int:
        while leader[shape] != shape:
            leader[shape] = shape = leader[leader[shape]]
        return shape

    for upper, lower in edges:
        one, other = sorted((find(upper), find(lower)))
        leader[other] = one
    parts: dict[int, list[int]] = {}
    for shape in range(count):
        parts.setdefault(find(shape), []).append(shape)
    return list(parts.values())


def _lay_out_component(sizes: list[Size], edges: list[Edge], light: Collection[int]) -> Layout:
    graph = cut(len(sizes), edges)
    reduce_crossings(graph)
    graph = stagger(graph, [_depth(row, sizes) for row in graph.rows])
    across = horizontal(graph, [width for width, _ in sizes], light)
    left = min(*across, *(x - width / 2 for x, (width, _) in zip(across, sizes, strict=False)))
    xs = [round(x - left) for x in across]
    tops, bottoms = _heights(graph, xs, sizes)
    row_of = {item: number for number, row in enumerate(graph.rows) for item in row}
    centres = [
        (xs[shape], (tops[row_of[shape]] + bottoms[row_of[shape]]) // 2) for shape in range(len(sizes))
    ]

    def route(items: list[int]) -> list[Point]:
        points: list[Point] = []
        for item in items:
            half = sizes[item][1] // 2 if item < graph.real else 0
            row = row_of[item]
            top, bottom = (
                (centres[item][1] - half, centres[item][1] + half) if half else (tops[row], bottoms[row])
            )
            points += [(xs[item], top), (xs[item], bottom)]
        return points[1:-1]

    right = max(x + width // 2 for x, (width, _) in zip(xs, sizes, strict=False))
    routes = {edge: route(items) for edge, items in graph.routes.items()}
    return Layout(max(right, *xs), bottoms[-1], centres, routes)


def _depth(row: list[int], sizes: list[Size]) -> int:
    """Over how many rows to spread this one: enough to be narrow, but bends take room as well."""
    widths = [sizes[item][0] + SHAPE_GAP for item in row if item < len(sizes)]
    bends = (len(row) - len(widths)) * BEND_GAP
    for depth in range(1, _DEEPEST):
        passing = len(widths) * (depth - 1) / depth * 2 * BEND_GAP
        if sum(widths) / depth + passing + bends <= WIDE:
            return depth
    return min(_DEEPEST, max(len(widths), 1))


def _heights(graph: Rows, xs: list[int], sizes: list[Size]) -> tuple[list[int], list[int]]:
    """Top and bottom of each row; rows stand further apart where edges run far to the side."""
    tops, bottoms = [], []
    y = 0
    for row in graph.rows:
        height = max((sizes[item][1] for item in row if item < graph.real), default=0)
        tops.append(y)
        bottoms.append(y + height)
        aside = max((abs(xs[item] - xs[one]) for item in row for one in graph.below[item]), default=0)
        y += height + min(100, 24 + aside // 8)
    return tops, bottoms


def _shelve(count: int, parts: list[tuple[list[int], Layout]]) -> Layout:
    """Put the components side by side, tallest first, on as many shelves as it takes."""
    area = sum((part.width + _COMPONENT_GAP) * (part.height + _COMPONENT_GAP) for _, part in parts)
    limit = max([part.width for _, part in parts] + [min(WIDE, int((area * 2) ** 0.5))], default=0)
    centres: list[Point] = [(0, 0)] * count
    routes: dict[Edge, list[Point]] = {}
    x = y = width = shelf = 0
    for members, part in sorted(parts, key=lambda pair: -(pair[1].height // 50)):
        if x and x + part.width > limit:
            x, y, shelf = 0, y + shelf + _COMPONENT_GAP, 0
        for shape, (left, top) in zip(members, part.centres, strict=True):
            centres[shape] = (left + x, top + y)
        for (upper, lower), points in part.routes.items():
            routes[members[upper], members[lower]] = [(left + x, top + y) for left, top in points]
        width, shelf = max(width, x + part.width), max(shelf, part.height)
        x += part.width + _COMPONENT_GAP
    return Layout(width, y + shelf, centres, routes)
