"""What a dataset says of itself: whether it is in memory, bound to one process, or at a place outside the process.

The marks `_EPHEMERAL` and `_SINGLE_PROCESS` decide, on the class or on the object, whatever the class is.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, MutableMapping, MutableSequence, MutableSet
from itertools import islice
from types import FunctionType
from typing import Any

from kedro_nb.io.base import is_dataset
from kedro_nb.io.copying import IMMUTABLE

_PATH_WORDS = frozenset(
    {"path", "filepath", "filename", "file", "folder", "directory", "dir", "dirname", "url", "uri"}
)
_CONNECTION_WORDS = frozenset({"con", "conn", "connection", "dsn"})
# Keys of a mapping that describes a connection, besides the words above.
_ADDRESS_WORDS = _PATH_WORDS | {
    "database",
    "db",
    "host",
    "hostname",
    "server",
    "account",
    "project",
    "endpoint",
}
# "memory://a.csv", "cache::memory://a", ":memory:", "file:x?mode=memory", "sqlite://", "sqlite:///"
_IN_PROCESS = re.compile(r"(^|::)memory:|:memory:|mode=memory|^\w+(\+\w+)?:/*$")
_DEPTH = 4  # datasets within datasets
_MOST = 100  # items of a container that are looked at: a longer one holds data


def is_in_memory(dataset: object) -> bool:
    """Whether the data is gone when this process ends: the mark `_EPHEMERAL`."""
    return bool(getattr(dataset, "_EPHEMERAL", False))


def is_single_process(dataset: object) -> bool:
    """Whether the dataset must not be used in another process: the mark `_SINGLE_PROCESS`."""
    return bool(getattr(dataset, "_SINGLE_PROCESS", False))


def lacks_data(dataset: Any) -> bool:
    """Whether the dataset is in memory and knows that it holds no data.

    A dataset without an `_exists` of its own does not know: the one that it inherits always says no.
    """
    if not is_in_memory(dataset):
        return False
    looks = getattr(type(dataset), "_exists", None)
    if getattr(looks, "__qualname__", "") == "AbstractDataset._exists" or not hasattr(dataset, "exists"):
        return False
    return not dataset.exists()


def has_place(dataset: object) -> bool:
    """Whether the data is in a file or behind a connection, so that every process can load and save it.

    The rule. A dataset has a place when all of this holds:

    - It is not marked as in memory (`_EPHEMERAL`).
    - One of its attributes names a place. The attribute's name ends in a word for a path (`_filepath`, `_path`,
      `out_dir`, `url`) and its value is a text or a path; or its name contains a word for a connection (`_con`,
      `_connection_str`) and its value is a text, or a mapping with an address in it; or its value is a dataset
      that has a place itself.
    - None of these places is in this process: `memory://`, `:memory:`, `sqlite://`, a file system of fsspec that
      is in memory, a dataset without a place. A dataset with versions has its data in its file: what it connects to
      is the engine that reads the file, and does not count.
    - Its load and save do not use one and the same list, mapping or set of their module: that may be the place.

    When this is not sure the answer is no. The dataset is then loaded and saved in the notebook's process while
    its node runs in a worker: correct, but slower, because its data travels to the worker and back. The mark
    `_SINGLE_PROCESS` keeps a dataset out of `ParallelRunner` altogether.
    """
    return _has_place(dataset, _DEPTH)


def _has_place(dataset: object, depth: int) -> bool:
    if is_in_memory(dataset) or not depth:
        return False
    named = list(attributes(dataset))
    if hasattr(dataset, "_version") and getattr(dataset, "_filepath", None):
        named = [(name, value) for name, value in named if _CONNECTION_WORDS.isdisjoint(_words(name))]
    answers = [answer for name, value in named for answer in _answers(name, value, depth)]
    return bool(answers) and all(answers) and not _share_container(type(dataset))


def _share_container(kind: type) -> bool:
    """Whether load and save use one container from outside the class: a global, or a variable around the class."""
    loading = _containers(kind, ("load", "_load"))
    return bool(loading) and not loading.isdisjoint(_containers(kind, ("save", "_save")))


def _containers(kind: type, names: tuple[str, ...]) -> set[int]:
    """The ids of the containers that methods use and that can be changed."""
    found: set[int] = set()
    for name in names:
        method: Any = getattr(kind, name, None)
        while hasattr(method, "__wrapped__"):
            method = method.__wrapped__
        if isinstance(method, FunctionType):
            values = [method.__globals__.get(each) for each in method.__code__.co_names]
            with contextlib.suppress(ValueError):  # a variable that has no value yet
                values += [cell.cell_contents for cell in method.__closure__ or ()]
            found |= {
                id(value)
                for value in values
                if isinstance(value, MutableMapping | MutableSequence | MutableSet)
            }
    return found


def in_files(dataset: object) -> bool:
    """Whether the data is in files, of any file system, so that the object may forget what it knows of them.

    The rule. The data of a dataset around another one (`_dataset`, as in CachedDataset) is where that one has it. A
    dataset that is marked as in memory (`_EPHEMERAL`) has none in files. Otherwise one of these tells: an attribute
    that is a file system of fsspec; a text or a path in an attribute whose name ends in a word for a path
    (`_filepath`, `out_dir`); an argument that the object was made with, alone or in a mapping, that has such a name,
    is a path, or is the text of an absolute path or a URL. Attributes of other names do not count, as they may be
    the data. A dataset without all of this has its data in files if all datasets among its attributes have.

    When this is not sure the answer is no: the object may be the only place where the data is.
    """
    return _in_files(dataset, _DEPTH)


def _in_files(dataset: object, depth: int) -> bool:
    inner = getattr(dataset, "__dict__", {}).get("_dataset")
    if inner is not None and is_dataset(inner):
        return depth > 0 and _in_files(inner, depth - 1)
    if is_in_memory(dataset) or not depth:
        return False
    values = list(attributes(dataset))
    if any(_names_file(name, value) or _is_file_system(value) for name, value in values):
        return True
    if any(_is_location(name, value) for name, value in _made_with(dataset)):
        return True
    nested = [each for _, value in values for each in _datasets(value)]
    return bool(nested) and all(_in_files(each, depth - 1) for each in nested)


def _names_file(name: str, value: Any) -> bool:
    return isinstance(value, str | os.PathLike) and bool(value) and _words(name)[-1] in _PATH_WORDS


def _is_file_system(value: Any) -> bool:
    return hasattr(type(value), "invalidate_cache")


def _made_with(dataset: object) -> Iterator[tuple[str, Any]]:
    """The arguments that the object was made with, as the base classes of datasets keep them."""
    kept = getattr(dataset, "__dict__", {}).get("_init_args")
    for part in (
        kept if isinstance(kept, tuple) else (kept,)
    ):  # ours are a tuple and a mapping, Kedro's a mapping
        yield from part.items() if isinstance(part, Mapping) else (("", value) for value in part or ())


def _is_location(name: str, value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_is_location(str(key), each) for key, each in islice(value.items(), _MOST))
    if _names_file(name, value) or isinstance(value, os.PathLike):
        return True
    return isinstance(value, str) and ("://" in value or os.path.isabs(value))  # noqa: PTH117 - it is a text


def attributes(dataset: object) -> Iterator[tuple[str, Any]]:
    """The object's own attributes, in its `__dict__` and in slots."""
    yield from list(getattr(dataset, "__dict__", {}).items())
    for cls in type(dataset).__mro__:
        slots = vars(cls).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            own = f"_{cls.__name__.lstrip('_')}{name}" if name.startswith("__") else name
            if name not in {"__dict__", "__weakref__"} and hasattr(dataset, own):
                yield own, getattr(dataset, own)


def _words(name: str) -> list[str]:
    return name.strip("_").lower().split("_")


def _answers(name: str, value: Any, depth: int) -> Iterator[bool]:
    """True for each place outside this process that the attribute names, False for each one inside."""
    words = _words(name)
    if words[-1] == "protocol":
        if "memory" in _texts(value):
            yield False
    elif words[-1] in {"fs", "filesystem"}:
        if _is_memory_file_system(value):
            yield False
    elif isinstance(value, str | os.PathLike):
        if value and (words[-1] in _PATH_WORDS or not _CONNECTION_WORDS.isdisjoint(words)):
            yield not _IN_PROCESS.search(str(value))
    elif isinstance(value, Mapping) and not _CONNECTION_WORDS.isdisjoint(words):
        yield from _addresses(value)
    for each in _datasets(value):
        yield _has_place(each, depth - 1)


def _addresses(connection: Mapping[Any, Any]) -> Iterator[bool]:
    found = [
        not _IN_PROCESS.search(str(value))
        for key, value in connection.items()
        if _words(str(key))[-1] in _ADDRESS_WORDS | _CONNECTION_WORDS and isinstance(value, str) and value
    ]
    if connection:  # a connection without an address is to something in this process, as DuckDB's default
        yield bool(found) and all(found)


def _datasets(value: Any) -> Iterator[Any]:
    """The datasets that an attribute holds: one, or several in a list or a mapping."""
    if type(value) in IMMUTABLE:
        return
    several = value.values() if isinstance(value, dict) else value
    for each in list(islice(several, _MOST)) if isinstance(value, dict | list | tuple) else [value]:
        if type(each) not in IMMUTABLE and is_dataset(each):
            yield each


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def _is_memory_file_system(file_system: Any) -> bool:
    """Whether a file system of fsspec, or the one that it wraps, keeps its files in this process."""
    for _ in range(_DEPTH):
        if "memory" in _texts(getattr(file_system, "protocol", "")):
            return True
        file_system = getattr(file_system, "fs", None)
    return False
