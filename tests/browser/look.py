"""What a person reads off a run's view, however it is marked up. Change this when the view's words change."""

from __future__ import annotations

import re

# States as words, and the marks that stand for them at the beginning of a line.
STATES = {
    "waiting": "·○",
    "loading": "",
    "running": "●▶",
    "saving": "",
    "done": "✓✔",
    "skipped": "–",  # noqa: RUF001 - the mark is a dash
    "failed": "✗✘",
    "cancelled": "■",
}
_ENOUGH = 4.5  # WCAG AA, for text
_ENOUGH_FOR_MARKS = 3.0  # the same, for graphics


def states(words: str, node: str) -> set[str]:
    """The states that stand in one line with a node's name."""
    lines = [
        line for line in words.splitlines() if re.search(rf"(?<![\w.-]){re.escape(node)}(?![\w-])", line)
    ]
    return {
        state
        for state, marks in STATES.items()
        for line in lines
        if re.search(rf"\b{state}\b", line) or line.lstrip().startswith(tuple(marks))
    }


def is_over(words: str, *nodes: str) -> bool:
    """Whether each of these nodes is shown as done."""
    return all("done" in states(words, node) for node in nodes)


def seconds(words: str) -> set[float]:
    """All times in the text."""
    return {float(number) for number in re.findall(r"(\d+(?:\.\d+)?) s\b", words)}


def unreadable(contrasts: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """The texts that stand out too little from what is behind them, the worst first."""
    return sorted(
        (ratio, text)
        for ratio, text in contrasts
        if ratio < (_ENOUGH if re.search(r"\w", text) else _ENOUGH_FOR_MARKS)
    )
