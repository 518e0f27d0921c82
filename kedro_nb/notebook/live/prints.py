"""What a node has printed, as lines to show: the last ones while it runs, all that there is room for afterwards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kedro_nb.notebook.drawing.words import escape
from kedro_nb.session.display import count_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kedro_nb.session import NodeProgress, RunProgress

_LIVE = 3  # lines of a node at work
_LINES, _CHARACTERS = 100, 4000  # of a node, in the record
_OVERHEAD = 450  # characters of HTML around what a node has printed
_PRE = (
    "margin:0;padding:0 0 0 10px;border-left:2px solid rgba(128,128,128,.4);background:transparent;color:inherit;"
    "font-size:11.5px;line-height:1.35;white-space:pre-wrap"
)
_ERROR = "rgba(214,69,69,.15)"
_SUMMARY = "cursor:pointer;font-size:11.5px"
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_LONGEST = 500  # characters of a line


class Line(NamedTuple):
    stream: str
    text: str


def last_lines(
    prints: Sequence[tuple[str, str]], most: int, characters: int = 4000
) -> tuple[list[Line], bool]:
    """The last lines, and whether there were others before them. It reads no more than it needs.

    Colours are left out, and of a line that was written over (a progress bar) what was seen last is kept.

    Args:
        prints: pieces of text with their streams, in the order in which they were written.
        most: lines.
        characters: to look at.
    """
    pieces: list[tuple[str, str]] = []
    room, whole = characters, True
    for stream, text in reversed(prints):
        if room <= 0:
            whole = False
            break
        pieces.append((stream, text[-room:]))
        whole = len(text) <= room
        room -= len(text)
    lines = _lines(reversed(pieces))
    return lines[-most:], not whole or len(lines) > most


def _lines(pieces: Iterable[tuple[str, str]]) -> list[Line]:
    """Whole lines; a piece of the other stream begins a line of its own."""
    joined: list[list[str]] = []
    for stream, text in pieces:
        if joined and joined[-1][0] == stream:
            joined[-1][1] += text
        else:
            joined.append([stream, text])
    return [
        Line(stream, _seen(line))
        for stream, text in joined
        for line in _ESCAPES.sub("", text).removesuffix("\n").split("\n")
    ]


def _seen(line: str) -> str:
    """What is seen of a line in which returns go back to its beginning."""
    shown = line.rstrip("\r").rpartition("\r")[2].rstrip()
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


class LastPrints:
    """While a run goes on: the last lines of nodes at work, the last one of others."""

    def of(self, node: NodeProgress) -> str:
        """As HTML; empty when it has printed nothing."""
        if not node.prints:
            return ""
        lines, _ = last_lines(node.prints, _LIVE if node.active else 1, characters=2000)
        return f'<pre style="{_PRE}">{_html(lines)}</pre>'

    def of_others(self, progress: RunProgress, shown: Sequence[NodeProgress]) -> str:  # noqa: ARG002 - not now
        """Nothing: they have no row yet."""
        return ""


class AllPrints:
    """When a run is over: all that there is room for, folded where it is more than a line.

    Where a page cannot fold, the lines are simply there.
    """

    def __init__(self, room: int) -> None:
        self._room = room

    def of(self, node: NodeProgress) -> str:
        """As HTML; empty when it has printed nothing."""
        if not node.prints:
            return ""
        lines, before = self._lines(node)
        if not lines:
            return '<span style="opacity:.65">… no room for what it printed</span>'
        if len(lines) == 1 and not before:
            return f'<pre style="{_PRE}">{_html(lines)}</pre>'
        last = next((line for line in reversed(lines) if line.text.strip()), None)
        told = f"<code>{escape(last.text[:100])}</code>" if last else ""
        which = "the last " if before else ""
        return _folded(f"{which}{count_text(len(lines), 'line')}: {told}", before + _html(lines))

    def of_others(self, progress: RunProgress, shown: Sequence[NodeProgress]) -> str:
        """Nodes that have no row of their own, in one block."""
        named = {node.name for node in shown}
        others = [node for node in progress.nodes.values() if node.prints and node.name not in named]
        if not others:
            return ""
        blocks: list[str] = []
        for node in others:
            if self._room <= 0:
                blocks.append(f"… and of {count_text(len(others) - len(blocks), 'more node')}")
                break
            lines, before = self._lines(node, overhead=len(node.name) + 10)
            blocks.append(f"<b>{escape(node.name)}</b>\n{before}{_html(lines)}")
        return _folded(f"printed by {count_text(len(others), 'more node')}", "\n".join(blocks))

    def _lines(self, node: NodeProgress, overhead: int = _OVERHEAD) -> tuple[list[Line], str]:
        self._room -= overhead
        if self._room <= 0:
            return [], ""
        lines, cut = last_lines(node.prints, _LINES, min(_CHARACTERS, self._room))
        self._room -= sum(len(line.text) for line in lines)
        return lines, "… what it printed before is left out\n" if cut else ""


def _folded(title: str, text: str) -> str:
    return (
        f'<details><summary style="{_SUMMARY}"><span style="opacity:.7">{title}</span></summary>'
        f'<pre style="{_PRE}">{text}</pre></details>'
    )


def _html(lines: Sequence[Line]) -> str:
    return "\n".join(
        f'<span style="background:{_ERROR}">{escape(line.text)}</span>'
        if line.stream == "stderr"
        else escape(line.text)
        for line in lines
    )
