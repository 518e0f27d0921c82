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
    badge: str = ""

    def highlighted(self) -> Look:
        return replace(self, stroke=HIGHLIGHT, thick=True)


KINDS = {
    "node": Look("#e3ecfb", "#4f76b8", "#14274a"),
    "input": Look("#dff2f1", "#3f9a98", "#0f3d3c"),
    "dataset": Look("#f4f4f1", "#9d9d96"),
    "output": Look("#f0e6fa", "#9166bd", "#3a1d5c"),
    "parameter": Look("#ececec", "#a8a8a8", "#5a5a5a", dashed=True),
}

STATES = {
    "waiting": Look("#ececec", "#a8a8a8", "#5a5a5a"),
    "running": Look("#fff1c2", "#c98a00", "#4a3500", badge="M-3.2 0h.01M0 0h.01M3.2 0h.01"),
    "finished": Look("#daf2df", "#2f8f4b", "#123d1f", badge="M-3.5 0l2.5 2.5 4.5-5"),
    "failed": Look("#fbdad8", "#c93434", "#561111", badge="M-3-3l6 6m0-6l-6 6"),
    "skipped": Look("#ececec", "#a8a8a8", "#5a5a5a", dashed=True, badge="M-3.5 0h7"),
    "cancelled": Look("#ececec", "#c93434", "#5a5a5a", dashed=True, badge="M-2.5-2.5h5v5h-5z"),
}
