"""The picture of a run of very many nodes: a small square for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.palette import STATES
from kedro_nb.notebook.drawing.picture import Picture, by_state, in_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STEP = 12
_SIDE = 9
_LINE = 75  # squares
_MOST = 6000  # nodes; beyond, a square stands for several
_RANK = ("failed", "cancelled", "running", "loading", "saving", "waiting", "done", "skipped")
_MARKS = {  # drawn into a square from its upper left corner: what went wrong is to be seen without colour
    "failed": "m2 2l5 5m0-5l-5 5",
    "running": "m2.5 4.5h4",
    "cancelled": "m3 3h3v3h-3z",
}


class Mosaic(Picture):
    """Squares in the planned order, line by line."""

    def __init__(self, names: Iterable[str]) -> None:
        names = list(names)
        each = -(-len(names) // _MOST) or 1
        self._cells = [tuple(names[at : at + each]) for at in range(0, len(names), each)]
        self._corners = [
            f"M{index % _LINE * _STEP} {index // _LINE * _STEP}" for index in range(len(self._cells))
        ]
        lines = -(-len(self._cells) // _LINE)
        super().__init__(min(len(self._cells), _LINE) * _STEP, lines * _STEP)
        self.caption = (
            "One square for each node" if each == 1 else f"One square for {each} nodes"
        ) + ", line by line in the planned order"

    def draw(self, states: Mapping[str, str], words: Mapping[str, str]) -> str:  # noqa: ARG002 - no room for words
        """The squares in the colours of their states."""
        told = {
            corner: min((states.get(name, "waiting") for name in cell), key=_RANK.index)
            if len(cell) > 1
            else states.get(cell[0], "waiting")
            for corner, cell in zip(self._corners, self._cells, strict=True)
        }
        drawn = []
        for state, corners in by_state(told, self._corners).items():
            square = f"h{_SIDE}v{_SIDE}h-{_SIDE}z"
            look = f"fill='{STATES[state].strong}'"
            if state == "waiting":
                look = f"fill='none' stroke='{STATES[state].strong}'"
            drawn.append(f"<path d='{square.join(corners)}{square}' {look}/>")
            if mark := _MARKS.get(state):
                path = mark.join(corners) + mark
                drawn.append(f"<path d='{path}' fill='none' stroke='#fff' stroke-width='1.6'/>")
        return in_frame(self, "".join(drawn))
