"""The user's values as JSON holds them: short, and without secrets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from kedro_nb.masking import mask_start, mask_text
from kedro_nb.runner.result import describe_value

_LONGEST = 500  # characters of one text
_ITEMS = 100  # of one list
_DEEPEST = 12
_DIGITS = 300  # of a number


def plain(value: Any, budget: Budget | None = None, depth: int = 0) -> Any:
    """The value as JSON can hold it; what JSON does not know, as a short text. Never raises."""
    budget = budget or Budget()
    if isinstance(value, Mapping) and depth < _DEEPEST and type(value).__module__ != "pandas":
        return _mapping(value, budget, depth)
    if isinstance(value, list | tuple) and depth < _DEEPEST:
        kept = [plain(each, budget, depth + 1) for each in value[:_ITEMS]]
        return kept if len(value) <= _ITEMS else [*kept, f"… and {len(value) - _ITEMS} more"]
    return budget.spend(_scalar(value))


def _mapping(value: Mapping[Any, Any], budget: Budget, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, each in value.items():
        if budget.left <= 0:
            found["…"] = f"{len(value) - len(found)} more left out"
            break
        name = shortened(str(key) if isinstance(key, str | int | float) else describe_value(key), _LONGEST)
        budget.left -= len(name)
        found[name] = plain(each, budget, depth + 1)
    return found


class Budget:
    """How many characters may still be written.

    Args:
        left: of all values together.
    """

    def __init__(self, left: float = math.inf) -> None:
        self.left = left

    def spend(self, value: Any) -> Any:
        """The value, or where too little is left a sign that it is not shown."""
        self.left -= len(value) if isinstance(value, str) else 8
        return value if self.left > 0 else "…"


def _scalar(value: Any) -> Any:
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is str:
        return shortened(value, _LONGEST)
    if kind is int and value.bit_length() < _DIGITS:
        return value
    if kind is float:
        return value if math.isfinite(value) else str(value)
    try:
        return _foreign(value)
    except Exception:  # noqa: BLE001 - the user's objects may do anything
        return f"<{kind.__name__}>"


def _foreign(value: Any) -> Any:
    """Numbers of other libraries as numbers, paths, dates and enumerations as text."""
    import datetime as dt
    import enum
    import os

    if isinstance(value, enum.Enum):
        return str(value)
    if isinstance(value, os.PathLike):
        return shortened(str(os.fspath(value)), _LONGEST)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        item = value.item()
        return _scalar(item) if type(item) is not type(value) else describe_value(value)
    if isinstance(value, str):
        return _scalar(str.__str__(value))
    return shortened(describe_value(value), _LONGEST)


def shortened(text: str, most: int) -> str:
    """The beginning of a text without its secrets, with a word on how much is missing."""
    if len(text) <= most:
        return mask_text(text)
    return f"{mask_start(text, most)}… ({len(text):,} characters)"
