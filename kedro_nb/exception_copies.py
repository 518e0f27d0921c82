"""Take an exception apart and put it together again, without calling the code of its class.

It serves two purposes: an error that is not safe to read gets a copy that is (`presentable`), and an error
travels to another process in pieces, whatever arguments its `__init__` takes.
"""

from __future__ import annotations

import contextlib
from itertools import islice
from types import GetSetDescriptorType, MemberDescriptorType
from typing import TYPE_CHECKING, Any, NamedTuple

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
    from collections.abc import Iterator, Mapping, Sequence

    from kedro_nb.exceptions import Mask

_ERRORS = 100  # in one error's causes, contexts and members
_DEPTH = 50  # of causes, contexts and members
_TEXT = 30_000  # characters of all messages and notes together
_NAME = 200  # characters of a class name
_LINE, _LINES = 2_000, 1_000_000  # characters of a source line, lines of a file: of a SyntaxError
_HEAP_TYPE = 1 << 9  # the flag of classes that are not built in
_ORIGINAL = "_kedro_nb_original"  # where the class of a copy has the class of the user's

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
_CLASS: dict[str, Any] = {name: type.__dict__[name] for name in ("__mro__", "__dict__", "__flags__")}


class Parts(NamedTuple):
    """What an error is made of, without its notes, its traceback and the errors linked to it.

    Args:
        kind: its class.
        args: its arguments.
        fields: the values of slots, and of what built-in classes store outside `__dict__` (`OSError.errno`).
        state: its attributes.
    """

    kind: type[BaseException]
    args: tuple[Any, ...]
    fields: dict[str, Any]
    state: dict[str, Any]


def take_apart(error: BaseException) -> Parts:
    """The parts of an error; of a copy made by `presentable`, with the class of the user's."""
    kind = _vars(type(error)).get(_ORIGINAL, type(error))
    fields = {}
    for name, descriptor in _descriptors(kind).items():
        with contextlib.suppress(Exception):  # a slot without a value
            value = descriptor.__get__(error)
            if value is not None or not _is_built_in(
                descriptor.__objclass__
            ):  # there it means that none is set
                fields[name] = value
    state = dict(_state(error))
    for name in ("__notes__", "_render_traceback_"):
        state.pop(name, None)
    return Parts(kind, BaseException.__dict__["args"].__get__(error), fields, state)


def put_together(parts: Parts, members: Sequence[BaseException] = (), message: str = "") -> BaseException:
    """An error of these parts. Neither `__new__` nor `__init__` of the user's class is called.

    Args:
        parts: as `take_apart` gives them.
        members: for an exception group, its errors.
        message: for an exception group, its message.

    Raises:
        Exception: the class cannot be made in this way.
    """
    kind = parts.kind
    error: BaseException
    if issubclass(kind, BaseExceptionGroup):
        error = BaseExceptionGroup.__new__(kind, message, list(members))
    else:
        base: Any = next(each for each in _mro(kind) if _is_built_in(each))
        error = base.__new__(kind)
        BaseException.__dict__["args"].__set__(error, parts.args)
    # A class that was sent to another process may have attributes there where it has slots here.
    descriptors, state = _descriptors(kind), _state(error)
    for name, value in {**parts.state, **parts.fields}.items():
        if name not in descriptors:
            state[name] = value
            continue
        with contextlib.suppress(Exception):  # one that cannot be written
            descriptors[name].__set__(error, value)
    return error


def link(
    error: BaseException, cause: BaseException | None, context: BaseException | None, *, hides: bool
) -> None:
    """Set what led to an error, and whether its context is hidden."""
    BaseException.__dict__["__cause__"].__set__(error, cause)
    BaseException.__dict__["__context__"].__set__(error, context)
    BaseException.__dict__["__suppress_context__"].__set__(error, hides)


def _state(error: BaseException) -> dict[str, Any]:
    state: dict[str, Any] = BaseException.__dict__["__dict__"].__get__(error)
    return state


def _mro(kind: type) -> tuple[type, ...]:
    found: tuple[type, ...] = _CLASS["__mro__"].__get__(kind)
    return found


def _vars(kind: type) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _CLASS["__dict__"].__get__(kind)
    return found


def _is_built_in(kind: type) -> bool:
    return not _CLASS["__flags__"].__get__(kind) & _HEAP_TYPE


def _descriptors(kind: type) -> dict[str, Any]:
    """Where a class stores values outside `__dict__`, by name, without what all exceptions have."""
    found: dict[str, Any] = {}
    for each in _mro(kind):
        if each is BaseException:
            break
        for name, value in _vars(each).items():
            if isinstance(value, MemberDescriptorType | GetSetDescriptorType):
                found.setdefault(name, value)
    # An AttributeError holds the object that lacked the attribute, which can be all of the user's data.
    for name in ("__dict__", "__weakref__", "obj"):
        found.pop(name, None)
    return found


def presentable(error: BaseException) -> BaseException:
    """An error that can be handed to code that formats errors, such as IPython, `logging` or a hook.

    Nearly always it is the error itself. Where its class hinders reading, or where it has too many causes, members or
    characters, or leads to itself, it is a copy of a subclass of its class: `except` finds it, its arguments and
    attributes are the same, and what is shown of it is bounded.

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
    if _ORIGINAL in _vars(type(error)):  # a copy, with what it leads to
        return True
    room, left = _TEXT, _ERRORS
    waiting = [(error, 0)]
    while waiting:
        each, depth = waiting.pop()
        left -= 1  # one that is met twice counts twice, as it is shown twice
        if _ORIGINAL not in _vars(type(each)):
            room -= _characters(each) if _is_readable(type(each)) else _TEXT + 1
        waiting += [(one, depth + 1) for one in islice(linked(each), _ERRORS)]
        if room < 0 or len(waiting) > left or depth > _DEPTH:
            return False
    return True


def _is_readable(kind: type) -> bool:
    """Whether reading an error of this class runs no code but that of its `__str__` and `__getattr__`."""
    if any(_defines(each, _READ) for each in _mro(kind) if not _is_built_in(each)):
        return False
    if _has_odd_metaclass(kind):
        return False
    name, module = kind.__name__, kind.__module__
    return len(name) < _NAME and type(module) is str and len(module) < _NAME


def _has_odd_metaclass(kind: type) -> bool:
    return any(_defines(each, _READ_OF_CLASS) for each in _mro(type(kind)) if not _is_built_in(each))


def _defines(kind: type, names: tuple[str, ...]) -> bool:
    attributes = _vars(kind)
    return any(name in attributes for name in names)


def _characters(error: BaseException) -> int:
    """How much there is to read of one error; more than is allowed where something cannot be read."""
    text, problem = read_message(error)
    notes = _state(error).get("__notes__", [])
    if problem or type(text) is not str or type(notes) is not list or len(notes) > _ERRORS:
        return _TEXT + 1
    if not all(type(note) is str for note in notes) or (is_a(error, SyntaxError) and _has_odd_details(error)):
        return _TEXT + 1
    try:
        text.encode()  # a kernel cannot send half a character
        bool(error)  # as `traceback` does
        if getattr(error, _ORIGINAL, None) is not None:  # it answers to any name, `_render_traceback_` too
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
        _state(copy)["__notes__"] = notes
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
    for base in (each for each in _mro(parts.kind) if issubclass(each, BaseException)):
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
        **{name: value for name, value in _vars(BaseException).items() if name in _RESTORED},
        "__class__": _vars(object)["__class__"],
        "__notes__": (),  # where the class has a property: what the error has goes over it
        "__getattr__": _lacks,
        "__bool__": lambda _: True,
        "__str__": lambda _: text,
        "__repr__": lambda self: f"{kind_of(self)}({text!r})",
        "__module__": module,
        "__qualname__": qualname,
        _ORIGINAL: take_apart(error).kind,
    }
    made: type[BaseException] = type.__new__(type(base), kind_of(error), (base,), content)
    return made


def _lacks(error: BaseException, name: str) -> Any:
    raise AttributeError(f"'{kind_of(error)}' object has no attribute '{name}'")
