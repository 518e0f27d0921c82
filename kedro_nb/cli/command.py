"""The command `kedro-nb`."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import click

import kedro_nb
from kedro_nb.cli.execution import BAD_REQUEST, INTERRUPTED, execute
from kedro_nb.cli.parsing import mask_usage, read_context, run_command
from kedro_nb.errors import RequestError
from kedro_nb.masking import error_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_HELP = """Run the pipelines of a Python file, or a part of them.

The file is executed as a script is. Its pipelines are what its register_pipelines() returns, or its dict
`pipelines`, or its Pipeline variables; its data comes from its variable `catalog` (or `io`), its parameters from
`parameters`, its hooks from the list `hooks`. Runner classes in it can be named as they are.

Exit codes: 0 when the run went well, 1 when it failed, 2 when the request does not fit and nothing was run, 130 when it
was interrupted."""


def run_cli(args: Sequence[str]) -> int:
    """Do what the words of a command line say; gives the exit code."""
    try:
        code = _group().main(list(args), "kedro-nb", standalone_mode=False)
    except click.ClickException as error:
        told = io.StringIO()
        error.show(told)
        click.echo(mask_usage(told.getvalue(), args), err=True, nl=False)
        return BAD_REQUEST
    except click.Abort:  # what Click makes of Ctrl-C
        click.echo("Stopped by an interrupt. To try again, repeat the command.", err=True)
        return INTERRUPTED
    except RequestError as error:
        click.echo(f"Error: {error_text(error)}", err=True)
        return BAD_REQUEST
    return code if isinstance(code, int) else 0


def _group() -> click.Group:
    group = click.Group(
        "kedro-nb", help="Run data pipelines.", context_settings={"help_option_names": ["-h", "--help"]}
    )
    run = run_command(
        "run",
        [
            click.Argument(["file"], metavar="FILE.py"),
            click.Option(["--verbose", "-v"], is_flag=True, help="Show the log."),
        ],
        _HELP,
    )
    run.callback = _run
    group.add_command(run)
    return click.version_option(kedro_nb.__version__, prog_name="kedro-nb")(group)


def _run(file: str, verbose: bool, **_options: object) -> int:
    request = read_context(click.get_current_context()).request
    return execute(file, request, verbose=verbose)
