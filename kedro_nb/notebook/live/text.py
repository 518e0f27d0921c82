"""A run in plain text: for terminals, logs and wherever HTML does not show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.palette import STATES
from kedro_nb.notebook.drawing.words import printable
from kedro_nb.notebook.live.failure import Failure, failure_text, run_error
from kedro_nb.notebook.live.prints import last_lines
from kedro_nb.notebook.live.words import label_of, rows_of, run_look, state_of, summary, time_of
from kedro_nb.session.display import columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kedro_nb.session import RunProgress

_LINES = 10  # of what a node has printed
_MARGIN = 8  # characters before each line
_ALL = 4_000  # characters of what all have printed


def run_text(
    progress: RunProgress,
    expected: float | None = None,
    failures: Sequence[Failure] = (),
    *,
    stopping: bool = False,
    prints: bool = True,
) -> str:
    """A line; once the run is over, with the nodes, what they have printed and what went wrong.

    Args:
        progress: of the run.
        expected: seconds that it is likely to take.
        failures: what is known of the nodes that failed.
        stopping: the run was told to stop.
        prints: not so where what nodes print was shown already.
    """
    sign, _ = run_look(progress.state)
    head = f"{sign} {printable(summary(progress, expected, stopping=stopping))}"
    if progress.state in {"waiting", "running"}:
        return head
    nodes, left_out = rows_of(progress)
    if not nodes:
        return "\n".join([head, *_errors(progress, (), prints=prints)])
    rows = columns(
        [
            (STATES[state_of(node)].sign, printable(label_of(node, progress)), time_of(node, over=True))
            for node in nodes
        ],
        indent="  ",
    )
    told = _prints(progress) if prints else {}
    lines = rows.split("\n")
    body = [line for node, row in zip(nodes, lines, strict=True) for line in (row, *told.pop(node.name, ()))]
    others = [line for name, block in told.items() for line in (f"  {printable(name)} printed:", *block)]
    errors = _errors(progress, failures, prints=prints)
    return "\n".join([head, *body, *([f"  {left_out}"] if left_out else []), *others, *errors])


def _errors(progress: RunProgress, failures: Sequence[Failure], *, prints: bool) -> list[str]:
    told = [line for failure in failures[:3] for line in failure_text(failure)]
    if not told and prints:  # in a terminal the error itself stands right below
        told = run_error(progress).splitlines()
    return [f"  {printable(line)}" for line in told]


def _prints(progress: RunProgress) -> dict[str, list[str]]:
    """Lines by node, as long as there is room."""
    room, told = _ALL, {}
    for node in progress.nodes.values():
        if node.prints and room > 0:
            lines, cut = last_lines(node.prints, _LINES, room)
            room -= sum(len(line.text) + _MARGIN for line in lines)
            told[node.name] = ["     | …"] * cut + [f"     | {printable(line.text)}" for line in lines]
    return told
