"""What a run gives back."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping
from typing import Any

_LINE = 120  # characters of one value's description

_short = reprlib.Repr()
_short.maxstring = _short.maxother = _LINE
_short.maxlist = _short.maxdict = _short.maxtuple = _short.maxset = 12


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
        shown = (f"{name!r}: {_describe(dataset)}" for name, dataset in self._datasets.items())
        return f"{{{', '.join(shown)}}}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002 - IPython's signature
        printer.text(repr(self))


def _describe(dataset: Any) -> str:
    """A dataset in one line: its data when that is in memory, else what it is."""
    if not getattr(dataset, "_EPHEMERAL", False):
        return repr(dataset)
    try:
        data = dataset.borrow() if hasattr(dataset, "borrow") else dataset.load()
    except Exception:  # noqa: BLE001 - user code may raise anything
        return f"<{type(dataset).__name__} without data>"
    return describe_value(data)


def describe_value(value: Any) -> str:
    """A value in one short line: frames and arrays by their shape, everything else by its repr, cut short."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape and all(isinstance(size, int) for size in shape):
        return f"<{type(value).__name__} {' × '.join(map(str, shape))}>"  # noqa: RUF001 - the sign for sizes
    try:
        # reprlib looks at the first few items only, so a large container costs no more than a small one.
        text = _short.repr(value) if isinstance(value, str | list | dict | tuple | set) else repr(value)
    except Exception:  # noqa: BLE001 - user code may raise anything
        return f"<{type(value).__name__}>"
    text = " ".join(text.split())
    if len(text) <= _LINE:
        return text
    size = f" of {len(value)}" if isinstance(value, list | dict | tuple | set) else ""
    return f"<{type(value).__name__}{size}> {text[:_LINE]}…"
