"""What a user reads when a node fails: their own frames, the node, its inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_nb.exceptions import add_note, is_a, set_traceback, traceback_of
from kedro_nb.frames import is_ours
from kedro_nb.masking import remember_inputs
from kedro_nb.runner.result import describe_value

if TYPE_CHECKING:
    from types import TracebackType

    from kedro_nb.runner.task import Task


def explain(task: Task, error: BaseException, values: list[Any]) -> None:
    """Set the error of a task that failed: it names the node, and its traceback starts in the user's code.

    Args:
        task: the task that failed.
        error: as it was caught. The task gets a copy where others could not read it.
        values: the inputs that were loaded, in order.
    """
    from kedro_nb.exception_copies import presentable  # only failures need it

    task.error = error = presentable(error)
    trim(error)
    if not is_a(error, KeyboardInterrupt):  # which says nothing about the node
        try:
            note = _note(task, values)
        except BaseException:  # noqa: BLE001 - the code of the inputs may raise anything
            note = f"In node {task.node.name}"
        add_note(error, note)


def _note(task: Task, values: list[Any]) -> str:
    lines = [f"In node {task.node}"]
    if task.doing != "call":
        part = "loading its input" if task.doing == "load" else "saving its output"
        lines.append(f"while {part} '{task.dataset}'")
    elif values:
        lines.append("with the inputs:")
        named = list(zip(task.node.input_names, values, strict=False))
        remember_inputs(dict(named))
        lines += [f"  {name}: {describe_value(value, name)}" for name, value in named]
    return "\n".join(lines)


def trim(error: BaseException) -> None:
    """Cut our own frames off the beginning of the error's traceback; the last one stays if there are no others."""
    traceback = traceback_of(error)
    first = user_frames(traceback)
    while first is None and traceback is not None:
        traceback, last = traceback.tb_next, traceback
        if traceback is None:
            first = last
    set_traceback(error, first)


def user_frames(traceback: TracebackType | None) -> TracebackType | None:
    """The traceback from the first frame that is not ours; None when all of them are."""
    while traceback is not None and is_ours(traceback.tb_frame.f_code.co_filename):
        traceback = traceback.tb_next
    return traceback
