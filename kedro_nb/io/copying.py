"""How data in memory is copied, so that what one node does to its input no other node sees."""

from __future__ import annotations

import copy
import copyreg
import functools
import sys
import types
import weakref
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any, Literal, get_args

from kedro_nb.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TCopyMode = Literal["deepcopy", "copy", "assign"]
COPY_MODES: tuple[str, ...] = get_args(TCopyMode)

# Types whose values nobody can change. `_kind` adds those of libraries that need not be imported to know them.
IMMUTABLE: set[type] = {
    *(type(None), bool, int, float, complex, str, bytes, range, type(...), type(NotImplemented), type),
    *(types.FunctionType, types.BuiltinFunctionType, types.ModuleType, types.CodeType, property),
    weakref.ref,
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
# Frames and tables that are lazy, distributed or immutable: a copy is impossible, useless or ruinous. To each top-level
# package the module that has its version, as a file of the user's may have the same name.
_ASSIGNED_PACKAGES = {
    **{name: name for name in ("pyspark", "ibis", "dask", "distributed", "pyarrow", "duckdb", "daft", "ray")},
    "snowflake": "snowflake.snowpark",
}
_Kind = Literal["immutable", "array", "frame", "number", "assigned", "other"]
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
            return _copy_frame(value, {})
        return value.copy() if hasattr(value, "copy") else copy.copy(value)
    if mode == "deepcopy":
        # pandas leaves out what is in the cells.
        return _copy_frame(value, {}) if _kind(type(value)) == "frame" else copy.deepcopy(value)
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


def is_plain(value: Any) -> bool:
    """Whether the value's pickle gives the same value again: data in builtin containers, arrays and frames.

    Objects of other classes say themselves what they pickle to: a table of a database may come out as another one.
    """
    waiting = [value]
    seen: set[int] = set()
    while waiting:
        item = waiting.pop()
        kind = type(item)
        if kind in IMMUTABLE or id(item) in seen:
            continue
        seen.add(id(item))
        if kind in (list, tuple, set, frozenset):
            if not IMMUTABLE.issuperset(map(type, item)):
                waiting.extend(item)
        elif kind is dict:
            waiting.extend(item)
            waiting.extend(item.values())
        elif kind is not bytearray and not _is_plain_leaf(item, kind):
            return False
    return True


def _is_plain_leaf(value: Any, cls: type) -> bool:
    kind = _kind(cls)
    own = str(cls.__module__).partition(".")[0] in {"numpy", "pandas"}
    if kind == "array":
        return own and not value.dtype.hasobject
    if kind == "frame":
        dtypes = [value.dtype] if value.ndim == 1 else value.dtypes.to_numpy()
        columns = [
            value if value.ndim == 1 else value.iloc[:, i] for i, d in enumerate(dtypes) if d == "object"
        ]
        return own and not any(holds_mutable(column) for column in columns)
    return kind == "immutable"


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
    is_number = _is_numpy_scalar(bases)
    if own in _IMMUTABLE_ELSEWHERE or is_number:
        if is_number and own[0] != "numpy":  # somebody's subclass, which may add attributes
            return "number"
        IMMUTABLE.add(cls)
        return "immutable"
    if ("numpy", "ndarray") in bases:
        return "array"
    if bases & _FRAMES:
        return "frame"
    lazy = any(_is_assigned(package) for package, _ in bases) or ("polars", "LazyFrame") in bases
    # As in Kedro: what calls itself a DataFrame and is none of the above belongs to some engine.
    if lazy or (cls.__name__ == "DataFrame" and ("polars", "DataFrame") not in bases):
        return "assigned"
    return "other"


_kind: Callable[[type], _Kind] = functools.lru_cache(maxsize=1024)(_classify)


def _is_assigned(package: str) -> bool:
    module = sys.modules.get(_ASSIGNED_PACKAGES.get(package, ""))
    return hasattr(module, "__path__") and hasattr(module, "__version__")


def is_frame(value: Any) -> bool:
    """Whether it is a pandas DataFrame or Series."""
    return _kind(type(value)) == "frame"


def _is_numpy_scalar(bases: set[tuple[str, str]]) -> bool:
    # A `void` is a record, and its fields can be set.
    return ("numpy", "generic") in bases and ("numpy", "void") not in bases


def _copy_deep(value: Any, memo: dict[int, Any]) -> Any:
    """`copy.deepcopy`, but quick over builtin containers, and with the cells of frames wherever these are nested."""
    cls = type(value)
    if cls in IMMUTABLE:
        return value
    if id(value) in memo:
        return memo[id(value)]
    copier = _COPIERS.get(cls) or _COPIERS.get(kind := _kind(cls))
    if copier is not None:
        return copier(value, memo)
    if kind in ("immutable", "assigned"):
        return value
    # The types that have a way of their own go it; the rest is what `copy.deepcopy` does, with this copy inside.
    if isinstance(value, type) or hasattr(value, "__deepcopy__") or cls in copyreg.dispatch_table:
        return copy.deepcopy(value, memo)
    return _copy_object(value, memo)


def _copy_object(value: Any, memo: dict[int, Any]) -> Any:
    """A copy by way of what the object itself gives to be pickled."""
    reduced = value.__reduce_ex__(4)
    if isinstance(reduced, str):  # the name of a global
        return value
    # What is made on the way must live on: the memo knows everything by its id. This is where `copy` keeps it, too.
    alive = memo.setdefault(id(memo), [])
    alive.append(reduced)
    make, args, state, items, pairs = (*reduced, None, None, None)[:5]
    memo[id(value)] = fresh = make(*[_copy_deep(arg, memo) for arg in args])
    if state is not None:
        _set_state(fresh, _copy_deep(state, memo))
    for item in items or ():
        alive.append(item)
        fresh.append(_copy_deep(item, memo))
    for pair in pairs or ():
        alive.append(pair)
        fresh[_copy_deep(pair[0], memo)] = _copy_deep(pair[1], memo)
    return fresh


def _set_state(fresh: Any, state: Any) -> None:
    if hasattr(fresh, "__setstate__"):
        fresh.__setstate__(state)
        return
    attributes, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)  # noqa: PLR2004 - see pickle
    if attributes:
        fresh.__dict__.update(attributes)
    for name, item in (slots or {}).items():
        setattr(fresh, name, item)


def _copy_method(value: types.MethodType, memo: dict[int, Any]) -> Any:
    return types.MethodType(value.__func__, _copy_deep(value.__self__, memo))


def _copy_array(value: Any, memo: dict[int, Any]) -> Any:
    exact = type(value) is sys.modules["numpy"].ndarray
    if value.dtype.hasobject and not (exact and value.dtype == object):
        return copy.deepcopy(value, memo)  # fields that are objects, say
    memo[id(value)] = fresh = value.copy()
    if value.dtype.hasobject:
        _copy_cells(fresh.reshape(-1), memo)
    if not exact:
        _copy_attributes(value, fresh, getattr(value, "__dict__", ()), memo)
    return fresh


def _copy_number(value: Any, memo: dict[int, Any]) -> Any:
    """A copy of a number whose class adds attributes to NumPy's; NumPy itself never copies numbers."""
    base: Any = next(base for base in type(value).__mro__ if base.__module__ == "numpy")
    memo[id(value)] = fresh = base.__new__(type(value), value)
    if hasattr(value, "__dict__"):
        vars(fresh).update(_copy_deep(vars(value), memo))
    return fresh


def _copy_attributes(value: Any, fresh: Any, names: Iterable[str], memo: dict[int, Any]) -> None:
    """Copy those attributes of a subclass that its own `copy` has handed on as they are."""
    for name in names:
        item = vars(value).get(name)
        if type(item) not in IMMUTABLE and vars(fresh).get(name) is item:
            vars(fresh)[name] = _copy_deep(item, memo)


def _copy_list(value: list[Any], memo: dict[int, Any]) -> list[Any]:
    if IMMUTABLE.issuperset(map(type, value)):
        memo[id(value)] = fresh = value.copy()
        return fresh
    memo[id(value)] = fresh = []
    for item in value:  # a loop, as a generator would double the depth of the stack
        fresh.append(_copy_deep(item, memo))
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


def _copy_frame(frame: Any, memo: dict[int, Any]) -> Any:
    """A copy of a pandas DataFrame or Series with all its data.

    pandas' copy on write is not enough where someone else keeps the original: `frame["v"].array[0] = 1` and a NumPy
    array that the frame was made of go past it.
    """
    memo[id(frame)] = fresh = with_own_index(frame.copy(deep=True))
    _copy_attributes(frame, fresh, frame._metadata, memo)  # noqa: SLF001 - pandas' documented name, for subclasses
    if frame.ndim == 1:
        if frame.dtype != "object" or not holds_mutable(frame):
            return fresh
        cells = _copy_cells(frame.to_numpy(dtype=object, copy=True), memo)
        return type(frame)(cells, index=fresh.index, dtype=object).__finalize__(fresh)
    for position, dtype in enumerate(frame.dtypes.to_numpy()):
        if dtype == "object" and holds_mutable(column := frame.iloc[:, position]):
            fresh.isetitem(position, _copy_cells(column.to_numpy(dtype=object, copy=True), memo))
    return fresh


def with_own_index(fresh: Any) -> Any:
    """The frame, with a copy of its index: pandas shares that even between deep copies."""
    if type(fresh.index).__name__ != "RangeIndex":
        fresh.index = fresh.index.copy(deep=True)
    return fresh


def copies_on_write() -> bool:
    """Whether pandas does."""
    pandas = sys.modules["pandas"]
    if int(pandas.__version__.partition(".")[0]) >= 3:  # noqa: PLR2004 - pandas 3 always copies on write
        return True
    return pandas.options.mode.copy_on_write is True


def holds_mutable(cells: Iterable[Any]) -> bool:
    """Whether cells may hold objects that can change (lists, say), which pandas itself never copies."""
    kinds = set(map(type, cells)) - IMMUTABLE
    return any(_kind(kind) != "immutable" for kind in kinds)


def _copy_cells(cells: Any, memo: dict[int, Any]) -> Any:
    for position, cell in enumerate(cells):
        cells[position] = _copy_deep(cell, memo)
    return cells


_COPIERS: dict[type | _Kind, Any] = {
    list: _copy_list,
    dict: _copy_dict,
    set: _copy_set,
    tuple: _copy_tuple,
    frozenset: _copy_frozenset,
    types.MethodType: _copy_method,
    "array": _copy_array,
    "frame": _copy_frame,
    "number": _copy_number,
}
