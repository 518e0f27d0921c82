"""Copy an exception that is not safe to read into one that is: `presentable`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from kedro_nb.exception_parts import (
    ORIGINAL,
    is_built_in,
    link,
    mro_of,
    put_together,
    state_of,
    take_apart,
    vars_of,
)
from kedro_nb.exceptions import (
    MESSAGE,
    add_note,
    cause_of,
    chain_of,
    context_of,
    headline_of,
    hides_context,
    is_a,
    kind_of,
    members_of,
    message_of,
    notes_of,
    path_of,
    read_message,
    set_traceback,
    traceback_of,
    visible,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kedro_nb.exceptions import Mask

_ERRORS = 100  # in one error's causes, contexts and members
_DEPTH = 50  # of causes, contexts and members
_TEXT = 30_000  # characters of all messages and notes together
_NAME = 200  # characters of a class name
_LINE, _LINES = 2_000, 1_000_000  # characters of a source line, lines of a file: of a SyntaxError

# What a class must leave as BaseException has it, so that others can read its errors.
_READ = (
    "__getattribute__",
    "__class__",
    "__cause__",
    "__context__",
    "__suppress_context__",
    "__traceback__",
    "__notes__",
    "args",
    "with_traceback",
    "add_note",
)
_RESTORED = (*_READ, "__setattr__", "__delattr__")
_READ_OF_CLASS = ("__getattribute__", "__name__", "__qualname__", "__eq__", "__hash__")


def presentable(error: BaseException) -> BaseException:
    """An error that can be handed to code that formats errors, such as IPython, `logging` or a hook.

    Nearly always it is the error itself. Where its class makes it unsafe to read, or it has too many causes, members or
    characters, or leads to itself, it is a copy whose class is a subclass of the error's: `except` catches it, and it
    has the same arguments and attributes. What is shown of it is bounded.

    Args:
        error: any.
    """
    try:
        return error if _is_presentable(error) else _Copies().copy(error, 0)
    except BaseException as failure:  # noqa: BLE001 - the last resort: nothing of the user's class
        problem = headline_of(failure)
    alone = RuntimeError(f"{headline_of(error)} (no copy of this error could be made: {problem})")
    set_traceback(alone, traceback_of(error))
    return alone


def drawing_of(
    error: BaseException, most: int, mask: Mask = str, *, with_syntax: bool = True
) -> BaseException:
    """A plain error that reads as this one: for code that draws errors and follows their causes without a limit.

    Args:
        error: one that is presentable.
        most: errors that led to it.
        mask: hides secrets in a message.
        with_syntax: a SyntaxError is drawn with the line that it is about.
    """
    below: BaseException | None = None
    original: BaseException | None = None
    for each in reversed(list(chain_of(error, most + 1))):
        copy = (
            _syntax_error(each, mask)
            if with_syntax and is_a(each, SyntaxError)
            else _drawn(each, Exception, mask)
        )
        link(
            copy,
            below if cause_of(each) is original else None,
            below if context_of(each) is original else None,
            hides=hides_context(each),
        )
        set_traceback(copy, traceback_of(each))
        for note in notes_of(each):
            add_note(copy, note)
        below, original = copy, each
    assert below is not None  # the chain begins with the error
    return below


def _drawn(error: BaseException, base: type[BaseException], mask: Mask) -> BaseException:
    return _subclass(base, error, message_of(error, MESSAGE, mask, MESSAGE))()


def _syntax_error(error: BaseException, mask: Mask) -> BaseException:
    copy = _drawn(error, SyntaxError, mask)
    for name, value in _details(take_apart(error).fields).items():
        setattr(copy, name, value)
    return copy


def _details(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Those details of a SyntaxError that have the right type and a usual size."""
    kept: dict[str, Any] = {}
    for name in ("msg", "filename", "text"):
        if type(value := fields.get(name)) is str and len(value) < _LINE:
            kept[name] = visible(value)
    for name in ("lineno", "offset", "end_lineno", "end_offset"):
        if type(value := fields.get(name)) is int and -1 <= value < _LINES:
            kept[name] = value
    return kept


def linked(error: BaseException) -> Iterator[BaseException]:
    """The errors that an error holds: its cause, its context and its members."""
    cause, context = cause_of(error), context_of(error)
    if cause is not None:
        yield cause
    if context is not None and context is not cause:
        yield context
    yield from members_of(error)


def _is_presentable(error: BaseException) -> bool:
    """Whether the error and all errors linked to it are safe to read, not too many or long, and form no circle."""
    if ORIGINAL in vars_of(type(error)):  # a copy, with what it leads to
        return True
    room, left = _TEXT, _ERRORS
    waiting = [(error, 0)]
    while waiting:
        each, depth = waiting.pop()
        left -= 1  # one that is met twice counts twice, as it is shown twice
        if ORIGINAL not in vars_of(type(each)):
            room -= _characters(each) if _is_readable(type(each)) else _TEXT + 1
        waiting += [(one, depth + 1) for one in islice(linked(each), _ERRORS)]
        if room < 0 or len(waiting) > left or depth > _DEPTH:
            return False
    return True


def _is_readable(kind: type) -> bool:
    """Whether reading an error of this class runs no code but that of its `__str__` and `__getattr__`."""
    if any(_defines(each, _READ) for each in mro_of(kind) if not is_built_in(each)):
        return False
    if _has_odd_metaclass(kind):
        return False
    name, module = kind.__name__, kind.__module__
    return len(name) < _NAME and type(module) is str and len(module) < _NAME


def _has_odd_metaclass(kind: type) -> bool:
    return any(_defines(each, _READ_OF_CLASS) for each in mro_of(type(kind)) if not is_built_in(each))


def _defines(kind: type, names: tuple[str, ...]) -> bool:
    attributes = vars_of(kind)
    return any(name in attributes for name in names)


def _characters(error: BaseException) -> int:
    """How much there is to read of one error; more than is allowed where something cannot be read."""
    text, problem = read_message(error)
    notes = state_of(error).get("__notes__", [])
    if problem or type(text) is not str or type(notes) is not list or len(notes) > _ERRORS:
        return _TEXT + 1
    if not all(type(note) is str for note in notes) or (is_a(error, SyntaxError) and _has_odd_details(error)):
        return _TEXT + 1
    try:
        text.encode()  # a kernel cannot send half a character
        bool(error)  # as `traceback` does
        if getattr(error, ORIGINAL, None) is not None:  # it has every attribute, `_render_traceback_` too
            return _TEXT + 1
        error.__traceback__ = traceback_of(error)  # as contextlib does; a frozen dataclass refuses it
    except BaseException:  # noqa: BLE001 - the class's own code
        return _TEXT + 1
    return len(text) + sum(map(len, notes))


def _has_odd_details(error: BaseException) -> bool:
    fields = {
        name: value for name, value in take_apart(error).fields.items() if name != "print_file_and_line"
    }
    return _details(fields) != fields


class _Copies:
    """Copies an error with what it leads to, as far as there is room.

    Attributes:
        left: errors that may still be copied.
        room: characters that may still be kept of messages and notes.
        on_path: the errors that are being copied, by id: a link to one of them would close a circle.
    """

    def __init__(self) -> None:
        self.left = _ERRORS
        self.room = _TEXT
        self.on_path: set[int] = set()

    def copy(self, error: BaseException, depth: int) -> BaseException:
        """The copy of one error."""
        self.left -= 1
        text = self._kept(message_of(error, MESSAGE))
        notes = [self._kept(note) for note in notes_of(error)]
        self.on_path.add(id(error))
        cause = self._linked(cause_of(error), depth)
        same = context_of(error) is cause_of(error)
        context = cause if same else self._linked(context_of(error), depth)
        members, left_out = self._members(error, depth)
        self.on_path.discard(id(error))
        copy = _instance(error, text, members)
        link(copy, cause, context, hides=hides_context(error))
        set_traceback(copy, traceback_of(error))
        state_of(copy)["__notes__"] = notes
        if left_out:
            add_note(copy, f"{left_out:,} further errors of the group are left out.")
        return copy

    def _kept(self, text: str) -> str:
        kept = text if len(text) <= self.room else f"{text[: self.room]}…"
        self.room = max(self.room - len(kept), 0)
        return kept

    def _linked(self, error: BaseException | None, depth: int) -> BaseException | None:
        if error is None or id(error) in self.on_path:
            return None
        return self.copy(error, depth + 1) if self.left > 0 and depth + 1 < _DEPTH else None

    def _members(self, error: BaseException, depth: int) -> tuple[list[BaseException], int]:
        """The copies of a group's errors, and how many there was no room for."""
        members = members_of(error)
        copies = [self._linked(each, depth) for each in members[:_ERRORS]]
        kept = [each for each in copies if each is not None]
        left_out = len(members) - len(kept)
        if members and not kept:  # a group cannot be empty
            kept = [RuntimeError(f"{left_out:,} further errors of the group are left out.")]
        return kept, left_out


def _instance(error: BaseException, text: str, members: list[BaseException]) -> BaseException:
    parts = take_apart(error)
    if is_a(error, SyntaxError):
        parts = parts._replace(fields=_details(parts.fields))
    for base in (each for each in mro_of(parts.kind) if issubclass(each, BaseException)):
        try:
            kind = _subclass(base, error, text)
            return put_together(parts._replace(kind=kind), members, text)
        except BaseException:  # noqa: BLE001, S112 - the class refuses subclasses: the next one above it
            continue
    raise TypeError("No class can be derived from its own.")


def _subclass(base: type, error: BaseException, text: str) -> type[BaseException]:
    """A subclass that reads as the error's own class does, and whose errors are safe to read."""
    if _has_odd_metaclass(base):
        raise TypeError("The metaclass hinders reading.")
    module, qualname = path_of(error)
    content: dict[str, Any] = {
        **{name: value for name, value in vars_of(BaseException).items() if name in _RESTORED},
        "__class__": vars_of(object)["__class__"],
        "__notes__": (),  # in the place of a property of the class: the error's own notes come first
        "__getattr__": _lacks,
        "__bool__": lambda _: True,
        "__str__": lambda _: text,
        "__repr__": lambda self: f"{kind_of(self)}({text!r})",
        "__module__": module,
        "__qualname__": qualname,
        ORIGINAL: take_apart(error).kind,
    }
    made: type[BaseException] = type.__new__(type(base), kind_of(error), (base,), content)
    return made


def _lacks(error: BaseException, name: str) -> Any:
    raise AttributeError(f"'{kind_of(error)}' object has no attribute '{name}'")
