"""Values packed for other processes: pickle protocol 5, with large buffers in files in shared memory.

How often a byte of a large array is copied, besides what the node functions do:

- from the kernel to a worker: once, to pack it; never again, for however many readers and runs.
- from a worker to another: once, to pack it; never to read it.
- from a worker to itself: never, if that node is its only reader, and may have the value itself (see
  `runner.executors.processes`); else as to another.
- from a worker to the kernel: once, to pack it; never to load it.

To pack is to write into a file of a memory file system, if possible one that was used before (see `recycling`) and on
huge pages (see `large_pages`): memory takes longer to get than to fill. What is on huge pages is mapped and copied to,
the rest goes by `write()`: quicker than to map small pages and copy to them. To read is to map that file privately: a
reader sees what was packed, a page is copied when that reader writes to it, and no two readers see each other's
changes. Anything that pickles can be packed. What is said here is true of everything whose pickles leave large
buffers out, as those of numpy, pandas and arrow do; others (polars) are copied once more on each side, into the
pickle and out of it.

Files lie in a folder of the process that owns them. A `Packed` value in that process deletes its file when nobody
refers to it any more; what is mapped stays readable. The folder goes when the process ends, and whatever a killed
process has left goes when the next one packs something. No other user can read or replace a file (see
`private_folder`).
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import pickle
import shutil
import tempfile
import threading
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_nb.io import large_pages, private_folder, recycling
from kedro_nb.io.by_value import dumps_by_value
from kedro_nb.io.packed import Packed, owned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_INLINE = 1 << 16  # bytes of a pickle that are not
_SMALL_BUFFER = 1 << 16  # bytes of one buffer that are not worth a file
_ALIGN = 64  # bytes: what vector instructions like
_PREFIX = "kedro_nb-"
_CHUNK = 1 << 30  # bytes: Linux writes no more than 2 GiB at once
_TURN = 1 << 24  # bytes to copy before another thread may run

_LEISURE = 0.5  # seconds after a run in which the next one would not be delayed

logger = logging.getLogger(__name__)

_numbers = count()
_lock = threading.Lock()
_own: dict[int, tuple[Path, ...]] = {}  # by process: a fork inherits its parent's
_improving: tuple[threading.Thread, threading.Event] | None = None
_improvable = True


def pack(value: Any, folders: Sequence[Path] = ()) -> Packed:
    """Pack a value; what is large goes into a file in the first of `folders` (by default our own) that has room.

    Raises:
        Exception: whatever pickling the value raises.
        OSError: there is no room for it.
    """
    return write(pickled(value), folders)


def pickled(value: Any) -> Packed:
    """Pack a value, but leave its large buffers where they are: `write` them before they can change.

    Raises:
        Exception: whatever pickling the value raises.
    """
    buffers: list[memoryview] = []

    def keep(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < _SMALL_BUFFER:
            return True  # stays in the pickle
        buffers.append(raw)
        return False

    return Packed(dumps_by_value(value, keep), buffers=tuple(buffers))


def write(packed: Packed, folders: Sequence[Path] = ()) -> Packed:
    """Put what is large into a file: in the first of `folders` (by default our own) that has room.

    Raises:
        OSError: there is no room for it.
    """
    data, buffers = packed.data, packed.buffers
    if len(data) >= _INLINE:  # a large pickle is one more buffer, the first
        data, buffers = b"", (memoryview(data), *buffers)
    if not buffers:
        return packed
    return Packed(data, *_write(buffers, folders or own_folders())).own()


def unpack(packed: Packed) -> Any:
    """The value, new and private: its large buffers are read where they lie, and copied where they are written to.

    Raises:
        PermissionError: another user could have written the file.
        OSError: the file cannot be read.
    """
    if not packed.path:
        return pickle.loads(packed.data, buffers=packed.buffers)
    descriptor = private_folder.open_file(packed.path, os.O_RDONLY)
    try:
        view = large_pages.map_private(descriptor)
    finally:
        os.close(descriptor)
    buffers = [view[offset : offset + length] for offset, length in packed.spans]
    data: Any = packed.data or buffers.pop(0)
    return pickle.loads(data, buffers=buffers)


def _write(raws: Sequence[memoryview], folders: Sequence[Path]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Write the buffers one after the other into a file in the first folder that has room."""
    name = f"{os.getpid()}-{next(_numbers)}-{os.urandom(4).hex()}"  # a process's number comes back
    problems: dict[Path, str] = {}
    for folder in _attempts(folders):
        try:
            with private_folder.opened_or_made(folder) as descriptor:
                written, spans = _write_to(descriptor, name, raws)
                return str(folder / written), spans
        except OSError as error:
            free = shutil.disk_usage(folder.parent).free
            problems[folder] = f"{folder.parent} ({error.strerror}, {free:,} bytes free)"
    needed = sum(raw.nbytes for raw in raws)
    raise OSError(
        f"{needed:,} bytes for other processes fit neither into {' nor into '.join(problems.values())}."
    )


def _attempts(folders: Sequence[Path]) -> Iterator[Path]:
    """Each folder, and a second time when it did not do and memory that lay idle is free now."""
    for folder in folders:
        yield folder
        if recycling.clear(folder):
            yield folder


def _write_to(folder: int, name: str, raws: Sequence[memoryview]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Write them into a file in an open folder; its name may get an ending. Leave nothing when that fails."""
    spans = []
    size = 0
    for raw in raws:
        size += -size % _ALIGN
        spans.append((size, raw.nbytes))
        size += raw.nbytes
    try:
        descriptor, used = recycling.claim(folder, name, size) or (
            private_folder.open_file(name, os.O_CREAT | os.O_RDWR, folder),
            name,
        )
        try:
            os.ftruncate(descriptor, size)
            small = used.endswith(recycling.ON_SMALL_PAGES)
            with large_pages.on_huge_pages(descriptor, 0 if small else size) as front:
                for raw, (offset, _) in zip(raws, spans, strict=True):
                    done = _fill(front, raw, offset)
                    while done < raw.nbytes:
                        done += os.pwrite(descriptor, raw[done : done + _CHUNK], offset + done)
                small = len(front) < large_pages.part_for_huge_pages(size)
        finally:
            os.close(descriptor)
        named = f"{name}{recycling.ON_SMALL_PAGES if small else ''}"
        os.rename(used, named, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        for part in (name, f"{name}{recycling.ON_SMALL_PAGES}"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(part, dir_fd=folder)
        raise
    return named, tuple(spans)


def _fill(front: memoryview, raw: memoryview, offset: int) -> int:
    """Copy as much as there is room for in `front`; the number of bytes."""
    size = max(0, min(raw.nbytes, len(front) - offset))
    for start in range(0, size, _TURN):
        end = min(start + _TURN, size)
        front[offset + start : offset + end] = raw[start:end]
    return size


def own_folders() -> tuple[Path, ...]:
    """The folders of this process for packed values, made when first asked for: shared memory, then the disk.

    Raises:
        OSError: no folder can be made that is this user's alone.
    """
    process = os.getpid()
    with _lock:
        if process not in _own:
            atexit.register(_remove, process)
            _own[process] = _new_folders(_roots())
        for folder in _own[process]:
            if private_folder.is_replaced(folder):
                logger.warning(
                    "%s has been replaced by another program, perhaps of another user. What was in it is lost; "
                    "a new folder is used from now on.",
                    folder,
                )
                (new,) = _new_folders([folder.parent])
                _own[process] = tuple(new if each == folder else each for each in _own[process])
        return _own[process]


def _new_folders(roots: Sequence[Path]) -> tuple[Path, ...]:
    folders, problems = [], []
    prefix = f"{_PREFIX}{os.geteuid()}-{_namespace()}-{_identity(os.getpid())}-"
    for root in roots:
        sweep(root)
        try:
            folders.append(private_folder.make(root, prefix))
        except OSError as error:
            problems.append(f"{root}: {error.strerror}")
    if not folders:
        raise OSError(
            f"There is no place for large values ({'; '.join(problems)}). Set TMPDIR to a folder of your own that has "
            "room, on a file system that keeps owners and permissions."
        )
    return tuple(folders)


def _roots() -> list[Path]:
    shared = [large_pages.MEMORY] if os.access(large_pages.MEMORY, os.W_OK) else []
    return [*shared, Path(tempfile.gettempdir())]


def start_recycling() -> None:
    """Keep files in shared memory to be used again, until told to stop."""
    _stop_improving()  # a process that is forked now would have for its whole life what is mapped meanwhile
    for folder in own_folders()[:-1]:  # not those on the disk
        recycling.start(folder)


def stop_recycling() -> None:
    """Give back the memory of the files that are kept."""
    _stop_improving()
    for folder in _own.get(os.getpid(), ()):
        recycling.stop(folder)


def improve_recycled() -> None:
    """Use the time until somebody is `busy` to put files that are kept on huge pages."""
    global _improving  # noqa: PLW0603 - one for all
    with _lock:
        if not _improvable or (_improving is not None and _improving[0].is_alive()):
            return
        folders = [folder for folder in _own.get(os.getpid(), ()) if recycling.on_small_pages(folder)]
        if folders:
            stopped = threading.Event()
            thread = threading.Thread(target=_improve, args=(folders, stopped), daemon=True)
            _improving = thread, stopped
            thread.start()


def _improve(folders: Sequence[Path], stopped: threading.Event) -> None:
    global _improvable  # noqa: PLW0603 - of the system
    if not stopped.wait(_LEISURE):
        _improvable = all(recycling.put_on_huge_pages(folder, stopped) for folder in folders)


def busy() -> None:
    """Leave what is kept to those who write something."""
    if _improving is not None:
        _improving[1].set()


def _stop_improving() -> None:
    busy()
    if _improving is not None:
        _improving[0].join()


def _remove(process: int) -> None:
    if os.getpid() == process:
        stop_recycling()
        for folder in _own.pop(process, ()):
            private_folder.remove(folder)


def remove_leavings(process: int) -> None:
    """Remove what a worker of ours that has ended wrote and did not hand over, and folders of its own."""
    for folder in _own.get(os.getpid(), ()):
        with contextlib.suppress(OSError), private_folder.opened(folder) as descriptor:
            for name in private_folder.names(descriptor):
                if name.startswith(f"{process}-") and str(folder / name) not in owned:
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(name, dir_fd=descriptor)
        sweep(folder.parent)


def sweep(root: Path) -> None:
    """Remove what processes of this user that have ended have left in `root`."""
    # In another namespace (a container) other processes have our numbers.
    for folder in root.glob(f"{_PREFIX}{os.geteuid()}-{_namespace()}-*"):
        process, began = [*folder.name.split("-"), "", ""][3:5]
        if process.isdigit() and f"{process}-{began}" != _identity(int(process)):
            private_folder.remove(folder)


def _namespace() -> str:
    try:
        return Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        return "0"


def _identity(process: int) -> str:
    """A process's number and when it began: numbers come back."""
    try:
        state, *fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        began = "gone" if state in {"Z", "X"} else fields[18]
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


def _after_fork() -> None:
    global _lock, _improving  # a thread that is not here may have held it
    _lock, _improving = threading.Lock(), None


os.register_at_fork(after_in_child=_after_fork)
