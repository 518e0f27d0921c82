"""%kedro_run: a line becomes a request, the session runs it, and the notebook shows it."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from typing import TYPE_CHECKING, Any

from kedro_nb.cli.messages import log_handler, plain_warnings
from kedro_nb.exceptions import cause_of
from kedro_nb.masking import MASK, mask_text
from kedro_nb.notebook.arguments import without_comment
from kedro_nb.notebook.errors import ToldAbove, cell_on_page, show_plainly, shown_plainly
from kedro_nb.notebook.node_exit import result_of
from kedro_nb.notebook.run_options import help_text, parse
from kedro_nb.notebook.workspace import catalog_named, pipelines_in, runners_in
from kedro_nb.runner.events import RunFinished
from kedro_nb.session import session
from kedro_nb.session.line import command_line, shown_request
from kedro_nb.session.redefinitions import lines_about

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from kedro_nb.cli import RunLine
    from kedro_nb.pipeline import Pipeline
    from kedro_nb.runner import RunResult
    from kedro_nb.runner.events import Event
    from kedro_nb.session import Run

__all__ = ["help_text", "run"]

_levels: dict[str, tuple[int, list[int]]] = {}  # of loggers: what was set before, what runs wish now
_BEGINNING = re.compile(r"\s--from-(?:nodes|inputs)(?:=|\s+)(?:'[^']*'|\"[^\"]*\"|\S*)")


def run(shell: Any, line: str) -> RunResult | Run | None:
    """Run what the line asks for.

    Returns:
        The outputs; with --background the run, which has only begun; None for --help, which is printed.
    """
    made: Run | None = None
    cell = cell_on_page()

    def is_of_run(error: BaseException) -> bool:
        return made is not None and (made.error is error or made.error is cause_of(error))

    def advise(error: BaseException) -> str | None:
        return how_to_go_on(made, line) if made and is_of_run(error) else None

    def told_above(error: BaseException) -> ToldAbove | None:
        return told_by_view(made, cell) if made and is_of_run(error) and cell else None

    with shown_plainly(advise, told_above):
        asked = parse(line)
        if asked.help is not None:
            print(asked.help)  # noqa: T201 - what the user asked for
            return None
        with plain_warnings():
            made = _prepare(shell, asked)
            if asked.extras["background"]:
                return _start(shell, made, line, verbose=asked.extras["verbose"])
            with _log_of(made.pipeline, shown=asked.extras["verbose"]), view_of(shell, made):
                made.execute()
        return result_of(made)


def told_by_view(failed: Run, cell: str) -> ToldAbove | None:
    """Where a page shows the view of a run, it tells of a failed node all that there is to tell."""
    from kedro_nb.notebook.live import where_it_failed

    where = where_it_failed(failed)
    return ToldAbove(cell, where) if where else None


def _prepare(shell: Any, asked: RunLine) -> Run:
    variables = shell.user_ns
    catalog = asked.extras["catalog"] and catalog_named(asked.extras["catalog"], variables)
    made = session().prepare(
        asked.request, catalog=catalog, pipelines=pipelines_in(variables), runners=runners_in(variables)
    )
    if asked.extras["catalog"]:
        made.options = (f"--catalog={asked.extras['catalog']}",)
    for told in lines_about(made.redefined):
        print(told)  # noqa: T201 - what the user should know
    return made


def _start(shell: Any, made: Run, line: str, *, verbose: bool) -> Run:
    """Let it run beside the notebook, in a view that stays where it is."""
    view = contextlib.ExitStack()
    view.enter_context(_log_of(made.pipeline, shown=verbose))
    view.enter_context(view_of(shell, made, background=True))

    def prepare_error(event: Event) -> None:
        """For whoever waits for the result and has it at once."""
        if isinstance(event, RunFinished) and event.error is not None:
            show_plainly(event.error, how_to_go_on(made, line))

    made.listen(prepare_error)
    made.when_over(view.close)
    try:
        made.start()
    except BaseException:
        view.close()
        raise
    return made


def how_to_go_on(failed: Run, line: str) -> str | None:
    """The line that takes up a failed run."""
    resume = failed.resume
    if resume is None:
        return None
    line = _line_without_secrets(failed, without_comment(line).strip())
    to_fill_in = f", with your own values in place of {MASK}" if MASK in line else ""
    if resume.unfinished == len(failed.pipeline):
        return f"To try again{to_fill_in}: %kedro_run {line}".rstrip()
    line = _BEGINNING.sub("", f" {line}").strip()  # the new beginning takes the place of the old one
    return (
        f"What is done is kept. To go on{to_fill_in}: "
        f"%kedro_run {f'{line} '.lstrip()}--from-nodes={','.join(resume.nodes)}"
    )


def _line_without_secrets(made: Run, line: str) -> str:
    """The user's own line; where a parameter in it is secret, another line that asks for the same."""
    request = made.request
    shown = shown_request(request)
    if (shown.params, shown.runner_params) == (request.params, request.runner_params):
        return mask_text(line)
    return command_line(shown, command="", options=made.options or ()) or mask_text(line)


def view_of(shell: Any, made: Run, *, background: bool = False) -> AbstractContextManager[object]:
    """What draws the run: in place in a notebook, as a bar in a terminal."""
    from kedro_nb.notebook.live import LiveView, in_terminal

    return LiveView(made) if hasattr(shell, "kernel") else in_terminal(made, background=background)


@contextlib.contextmanager
def _log_of(pipeline: Pipeline, *, shown: bool) -> Iterator[None]:
    """Show the log of a run, with the nodes' own lines; or only warnings that nothing else repeats.

    Where the user has set up logging, that is what shows it. INFO for everything is no wish for the lines that the
    view replaces; a level for "kedro_nb" is.
    """
    modules = {getattr(node.func, "__module__", None) for node in pipeline} if shown else set()
    with contextlib.ExitStack() as stack:
        for name in sorted({"kedro_nb", *filter(None, modules)}):
            stack.enter_context(_logging(name, shown=shown))
        yield


@contextlib.contextmanager
def _logging(name: str, *, shown: bool) -> Iterator[None]:
    logger = logging.getLogger(name)
    handler: logging.Handler = logging.NullHandler()
    if not logger.hasHandlers():
        handler = log_handler(sys.stdout if shown else sys.stderr, verbose=shown)
    logger.addHandler(handler)
    try:
        with _at_level(logger, logging.INFO if shown else logging.WARNING, whatever_is_set=shown):
            yield
    finally:
        logger.removeHandler(handler)


@contextlib.contextmanager
def _at_level(logger: logging.Logger, level: int, *, whatever_is_set: bool) -> Iterator[None]:
    """Of runs side by side the one that tells most decides, and the last one puts back what was."""
    if logger.level != logging.NOTSET and logger.name not in _levels and not whatever_is_set:
        yield
        return
    before, wished = _levels.setdefault(logger.name, (logger.level, []))
    wished.append(level)
    logger.setLevel(min(wished))
    try:
        yield
    finally:
        wished.remove(level)
        logger.setLevel(min(wished, default=before))
        if not wished:
            _levels.pop(logger.name, None)
