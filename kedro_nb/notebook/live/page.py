"""A run as one piece of HTML: now, or as the record that stays in the notebook.

Styles are inline, pictures are images and nothing needs a script, so that it looks the same in a reopened notebook, in
one that is not trusted, and in what nbconvert makes of it. Where styles or images are taken out, a table remains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_nb.notebook.drawing.choice import picture_of
from kedro_nb.notebook.drawing.palette import STATES, WORDS
from kedro_nb.notebook.drawing.picture import MARGIN, data_uri
from kedro_nb.notebook.drawing.words import escape
from kedro_nb.notebook.live.failure import Failure, failure_html, failure_of, message_html, run_error
from kedro_nb.notebook.live.table import node_table
from kedro_nb.notebook.live.timeline import timeline
from kedro_nb.notebook.live.words import rows_of, run_look, state_of, summary
from kedro_nb.session.display import count_text, seconds_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kedro_nb.notebook.drawing.picture import Picture
    from kedro_nb.session import NodeProgress, Run, RunProgress

_MOST_FAILURES = 3
_TALL = 700  # pixels: a picture that is higher comes last, and in the record in a box that scrolls
_WORDY = 60  # nodes: with more, a picture has words only for those that the table tells of
_ROOM = 60_000  # characters of a page, as far as prints decide about it; the table takes 20,000 at most
_LEAST_PRINTS, _MOST_PRINTS = 4_000, 30_000
_SMALLEST = 0.7  # how far a picture shrinks to fit the page before it scrolls sideways


class Page:
    """Draws one run, again and again. What does not change in between is kept.

    It holds nothing of the run, so that a page may be kept as long as the run is.
    """

    def __init__(self) -> None:
        self._picture: Picture | None = None
        self._outputs: dict[str, Sequence[str]] | None = None
        self._drawn: tuple[Any, str] | None = None
        self._rest = ""
        self._failures: dict[str, Failure] = {}

    @property
    def has_picture(self) -> bool:
        return self._picture is not None

    def make_picture(self, progress: RunProgress) -> None:
        """Lay the graph out: from now on it is drawn."""
        if self._picture is None and progress.pipeline is not None and progress.nodes:
            self._picture = picture_of(progress.pipeline)

    def html(self, run: Run, button: str = "", *, with_picture: bool = True) -> str:
        """All of it; the picture once it was made."""
        progress: RunProgress = run.progress
        bars, blocks = timeline(progress), "".join(self._blocks(progress))
        tall = self._picture is not None and self._picture.height > _TALL
        drawn = self._draw(progress, boxed=tall and progress.state != "running") if with_picture else ""
        room = min(max(_ROOM - len(drawn) - len(bars) - len(blocks), _LEAST_PRINTS), _MOST_PRINTS)
        table = node_table(progress, self._outputs_of(progress), room)
        rest = bars + table + blocks + drawn if tall else bars + _beside(drawn, table) + blocks
        if with_picture:  # a panel draws without, while the view in the cell goes on
            self._rest = rest
        return _head(run, button) + rest

    def head_only(self, run: Run, button: str = "") -> str:
        """A new first line above what was drawn before: costs next to nothing."""
        return _head(run, button) + self._rest

    def failures(self, progress: RunProgress) -> list[Failure]:
        """What is known of the nodes that failed."""
        for node in [node for node in list(progress.nodes.values()) if state_of(node) == "failed"]:
            if node.name not in self._failures and (failure := failure_of(node)):
                self._failures[node.name] = failure
        return list(self._failures.values())

    def _blocks(self, progress: RunProgress) -> list[str]:
        failures = self.failures(progress)
        if not failures and (told := run_error(progress)):
            return [message_html(told)]
        blocks = [failure_html(failure, progress.data) for failure in failures[:_MOST_FAILURES]]
        if more := failures[_MOST_FAILURES:]:
            names = ", ".join(failure.node for failure in more[:20])
            blocks.append(f"<div>{count_text(len(more), 'more node')} failed: {escape(names)}</div>")
        return blocks

    def _outputs_of(self, progress: RunProgress) -> dict[str, Sequence[str]]:
        if self._outputs is None:
            if progress.pipeline is None:
                return {}
            self._outputs = {node.name: node.outputs for node in progress.pipeline.nodes}
        return self._outputs

    def _draw(self, progress: RunProgress, *, boxed: bool) -> str:
        picture = self._picture
        if picture is None:
            return ""
        nodes = list(progress.nodes.values())
        states = {node.name: state_of(node) for node in nodes}
        told = nodes if len(nodes) <= _WORDY else rows_of(progress)[0]
        words = {node.name: _word(node, state) for node in told if (state := states[node.name]) != "waiting"}
        now = (states, words, boxed)
        if self._drawn is None or self._drawn[0] != now:
            image = data_uri(picture.draw(states, words))
            self._drawn = now, _image_html(picture, image, _alternative(progress), boxed=boxed)
        return self._drawn[1]


def _head(run: Run, button: str) -> str:
    """State, how far, how long, in one line; while the run goes on with the button to stop it and a bar."""
    progress: RunProgress = run.progress
    sign, colour = run_look(progress.state)
    line = escape(summary(progress, run.expected, stopping=run.monitor.stopping))
    bar = ""
    if progress.state == "running":
        share = 100 * progress.done / max(progress.total, 1)
        bar = (
            '<div style="height:3px;margin:4px 0 2px;background:rgba(128,128,128,.2)">'
            f'<div style="height:3px;width:{share:.1f}%;background:{STATES["done"].strong}"></div></div>'
        )
    elif run.expected and progress.state == "finished" and _has_worked(progress):
        line += f' <span style="opacity:.65">(expected: about {seconds_text(run.expected)})</span>'
    style = "line-height:24px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis" if bar else ""
    return f'<div style="{style}"><span style="color:{colour}">{sign}</span> {button}{line}</div>{bar}'


def _has_worked(progress: RunProgress) -> bool:
    return any(node.state == "done" for node in list(progress.nodes.values()))


def _word(node: NodeProgress, state: str) -> str:
    told = seconds_text(node.seconds) if state == "done" else WORDS.get(state, state)
    return f"{STATES[state].sign} {told}"


def _alternative(progress: RunProgress) -> str:
    return f"Graph of {count_text(progress.total, 'node')}, {progress.done} done"


def _beside(picture: str, table: str) -> str:
    """Both in a row where the page is wide enough, else below each other."""
    if not picture:
        return table
    return (
        '<div style="display:flex;flex-wrap:wrap;align-items:flex-start;gap:4px 28px">'
        f'<div style="flex:0 1 auto;max-width:100%;min-width:0">{picture}</div>'
        f'<div style="min-width:0">{table}</div></div>'
    )


def _image_html(picture: Picture, image: str, alternative: str, *, boxed: bool) -> str:
    """The image, and over it what to tell when the pointer is there."""
    wide, high = picture.width + 2 * MARGIN, picture.height + 2 * MARGIN
    spots = "".join(
        f'<div title="{escape(spot.about)}" style="position:absolute;left:{100 * (spot.left + MARGIN) / wide:.2f}%;'
        f"top:{100 * (spot.top + MARGIN) / high:.2f}%;width:{100 * spot.width / wide:.2f}%;"
        f'height:{100 * spot.height / high:.2f}%"></div>'
        for spot in picture.spots
    )
    box = f"overflow:auto;max-height:{_TALL}px;resize:vertical" if boxed else "overflow-x:auto"
    caption = (
        f'<div style="font-size:11px;opacity:.7">{escape(picture.caption)}</div>' if picture.caption else ""
    )
    return (
        f'<div style="{box};margin:6px 0 0"><div style="position:relative;width:{wide}px;max-width:100%;'
        f'min-width:{round(wide * _SMALLEST)}px">'
        f'<img alt="{alternative}" width="{wide}" height="{high}" decoding="sync" '
        f'style="display:block;width:100%;max-width:none;height:auto;margin:0" '
        f'src="{image}">{spots}</div></div>{caption}'
    )
