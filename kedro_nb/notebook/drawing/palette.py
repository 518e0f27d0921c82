"""The looks of shapes. Every shape brings its own light ground and dark text, so any page colour behind it will do."""

from __future__ import annotations

from dataclasses import dataclass, replace

EDGE = "#8c8c8c"
CAPTION = "#7b7b7b"
FONT = "Helvetica, Arial, sans-serif"
HIGHLIGHT = "#e8590c"


@dataclass(frozen=True, slots=True)
class Look:
    fill: str
    stroke: str
    text: str = "#1f2a37"
    dashed: bool = False
    thick: bool = False

    def highlighted(self) -> Look:
        return replace(self, stroke=HIGHLIGHT, thick=True)


KINDS = {
    "node": Look("#e3ecfb", "#4f76b8", "#14274a"),
    "input": Look("#dff2f1", "#3f9a98", "#0f3d3c"),
    "dataset": Look("#f4f4f1", "#9d9d96"),
    "output": Look("#f0e6fa", "#9166bd", "#3a1d5c"),
    "parameter": Look("#ececec", "#a8a8a8", "#5a5a5a", dashed=True),
}


@dataclass(frozen=True, slots=True)
class StateLook:
    """How a state looks.

    Args:
        sign: says it without colour.
        fill: the ground of a box, for dark text.
        strong: for signs and bars, seen on light and on dark pages. No colour is strong enough for text on both.
    """

    sign: str
    fill: str
    strong: str


STATES = {
    "waiting": StateLook("·", "#f4f4f4", "#8c8c8c"),
    "loading": StateLook("↓", "#fff1c2", "#b07700"),
    "running": StateLook("●", "#ffdf80", "#b07700"),
    "saving": StateLook("↑", "#fff1c2", "#b07700"),
    "done": StateLook("✓", "#bfe8c9", "#2f9e51"),
    "skipped": StateLook("–", "#e4e4ee", "#8c8c8c"),  # noqa: RUF001 - a dash as wide as the other signs
    "failed": StateLook("✗", "#fac4c0", "#d64545"),
    "cancelled": StateLook("■", "#e6d3c4", "#b0693a"),
}
WORDS = {"cancelled": "stopped"}  # where the word for a state is another one
