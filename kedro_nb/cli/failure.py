"""What a user of the command reads when something fails: their own frames first, ours not at all."""

from __future__ import annotations

import shlex
import traceback
from typing import TYPE_CHECKING

from kedro_nb.exception_copies import drawing_of, presentable
from kedro_nb.exceptions import bounded, member_lines, path_of, visible
from kedro_nb.frames import PACKAGE, is_users
from kedro_nb.masking import mask_code, mask_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_nb.session import Run

_CAUSES = 5  # errors behind an error that are shown
_SHOWN = 60_000  # characters


def explain(error: BaseException) -> str:
    """The error as Python shows it, without our frames; without any where the user's code plays no part."""
    error = presentable(error)
    told = traceback.TracebackException.from_exception(drawing_of(error, _CAUSES), compact=True)
    lines = [
        *_lines(told, ours=path_of(error)[0].startswith("kedro_nb.")),
        *map(mask_text, member_lines(error)),
    ]
    return "\n".join(bounded(lines, _SHOWN))


def _lines(told: traceback.TracebackException, *, ours: bool) -> Iterator[str]:
    cause = told.__cause__ or (None if told.__suppress_context__ else told.__context__)
    if cause is not None and any(is_users(frame.filename) for frame in cause.stack):
        yield from _lines(cause, ours=False)
        yield "\nThat led to:\n"
    frames = [frame for frame in told.stack if not frame.filename.startswith((PACKAGE, "<frozen "))]
    if ours:  # raised in a library of ours or in one that it uses: what the user wrote is above
        while frames and not is_users(frames[-1].filename):
            del frames[-1]
    if frames:
        yield "Traceback (most recent call last):"
        yield mask_code(visible("".join(traceback.StackSummary.from_list(frames).format()).rstrip()))
    yield mask_text("".join(told.format_exception_only()).rstrip()).removeprefix("kedro_nb.errors.")


def explain_stop(run: Run) -> str:
    """Where an interrupt has struck."""
    struck = [node.name for node in run.progress.nodes.values() if node.state == "cancelled"]
    return f"Stopped by an interrupt in {', '.join(struck)}." if struck else "Stopped by an interrupt."


def how_to_go_on(run: Run) -> str:
    """The options with which a new process takes the run up again, or why it cannot.

    Empty after a failure before anything was done, which is mended and not gone on from.
    """
    hint = run.resume
    if not run.progress.done:
        stopped = isinstance(run.error, KeyboardInterrupt)
        return "No node has finished. To try again, repeat the command." if stopped else ""
    if hint is None:
        return ""
    left = f"{hint.unfinished} of {len(run.pipeline)} nodes have not run."
    if len(run.pipeline.from_nodes(*hint.persisted_nodes)) == len(run.pipeline):
        return (
            f"{left} What the others need was in memory only, so the next run starts from the beginning; "
            "give those datasets an entry in the catalog to keep them."
        )
    names = shlex.quote(",".join(hint.persisted_nodes))
    return f"{left} To go on with what was stored, repeat the command with\n  --from-nodes {names}"
