"""What follows a magic's name, taken apart."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import RequestError, did_you_mean
from kedro_nb.session.parsing import load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

# Quoted text, a `#` within a word, or anything else but a `#`: what is left of a line begins a comment.
_CODE = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|(?<=\S)\#|[^#])*""")


def split_line(line: str) -> list[str]:
    """The words of a line as a shell splits them, without the comment at its end."""
    code = without_comment(line)
    try:
        return shlex.split(code)
    except ValueError as error:
        raise RequestError(f"{error} in: {code}") from None


def without_comment(line: str) -> str:
    """The line up to a `#` that stands at the beginning of a word, and up to a `;` that silences the output."""
    found = _CODE.match(line)
    return (found[0] if found else line).strip().removesuffix(";").rstrip()


def take_option(words: list[str], option: str) -> str | None:
    """Remove `--option value` or `--option=value` from the words; the value, or None where it is not given."""
    places = [place for place, word in enumerate(words) if word.partition("=")[0] == option]
    if not places:
        return None
    if len(places) > 1:
        raise RequestError(f"{option} is given {len(places)} times, and it takes one value.")
    (place,) = places
    _, has_value, value = words.pop(place).partition("=")
    if has_value:
        return value
    if place == len(words):
        raise RequestError(f"{option} needs a value.")
    return words.pop(place)


def refuse_options(words: Iterable[str], known: Iterable[str]) -> None:
    """Complain about the first word that looks like an option: those that are known have been taken out."""
    for word in words:
        if word.startswith("-"):
            name = word.partition("=")[0]
            raise RequestError(f"No such option: {name}{did_you_mean(name, known)}.")


def identifier(name: str) -> str:
    """The name as a Python variable: `params:a.b` is params_a_b."""
    import keyword

    made = re.sub(r"\W", "_", name)
    if not made or made[0].isdigit():
        made = f"_{made}"
    return f"{made}_" if keyword.iskeyword(made) else made


def parse_mapping(cell: str, magic: str) -> dict[str, Any]:
    """The names and values that a cell says in YAML; errors count its lines from the magic's own."""
    found = load_yaml(f"\n{cell}", magic)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise RequestError(f"{magic}: the cell holds `name: value` lines, and not {found!r:.80}")
    for name in found:
        if not isinstance(name, str):
            raise RequestError(f"{magic}: names are text, and {name!r} is not. Put it in quotes.")
    return found
