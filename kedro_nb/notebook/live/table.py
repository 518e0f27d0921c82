"""The nodes of a run as a table: states, times, memory, sizes, and what they have printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.palette import STATES
from kedro_nb.notebook.drawing.words import escape
from kedro_nb.notebook.live.prints import AllPrints, LastPrints
from kedro_nb.notebook.live.timeline import CALL, LOAD, SAVE
from kedro_nb.notebook.live.words import label_of, rows_of, size_text, state_of, time_of
from kedro_nb.session.display import bytes_text, seconds_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kedro_nb.session import NodeProgress, RunProgress

_TABLE = "border-collapse:collapse;margin:6px 0 0;color:inherit;font-size:12px;table-layout:auto"
_CELL = "padding:1px 10px 1px 0;text-align:left"
_RIGHT = "padding:1px 10px 1px 0;text-align:right"
_FAINT = ";opacity:.65"
_BAR = 90  # pixels
_MOST_OUTPUTS = 3
_LONGEST = 40  # characters of a name


def node_table(progress: RunProgress, outputs: Mapping[str, Sequence[str]], room: int = 0) -> str:
    """As HTML; empty before the first node has begun.

    Args:
        progress: the run.
        outputs: the names of each node's outputs.
        room: characters for what nodes have printed, in the record.
    """
    nodes, left_out = rows_of(progress)
    if not nodes:
        return ""
    columns = _columns(nodes, progress, outputs)
    longest = max((node.seconds for node in nodes), default=0.0) or 1.0
    heads = "".join(f'<th style="{style}{_FAINT}">{title}</th>' for title, style in columns.items())
    written = LastPrints() if progress.state == "running" else AllPrints(room)
    body = "".join(
        _row(node, columns, longest, progress, outputs) + _below(written.of(node), len(columns))
        for node in nodes
    )
    note = f'<div style="font-size:12px;opacity:.65">{escape(left_out)}</div>' if left_out else ""
    others = written.of_others(progress, nodes)
    return (
        f'<div style="overflow-x:auto"><table style="{_TABLE}">'
        f'<thead><tr style="background:transparent">{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{note}{others}"
    )


def _columns(
    nodes: Sequence[NodeProgress], progress: RunProgress, outputs: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Titles and styles of the columns that have something in them."""
    columns = {
        "": "padding:1px 6px 1px 0;text-align:left",
        "node": f"{_CELL};white-space:nowrap",
        "time": _RIGHT,
        " ": f"{_CELL};white-space:nowrap",
    }
    if any(node.state == "done" for node in nodes):
        columns |= dict.fromkeys(("load", "call", "save"), _RIGHT)
    if any(node.expected is not None for node in nodes):
        columns["expected"] = _RIGHT
    if any(node.peak is not None for node in nodes):
        columns["peak&nbsp;memory"] = _RIGHT
    if any(name in progress.data for node in nodes for name in outputs.get(node.name, ())):
        columns["outputs"] = _CELL
    return columns


def _row(
    node: NodeProgress,
    columns: Mapping[str, str],
    longest: float,
    progress: RunProgress,
    outputs: Mapping[str, Sequence[str]],
) -> str:
    state = state_of(node)
    done = node.state == "done"
    cells = {
        "": f'<span style="color:{STATES[state].strong}">{STATES[state].sign}</span>',
        "node": _named(label_of(node, progress), node.name),
        "time": _number(time_of(node, over=progress.state != "running")),
        " ": _split_bar(node, longest),
        "load": _number(seconds_text(node.load)) if done else "",
        "call": _number(seconds_text(node.call)) if done else "",
        "save": _number(seconds_text(node.save)) if done else "",
        "expected": "" if node.expected is None else _number(seconds_text(node.expected)),
        "peak&nbsp;memory": "" if node.peak is None else _number(bytes_text(node.peak)),
        "outputs": _outputs(outputs.get(node.name, ()), progress) if "outputs" in columns else "",
    }
    faint = _FAINT if state in {"waiting", "skipped"} else ""
    told = "".join(
        f'<td style="{style}{faint if title == "node" else ""}">{cells[title]}</td>'
        for title, style in columns.items()
    )
    return f'<tr style="background:transparent">{told}</tr>'


def _named(label: str, name: str) -> str:
    """The end of a long name tells it apart: namespaces are at the beginning."""
    short = label if len(label) <= _LONGEST else f"…{label[-_LONGEST:]}"
    if short == name:
        return escape(name)
    return f'<span title="{escape(name)}" style="white-space:nowrap">{escape(short)}</span>'


def _number(text: str) -> str:
    """Number and unit stay together."""
    return escape(text).replace(" ", "&nbsp;")


def _below(text: str, columns: int) -> str:
    """A row of its own for what a node has printed."""
    if not text:
        return ""
    return (
        '<tr style="background:transparent"><td style="padding:0"></td>'
        f'<td colspan="{columns - 1}" style="padding:0 0 4px;text-align:left">{text}</td></tr>'
    )


def _split_bar(node: NodeProgress, longest: float) -> str:
    """Its share of the time."""
    if not node.seconds:
        return ""
    done = node.state == "done"
    call = node.call if done else node.seconds
    sides = ((node.load, "left", LOAD), (node.save, "right", SAVE)) if done else ()
    borders = "".join(
        f";border-{side}:{width}px solid {colour}"
        for seconds, side, colour in sides
        if (width := round(_BAR * seconds / longest))
    )
    width, colour = round(_BAR * call / longest), CALL if done else STATES[state_of(node)].strong
    return (
        f'<span style="display:inline-block;height:8px;width:{width}px;background:{colour}{borders}"></span>'
    )


def _outputs(names: Sequence[str], progress: RunProgress) -> str:
    told = [
        f'{_named(name, name)} <span style="opacity:.65">{_number(size)}</span>'
        for name in names[:_MOST_OUTPUTS]
        if name in progress.data and (size := size_text(progress.data[name]))
    ]
    return "&nbsp; ".join(told + ["…"] * (bool(told) and len(names) > _MOST_OUTPUTS))
