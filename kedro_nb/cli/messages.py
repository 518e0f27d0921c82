"""Warnings and log lines as somebody reads them who has not set up logging."""

from __future__ import annotations

import contextlib
import logging
import warnings
from typing import TYPE_CHECKING, Any, TextIO

import click

from kedro_nb.frames import is_ours
from kedro_nb.masking import mask_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOG_LINE = "%(asctime)s - %(name)s - %(levelname)s - %(message)s"


@contextlib.contextmanager
def plain_warnings() -> Iterator[None]:
    """Show our own warnings as a line, without the place in our code that they come from."""

    def show(
        message: Warning | str, category: type[Warning], filename: str, *more: Any, **named: Any
    ) -> None:
        if is_ours(filename):
            click.echo(f"Warning: {mask_text(str(message))}", err=True)
        else:
            before(message, category, filename, *more, **named)

    before = warnings.showwarning
    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = before


class _MaskedLines(logging.Formatter):
    """Formats what nodes log as well, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        return mask_text(super().format(record))


def log_handler(stream: TextIO, *, verbose: bool) -> logging.Handler:
    """Writes log lines in full; or only what they say, without what a front end says of a run by itself."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_MaskedLines(_LOG_LINE if verbose else "Warning: %(message)s"))
    if not verbose:
        # The runner's warnings tell how to go on after a failure.
        handler.addFilter(lambda record: not record.name.startswith("kedro_nb.runner."))
    return handler
