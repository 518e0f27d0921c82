"""What a table shows: sizes, and text as HTML may hold it."""

from __future__ import annotations

from html import escape as escape_html
from typing import TYPE_CHECKING

from kedro_nb.session.display import bytes_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["bytes_text", "html", "html_note", "html_table"]

_CELL = "padding:2px 14px 2px 0;text-align:left;vertical-align:top;white-space:pre-wrap"
_LINE = "border-bottom:1px solid rgba(128,128,128,.3)"


def html(text: object) -> str:
    """The text with nothing in it that HTML would take for a tag."""
    return escape_html(str(text))


def html_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with its styles inline, legible on light and dark pages."""
    heads = "".join(f'<th style="{_CELL};font-weight:600">{html(name)}</th>' for name in headings)
    body = "".join(
        f'<tr style="background:transparent;{_LINE}">'
        + "".join(f'<td style="{_CELL}">{html(cell)}</td>' for cell in row)
        + "</tr>"
        for row in rows
    )
    return (
        '<table style="border-collapse:collapse;margin:0;color:inherit;table-layout:auto">'
        f'<thead><tr style="background:transparent;{_LINE}">{heads}</tr></thead><tbody>{body}</tbody></table>'
    )


def html_note(text: str) -> str:
    """What stands below a table."""
    return f'<div style="opacity:.7">{html(text)}</div>' if text else ""
