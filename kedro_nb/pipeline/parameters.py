"""The names that stand for parameters: `parameters` for all of them, `params:name` for one."""

from __future__ import annotations

WHOLE = "parameters"
PREFIX = "params:"
DEEPEST = 100  # levels of nesting


def is_parameter(name: str) -> bool:
    return name == WHOLE or name.startswith(PREFIX)
