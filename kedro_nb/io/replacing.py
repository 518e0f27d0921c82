"""Write a file so that it is there whole or not at all.

What is written goes into a file beside the target, which takes the target's place at the end. Its name follows from
the target's name, and a number tells apart saves that run side by side. So the next save finds what a killed process
has left, without listing the folder. A live save holds a lock on its file, which ends with its process.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import shutil
import stat
from itertools import count
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_IN_MEMORY = 16 << 20  # larger data on its way to another machine waits in a temporary file
_ATTEMPTS = 100  # to make a file that other saves take for a leftover
_LONGEST_SUFFIX = 32  # characters
_GAP = 4  # numbers without a file after which there are no more leftovers

# The temporary files of this process. Some network file systems lock by process: to try the lock would break it.
_live: dict[str, object] = {}


@contextlib.contextmanager
def replacing_local(
    fs: Any, path: str, open_args: Mapping[str, Any], folder: str | None = None
) -> Iterator[IO[Any]]:
    """Open a temporary file that takes the place of `path` when the block ends well, and is removed when it fails.

    Args:
        fs: the file system, of fsspec.
        path: the file to write.
        open_args: for `fs.open`.
        folder: where the temporary file lies, on the same file system; beside the file when left out.
    """
    target = _real(fs, path)
    exists = target.exists()
    if exists and not target.is_file():
        with fs.open(str(target), **open_args) as file:  # a device or a pipe has nothing to replace
            yield file
        return
    if exists and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    beside = _real(fs, folder) if folder else target.parent
    made = _make_folders(beside)
    try:
        with _temporary(
            beside, target, stat.S_IMODE(target.stat().st_mode) if exists else 0o666
        ) as temporary:
            with fs.open(temporary, **_prepared(open_args, target, temporary)) as file:
                yield file
            if exists:
                with contextlib.suppress(FileNotFoundError):
                    shutil.copymode(target, temporary)
            if folder:
                made = [*_make_folders(target.parent), *made]
            Path(temporary).replace(target)
    except BaseException:
        for each in made:
            with contextlib.suppress(OSError):
                each.rmdir()
        raise


def _real(fs: Any, path: str) -> Path:
    return Path(os.path.realpath(fs._strip_protocol(path)))  # noqa: SLF001 - how fsspec reads "~" and "file://"


def _prepared(open_args: Mapping[str, Any], target: Path, temporary: str) -> dict[str, Any]:
    """The arguments for the temporary file, which exists already, and begins as the target where that is continued."""
    mode = open_args["mode"]
    if "x" in mode and target.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    if not mode.startswith(("w", "x")) and target.exists():
        shutil.copyfile(target, temporary)
    return {**open_args, "mode": mode.replace("x", "w")}


@contextlib.contextmanager
def _temporary(beside: Path, target: Path, mode: int) -> Iterator[str]:
    """An empty file that no other save uses; it is removed at the end if it is still there.

    Whoever may not read the target may not read this: it stays where a save is killed.
    """
    key = target.name.encode(errors="surrogateescape")
    # The suffix stays, because fsspec can infer the compression from it.
    suffix = target.suffix if len(target.suffix) <= _LONGEST_SUFFIX else ""
    series = f"{beside}/.{hashlib.sha256(key).hexdigest()[:16]}.{{}}.tmp{suffix}"
    number, descriptor = _first_free(series, mode)
    file = series.format(number)
    try:
        _remove_later_leftovers(series, number)
        yield file
    except BaseException:
        with contextlib.suppress(OSError):
            Path(file).unlink()
        raise
    finally:
        _live.pop(file, None)
        os.close(descriptor)


def _first_free(series: str, mode: int) -> tuple[int, int]:
    """Make and lock the first file of the series that no live save has.

    Returns:
        The number of the file and its descriptor.
    """
    for number in count():
        file = series.format(number)
        if _claim(file):
            descriptor = None
            try:
                descriptor = _make_locked(file, mode)
            finally:
                if descriptor is None:
                    _live.pop(file, None)
            if descriptor is not None:
                return number, descriptor
    raise AssertionError  # numbers do not end


def _claim(file: str) -> bool:
    """Keep the other threads of this process from a file; False if one of them has it."""
    mine = object()
    return _live.setdefault(file, mine) is mine  # in one step, and without a lock that a fork could inherit


def _make_locked(file: str, mode: int) -> int | None:
    """Make and lock a file, in the place of a leftover; None where a live save, or something else, has the name."""
    for _ in range(_ATTEMPTS):
        try:
            descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode)
        except FileExistsError:
            if not _remove_leftover(file):
                return None
            continue
        try:
            _lock(descriptor, wait=True)
            if os.fstat(descriptor).st_nlink:
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # another save took it for a leftover before it was locked
    return None


def _remove_later_leftovers(series: str, number: int) -> None:
    """Remove what saves that ran side by side have left under later numbers."""
    missing = 0
    for later in count(number + 1):
        file = series.format(later)
        missing = 0 if os.path.lexists(file) else missing + 1
        if missing > _GAP:
            return
        if not missing and _claim(file):
            try:
                _remove_leftover(file)
            finally:
                _live.pop(file, None)


def _remove_leftover(file: str) -> bool:
    """Remove the file of a save that was killed; False if it belongs to a live save, or to someone else."""
    try:
        descriptor = os.open(file, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return True
    except OSError:  # a link, a folder, or another user's
        return False
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != _user(status):
            return False
        _lock(descriptor, wait=False)
        # Before it was locked, its save may have given it the target's name, and another save made a new one.
        if os.path.samestat(status, os.lstat(file)):
            Path(file).unlink()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _user(status: os.stat_result) -> int:
    return os.geteuid() if hasattr(os, "geteuid") else status.st_uid


def _lock(descriptor: int, *, wait: bool) -> None:
    """Lock a file until it is closed, or its process ends.

    Raises:
        OSError: it is locked, or cannot be.
    """
    try:
        import fcntl
    except ImportError:  # Windows does not delete what is open
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        if not wait:
            raise  # where nothing can be locked, nothing is removed


def _make_folders(folder: Path) -> list[Path]:
    """Make the folder and say which ones were missing, the deepest first."""
    missing = []
    for each in (folder, *folder.parents):
        if each.exists():
            break
        missing.append(each)
    folder.mkdir(parents=True, exist_ok=True)
    return missing


@contextlib.contextmanager
def replacing_remote(fs: Any, path: str, open_args: Mapping[str, Any]) -> Iterator[IO[Any]]:
    """Collect what is written and send it when the block ends well: a failure must not upload half of it."""
    import tempfile

    remote_args = dict(open_args)
    text_args = {key: remote_args.pop(key) for key in ("encoding", "errors", "newline") if key in remote_args}
    is_text = "b" not in remote_args["mode"]
    if is_text:
        remote_args["mode"] = remote_args["mode"].replace("t", "") + "b"
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as buffer:
        if is_text:
            text = io.TextIOWrapper(buffer, **text_args)
            yield text
            text.detach()  # flushes, and keeps the buffer open
        else:
            yield buffer
        buffer.seek(0)
        with fs.open(path, **remote_args) as remote:
            shutil.copyfileobj(buffer, remote)
