"""Cut a graph into rows so that every link joins two neighbouring rows."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise

Edge = tuple[int, int]

WIDE = 1300  # what may still be called narrow: a row wider than this is spread over several


@dataclass(slots=True)
class Rows:
    """Items in rows, top to bottom. Items below `real` are the shapes; the others are bends of long edges.

    A shape's long edges share one trunk of bends, one bend a row: what leaves a dataset is the same data for
    every reader, and the number of bends stays small.
    """

    real: int
    rows: list[list[int]]
    above: list[list[int]] = field(default_factory=list)
    below: list[list[int]] = field(default_factory=list)
    routes: dict[Edge, list[int]] = field(default_factory=dict)

    def new_item(self) -> int:
        self.above.append([])
        self.below.append([])
        return len(self.above) - 1

    def link(self, upper: int, lower: int) -> None:
        self.below[upper].append(lower)
        self.above[lower].append(upper)


def ranks(count: int, edges: list[Edge]) -> list[int]:
    """The row of each shape: longest path from the top, then what only feeds one place sinks down to it."""
    before, after = neighbours(count, edges)
    missing = [len(shapes) for shapes in before]
    ready = deque(shape for shape in range(count) if not missing[shape])
    rank = [0] * count
    order: list[int] = []
    while ready:
        shape = ready.popleft()
        order.append(shape)
        for reader in after[shape]:
            rank[reader] = max(rank[reader], rank[shape] + 1)
            missing[reader] -= 1
            if not missing[reader]:
                ready.append(reader)
    movable = [False] * count
    for shape in order:
        movable[shape] = all(movable[one] and len(after[one]) == 1 for one in before[shape])
    for shape in reversed(order):
        if movable[shape] and after[shape]:
            rank[shape] = min(rank[reader] for reader in after[shape]) - 1
    return rank


def neighbours(count: int, edges: list[Edge]) -> tuple[list[list[int]], list[list[int]]]:
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for upper, lower in edges:
        after[upper].append(lower)
        before[lower].append(upper)
    return before, after


def cut(count: int, edges: list[Edge]) -> Rows:
    rank = ranks(count, edges)
    graph = Rows(real=count, rows=[[] for _ in range(max(rank, default=-1) + 1)])
    _, after = neighbours(count, edges)
    for shape in range(count):
        graph.rows[rank[graph.new_item()]].append(shape)
    trunks = [[shape] for shape in range(count)]
    for shape, trunk in enumerate(trunks):
        for row in range(rank[shape] + 1, max((rank[reader] for reader in after[shape]), default=0)):
            bend = graph.new_item()
            graph.rows[row].append(bend)
            graph.link(trunk[-1], bend)
            trunk.append(bend)
    for upper, lower in edges:
        trunk = trunks[upper][: rank[lower] - rank[upper]]
        graph.link(trunk[-1], lower)
        graph.routes[upper, lower] = [*trunk, lower]
    return graph


def route_cost(count: int, edges: list[Edge]) -> int:
    """How many items all routes pass: known before anything is built, it says whether to draw at all."""
    rank = ranks(count, edges)
    return count + sum(rank[lower] - rank[upper] for upper, lower in edges)


def stagger(graph: Rows, depths: list[int]) -> Rows:
    """Spread row i, in its present order, over `depths[i]` rows: shapes take turns, edges run on between them.

    Every item becomes a column with one item a row, so that no crossing comes or goes.
    """
    if max(depths, default=1) == 1:
        return graph
    spread = Rows(real=graph.real, rows=[])
    for _ in range(graph.real):
        spread.new_item()
    columns: list[list[int]] = [[] for _ in graph.above]
    for row, depth in zip(graph.rows, depths, strict=True):
        shapes = (item for item in row if item < graph.real)
        turn = {item: index % depth for index, item in enumerate(shapes)}
        for item in row:
            column = [item if turn.get(item) == level else spread.new_item() for level in range(depth)]
            for upper, lower in pairwise(column):
                spread.link(upper, lower)
            columns[item] = column
        spread.rows += [[columns[item][level] for item in row] for level in range(depth)]
    for upper, lowers in enumerate(graph.below):
        for lower in lowers:
            spread.link(columns[upper][-1], columns[lower][0])
    spread.routes = {
        (start, end): _through(columns, start, path, end) for (start, end), path in graph.routes.items()
    }
    return spread


def _through(columns: list[list[int]], start: int, path: list[int], end: int) -> list[int]:
    first, last = columns[start], columns[end]
    middle = [item for bend in path[1:-1] for item in columns[bend]]
    return [*first[first.index(start) :], *middle, *last[: last.index(end) + 1]]
