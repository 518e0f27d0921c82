"""Write a file so that it is there whole or not at all.

What is written goes into a file of its own in a folder beside the target, and takes the target's place at the end. The
folder's name follows from the target's, so that the next save of the target finds what a killed process has left there,
without looking through a large folder. A live save holds a lock on its file, which ends with its process.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import shutil
import stat
import time
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_IN_MEMORY = 16 << 20  # larger data on its way to another machine waits in a temporary file
_ATTEMPTS = 100  # to make a file in a folder that other saves remove when they end
_LONGEST_SUFFIX = 32  # characters
_DAY = 86_400  # seconds

# The temporary files of this process. Some network file systems lock by process: to try the lock would break it.
_live: set[str] = set()


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
        with _temporary(beside, target) as temporary:
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
def _temporary(beside: Path, target: Path) -> Iterator[str]:
    """An empty file that no other save uses; it is removed at the end if it is still there, and so is its folder."""
    key = f"{_user()} {target.name}".encode(errors="surrogateescape")
    folder = f"{beside}/.{hashlib.sha256(key).hexdigest()[:16]}.tmp"
    # The suffix stays, because fsspec can infer the compression from it.
    suffix = target.suffix if len(target.suffix) <= _LONGEST_SUFFIX else ""
    name = f"{_boot()}-{os.urandom(8).hex()}{suffix}"
    if not _make_folder(folder):
        if _is_own(folder):
            _remove_leftovers(folder)
        else:
            folder = f"{beside}/.{os.urandom(8).hex()}.tmp"
    file = f"{folder}/{name}"
    _live.add(file)
    try:
        descriptor = _make_locked(folder, file)
        try:
            yield file
        finally:
            os.close(descriptor)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(file).unlink()
        raise
    finally:
        _live.discard(file)
        with contextlib.suppress(OSError):  # another save is using it
            Path(folder).rmdir()


def _make_folder(folder: str) -> bool:
    """Make a folder for this user alone; False if something is there already."""
    try:
        Path(folder).mkdir(0o700)
    except FileExistsError:
        return False
    return True


def _is_own(folder: str) -> bool:
    """Whether it is a folder for this user alone, or gone again."""
    try:
        status = os.lstat(folder)
    except FileNotFoundError:
        return True
    others = status.st_mode & (stat.S_IRWXG | stat.S_IRWXO) if hasattr(os, "geteuid") else 0
    return stat.S_ISDIR(status.st_mode) and status.st_uid == _user() and not others


def _user() -> int:
    return os.geteuid() if hasattr(os, "geteuid") else 0


def _make_locked(folder: str, file: str) -> int:
    """Make a file that is not there, and lock it; give its descriptor."""
    for _ in range(_ATTEMPTS):
        try:
            descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        except FileNotFoundError:  # not made yet, or removed by another save that has ended
            _make_folder(folder)
            continue
        try:
            _lock(descriptor, wait=True)
            if os.fstat(descriptor).st_nlink:
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # another save took it for a leftover before it was locked
    raise FileNotFoundError(
        errno.ENOENT, "Another program removes the temporary folder again and again", file
    )


def _remove_leftovers(folder: str) -> None:
    """Remove the files of saves that were killed."""
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.path in _live:
                continue
            with contextlib.suppress(OSError):  # in use, or another save has removed it
                # What was made elsewhere, or before this machine started, may have a lock that is not seen here.
                if not entry.name.startswith(_boot()) and time.time() - entry.stat().st_mtime < _DAY:
                    continue
                descriptor = os.open(entry.path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
                try:
                    _lock(descriptor, wait=False)
                    Path(entry.path).unlink()
                finally:
                    os.close(descriptor)


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


@cache
def _boot() -> str:
    """A short text for this machine since it started: only then are locks seen by every process."""
    import platform

    try:
        text = Path("/proc/sys/kernel/random/boot_id").read_text()
    except OSError:
        text = platform.node()
    return hashlib.sha256(text.encode()).hexdigest()[:8]


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
