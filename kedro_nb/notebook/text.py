"""What a table shows: sizes, and text as HTML may hold it."""

from __future__ import annotations

from html import escape as escape_html

_KILO = 1024.0


def bytes_text(count: float) -> str:
    """512 B, 4.0 KB, 1.2 GB."""
    if count < _KILO:
        return f"{count:.0f} B"
    for unit in ("KB", "MB", "GB"):
        count /= _KILO
        if count < _KILO:
            return f"{count:.1f} {unit}"
    return f"{count / _KILO:.1f} TB"


def html(text: object) -> str:
    """The text with nothing in it that HTML would take for a tag."""
    return escape_html(str(text))
