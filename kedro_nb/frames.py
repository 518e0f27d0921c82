"""Whose code a frame of a traceback runs, told by the name of its file."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import kedro_nb.errors

if TYPE_CHECKING:
    from types import FrameType

PACKAGE = os.path.dirname(kedro_nb.errors.__file__) + os.sep  # noqa: PTH120 - frames have their files as text
_STANDARD_LIBRARY = (os.path.dirname(os.__file__) + os.sep, "<frozen ")  # noqa: PTH120 - frames have their files as text
_INSTALLED = tuple(f"{os.sep}{folder}{os.sep}" for folder in ("site-packages", "dist-packages"))

# Functions of `logging` that call `acquire` and `release`, and these two.
_LOCKING = frozenset(
    (
        *(
            "acquire",
            "release",
            "handle",
            "_acquireLock",
            "_releaseLock",
            "isEnabledFor",
            "getLogger",
            "getChild",
        ),
        *(
            "setLevel",
            "_clear_cache",
            "addHandler",
            "removeHandler",
            "addLevelName",
            "set_name",
            "close",
            "shutdown",
        ),
    )
)


def is_ours(filename: str) -> bool:
    return filename.startswith(PACKAGE)


def is_standard(filename: str) -> bool:
    """Part of the standard library."""
    return filename.startswith(_STANDARD_LIBRARY) and not any(part in filename for part in _INSTALLED)


def is_users(filename: str) -> bool:
    """Neither ours, nor of the standard library, nor of an installed package."""
    return not (
        filename.startswith((PACKAGE, *_STANDARD_LIBRARY)) or any(part in filename for part in _INSTALLED)
    )


def is_locking_log(frame: FrameType | None) -> bool:
    """Whether a thread in this frame is about to take or release a lock of `logging`: it must not be interrupted.

    `logging` takes its locks one line before the `try` that releases them. An exception from outside between the two,
    or before the release, would leave the lock taken, and the next thread that logs would wait without end.
    """
    code = None if frame is None else frame.f_code
    return code is not None and code.co_name in _LOCKING and code.co_filename == logging.__file__
