"""Forms: what a control has to know of a parameter, or of an argument of a runner."""

from __future__ import annotations

import contextlib
import inspect
import json
import math
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from kedro_nb.errors import RequestError
from kedro_nb.masking import MASK, hides, is_secret, mask_value
from kedro_nb.session.parameters import merge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Kind = Literal["bool", "int", "float", "text", "choice", "data"]

_MOST_TEXT = 2_000
_LARGEST = 2**53  # whole numbers beyond are not exact in JavaScript
_TAKES = {"int": "a whole number", "float": "a number"}


def parameter_fields(parameters: Mapping[str, Any], changed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A field for each single value among nested parameters, in their order.

    Args:
        parameters: the session's.
        changed: values for the next run, by dotted key; a key that the session does not have is a field as well.
    """
    leaves = dict(leaves_of(parameters))
    fields = [_field(key, default, changed.get(key, default)) for key, default in leaves.items()]
    fields += [
        {**_field(key, None, value), "new": True} for key, value in changed.items() if key not in leaves
    ]
    return fields


def leaves_of(parameters: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each single value by its dotted key."""
    for name, value in parameters.items():
        key = f"{prefix}{name}"
        # A dot in a name would be read as the border of two: what is below is one value.
        if isinstance(value, dict) and value and all(isinstance(k, str) and "." not in k for k in value):
            yield from leaves_of(value, f"{key}.")
        else:
            yield key, value


def _field(key: str, default: Any, value: Any) -> dict[str, Any]:
    kind = kind_of(default if default is not None else value)
    return {
        "key": key,
        "kind": kind,
        "value": _shown(key, value, kind),
        "default": _shown(key, default, kind),
        "changed": not is_same(default, value),
        # An object of the notebook's: a form cannot change it.
        "fixed": not (is_plain(default) and is_plain(value)),
    }


def is_same(one: Any, other: Any) -> bool:
    """Whether both are the same parameter: 1 is neither 1.0 nor True."""
    return one is other or repr(one) == repr(other)


def kind_of(value: Any) -> Kind:
    """Which control fits a value."""
    for kind, name in ((bool, "bool"), (int, "int"), (float, "float"), (str, "text")):
        if isinstance(value, kind):
            return name  # type: ignore[return-value]  # one of them
    return "data"  # lists, nulls and empty mappings are written as in YAML


def is_plain(value: Any) -> bool:
    """Whether it is what JSON and YAML can hold, and not too much of it."""
    if isinstance(value, str):
        return len(value) <= _MOST_TEXT
    if value is None or isinstance(value, bool | int | float):
        return True
    if isinstance(value, list):
        return len(value) <= _MOST_TEXT and all(is_plain(each) and not _is_odd(each) for each in value)
    return isinstance(value, dict) and all(
        isinstance(k, str) and is_plain(v) and not _is_odd(v) for k, v in value.items()
    )


def _is_odd(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _shown(name: str, value: Any, kind: Kind) -> bool | int | float | str:
    """What the control holds: for anything but small numbers and switches, text. No secrets."""
    if hides(name, value):
        return MASK
    value = mask_value(value)
    if not is_plain(value):
        from kedro_nb.runner.result import describe_value

        return describe_value(value)
    if isinstance(value, bool):
        return value if kind == "bool" else str(value).lower()
    if isinstance(value, int):
        return value if abs(value) < _LARGEST else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else f".{value}".replace(".-", "-.")
    return value if isinstance(value, str) and kind == "text" else json.dumps(value, ensure_ascii=False)


def entered(field: Mapping[str, Any], text: str) -> Any:
    """What somebody has written into a control, as a value of its kind.

    Raises:
        RequestError: it cannot be read as that.
    """
    if MASK in text and MASK in str(field["value"]):
        raise RequestError(
            f"'{field['key']}': {MASK} stands for a value that is not shown. Write the whole value."
        )
    try:
        return _entered(field, text)
    except RequestError:
        if not is_secret(field["key"]):
            raise
        wanted = _TAKES.get(field["kind"], "a value in YAML")
        raise RequestError(f"'{field['key']}' takes {wanted}.") from None  # without the secret


def _entered(field: Mapping[str, Any], text: str) -> Any:
    kind = field["kind"]
    if kind == "text":
        return text
    if kind == "data":
        from kedro_nb.session.parsing import load_yaml

        if _has_aliases(text):
            raise RequestError(f"'{field['key']}' takes YAML without aliases: write each value out.")
        return load_yaml(text, f"Parameter '{field['key']}'")
    try:
        number = float(text.strip().replace(".inf", "inf").replace(".nan", "nan"))
        if kind == "float":
            return number
        return int(number) if "e" in text.lower() and number.is_integer() else int(text)
    except (ValueError, OverflowError):
        given = f", and not '{text.strip():.80}'" if text.strip() else ""
        raise RequestError(f"'{field['key']}' takes {_TAKES.get(kind, 'a value')}{given}.") from None


def _has_aliases(text: str) -> bool:
    """Whether a YAML text repeats parts of itself: a few lines can stand for more than there is memory for."""
    import yaml

    with contextlib.suppress(yaml.YAMLError):  # said when it is read
        return "*" in text and any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text))
    return False


def fitting(default: Any, value: Any) -> Any:
    """A value of the default's type where nothing is lost: 1 is 1.0 for a parameter that is a fraction."""
    if type(default) is float and type(value) is int and abs(value) <= _LARGEST:
        return float(value)
    return value


def nested(changed: Mapping[str, Any]) -> dict[str, Any]:
    """Values by dotted key as nested parameters."""
    found: dict[str, Any] = {}
    for key, value in changed.items():
        for part in reversed(key.split(".")):
            value = {part: value}  # noqa: PLW2901 - wrapped from the inside out
        found = merge(found, value)
    return found


def argument_fields(runner: type, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A field for each argument of a runner that a form can give; those with controls of their own are left out."""
    fields = []
    for name, parameter in inspect.signature(runner).parameters.items():
        if name == "is_async" or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        default = None if parameter.default is parameter.empty else parameter.default
        kind, choices = _annotated(parameter.annotation, default)
        if kind is None or not is_plain(default):
            continue
        value = given.get(name, default)
        fields.append(
            {
                "key": name,
                "kind": kind,
                "choices": choices,
                "value": _in_control(name, value, kind),
                "default": _in_control(name, default, kind),
                "changed": name in given,
                "fixed": not is_plain(value),
                "required": parameter.default is parameter.empty,
            }
        )
    return fields


def _in_control(name: str, value: Any, kind: Kind) -> Any:
    """An argument that is not given is an empty control."""
    return None if value is None else value if kind == "choice" else _shown(name, value, kind)


def takes_async(runner: type) -> bool:
    return "is_async" in inspect.signature(runner).parameters


def accepted(runner: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the arguments that this runner takes as well."""
    parameters = inspect.signature(runner).parameters
    anything = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    return {name: value for name, value in given.items() if anything or name in parameters}


def _annotated(annotation: Any, default: Any) -> tuple[Kind | None, list[Any]]:
    """What an annotation, written as text or not, says of the control; None where no control fits."""
    if get_origin(annotation) is Literal:
        return "choice", list(get_args(annotation))
    if annotation is inspect.Parameter.empty:
        return (kind_of(default) if default is not None else "data"), []
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    if not isinstance(annotation, str) and get_args(annotation):
        text = " | ".join(getattr(each, "__name__", str(each)) for each in get_args(annotation))
    if text.startswith("Literal["):
        import ast

        return "choice", list(ast.literal_eval(f"[{text[8:-1]}]"))
    names = {part.strip() for part in text.removeprefix("Optional[").rstrip("]").split("|")}
    kinds: dict[str, Kind] = {"bool": "bool", "int": "int", "float": "float", "str": "text"}
    for name, kind in kinds.items():
        if names - {"None", "NoneType"} == {name}:
            return kind, []
    return None, []
