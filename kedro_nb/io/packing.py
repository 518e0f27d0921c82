"""Values packed for other processes: pickle protocol 5, with large buffers in files in shared memory.

How often a byte of a large array is copied: once to pack it (`write()` into a file of a memory file system, which
is quicker than mapping fresh memory and copying into it), never to unpack it: a reader maps the file privately, so
that it reads what was packed and a page is copied only when the reader writes to it. No two readers see each
other's changes. Anything that pickles can be packed; numpy, pandas, arrow and polars gain without knowing of it.

Files lie in a folder of the process that owns them. A `Packed` value in that process deletes its file when nobody
refers to it any more; what is mapped stays readable. The folder goes when the process ends, and whatever a killed
process has left goes when the next one packs something.
"""

from __future__ import annotations

import atexit
import mmap
import os
import pickle
import shutil
import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_nb.io.by_value import dumps_by_value
from kedro_nb.io.packed import Packed

if TYPE_CHECKING:
    from collections.abc import Sequence

_INLINE = 1 << 16  # bytes of a pickle that are not
_SMALL_BUFFER = 1 << 16  # bytes of one buffer that are not worth a file
_ALIGN = 64  # bytes: what vector instructions like
_PREFIX = "kedro_nb-"
_CHUNK = 1 << 30  # bytes: Linux writes no more than 2 GiB at once

_numbers = count()
_own: dict[int, tuple[Path, ...]] = {}  # by process: a fork inherits its parent's


def pack(value: Any, folders: Sequence[Path] = ()) -> Packed:
    """Pack a value; what is large goes into a file in the first of `folders` (by default our own) that has room.

    Raises:
        Exception: whatever pickling the value raises.
    """
    raws: list[memoryview] = []

    def keep(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < _SMALL_BUFFER:
            return True  # stays in the pickle
        raws.append(raw)
        return False

    data = dumps_by_value(value, keep)
    if len(data) >= _INLINE:  # a large pickle is one more buffer, the first
        raws.insert(0, memoryview(data))
        data = b""
    if not raws:
        return Packed(data)
    path, spans = _write(raws, folders or own_folders())
    return Packed(data, path, spans, owned=not folders)


def unpack(packed: Packed) -> Any:
    """The value, new and private: its large buffers are read where they lie, and copied where they are written to."""
    if not packed.path:
        return pickle.loads(packed.data)
    descriptor = os.open(packed.path, os.O_RDONLY)
    try:
        mapped = mmap.mmap(descriptor, 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    finally:
        os.close(descriptor)
    view = memoryview(mapped)
    buffers = [view[offset : offset + length] for offset, length in packed.spans]
    data: Any = packed.data or buffers.pop(0)
    return pickle.loads(data, buffers=buffers)


def _write(raws: list[memoryview], folders: Sequence[Path]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Write the buffers one after the other into a new file in the first folder that has room."""
    name = f"{os.getpid()}-{next(_numbers)}"
    problems: list[str] = []
    for folder in folders:
        path = folder / name
        try:
            return str(path), _write_to(path, raws)
        except OSError as error:
            path.unlink(missing_ok=True)
            free = shutil.disk_usage(folder.parent).free
            problems.append(f"{folder.parent} ({error.strerror}, {free:,} bytes free)")
    needed = sum(raw.nbytes for raw in raws)
    raise OSError(f"{needed:,} bytes for other processes fit neither into {' nor into '.join(problems)}.")


def _write_to(path: Path, raws: list[memoryview]) -> tuple[tuple[int, int], ...]:
    spans = []
    offset = 0
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        for raw in raws:
            offset += -offset % _ALIGN
            spans.append((offset, raw.nbytes))
            start = offset
            while offset - start < raw.nbytes:
                done = offset - start
                offset += os.pwrite(descriptor, raw[done : done + _CHUNK], offset)
    finally:
        os.close(descriptor)
    return tuple(spans)


def own_folders() -> tuple[Path, ...]:
    """The folders of this process for packed values, made when first asked for: shared memory, then the disk."""
    process = os.getpid()
    if process not in _own:
        shared = Path("/dev/shm")  # noqa: S108 - the memory file system of Linux
        roots = [shared] if os.access(shared, os.W_OK) else []
        folders = []
        for root in [*roots, Path(tempfile.gettempdir())]:
            sweep(root)
            folder = root / f"{_PREFIX}{os.getuid()}-{_identity(process)}"
            folder.mkdir(mode=0o700, exist_ok=True)
            folders.append(folder)
        _own[process] = tuple(folders)
        atexit.register(_remove, process)
    return _own[process]


def _remove(process: int) -> None:
    if os.getpid() == process:
        for folder in _own.pop(process, ()):
            shutil.rmtree(folder, ignore_errors=True)


def sweep(root: Path) -> None:
    """Remove what processes that are no more have left in `root`."""
    for folder in root.glob(f"{_PREFIX}{os.getuid()}-*"):
        process = folder.name.split("-")[2]
        if process.isdigit() and not folder.name.endswith(_identity(int(process))):
            shutil.rmtree(folder, ignore_errors=True)


def _identity(process: int) -> str:
    """A process's number and when it began: numbers come back."""
    try:
        began = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            began = "gone"
        except PermissionError:
            began = "0"
        else:
            began = "0"
    return f"{process}-{began}"
