"""The options of a run, and the command that takes them."""

from __future__ import annotations

from kedro_nb.cli.options import run_options
from kedro_nb.cli.parsing import RunLine, help_of, parse_run_line, run_command

__all__ = ["RunLine", "help_of", "main", "parse_run_line", "run_command", "run_options"]


def main() -> None:
    """The command `kedro-nb`."""
    import sys

    from kedro_nb.cli.command import run_cli

    sys.exit(run_cli(sys.argv[1:]))
