"""A run in a terminal: a bar while it goes on where there is one to look at, lines elsewhere, a table at the end."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Self

import click

from kedro_nb.runner.events import NodeFinished, RunStarted
from kedro_nb.session.display import columns, seconds_text
from kedro_nb.session.progress import RunProgress, most_telling

if TYPE_CHECKING:
    from kedro_nb.runner.events import Event
    from kedro_nb.session.progress import NodeProgress

_REFRESHES = 10  # of the bar, in a second
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
    """A bar with the nodes at work, from the first event to the end; it leaves nothing behind.

    Args:
        console: the rich console to draw on; standard output by default.
    """

    def __init__(self, console: Any = None) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        console = console or Console()  # not the one that all share: a node may draw a bar of its own on that
        self.progress = RunProgress()
        self._bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
        )
        self._task = self._bar.add_task("", start=False)
        self._live = Live(
            get_renderable=self._draw, console=console, transient=True, refresh_per_second=_REFRESHES
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._live.stop()

    def __call__(self, event: Event) -> None:
        self.progress(event)
        if isinstance(event, RunStarted):
            self._bar.start_task(self._task)
            self._live.start()

    def _draw(self) -> Any:
        """What a thread of rich's asks for a few times a second, whatever happens meanwhile."""
        progress = self.progress
        names = ", ".join(node.name for node in progress.active)
        self._bar.update(self._task, completed=progress.done, total=progress.total, description=names)
        return self._bar


def terminal_view(*, with_log: bool = False) -> PlainView | BarView:
    """The view that fits where the output goes. Log lines would tear a bar apart."""
    return BarView() if can_draw() and not with_log else PlainView()


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
    return (node.name, node.state, "", "", "")
