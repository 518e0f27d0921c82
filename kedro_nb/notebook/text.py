"""What a table shows: sizes, and text as HTML may hold it."""

from __future__ import annotations

from html import escape as escape_html

from kedro_nb.session.display import bytes_text

__all__ = ["bytes_text", "html"]


def html(text: object) -> str:
    """The text with nothing in it that HTML would take for a tag."""
    return escape_html(str(text))
