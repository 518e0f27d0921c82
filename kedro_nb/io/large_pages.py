"""Large files in shared memory, on huge pages.

What it takes to get a new file, to map it, to read it and to give it back grows with the number of its pages. Linux
(from 6.1 on) puts a file on huge pages, of 2 MiB instead of 4 KiB, for whoever asks. Then 500 MB are new to the system
and filled in a third of the time, and mapped, read and unmapped in a twentieth. Elsewhere, or when memory is too
scattered, pages stay as small as they are, and everything else is the same.

In a virtual machine the host may have taken back the memory that could be huge pages, and it takes five times as
long to have it again. Then a file is written on small pages, and put on huge ones while it lies idle (`recycling`).
"""

from __future__ import annotations

import contextlib
import mmap
import os
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctypes
    from collections.abc import Iterator
    from threading import Event

MEMORY = Path("/dev/shm")  # noqa: S108 - the memory file system of Linux
_SIZE = Path("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")
_LEAST = 4  # huge pages that are worth it
_STEP = 1 << 24  # bytes to ask for at once: each time, all processors have to answer
_RATE = 0.4e-9  # seconds of processor time for a byte on small pages; 0.05e-9 on huge ones, if there are any at hand
_COLLAPSE = 25  # these two are not in the standard library
_FIXED = 0x10


def map_private(descriptor: int) -> memoryview:
    """A whole file, mapped where huge pages can be: a page is copied when it is written to.

    Raises:
        OSError: it cannot be mapped.
    """
    size = os.fstat(descriptor).st_size
    if part_for_huge_pages(size):
        with contextlib.suppress(OSError):
            return _map_aligned(descriptor, size, mmap.MAP_PRIVATE)
    return memoryview(mmap.mmap(descriptor, 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE))


@contextlib.contextmanager
def on_huge_pages(descriptor: int, size: int) -> Iterator[memoryview]:
    """The first part of a file, to be filled: as much of it as lies on huge pages that were quickly to be had.

    Args:
        descriptor: of a file in use by nobody else, open for reading and writing.
        size: of the file, in bytes.

    Raises:
        OSError: there is no room for it.
    """
    with _mapped_shared(descriptor, size) as view, view[: _collapse_quickly(descriptor, view)] as front:
        yield front


def put_on_huge_pages(descriptor: int, stopped: Event) -> bool:
    """Put a file in use by nobody else on huge pages, at leisure; False if that did not work, or was stopped."""
    size = os.fstat(descriptor).st_size
    with _mapped_shared(descriptor, size) as view:
        done, took = 0, 0.0
        while done < part_for_huge_pages(len(view)):
            if stopped.wait(took):  # half of the time is for others
                return False
            began = time.monotonic()
            step = _step(done, len(view))
            # A page that is just being written out, or moved, makes the first attempt fail, but seldom a second.
            if not any(_collapse(view, done, step) for _ in range(2)):
                return False
            done += step
            took = time.monotonic() - began
    return done > 0


def part_for_huge_pages(size: int) -> int:
    """The bytes of a file that can be on huge pages: those that fill whole ones, of a file that is worth it."""
    huge = huge_page()
    return size - size % huge if huge and size >= _LEAST * huge else 0


@contextlib.contextmanager
def _mapped_shared(descriptor: int, size: int) -> Iterator[memoryview]:
    """A file, to be written to; empty if it cannot be on huge pages."""
    view = memoryview(b"")
    if part_for_huge_pages(size):
        with contextlib.suppress(OSError):
            if os.fstat(descriptor).st_dev == MEMORY.stat().st_dev:
                view = _map_aligned(descriptor, size, mmap.MAP_SHARED)
    mapped = view.obj
    try:
        with view:
            yield view
    finally:
        if isinstance(mapped, mmap.mmap):
            mapped.close()


def _collapse_quickly(descriptor: int, view: memoryview) -> int:
    """Put a file on huge pages from its beginning on, while that costs less than small ones; the bytes that are."""
    done, step = 0, huge_page()  # at first, the loss is small
    while done < part_for_huge_pages(len(view)):
        began = time.thread_time()
        for start in range(done, done + step, huge_page()):
            os.pwrite(descriptor, b"\0", start)  # a part without any page is not put on a huge one
        if not _collapse(view, done, step):
            break
        # If there were a page missing (an emulator takes any advice), to write on it would not fail but kill.
        os.posix_fallocate(descriptor, done, step)
        done += step
        # Too long: there were none at hand, and a host has to find the memory.
        if time.thread_time() - began > _RATE * step:
            break
        step = _step(done, len(view))
    return done


def _step(done: int, size: int) -> int:
    return min(max(_STEP, huge_page()), part_for_huge_pages(size) - done)


def _collapse(view: memoryview, start: int, size: int) -> bool:
    return not _libc().madvise(_address(view) + start, size, _COLLAPSE)


def _map_aligned(descriptor: int, size: int, sharing: int) -> memoryview:
    """A file, mapped at a multiple of the size of a huge page."""
    import ctypes

    huge = huge_page()
    # What is mapped over a part of this goes with it, when nothing refers to it any more.
    place = mmap.mmap(-1, size + huge, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    offset = -_address(place) % huge
    start = _address(place) + offset
    protection = mmap.PROT_READ | mmap.PROT_WRITE
    if _libc().mmap(start, size, protection, sharing | _FIXED, descriptor, 0) != start:
        # There may be a gap in it now, where anything can come to lie: it must never be unmapped.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(place))
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return memoryview(place)[offset : offset + size]


@cache
def huge_page() -> int:
    """The size of a huge page in bytes; 0 where there are none, or no way to ask for them."""
    try:
        return int(_SIZE.read_text()) if _libc() and sys.maxsize > 1 << 32 else 0
    except (OSError, ValueError, ImportError, AttributeError):
        return 0


@cache
def _libc() -> ctypes.CDLL:
    """The system's own functions; the lock of the interpreter is free while they are at work."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    pointer, size, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    libc.mmap.restype = pointer
    libc.mmap.argtypes = (pointer, size, number, number, number, ctypes.c_long)
    libc.madvise.argtypes = (pointer, size, number)
    return libc


def _address(buffer: mmap.mmap | memoryview) -> int:
    import ctypes

    return ctypes.addressof(ctypes.c_char.from_buffer(buffer))
