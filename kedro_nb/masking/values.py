"""Nested data without secrets, for records, command lines and forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kedro_nb.masking.known import MASK, is_known, mask_known
from kedro_nb.masking.names import is_secret
from kedro_nb.masking.text import mask_text

_DEEPEST = 50
_PAIR = 2


def hides(name: object, value: Any) -> bool:
    """Whether a value is hidden because of its name. None and booleans are shown."""
    return is_secret(name) and value is not None and not isinstance(value, bool)


def mask_value(value: Any, *, name: object = None) -> Any:
    """The value with "***" in the place of each secret. The value itself stays unchanged.

    Args:
        value: mappings, lists and tuples in each other, text and numbers; any other object stays as it is.
        name: what the value is called.
    """
    return _masked(name, value, _DEEPEST)


def _masked(name: object, value: Any, depth: int) -> Any:
    if hides(name, value):
        return MASK
    if isinstance(value, Mapping):
        return {key: _masked(key, each, depth - 1) for key, each in value.items()} if depth else MASK
    if type(value) in {list, tuple}:
        return _items(value, depth - 1) if depth else MASK
    return _leaf(value)


def _items(value: Any, depth: int) -> Any:
    if type(value) is tuple and len(value) == _PAIR and is_secret(value[0]):
        return value[0], MASK
    return type(value)(_masked(None, each, depth) for each in value)


def mask_strings(value: Any, mask: Callable[[str], str] = mask_known) -> Any:
    """Nested lists and mappings of plain data with each text masked. Names do not matter.

    Args:
        value: as JSON has it.
        mask: what is done with a text; by default known values are hidden.
    """
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: mask_strings(each, mask) for key, each in value.items()}
    return [mask_strings(each, mask) for each in value] if isinstance(value, list) else value


def _leaf(value: Any) -> Any:
    if type(value) is str:
        return mask_text(value)
    return MASK if type(value) in {int, float} and is_known(value) else value
