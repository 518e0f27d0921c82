"""Pickle the user's functions and classes by value, as they are now.

What a worker has imported may be older than what the kernel has. Functions, classes and a few other things of
`__main__` and of the user's modules are therefore sent by value, and not as names that are looked up.

Each of them that has a name has a number as well. A process that knows the number has the thing: it uses what it
has. So a class that comes back to the kernel is the kernel's own, and `isinstance` and `is` hold from node to node.

A function's globals are those of its module in the process that reads it. Names that are sent with it and are
missing there are added; those that are there stay.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import importlib
import io
import os
import sys
import threading
from collections import ChainMap
from enum import Enum
from types import CellType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4
from weakref import WeakValueDictionary

from cloudpickle import cloudpickle

from kedro_nb.io import class_content, from_file, reducers
from kedro_nb.io.mentioned import lists_subclasses, names_found_by, searches, subclasses_of
from kedro_nb.io.mirror import Mirror
from kedro_nb.io.users_code import goes_by_value, is_users_module, name_of

if TYPE_CHECKING:
    from collections.abc import Callable

Key = tuple[
    str, str, str, bool
]  # module, qualified name (empty: none leads there), number, sent as a part of a mirror

_CACHED: type = type(functools.lru_cache(maxsize=1)(len))
_BY_VALUE = (type, FunctionType, ModuleType, TypeVar, _CACHED, Enum)
_lock = threading.Lock()
_numbers: dict[int, str] = {}  # by `id`: things need not be hashable. Of what is gone, `_things` has nothing
_things: WeakValueDictionary[str, Any] = WeakValueDictionary()
_unfilled: set[int] = set()  # things that were just made and have no content yet, by `id`


def dumps_by_value(
    value: Any, buffer_callback: Callable[[Any], Any] | None = None, *, for_mirror: bool = False
) -> bytes:
    """Pickle a value, with the user's functions and classes by value.

    Args:
        value: what to pickle.
        buffer_callback: takes large buffers, as `pickle.Pickler` has it.
        for_mirror: the reader's modules get what is in the pickle, under its names.

    Raises:
        Exception: whatever pickling raises.
    """
    pickler = _Pickler(buffer_callback, for_mirror=for_mirror)
    try:
        return pickler.pickled(value)
    except Exception:
        if buffer_callback is not None or not from_file.find(pickler.modules, _is_sendable):
            raise
        return _Pickler(None, for_mirror=for_mirror).pickled(value)


def attribute_by_value(module: str, name: str) -> bytes:
    """Pickle an attribute of a module for a mirror of the module.

    Raises:
        AttributeError: there is none.
        Exception: whatever pickling raises.
    """
    value = getattr(sys.modules[module], name)
    pickler = _ContentPickler(value)
    try:
        return pickler.pickled_content()
    except Exception:
        if not from_file.find(pickler.modules, _is_sendable):
            raise
        return _ContentPickler(value).pickled_content()


def _is_sendable(value: Any) -> bool:
    try:
        _Pickler(None).pickled(value)
    except Exception:  # noqa: BLE001 - whatever pickling raises
        return False
    return True


def forget() -> None:
    """Forget what was sent before: all that arrives from now on is made anew."""
    _numbers.clear()
    _things.clear()
    _unfilled.clear()


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
    """Cloudpickle's, except for the user's functions and classes.

    Attributes:
        modules: the names of the user's modules that something was taken from.
    """

    def __init__(self, buffer_callback: Callable[[Any], Any] | None, *, for_mirror: bool = False) -> None:
        self._file = io.BytesIO()
        self.dispatch_table = ChainMap(reducers.table(), cloudpickle.Pickler.dispatch_table)
        super().__init__(self._file, protocol=5, buffer_callback=buffer_callback)
        self._for_mirror = for_mirror
        self._spaces: dict[int, _Namespace] = {}
        self._has_buffers = buffer_callback is not None
        self._classes: dict[int, type] = {}  # by `id`
        self._lists_subclasses = False
        self.modules: set[str] = set()

    def pickled(self, value: Any) -> bytes:
        self.dump(value)
        if self._lists_subclasses and not self._has_buffers:
            self._file.seek(0)
            self._file.truncate()
            self.clear_memo()
            self.dump(value)  # with the subclasses of the classes that are known now
        return self._file.getvalue()

    def reducer_override(self, obj: Any) -> Any:
        if not isinstance(obj, _BY_VALUE):
            return NotImplemented
        if isinstance(obj, Enum):
            if obj._name_ in type(obj).__members__:  # its value may be equal to no other, as a function
                return getattr, (type(obj), obj._name_)
            return NotImplemented
        if isinstance(obj, ModuleType):
            if is_users_module(obj) and sys.modules.get(obj.__name__) is obj:
                return importlib.import_module, (obj.__name__,)
        elif obj.__module__ != "builtins" and goes_by_value(obj) and not self._is_from_own_file(obj):
            return self._reduce_by_value(obj)
        return super().reducer_override(obj)

    def _reduce_by_value(self, obj: Any) -> tuple[Any, ...]:
        name = name_of(obj)
        if name is not None:
            self.modules.add(name[0])
            if from_file.has(*name):
                return from_file.value, name
        if isinstance(obj, FunctionType):
            return self._reduce_function(obj, name)
        key = _key(obj, name, self._for_mirror)
        if isinstance(obj, type):
            self._classes[id(obj)] = obj
            make, args, content = class_content.take_apart(obj)
            return _make, (key, make, args), content, None, None, _fill_class
        if isinstance(obj, TypeVar):
            args = cloudpickle._decompose_typevar(obj)[:-1]  # noqa: SLF001 - cloudpickle has no public name for it
            return _make, (key, _make_typevar, args)
        state = {k: v for k, v in vars(obj).items() if k not in {"__wrapped__", "cache_parameters"}}
        settings = obj.cache_parameters()
        args = obj.__wrapped__, settings["maxsize"], settings["typed"]
        return _make, (key, _make_cached, args), state, None, None, _fill_cached

    def _is_from_own_file(self, obj: Any) -> bool:
        """Whether a worker has it from importing a file: the kernel knows it by name only."""
        module = sys.modules.get(obj.__module__)
        return (
            isinstance(module, Mirror)
            and module.__name__ != "__main__"
            and _number(obj) is None
            and name_of(obj) is not None
        )

    def _reduce_function(self, function: FunctionType, name: tuple[str, str] | None) -> tuple[Any, ...]:
        state, slots = cloudpickle._function_getstate(function)  # noqa: SLF001 - the same
        used = slots.pop("__globals__")
        slots.pop("__closure__")
        space = self._namespace(function.__globals__)
        if from_file.names:
            used = {each: from_file.Stub.of(space.module, each, value) for each, value in used.items()}
        key = _key(function, name, self._for_mirror) if name else None
        args = (function.__code__, space, function.__closure__)
        mentioned: list[tuple[str, str]] = []
        if searches(function):
            mentioned += names_found_by(function, used)
            if lists_subclasses(function):
                self._lists_subclasses = True
                mentioned += subclasses_of(self._classes.values())
        content = used, mentioned, state, slots
        return _make, (key, _make_function, args), content, None, None, _fill_function

    def _namespace(self, names: dict[str, Any]) -> _Namespace:
        if id(names) not in self._spaces:
            module = sys.modules.get(names.get("__name__", ""))
            own = module is not None and vars(module) is names and is_users_module(module)
            if own:
                self.modules.add(names["__name__"])
            self._spaces[id(names)] = _Namespace(names, own=own)
        return self._spaces[id(names)]


class _ContentPickler(_Pickler):
    """Sends the content of a value that would pickle as its own name."""

    def __init__(self, value: Any) -> None:
        super().__init__(None, for_mirror=True)
        self._value = value

    def pickled_content(self) -> bytes:
        return self.pickled(self._value)

    def reducer_override(self, obj: Any) -> Any:
        reduced = super().reducer_override(obj)
        if obj is not self._value or reduced is not NotImplemented or isinstance(obj, (type, FunctionType)):
            return reduced
        reduced = obj.__reduce_ex__(5)
        if isinstance(reduced, str) and goes_by_value(obj):
            return object.__new__, (type(obj),), vars(obj)
        return NotImplemented


class _Namespace:
    """The globals of functions: in the reader those of the same module, or else one dict for all of them."""

    def __init__(self, names: dict[str, Any], *, own: bool) -> None:
        self.module = names["__name__"] if own else ""
        self._base = {
            name: names[name] for name in ("__package__", "__name__", "__path__", "__file__") if name in names
        }

    def __reduce__(self) -> tuple[Any, ...]:
        return _namespace, (self.module or self._base,)


def _namespace(place: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(place, dict):
        return place
    with contextlib.suppress(Exception):  # the kernel may not have it any more
        return vars(importlib.import_module(place))
    return {"__name__": place}


def _number(thing: Any) -> str | None:
    number = _numbers.get(id(thing))
    return number if number is not None and _things.get(number) is thing else None


def _key(thing: Any, name: tuple[str, str] | None, for_mirror: bool) -> Key:
    with _lock:
        number = _number(thing)
        if number is None:
            number = _numbers[id(thing)] = uuid4().hex
            _things[number] = thing
    module, qualname = name or (thing.__module__, "")
    return module, qualname, number, for_mirror


def _make(key: Key | None, make: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """The thing with this number: the one that this process has, or a new one."""
    if key is None:
        return _made(make, args)
    module, qualname, number, for_mirror = key
    thing = _things.get(number)
    if thing is None and qualname and not for_mirror:
        thing = _asked_for(module, qualname, number)
    if thing is not None:
        return thing
    thing = _made(make, args)
    with _lock:
        thing = _things.setdefault(number, thing)
        _numbers[id(thing)] = number
    if for_mirror and qualname and "." not in qualname:
        _namespace(module)[qualname] = thing
    return thing


def _made(make: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    thing = make(*args)
    if make is not _make_typevar:  # which has no content
        _unfilled.add(id(thing))
    return thing


def _asked_for(module: str, qualname: str, number: str) -> Any:
    """What the kernel has under this name now, if that is the one with this number."""
    with contextlib.suppress(Exception):  # the kernel has another one, or none
        mirror = importlib.import_module(module)
        if isinstance(mirror, Mirror):
            functools.reduce(getattr, qualname.split("."), mirror)
    return _things.get(number)


def _make_function(code: Any, names: dict[str, Any], closure: tuple[CellType, ...] | None) -> FunctionType:
    names.setdefault("__builtins__", builtins)
    return FunctionType(code, names, None, None, closure)


def _make_cached(function: Any, maxsize: int | None, typed: bool) -> Any:
    return functools.lru_cache(maxsize, typed)(function)


def _make_typevar(*args: Any) -> Any:
    return cloudpickle._make_typevar(*args, None)  # noqa: SLF001 - the same


def _is_unfilled(thing: Any) -> bool:
    if id(thing) not in _unfilled:
        return False
    _unfilled.discard(id(thing))
    return True


def _fill_function(
    function: FunctionType,
    content: tuple[dict[str, Any], list[tuple[str, str]], dict[str, Any], dict[str, Any]],
) -> None:
    used, mentioned, state, slots = content
    if not _is_unfilled(function):
        return
    for name, value in used.items():
        function.__globals__.setdefault(name, value)
    vars(function).update(state)
    slots.pop("_cloudpickle_submodules", None)  # which are imported now
    for name, value in slots.items():
        setattr(function, name, value)
    for place, name in mentioned:
        with contextlib.suppress(Exception):  # what cannot be sent is missing only if it is needed
            module = importlib.import_module(place)
            if isinstance(module, Mirror):
                functools.reduce(getattr, name.split("."), module)


def _fill_class(cls: type, content: Any) -> None:
    if _is_unfilled(cls):
        class_content.fill(cls, content)


def _fill_cached(function: Any, state: dict[str, Any]) -> None:
    if _is_unfilled(function):
        vars(function).update(state)


def _after_fork() -> None:
    global _lock  # noqa: PLW0603 - a thread that is not here may have held it
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
