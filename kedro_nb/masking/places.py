"""Where secrets stand in a text: next to a secret name, in addresses, in the formats of tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from kedro_nb.masking.known import MASK
from kedro_nb.masking.names import is_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

Span = tuple[int, int]

_ADDRESS = re.compile(r"(?<![\w+.-])([A-Za-z][\w+.-]{0,40})://")
_RUN = re.compile(r"[^\s'\"<>]*+")
_USER = re.compile(r"[^\s:/'\"<>]{0,300}+:")
_PORT = re.compile(r"\d{1,5}(?=[/?#,;&)\]}]|$)")
_WEB = frozenset({"http", "https", "ws", "wss", "ftp"})
# The whole of a value: quotes and spaces do not end the password.
_WHOLE_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][\w+.-]{0,40})://[^:/@\s]{0,300}:(?P<secret>[^\n]+)@[^@]*")
_ALONE = re.compile(r"https?://(?P<secret>[^\s:/@'\"<>?#]{16,300})@")  # a token in the place of the user
_FORMATS = re.compile(
    r"\bBearer\s+(?P<bearer>[A-Za-z0-9._~+/=-]{8,})"
    r"|jdbc:oracle:\w{1,20}:[^/@\s'\"]{1,100}/(?P<oracle>[^@\s'\"]{1,300}+)@"
    r"|\b[\w.-]{1,100}+:(?P<dsn>[^@\s'\"/]{1,300}+)@(?:tcp|udp|unix)\("
    r"|(?:\bcurl[ ](?:[^\n]{0,200}?[ ])?-u|(?<![\w-])--(?:proxy-)?user)[ =]['\"]?[^\s:'\"]{1,100}:(?P<user>[^\s'\"]+)"
    r"|(?i:\b(?:password|passphrase|identified by)\s+)(?:'(?P<single>[^'\n]{1,300})'|\"(?P<double>[^\"\n]{1,300})\")"
    r"|\bhooks\.slack\.com/services/(?P<hook>[\w/]+)"
    r"|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?P<pem>.*?)(?:-----END (?:[A-Z]+ )*PRIVATE KEY-----|\Z)"
    r"|(?P<token>(?<![\w-])(?:eyJ[\w-]{8,4000}\.[\w-]{8,4000}(?:\.[\w-]{0,4000})?|A[KS]IA[0-9A-Z]{16}|AIza[\w-]{35}"
    r"|gh[psour]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|[sr]k_live_\w{16,}|sk-[\w-]{20,}))",
    re.DOTALL,
)
_NAMED = re.compile(
    r"(?:(?<![\w.-])|(?<=%[0-9A-Fa-f]{2}))(?P<name>[\w.-]++)"
    r"(?:(?P<quote>\\*+['\"]|&quot;|&\#x?[0-9]+;)\]?)?"
    r"(?P<separator>[ \t]*+(?:={1,2}>?|:|%3[Dd])[ \t]*+)"
)
# {"name": "password", "value": "x"}, also in XML and YAML
_ENTRY = re.compile(
    r"(?i:\b(?:name|key)(?:\\*['\"]|&quot;)?[ ]?[:=][ ]?(?:\\*['\"]|&quot;)?)(?P<name>[\w.-]{1,200}+)"
    r"(?:\\*['\"]|&quot;)?,?\s{1,40}(?i:(?:\\*['\"]|&quot;)?value(?P<quote>\\*['\"]|&quot;)?)"
    r"(?P<separator>[ ]?[:=][ ]?)"
)
_PAIR = re.compile(r"\(\s*(?P<quote>\\*['\"])(?P<name>[\w.-]{1,200}+)(?P=quote),\s*")  # ('password', 'x')
_FLAG = re.compile(r"(?<![\w-])--(?P<name>[\w-]++)[ \t]++(?=[^-\s])")  # --password x
_NAME = re.compile(r"[\w.-]*+")
_NAME_HINT = re.compile(
    "pass|pw|pswd|secret|token|key|cred|auth|bearer|cookie|jwt|sig|sas|otp|kennwort|csrf|xsrf|sessionid|"
    "pat(?=['\"]?[ ]?[:=])"
)
_LONGEST_NAME = 200  # characters
_NEAR_BRACKET = 8  # characters between a bracket and a name: a quote, spaces
_PREFIX = re.compile(r"(?:[bBrRuUfF]{1,2})?(?P<quote>\\*+(?:\"\"\"|'''|['\"])|&quot;|&\#x?[0-9]+;)")
_TO_DELIMITER = re.compile(r"[^\s;&,'\"<>)\]}]*+")
_TO_SEMICOLON = re.compile(r"[^;'\"\n]*+")
_TO_LINE_END = re.compile(r"[^'\"\n\\]*+")
_NO_SECRET = re.compile(rf"(?:None|True|False|null|true|false|VALUE|NULL|{re.escape(MASK)})(?!\w)")
_BLOCK = re.compile(r"[|>][+-]?[ \t]*\n(?:[ \t]+[^\n]*(?:\n|\Z))+")  # a text of several lines in YAML
_CONNECTION = re.compile(r"[^;'\"\n]{1,300}+;\s?[\w ]{2,40}=")  # PWD=a b;Server=h
_TAG = re.compile(r"<(?P<name>[\w.:-]{1,200}+)(?:\s[^<>]{0,500})?>(?P<secret>[^<]{1,10000}+)</")
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_DIGITS = re.compile(r"\d{4,}\b")
_MARK = re.compile(r"[()\[\]{}]|\\*+['\"]")
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
_SCHEME = re.compile(r"(?i:basic|bearer|token|negotiate|apikey)[ ](?=\S)|(?i:digest)[ ][^\n]*")
_FEW_DIGITS = re.compile(r"\d{1,3}(?:/\d+)?(?![\w.-])")
_COUNTED = frozenset({"pass", "token"})  # "pass: 2" is the second, and "token: 17" one of many
_OPENS = frozenset("{,[(;|")
_NEAR = 80  # characters before a name that tell what it is
_IN_QUERY = frozenset({"key", "sig", "signature"})  # secret in the query of a URL, common words elsewhere


def values_in(text: str) -> list[str]:
    """The secrets, as `without_secrets` would hide them, and what they stand for where they are encoded."""
    found = [text[start:end] for start, end in _merged(_spans(text))]
    found += [_SCHEME.sub("", each, 1) for each in found if _SCHEME.match(each)]
    whole = _WHOLE_ADDRESS.fullmatch(text)
    if whole and not _is_port(whole["scheme"], text, whole.start("secret")):
        found.append(whole["secret"])
    return [*found, *(unquote(each) for each in found if "%" in each)]


def without_secrets(text: str, *, code: bool) -> str:
    """The text with each secret hidden.

    Args:
        text: to look for secrets in.
        code: whether it is source code, of which names and calls stay.
    """
    if "\x1b" not in text:
        return _without(text, _spans(text, code=code))
    # Colours stand between a name and its value: secrets are looked for in the text without them.
    places = [place for start, end in _between_colours(text) for place in range(start, end)]
    plain = "".join(text[start:end] for start, end in _between_colours(text))
    spans = ((places[start], places[end - 1] + 1) for start, end in _spans(plain, code=code) if start < end)
    return _without(text, spans)


def _between_colours(text: str) -> Iterator[Span]:
    position = 0
    for colour in _COLOUR.finditer(text):
        yield position, colour.start()
        position = colour.end()
    yield position, len(text)


def _without(text: str, spans: Iterator[Span]) -> str:
    parts, position = [], 0
    for start, end in _merged(spans):
        parts += [text[position:start], MASK]
        position = end
    return "".join([*parts, text[position:]])


def _merged(spans: Iterator[Span]) -> list[Span]:
    """The spans in order, those that overlap as one, empty ones left out."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _spans(text: str, *, code: bool = False) -> Iterator[Span]:
    """Where secrets stand."""
    if "://" in text:
        yield from _passwords_in_addresses(text)
        yield from (match.span("secret") for match in _ALONE.finditer(text))
    for match in _FORMATS.finditer(text):
        yield match.span(match.lastgroup or 0)
    if "</" in text:
        yield from (match.span("secret") for match in _TAG.finditer(text) if is_secret(match["name"]))
    for match in _ENTRY.finditer(text):
        if is_secret(match["name"]) and (span := _value(text, match, code=code)):
            yield span
    yield from _values_of_names(text, code=code)


def _passwords_in_addresses(text: str) -> Iterator[Span]:
    """The password in scheme://user:password@host. It may hold "@" and "/": it ends at the last "@" of the address."""
    end = at = 0
    for match in _ADDRESS.finditer(text):
        start = match.end()
        if start >= end:
            end = _RUN.match(text, start).end()  # type: ignore[union-attr]  # it matches the empty text
            at = text.rfind("@", start, end)
        user = _USER.match(text, start)
        if user is None or user.end() > at:
            continue
        if not _is_port(match[1], text, user.end()):
            yield user.end(), at


def _is_port(scheme: str, text: str, position: int) -> bool:
    """Digits and a slash after the colon of a web address are its port."""
    return scheme.lower() in _WEB and _PORT.match(text, position) is not None


def _values_of_names(text: str, *, code: bool) -> Iterator[Span]:
    """The values of names that may be secret. Only words with a hint are looked at."""
    lower = text.lower()
    position = 0
    for hint in _NAME_HINT.finditer(lower if len(lower) == len(text) else text):
        start = hint.start()
        if start < position:
            continue
        first = max(position, start - _LONGEST_NAME)
        while start > first and (text[start - 1].isalnum() or text[start - 1] in "_.-"):
            start -= 1
        if text[start - 1 : start] == "%":
            start = min(start + 2, hint.start())  # %3Ftoken
        position = max(hint.end(), _NAME.match(text, start).end())  # type: ignore[union-attr]  # it matches ""
        bracket = text.rfind("(", max(0, start - _NEAR_BRACKET), start)
        found = _NAMED.match(text, start) or _FLAG.match(text, start)
        if found is None and bracket >= 0:
            found = _PAIR.match(text, bracket)
        span = None if found is None else _value(text, found, code=code)
        if found is not None and span is not None:
            position = max(span[1], found.end())
            yield span


def _value(text: str, match: re.Match[str], *, code: bool) -> Span | None:
    """Where the value of a secret name stands; None where the name is not secret or has no value."""
    name = match["name"].lower()
    is_number = name in _COUNTED and _FEW_DIGITS.match(text, match.end())
    if is_number or (not is_secret(match["name"]) and name not in _IN_QUERY):
        return None
    if (match.re is _NAMED and not _is_named(text, match)) or _NO_SECRET.match(text, match.end()):
        return None
    start = match.end()
    if opening := _PREFIX.match(text, start):
        first = opening.end()
        return first, _closing_quote(text, first, opening["quote"])
    if text[start : start + 1] in _BRACKETS:
        end = _closing_bracket(text, start)
        return (start + 1, end) if not code or re.search("['\"]", text[start:end]) else None
    if code:
        digits = _DIGITS.match(text, start)
        return digits.span() if digits else None
    return start, _end_of_word(text, match)


def _end_of_word(text: str, match: re.Match[str]) -> int:
    """Where a value without quotes ends, which follows the match."""
    start = match.end()
    before = text[max(0, match.start() - _NEAR) : match.start()].rstrip()
    if match["name"].lower() in _HEADERS and ":" in match[0]:
        pattern = _TO_LINE_END
    elif block := _BLOCK.match(text, start):
        return block.end()
    else:
        in_connection = before[-1:] == ";" or (
            before[-1:] not in {"?", "&"} and _CONNECTION.match(text, start)
        )
        pattern = _TO_SEMICOLON if in_connection else _TO_DELIMITER
    if match["name"].lower() in _HEADERS and (scheme := _SCHEME.match(text, start)):
        start = scheme.end()
    end = pattern.match(text, start).end()  # type: ignore[union-attr]  # it matches the empty text
    call = text.find("(", start, end)
    return _closing_bracket(text, call) + 1 if call >= 0 else end


def _is_named(text: str, match: re.Match[str]) -> bool:
    """Whether what follows the name is its value."""
    name, quoted, separator = match["name"].lower(), match["quote"], match["separator"]
    start = match.start()
    before = text[max(0, start - _NEAR) : start]
    if name in _IN_QUERY and not quoted:
        return before[-1:] in {"?", "&"} and separator == "="
    if quoted or name in _HEADERS or separator == ":" or ":" not in separator:
        return True
    # "name: value" is a value in YAML, and prose where other words come before it.
    line = before.rpartition("\n")[2].strip(" \t-")
    return line[-1:] in _OPENS if line else True


def _closing_quote(text: str, position: int, quote: str) -> int:
    """Where a quoted text ends: before the quote that closes it, or at the end of all."""
    if quote[0] in "\\&":  # a quoted text within a quoted text, or in HTML
        found = text.find(quote, position)
        return len(text) if found < 0 else found
    while (found := text.find(quote, position)) >= 0:
        first = found
        while first > position and text[first - 1] == "\\":
            first -= 1
        doubled = found > position and text.startswith(quote, found + len(quote))  # as in SQL and YAML
        if (found - first) % 2 == 0 and not doubled:
            return found
        position = found + (2 * len(quote) if doubled else 1)
    return len(text)


def _closing_bracket(text: str, position: int) -> int:
    """Where the bracket at a position is closed, brackets and quoted texts within left out; else the end of all."""
    expected: list[str] = []
    for mark in _MARK.finditer(text, position):
        if mark.start() < position:
            continue
        token = mark[0]
        if token in _BRACKETS:
            expected.append(_BRACKETS[token])
        elif token in {")", "]", "}"}:
            while expected and expected.pop() != token:
                pass
            if not expected:
                return mark.start()
        else:
            position = _closing_quote(text, mark.end(), token) + len(token)
    return len(text)
