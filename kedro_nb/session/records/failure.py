"""An error as plain data: what it is, where in the user's code, and what the node had been given."""

from __future__ import annotations

import re
import traceback
from typing import TYPE_CHECKING, Any

from kedro_nb.exceptions import chain_of, notes_of, path_of, traceback_of, visible
from kedro_nb.frames import is_users
from kedro_nb.masking import error_text, mask_code, mask_text
from kedro_nb.session.records.plain import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

_MESSAGE = 2_000  # characters
_LINE = 200
_LINES = 40
_CHAIN = 20  # errors that are searched for a frame of the user's
_MOST_INPUTS = 20
_CELL = re.compile(r".*[\\/]ipykernel_\d+[\\/]\d+\.py|<ipython-input-\d+-\w+>")  # differs from run to run
_INPUT = re.compile(r"  (?P<name>.+?): (?P<text>.*)")


def error_record(error: BaseException, *, brief: bool = False) -> dict[str, Any]:
    """What is kept of an error.

    Args:
        error: as the run or the node has it.
        brief: only its type and message.
    """
    made: dict[str, Any] = {"type": _type(error), "message": _message(error)}
    if brief:
        return made
    if lines := _traceback(error):
        made["traceback"] = lines
    if inputs := list(_inputs(error))[:_MOST_INPUTS]:
        made["inputs"] = inputs
    return made


def _type(error: BaseException) -> str:
    module, name = path_of(error)
    return name if module in {"builtins", "__main__", "kedro_nb.errors"} else f"{module}.{name}"


def _message(error: BaseException) -> str:
    return error_text(error, _MESSAGE)


def _traceback(error: BaseException) -> list[str]:
    """The user's frames, of the error or of what caused it; of a long one the beginning and the end."""
    lines: list[str] = []
    for told in chain_of(error, _CHAIN):
        frames = traceback.extract_tb(traceback_of(told))
        lines = [line for frame in frames if is_users(frame.filename) for line in _frame(frame)]
        if lines:
            break
    if len(lines) > _LINES:
        half = _LINES // 2
        lines = [*lines[:half], f"  … {len(lines) - 2 * half} lines left out", *lines[-half:]]
    return lines


def _frame(frame: traceback.FrameSummary) -> Iterator[str]:
    place = "a cell" if _CELL.fullmatch(frame.filename) else f'File "{frame.filename}"'
    yield shortened(visible(f"  {place}, line {frame.lineno}, in {frame.name}"), _LINE)
    if frame.line:
        yield shortened(f"    {mask_code(frame.line)}", _LINE)


def _inputs(error: BaseException) -> Iterator[dict[str, str]]:
    """The inputs that the error's note tells of: see `kedro_nb.runner.failure`."""
    for note in notes_of(error):
        if "\nwith the inputs:\n" in note:
            for line in note.partition("\nwith the inputs:\n")[2].splitlines():
                if found := _INPUT.fullmatch(line):
                    name, text = found["name"], found["text"]
                    yield {"name": name, "text": mask_text(text)}
