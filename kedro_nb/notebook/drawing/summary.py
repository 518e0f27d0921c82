"""A picture of a pipeline too large to show every node: how many there are layer by layer, and some names."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.frame import frame
from kedro_nb.notebook.drawing.graph import labels, layers
from kedro_nb.notebook.drawing.palette import CAPTION, EDGE, KINDS
from kedro_nb.notebook.drawing.words import escape, printable, shorten

if TYPE_CHECKING:
    from kedro_nb.pipeline import Pipeline

_BANDS = 30
_STEP, _BAR = 30, 22
_LEFT, _LONGEST, _NAMES = 110, 260, 420
_FONT = 11


def draw_summary(pipeline: Pipeline, title: str) -> str:
    found = layers(pipeline)
    if not found:
        return frame(f'<text y="14" font-size="12" fill="{CAPTION}">{escape(title)}</text>', 200, 20, title)
    label = labels(pipeline)
    a_band = -(-len(found) // _BANDS)
    bands = [(first, found[first : first + a_band]) for first in range(0, len(found), a_band)]
    most = max(sum(map(len, band)) for _, band in bands)
    drawn = [f'<text y="14" font-size="12" fill="{CAPTION}">{escape(title)} in {len(found)} layers</text>']
    for index, (first, band) in enumerate(bands):
        names = [printable(label[node.name]) for node in chain.from_iterable(band)]
        number = f"layer {first + 1}" if len(band) == 1 else f"layers {first + 1}-{first + len(band)}"
        drawn.append(_draw_band(26 + index * _STEP, number, names, most))
    last = 26 + (len(bands) - 1) * _STEP
    spine = f'<path d="M{_LEFT} 26V{last + _BAR}" stroke="{EDGE}" stroke-width="1.2"/>'
    return frame(spine + "".join(drawn), _LEFT + _LONGEST + _NAMES, last + _BAR, title)


def _draw_band(y: int, number: str, names: list[str], most: int) -> str:
    look = KINDS["node"]
    width = max(40, _LONGEST * len(names) // most)
    some = ""
    for name in names:
        longer = f"{some}, {name}" if some else name
        if some and shorten(longer, _FONT, _NAMES - 50) != longer:
            break
        some = shorten(longer, _FONT, _NAMES - 50)
    shown = len(some.split(", "))
    rest = f", … +{len(names) - shown}" if shown < len(names) else ""
    line = y + _BAR // 2 + 4
    return (
        f'<text x="{_LEFT - 10}" y="{line}" font-size="{_FONT}" fill="{CAPTION}" text-anchor="end">{number}</text>'
        f'<rect x="{_LEFT}" y="{y}" width="{width}" height="{_BAR}" rx="5" '
        f'fill="{look.fill}" stroke="{look.stroke}"/>'
        f'<text x="{_LEFT + width // 2}" y="{line}" font-size="{_FONT}" font-weight="600" fill="{look.text}" '
        f'text-anchor="middle">{len(names)}</text>'
        f'<text x="{_LEFT + width + 10}" y="{line}" font-size="{_FONT}" fill="{CAPTION}">{escape(some + rest)}</text>'
    )
