"""Make edges stand upright: items of one edge become rigid blocks, which push each other aside."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.rows import WIDE

if TYPE_CHECKING:
    from collections.abc import Collection

    from kedro_nb.notebook.drawing.rows import Rows

_LENGTHS = (1_000_000, 12, 6, 3)  # rows a block may span: tried in turn
_ROOM = 1.3  # how much wider the drawing may become


def straighten(
    graph: Rows, offsets: list[list[float]], place: list[float], light: Collection[int]
) -> tuple[list[float], list[list[int]]]:
    """The places with the longest upright edges that are not much wider than those given, and the blocks."""
    whole = straight_blocks(graph, light)
    allowed = max((max(place) - min(place)) * _ROOM, WIDE)
    for length in _LENGTHS:
        block = _cut(graph, whole, length)
        moved = _rigid(graph, offsets, block, place)
        if max(moved) - min(moved) <= allowed:
            return moved, _members(block)
    return place, _members(list(range(len(place))))


def straight_blocks(graph: Rows, light: Collection[int]) -> list[int]:
    """The block of each item: trunks stand upright, and so does a link that is the only one at both its ends.

    Where such links cross, the largest set that does not is kept.
    """
    block = list(range(len(graph.above)))
    for upper_row, row in pairwise(graph.rows):
        place = {item: index for index, item in enumerate(upper_row)}
        links = []
        for lower in row:
            above = [one for one in graph.above[lower] if one not in light]
            for upper in above:
                trunk = upper >= graph.real and lower >= graph.real
                if len(above) == 1 and (trunk or len(graph.below[upper]) == 1):
                    links.append((upper, lower))
        for upper, lower in _uncrossed(links, place):
            block[lower] = block[upper]
    return block


def _uncrossed(links: list[tuple[int, int]], place: dict[int, int]) -> list[tuple[int, int]]:
    """The longest run of links whose upper ends grow from left to right, as their lower ends do."""
    ends: list[int] = []
    tails: list[int] = []
    before: list[int] = []
    for index, (upper, _) in enumerate(links):
        length = bisect_left(ends, place[upper])
        before.append(tails[length - 1] if length else -1)
        ends[length : length + 1] = [place[upper]]
        tails[length : length + 1] = [index]
    kept = []
    index = tails[-1] if tails else -1
    while index >= 0:
        kept.append(links[index])
        index = before[index]
    return kept


def _members(block: list[int]) -> list[list[int]]:
    members: dict[int, list[int]] = {}
    for item, own in enumerate(block):
        members.setdefault(own, []).append(item)
    return list(members.values())


def _cut(graph: Rows, block: list[int], length: int) -> list[int]:
    cut = list(range(len(block)))
    current: dict[int, list[int]] = {}
    for row in graph.rows:
        for item in row:
            piece = current.get(block[item])
            if piece is None or len(piece) == length:
                piece = current[block[item]] = []
            piece.append(item)
            cut[item] = piece[0]
    return cut


def _rigid(graph: Rows, offsets: list[list[float]], block: list[int], place: list[float]) -> list[float]:
    """Each block at the mean of its items, then as far aside as the least distances ask for."""
    right_of: list[dict[int, float]] = [{} for _ in block]
    total = [0.0] * len(block)
    count = [0] * len(block)
    for row, offset in zip(graph.rows, offsets, strict=True):
        for item in row:
            total[block[item]] += place[item]
            count[block[item]] += 1
        for (left, low), (right, high) in pairwise(zip(row, offset, strict=True)):
            others = right_of[block[left]]
            others[block[right]] = max(others.get(block[right], 0.0), high - low)
    wish = [one / number if number else 0.0 for one, number in zip(total, count, strict=True)]
    order = _left_to_right(block, right_of)
    # The mean of making room towards the right and making room towards the left keeps all distances, too.
    rightmost = wish.copy()
    for index in order:
        for other, distance in right_of[index].items():
            rightmost[other] = max(rightmost[other], rightmost[index] + distance)
    leftmost = wish.copy()
    for index in reversed(order):
        for other, distance in right_of[index].items():
            leftmost[index] = min(leftmost[index], leftmost[other] - distance)
    return [(leftmost[index] + rightmost[index]) / 2 for index in block]


def _left_to_right(block: list[int], right_of: list[dict[int, float]]) -> list[int]:
    """Blocks in an order in which each stands after all on its left: blocks do not cross, so there is one."""
    waiting = [0] * len(block)
    for others in right_of:
        for other in others:
            waiting[other] += 1
    ready = deque(index for index, own in enumerate(block) if index == own and not waiting[index])
    order: list[int] = []
    while ready:
        order.append(ready.popleft())
        for other in right_of[order[-1]]:
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    return order
