"""The secret values that this process knows, and texts without them.

A value is searched for as it is and as it looks in HTML, JSON, URLs, shells and Python's repr. Values that are too
common would tear other text apart, so that what is searched for depends on the value:

- 8 characters and more: anywhere, within other words too.
- 4 to 7 characters, numbers of 6 digits and more, and names in small letters: as a whole word.
- Less than that, shorter numbers, and words such as "true", "test" or "password": not at all. They are still hidden
  where they stand beside a secret name.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from kedro_nb.masking.names import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MASK = "***"
ANYWHERE = 8  # characters
SHORTEST = 4  # characters
_DIGITS = 6  # characters of a value that is a number
_LINE = 16  # characters of a line of a secret that has several lines
_LONGEST = 20_000  # characters of a value
MOST = 1_000  # values: the oldest are forgotten first
_COMMON = words(
    "true false none null test tests testing user users admin root guest example default sample data host local "
    "localhost main demo prod production staging develop development anonymous postgres mysql public private "
    "string text number value values name changeme dummy missing unknown error file path http https password "
    "passwords passwd secret secrets token tokens credentials apikey api_key secret_key access_key"
)
_NUMBER = re.compile(r"[\d.,+-]+")
_BORDER = re.compile(r"-----(BEGIN|END) [A-Z ]+-----")

_SMALL_LETTERS = re.compile(r"[a-z_.-]+")
_IN_WORD = re.compile(r"[A-Za-z0-9_]")

_lock = threading.Lock()
_values: dict[str, None] = {}  # replaced, never changed
_forms: tuple[dict[str, None], _Forms | None] = (_values, None)  # with the values that they are made of


def values() -> tuple[str, ...]:
    """The values that this process hides."""
    return tuple(_values)


def add(values: Iterable[str]) -> None:
    """Hide these values from now on, those that are too common left out."""
    global _values  # noqa: PLW0603 - there is one memory of secrets for a process
    new = {each for value in values if value not in _values for each in _parts(value)}
    if new.issubset(_values):
        return
    with _lock:
        known = [*_values, *sorted(new.difference(_values))]
        _values = dict.fromkeys(known[-MOST:])


def _parts(value: str) -> Iterable[str]:
    """The value, and its lines where each is secret: a key may be printed line by line."""
    value = value[:_LONGEST].strip()
    if not _is_common(value):
        yield value
    if "\n" in value:
        lines = (line.strip() for line in value.split("\n"))
        yield from (line for line in lines if len(line) >= _LINE and not _BORDER.fullmatch(line))


def _is_common(value: str) -> bool:
    if len(value) < SHORTEST or not value.strip("*"):
        return True
    if _NUMBER.fullmatch(value):
        return sum(map(str.isdigit, value)) < _DIGITS
    return value.lower() in _COMMON


def mask_known(text: str) -> str:
    """The text with every known value hidden."""
    forms = _all_forms()
    parts, position = [], 0
    for start, end in forms.spans(text) if forms else ():
        parts += [text[position:start], MASK]
        position = end
    return "".join([*parts, text[position:]]) if parts else text


def is_known(value: float) -> bool:
    """Whether a number is a known value."""
    return bool(_values) and str(value) in _values


def reach() -> int:
    """The characters of the longest form of a known value; 0 where none is known."""
    forms = _all_forms()
    return forms.longest if forms else 0


class _Forms:
    """Finds many texts in another one, in a time that grows with the length of that and hardly with their number.

    An expression finds where one of them may begin, letter by letter; the texts that begin so are compared there.

    Args:
        words: the texts, and whether each only counts where it is not within a longer word.
    """

    def __init__(self, words: Mapping[str, bool]) -> None:
        self.longest = max(map(len, words))
        self._words = words
        self._beginnings: dict[str, list[str]] = {}
        for text in sorted(words):  # what is a beginning itself comes before what begins with it
            lengths = range(SHORTEST, min(len(text), ANYWHERE) + 1)
            known = next(
                (text[:size] for size in lengths if text[:size] in self._beginnings), text[:ANYWHERE]
            )
            self._beginnings.setdefault(known, []).append(text)
        for texts in self._beginnings.values():
            texts.sort(key=len, reverse=True)
        self._search = re.compile(_any_of(list(self._beginnings))).search

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the texts stand; those that overlap as one."""
        found: list[tuple[int, int]] = []
        place = self._search(text)
        while place:
            start = place.start()
            end = next(
                (start + len(each) for each in self._beginnings[place[0]] if self._is_at(each, text, start)),
                0,
            )
            if found and start < found[-1][1]:
                found[-1] = found[-1][0], max(end, found[-1][1])
            elif end:
                found.append((start, end))
            place = self._search(text, start + 1)
        return found

    def _is_at(self, known: str, text: str, start: int) -> bool:
        end = start + len(known)
        return text.startswith(known, start) and not (
            self._words[known] and ((start and _IN_WORD.match(text, start - 1)) or _IN_WORD.match(text, end))
        )


def _any_of(beginnings: list[str]) -> str:
    """An expression for these texts, none of which begins with another: what they have in common is tried once."""
    if len(beginnings) == 1:
        return re.escape(beginnings[0])
    by_letter: dict[str, list[str]] = {}
    for text in beginnings:
        by_letter.setdefault(text[0], []).append(text[1:])
    return f"(?:{'|'.join(re.escape(first) + _any_of(rest) for first, rest in by_letter.items())})"


def _all_forms() -> _Forms | None:
    global _forms  # noqa: PLW0603 - the same
    values, (made_of, forms) = _values, _forms
    if made_of is not values:
        from kedro_nb.masking.forms import forms_of

        words = {form: _is_word(value) for value in reversed(values) for form in forms_of(value)}
        forms = _Forms(words) if words else None
        _forms = values, forms
    return forms


def _is_word(value: str) -> bool:
    """Whether a value only counts where it is not within a longer word."""
    return (
        len(value) < ANYWHERE
        or _SMALL_LETTERS.fullmatch(value) is not None
        or _NUMBER.fullmatch(value) is not None
    )
