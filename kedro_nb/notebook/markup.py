"""Text as HTML may hold it, and tables of it."""

from __future__ import annotations

from html import escape as escape_html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_CELL = "padding:2px 14px 2px 0;text-align:left;vertical-align:top;white-space:pre-wrap"
_LINE = "border-bottom:1px solid rgba(128,128,128,.3)"


def html(text: object) -> str:
    """The text with nothing in it that HTML would take for a tag."""
    return escape_html(str(text))


def html_table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of text with its styles inline, legible on light and dark pages."""
    return markup_table(headings, (map(html, row) for row in rows))


def markup_table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """The same with cells that are HTML already."""
    heads = "".join(f'<th style="{_CELL};font-weight:600">{html(name)}</th>' for name in headings)
    body = "".join(
        f'<tr style="background:transparent;{_LINE}">'
        + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in row)
        + "</tr>"
        for row in rows
    )
    return (
        '<table style="border-collapse:collapse;margin:4px 0 8px;color:inherit;table-layout:auto">'
        f'<thead><tr style="background:transparent;{_LINE}">{heads}</tr></thead><tbody>{body}</tbody></table>'
    )


def html_note(text: str) -> str:
    """A few words that matter less than what they stand below; none where there are none."""
    return f'<div style="opacity:.7">{html(text)}</div>' if text else ""
