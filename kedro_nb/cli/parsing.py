"""From the words of a command line to a request."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from kedro_nb.cli.config import read_config
from kedro_nb.cli.options import combine, convert, run_options
from kedro_nb.errors import RequestError
from kedro_nb.masking import MASK, is_secret, mask_text
from kedro_nb.session.request import RunRequest

if TYPE_CHECKING:
    from collections.abc import Sequence


_HELP = ("--help", "-h")


class RunLine(NamedTuple):
    """What a line of options says.

    Attributes:
        request: the run that is asked for.
        extras: the values of the options that a front end has added, by name.
        help: the help text, when that is what was asked for; the request is the default one then.
    """

    request: RunRequest
    extras: dict[str, Any]
    help: str | None = None


def run_command(name: str, extra_params: Sequence[click.Parameter] = (), text: str = "") -> click.Command:
    """A command that takes the options of a run.

    Args:
        name: how it is called.
        extra_params: further options and arguments.
        text: what its help says first.
    """
    return click.Command(
        name,
        params=[*run_options(), *extra_params],
        help=text or "Run a pipeline, or a part of it.",
        context_settings={"max_content_width": 100, "help_option_names": _HELP},
    )


def parse_run_line(
    args: Sequence[str], *, name: str = "%kedro_run", extra_options: Sequence[click.Parameter] = ()
) -> RunLine:
    """The request in the words after a command.

    Args:
        args: the words, split as a shell does.
        name: the command, for messages and help.
        extra_options: options that this front end has beside those of a run.

    Raises:
        RequestError: anything that does not fit.
    """
    return parse(run_command(name, extra_options), args, name)


def parse(command: click.Command, args: Sequence[str], name: str) -> RunLine:
    """The same for a command made before."""
    if any(word in _HELP for word in args):
        return RunLine(RunRequest(), {}, help_of(command, name))
    try:
        context = command.make_context(name, list(args))
    except click.UsageError as error:
        raise RequestError(mask_usage(_usage(error), args)) from error
    return read_context(context)


def read_context(context: click.Context) -> RunLine:
    """The request in what Click has taken apart."""
    options = {option.name: _long(option) for option in run_options()}
    extras = {key: value for key, value in context.params.items() if key not in options}
    given = {
        key: ",".join(value) if isinstance(value, tuple) else value
        for key, value in context.params.items()
        if key in options and context.get_parameter_source(key) is ParameterSource.COMMANDLINE
    }
    path = given.pop("config", None)
    in_file = {} if path is None else read_config(path)
    return RunLine(combine(convert(given, lambda key: options[key]), in_file), extras)


def help_of(command: click.Command, name: str) -> str:
    """What `--help` shows."""
    with click.Context(command, info_name=name, max_content_width=100) as context:
        return command.get_help(context)


def _long(option: click.Parameter) -> str:
    return next(spelling for spelling in option.opts if spelling.startswith("--"))


def mask_usage(message: str, args: Sequence[str]) -> str:
    """A message about the words of a line without secrets: `--params=db.password x` has one in a word of its own."""
    for before, word in pairwise(args):
        if is_secret(re.split("[=,]", before)[-1]):
            message = message.replace(word, MASK)
    return mask_text(message)


def _usage(error: click.UsageError) -> str:
    message = error.format_message()
    if message.startswith("Got unexpected extra argument"):
        word = message.partition("(")[2].partition(")")[0].split(" ")[0]
        return f"{message}. Options begin with --; a pipeline is named with --pipeline={word or 'NAME'}."
    return message
