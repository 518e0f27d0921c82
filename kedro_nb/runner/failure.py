"""What a user reads when a node fails: their own frames, the node, its inputs."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from kedro_nb.frames import is_ours
from kedro_nb.masking import remember_parameters
from kedro_nb.pipeline.parameters import is_parameter
from kedro_nb.runner.result import describe_value

if TYPE_CHECKING:
    from types import TracebackType

    from kedro_nb.runner.task import Task


def explain(task: Task, error: BaseException, values: list[Any]) -> None:
    """Let the error say which node it comes from, and start its traceback at the user's code. Never raises.

    Args:
        task: the task that failed.
        error: as it was caught.
        values: the inputs that were loaded, in order.
    """
    trim(error)
    if isinstance(error, Exception | SystemExit):
        with contextlib.suppress(Exception):  # the inputs are anything
            annotate(error, _note(task, values))


def _note(task: Task, values: list[Any]) -> str:
    lines = [f"In node {task.node}"]
    if task.doing != "call":
        part = "loading its input" if task.doing == "load" else "saving its output"
        lines.append(f"while {part} '{task.dataset}'")
    elif values:
        lines.append("with the inputs:")
        named = list(zip(task.node.input_names, values, strict=False))
        remember_parameters({name: value for name, value in named if is_parameter(name)})
        lines += [f"  {name}: {describe_value(value, name)}" for name, value in named]
    return "\n".join(lines)


def annotate(error: BaseException, note: str) -> None:
    """Add a note, once, whatever the error's class does about it."""
    with contextlib.suppress(Exception):
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)


def trim(error: BaseException) -> None:
    """Cut our own frames off the beginning of the error's traceback; the last one stays if there are no others."""
    traceback = error.__traceback__
    first = user_frames(traceback)
    while first is None and traceback is not None:
        traceback, last = traceback.tb_next, traceback
        if traceback is None:
            first = last
    with contextlib.suppress(Exception):  # an error's class may forbid it
        error.__traceback__ = first


def user_frames(traceback: TracebackType | None) -> TracebackType | None:
    """The traceback from the first frame that is not ours; None when all of them are."""
    while traceback is not None and is_ours(traceback.tb_frame.f_code.co_filename):
        traceback = traceback.tb_next
    return traceback
