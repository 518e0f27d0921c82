"""Files in shared memory that are used again: memory that is new to the system takes longer to get than to fill.

A file that is not needed any more goes into a folder within the one of its owner, which is there while the owner has
worker processes. Whoever packs something next, in whichever process, renames it back and writes over it, unless
another process may still read it: the system grants a lease for writing only on a file that nobody else has open or
mapped, a fork's inherited mapping included, and nobody can open a file under a name that he has not heard of.

A large file on small pages (see `large_pages`) says so in its name. If it lies idle its owner puts it on huge ones.

Every function takes the owner's folder, by its path or its open descriptor, and works relative to a descriptor (see
`private_folder`): other users can neither put a file into these folders nor have one of theirs used.
"""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING

from kedro_nb.io import large_pages
from kedro_nb.io.private_folder import names, open_file, opened, remove

if TYPE_CHECKING:
    from pathlib import Path
    from threading import Event

ON_SMALL_PAGES = ".small"  # the end of a name
IDLE = "idle"  # the folder within the owner's
_LEAST = 1 << 20  # bytes that are worth it
_SHARE = 8  # the part of the file system that may lie idle: one in so many
_WASTE = 2  # a file that is larger by this factor is for something larger


def discard(path: str, size: int) -> None:
    """Delete a file, or keep its memory for the next one."""
    with contextlib.suppress(Exception):  # anything may be gone at the end of a process, the file included
        parent, _, name = path.rpartition("/")
        with opened(parent) as folder:
            if size >= _LEAST:
                with contextlib.suppress(OSError), opened(IDLE, folder) as idle:  # nothing is kept any more
                    if size <= _room(idle):
                        os.rename(name, name, src_dir_fd=folder, dst_dir_fd=idle)
                        return
            os.unlink(name, dir_fd=folder)


def claim(folder: int, name: str, size: int) -> tuple[int, str] | None:
    """Put a used file of about this size where a file `name` is to be, if there is one.

    Args:
        folder: the descriptor of the owner's folder.
        name: of the new file.
        size: of the new file, in bytes.

    Returns:
        The open file, for reading and writing, and its name, which ends in `ON_SMALL_PAGES` if it is on these.
    """
    if size < _LEAST:
        return None
    with contextlib.suppress(OSError), opened(IDLE, folder) as idle:  # OSError: nothing is kept
        sizes = _sizes(idle)
        fitting = [kept for kept in sizes if sizes[kept] <= _WASTE * size]
        for kept in sorted(
            fitting, key=lambda kept: (sizes[kept] < size, abs(sizes[kept] - size), _small(kept))
        ):
            target = f"{name}{_small(kept)}"
            with contextlib.suppress(OSError):  # another process was quicker
                os.rename(kept, target, src_dir_fd=idle, dst_dir_fd=folder)
                descriptor = _open_unused(target, folder)
                if descriptor is not None:
                    return descriptor, target
                os.unlink(target, dir_fd=folder)
    return None


def on_small_pages(folder: Path) -> list[str]:
    """The names of the large files that lie idle and are on small pages."""
    with contextlib.suppress(OSError), opened(folder) as owners, opened(IDLE, owners) as idle:
        return [name for name in _sizes(idle) if _small(name)]
    return []


def put_on_huge_pages(folder: Path, stopped: Event) -> bool:
    """Do so with the files that lie idle, until told to stop; False if that does not work here."""
    for kept in on_small_pages(folder):
        name = f"{os.getpid()}-{kept}"  # no other process gets it now
        # OSError: another process was quicker, or nothing is kept any more.
        with contextlib.suppress(OSError), opened(folder) as owners, opened(IDLE, owners) as idle:
            os.rename(kept, name, src_dir_fd=idle, dst_dir_fd=owners)
            descriptor = _open_unused(name, owners)
            try:
                done = descriptor is not None and large_pages.put_on_huge_pages(descriptor, stopped)
                back = kept.removesuffix(ON_SMALL_PAGES) if done else kept
                os.rename(name, back, src_dir_fd=owners, dst_dir_fd=idle)
            finally:
                if descriptor is not None:
                    os.close(descriptor)
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=owners)
            if descriptor is not None and not done:
                return stopped.is_set()
    return True


def start(folder: Path) -> None:
    """From now on, keep what is discarded from this folder, where the system can tell who reads a file."""
    probe = f"probe-{os.getpid()}-{os.urandom(4).hex()}"
    with opened(folder) as owners:
        with contextlib.suppress(FileExistsError):
            os.mkdir(IDLE, 0o700, dir_fd=owners)
        os.close(open_file(probe, os.O_CREAT | os.O_RDWR, owners))
        try:
            descriptor = _open_unused(probe, owners)
        finally:
            os.unlink(probe, dir_fd=owners)
    if descriptor is None:
        stop(folder)
    else:
        os.close(descriptor)


def clear(folder: Path) -> bool:
    """Give back the memory that is kept; False when there was none."""
    with contextlib.suppress(OSError), opened(folder) as owners, opened(IDLE, owners) as idle:
        kept = names(idle)
        for name in kept:
            with contextlib.suppress(OSError):  # another process was quicker
                os.unlink(name, dir_fd=idle)
        return bool(kept)
    return False


def stop(folder: Path) -> None:
    """The same, and keep nothing from now on."""
    with contextlib.suppress(OSError), opened(folder) as owners:
        remove(IDLE, owners)


def _small(name: str) -> str:
    return ON_SMALL_PAGES if name.endswith(ON_SMALL_PAGES) else ""


def _sizes(idle: int) -> dict[str, int]:
    """The files in a folder, which others may be emptying, by name."""
    sizes = {}
    with os.scandir(idle) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                sizes[entry.name] = entry.stat(follow_symlinks=False).st_size
    return sizes


def _room(idle: int) -> int:
    """Bytes that may be kept in addition."""
    system = os.fstatvfs(idle)
    return system.f_blocks * system.f_frsize // _SHARE - sum(_sizes(idle).values())


def _open_unused(name: str, folder: int) -> int | None:
    """Open a file for reading and writing; None when it is not ours alone, or a process has it open or mapped."""
    import fcntl  # not on every system

    try:
        descriptor = open_file(name, os.O_RDWR, folder)
    except PermissionError:
        return None
    try:
        # Whoever opens it in this moment makes the system send a signal: not the one that ends the process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except (AttributeError, OSError):  # there are no leases, or another process has it
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
