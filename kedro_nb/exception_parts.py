"""Take an exception apart and put it together again, without calling the code of its class.

So an error travels to another process in pieces, whatever arguments its `__init__` takes.
"""

from __future__ import annotations

import contextlib
from types import GetSetDescriptorType, MemberDescriptorType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ORIGINAL = "_kedro_nb_original"  # where the class of a copy has the user's class
_HEAP_TYPE = 1 << 9  # the flag of classes that are not built in
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
    kind = vars_of(type(error)).get(ORIGINAL, type(error))
    fields = {}
    for name, descriptor in _descriptors(kind).items():
        with contextlib.suppress(Exception):  # a slot without a value
            value = descriptor.__get__(error)
            if value is not None or not is_built_in(
                descriptor.__objclass__
            ):  # there it means that none is set
                fields[name] = value
    state = dict(state_of(error))
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
        base: Any = next(each for each in mro_of(kind) if is_built_in(each))
        error = base.__new__(kind)
        BaseException.__dict__["args"].__set__(error, parts.args)
    # A class that was sent to another process may have attributes there where it has slots here.
    descriptors, state = _descriptors(kind), state_of(error)
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


def state_of(error: BaseException) -> dict[str, Any]:
    """The attributes of an error, read past its class."""
    state: dict[str, Any] = BaseException.__dict__["__dict__"].__get__(error)
    return state


def mro_of(kind: type) -> tuple[type, ...]:
    """A class and its base classes, read past its metaclass."""
    found: tuple[type, ...] = _CLASS["__mro__"].__get__(kind)
    return found


def vars_of(kind: type) -> Mapping[str, Any]:
    """What a class defines itself, read past its metaclass."""
    found: Mapping[str, Any] = _CLASS["__dict__"].__get__(kind)
    return found


def is_built_in(kind: type) -> bool:
    """Whether a class is made in C."""
    return not _CLASS["__flags__"].__get__(kind) & _HEAP_TYPE


def _descriptors(kind: type) -> dict[str, Any]:
    """Where a class stores values outside `__dict__`, by name, without what all exceptions have."""
    found: dict[str, Any] = {}
    for each in mro_of(kind):
        if each is BaseException:
            break
        for name, value in vars_of(each).items():
            if isinstance(value, MemberDescriptorType | GetSetDescriptorType):
                found.setdefault(name, value)
    # An AttributeError holds the object that lacked the attribute, which can be all of the user's data.
    for name in ("__dict__", "__weakref__", "obj"):
        found.pop(name, None)
    return found
