"""What is in a dataset object, to find out whether saving has changed the object itself."""

from __future__ import annotations

import contextlib
import io
import pickle
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import cloudpickle

from kedro_nb.errors import DatasetError
from kedro_nb.frames import is_users

if TYPE_CHECKING:
    from collections.abc import Mapping

# An attribute with one of these words in its name only saves time, and may differ from process to process.
_CACHES = ("cache", "resolved", "connection", "engine", "client", "session", "pool")
# The last words of attributes for how to read and write, which some datasets complete when they save first.
_MEANS = frozenset({"args", "kwargs", "fs", "filesystem"})
_OPEN_FILES = (io.TextIOWrapper, io.BufferedReader, io.BufferedWriter, io.BufferedRandom, io.FileIO)

_Parts = dict[str, bytes | None]
State = bytes | _Parts


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
    """Pickles values by content, and classes and modules by identity: these are code, not the dataset's state."""

    def persistent_id(self, obj: Any) -> int | None:
        if isinstance(obj, _OPEN_FILES):  # cloudpickle would read it
            raise pickle.PicklingError("an open file")
        return id(obj) if isinstance(obj, type | ModuleType) else None


def state_of(dataset: object) -> State:
    """The attributes of the object, and of its class if that is the user's, as one pickle.

    If they cannot be pickled together, it is one pickle for each, and None for one that cannot be pickled.
    """
    attributes = {
        name: value
        for name, value in {**_class_attributes(type(dataset)), **_attributes(dataset)}.items()
        if not any(word in name.lower() for word in _CACHES)
        and name.lower().rpartition("_")[2] not in _MEANS
        and not _is_computed(type(dataset), name)
    }
    with contextlib.suppress(Exception):  # whatever pickling raises
        return pickle.dumps(attributes, protocol=5)
    return _parts(attributes)


def _is_computed(kind: type, name: str) -> bool:
    """Whether the attribute is what a cached property, or a method that caches in the object, keeps under its name."""
    found = next((vars(cls)[name] for cls in kind.__mro__ if name in vars(cls)), None)
    return hasattr(type(found), "__get__") and not hasattr(type(found), "__set__")


def _parts(attributes: Mapping[str, Any]) -> _Parts:
    return {name: _pickled(value) for name, value in attributes.items()}


def check_unchanged(name: str, dataset: object, before: State) -> None:
    """Refuse a dataset that keeps in the object what it saves: in another process that is lost.

    Args:
        name: of the dataset.
        dataset: after it has saved.
        before: its state before that.

    Raises:
        DatasetError: an attribute has changed. Attributes that cannot be pickled, caches and cached properties may.
    """
    after = state_of(dataset)
    if before != after and (changed := _changes(before, after)):
        kind = type(dataset).__name__
        raise DatasetError(
            f"{name}: saving has changed the {kind} object ({', '.join(changed)}), and the change is lost, because "
            f"the node ran in another process. If {kind} keeps data in memory, set _EPHEMERAL = True on the class: it "
            "then loads and saves in the notebook's process. If it must stay in one process, set "
            "_SINGLE_PROCESS = True and run with ThreadRunner."
        )


def _changes(before: State, after: State) -> list[str]:
    """The names of the attributes that differ. One that cannot be pickled now, as a connection, is left out."""
    try:
        old, new = (
            _parts(pickle.loads(state)) if isinstance(state, bytes) else state for state in (before, after)
        )
    except Exception:  # noqa: BLE001 - the user's classes may raise anything
        return ["its attributes"]
    names = sorted(old.keys() | new.keys())
    return [name for name in names if not _is_same(old.get(name, b""), new.get(name, b""))]


def _is_same(old: bytes | None, new: bytes | None) -> bool:
    """Whether two pickles are of equal values: those of equal sets may differ. What cannot be pickled is the same."""
    if new in {None, old}:
        return True
    try:
        return bool(pickle.loads(old or b"") == pickle.loads(new or b""))
    except Exception:  # noqa: BLE001 - the user's classes may raise anything
        return False


def _attributes(dataset: Any) -> dict[str, Any]:
    """What pickle would take of the object."""
    try:
        _, args, state = (*dataset.__reduce_ex__(4), None)[:3]
    except Exception:  # noqa: BLE001 - it cannot be pickled, so that it is not in another process
        return {}
    parts = state if isinstance(state, tuple) else (state,)
    found: dict[str, Any] = {"its arguments": args[1:]}
    for part in parts:
        found |= part if isinstance(part, dict) else {"its state": part}
    return found


def _class_attributes(kind: type) -> dict[str, Any]:
    """The data on the user's own classes, which a registry may keep there."""
    return {
        f"{cls.__name__}.{name}": value
        for cls in kind.__mro__
        if _is_users(cls.__module__)
        for name, value in list(vars(cls).items())
        if not name.startswith(("__", "_abc_")) and not hasattr(type(value), "__get__")
    }


def _is_users(module: str) -> bool:
    """Whether a class of the module came with its content, or the module is the user's."""
    if module == "__main__" or module not in sys.modules:
        return True
    file = getattr(sys.modules[module], "__file__", None)
    return isinstance(file, str) and is_users(file)


def _pickled(value: Any) -> bytes | None:
    with contextlib.suppress(Exception):  # whatever pickling raises
        return pickle.dumps(value, protocol=5)  # faster than the pickler below
    file = io.BytesIO()
    try:
        _Pickler(file, protocol=5).dump(value)
    except Exception:  # noqa: BLE001 - whatever pickling raises
        return None
    return file.getvalue()
