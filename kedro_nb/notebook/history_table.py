"""The runs of a session as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_nb.notebook.drawing.graph import without_hash
from kedro_nb.notebook.markup import html, markup_table
from kedro_nb.notebook.tables import Table
from kedro_nb.session.display import STATE_WORDS, count_text, seconds_text
from kedro_nb.session.records.compare import seconds_of
from kedro_nb.session.records.compare_text import in_one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

MARKS = {
    "finished": ("✓", "#2f9e51"),
    "failed": ("✗", "#dd4b4b"),
    "cancelled": ("■", "#c98a00"),
    "running": ("●", "#c98a00"),
    "waiting": ("·", "#8c8c8c"),
}
_BAR = 80  # pixels
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One run.

    Args:
        number: in the session, or in the file.
        id, command, state: of the run; the command is empty where no line asks for the same.
        done, total: nodes that need no more work, and all.
        seconds: how long it took, or has taken so far.
        slowest: the node that took longest, and its seconds.
        error: what it failed with.
        began: seconds since the epoch.
    """

    number: int
    id: str
    command: str
    state: str
    done: int
    total: int
    seconds: float
    slowest: tuple[str, float] | None = None
    error: str = ""
    began: float | None = None

    @property
    def word(self) -> str:
        """Its state as the view says it."""
        return STATE_WORDS.get(self.state, self.state)

    @property
    def cells(self) -> tuple[str, ...]:
        slowest = (
            ""
            if self.slowest is None
            else f"{in_one_line(without_hash(self.slowest[0]), _LONGEST // 2)} ({seconds_text(self.slowest[1])})"
        )
        state = f"{MARKS[self.state][0]} {self.word}"
        nodes, took = f"{self.done} of {self.total}", seconds_text(self.seconds)
        command = in_one_line(self.command or "(from Python)", _LONGEST)
        return str(self.number), self.id, command, state, nodes, took, slowest


def history_row(number: int, record: Mapping[str, Any]) -> HistoryRow:
    """The row of a run, from its record."""
    import time

    nodes = record["nodes"]
    done = sum(node["state"] in {"done", "skipped"} for node in nodes)
    timed = [(node["name"], seconds) for node in nodes if (seconds := seconds_of(node)) is not None]
    began = record.get("started")
    seconds = 0.0 if began is None else (record.get("ended") or time.time()) - began
    error = record.get("error")
    return HistoryRow(
        number,
        record["id"],
        record.get("command", ""),
        record["state"],
        done,
        len(nodes),
        seconds,
        max(timed, key=lambda each: each[1], default=None),
        "" if error is None else f"{error['type']}: {error['message']}",
        began,
    )


class HistoryTable(Table[HistoryRow]):
    """Runs, one in a row."""

    headings = ("run", "id", "command", "state", "nodes", "time", "slowest node")
    right = (4, 5)

    def _cells(self, row: HistoryRow) -> tuple[str, ...]:
        return row.cells

    def _html(self) -> str:
        longest = max(row.seconds for row in self.rows) or 1.0
        headings = ("begun" if each == "id" else each for each in (*self.headings, ""))
        return markup_table(headings, [_html_cells(row, longest) for row in self.rows])


def _html_cells(row: HistoryRow, longest: float) -> list[str]:
    cells = [html(cell) for cell in row.cells]
    sign, colour = MARKS[row.state]
    error = f' title="{html(row.error)}"' if row.error else ""
    cells = [f'<span style="white-space:nowrap">{cell}</span>' for cell in cells]
    cells[1] = f'<span title="{html(row.id)}" style="white-space:nowrap">{html(_begun(row))}</span>'
    words = " ".join(f'<span style="white-space:nowrap">{html(word)}</span>' for word in row.cells[2].split())
    cells[2] = f'<code title="{html(row.command)}" style="background:none;color:inherit">{words}</code>'
    cells[3] = (
        f'<span{error} style="white-space:nowrap"><span style="color:{colour}">{sign}</span> {html(row.word)}</span>'
    )
    return [*cells, bar(row.seconds / longest)]


def _begun(row: HistoryRow) -> str:
    """The time of the day; the id says more."""
    import time

    return row.id if row.began is None else time.strftime("%H:%M:%S", time.localtime(row.began))


def bar(share: float) -> str:
    """A bar that is full at 1."""
    return (
        f'<div style="width:{_BAR}px"><div style="height:8px;margin-top:5px;border-radius:2px;'
        f'background:rgba(128,128,128,.45);width:{round(_BAR * min(share, 1.0))}px"></div></div>'
    )


def how_many(shown: int, all_: int) -> str:
    """A word on the rows that are not shown."""
    return f"the last {shown} of {count_text(all_, 'run')}; -n {all_} shows all" if shown < all_ else ""
