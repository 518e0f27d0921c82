"""What a worker process, a fork of a kernel perhaps, cannot do as the kernel does."""

from __future__ import annotations

import builtins
import sys
from typing import Any, Never


def stand_alone() -> None:
    """Neither wait for answers that cannot come, nor lose what is displayed."""
    builtins.input = _nobody_to_ask
    if getpass := sys.modules.get("getpass"):
        getpass.getpass = _nobody_to_ask  # type: ignore[attr-defined]
    ipython = sys.modules.get("IPython.core.getipython")
    if ipython is not None and (shell := ipython.get_ipython()) is not None:
        shell.display_pub.publish = _print_display


def _nobody_to_ask(*_: object, **__: object) -> Never:
    raise EOFError(
        "In a worker process nobody can be asked for input. Run with SequentialRunner or ThreadRunner, "
        "or give the answer as a parameter."
    )


def _print_display(data: Any, *_: object, **__: object) -> None:
    """The front end belongs to the kernel: of what is displayed the text goes where prints go."""
    if text := data.get("text/plain"):
        print(text)  # noqa: T201 - as display() does without a front end
