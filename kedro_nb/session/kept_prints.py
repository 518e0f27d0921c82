"""What nodes print, kept for views and records: the last of it when it is very much."""

from __future__ import annotations

from typing import Protocol

from kedro_nb.session.masked_prints import mask_last

MOST_OF_A_NODE = 1 << 18  # characters
MOST_OF_A_RUN = 1 << 22
_NEAR = 50  # parts that are searched for the line that a progress bar overwrites


class Printing(Protocol):
    """Whose prints are kept."""

    prints: list[tuple[str, str]]


class KeptPrints:
    """Adds to what the nodes of a run have printed, and drops the oldest lines where there is too much.

    Args:
        most_of_a_node, most: characters to keep, about.
    """

    def __init__(self, most_of_a_node: int = MOST_OF_A_NODE, most: int = MOST_OF_A_RUN) -> None:
        self._most_of_a_node = most_of_a_node
        self._most = most
        self._size = 0
        self._sizes: dict[Printing, int] = {}
        self._left_out: dict[Printing, int] = {}

    def add(self, node: Printing, stream: str, text: str) -> None:
        """Add a text; one that begins with a carriage return takes the place of the line before it."""
        text = text.replace("\r\n", "\n")
        last_stream, last = node.prints[-1] if node.prints else ("", "")
        if text.startswith("\r") or (last_stream == stream and last.endswith("\r") and text[:1] != "\n"):
            self._overwrite(node, stream)
            text = text.lstrip("\r")
        node.prints.append((stream, text))
        self._grow(node, len(text) + mask_last(node.prints))
        if self._sizes[node] > self._most_of_a_node:
            self._shrink(node, self._most_of_a_node * 3 // 4)
        if self._size > self._most:
            longest = max(self._sizes, key=self._sizes.__getitem__)
            self._shrink(longest, self._sizes[longest] // 2)

    def _grow(self, node: Printing, size: int) -> None:
        self._size += size
        self._sizes[node] = self._sizes.get(node, 0) + size

    def _overwrite(self, node: Printing, stream: str) -> None:
        """Take away the line that the stream's cursor is in."""
        prints = node.prints
        for place in range(len(prints) - 1, max(-1, len(prints) - 1 - _NEAR), -1):
            if prints[place][0] == stream:
                text = prints[place][1]
                kept = text[: text.rfind("\n") + 1]
                prints[place : place + 1] = [(stream, kept)] if kept else []
                self._grow(node, len(kept) - len(text))
                if kept:
                    return

    def _shrink(self, node: Printing, most: int) -> None:
        """Drop the oldest lines, and say how many they were."""
        old = node.prints[1:] if node in self._left_out else node.prints
        left_out = self._left_out.get(node, 0)
        size, kept = 0, list[tuple[str, str]]()
        for stream, text in reversed(old):
            room = most - size
            end = text if len(text) <= room else _last_lines(text, room, some=not kept)
            left_out += text.count("\n") - end.count("\n")
            size += len(end)
            if end:
                kept.append((stream, end))
            if len(end) < len(text):
                most = size  # what is older goes too
        self._grow(node, size - self._sizes[node])
        self._left_out[node] = left_out
        node.prints = [("stdout", f"… {left_out:,} earlier lines are left out\n"), *reversed(kept)]


def _last_lines(text: str, room: int, *, some: bool) -> str:
    """The whole lines that fit at the end of the text; if there must be some and none does, the end of the last one."""
    end = text[len(text) - room :]
    after = end.find("\n") + 1
    return end if some and after in {0, len(end)} else end[after:] if after else ""
