"""A comparison of two runs as HTML, with its styles inline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.notebook.history_table import MARKS, bar
from kedro_nb.notebook.markup import html, html_note, markup_table
from kedro_nb.session.records.compare_text import (
    MOST_ROWS,
    about,
    by_diff,
    cell,
    listed,
    ratio,
    slowest,
    the_same,
    times,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kedro_nb.session.records.compare import Change, Comparison, Timing

_CODE = (
    "margin:4px 0 8px;padding:0;background:none;color:inherit;font-size:90%;overflow-x:auto;white-space:pre"
)
_SIDES = {"+": "#2f9e51", "-": "#dd4b4b", "@": "#8c8c8c"}
_SLOWER, _FASTER = 1.2, 0.8  # what is worth a colour


def comparison_bundle(comparison: Comparison) -> dict[str, str]:
    """What a notebook shows."""
    return {"text/html": comparison_html(comparison), "text/plain": repr(comparison)}


def comparison_html(comparison: Comparison) -> str:
    """Everything that differs, each kind in a table of its own."""
    names = comparison.before.label, comparison.after.label
    return "".join(
        [
            *_heads(comparison),
            _changes("options", comparison.asked, names),
            _changes("parameters", comparison.parameters, names),
            *_code(comparison),
            _only(names[1], comparison.added),
            _only(names[0], comparison.removed),
            _times(comparison, names),
            _changes("data", comparison.data, names),
        ]
    )


def _heads(comparison: Comparison) -> Iterator[str]:
    for side in (comparison.before, comparison.after):
        sign, colour = MARKS[side.state]
        mark = f'<span style="color:{colour}">{sign}</span>'
        yield f"<div>{mark} <b>{html(side.label)}</b>: {html(about(side))}</div>"
    yield html_note(the_same(comparison))
    yield html_note(comparison.code_note)


def _changes(heading: str, changes: Sequence[Change], names: tuple[str, str]) -> str:
    if not changes:
        return ""
    rows = [[html(each.name), _cell(each.before), _cell(each.after)] for each in changes[:MOST_ROWS]]
    more = len(changes) - MOST_ROWS
    note = html_note(f"and {more} more") if more > 0 else ""
    return markup_table((heading, *names), rows) + note


def _cell(text: str | None) -> str:
    return f'<span title="{html(text or "")}">{html(cell(text))}</span>'


def _only(label: str, nodes: Sequence[str]) -> str:
    return f"<div>nodes only in {html(label)}: {html(listed(nodes))}</div>" if nodes else ""


def _code(comparison: Comparison) -> Iterator[str]:
    for nodes, functions, diff in by_diff(comparison):
        where = f" ({listed(functions, 3)})" if functions else ""
        yield f"<div>code of <b>{html(listed(nodes, 5))}</b>{html(where)}</div>"
        if diff:
            yield f'<pre style="{_CODE}">{"<br>".join(map(_line, diff.splitlines()))}</pre>'


def _line(line: str) -> str:
    colour = _SIDES.get(line[:1])
    return f'<span style="color:{colour}">{html(line)}</span>' if colour else html(line)


def _times(comparison: Comparison, names: tuple[str, str]) -> str:
    shown = slowest(comparison.nodes)
    longest = max((each.after or 0.0 for each in shown), default=0.0) or 1.0
    rows = [_row("<b>all</b>", comparison.total, "")]
    rows += [_row(html(each.name), each, bar((each.after or 0.0) / longest)) for each in shown]
    more = len(comparison.nodes) - len(shown)
    note = html_note(f"and {more} more nodes that took less") if more else ""
    return markup_table(("time", *names, "", ""), rows) + note


def _row(name: str, timing: Timing, drawn: str) -> list[str]:
    before, after = times(timing)
    told = timing.ratio
    colour = ""
    if told is not None and not _FASTER < told < _SLOWER:
        colour = f' style="color:{_SIDES["-"] if told > 1 else _SIDES["+"]}"'
    return [name, html(before), html(after), f"<span{colour}>{html(ratio(timing))}</span>", drawn]
