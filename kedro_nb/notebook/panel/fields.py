"""Forms: what a control has to know of a parameter, or of an argument of a runner."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from kedro_nb.session.parameters import merge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Kind = Literal["bool", "int", "float", "text", "choice", "data"]

_MOST_TEXT = 2_000


def parameter_fields(parameters: Mapping[str, Any], changed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A field for each single value among nested parameters, in their order.

    Args:
        parameters: the session's.
        changed: values for the next run, by dotted key; a key that the session does not have is a field as well.
    """
    fields = [_field(key, default, changed.get(key, default)) for key, default in _leaves(parameters)]
    known = {field["key"] for field in fields}
    fields += [
        {**_field(key, None, value), "new": True} for key, value in changed.items() if key not in known
    ]
    return fields


def _leaves(parameters: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in parameters.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and value and all(isinstance(inner, str) for inner in value):
            yield from _leaves(value, f"{key}.")
        else:
            yield key, value


def _field(key: str, default: Any, value: Any) -> dict[str, Any]:
    plain = is_plain(default) and is_plain(value)
    return {
        "key": key,
        "kind": kind_of(default if default is not None else value),
        "value": value if plain else _text(value),
        "default": default if plain else _text(default),
        "changed": default is not value and default != value,
        "fixed": not plain,  # an object of the notebook's: a form cannot change it
    }


def kind_of(value: Any) -> Kind:
    """Which control fits a value."""
    for kind, name in ((bool, "bool"), (int, "int"), (float, "float"), (str, "text")):
        if isinstance(value, kind):
            return name  # type: ignore[return-value]  # one of them
    return "data"  # lists, nulls and empty mappings are written as in YAML


def is_plain(value: Any) -> bool:
    """Whether it is what JSON can hold, and not too much of it."""
    if isinstance(value, str):
        return len(value) <= _MOST_TEXT
    if value is None or isinstance(value, bool | int | float):
        return True
    if isinstance(value, list):
        return len(value) <= _MOST_TEXT and all(map(is_plain, value))
    return isinstance(value, dict) and all(isinstance(k, str) and is_plain(v) for k, v in value.items())


def _text(value: Any) -> str:
    from kedro_nb.runner.result import describe_value

    return describe_value(value)


def nested(changed: Mapping[str, Any]) -> dict[str, Any]:
    """Values by dotted key as nested parameters."""
    found: dict[str, Any] = {}
    for key, value in changed.items():
        for part in reversed(key.split(".")):
            value = {part: value}  # noqa: PLW2901 - wrapped from the inside out
        found = merge(found, value)
    return found


def argument_fields(runner: type) -> list[dict[str, Any]]:
    """A field for each argument of a runner that a form can give; those with controls of their own are left out."""
    fields = []
    for name, parameter in inspect.signature(runner).parameters.items():
        if name in {"self", "is_async"} or parameter.kind in (
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        ):
            continue
        default = None if parameter.default is parameter.empty else parameter.default
        kind, choices = _annotated(parameter.annotation, default)
        if kind is None:
            continue
        fields.append(
            {
                "key": name,
                "kind": kind,
                "choices": choices,
                "default": default if is_plain(default) else _text(default),
                "required": parameter.default is parameter.empty,
            }
        )
    return fields


def _annotated(annotation: Any, default: Any) -> tuple[Kind | None, list[Any]]:
    """What an annotation, written as text or not, says of the control; None where no control fits."""
    if get_origin(annotation) is Literal:
        return "choice", list(get_args(annotation))
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    names = {part.strip() for part in text.replace("Optional[", "").rstrip("]").split("|")} - {"None"}
    if text.startswith("Literal["):
        import ast

        return "choice", list(ast.literal_eval(f"[{text[8:-1]}]"))
    kinds: dict[str, Kind] = {"bool": "bool", "int": "int", "float": "float", "str": "text"}
    for name, kind in kinds.items():
        if names == {name}:
            return kind, []
    if annotation is inspect.Parameter.empty:
        return (kind_of(default) if default is not None else "data"), []
    return None, []
