"""Read any exception: its kind, message, notes, causes and members, whatever its class does.

An exception of the user's can raise in `__str__` or `__getattribute__`, replace `__cause__` by a property, carry notes
that are not texts, be its own cause, or have a message of 50 MB. These functions read what the interpreter itself has
stored, call the class's own code only where the message comes from it, and give bounded text. They never raise.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    Mask = Callable[[str], str]

_E = TypeVar("_E", bound=BaseException)

MESSAGE = 10_000  # characters of a message or a note
_NAME = 200  # characters of a class name
_NOTES = 20  # notes of one error
_MEMBERS = 20  # members of one group that are listed
_LINES = 60  # lines of a list of members
_DEPTH = 8  # groups within groups that are listed

# What the interpreter stores, read past properties and `__getattribute__` of the class.
_STORED: dict[str, Any] = {
    name: BaseException.__dict__[name]
    for name in ("args", "__cause__", "__context__", "__suppress_context__", "__traceback__", "__dict__")
}
_CLASS: dict[str, Any] = {name: type.__dict__[name] for name in ("__name__", "__qualname__", "__module__")}
_MEMBERS_OF: Any = BaseExceptionGroup.__dict__["exceptions"]

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# Control characters other than tab and newline, marks that reverse the direction of text, and half characters.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def is_a(error: BaseException | None, kinds: type[_E] | tuple[type[_E], ...]) -> TypeGuard[_E]:
    """Whether an error is of a class. Unlike `isinstance`, does not ask the object for its class."""
    return error is not None and issubclass(type(error), kinds)


def kind_of(error: BaseException) -> str:
    """The name of an error's class."""
    return _cut(_class_text(type(error), "__name__"), _NAME)


def path_of(error: BaseException) -> tuple[str, str]:
    """The module of an error's class, and its name with those of the classes around it."""
    kind = type(error)
    return _cut(_class_text(kind, "__module__"), _NAME), _cut(_class_text(kind, "__qualname__"), _NAME)


def message_of(error: BaseException, most: int = MESSAGE, mask: Mask = str, beyond: int = 0) -> str:
    """The message of an error. Above `kedro_nb.masking` it is read with `error_text`, without secrets.

    Args:
        error: any.
        most: characters; of a longer message the beginning is given, and its length.
        mask: hides secrets in a text. It is called before the text is cut, as half a secret is not recognized.
        beyond: characters after those that are given which `mask` needs.
    """
    text, problem = read_message(error)
    return f"{_shortened(text, most, mask, beyond)}{problem}"


def read_message(error: BaseException) -> tuple[Any, str]:
    """The message in full, as the class gives it, and what to add to it where that fails.

    Control characters are as they are: `message_of` gives what can be shown.
    """
    try:
        return str(error), ""
    except BaseException as failure:  # noqa: BLE001 - the class's own code may raise anything
        problem = f" (its __str__ raised {kind_of(failure)})"
    try:
        return BaseException.__str__(error), problem
    except BaseException:  # noqa: BLE001 - the code of its arguments may, too
        return "", problem.lstrip()


def headline_of(error: BaseException, most: int = MESSAGE, mask: Mask = str) -> str:
    """`ValueError: no good`, or the class alone where the message is empty; see `message_of` for the arguments."""
    return ": ".join(filter(None, (kind_of(error), message_of(error, most, mask, most))))


def notes_of(error: BaseException, most: int = MESSAGE) -> list[str]:
    """The notes of an error that are texts; of very many the last ones, which the engine has added.

    Args:
        error: any.
        most: characters of a note.
    """
    notes = _stored(error, "__dict__").get("__notes__")
    if notes is None:
        try:
            notes = getattr(error, "__notes__", None)
        except BaseException:  # noqa: BLE001 - a property
            notes = None
    if not issubclass(type(notes), list | tuple):
        return []
    texts = [note for note in notes[-10 * _NOTES :] if issubclass(type(note), str)]
    return [_shortened(note, most) for note in texts[-_NOTES:]]


def add_note(error: BaseException, note: str) -> None:
    """Add a note, unless the error has it. The class's own `add_note` is not called."""
    state = _stored(error, "__dict__")
    notes = state.get("__notes__")
    if type(notes) is not list:  # none so far, or nothing that a note can be added to
        notes = state["__notes__"] = notes_of(error)
    if not any(type(each) is str and each == note for each in notes[-_NOTES:]):
        notes.append(note)


def traceback_of(error: BaseException) -> TracebackType | None:
    """The traceback that the interpreter has recorded."""
    found: TracebackType | None = _stored(error, "__traceback__")
    return found


def set_traceback(error: BaseException, traceback: TracebackType | None) -> None:
    """Replace the traceback."""
    _STORED["__traceback__"].__set__(error, traceback)


def cause_of(error: BaseException) -> BaseException | None:
    """The error that this one was raised from."""
    found: BaseException | None = _stored(error, "__cause__")
    return found


def context_of(error: BaseException) -> BaseException | None:
    """The error that was being handled when this one was raised, shown or not."""
    found: BaseException | None = _stored(error, "__context__")
    return found


def hides_context(error: BaseException) -> bool:
    """Whether it was raised `from None`, or from another error."""
    return bool(_stored(error, "__suppress_context__"))


def led_to_by(error: BaseException) -> BaseException | None:
    """What Python shows above an error: its cause, else the error that was being handled."""
    cause = cause_of(error)
    if cause is not None:
        return cause
    return None if hides_context(error) else context_of(error)


def chain_of(error: BaseException, most: int) -> Iterator[BaseException]:
    """The error and what led to it, nearest first, each once, `most` at most."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen and len(seen) < most:
        seen.add(id(following))
        yield following
        following = led_to_by(following)


def members_of(error: BaseException) -> tuple[BaseException, ...]:
    """The errors in an exception group; none for another error."""
    if not is_a(error, BaseExceptionGroup):
        return ()
    found: tuple[BaseException, ...] = _MEMBERS_OF.__get__(error)
    return found


def member_lines(error: BaseException) -> list[str]:
    """A line for each error in an exception group and in the groups within, indented; bounded in every direction."""
    lines = list(_member_lines(error, 1, [_LINES]))
    if len(lines) > _LINES:
        lines[_LINES:] = ["  … further errors are left out"]
    return lines


def _member_lines(error: BaseException, depth: int, room: list[int]) -> Iterator[str]:
    members, indent = members_of(error), "  " * depth
    if members and depth > _DEPTH:
        yield f"{indent}… further errors are left out"
        return
    for member in members[:_MEMBERS]:
        if room[0] < 0:
            return
        room[0] -= 1
        yield f"{indent}{headline_of(member, _NAME).split(chr(10), 1)[0]}"
        yield from _member_lines(member, depth + 1, room)
    if len(members) > _MEMBERS:
        yield f"{indent}and {len(members) - _MEMBERS} more"


def visible(text: str) -> str:
    """The text without colours, and with escapes for characters that cannot be seen or would change what is around.

    A message can hold escape codes that hide what follows it, marks that reverse its direction, a NUL, or half a
    character, which no file can hold.
    """
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub(_escape, _COLOURS.sub("", text).replace("\r\n", "\n"))


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def bounded(lines: list[str], most: int) -> list[str]:
    """The lines, without those in the middle where they have more than `most` characters together.

    Args:
        lines: texts, each of one line or more.
        most: characters.
    """
    if sum(map(len, lines)) <= most:
        return lines
    lines = [line for text in lines for line in text.split("\n")]
    half, longest = most // 2, most // 8
    lines = [line if len(line) <= longest else f"{line[:longest]}…" for line in lines]
    head = _how_many(lines, half)
    tail = min(_how_many(lines[::-1], half), len(lines) - head)
    left_out = len(lines) - head - tail
    if not left_out:
        return lines
    return [*lines[:head], f"… {left_out:,} lines are left out", *lines[len(lines) - tail :]]


def _how_many(lines: list[str], room: int) -> int:
    """How many of the first lines fit into so many characters."""
    for count, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return count
    return len(lines)


def _stored(error: BaseException, name: str) -> Any:
    return _STORED[name].__get__(error)


def _class_text(kind: type, name: str) -> str:
    try:
        found = _CLASS[name].__get__(kind)
    except AttributeError:  # a class made in C need not have a module
        found = None
    return found if type(found) is str else "?"


def _cut(text: str, most: int) -> str:
    return visible(text if len(text) <= most else f"{text[: most - 1]}…")


def _shortened(text: Any, most: int, mask: Mask = str, beyond: int = 0) -> str:
    """Plain text of up to `most` characters of a text, or of an object of a subclass with methods of its own."""
    length = str.__len__(text)
    shown = mask(visible(str.__getitem__(text, slice(0, most + beyond))))
    return shown if length <= most else f"{shown[:most]}… ({length:,} characters)"
