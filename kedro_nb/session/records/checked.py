"""Check a record that comes from a file: it fits the schema, or one message says where it does not."""

from __future__ import annotations

import functools
import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
}
_NAMES = {"object": "a mapping", "array": "a list", "string": "a text", "integer": "a whole number"}
_DEEPEST = 100
_MOST_SECONDS = 2e11  # what a calendar can show
_MOST = 1 << 63
_SHOWN = 60  # characters of a value


def checked(record: Any, where: str = "the record of a run") -> dict[str, Any]:
    """The record, which fits `run.v1.schema.json`.

    Args:
        record: as it was read from JSON.
        where: it comes from, for the message.

    Raises:
        RequestError: with the first place in the record that does not fit.
    """
    problem = next(_problems(record, _schema(), ""), None) or _doubled(record)
    if problem is None and not _is_shallow(record):
        problem = f"it is nested more than {_DEEPEST} levels deep"
    if problem is not None:
        raise RequestError(
            f"{where} cannot be read: {problem}. It is damaged, or was written by another program: run the cell again "
            "to record the run anew."
        )
    found: dict[str, Any] = record
    return found


@functools.cache
def _schema() -> dict[str, Any]:
    text = files("kedro_nb.session.records").joinpath("run.v1.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _problems(value: Any, schema: dict[str, Any], path: str) -> Iterator[str]:
    """What does not fit, in the order of the schema: of JSON Schema as much as ours uses."""
    reference = schema.get("$ref")
    if reference is not None:
        schema = _schema()["$defs"][reference.rpartition("/")[2]]
    if "const" in schema and (value != schema["const"] or isinstance(value, bool)):
        yield f"{path} is {_shown(value)} and not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path} is {_shown(value)}, not one of {', '.join(schema['enum'])}"
    kind = schema.get("type")
    if kind is None:
        return
    if not _is_of(value, kind):
        yield f"{path or 'it'} is {_shown(value)} and not {_NAMES.get(kind, 'a number')}"
    elif kind == "object":
        yield from _problems_of_object(value, schema, path)
    elif kind == "array":
        yield from _problems_of_array(value, schema, path)
    elif _is_out(value, schema):
        yield f"{path} is {_shown(value)}, which is out of range"


def _problems_of_object(value: dict[str, Any], schema: dict[str, Any], path: str) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{_at(path, name)} is missing"
    for name, inner in schema.get("properties", {}).items():
        if name in value:
            yield from _problems(value[name], inner, _at(path, name))


def _problems_of_array(value: list[Any], schema: dict[str, Any], path: str) -> Iterator[str]:
    first = schema.get("prefixItems", [])
    if len(value) < schema.get("minItems", 0) or (schema.get("items") is False and len(value) > len(first)):
        yield f"{path} has {len(value)} items"
        return
    for place, each in enumerate(value):
        inner = first[place] if place < len(first) else schema.get("items", {})
        yield from _problems(each, inner, f"{path}[{place}]")


def _is_out(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a number is too small, or a text does not have the form that the schema asks for."""
    if "minimum" in schema and not schema["minimum"] <= value < (
        _MOST_SECONDS if schema["type"] == "number" else _MOST
    ):
        return True
    return "pattern" in schema and re.search(schema["pattern"], value) is None


def _is_of(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and not isinstance(value, bool)


def _doubled(record: dict[str, Any]) -> str | None:
    """The schema cannot say that names are there once."""
    for key in ("nodes", "datasets"):
        names = [each["name"] for each in record[key]]
        if len(set(names)) < len(names):
            return f"{key} has a name twice"
    return None


def _is_shallow(record: Any) -> bool:
    level = [record]
    for _ in range(_DEEPEST):
        inner = [
            each.values() if isinstance(each, dict) else each
            for each in level
            if isinstance(each, dict | list)
        ]
        level = [each for items in inner for each in items]
        if not level:
            return True
    return False


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(value: Any) -> str:
    text = (
        f"{value!r:.{_SHOWN + 1}}"
        if not isinstance(value, dict | list)
        else f"of the type '{type(value).__name__}'"
    )
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
