"""The user's values as JSON holds them: short, and without what nobody else should read."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from kedro_nb.runner.result import describe_value

MASK = "***"
_LONGEST = 500  # characters of one text
_ITEMS = 100  # of one list
_DEEPEST = 12
_DIGITS = 300  # of a number

_SECRET_PARTS = {
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "token",
    "secret",
    "secrets",
    "credential",
    "credentials",
}
_SECRET_PARTS |= {"key", "apikey", "accesskey", "secretkey", "privatekey"}
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_KEYS_OF = {"api", "access", "secret", "private", "auth", "account", "encryption"}
_IN_ADDRESS = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+@")


def is_secret(key: object) -> bool:
    """Whether a value of this name is nobody's business: api_key, dbPassword, but neither max_tokens nor monkey."""
    parts = [part.lower() for part in _PARTS.findall(str(key))]
    return not _SECRET_PARTS.isdisjoint(parts) or ("keys" in parts and not _KEYS_OF.isdisjoint(parts))


def without_passwords(text: str) -> str:
    """The text with the passwords in its addresses masked: postgres://me:***@host."""
    return _IN_ADDRESS.sub(rf"\1:{MASK}@", text) if "://" in text else text


def masked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as they are, but for secrets."""
    return {key: _masked(key, value) for key, value in parameters.items()}


def _masked(key: Any, value: Any) -> Any:
    if is_secret(key) and value is not None and not isinstance(value, bool):
        return MASK
    if isinstance(value, Mapping):
        return masked(value)
    if isinstance(value, list):
        return [masked(each) if isinstance(each, Mapping) else _without(each) for each in value]
    return _without(value)


def _without(value: Any) -> Any:
    return without_passwords(value) if type(value) is str else value


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
        return shortened(without_passwords(value), _LONGEST)
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
    return shortened(without_passwords(describe_value(value)), _LONGEST)


def shortened(text: str, most: int) -> str:
    """The beginning of a text, with a word on how much is missing."""
    if len(text) <= most:
        return text
    return f"{text[:most]}… ({len(text):,} characters)"
