"""What a catalog holds, as a table: nothing is loaded, and nothing asks another machine."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_nb.io.marks import is_in_memory
from kedro_nb.io.memory import holds_data_plainly
from kedro_nb.masking import mask_text, mask_value
from kedro_nb.notebook.tables import Table
from kedro_nb.pipeline.parameters import PREFIX, is_parameter
from kedro_nb.session.data import fresh
from kedro_nb.session.display import bytes_text, count_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 60
_LONGEST_NAME = 200
_MOST_ROWS = 100
_LOCAL = ("file", "local", "memory")  # protocols of file systems that answer at once


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """One dataset.

    Args:
        name: in the catalog.
        type: as a catalog entry says it.
        where: "memory", a path, or what else the dataset tells of itself.
        data: "yes", "no", or "" where finding out would mean asking another machine.
        size: shape, number of items, or bytes.
    """

    name: str
    type: str
    where: str
    data: str = ""
    size: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", mask_text(self.where))

    @property
    def cells(self) -> tuple[str, ...]:
        name = self.name if len(self.name) <= _LONGEST_NAME else f"{self.name[:_LONGEST_NAME]}…"
        return (name, self.type, self.where, self.data, self.size)


class CatalogTable(Table[CatalogRow]):
    """The datasets of a catalog, one in a row."""

    headings = ("name", "type", "where", "data", "size")

    def _cells(self, row: CatalogRow) -> tuple[str, ...]:
        return row.cells


def catalog_table(catalog: Any, regex: str = "") -> CatalogTable:
    """The table of the datasets whose names fit `regex`; parameters only where it asks for them."""
    import re

    from kedro_nb.errors import RequestError

    try:
        fits = re.compile(regex).search
    except re.error as error:
        raise RequestError(f"{regex!r} is not a regular expression: {error}") from None
    names = sorted(name for name in catalog if fits(name))
    shown = [name for name in names if regex or not is_parameter(name)]
    patterns = getattr(catalog.config_resolver, "patterns", {})
    rows = [catalog_row(name, catalog) for name in shown[:_MOST_ROWS]]
    rows += [_pattern_row(name, entry) for name, entry in patterns.items() if fits(name)][:_MOST_ROWS]
    hidden = sum(name.startswith(PREFIX) for name in names) if not regex else 0
    if not rows:
        note = (
            f"No dataset's name fits {regex!r}."
            if regex
            else "The catalog is empty: %kedro_save NAME EXPRESSION"
        )
    else:
        note = "\n".join(_left_out(len(shown) - _MOST_ROWS, hidden))
    return CatalogTable(rows, note)


def _left_out(more: int, parameters: int) -> Iterator[str]:
    if more > 0:
        yield f"and {count_text(more, 'more dataset')}: %kedro_catalog REGEX shows those whose names fit"
    if parameters:
        yield f"and {count_text(parameters, 'parameter')}: %kedro_params"


def catalog_row(name: str, catalog: Any, *, asks: bool = True) -> CatalogRow:
    """Look at one dataset; one that cannot be built is a row that says so.

    Args:
        name: in the catalog.
        catalog: where it is.
        asks: whether a dataset that is neither in memory nor a file is asked if it holds data, however it finds out.
    """
    try:
        dataset = fresh(catalog, name)
    except Exception as error:  # noqa: BLE001 - whatever a dataset's class raises must not hide the other rows
        reason = str(error).strip().splitlines()
        return CatalogRow(
            name, "?", _shortened(f"cannot be built: {reason[-1] if reason else type(error).__name__}")
        )
    shown = short_type(dataset)
    dataset = getattr(dataset, "_dataset", dataset)  # what a cache stands before
    if is_in_memory(dataset):
        return _memory_row(name, shown, dataset)
    path = getattr(dataset, "_filepath", None)
    if path is None:
        data = _holds_data(dataset) if asks else ""
        return CatalogRow(name, shown, _shortened(_described(dataset)), data)
    return _file_row(name, shown, dataset, str(path))


def short_type(dataset: Any) -> str:
    """The dataset's class as a catalog entry would name it."""
    module, name = type(dataset).__module__, type(dataset).__name__
    if module.startswith("kedro_datasets."):
        return f"{module.split('.')[1]}.{name}"
    return name


def _memory_row(name: str, shown: str, dataset: Any) -> CatalogRow:
    exists = bool(dataset.exists())
    size = data_size(dataset.peek()) if exists and holds_data_plainly(dataset) else ""
    return CatalogRow(name, shown, "memory", _yes(exists), size)


def data_size(value: Any) -> str:
    """150 × 5, 3 items, nothing for a single value."""  # noqa: RUF002 - the sign for sizes
    with contextlib.suppress(Exception):  # the user's objects may answer anything, or raise
        shape = getattr(value, "shape", None)
        if isinstance(shape, tuple) and shape:
            return " × ".join(map(str, shape))  # noqa: RUF001 - the same
        if isinstance(value, str | bytes):
            return count_text(len(value), "character" if isinstance(value, str) else "byte")
        if hasattr(value, "__len__") and not isinstance(value, type):
            return count_text(len(value), "item")
    return ""


def _file_row(name: str, shown: str, dataset: Any, path: str) -> CatalogRow:
    protocol = getattr(dataset, "_protocol", "file")
    if protocol not in _LOCAL:
        place = path if path.startswith(f"{protocol}:") else f"{protocol}://{path}"
        return CatalogRow(name, shown, place)
    where = f"{path} (versioned)" if getattr(dataset, "_version", None) else path
    data = _holds_data(dataset)
    size = _file_bytes(dataset, path) if data == "yes" else None
    return CatalogRow(name, shown, where, data, "" if size is None else bytes_text(size))


def stored_bytes(dataset: Any) -> int | None:
    """How large the file of a dataset is; None where it is no file, or not of this machine."""
    dataset = getattr(dataset, "_dataset", dataset)
    path = getattr(dataset, "_filepath", None)
    if path is None or getattr(dataset, "_protocol", "file") not in _LOCAL:
        return None
    return _file_bytes(dataset, str(path))


def _file_bytes(dataset: Any, path: str) -> int | None:
    with contextlib.suppress(Exception):  # a size is nice to have, and file systems differ
        if hasattr(dataset, "_get_load_path"):
            path = str(dataset._get_load_path())  # noqa: SLF001 - the protocol of versioned datasets
        info = dataset._fs.info(path)  # noqa: SLF001 - the protocol of file datasets
        if info.get("type") == "file":
            return int(info["size"])
    return None


def _pattern_row(pattern: str, entry: Any) -> CatalogRow:
    where = str(entry.get("filepath", "")) if isinstance(entry, dict) else ""
    return CatalogRow(pattern, str(entry.get("type", "")), f"{where} (pattern)".strip())


def _described(dataset: Any) -> str:
    with contextlib.suppress(Exception):  # the user's classes again
        told = dataset._describe()  # noqa: SLF001 - the protocol's name
        return ", ".join(f"{key}={value}" for key, value in mask_value(told).items() if value is not None)
    return ""


def _holds_data(dataset: Any) -> str:
    try:
        return _yes(bool(dataset.exists()))
    except Exception:  # noqa: BLE001 - the same
        return "?"


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _shortened(text: str) -> str:
    text = mask_text(" ".join(text.split()))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
