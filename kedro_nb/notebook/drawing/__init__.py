"""The picture of a pipeline's graph: self-contained SVG, and plain text where pictures do not show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.svg import draw_svg
from kedro_nb.notebook.drawing.text import draw_text

if TYPE_CHECKING:
    from kedro_nb.pipeline import Pipeline

__all__ = ["draw_mimebundle", "draw_svg", "draw_text"]


def draw_mimebundle(pipeline: Pipeline) -> dict[str, str]:
    """What a notebook shows for a pipeline: the picture, in a box that scrolls sideways, and the text."""
    return {
        "text/html": f'<div style="overflow-x:auto">{draw_svg(pipeline)}</div>',
        "text/plain": draw_text(pipeline),
    }
