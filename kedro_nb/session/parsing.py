"""What users write in one line or in YAML, turned into data: lists, parameters, versions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import RequestError
from kedro_nb.masking import is_secret, mask_start, mask_text
from kedro_nb.pipeline.parameters import DEEPEST

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLOSING = {"[": "]", "{": "}"}
_BEFORE_QUOTE = "=:,[{"  # a quote after one of these begins a quoted text; elsewhere it is an apostrophe
_SHOWN = 200  # characters of what the user wrote, in a message
_QUOTED = re.compile(r"""'(?:''|[^'])*'|"(?:\\.|[^"\\])*\"""", re.DOTALL)


def split_list(text: str) -> tuple[str, ...]:
    """Names between commas; a comma inside [] belongs to the name."""
    parts, depth, start = [], 0, 0
    for position, char in enumerate(text):
        depth += (char == "[") - (char == "]" and depth > 0)
        if char == "," and not depth:
            parts.append(text[start:position])
            start = position + 1
    return tuple(name for part in [*parts, text[start:]] if (name := part.strip()))


def parse_params(text: str, where: str = "--params") -> dict[str, Any]:
    """`a=1,b.c=[x,y],d:text` as nested data.

    Keys end at the first '=' or ':' and nest at dots. Values are typed as YAML types them; commas inside brackets,
    braces and quotes belong to the value.

    Args:
        text: as the user wrote it.
        where: the option or key it was written for, for messages.

    Raises:
        RequestError: what is wrong, and with which item.
    """
    found: dict[str, Any] = {}
    key = ""
    for item in _split_items(text, where):
        match = re.match(r"([^=:]*)[=:](.*)", item, re.DOTALL)
        if match is None and is_secret(key):
            raise RequestError(
                f"{where}: the value of '{key}' is followed by something without a value of its own. If that belongs "
                "to the value, which has a comma in it, put the value in quotes."
            )
        if match is None:
            first, *more = item.split() or [""]
            shown = first if more and is_secret(first) else _brief(item)  # token x
            raise RequestError(
                f"{where}: '{shown}' has no value. Write it as {shown}=VALUE, items between commas."
            )
        key = match[1].strip()
        _nest(found, key, _value(match[2].strip(), item, where), where)
    return found


def nest(flat: Mapping[Any, Any], where: str = "--params") -> dict[str, Any]:
    """A mapping whose keys may be dotted, as nested data."""
    found: dict[str, Any] = {}
    for key, value in flat.items():
        if not isinstance(key, str):
            raise RequestError(f"{where}: keys are names, and {key!r:.80} is a '{type(key).__name__}'.")
        _nest(found, key, nest(value, where) if isinstance(value, dict) else value, where)
    return found


def parse_versions(text: str, where: str = "--load-versions") -> dict[str, str]:
    """`name:version,other:version` as a mapping."""
    found = {}
    for item in split_list(text):
        name, colon, version = (part.strip() for part in item.partition(":"))
        if not (name and colon and version):
            raise RequestError(f"{where}: '{_brief(item)}' is not of the form dataset:version.")
        found[name] = version
    return found


def load_yaml(text: str, where: str, first_line: int = 1) -> Any:
    """The data in a YAML text. Dates stay text and 1e-3 is a number, as Kedro's configuration loader has it.

    Args:
        text: YAML.
        where: where it stands, for messages: a file's name, or "the cell".
        first_line: the number of its first line there.

    Raises:
        RequestError: with the line and the column of the mistake.
    """
    import yaml

    from kedro_nb.session.yaml_loader import Loader

    try:
        return yaml.load(text, Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        problem = " ".join(filter(None, [getattr(error, "context", ""), getattr(error, "problem", "")]))
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        if mark is None:
            raise RequestError(f"{where}: this is not valid YAML: {problem or error}.") from error
        place = f"line {mark.line + first_line}, column {mark.column + 1}"
        line = "".join(text.splitlines()[mark.line : mark.line + 1])
        shown = (
            f"\n  {mask_text(line)}\n  {' ' * mark.column}^" if line.strip() and len(line) <= _SHOWN else ""
        )
        raise RequestError(f"{where}, {place}: this is not valid YAML: {problem}.{shown}") from error
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        raise RequestError(f"{where}: this is not valid YAML: {error}.") from error


def _split_items(text: str, where: str) -> list[str]:
    """The parts between commas that are not inside brackets, braces or quotes."""
    items, start, position, closing, before = [], 0, 0, "", ","
    while position < len(text):
        char, end = text[position], position + 1
        if char in "'\"" and before in _BEFORE_QUOTE:
            quoted = _QUOTED.match(text, position)
            end = quoted.end() if quoted else len(text)
            closing += "" if quoted else char
        elif char in _CLOSING:
            closing += _CLOSING[char]
        elif closing and char == closing[-1]:
            closing = closing[:-1]
        elif char == "," and not closing:
            items.append(text[start:position])
            start = end
        before = before if char.isspace() else char
        position = end
    items.append(text[start:])
    if closing:
        raise RequestError(f"{where}: the closing {closing[-1]} is missing in '{_brief(items[-1].strip())}'.")
    return [item.strip() for item in items if item.strip()]


def _value(text: str, item: str, where: str) -> Any:
    if text[:1] in {"[", "{", "'", '"'}:
        try:
            return load_yaml(text, where)
        except RequestError as error:
            problem = getattr(error.__cause__, "problem", None) or error
            raise RequestError(
                f"{where}: the value in '{_brief(item)}' is not valid YAML: {problem}."
            ) from error
    return _typed(text, item, where)


def _typed(text: str, item: str, where: str) -> Any:
    """A plain text as the number, boolean or null that YAML sees in it; nothing in it is syntax."""
    import yaml

    from kedro_nb.session.yaml_loader import Loader

    loader: Any = Loader("")
    tag = loader.resolve(yaml.ScalarNode, text, (True, False))
    try:
        return loader.construct_object(yaml.ScalarNode(tag, text))
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or error
        raise RequestError(f"{where}: the value in '{_brief(item)}' cannot be read: {problem}.") from error


def _brief(text: str) -> str:
    """The beginning of what the user wrote, without secrets."""
    return mask_text(text) if len(text) <= _SHOWN else f"{mask_start(text, _SHOWN)}…"


def _nest(found: dict[str, Any], key: str, value: Any, where: str) -> None:
    """Put a value at a dotted key."""
    parts = key.split(".")
    if not all(parts):
        raise RequestError(f"{where}: '{_brief(key)}' is not a key: names, with dots between them to nest.")
    if len(parts) > DEEPEST:
        raise RequestError(f"{where}: '{_brief(key)}' nests more than {DEEPEST} levels deep.")
    inner = found
    for depth, part in enumerate(parts[:-1], start=1):
        inner = inner.setdefault(part, {})
        if not isinstance(inner, dict):
            above = ".".join(parts[:depth])
            raise RequestError(f"{where}: '{above}' has a value of its own, so '{key}' has no place in it.")
    last, before = parts[-1], inner.get(parts[-1])
    if isinstance(before, dict) and isinstance(value, dict):
        before.update(value)
    elif isinstance(before, dict):
        raise RequestError(f"{where}: '{key}' is given a value, and so is '{key}.{next(iter(before), '')}'.")
    else:
        inner[last] = value
