"""A failed node: what went wrong, on what inputs, and at which lines of the user's."""

from __future__ import annotations

import linecache
import os
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from kedro_nb.exceptions import chain_of, kind_of, member_lines, notes_of, traceback_of, visible
from kedro_nb.frames import is_users
from kedro_nb.masking import error_text, mask_code, mask_value
from kedro_nb.notebook.drawing.words import escape
from kedro_nb.notebook.errors import user_part
from kedro_nb.notebook.live.words import size_text
from kedro_nb.session.records.plain import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from kedro_nb.runner.measures import Measured
    from kedro_nb.session import NodeProgress, RunProgress

_AROUND = 2  # lines of code before and after the one that failed
_FRAMES = 4  # the innermost ones
_CAUSES = 3
_MESSAGE = 2000  # characters
_INPUTS = 20
_STRONG = "#d64545"
_BOX = f"margin:8px 0;padding:2px 0 2px 12px;border-left:3px solid {_STRONG}"
_CODE = (
    "margin:2px 0 6px;padding:4px 8px;background:rgba(128,128,128,.1);color:inherit;border:0;font-size:12px;"
    "line-height:1.4;white-space:pre;overflow-x:auto"
)
_CELL = "padding:0 14px 0 0;text-align:left;vertical-align:top;background:transparent"


class Frame(NamedTuple):
    """A place in the user's code: where it is, in which function, the numbered lines around it, and which it is."""

    place: str
    function: str
    lines: list[tuple[int, str]]
    number: int


class Cause(NamedTuple):
    """An error behind the error, that came from the user's code."""

    headline: str
    frames: list[Frame]


@dataclass(frozen=True, slots=True)
class Failure:
    """What is told of a failed node.

    It is taken from the error at once, as a traceback holds on to the data of its frames and is let go of later.
    """

    node: str
    kind: str
    message: str
    doing: str
    inputs: list[tuple[str, str]]
    frames: list[Frame]
    notes: list[str]
    causes: list[Cause]

    @property
    def headline(self) -> str:
        return f"{self.kind}: {self.message}" if self.message else self.kind

    @property
    def where(self) -> str:
        """In few words, for below what is told in full."""
        own = [f"at {frame.place}" for frame in self.frames if frame.lines]
        words = filter(None, [f"In node {self.node}", self.doing, *own[-1:]])
        return f"{' '.join(words)} (%tb shows the whole traceback)"


def failure_of(node: NodeProgress) -> Failure | None:
    """What its error tells; None where it has none."""
    error = node.error
    if error is None:
        return None
    doing, inputs = _note(error)
    return Failure(
        node.name,
        kind_of(error),
        _message(error),
        doing,
        inputs[:_INPUTS],
        _innermost(error),
        list(_own_notes(error)),
        list(_causes(error)),
    )


def _innermost(error: BaseException) -> list[Frame]:
    return list(_frames(user_part(traceback_of(error))))[-_FRAMES:]


def _own_notes(error: BaseException) -> Iterator[str]:
    """Those that the user's code has added."""
    for note in notes_of(error):
        if not note.startswith(("In node ", "Also failed: ")):
            yield shortened(note, _MESSAGE)


def _causes(error: BaseException) -> Iterator[Cause]:
    """As Python chains them, the nearest first; what happened within libraries alone says nothing to the user."""
    for cause in islice(chain_of(error, _CAUSES + 1), 1, None):
        if frames := [frame for frame in _innermost(cause) if frame.lines]:
            yield Cause(_headline_of(cause), frames)


def _headline_of(error: BaseException) -> str:
    return ": ".join(filter(None, (kind_of(error), _message(error))))


def _message(error: BaseException) -> str:
    return shortened("\n".join([error_text(error, _MESSAGE), *member_lines(error)]), 2 * _MESSAGE)


def _note(error: BaseException) -> tuple[str, list[tuple[str, str]]]:
    """What the node was doing, and its inputs without secrets, out of the note that the runner has left."""
    for note in notes_of(error):
        if note.startswith("In node "):
            _, _, rest = note.partition("\n")
            if rest.startswith("while "):
                return rest, []
            lines = (line.removeprefix("  ").partition(": ") for line in rest.split("\n")[1:])
            return "", [(name, mask_value(text, name=name)) for name, _, text in lines if name]
    return "", []


def _frames(traceback: TracebackType | None) -> Iterator[Frame]:
    """Each place once: a comprehension, before Python 3.12, and a short recursion are many frames at one line."""
    before: tuple[str, int] | None = None
    while traceback is not None:
        code, number = traceback.tb_frame.f_code, traceback.tb_lineno
        here, before = before, (code.co_filename, number)
        if here == before:
            traceback = traceback.tb_next
            continue
        found = range(max(1, number - _AROUND), number + _AROUND + 1)
        own = is_users(code.co_filename)  # of a library the place is enough
        lines = [
            (at, mask_code(line.rstrip()))
            for at in found
            if own and (line := linecache.getline(code.co_filename, at))
        ]
        place = f"{_place(code.co_filename)}, line {number}"
        yield Frame(visible(place), visible(code.co_name), _dedented(lines), number)
        traceback = traceback.tb_next


def _dedented(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    least = min((len(line) - len(line.lstrip()) for _, line in lines if line.strip()), default=0)
    return [(number, line[least:]) for number, line in lines]


def _place(filename: str) -> str:
    """Cell In[3], or the file, short where it is near."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    named = getattr(getattr(shell, "compile", None), "format_code_name", lambda _: None)(filename)
    if named:
        return " ".join(named)
    library, _, within = filename.rpartition(f"{os.sep}site-packages{os.sep}")
    if library:
        return within
    inside = filename.startswith(os.getcwd() + os.sep)  # noqa: PTH109 - frames have their files as text
    return os.path.relpath(filename) if inside else filename


def run_error(progress: RunProgress) -> str:
    """What a run failed with that no node is to blame for; empty where there is nothing of the kind."""
    error = progress.error
    blamed = any(node.state == "failed" for node in list(progress.nodes.values()))
    if error is None or progress.state != "failed" or blamed:
        return ""
    return _headline_of(error)


def message_html(told: str) -> str:
    """The block for an error that is told by its message alone."""
    return f'<div style="{_BOX}">{_headline(told)}</div>'


def _headline(told: str) -> str:
    return f'<div style="white-space:pre-wrap;font-family:monospace;margin:2px 0">{escape(told)}</div>'


def failure_html(failure: Failure, data: Mapping[str, Measured]) -> str:
    """The block for it."""
    doing = f" {escape(failure.doing)}" if failure.doing else ""
    parts = [
        f'<div style="{_BOX}"><div><span style="color:{_STRONG}">✗</span> ',
        f"<b>{escape(failure.node)}</b> failed{doing}</div>",
        _headline(failure.headline),
        *map(_headline, failure.notes),
    ]
    if failure.inputs:
        rows = "".join(_input_row(name, text, data.get(name)) for name, text in failure.inputs)
        parts.append(
            '<div style="opacity:.7">Inputs</div><table style="border-collapse:collapse;margin:0 0 4px;'
            f'color:inherit;font-size:12px"><tbody>{rows}</tbody></table>'
        )
    parts += map(_frame, failure.frames)
    for cause in failure.causes:
        parts += [
            '<div style="opacity:.7">Caused by</div>',
            _headline(cause.headline),
            *map(_frame, cause.frames),
        ]
    return f"{''.join(parts)}</div>"


def _frame(frame: Frame) -> str:
    return f'<div style="opacity:.7">{escape(frame.place)}, in {escape(frame.function)}</div>{_code(frame)}'


def _input_row(name: str, text: str, measured: Measured | None) -> str:
    kind = "" if measured is None else " ".join(filter(None, (measured.type, size_text(measured))))
    cells = (f"<b>{escape(name)}</b>", escape(kind), f"<code>{escape(text)}</code>")
    told = "".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells)
    return f'<tr style="background:transparent">{told}</tr>'


def _code(frame: Frame) -> str:
    if not frame.lines:
        return ""
    width = len(str(frame.number + _AROUND))
    lines = "\n".join(
        f'<span style="color:{_STRONG}">▸</span> <b>{number:>{width}}  {escape(line)}</b>'
        if number == frame.number
        else f"  {number:>{width}}  {escape(line)}"
        for number, line in frame.lines
    )
    return f'<pre style="{_CODE}">{lines}</pre>'


def failure_text(failure: Failure) -> list[str]:
    """The same as lines."""
    doing = f" {failure.doing}" if failure.doing else ""
    lines = [f"In node {failure.node}{doing}:", *_indented(failure.headline, *failure.notes)]
    lines += [f"  {name}: {text}" for name, text in failure.inputs]
    lines += _frames_text(failure.frames)
    for cause in failure.causes:
        lines += ["Caused by", *_indented(cause.headline), *_frames_text(cause.frames)]
    return lines


def _indented(*texts: str) -> Iterator[str]:
    return (f"  {line}" for text in texts for line in text.split("\n"))


def _frames_text(frames: list[Frame]) -> Iterator[str]:
    for frame in frames:
        yield f"  {frame.place}, in {frame.function}"
        yield from (f"    {line.strip()}" for number, line in frame.lines if number == frame.number)
