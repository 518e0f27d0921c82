"""Whose code a frame of a traceback runs, told by the name of its file."""

from __future__ import annotations

import os

import kedro_nb.errors

PACKAGE = os.path.dirname(kedro_nb.errors.__file__) + os.sep  # noqa: PTH120 - frames have their files as text
_STANDARD_LIBRARY = (os.path.dirname(os.__file__) + os.sep, "<frozen ")  # noqa: PTH120 - frames have their files as text
_INSTALLED = tuple(f"{os.sep}{folder}{os.sep}" for folder in ("site-packages", "dist-packages"))


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
