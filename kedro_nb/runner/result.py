"""What a run gives back."""

from __future__ import annotations

from array import array
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sized
from contextlib import suppress
from itertools import islice
from types import MappingProxyType
from typing import Any

from kedro_nb.io.marks import is_in_memory
from kedro_nb.io.memory import holds_data_plainly
from kedro_nb.masking import MASK, hides, mask_start, mask_text, remember_inputs

_LINE = 120  # characters of one value's description
_SLACK = 1_000  # bytes beyond that which may belong to a secret
_ITEMS = 12  # of a container
_BITS = 10_000  # of a number: Python takes very long to write out more, or refuses to

# The containers that are told by their first items. By their `__repr__`: a subclass may have one of its own.
_MAPPINGS: dict[Any, tuple[str, str]] = {
    dict.__repr__: ("{", "}"),
    UserDict.__repr__: ("{", "}"),
    OrderedDict.__repr__: ("OrderedDict({", "})"),
    defaultdict.__repr__: ("defaultdict({", "})"),
    Counter.__repr__: ("Counter({", "})"),
    MappingProxyType.__repr__: ("mappingproxy({", "})"),
}
_CONTAINERS: dict[Any, tuple[str, str]] = {
    list.__repr__: ("[", "]"),
    UserList.__repr__: ("[", "]"),
    tuple.__repr__: ("(", ")"),
    set.__repr__: ("{", "}"),
    frozenset.__repr__: ("frozenset({", "})"),
    deque.__repr__: ("deque([", "])"),
    array.__repr__: ("array([", "])"),
    ChainMap.__repr__: ("ChainMap(", ")"),
    type({}.keys()).__repr__: ("dict_keys([", "])"),
    type({}.values()).__repr__: ("dict_values([", "])"),
    type({}.items()).__repr__: ("dict_items([", "])"),
}


class RunResult(Mapping[str, Any]):
    """The pipeline's outputs: a mapping from each output's name to its dataset.

    Iterating gives the names, as Kedro's result does; `result["v"].load()` gives one output's data and
    `result.load()` all of them. Shown, it holds the data that lives in memory and the description of what is stored
    elsewhere; nothing is read from disk for that.
    """

    def __init__(self, datasets: Mapping[str, Any]) -> None:
        self._datasets = dict(datasets)

    def __getitem__(self, name: str) -> Any:
        return self._datasets[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._datasets)

    def __len__(self) -> int:
        return len(self._datasets)

    def load(self) -> dict[str, Any]:
        """Load every output: `{name: data}`."""
        return {name: dataset.load() for name, dataset in self._datasets.items()}

    def __repr__(self) -> str:
        shown = (f"{name!r}: {_describe(name, dataset)}" for name, dataset in self._datasets.items())
        return f"{{{', '.join(shown)}}}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002 - IPython's signature
        printer.text(repr(self))


def _describe(name: str, dataset: Any) -> str:
    """A dataset in one line: its data when that is in memory, else what it is."""
    if not is_in_memory(dataset):
        return mask_text(repr(dataset))
    try:
        data = dataset.peek() if holds_data_plainly(dataset) else dataset.load()
    except Exception:  # noqa: BLE001 - user code may raise anything
        return f"<{type(dataset).__name__} without data>"
    return describe_value(data, name)


def describe_value(value: Any, name: object = None) -> str:
    """A value in one short line: frames and arrays by their shape, everything else by its repr, cut short.

    It takes no longer for a large container than for a small one, and raises nothing but KeyboardInterrupt. Secrets
    are not shown.

    Args:
        value: anything.
        name: what it is called.
    """
    if hides(name, value):
        return MASK
    remember_inputs({"": value})
    try:
        text = ""
        for piece in _pieces(value, ()):
            text += piece
            if len(text) > _LINE:
                size = f" of {len(value)}" if isinstance(value, Sized) else ""
                return f"<{type(value).__name__}{size}> {mask_start(text, _LINE)}…"
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - user code may raise anything
        return f"<{type(value).__name__}>"
    return mask_text(text)


def _pieces(value: Any, outer: tuple[int, ...]) -> Iterator[str]:
    """The text of a value bit by bit, for a reader who stops when there is enough of it."""
    written: Any = type(value).__repr__
    brackets = _MAPPINGS.get(written) or _CONTAINERS.get(written)
    if brackets is None or not value:
        yield _leaf(value)
        return
    if id(value) in outer:
        yield "..."
        return
    outer = (*outer, id(value))
    yield brackets[0]
    items: Iterable[Any] = value.items() if written in _MAPPINGS else _parts(value)
    for position, item in enumerate(islice(items, _ITEMS + 1)):
        if position:
            yield ", "
        if position == _ITEMS:
            yield "..."
        elif written in _MAPPINGS:
            yield from _pieces(item[0], outer)
            yield ": "
            yield from (repr(MASK),) if hides(*item) else _pieces(item[1], outer)
        else:
            yield from _pieces(item, outer)
    yield f",{brackets[1]}" if written is tuple.__repr__ and len(value) == 1 else brackets[1]


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, ChainMap):
        return value.maps  # it puts all items into one dictionary before it gives the first
    if isinstance(value, set | frozenset) and len(value) <= _ITEMS:
        with suppress(TypeError):
            return sorted(value)  # the same text each time
    return value  # type: ignore[no-any-return]


def _leaf(value: Any) -> str:
    """The text of what is not a container; its start at least."""
    kind = type(value)
    try:
        if kind is str:
            text = repr(mask_start(value, _LINE + 1))
        elif kind in (bytes, bytearray):
            text = mask_start(repr(value[: _LINE + _SLACK]), _LINE + 1)
        elif kind is int and value.bit_length() > _BITS:
            return f"<int of {value.bit_length()} bits>"
        else:
            shape = getattr(value, "shape", None)
            if isinstance(shape, tuple) and shape and all(isinstance(size, int) for size in shape):
                return f"<{kind.__name__} {' × '.join(map(str, shape))}>"  # noqa: RUF001 - the sign for sizes
            text = mask_start(repr(value), 10 * _LINE)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - user code may raise anything
        return f"<{kind.__name__}>"
    return " ".join(text.split())
