"""Order the items of each row so that few links cross."""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kedro_nb.notebook.drawing.rows import Rows

_WORK = 80_000  # items and links looked at in all sweeps: bounds the time for large graphs
_PATIENCE = 4  # sweeps without a gain before giving up


def reduce_crossings(graph: Rows) -> None:
    """Reorder `graph.rows` in place: barycenter sweeps with transposition; the best order seen stays."""
    graph.rows = first_order(graph)
    size = len(graph.above) + sum(map(len, graph.below))
    sweeps = max(4, min(24, _WORK // max(size, 1)))
    best, fewest, stale = [list(row) for row in graph.rows], crossings(graph), 0
    for sweep in range(sweeps):
        if not fewest or stale == _PATIENCE:
            break
        _sweep(graph, downwards=sweep % 2 == 0)
        _transpose(graph)
        count = crossings(graph)
        if count < fewest:
            best, fewest, stale = [list(row) for row in graph.rows], count, 0
        else:
            stale += 1
    graph.rows = best


def first_order(graph: Rows) -> list[list[int]]:
    """Items in the order in which a depth-first walk along the links, both ways, meets them."""
    row_of = {item: number for number, row in enumerate(graph.rows) for item in row}
    rows: list[list[int]] = [[] for _ in graph.rows]
    seen: set[int] = set()
    stack = [item for row in reversed(graph.rows) for item in reversed(row)]
    while stack:
        item = stack.pop()
        if item not in seen:
            seen.add(item)
            rows[row_of[item]].append(item)
            stack += reversed(graph.above[item])
            stack += reversed(graph.below[item])
    return rows


def crossings(graph: Rows) -> int:
    total = 0
    place = places(graph)
    for row in graph.rows[:-1]:
        ends: list[int] = []
        for item in row:
            targets = sorted(place[lower] for lower in graph.below[item])
            total += sum(len(ends) - bisect_right(ends, target) for target in targets)
            for target in targets:
                insort(ends, target)
    return total


def places(graph: Rows) -> list[int]:
    place = [0] * len(graph.above)
    for row in graph.rows:
        for index, item in enumerate(row):
            place[item] = index
    return place


def _sweep(graph: Rows, *, downwards: bool) -> None:
    """Put each item at the mean place of its neighbours in the row before; items without any stay put."""
    place = places(graph)
    beside = graph.above if downwards else graph.below
    for row in graph.rows[1:] if downwards else graph.rows[-2::-1]:
        mean = {
            item: sum(place[one] for one in beside[item]) / len(beside[item]) for item in row if beside[item]
        }
        # On the way up equal means change sides: otherwise ties never get a second chance.
        tied = 1 if downwards else -1
        moving = sorted(mean, key=lambda item: (mean[item], tied * place[item]))
        turn = iter(moving)
        row[:] = [next(turn) if item in mean else item for item in row]
        for index, item in enumerate(row):
            place[item] = index


def _transpose(graph: Rows) -> None:
    """Swap neighbours in a row wherever that removes crossings."""
    place = places(graph)
    for row in graph.rows:
        ends = {
            item: (
                sorted(place[one] for one in graph.above[item]),
                sorted(place[one] for one in graph.below[item]),
            )
            for item in row
        }
        for index in range(len(row) - 1):
            left, right = row[index], row[index + 1]
            (left_above, left_below), (right_above, right_below) = ends[left], ends[right]
            now = _inversions(left_above, right_above) + _inversions(left_below, right_below)
            if now and now > _inversions(right_above, left_above) + _inversions(right_below, left_below):
                row[index], row[index + 1] = right, left
        for index, item in enumerate(row):
            place[item] = index


def _inversions(left: list[int], right: list[int]) -> int:
    """Pairs of links that cross when `left` stands left of `right`; both sorted."""
    if not left or not right or left[-1] <= right[0]:
        return 0
    return sum(len(left) - bisect_right(left, end) for end in right)
