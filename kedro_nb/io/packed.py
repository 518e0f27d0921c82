"""A value as bytes, on its way between processes. How it gets there is in `packing`, which costs time to import."""

from __future__ import annotations

import os
from typing import Any

from kedro_nb.io.recycling import discard

owned: set[str] = set()  # the files that go when their `Packed` does


class Packed:
    """A pickled value. A file with large buffers is deleted together with the object of the process that owns it.

    Args:
        data: the pickle, without its large buffers.
        path: the file with the buffers; empty when there is none.
        spans: offset and length of each buffer, in bytes.
        buffers: those that are not in a file yet, and still lie where they were: this stays in its process.
    """

    __slots__ = ("buffers", "data", "owner", "path", "spans")

    def __init__(
        self,
        data: bytes,
        path: str = "",
        spans: tuple[tuple[int, int], ...] = (),
        buffers: tuple[memoryview, ...] = (),
    ) -> None:
        self.data = data
        self.path = path
        self.spans = spans
        self.buffers = buffers
        self.owner = 0

    def own(self) -> Packed:
        """Let the file go when this object does."""
        if self.path:
            owned.add(self.path)
            self.owner = os.getpid()
        return self

    def disown(self) -> None:
        """Leave the file to another process."""
        self.owner = 0
        owned.discard(self.path)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Packed, (self.data, self.path, self.spans))  # whoever gets it does not own it

    def __del__(self) -> None:
        if self.owner and self.owner == os.getpid():  # a fork has a copy that owns nothing
            owned.discard(self.path)
            discard(self.path, self.nbytes)

    def unpack(self) -> Any:
        """The value: new, and nobody else's (except for buffers that are not in a file)."""
        from kedro_nb.io.packing import unpack

        return unpack(self)

    @property
    def nbytes(self) -> int:
        """Its size."""
        return (
            len(self.data)
            + sum(length for _, length in self.spans)
            + sum(buffer.nbytes for buffer in self.buffers)
        )
