"""The svg element around every picture."""

from __future__ import annotations

from kedro_nb.notebook.drawing.palette import FONT
from kedro_nb.notebook.drawing.words import escape

_MARGIN = 10


def frame(body: str, width: int, height: int, title: str) -> str:
    """An svg element that shrinks a little to fit the page before it needs a scroll bar."""
    wide, high = width + 2 * _MARGIN, height + 2 * _MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" '
        f'viewBox="-{_MARGIN} -{_MARGIN} {wide} {high}" role="img" aria-label="{escape(title)}" '
        f'font-family="{FONT}" style="width:100%;height:auto;min-width:{wide * 3 // 4}px;max-width:{wide}px">'
        f"<title>{escape(title)}</title>{body}</svg>"
    )
