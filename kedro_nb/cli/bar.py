"""A run in a terminal while it goes on: a bar, the nodes at work below it, and above it what nodes print."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Self

from kedro_nb.masking import mask_text
from kedro_nb.runner.events import (
    NodeCancelled,
    NodeFailed,
    NodeFinished,
    NodePrinted,
    RunFinished,
    RunStarted,
)
from kedro_nb.session.display import STATE_WORDS, seconds_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kedro_nb.runner.events import Event
    from kedro_nb.session import NodeProgress, Run

_PAUSE = 0.1  # seconds between two drawings
_SHARE = 0.01  # of the run's time, for drawing
_TICK = 0.5  # seconds after which the clocks move, whatever happens
_MOST_NODES = 8
_MARKS = {"failed": "✗", "cancelled": "■"}
_STYLES = {"failed": "red", "cancelled": "yellow"}
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class BarView:
    """From the first event to the end; it leaves nothing behind but what was printed.

    Args:
        run: is followed, and what its nodes print is shown under their names.
        console: the rich console to draw on; standard output by default.
    """

    def __init__(self, run: Run, console: Any = None) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        console = console or Console()  # not the one that all share: a node may draw a bar of its own on that
        self._run = run
        self._bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
        )
        self._task = self._bar.add_task("", start=False)
        self._live = Live(get_renderable=self._draw, console=console, transient=True, auto_refresh=False)
        self._printed: deque[tuple[str, str | None]] = deque()
        self._begun: dict[str, str] = {}  # by node, a line that has no end yet
        self._named = ""  # the node whose prints came last
        self._changed = False
        self._over = threading.Event()
        self._drawer: threading.Thread | None = None
        run.listen(self)
        run.monitor.captures = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._end()

    def __call__(self, event: Event) -> None:
        """Take note; a thread draws a little later, for all that happened meanwhile."""
        if isinstance(event, NodePrinted):
            self._printed.append((event.node.name, event.text))
        elif isinstance(event, NodeFinished | NodeFailed | NodeCancelled):
            self._printed.append((event.node.name, None))
        self._changed = True
        if isinstance(event, RunStarted):
            self._begin()
        elif isinstance(event, RunFinished):
            self._end()  # nobody may be left to do it: a run in the background

    def _begin(self) -> None:
        self._bar.start_task(self._task)
        self._live.start()
        self._drawer = threading.Thread(target=self._keep_drawing, name="kedro-nb-bar", daemon=True)
        self._drawer.start()

    def _end(self) -> None:
        if self._drawer is not None and not self._over.is_set():
            self._over.set()
            self._drawer.join()
            self._show_printed()
            self._live.stop()

    def _keep_drawing(self) -> None:
        drawn, pause = 0.0, _PAUSE
        while not self._over.wait(pause):
            now = time.monotonic()
            if self._changed or now - drawn >= _TICK:
                self._changed = False
                drawn, began = now, time.thread_time()
                with self._live.console:  # what is printed and what is drawn, in one piece
                    self._show_printed()
                    self._live.refresh()
                pause = max(_PAUSE, (time.thread_time() - began) / _SHARE)

    def _show_printed(self) -> None:
        """Print what has come, above the bar."""
        lines: list[str] = []
        while self._printed:
            name, text = self._printed.popleft()
            complete = self._complete(name, text)
            if complete and name != self._named:
                lines.append(f"{name}:")
                self._named = name
            lines += [f"  {mask_text(line)}" for line in complete]
        if lines:
            self._live.console.out("\n".join(lines), highlight=False)

    def _complete(self, name: str, text: str | None) -> list[str]:
        """The lines that a node has come to the end of: nothing overwrites them any more."""
        begun = self._begun.pop(name, "")
        if text is None:  # the node is over
            return [_last_written(begun)] if begun else []
        *lines, rest = (begun + text).split("\n")
        if rest:
            self._begun[name] = rest
        return list(map(_last_written, lines))

    def _draw(self) -> Any:
        from rich.console import Group
        from rich.text import Text

        progress = self._run.progress
        self._bar.update(self._task, completed=progress.done, total=progress.total, description=self._about())
        lines = [
            Text(line, style=style, no_wrap=True, overflow="ellipsis")
            for line, style in node_lines(progress.nodes.values(), time.time())
        ]
        return Group(self._bar, *lines)

    def _about(self) -> str:
        run = self._run
        skipped = sum(node.state == "skipped" for node in list(run.progress.nodes.values()))
        parts = [
            f"of about {seconds_text(run.expected)}" if run.expected else "",
            f"{skipped} skipped" if skipped else "",
            "stopping…" if run.monitor.cancelled else "",
        ]
        return ", ".join(filter(None, parts))


def _last_written(line: str) -> str:
    """What is seen of a line that was written over."""
    return line.rstrip("\r").rsplit("\r", 1)[-1]


def node_lines(nodes: Iterable[NodeProgress], now: float) -> list[tuple[str, str]]:
    """A line and its style for each node that went wrong or is at work, as far as there is room."""
    nodes = list(nodes)
    wrong = [node for node in nodes if node.state in _MARKS and node.started is not None]
    active = [node for node in nodes if node.active]
    shown = (wrong + active)[:_MOST_NODES]
    width = max((len(node.name) for node in shown), default=0)
    sign = _SPINNER[int(now * 10) % len(_SPINNER)]
    lines = [
        (
            f"  {_MARKS.get(node.state, sign)} {node.name.ljust(width)}  {_said(node)}",
            _STYLES.get(node.state, ""),
        )
        for node in shown
    ]
    more = len(wrong) + len(active) - len(shown)
    return [*lines, (f"    and {more} more", "dim")] if more else lines


def _said(node: NodeProgress) -> str:
    if node.state in _MARKS:
        return f"{STATE_WORDS.get(node.state, node.state)} after {seconds_text(node.seconds)}"
    expected = f" of about {seconds_text(node.expected)}" if node.expected else ""
    return f"{node.state.ljust(7)}  {node.seconds:.1f} s{expected}"
