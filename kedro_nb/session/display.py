"""Numbers and rows as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_KILO = 1024.0
STATE_WORDS = {"cancelled": "stopped"}  # where people say something else than programs


def seconds_text(seconds: float) -> str:
    """<1 ms, 12 ms, 1.25 s, 12.5 s, 2 min 5 s."""
    if seconds < 0.0005:  # noqa: PLR2004 - what would read 0 ms
        return "<1 ms"
    if seconds < 0.9995:  # noqa: PLR2004 - what would read 1000 ms
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.995:  # noqa: PLR2004 - what would read 10.00 s: three digits are enough
        return f"{seconds:.2f} s"
    if seconds < 59.95:  # noqa: PLR2004 - what would read 60.0 s
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
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


def columns(rows: Sequence[tuple[str, ...]], indent: str = "", right: Collection[int] = ()) -> str:
    """Rows of text with their columns under each other.

    Args:
        rows: cells, the same number in each.
        indent: stands before each line.
        right: the columns whose cells stand at the right.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    aligned = [str.rjust if place in right else str.ljust for place in range(len(widths))]
    lines = (
        "  ".join(align(cell, width) for align, cell, width in zip(aligned, row, widths, strict=True))
        for row in rows
    )
    return "\n".join(f"{indent}{line}".rstrip() for line in lines)
