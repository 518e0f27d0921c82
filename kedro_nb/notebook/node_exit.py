"""A node that calls sys.exit(): a failure as any other, where IPython sees the wish to leave the notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.exceptions import notes_of

if TYPE_CHECKING:
    from kedro_nb.runner import RunResult
    from kedro_nb.session import Run


class NodeExit(Exception):  # noqa: N818 - what has happened, beside SystemExit
    """A node has asked Python to exit."""


def result_of(run: Run) -> RunResult:
    """The outputs of a run.

    Raises:
        NodeExit: in place of SystemExit, for which IPython shows neither traceback nor advice.
        BaseException: what else the run failed with.
    """
    try:
        return run.result()
    except SystemExit as error:
        failure = NodeExit(
            "A node has asked Python to exit (sys.exit): the run has failed, and the notebook goes on. A node that is "
            "done returns, and one that cannot go on raises an error."
        )
        for note in notes_of(error):
            failure.add_note(note)
        raise failure from error
