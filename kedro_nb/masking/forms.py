"""How a secret value looks in text that was escaped for something."""

from __future__ import annotations

import base64
import functools
import html
import json
import re
import shlex
from urllib.parse import quote, quote_plus

from kedro_nb.masking.known import MOST, SHORTEST


@functools.lru_cache(maxsize=2 * MOST)
def forms_of(value: str) -> frozenset[str]:
    """How a value looks in text: as it is, and escaped for Python, JSON, HTML, URLs, YAML and shells."""
    found = {value, value.replace("\n", "\r\n"), " ".join(value.split())}
    found.update(escaped(text) for text in (value, json.dumps(value)[1:-1]) for escaped in _ESCAPES)
    return frozenset(form for form in found if len(form) >= SHORTEST)


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
    lambda value: quote(value, safe="", errors="replace"),
    lambda value: quote(value, errors="replace"),
    lambda value: re.sub("%..", lambda code: code[0].lower(), quote(value, safe="", errors="replace")),
    lambda value: re.sub(
        "%2F|%3D|%2B", lambda code: code[0].lower(), quote(value, safe="", errors="replace")
    ),
    lambda value: re.sub("[<>&']", lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(value)[1:-1]),
    lambda value: json.dumps(value)[1:-1].replace("/", "\\/"),
    lambda value: quote_plus(value, errors="replace"),
    lambda value: value.replace("'", "''"),
    lambda value: ascii(value)[1:-1],
    lambda value: base64.b64encode(value.encode(errors="replace")).decode().rstrip("="),
    lambda value: shlex.quote(value).removeprefix("'").removesuffix("'"),
)
