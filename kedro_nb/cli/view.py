"""A run in a terminal: a bar while it goes on where there is one to look at, lines elsewhere, a table at the end."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

import click

from kedro_nb.cli.bar import BarView
from kedro_nb.runner.events import NodeCancelled, NodeFailed, NodeFinished, NodeSkipped
from kedro_nb.session.display import STATE_WORDS, columns, seconds_text
from kedro_nb.session.progress import most_telling

if TYPE_CHECKING:
    from kedro_nb.runner.events import Event
    from kedro_nb.session import NodeProgress, Run, RunProgress

_MOST_ROWS = 20
_PARTS = ("load", "call", "save")


class PlainView:
    """One line for each node that needs no more work or went wrong: for logs and pipes.

    Args:
        run: is followed.
    """

    def __init__(self, run: Run) -> None:
        self._progress = run.progress
        run.listen(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def __call__(self, event: Event) -> None:
        if not isinstance(event, NodeFinished | NodeSkipped | NodeFailed | NodeCancelled):
            return
        progress = self._progress
        node = progress.nodes[event.node.name]
        if node.state == "cancelled" and node.started is None:
            return  # it never began: there may be hundreds
        click.echo(f"[{progress.done}/{progress.total}] {node.name} {_what_became(node)}")


def _what_became(node: NodeProgress) -> str:
    took = seconds_text(node.seconds)
    if node.state == "done":
        return f"({took})"
    word = STATE_WORDS.get(node.state, node.state)
    return word if node.started is None else f"{word} after {took}"


def terminal_view(run: Run, *, with_log: bool = False) -> PlainView | BarView:
    """The view that fits where the output goes. Log lines would tear a bar apart."""
    return BarView(run) if can_draw() and not with_log else PlainView(run)


def can_draw() -> bool:
    """Whether the output is a terminal on which a line can be drawn over; some are too simple."""
    if not sys.stdout.isatty():
        return False
    from rich.console import Console

    return Console().is_interactive


def table(progress: RunProgress) -> str:
    """What became of each node, and in what time; empty for a run that told of no node.

    Of a long run, what went wrong and what took longest.
    """
    nodes = [node for node in progress.nodes.values() if node.state != "waiting"]
    if not nodes:
        return ""
    nodes.sort(key=lambda node: node.started or 0.0)
    shown = most_telling(nodes, _MOST_ROWS)
    rows = [("node", "time", *_PARTS), *map(_row, shown)]
    lines = [columns(rows, right=range(1, len(rows[0])))]
    if len(shown) < len(nodes):
        lines.append(f"and {len(nodes) - len(shown)} more nodes that took less")
    waiting = len(progress.nodes) - len(nodes)
    if waiting:
        lines.append("1 node has not run" if waiting == 1 else f"{waiting} nodes have not run")
    return "\n".join(lines)


def _row(node: NodeProgress) -> tuple[str, ...]:
    if node.state == "done":
        return (
            node.name,
            seconds_text(node.seconds),
            *(seconds_text(getattr(node, part)) for part in _PARTS),
        )
    return (node.name, STATE_WORDS.get(node.state, node.state), "", "", "")
