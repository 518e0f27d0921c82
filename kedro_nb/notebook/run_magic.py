"""%kedro_run: a line becomes a request, the session runs it, and the notebook shows it."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from typing import TYPE_CHECKING, Any

from kedro_nb.notebook.arguments import without_comment
from kedro_nb.notebook.errors import shown_plainly
from kedro_nb.notebook.run_options import help_text, parse
from kedro_nb.notebook.workspace import catalog_named, pipelines_in, runners_in
from kedro_nb.session import session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from kedro_nb.pipeline import Pipeline
    from kedro_nb.runner import RunResult
    from kedro_nb.runner.monitor import Listener
    from kedro_nb.session import Run, Session

__all__ = ["help_text", "run"]

_LOG_LINE = "%(asctime)s - %(name)s - %(levelname)s - %(message)s"
_BEGINNING = re.compile(r"\s*--from-(?:nodes|inputs)(?:=|\s+)(?:'[^']*'|\"[^\"]*\"|\S+)")


def run(shell: Any, line: str) -> RunResult | None:
    """Run what the line asks for and return the outputs; print the help for --help."""
    done: Run | None = None
    with shown_plainly(lambda error: how_to_go_on(done, line) if done and done.error is error else None):
        asked = parse(line)
        if asked.help is not None:
            print(asked.help)  # noqa: T201 - what the user asked for
            return None
        catalog = asked.extras["catalog"] and catalog_named(asked.extras["catalog"], shell.user_ns)
        current = session()
        pipelines = pipelines_in(shell.user_ns)
        chosen = current.select(asked.request, pipelines)
        with (
            _runners_of(shell, current),
            _log_of(chosen, shown=asked.extras["verbose"]),
            _view(shell) as view,
        ):
            done = current.run(asked.request, catalog=catalog, pipelines=pipelines, listeners=[view])
        return done.result()


def how_to_go_on(failed: Run, line: str) -> str | None:
    """The line that takes up a failed run, and what to know about its data."""
    resume = failed.resume
    if resume is None:
        return _what_to_save(failed)
    line = _BEGINNING.sub("", f" {without_comment(line)}").strip()
    if resume.unfinished < len(failed.pipeline):
        line = f"{line} --from-nodes={','.join(resume.nodes)}".strip()
        text = f"What is done is kept. To go on: %kedro_run {line}"
    else:
        text = f"To try again: %kedro_run {line}".rstrip()
    if resume.handed_over:
        text += (
            f"\nHanded over without a copy: {', '.join(resume.handed_over)}. If the node changes it in place, "
            "begin with the node that makes it."
        )
    return text


def _what_to_save(failed: Run) -> str | None:
    """How to give a run its inputs, where that is what it lacks."""
    catalog = session().catalog
    missing = [name for name in sorted(failed.pipeline.inputs()) if name not in catalog]
    if not missing or any(name.startswith("param") for name in missing):
        return None
    return f"To save it: %kedro_save {missing[0]} EXPRESSION, or describe it in a %%kedro_catalog cell."


def _view(shell: Any) -> AbstractContextManager[Listener]:
    """What draws the run: in place in a notebook, as a bar in a terminal."""
    from kedro_nb.notebook import run_view

    return run_view.NotebookView() if hasattr(shell, "kernel") else run_view.in_terminal()


@contextlib.contextmanager
def _runners_of(shell: Any, current: Session) -> Iterator[None]:
    """Let the session know the runner classes of the notebook by their bare names, for one run."""
    registered = current.runners
    current.runners = {**runners_in(shell.user_ns), **registered}
    try:
        yield
    finally:
        current.runners = registered


@contextlib.contextmanager
def _log_of(pipeline: Pipeline, *, shown: bool) -> Iterator[None]:
    """Show the log of a run, with the nodes' own lines; or only warnings that nothing else repeats.

    Where the user has set up logging, that is what shows it.
    """
    modules = {getattr(node.func, "__module__", None) for node in pipeline} if shown else set()
    with contextlib.ExitStack() as stack:
        for name in sorted({"kedro_nb", *filter(None, modules)}):
            stack.enter_context(_logging(name, shown=shown))
        yield


@contextlib.contextmanager
def _logging(name: str, *, shown: bool) -> Iterator[None]:
    logger = logging.getLogger(name)
    level = logger.level
    handler: logging.Handler = logging.NullHandler()
    if shown:
        logger.setLevel(logging.INFO)
    if not logger.hasHandlers():
        handler = logging.StreamHandler(sys.stdout if shown else sys.stderr)
        handler.setFormatter(logging.Formatter(_LOG_LINE if shown else "Warning: %(message)s"))
        # The view tells how a run ends, and the advice after an error how to go on.
        handler.addFilter(lambda record: shown or not record.name.startswith("kedro_nb.runner."))
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
