"""How much memory a group of processes takes at its peak."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_PAUSE = 0.01
_SHARED = Path("/dev/shm")


def peak_of(session: int, run: Callable[[], object]) -> float:
    """Bytes, while it runs, of all processes of a session and of the files in shared memory.

    A page that several processes map counts once. What lies in shared memory counts whether it is mapped or not,
    which is why it is asked of the file system; nothing else may fill that meanwhile.
    """
    before = _shared()
    peak = 0
    done = threading.Event()

    def sample() -> None:
        nonlocal peak
        while not done.wait(_PAUSE):
            peak = max(peak, sum(map(_private, _processes(session))) + _shared() - before)

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        run()
    finally:
        done.set()
        sampler.join()
    return peak


def _shared() -> int:
    return shutil.disk_usage(_SHARED).used if _SHARED.is_dir() else 0


def _processes(session: int) -> list[Path]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[3]) == session:
            found.append(process)
    return found


def _private(process: Path) -> int:
    """The process's share of its pages, without those in shared memory."""
    try:
        lines = (process / "smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return 0
    sizes = {name.rstrip(":"): int(size) * 1024 for name, size, *_ in map(str.split, lines)}
    return sizes["Pss"] - sizes["Pss_Shmem"]
