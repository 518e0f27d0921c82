"""What a user reads when a node fails: their own frames, the node, its inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_nb.runner.result import describe_value

if TYPE_CHECKING:
    from types import TracebackType

    from kedro_nb.runner.task import Task

_PACKAGE = str(Path(__file__).parents[1])


def explain(task: Task, error: BaseException, values: list[Any]) -> None:
    """Let the error say which node it comes from, and start its traceback at the user's code.

    Args:
        task: the task that failed.
        error: as it was caught.
        values: the inputs that were loaded, in order.
    """
    error.__traceback__ = user_frames(error.__traceback__)
    if not isinstance(error, Exception):
        return
    lines = [f"In node {task.node}"]
    if task.doing != "call":
        part = "loading its input" if task.doing == "load" else "saving its output"
        lines.append(f"while {part} '{task.dataset}'")
    elif values:
        lines.append("with the inputs:")
        named = zip(task.node.inputs, values, strict=False)
        lines += [f"  {name}: {describe_value(value)}" for name, value in named]
    error.add_note("\n".join(lines))


def user_frames(traceback: TracebackType | None) -> TracebackType | None:
    """The traceback from the first frame that is not ours; None when all of them are."""
    while traceback is not None and traceback.tb_frame.f_code.co_filename.startswith(_PACKAGE):
        traceback = traceback.tb_next
    return traceback
