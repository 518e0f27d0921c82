"""The secret values that this process knows, and texts without them.

A value is searched for as it is and as it looks in HTML, JSON, URLs, shells and Python's repr. Values that are too
common would tear other text apart, so that what is searched for depends on the value:

- 8 characters and more: anywhere, within other words too.
- 4 to 7 characters, numbers of 6 digits and more, and words of small letters: as a whole word.
- Less than that, shorter numbers, and words such as "true", "test" or "password": not at all. They are still hidden
  where they stand beside a secret name.
"""

from __future__ import annotations

import base64
import functools
import html
import json
import re
import shlex
import threading
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from kedro_nb.masking.names import words

if TYPE_CHECKING:
    from collections.abc import Iterable

MASK = "***"
ANYWHERE = 8  # characters
_SHORTEST = 4  # characters
_DIGITS = 6  # characters of a value that is a number
_LINE = 16  # characters of a line of a secret that has several lines
_LONGEST = 20_000  # characters of a value
_MOST = 1_000  # values: the oldest are forgotten first
_COMMON = words(
    "true false none null test tests testing user users admin root guest example default sample data host local "
    "localhost main demo prod production staging develop development anonymous postgres mysql public private "
    "string text number value values name changeme dummy missing unknown error file path http https password "
    "passwords passwd secret secrets token tokens credentials apikey api_key secret_key access_key"
)
_NUMBER = re.compile(r"[\d.,+-]+")
_BORDER = re.compile(r"-----(BEGIN|END) [A-Z ]+-----")

_Form = tuple[str, re.Pattern[str] | None]

_lock = threading.Lock()
_values: dict[str, None] = {}
_forms: tuple[_Form, ...] | None = ()  # longest first; None: to be made


def values() -> tuple[str, ...]:
    """The values that this process hides."""
    return tuple(_values)


def add(values: Iterable[str]) -> None:
    """Hide these values from now on, those that are too common left out."""
    global _forms  # noqa: PLW0603 - there is one memory of secrets for a process
    new = {each for value in values if value not in _values for each in _parts(value)}
    new.difference_update(_values)
    if not new:
        return
    with _lock:
        _values.update(dict.fromkeys(sorted(new)))
        for oldest in list(_values)[: max(0, len(_values) - _MOST)]:
            del _values[oldest]
        _forms = None


def _parts(value: str) -> Iterable[str]:
    """The value, and its lines where each is secret: a key may be printed line by line."""
    value = value[:_LONGEST].strip()
    if not _is_common(value):
        yield value
    if "\n" in value:
        lines = (line.strip() for line in value.split("\n"))
        yield from (line for line in lines if len(line) >= _LINE and not _BORDER.fullmatch(line))


def _is_common(value: str) -> bool:
    if len(value) < _SHORTEST or not value.strip("*"):
        return True
    if _NUMBER.fullmatch(value):
        return sum(map(str.isdigit, value)) < _DIGITS
    return value.lower() in _COMMON


def mask_known(text: str) -> str:
    """The text with every known value hidden."""
    for form, pattern in _all_forms():
        if form in text:
            text = text.replace(form, MASK) if pattern is None else pattern.sub(MASK, text)
    return text


def is_known(value: float) -> bool:
    """Whether a number is a known value."""
    return bool(_all_forms()) and str(value) in _values


def reach() -> int:
    """The characters of the longest form of a known value; 0 where none is known."""
    forms = _all_forms()
    return len(forms[0][0]) if forms else 0


def _all_forms() -> tuple[_Form, ...]:
    global _forms  # noqa: PLW0603 - the same
    forms = _forms
    if forms is None:
        with _lock:
            found = {form: _is_word(value) for value in reversed(_values) for form in forms_of(value)}
            ordered = sorted(found.items(), key=lambda item: -len(item[0]))
            forms = _forms = tuple((form, _whole(form) if word else None) for form, word in ordered)
    return forms


def _is_word(value: str) -> bool:
    """Whether a value only counts where it is not within a longer word."""
    return (
        len(value) < ANYWHERE or (value.isalpha() and value.islower()) or _NUMBER.fullmatch(value) is not None
    )


def _whole(form: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9_]){re.escape(form)}(?![A-Za-z0-9_])")


@functools.lru_cache(maxsize=2 * _MOST)
def forms_of(value: str) -> frozenset[str]:
    """How a value looks in text: as it is, and escaped for Python, JSON, HTML, URLs, YAML and shells."""
    found = {value, value.replace("\n", "\r\n"), " ".join(value.split())}
    found.update(escaped(text) for text in (value, json.dumps(value)[1:-1]) for escaped in _ESCAPES)
    return frozenset(form for form in found if len(form) >= _SHORTEST)


def _repr(value: str) -> str:
    return repr(value)[1:-1]


_ESCAPES = (
    _repr,
    lambda value: _repr(_repr(value)),
    lambda value: repr(f'{value}"')[1:-2],  # within single quotes
    lambda value: repr(value.encode(errors="replace"))[2:-1],
    lambda value: json.dumps(value)[1:-1],
    lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    html.escape,
    lambda value: html.escape(value, quote=False),
    lambda value: html.escape(_repr(value)),
    lambda value: quote(value, safe=""),
    quote,
    lambda value: quote(value, safe="").replace("%2F", "%2f").replace("%3D", "%3d").replace("%2B", "%2b"),
    quote_plus,
    lambda value: value.replace("'", "''"),
    lambda value: ascii(value)[1:-1],
    lambda value: base64.b64encode(value.encode(errors="replace")).decode().rstrip("="),
    lambda value: shlex.quote(value).removeprefix("'").removesuffix("'"),
)
