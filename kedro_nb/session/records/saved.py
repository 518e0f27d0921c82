"""A record as a notebook's file has room for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOM = 90_000  # bytes in the file, beside what is drawn
_PER_LINE = 10  # a file has each value on a line of its own, well indented


def saved(record: dict[str, Any], room: int = ROOM) -> dict[str, Any]:
    """The record, of a large run without what is least missed: `left_out` names it.

    Graph, states, times, code hashes and parameters are always there.

    Args:
        record: as `kedro_nb.session.records.record` makes it.
        room: bytes that it may take in a notebook's file.
    """
    left_out: list[str] = []
    for what, shrink in _STAGES.items():
        if _size(record) <= room:
            break
        record = shrink(record)
        left_out.append(what)
        record["left_out"] = left_out
    return record


def _size(record: dict[str, Any]) -> int:
    """About as many bytes as it takes in the file."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    lines = text.count(",") + 2 * (text.count("{") + text.count("["))
    return len(text) + _PER_LINE * lines


def _nodes_without(*keys: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def shrink(record: dict[str, Any]) -> dict[str, Any]:
        return {**record, "nodes": list(_without(record["nodes"], keys))}

    return shrink


def _without(items: list[dict[str, Any]], keys: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for item in items:
        yield item if "error" in item else {key: value for key, value in item.items() if key not in keys}


def _datasets_without_sizes(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "datasets": list(_without(record["datasets"], ("measured",)))}


def _datasets_with_something_to_tell(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "datasets": [each for each in record["datasets"] if len(each) > 1]}


_STAGES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "prints": _nodes_without("prints", "printed"),
    "tags": _nodes_without("tags"),
    "worker, expected": _nodes_without("worker", "expected"),
    "measured": _datasets_without_sizes,
    "datasets": _datasets_with_something_to_tell,
    "function": _nodes_without("function"),
    "peak": _nodes_without("peak"),
    "started": _nodes_without("started"),
}
