"""Text for pictures: how wide it is, how to shorten it, how to make it harmless."""

from __future__ import annotations

import unicodedata

_NARROW = dict.fromkeys("ijl|'", 0.24) | dict.fromkeys("ftI.,:;!()[]/ ", 0.31) | dict.fromkeys('r-"*', 0.37)
_BROAD = dict.fromkeys("mwM%@", 0.89) | {"W": 1.0, "…": 1.0}


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """A cautious guess: the reader's font is unknown, the common ones differ by a tenth."""
    return sum(map(_em, text)) * size * (1.07 if bold else 1.0)


def _em(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.05
    return _NARROW.get(char) or _BROAD.get(char) or (0.73 if char.isupper() else 0.58)


def shorten(text: str, size: float, limit: float, *, bold: bool = False) -> str:
    """Leave out the middle of a text wider than `limit`: the ends tell names apart best."""
    widths = [width_of(char, size, bold=bold) for char in text]
    width = sum(widths)
    if width <= limit:
        return text
    width += width_of("…", size, bold=bold)
    head = tail = len(text) // 2  # the text before one and from the other
    while (head or tail < len(text)) and width > limit:
        if head > len(text) - tail:
            head -= 1
            width -= widths[head]
        else:
            width -= widths[tail]
            tail += 1
    return f"{text[:head]}…{text[tail:]}"


def printable(text: str) -> str:
    """Control characters, line breaks and what XML cannot hold, as visible escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def escape(text: str) -> str:
    """Safe as the text or the quoted attribute value of HTML and XML."""
    return "\n".join(
        printable(line).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
        for line in text.split("\n")
    )


def listed(names: list[str], most: int) -> str:
    """Names with commas; the surplus as a count."""
    shown = ", ".join(map(printable, names[:most]))
    return shown if len(names) <= most else f"{shown}, … +{len(names) - most}"
