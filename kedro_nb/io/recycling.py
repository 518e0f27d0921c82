"""Files in shared memory that are used again: memory that is new to the system takes longer to get than to fill.

A file that is not needed any more goes into a folder beside the one of its owner, which is there while the owner
has worker processes. Whoever packs something next, in whichever process, renames it back and writes over it, unless
somebody may still read it: the system grants a lease for writing only on a file that nobody else has open or
mapped, a fork's inherited mapping included, and nobody can open a file under a name that he has not heard of.

A large file on small pages (see `large_pages`) says so in its name. If it lies idle its owner puts it on huge ones.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from kedro_nb.io import large_pages

if TYPE_CHECKING:
    from threading import Event

ON_SMALL_PAGES = ".small"  # the end of a name
_LEAST = 1 << 20  # bytes that are worth it
_SHARE = 8  # the part of the file system that may lie idle: one in so many
_WASTE = 2  # a file that is larger by this factor is for something larger


def discard(path: str, size: int) -> None:
    """Delete a file, or keep its memory for the next one."""
    with contextlib.suppress(Exception):  # anything may be gone at the end of a process, the file included
        file = Path(path)
        kept = _beside(file.parent)
        if size >= _LEAST and kept.is_dir():
            with contextlib.suppress(OSError):  # nothing is kept any more
                if size <= _room(kept):
                    file.rename(kept / file.name)
                    return
        file.unlink()


def claim(file: Path, size: int) -> Path | None:
    """Put a used file of about this size where `file` is to be, if there is one; with `ON_SMALL_PAGES`, if it is."""
    if size < _LEAST:
        return None
    sizes = _sizes(_beside(file.parent))
    fitting = [kept for kept in sizes if sizes[kept] <= _WASTE * size]
    for kept in sorted(fitting, key=lambda kept: (sizes[kept] < size, abs(sizes[kept] - size), kept.suffix)):
        target = file.with_suffix(kept.suffix)
        with contextlib.suppress(OSError):  # another process was quicker
            kept.rename(target)
            if _is_nobodys(target):
                return target
            target.unlink()
    return None


def on_small_pages(folder: Path) -> list[Path]:
    """The large files that lie idle and are on small pages."""
    return [file for file in _sizes(_beside(folder)) if file.suffix == ON_SMALL_PAGES]


def put_on_huge_pages(folder: Path, stopped: Event) -> bool:
    """Do so with the files that lie idle, until told to stop; False if that does not work here."""
    for kept in on_small_pages(folder):
        file = folder / f"{os.getpid()}-{kept.name}"  # nobody else gets it now
        with contextlib.suppress(OSError):  # somebody was quicker, or nothing is kept any more
            kept.rename(file)
            try:
                free = _is_nobodys(file)
                done = free and _put_on_huge_pages(file, stopped)
                file.rename(kept.with_suffix("") if done else kept)
            finally:
                file.unlink(missing_ok=True)
            if free and not done:
                return stopped.is_set()
    return True


def _put_on_huge_pages(file: Path, stopped: Event) -> bool:
    descriptor = os.open(file, os.O_RDWR)
    try:
        return large_pages.put_on_huge_pages(descriptor, stopped)
    finally:
        os.close(descriptor)


def start(folder: Path) -> None:
    """From now on, keep what is discarded from this folder, where the system can tell who reads a file."""
    beside = _beside(folder)
    beside.mkdir(mode=0o700, exist_ok=True)
    probe = beside / f"probe-{os.getpid()}"
    probe.touch(0o600)
    if not _is_nobodys(probe):
        stop(folder)
    probe.unlink(missing_ok=True)


def clear(folder: Path) -> bool:
    """Give back the memory that is kept; False when there was none."""
    kept = _sizes(_beside(folder))
    for file in kept:
        file.unlink(missing_ok=True)
    return bool(kept)


def stop(folder: Path) -> None:
    """The same, and keep nothing from now on."""
    shutil.rmtree(_beside(folder), ignore_errors=True)


def _beside(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.free")


def _sizes(folder: Path) -> dict[Path, int]:
    """The files in a folder, which others may be emptying, or have removed."""
    sizes = {}
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            with contextlib.suppress(OSError):
                sizes[file] = file.stat().st_size
    return sizes


def _room(folder: Path) -> int:
    """Bytes that may be kept in addition."""
    system = os.statvfs(folder)
    return system.f_blocks * system.f_frsize // _SHARE - sum(_sizes(folder).values())


def _is_nobodys(file: Path) -> bool:
    """True when no process has the file open or mapped."""
    import fcntl  # not on every system

    descriptor = os.open(file, os.O_RDWR)
    try:
        # Whoever opens it in this moment makes the system send a signal: not the one that ends the process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except (AttributeError, OSError):  # there are no leases, or somebody has it
        return False
    finally:
        os.close(descriptor)
    return True
