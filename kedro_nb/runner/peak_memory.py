"""How much memory a node takes."""

from __future__ import annotations

import contextlib
import os
import sys
import threading


class PeakMark:
    """The most memory seen so far while something goes on."""

    __slots__ = ("_memory", "bytes")

    def __init__(self, memory: PeakMemory) -> None:
        self._memory = memory
        self.bytes = 0

    def leave(self) -> int | None:
        """End watching; the peak in bytes, None when that cannot be known."""
        return self._memory.leave(self)


class PeakMemory:
    """The most memory, resident, that this process has had while something went on: several things at once, too.

    Linux keeps a high-water mark for each process and lets it be set back to what is used now. Whenever something
    begins the mark is noted for everything that goes on, and set back. Elsewhere the mark only ever rises, and all
    that can be told is a peak above all former ones.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._marks: set[PeakMark] = set()
        self._floor = 0
        self._clear: tuple[int, tuple[int, int]] | None = None
        with contextlib.suppress(OSError):
            descriptor = os.open("/proc/self/clear_refs", os.O_WRONLY | os.O_CLOEXEC)
            self._clear = descriptor, _identity(descriptor)
            if self._set_back():
                self._floor = self._find_floor()

    def enter(self) -> PeakMark:
        """Begin to watch."""
        mark = PeakMark(self)
        with self._lock:
            if self._marks:
                self._note(self._mark())
            if not self._set_back():
                mark.bytes = -self._mark()  # what it has to exceed
            self._marks.add(mark)
        return mark

    def leave(self, mark: PeakMark) -> int | None:
        with self._lock:
            self._note(self._mark())
            self._marks.discard(mark)
        return mark.bytes if mark.bytes > 0 else None

    def _note(self, most: int) -> None:
        for mark in self._marks:
            if most > abs(mark.bytes):
                mark.bytes = most

    def _mark(self) -> int:
        most = _maxrss()
        return most if most > self._floor else _from_status(b"VmHWM:") or most

    def _set_back(self) -> bool:
        if self._clear is None:
            return False
        descriptor, identity = self._clear
        try:
            # A node may have closed it, and opened something else under its number.
            if _identity(descriptor) == identity:
                os.write(descriptor, b"5")
                return True
        except OSError:
            """It is not allowed here, or not any more."""
        self._clear = None
        return False

    def _find_floor(self) -> int:
        """What `ru_maxrss` never falls below: a process has it from the one that started it."""
        now, most = _from_status(b"VmHWM:"), _maxrss()
        return most if most > now + (1 << 20) else 0


def _identity(descriptor: int) -> tuple[int, int]:
    stat = os.fstat(descriptor)
    return stat.st_dev, stat.st_ino


try:
    from resource import RUSAGE_SELF, getrusage

    _UNIT = 1 if sys.platform == "darwin" else 1024

    def _maxrss() -> int:
        return getrusage(RUSAGE_SELF).ru_maxrss * _UNIT

except ImportError:  # on Windows

    def _maxrss() -> int:
        return 0


def _from_status(name: bytes) -> int:
    with contextlib.suppress(OSError, ValueError), open("/proc/self/status", "rb") as file:  # noqa: PTH123 - light
        status = file.read()
        start = status.index(name) + len(name)
        return int(status[start : status.index(b"kB", start)]) * 1024
    return 0


_here: tuple[int, PeakMemory] | None = None


def peak_memory() -> PeakMemory:
    """The one for this process: there is one mark for all that goes on in it."""
    global _here  # noqa: PLW0603 - as there is one process
    if _here is None or _here[0] != os.getpid():  # after a fork, the parent's
        _here = os.getpid(), PeakMemory()
    return _here[1]
