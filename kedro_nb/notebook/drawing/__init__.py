"""The picture of a pipeline's graph: self-contained SVG, and plain text where pictures do not show."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.svg import draw_svg
from kedro_nb.notebook.drawing.text import draw_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from kedro_nb.pipeline import Pipeline

__all__ = ["draw_mimebundle", "draw_svg", "draw_text"]


def draw_mimebundle(pipeline: Pipeline, *, highlight: Collection[str] = ()) -> dict[str, str]:
    """What a notebook shows for a pipeline: the picture, in a box that scrolls sideways, and the text.

    The HTML holds the picture as an image: front ends take SVG tags out of a notebook that they do not trust yet,
    and leave images alone.
    """
    svg, text = draw_svg(pipeline, highlight=highlight), draw_text(pipeline, highlight=highlight)
    data = b64encode(svg.encode()).decode()
    alternative = escape(text.partition("\n")[0])
    return {
        "text/html": (
            f'<div style="overflow-x:auto"><img alt="{alternative}" style="max-width:none" '
            f'src="data:image/svg+xml;base64,{data}"></div>'
        ),
        "image/svg+xml": svg,
        "text/plain": text,
    }
