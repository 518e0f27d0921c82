"""Folders and files that no other user can read or replace, although the folder above them is open to everyone.

A name can stand for something else from one moment to the next: another user may have planted a link, a pipe or a
folder there. So everything is checked on the open descriptor, and what is done to a file is done relative to the
descriptor of its folder.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO  # what group and others may do
# A pipe would block without O_NONBLOCK until someone opens its other end; for files it means nothing.
_OPEN = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY if os.name == "posix" else 0


def make(root: Path, prefix: str) -> Path:
    """Make a folder for this user alone, with a name that cannot be guessed.

    Raises:
        OSError: no folder can be made there.
        PermissionError: others could get at it, as on a file system that keeps no owners.
    """
    folder = root / f"{prefix}{os.urandom(12).hex()}"
    folder.mkdir(mode=0o700)
    try:
        with opened(folder):
            return folder
    except OSError:
        folder.rmdir()
        raise


@contextlib.contextmanager
def opened(folder: str | Path, within: int | None = None, *, others: int = _OTHERS) -> Iterator[int]:
    """Open a folder of this user: the block gets its descriptor.

    Args:
        folder: its path.
        within: the descriptor of the folder that the path begins at.
        others: the permission bits that must not be set.

    Raises:
        PermissionError: it is another user's, or others can get into it.
        OSError: there is no such folder, or it is a link.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | _OPEN, dir_fd=within)
    try:
        _check(os.fstat(descriptor), folder, others)
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def opened_or_made(folder: Path) -> Iterator[int]:
    """The same; a folder that is missing, as after a clean-up, is made again.

    Raises:
        OSError: as `opened`.
    """
    with contextlib.suppress(FileExistsError):
        if not os.path.lexists(folder):
            folder.mkdir(mode=0o700)
    with opened(folder) as descriptor:
        yield descriptor


def open_file(name: str, flags: int, within: int | None = None) -> int:
    """Open a file of this user that no other name leads to; with O_CREAT, one that was not there.

    Args:
        name: its path.
        flags: of `os.open`.
        within: the descriptor of the folder that the path begins at.

    Raises:
        PermissionError: another user could have written it, or can: it has another owner, another name, or rights for
            others, or is no file.
        OSError: it cannot be opened, as where it is a link.
    """
    if flags & os.O_CREAT:
        flags |= os.O_EXCL
    descriptor = os.open(name, flags | _OPEN, 0o600, dir_fd=within)
    try:
        status = os.fstat(descriptor)
        # A file that its owner has deleted meanwhile has no name at all.
        _check(status, name, _OTHERS, fits=stat.S_ISREG(status.st_mode) and status.st_nlink <= 1)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def is_replaced(folder: Path) -> bool:
    """Whether the path now leads to something else than a folder for this user alone."""
    try:
        with opened(folder):
            return False
    except FileNotFoundError:
        return False
    except OSError:
        return True


def remove(folder: str | Path, within: int | None = None) -> None:
    """Remove a folder of this user with what is in it; a folder of another user is left alone."""
    with contextlib.suppress(OSError):
        with opened(folder, within, others=0) as descriptor:
            for name in names(descriptor):
                try:
                    os.unlink(name, dir_fd=descriptor)
                except (IsADirectoryError, PermissionError):
                    shutil.rmtree(name, ignore_errors=True, dir_fd=descriptor)
        os.rmdir(folder, dir_fd=within)


def names(folder: int) -> list[str]:
    """What is in a folder, given by its descriptor."""
    return os.listdir(folder)


def _check(status: os.stat_result, name: str | Path, others: int, *, fits: bool = True) -> None:
    if not fits or status.st_uid != os.geteuid() or status.st_mode & others:
        why = "Another user can change it, so it is not used"
        raise PermissionError(errno.EACCES, why, os.fspath(name))
