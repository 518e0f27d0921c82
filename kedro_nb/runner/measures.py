"""How large data is, and how much memory a node takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a value without reading through it.

    Args:
        type: the name of its class.
        bytes: what it takes in memory, as far as it tells; None when it does not.
        shape: of an array or a table; the length of a list, a dict or a text; else empty.
    """

    type: str
    bytes: int | None = None
    shape: tuple[int, ...] = ()

    @property
    def rows(self) -> int | None:
        """Of a table or an array; the number of items of a list or a dict."""
        return self.shape[0] if self.shape else None
