"""`kedro-nb run FILE.py`: from the file to the exit code."""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TYPE_CHECKING

import click

from kedro_nb.cli.failure import explain, explain_stop, how_to_go_on
from kedro_nb.cli.messages import log_handler, plain_warnings
from kedro_nb.cli.script import ScriptError, fill_session, load_script
from kedro_nb.cli.view import table, terminal_view
from kedro_nb.errors import PipelineError, RequestError
from kedro_nb.session import Session, set_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_nb.session import Run, RunRequest

OK, FAILED, BAD_REQUEST, INTERRUPTED = 0, 1, 2, 130


def execute(file: str, request: RunRequest, *, verbose: bool = False) -> int:
    """Run what a Python file defines; gives the exit code.

    Raises:
        RequestError: the request does not fit the file.
    """
    session = set_session(Session())
    try:
        pipelines = fill_session(session, load_script(file))
    except ScriptError as error:
        click.echo(explain(error.__cause__ or error), err=True)
        click.echo(f"\n{file} could not be executed, and nothing was run.", err=True)
        return BAD_REQUEST
    with _log_lines(verbose), plain_warnings():
        try:
            run = session.prepare(request, pipelines=pipelines)
        except PipelineError as error:
            raise RequestError(f"These pipelines do not fit together: {error}") from error
        with terminal_view(run, with_log=verbose):
            run.execute()
    return _report(run)


def _report(run: Run) -> int:
    """Tell how the run ended.

    Raises:
        RequestError: the pipeline needs what the request lacks.
    """
    if nodes := table(run.progress):
        click.echo(f"\n{nodes}\n")
    if run.error is None:
        click.echo(repr(run.result()))
        return OK
    if isinstance(run.error, RequestError) and run.progress.started is None:
        raise run.error
    if isinstance(run.error, KeyboardInterrupt):
        click.echo(explain_stop(run), err=True)
    else:
        click.echo(explain(run.error), err=True)
    if advice := how_to_go_on(run):
        click.echo(f"\n{advice}", err=True)
    return INTERRUPTED if isinstance(run.error, KeyboardInterrupt) else FAILED


@contextlib.contextmanager
def _log_lines(verbose: bool) -> Iterator[None]:
    """Show the log: all of it, or of ours only warnings that the report does not repeat."""
    root, ours = logging.getLogger(), logging.getLogger("kedro_nb")
    handler = log_handler(sys.stderr, verbose=verbose)
    target, level = (root, logging.INFO) if verbose else (ours, logging.WARNING)
    levels = root.level, ours.level, ours.propagate
    has_own = bool(root.handlers)  # the user's file has set up logging
    if not has_own:
        target.addHandler(handler)
        ours.propagate = verbose
    if verbose:
        root.setLevel(min(level, root.level or level))
        ours.setLevel(logging.INFO)
    try:
        yield
    finally:
        target.removeHandler(handler)
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
        ours.propagate = levels[2]
