"""A run in a terminal: a bar while it goes on where there is one to look at, lines elsewhere, a table at the end."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Self

import click

from kedro_nb.runner.events import NodeEvent, NodeFinished
from kedro_nb.session.progress import RunProgress

if TYPE_CHECKING:
    from kedro_nb.runner.events import Event
    from kedro_nb.session.progress import NodeProgress

_PAUSE = 0.05  # seconds between two changes of the bar
_MOST_ROWS = 20
_PARTS = ("load", "call", "save")


class PlainView:
    """One line for each node that is done: for logs and pipes."""

    def __init__(self) -> None:
        self.progress = RunProgress()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def __call__(self, event: Event) -> None:
        self.progress(event)
        if isinstance(event, NodeFinished):
            progress = self.progress
            node = progress.nodes[event.node.name]
            click.echo(f"[{progress.done}/{progress.total}] {node.name} ({seconds_text(node.seconds)})")


class BarView:
    """A bar with the nodes at work; it leaves nothing behind.

    Args:
        console: the rich console to draw on; standard output by default.
    """

    def __init__(self, console: Any = None) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self.progress = RunProgress()
        self._bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("", total=None)
        self._drawn = 0.0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._bar.stop()

    def __call__(self, event: Event) -> None:
        self.progress(event)
        now = time.monotonic()
        if now - self._drawn >= _PAUSE or not isinstance(event, NodeEvent):
            self._drawn = now
            names = ", ".join(node.name for node in self.progress.active)
            self._bar.update(
                self._task, completed=self.progress.done, total=self.progress.total, description=names
            )


def terminal_view(*, with_log: bool = False) -> PlainView | BarView:
    """The view that fits where the output goes. Log lines would tear a bar apart."""
    return BarView() if sys.stdout.isatty() and not with_log else PlainView()


def table(progress: RunProgress) -> str:
    """What became of each node, and in what time; empty for a run that told of no node.

    Of a long run, what went wrong and what took longest.
    """
    nodes = [node for node in progress.nodes.values() if node.state != "waiting"]
    if not nodes:
        return ""
    nodes.sort(key=lambda node: node.started or 0.0)
    shown = nodes
    if len(nodes) > _MOST_ROWS:
        by_interest = sorted(nodes, key=lambda node: (node.state != "failed", -node.seconds))
        kept = {node.name for node in by_interest[:_MOST_ROWS]}
        shown = [node for node in nodes if node.name in kept]
    rows = [("node", "time", *_PARTS), *map(_row, shown)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_aligned(row, widths) for row in rows]
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
    return (node.name, node.state, "", "", "")


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [row[0].ljust(widths[0])]
    cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
    return "  ".join(cells).rstrip()


def seconds_text(seconds: float) -> str:
    if seconds < 0.0005:  # noqa: PLR2004 - what would read 0 ms
        return "<1 ms"
    if seconds < 0.9995:  # noqa: PLR2004 - what would read 1000 ms
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:  # noqa: PLR2004 - what would read 60.0 s
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
