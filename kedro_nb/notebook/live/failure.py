"""A failed node: what went wrong, on what inputs, and at which lines of the user's."""

from __future__ import annotations

import linecache
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kedro_nb.frames import is_users
from kedro_nb.notebook.drawing.words import escape
from kedro_nb.notebook.errors import parts_of, user_part
from kedro_nb.notebook.live.words import size_text
from kedro_nb.session.plain import MASK, is_secret, shortened, without_passwords

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from kedro_nb.runner.measures import Measured
    from kedro_nb.session import NodeProgress, RunProgress

_AROUND = 2  # lines of code before and after the one that failed
_FRAMES = 4  # the innermost ones
_MESSAGE = 2000  # characters
_INPUTS = 20
_STRONG = "#d64545"
_BOX = f"margin:8px 0 0;padding:2px 0 2px 12px;border-left:3px solid {_STRONG}"
_CODE = (
    "margin:2px 0 6px;padding:4px 8px;background:rgba(128,128,128,.1);color:inherit;border:0;font-size:12px;"
    "line-height:1.4;white-space:pre;overflow-x:auto"
)
_CELL = "padding:0 14px 0 0;text-align:left;vertical-align:top;background:transparent"


class Frame(NamedTuple):
    """A place in the user's code: where it is, the numbered lines around it, and which of them it is."""

    place: str
    lines: list[tuple[int, str]]
    number: int


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


def failure_of(node: NodeProgress) -> Failure | None:
    """What its error tells; None where it has none."""
    error = node.error
    if error is None:
        return None
    doing, inputs = _note(error)
    frames = list(_frames(user_part(error.__traceback__)))[-_FRAMES:]
    return Failure(node.name, type(error).__name__, _message(error), doing, inputs[:_INPUTS], frames)


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - a user's class may raise anything
        return ""
    text = "\n".join([text, *parts_of(error)])
    return shortened(without_passwords(text), _MESSAGE)


def _note(error: BaseException) -> tuple[str, list[tuple[str, str]]]:
    """What the node was doing, and its inputs without secrets, out of the note that the runner has left."""
    notes = getattr(error, "__notes__", ())
    for note in notes if isinstance(notes, list | tuple) else ():
        if isinstance(note, str) and note.startswith("In node "):
            _, _, rest = note.partition("\n")
            if rest.startswith("while "):
                return rest, []
            lines = (line.removeprefix("  ").partition(": ") for line in rest.split("\n")[1:])
            return "", [
                (name, MASK if is_secret(name) else without_passwords(text))
                for name, _, text in lines
                if name
            ]
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
            (at, line.rstrip()) for at in found if own and (line := linecache.getline(code.co_filename, at))
        ]
        yield Frame(f"{_place(code.co_filename)}, line {number}, in {code.co_name}", _dedented(lines), number)
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
    return ": ".join(filter(None, (type(error).__name__, _message(error))))


def message_html(told: str) -> str:
    """The block for an error that is told by its message alone."""
    return f'<div style="{_BOX}">{_headline(told)}</div>'


def _headline(told: str) -> str:
    return f'<div style="white-space:pre-wrap;font-family:monospace;margin:2px 0">{escape(told)}</div>'


def failure_html(failure: Failure, data: Mapping[str, Measured]) -> str:
    """The block for it."""
    headline = f"{failure.kind}: {failure.message}" if failure.message else failure.kind
    doing = f" {escape(failure.doing)}" if failure.doing else ""
    parts = [
        f'<div style="{_BOX}"><div><span style="color:{_STRONG}">✗</span> ',
        f"<b>{escape(failure.node)}</b> failed{doing}</div>",
        _headline(headline),
    ]
    if failure.inputs:
        rows = "".join(_input_row(name, text, data.get(name)) for name, text in failure.inputs)
        parts.append(
            '<div style="opacity:.7">Inputs</div><table style="border-collapse:collapse;margin:0 0 4px;'
            f'color:inherit;font-size:12px"><tbody>{rows}</tbody></table>'
        )
    parts += [
        f'<div style="opacity:.7">{escape(frame.place)}</div>{_code(frame)}' for frame in failure.frames
    ]
    return f"{''.join(parts)}</div>"


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
    headline = f"{failure.kind}: {failure.message}".rstrip(": ")
    lines = [f"In node {failure.node}{doing}:", *(f"  {line}" for line in headline.split("\n"))]
    lines += [f"  {name}: {text}" for name, text in failure.inputs]
    for frame in failure.frames:
        lines.append(f"  {frame.place}")
        lines += [f"    {line.strip()}" for number, line in frame.lines if number == frame.number]
    return lines
