"""A value as bytes, on its way between processes. How it gets there is in `packing`, which costs time to import."""

from __future__ import annotations

import contextlib
import os
from typing import Any


class Packed:
    """A pickled value.

    Args:
        data: the pickle, without its large buffers.
        path: the file with the buffers; empty when there is none.
        spans: offset and length of each buffer, in bytes.
        owned: this process deletes the file when the value is gone.
    """

    __slots__ = ("data", "owned", "path", "spans")

    def __init__(
        self, data: bytes, path: str = "", spans: tuple[tuple[int, int], ...] = (), *, owned: bool = False
    ) -> None:
        self.data = data
        self.path = path
        self.spans = spans
        self.owned = owned

    def __reduce__(self) -> tuple[Any, ...]:
        return (Packed, (self.data, self.path, self.spans))  # whoever gets it does not own it

    def __del__(self) -> None:
        if self.owned and self.path:
            with contextlib.suppress(OSError):
                os.unlink(self.path)  # noqa: PTH108 - at the end of a process a Path may be gone

    def unpack(self) -> Any:
        """The value: new, and nobody else's."""
        from kedro_nb.io.packing import unpack

        return unpack(self)

    @property
    def nbytes(self) -> int:
        """Its size."""
        return len(self.data) + sum(length for _, length in self.spans)
