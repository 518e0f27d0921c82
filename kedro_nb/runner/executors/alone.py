"""What a worker process, a fork of a kernel perhaps, cannot do as the kernel does."""

from __future__ import annotations

import builtins
import sys
from typing import Never


def stand_alone() -> None:
    """Neither wait for answers that cannot come, nor lose what is displayed."""
    builtins.input = _nobody_to_ask
    if getpass := sys.modules.get("getpass"):
        getpass.getpass = _nobody_to_ask  # type: ignore[attr-defined]
    vars(builtins).pop("get_ipython", None)
    ipython = sys.modules.get("IPython.core.getipython")
    if ipython is not None and (shell := ipython.get_ipython()) is not None:
        # A fork's shell is the kernel's. Without one `display` prints the text, as in any Python process.
        type(shell).clear_instance()


def _nobody_to_ask(*_: object, **__: object) -> Never:
    raise EOFError(
        "In a worker process nobody can be asked for input. Run with SequentialRunner or ThreadRunner, "
        "or give the answer as a parameter."
    )
