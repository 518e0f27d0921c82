"""Numbers and names as people read them, and as HTML may hold them."""

from __future__ import annotations

from html import escape as escape_html

_MINUTE = 60.0
_KILO = 1024.0


def seconds_text(seconds: float) -> str:
    """1.25 s, 12 ms, 2 min 5 s."""
    if seconds < 0.0005:  # noqa: PLR2004 - half of the smallest unit
        return "<1 ms"
    if seconds < 0.9995:  # noqa: PLR2004 - what would read 1000 ms
        return f"{seconds * 1000:.0f} ms"
    if seconds < _MINUTE:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"  # noqa: PLR2004 - three digits
    minutes, rest = divmod(round(seconds), int(_MINUTE))
    return f"{minutes} min {rest} s"


def bytes_text(count: float) -> str:
    """512 B, 4.0 KB, 1.2 GB."""
    if count < _KILO:
        return f"{count:.0f} B"
    for unit in ("KB", "MB", "GB"):
        count /= _KILO
        if count < _KILO:
            return f"{count:.1f} {unit}"
    return f"{count / _KILO:.1f} TB"


def count_text(count: int, noun: str) -> str:
    """1 node, 3 nodes."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def html(text: object) -> str:
    """The text with nothing in it that HTML would take for a tag."""
    return escape_html(str(text))


def columns(rows: list[tuple[str, ...]], indent: str = "") -> str:
    """Rows of text with their columns under each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(f"{indent}{line}".rstrip() for line in lines)
