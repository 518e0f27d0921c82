"""Give every item its horizontal place.

Links pull like springs, and each row in turn takes the places that are best for it with all other rows held still
(least squares under least distances: isotonic regression), which comes down to the best drawing. Then edges are
made to stand upright.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.blocks import straighten

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kedro_nb.notebook.drawing.rows import Rows

SHAPE_GAP = 16.0
BEND_GAP = 8.0
_ROUNDS = 24
_WORK = 60_000  # items and links looked at in all rounds: bounds the time for large graphs
_TRUNK, _FREE, _LIGHT = 8.0, 1.0, 0.1  # how hard links pull
_SNAP = 24.0  # shapes move so far to get a straight edge, not further: that would spoil the balance

Pull = tuple[int, float]


def horizontal(graph: Rows, widths: Sequence[float], light: Collection[int] = ()) -> list[float]:
    """The centre of each item. `widths` are those of the shapes; `light` shapes hardly pull at others."""
    items = range(len(graph.above))
    width = [widths[item] if item < graph.real else 0.0 for item in items]
    offsets = [_offsets(row, width, graph.real) for row in graph.rows]
    up = [[(one, _strength(graph, one, item, light)) for one in graph.above[item]] for item in items]
    down = [[(one, _strength(graph, item, one, light)) for one in graph.below[item]] for item in items]
    both = [above + below for above, below in zip(up, down, strict=True)]
    place = [0.0] * len(width)
    for row, offset in zip(graph.rows, offsets, strict=True):
        for item, one in zip(row, offset, strict=True):
            place[item] = one - offset[-1] / 2
    work = len(width) + sum(map(len, both))
    for number in range(max(6, min(_ROUNDS, _WORK // work))):
        downwards = number % 2 == 0
        pulls = both if number > 1 else up if downwards else down
        for index in range(len(graph.rows)) if downwards else reversed(range(len(graph.rows))):
            _settle(graph.rows[index], offsets[index], pulls, place)
    place, blocks = straighten(graph, offsets, place, light)
    room = _Room(graph, offsets, place)
    for block in blocks:
        _snap(block, room, both, place)
    return place


def _strength(graph: Rows, upper: int, lower: int, light: Collection[int]) -> float:
    if upper in light:
        return _LIGHT
    if len(graph.below[upper]) == 1 and sum(one not in light for one in graph.above[lower]) == 1:
        return _TRUNK
    ends = (upper >= graph.real) + (lower >= graph.real)
    return (_FREE, 2.0, _TRUNK)[ends]


def _offsets(row: list[int], width: list[float], real: int) -> list[float]:
    """How far each item of a row is from the first one when they stand as closely as they may."""
    offsets = [0.0]
    for left, right in pairwise(row):
        gap = SHAPE_GAP if left < real and right < real else BEND_GAP
        offsets.append(offsets[-1] + (width[left] + width[right]) / 2 + gap)
    return offsets


def _settle(row: list[int], offset: list[float], pulls: list[list[Pull]], place: list[float]) -> None:
    """Move a row to where its springs have the least energy: neighbours that would overlap move as one."""
    groups: list[tuple[float, float, int]] = []  # place of the first less its offset, weight, how many
    for item, off in zip(row, offset, strict=True):
        weight = sum(strength for _, strength in pulls[item])
        if weight:
            at = sum(place[one] * strength for one, strength in pulls[item]) / weight - off
        else:
            at, weight = place[item] - off, 0.01
        size = 1
        while groups and groups[-1][0] > at:
            before, heavy, count = groups.pop()
            at = (before * heavy + at * weight) / (heavy + weight)
            weight, size = weight + heavy, size + count
        groups.append((at, weight, size))
    spots = (at for at, _, size in groups for _ in range(size))
    for item, off, at in zip(row, offset, spots, strict=True):
        place[item] = at + off


class _Room:
    """How far an item can move between its neighbours as they stand now."""

    def __init__(self, graph: Rows, offsets: list[list[float]], place: list[float]) -> None:
        self._left: dict[int, tuple[int, float]] = {}
        self._right: dict[int, tuple[int, float]] = {}
        self._place = place
        for row, offset in zip(graph.rows, offsets, strict=True):
            for (left, low), (right, high) in pairwise(zip(row, offset, strict=True)):
                self._left[right], self._right[left] = (left, high - low), (right, high - low)

    def of(self, item: int) -> tuple[float, float]:
        low, high = float("-inf"), float("inf")
        if item in self._left:
            other, distance = self._left[item]
            low = self._place[other] + distance
        if item in self._right:
            other, distance = self._right[item]
            high = self._place[other] - distance
        return low, high


def _snap(block: list[int], room: _Room, pulls: list[list[Pull]], place: list[float]) -> None:
    """Stand right below or above the nearest neighbour when that is a small step and there is room."""
    here = place[block[0]]
    members = set(block)
    around = [place[one] for item in block for one, _ in pulls[item] if one not in members]
    near = min(around, key=lambda at: abs(at - here), default=here)
    if near != here and abs(near - here) <= _SNAP:
        rooms = [room.of(item) for item in block]
        if max(low for low, _ in rooms) <= near <= min(high for _, high in rooms):
            for item in block:
                place[item] = near
