"""Take classes apart as cloudpickle does, and make them again without running the user's metaclasses."""

from __future__ import annotations

import os
import threading
import types
import typing
from contextlib import contextmanager
from enum import Enum, member
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any

from cloudpickle import cloudpickle

from kedro_nb.io.users_code import goes_by_value

if TYPE_CHECKING:
    from collections.abc import Iterator

_lock = threading.RLock()  # around base classes while they are changed
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)
_MEMBERS_OWN = {"_value_", "_name_", "__objclass__", "_sort_order_"}


def take_apart(cls: type) -> tuple[Any, tuple[Any, ...], Any]:
    """A function that makes the class without its content, the arguments for it, and the content for `fill`.

    Args:
        cls: a class that is sent by value.
    """
    if issubclass(cls, Enum):
        content = cloudpickle._enum_getstate(cls)[0]  # noqa: SLF001 - cloudpickle has no public name for it
        for name in cls.__members__:
            content.pop(name, None)  # an alias
        values = {name: each._value_ for name, each in cls.__members__.items()}
        extra = {
            name: {key: value for key, value in vars(each).items() if key not in _MEMBERS_OWN}
            for name, each in cls.__members__.items()
        }
        args = cls.__bases__, cls.__name__, cls.__qualname__, values, cls.__module__
        return make_enum, args, (content, {name: more for name, more in extra.items() if more})
    content = cloudpickle._class_getstate(cls)[0]  # noqa: SLF001 - the same
    content = {name: value for name, value in content.items() if type(value) is not MemberDescriptorType}
    body: dict[str, Any] = {"__module__": cls.__module__, "__qualname__": cls.__qualname__}
    if "__slots__" in content:
        body["__slots__"] = content.pop("__slots__")
    if "__class__" in content:  # which can only be set when the class is made
        body["__class__"] = content.pop("__class__")
    if isinstance(own := vars(cls).get("__dict__"), property):
        body["__dict__"] = own
    bases = vars(cls).get("__orig_bases__", cls.__bases__)
    if typing.is_typeddict(cls):  # its only base is dict, and it has the inherited fields itself
        bases = (typing.TypedDict,)
    if type(cls) is type and bases is not cls.__bases__:  # NamedTuple and Generic are replaced already
        body["__orig_bases__"], bases = bases, cls.__bases__
    return make_class, (type(cls), cls.__name__, bases, body), (content, {})


def make_class(metaclass: type, name: str, bases: tuple[Any, ...], body: dict[str, Any]) -> type:
    """Make a class without content. The user's metaclass and `__init_subclass__` have run before, and do not run again.

    Args:
        metaclass: its type.
        name: its name.
        bases: its bases, or what was written in their place (`Generic[T]`).
        body: what has to be there from the start, as `__slots__`.
    """
    resolved = types.resolve_bases(bases)
    new = _new(metaclass)
    with _lock, _without_init_subclass(resolved):
        if new is None:
            return types.new_class(name, bases, {"metaclass": metaclass}, lambda space: space.update(body))
        if resolved is not bases:
            body = {**body, "__orig_bases__": bases}
        made: type = new(metaclass, name, resolved, body)
        return made


def _new(metaclass: type) -> Any:
    """The `__new__` of a library's metaclass that a user's is derived from; None if it is not a user's."""
    if not goes_by_value(metaclass):
        return None
    return next(
        vars(each)["__new__"]
        for each in metaclass.__mro__
        if "__new__" in vars(each) and not goes_by_value(each)
    )


@contextmanager
def _without_init_subclass(bases: tuple[type, ...]) -> Iterator[None]:
    owners = [
        each
        for each in {each: None for base in bases for each in base.__mro__}
        if "__init_subclass__" in vars(each) and goes_by_value(each)
    ]
    hooks = [(owner, vars(owner)["__init_subclass__"]) for owner in owners]
    for owner, _ in hooks:
        type.__delattr__(owner, "__init_subclass__")
    try:
        yield
    finally:
        for owner, hook in hooks:
            type.__setattr__(owner, "__init_subclass__", hook)


def make_enum(bases: tuple[type, ...], name: str, qualname: str, values: dict[str, Any], module: str) -> type:
    """Make an Enum with its members.

    Args:
        bases: its bases.
        name: its name.
        qualname: its qualified name.
        values: of its members and their aliases, by name.
        module: the name of its module.
    """
    # A function among them would become a method.
    values = {key: member(value) if hasattr(value, "__get__") else value for key, value in values.items()}
    made: type = cloudpickle._make_skeleton_enum(bases, name, qualname, values, module, None, None)  # noqa: SLF001
    return made


def fill(cls: type, content: tuple[dict[str, Any], dict[str, dict[str, Any]]]) -> None:
    """Give a class its content.

    Args:
        cls: a class that was made without it.
        content: its attributes, and those of an Enum's members.
    """
    attributes, of_members = content
    cloudpickle._class_setstate(cls, (attributes, {}))  # noqa: SLF001 - the same
    for name, more in of_members.items():
        vars(cls.__members__[name]).update(more)  # type: ignore[attr-defined]  # an Enum's
