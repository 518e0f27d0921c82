"""A request as the line that asks for it: the inverse of the options' parser."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import RequestError
from kedro_nb.masking import MASK, mask_value
from kedro_nb.session.parsing import parse_params, parse_versions, split_list
from kedro_nb.session.request import RunRequest
from kedro_nb.session.selection import FILTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_DEFAULT = RunRequest()
_FLAGS = {"is_async": "--async", "only_missing_outputs": "--only-missing-outputs"}
_VALUES = {"runner_params": "--runner-params", "params": "--params"}
_VERSIONS = {"load_versions": "--load-versions"}


def command_line(request: RunRequest, command: str = "%kedro_run", options: Sequence[str] = ()) -> str | None:
    """The line that asks for the same run; None where no line can: a parameter that is an object, say.

    Args:
        request: the run.
        command: what the line begins with.
        options: further options, of a front end, with their values.
    """
    try:
        words = [*_words(request), *options]
    except (
        ValueError,
        RequestError,
        RecursionError,
    ):  # of RequestError there may be one for what we try to read back
        return None
    return " ".join([command, *map(shlex.quote, words)]).strip()


def shown_request(request: RunRequest) -> RunRequest:
    """The request with "***" in place of its secrets, to show or to store."""
    if not request.params and not request.runner_params:
        return request
    return replace(
        request, params=mask_value(request.params), runner_params=mask_value(request.runner_params)
    )


def _words(request: RunRequest) -> Iterator[str]:
    """Each option with its value, options before names before data.

    Raises:
        ValueError: a value cannot be written so that it is read back.
    """
    if len(request.pipelines) == 1:
        yield f"--pipeline={_name(request.pipelines[0])}"
    elif request.pipelines:
        yield f"--pipelines={_names(request.pipelines)}"
    if request.runner != _DEFAULT.runner:
        yield f"--runner={_name(request.runner)}"
    for field, option in _FLAGS.items():
        if getattr(request, field):
            yield option
    for options, write in ((FILTERS, _names), (_VALUES, _params), (_VERSIONS, _versions)):
        for field, option in options.items():
            if value := getattr(request, field):
                yield f"{option}={write(value)}"


def _name(name: str) -> str:
    return _checked(name, name.strip(), name)


def _names(names: Sequence[str]) -> str:
    text = ",".join(names)
    return _checked(text, split_list(text), tuple(names))


def _versions(versions: Mapping[str, str]) -> str:
    text = ",".join(f"{name}:{version}" for name, version in versions.items())
    return _checked(text, parse_versions(text), dict(versions))


def _params(params: Mapping[str, Any]) -> str:
    text = ",".join(_items("", params))
    return _checked(text, parse_params(text), params)


def _checked(text: str, read: Any, meant: Any) -> str:
    """The text, once it is clear that it is read as it is meant. By repr, to which 1 is neither 1.0 nor True."""
    if not text or "\n" in text or "\r" in text or repr(read) != repr(meant):
        raise ValueError(text)
    return text


def _items(prefix: str, params: Mapping[str, Any]) -> Iterator[str]:
    """`a.b=1` for each value: without braces, which IPython would take for variables of the notebook."""
    for key, value in params.items():
        if isinstance(value, Mapping) and value:
            yield from _items(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}={_yaml(value)}"


def _yaml(value: Any) -> str:
    """A value in one line of YAML."""
    kind = type(value)
    if kind not in _WRITTEN:
        raise ValueError(value)
    return _WRITTEN[kind](value)


def _item(value: Any) -> str:
    """The same within brackets, where every text is quoted."""
    return _quoted(value) if isinstance(value, str) else _yaml(value)


def _is_plain(text: str) -> bool:
    """Whether it is read as this text without quotes."""
    if not text or not all(char.isalnum() or char in "_-./+ " for char in text) or not text.isprintable():
        return False
    return parse_params(f"x={text}") == {"x": text}


def _quoted(text: str) -> str:
    """In double quotes. What a shell, IPython or a line cannot hold is an escape."""
    import json

    if type(text) is not str:
        raise ValueError(text)
    written = json.dumps(text)  # YAML has the same escapes, but no pairs of surrogates
    if "\\u" in written:
        written = json.dumps(text, ensure_ascii=False)
        written = "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in written)
    for char in "${}":
        written = written.replace(char, f"\\x{ord(char):02x}")
    return written


_NUMBERS = {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}
_WRITTEN: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "null",
    bool: lambda value: "true" if value else "false",
    int: str,
    float: lambda value: _NUMBERS.get(repr(value), repr(value)),
    str: lambda value: value if value == MASK or _is_plain(value) else _quoted(value),
    list: lambda value: f"[{', '.join(map(_item, value))}]",
    dict: lambda value: f"{{{', '.join(f'{_quoted(key)}: {_item(each)}' for key, each in value.items())}}}",
}
