"""The options of `%kedro_run`: those of every run, and those that only a notebook has."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import click

from kedro_nb.cli import RunLine, parse_run_line, run_command
from kedro_nb.notebook.arguments import split_line

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT = (
    "Run a pipeline, or a part of it, and return its outputs: r = %kedro_run. Pipelines and runners are found by "
    "name among those that are registered and among the notebook's variables."
)


def _own_options() -> list[click.Parameter]:
    return [
        click.Option(
            ["--catalog"],
            metavar="NAME",
            help="The variable that holds the catalog to use instead of the session's.",
        ),
        click.Option(
            ["--background"],
            is_flag=True,
            help="Return at once, with a handle: run.result(), await run, run.cancel(). The notebook stays usable.",
        ),
        click.Option(["--verbose", "-v"], is_flag=True, help="Show the log."),
    ]


def parse(line: str) -> RunLine:
    """The request in a line, and our own options' values."""
    return parse_run_line(split_line(line), name="%kedro_run", extra_options=_own_options())


def help_text() -> str:
    """What `%kedro_run --help` and `%kedro_run?` show."""
    from kedro_nb.cli import help_of

    return help_of(run_command("%kedro_run", _own_options(), _TEXT), "%kedro_run")


@functools.cache
def options_by_spelling() -> Mapping[str, click.Option]:
    """Every option under each of its spellings, "--nodes" and "-n" alike."""
    options = run_command("%kedro_run", _own_options()).params
    return {name: each for each in options if isinstance(each, click.Option) for name in each.opts}
