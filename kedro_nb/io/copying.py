"""How data in memory is copied, so that what one node does to its input no other node sees."""

from __future__ import annotations

import copy
import functools
import sys
import types
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any, Literal, get_args

from kedro_nb.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Callable

TCopyMode = Literal["deepcopy", "copy", "assign"]
COPY_MODES: tuple[str, ...] = get_args(TCopyMode)

# Types whose values nobody can change. `_kind` adds those of libraries that need not be imported to know them.
IMMUTABLE: set[type] = {
    *(type(None), bool, int, float, complex, str, bytes, range, type(...), type(NotImplemented), type),
    *(types.FunctionType, types.BuiltinFunctionType, types.ModuleType),
    *(date, datetime, time, timedelta, timezone),
    *(PurePath, PurePosixPath, PureWindowsPath, type(Path())),
}
_IMMUTABLE_ELSEWHERE = {
    ("decimal", "Decimal"),
    ("fractions", "Fraction"),
    ("uuid", "UUID"),
    ("re", "Pattern"),
    ("zoneinfo", "ZoneInfo"),
    ("pandas", "Timestamp"),
    ("pandas", "Timedelta"),
    ("pandas", "NaTType"),
    ("pandas", "NAType"),
}
# Frames and tables that are lazy, distributed or immutable: a copy is impossible, useless or ruinous.
_ASSIGNED_PACKAGES = {
    "pyspark",
    "ibis",
    "dask",
    "distributed",
    "snowflake",
    "pyarrow",
    "duckdb",
    "daft",
    "ray",
}
_Kind = Literal["immutable", "array", "frame", "assigned", "other"]
_FRAMES = {("pandas", "DataFrame"), ("pandas", "Series")}

_CHEAP_OBJECTS = 1000
_CHEAP_BYTES = 1 << 20


def infer_copy_mode(value: Any) -> TCopyMode:
    kind = _kind(type(value))
    if kind == "array":
        return "deepcopy" if value.dtype.hasobject else "copy"
    if kind == "frame":
        return "copy"
    return "assign" if kind == "assigned" else "deepcopy"


def copy_value(value: Any, mode: str | None = None) -> Any:
    """A copy of `value` that shares nothing which can change with it; `mode` as in MemoryDataset."""
    if mode is None:
        return _copy_deep(value, {})
    if type(value) in IMMUTABLE or mode == "assign":
        return value
    if mode == "copy":
        if _kind(type(value)) == "frame":
            return _copy_frame(value)
        return value.copy() if hasattr(value, "copy") else copy.copy(value)
    if mode == "deepcopy":
        return copy.deepcopy(value)
    raise DatasetError(f"Invalid copy mode: {mode}. Possible values are: {', '.join(COPY_MODES)}.")


def is_cheap_to_copy(value: Any) -> bool:
    """Whether a copy costs next to nothing: a small structure of builtin containers and small arrays."""
    objects = size = 0
    waiting = [value]
    while waiting:
        item = waiting.pop()
        kind = type(item)
        if kind in IMMUTABLE:
            continue
        if kind in (list, tuple, set, frozenset):
            objects += len(item)
            if objects <= _CHEAP_OBJECTS and not IMMUTABLE.issuperset(map(type, item)):
                waiting.extend(item)
        elif kind is dict:
            objects += 2 * len(item)
            if objects <= _CHEAP_OBJECTS:
                waiting.extend(item)
                waiting.extend(item.values())
        else:
            size += _size_of_buffer(item)
        if objects > _CHEAP_OBJECTS or size > _CHEAP_BYTES:
            return False
    return True


def _size_of_buffer(value: Any) -> int:
    """The bytes that a copy of a leaf moves; more than is cheap where nobody knows."""
    if type(value) is bytearray:
        return len(value)
    kind = _kind(type(value))
    if kind == "array" and not value.dtype.hasobject:
        return int(value.nbytes)
    return 0 if kind == "immutable" else _CHEAP_BYTES + 1


def _classify(cls: type) -> _Kind:
    """What a type is, told by the names of its bases: no library is imported to ask."""
    bases = {(str(base.__module__).partition(".")[0], base.__name__) for base in cls.__mro__}
    own = (str(cls.__module__).partition(".")[0], cls.__name__)
    if own in _IMMUTABLE_ELSEWHERE or _is_numpy_scalar(bases):
        IMMUTABLE.add(cls)
        return "immutable"
    if ("numpy", "ndarray") in bases:
        return "array"
    if bases & _FRAMES:
        return "frame"
    if any(package in _ASSIGNED_PACKAGES for package, _ in bases) or ("polars", "LazyFrame") in bases:
        return "assigned"
    # As in Kedro: what calls itself a DataFrame and is none of the above belongs to some engine.
    if cls.__name__ == "DataFrame" and ("polars", "DataFrame") not in bases:
        return "assigned"
    return "other"


_kind: Callable[[type], _Kind] = functools.lru_cache(maxsize=1024)(_classify)


def _is_numpy_scalar(bases: set[tuple[str, str]]) -> bool:
    # A `void` is a record, and its fields can be set.
    return ("numpy", "generic") in bases and ("numpy", "void") not in bases


def _copy_deep(value: Any, memo: dict[int, Any]) -> Any:
    """`copy.deepcopy`, but quick over builtin containers and sparing with frames wherever they are nested."""
    cls = type(value)
    if cls in IMMUTABLE:
        return value
    if id(value) in memo:
        return memo[id(value)]
    copier = _CONTAINERS.get(cls)
    if copier is not None:
        return copier(value, memo)
    kind = _kind(cls)
    if kind in ("immutable", "assigned"):
        return value
    if kind == "frame":
        fresh = _copy_frame(value)
    elif kind == "array" and not value.dtype.hasobject:
        fresh = value.copy()
    else:
        return copy.deepcopy(value, memo)
    memo[id(value)] = fresh
    return fresh


def _copy_list(value: list[Any], memo: dict[int, Any]) -> list[Any]:
    if IMMUTABLE.issuperset(map(type, value)):
        memo[id(value)] = fresh = value.copy()
        return fresh
    memo[id(value)] = fresh = []
    fresh.extend(_copy_deep(item, memo) for item in value)
    return fresh


def _copy_dict(value: dict[Any, Any], memo: dict[int, Any]) -> dict[Any, Any]:
    if IMMUTABLE.issuperset(map(type, value.values())) and IMMUTABLE.issuperset(map(type, value)):
        memo[id(value)] = fresh = value.copy()
        return fresh
    memo[id(value)] = fresh = {}
    for key, item in value.items():
        fresh[_copy_deep(key, memo)] = _copy_deep(item, memo)
    return fresh


def _copy_set(value: set[Any], memo: dict[int, Any]) -> set[Any]:
    memo[id(value)] = fresh = {_copy_deep(item, memo) for item in value}
    return fresh


def _copy_tuple(value: tuple[Any, ...], memo: dict[int, Any]) -> tuple[Any, ...]:
    if IMMUTABLE.issuperset(map(type, value)):
        return value
    fresh = tuple([_copy_deep(item, memo) for item in value])
    if id(value) in memo:  # the tuple holds a list that holds the tuple
        return memo[id(value)]  # type: ignore[no-any-return]
    if all(new is old for new, old in zip(fresh, value, strict=True)):
        return value
    memo[id(value)] = fresh
    return fresh


def _copy_frozenset(value: frozenset[Any], memo: dict[int, Any]) -> frozenset[Any]:
    if IMMUTABLE.issuperset(map(type, value)):
        return value
    return frozenset(_copy_deep(item, memo) for item in value)


_CONTAINERS: dict[type, Any] = {
    list: _copy_list,
    dict: _copy_dict,
    set: _copy_set,
    tuple: _copy_tuple,
    frozenset: _copy_frozenset,
}


def _copy_frame(frame: Any) -> Any:
    """A copy of a pandas DataFrame or Series, without its data where pandas copies on write."""
    fresh = frame.copy(deep=not _copies_on_write())
    if frame.ndim == 1:
        if frame.dtype != "object" or not _holds_objects(frame):
            return fresh
        return type(frame)(_copy_cells(frame), index=frame.index, dtype=object).__finalize__(frame)
    for position, dtype in enumerate(frame.dtypes.to_numpy()):
        if dtype == "object" and _holds_objects(column := frame.iloc[:, position]):
            fresh.isetitem(position, _copy_cells(column))
    return fresh


def _copies_on_write() -> bool:
    pandas = sys.modules["pandas"]
    if int(pandas.__version__.partition(".")[0]) >= 3:  # noqa: PLR2004 - pandas 3 always copies on write
        return True
    return pandas.options.mode.copy_on_write is True


def _holds_objects(column: Any) -> bool:
    """Whether cells may hold objects that can change (lists, say), which pandas itself never copies."""
    kind: str = sys.modules["pandas"].api.types.infer_dtype(column, skipna=True)
    return kind.startswith("mixed")


def _copy_cells(column: Any) -> Any:
    memo: dict[int, Any] = {}
    cells = column.to_numpy(dtype=object, copy=True)
    for position, cell in enumerate(cells):
        cells[position] = _copy_deep(cell, memo)
    return cells
