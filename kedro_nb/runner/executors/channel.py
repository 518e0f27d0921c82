"""Whole messages through a pipe, between the kernel and one of its worker processes.

A worker may die, stop or write something else into the pipe in the middle of a message. So the kernel reads only what
has arrived and looks for whole messages in it, and it writes only what fits: it never waits without looking at
whether the run was stopped. A worker has nothing else to do and waits.
"""

from __future__ import annotations

import os
import pickle
import select
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_HEADER = struct.Struct("!8sQ")  # the mark, and the number of bytes that follow the header
_MARK = b"kedro_nb"
_NO_MESSAGE = "Something else than a message was written into the pipe."
_AT_ONCE = 1 << 16  # bytes to read at a time: the system is asked for the memory of more than this each time


def encode(*message: Any) -> bytes:
    """The bytes of a message."""
    content = pickle.dumps(message, protocol=5)
    return _HEADER.pack(_MARK, len(content)) + content


class Inbox:
    """Bytes as they arrive, and the messages that are whole."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    @property
    def empty(self) -> bool:
        """Whether no part of a message has arrived."""
        return not self._bytes

    def read(self, descriptor: int) -> None:
        """Add what has arrived, in one call of the system.

        Raises:
            EOFError: the other end is closed.
            OSError: the pipe is broken or, where it does not block, nothing has arrived.
        """
        if not (arrived := os.read(descriptor, _AT_ONCE)):
            raise EOFError
        self._bytes += arrived

    def take(self) -> Any:
        """Remove a message and return it; None if no message is whole.

        Raises:
            ValueError: the bytes are not a message.
        """
        received = self._bytes
        if len(received) < _HEADER.size:
            if not _MARK.startswith(received[: len(_MARK)]):
                raise ValueError(_NO_MESSAGE)
            return None
        mark, size = _HEADER.unpack_from(received)
        if mark != _MARK:
            raise ValueError(_NO_MESSAGE)
        end = _HEADER.size + size
        if len(received) < end:
            return None
        self._bytes = received[end:]
        return pickle.loads(memoryview(received)[_HEADER.size : end])


def write(descriptor: int, data: bytes) -> None:
    """Write all of it, however long the other end takes to read."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write_unless(descriptor: int, data: bytes, stopped: Callable[[], bool], glance: float) -> bool:
    """Write to a pipe that does not block, until `stopped` says to give up.

    Args:
        descriptor: where to write.
        data: what to write.
        stopped: tells whether to give up.
        glance: seconds between two calls of `stopped`.

    Returns:
        Whether all of it was written.

    Raises:
        OSError: the pipe is broken.
    """
    written = 0
    while written < len(data):
        try:
            written += os.write(descriptor, memoryview(data)[written:] if written else data)
        except BlockingIOError:
            if stopped():
                return False
            poll = select.poll()
            poll.register(descriptor, select.POLLOUT)
            poll.poll(glance * 1000)
    return True
