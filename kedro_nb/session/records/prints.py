"""What nodes have printed, cut to what a record has room for: the last of it, and a word on the rest."""

from __future__ import annotations

import json
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

MOST_OF_A_NODE = 4_000  # bytes
_NOTE = 60  # what the word on the rest takes
_LEAST = 200  # less than that tells nothing


def share(
    printed: Mapping[str, Sequence[tuple[str, str]]], room: int, first: Collection[str] = ()
) -> dict[str, list[list[str]]]:
    """What to keep of each node's prints: [[stream, text], ...].

    Nodes that print little keep all of it. Where there is no room for some lines of each, those that come first keep
    theirs, and others are not in the result.

    Args:
        printed: by node name, (stream, text) in order.
        room: bytes of JSON for all of them together.
        first: nodes whose prints matter most.
    """
    kept = {name: tail(printed[name], MOST_OF_A_NODE) for name in first if name in printed}
    room -= sum(_cost(text) for parts in kept.values() for _, text in parts)
    others = {name: parts for name, parts in printed.items() if name not in kept}
    most = MOST_OF_A_NODE
    sizes = sorted(min(_size(parts, most), most) for parts in others.values())
    for taken, size in enumerate(sizes):
        equal = room // (len(sizes) - taken)
        if size > equal:
            most = equal
            break
        room -= size
    if most < _LEAST:
        others = {name: parts for name, parts in others.items() if _size(parts, most) <= most}
    return kept | {name: tail(parts, most) for name, parts in others.items()}


def tail(parts: Sequence[tuple[str, str]], most: int) -> list[list[str]]:
    """The last `most` bytes, as one text for each change of the stream."""
    if _size(parts, most) <= most:
        return _joined(parts)
    kept: list[tuple[str, str]] = []
    room = max(most - _NOTE, 0)
    for stream, text in reversed(parts):
        end = text[-room:] if room else ""
        while end and _cost(end) > room:
            end = end[max(1, len(end) - room * len(end) // _cost(end)) :]
        kept.append((stream, end))
        room -= _cost(end)
        if len(end) < len(text) or room <= 0:
            break
    left_out = sum(len(text) for _, text in parts) - sum(len(text) for _, text in kept)
    joined = _joined(kept[::-1])
    joined[0][1] = f"… ({left_out:,} characters before this are left out)\n{joined[0][1]}"
    return joined


def _joined(parts: Sequence[tuple[str, str]]) -> list[list[str]]:
    by_stream = groupby(parts, key=itemgetter(0))
    joined = ((stream, "".join(text for _, text in each)) for stream, each in by_stream)
    return [[stream, text.encode(errors="replace").decode()] for stream, text in joined]


def _size(parts: Sequence[tuple[str, str]], enough: int) -> int:
    """The bytes that the parts take, or some number above `enough`."""
    size = 0
    for _, text in parts:
        size += len(text) if len(text) > enough else _cost(text)
        if size > enough:
            break
    return size


def _cost(text: str) -> int:
    """The bytes of a text in JSON: a colour or a line break takes more than one."""
    return len(json.dumps(text, ensure_ascii=False).encode(errors="replace"))
