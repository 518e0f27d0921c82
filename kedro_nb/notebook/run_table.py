"""A run's progress as HTML with its styles inline, and as text. Colours are legible on light and dark pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.notebook.text import html
from kedro_nb.session.display import columns, count_text, seconds_text
from kedro_nb.session.progress import most_telling

if TYPE_CHECKING:
    from kedro_nb.session import NodeProgress, RunProgress

_MOST_ROWS = 20
_DRY = "DryRunner"  # ours, or the one that users write after Kedro's pages
_MARKS = {
    "waiting": ("·", "#8c8c8c"),
    "done": ("✓", "#2f9e51"),
    "skipped": ("–", "#8c8c8c"),  # noqa: RUF001 - a dash as wide as the other marks
    "failed": ("✗", "#dd4b4b"),
    "cancelled": ("■", "#c98a00"),
    "finished": ("✓", "#2f9e51"),
    "running": ("●", "#c98a00"),
}
_CELL = "padding:1px 14px 1px 0;text-align:left;vertical-align:middle;white-space:nowrap"
_GREY = "opacity:.65"


def run_bundle(progress: RunProgress) -> dict[str, str]:
    """What the notebook shows for a run, now."""
    return {"text/html": run_html(progress), "text/plain": run_text(progress)}


def run_text(progress: RunProgress) -> str:
    """A line; once the run is over, with the table."""
    mark, _ = _MARKS[progress.state]
    head = f"{mark} {summary(progress)}"
    rows, left_out = table_rows(progress)
    if not rows:
        return head
    table = columns([(_MARKS[_state(node)][0], node.name, node_time(node)) for node in rows], indent="  ")
    return "\n".join(filter(None, (head, table, left_out and f"  {left_out}")))


def run_html(progress: RunProgress) -> str:
    """The same, with a bar for each node's share of the time."""
    rows, left_out = table_rows(progress)
    line = f"<div>{_mark(progress.state)} {html(summary(progress))}</div>"
    if not rows:
        return line
    longest = max(node.seconds for node in rows) or 1.0
    body = "".join(_row(node, longest) for node in rows)
    note = f'<div style="{_GREY}">{html(left_out)}</div>' if left_out else ""
    return (
        f'{line}<table style="border-collapse:collapse;margin:4px 0 0;color:inherit;table-layout:auto">'
        f"<tbody>{body}</tbody></table>{note}"
    )


def summary(progress: RunProgress) -> str:
    """How far the run is, or how it ended, in one line."""
    took = seconds_text(progress.elapsed)
    done = f"{progress.done} of {count_text(progress.total, 'node')}"
    if progress.state == "running":
        active = progress.active
        names = ", ".join(map(_at_work, active[:3]))
        more = f" and {len(active) - 3} more" if len(active) > 3 else ""  # noqa: PLR2004 - as many as are named
        return f"{done}, {progress.elapsed:.1f} s" + (f" – running {names}{more}" if names else "")  # noqa: RUF001 - a dash
    if progress.state == "finished":
        skipped = sum(node.state == "skipped" for node in progress.nodes.values())
        if skipped == progress.total > 0:
            return f"Nothing to run: {count_text(skipped, 'node')} skipped, no stored output is missing"
        if not progress.told_of_nodes:
            dry = progress.runner == _DRY  # any other does its work by itself
            return f"{progress.runner}: nothing was executed" if dry else f"{progress.runner} took {took}"
        return f"{done} in {took} with {progress.runner}"
    ended = [node.name for node in progress.nodes.values() if node.state in ("failed", "cancelled")]
    how = "Stopped" if progress.state == "cancelled" else "Failed"
    where = f" at {ended[0]}" if ended else ""
    return f"{how}{where} after {took}: {done} done"


def _at_work(node: NodeProgress) -> str:
    """A running node, with whole seconds: more would flicker."""
    return f"{node.name} ({node.seconds:.0f} s)" if node.seconds >= 1 else node.name


def table_rows(progress: RunProgress) -> tuple[list[NodeProgress], str]:
    """The nodes to show and a word about the others: in a long run the slowest, and whatever went wrong."""
    if progress.state in ("waiting", "running") or not progress.told_of_nodes:
        return [], ""
    nodes = list(progress.nodes.values())
    if len(nodes) <= _MOST_ROWS:
        return nodes, ""
    left_out = len(nodes) - _MOST_ROWS
    return most_telling(nodes, _MOST_ROWS), f"and {count_text(left_out, 'more node')} that took less"


def node_time(node: NodeProgress) -> str:
    """How long it took, or what became of it."""
    if node.state == "done":
        return seconds_text(node.seconds)
    word = {"waiting": "not run", "cancelled": "stopped"}.get(_state(node), node.state)
    return word if node.started is None else f"{word} after {seconds_text(node.seconds)}"


def _row(node: NodeProgress, longest: float) -> str:
    width = round(80 * node.seconds / longest)
    bar = (
        '<div style="width:80px"><div style="height:8px;border-radius:2px;background:rgba(128,128,128,.45);'
        f'width:{width}px"></div></div>'
    )
    parts = ", ".join(f"{name} {seconds_text(getattr(node, name))}" for name in ("load", "call", "save"))
    hint = f' title="{parts}"' if node.state == "done" else ""
    faint = f";{_GREY}" if node.state in ("waiting", "skipped") else ""
    return (
        f'<tr style="background:transparent"{hint}>'
        f'<td style="{_CELL};padding-right:6px">{_mark(_state(node))}</td>'
        f'<td style="{_CELL}{faint}">{html(node.name)}</td>'
        f'<td style="{_CELL};text-align:right;font-variant-numeric:tabular-nums{faint}">{html(node_time(node))}</td>'
        f'<td style="{_CELL}">{bar}</td></tr>'
    )


def _mark(state: str) -> str:
    sign, colour = _MARKS[state]
    return f'<span style="color:{colour}">{sign}</span>'


def _state(node: NodeProgress) -> str:
    """A node that an interrupt has struck did not fail."""
    return "cancelled" if isinstance(node.error, KeyboardInterrupt) else node.state
