"""Write a file so that it is there whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_IN_MEMORY = 16 << 20  # larger data on its way to another machine waits in a temporary file


@contextlib.contextmanager
def replacing_local(fs: Any, path: str, open_args: Mapping[str, Any]) -> Iterator[IO[Any]]:
    """Open a temporary file beside `path` that takes its place when the block ends well, and goes when it fails."""
    target = Path(os.path.realpath(fs._strip_protocol(path)))  # noqa: SLF001 - how fsspec reads "~" and "file://"
    if target.exists() and not target.is_file():
        with fs.open(str(target), **open_args) as file:  # a device or a pipe has nothing to replace
            yield file
        return
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    # The suffix stays, because fsspec can infer the compression from it.
    temporary = target.with_name(f".{os.urandom(6).hex()}.tmp{target.suffix}")
    made = _make_folders(target.parent)
    try:
        if not open_args["mode"].startswith("w") and target.exists():
            shutil.copyfile(target, temporary)
        with fs.open(str(temporary), **open_args) as file:
            yield file
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        for folder in made:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


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
