"""Text without secrets: known values, and what stands next to a secret name or in a place where passwords stand."""

from __future__ import annotations

import functools
import re

from kedro_nb.masking.known import mask_known, reach

# In lower case: text without any of these has nothing to look for, apart from known values.
_HINTS = (
    *(
        "pass",
        "pw",
        "pswd",
        "secret",
        "token",
        "key",
        "cred",
        "auth",
        "bearer",
        "cookie",
        "jwt",
        "sig",
        "sas",
        "otp",
    ),
    *(
        "kennwort",
        "csrf",
        "xsrf",
        "sessionid",
        "pat=",
        "pat:",
        "pat'",
        'pat"',
        "://",
        "eyj",
        "akia",
        "asia",
        "gh",
    ),
    *("xox", "sk-", "k_live_", "aiza", "glpat-", "hooks.slack"),
    *("oracle:", "@tcp(", "@udp(", "@unix(", "identified", "-u ", "-user"),
)
_SHORT = 500  # characters
_SLACK = 4_000  # characters to read beyond what is shown: a secret may begin before the cut and end after it


def mask_text(text: str) -> str:
    """The text without secrets: "***" stands for each.

    Hidden are known values, passwords and tokens in addresses, and what is written next to a secret name, as in
    `password=x`, `{'token': 'x'}`, `PWD=x;`, `--password x` and `Authorization: Bearer x`.
    """
    return _masked(text, code=False)


def mask_code(line: str) -> str:
    """A line of source code without secrets: names and calls stay, literals next to a secret name do not."""
    return _masked(line, code=True)


def mask_start(text: str, most: int) -> str:
    """The first characters of a text without secrets, and without a part of one at the end; the rest is not read.

    Args:
        text: of any length.
        most: characters to give.
    """
    return mask_text(text[: most + max(reach(), _SLACK)])[:most] if len(text) > most else mask_text(text)


def error_text(error: BaseException, most: int | None = None) -> str:
    """The message of an error without secrets, whatever its class does.

    Args:
        error: any.
        most: characters to give; as many as are shown of any message when left out.
    """
    from kedro_nb.exceptions import MESSAGE, message_of

    most = MESSAGE if most is None else most
    return message_of(error, most, mask_text, max(reach(), _SLACK))


def secrets_in(text: str) -> list[str]:
    """The values that `mask_text` would hide for the place where they stand."""
    if not _hints_at_secrets(text):
        return []
    from kedro_nb.masking.places import values_in

    return values_in(text)


def _masked(text: str, *, code: bool) -> str:
    text = mask_known(text)
    if not _hints_at_secrets(text):
        return text
    from kedro_nb.masking.places import without_secrets

    return without_secrets(text, code=code)


def _hints_at_secrets(text: str) -> bool:
    lower = text.lower()
    if len(lower) < _SHORT:
        return _any_hint().search(lower) is not None
    return any(hint in lower for hint in _HINTS)  # faster for long texts


@functools.cache
def _any_hint() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _HINTS)))
