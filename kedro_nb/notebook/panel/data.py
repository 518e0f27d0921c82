"""The datasets as a panel shows them: where each lives, what is in it, and what the last runs had in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_nb.errors import DatasetError, RequestError, did_you_mean
from kedro_nb.io.marks import is_in_memory
from kedro_nb.io.memory import holds_data_plainly
from kedro_nb.io.types import resolve_type
from kedro_nb.masking import error_text
from kedro_nb.notebook.arguments import identifier
from kedro_nb.notebook.catalog_table import CatalogRow, catalog_row, stored_bytes
from kedro_nb.notebook.panel.previews import preview
from kedro_nb.pipeline.parameters import is_parameter
from kedro_nb.session.data import refresh, save_anew
from kedro_nb.session.display import bytes_text
from kedro_nb.session.history import PastRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kedro_nb.pipeline import Pipeline
    from kedro_nb.session import Run, Session

_MOST_RUNS = 50
_MOST_ROWS = 500
_OWN = frozenset({"In", "Out", "exit", "quit", "get_ipython", "open"})  # IPython's own variables
_LARGE = 20_000_000  # bytes of a file that is not loaded unless somebody asks for it


class LastSeen:
    """What runs have measured of data that is not kept after them: the latest of each dataset, in words."""

    def __init__(self) -> None:
        self._read = 0
        self._words: dict[str, str] = {}

    def words(self, session: Session) -> dict[str, str]:
        """By dataset. Of runs that are over, each is read once."""
        history, waits = session.history, False
        for run in list(history)[-_MOST_RUNS:]:
            number = history.number(run)
            if number <= self._read:
                continue
            for name, words in _measured(run):
                self._words[name] = f"{words} in run {number}"
            waits = waits or run.state in {"waiting", "running"}
            if not waits:
                self._read = number
        return self._words


def _measured(run: Run | PastRun) -> Iterator[tuple[str, str]]:
    if isinstance(run, PastRun):
        for each in run.record["datasets"]:
            if found := each.get("measured"):
                yield each["name"], _in_words(found["type"], found.get("shape") or (), found.get("bytes"))
    else:
        for name, measured in list(run.progress.data.items()):
            yield name, _in_words(measured.type, measured.shape, measured.bytes)


def _in_words(kind: str, shape: Iterable[int], size: int | None) -> str:
    many = " × ".join(f"{length:,}" for length in shape)  # noqa: RUF001 - the sign for sizes
    return ", ".join(filter(None, (f"{kind} {many}".strip(), "" if size is None else bytes_text(size))))


def datasets(session: Session, pipeline: Pipeline | None, last: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every dataset of the catalog and of the pipeline. Nothing is loaded, and nothing asks another machine."""
    catalog = session.catalog
    names = {name for name in catalog.keys() if not is_parameter(name)}  # noqa: SIM118 - a catalog's own
    between = {name for name in pipeline.datasets() if not is_parameter(name)} - names if pipeline else set()
    return [
        {
            "name": row.name,
            "type": row.type,
            "where": row.where,
            "data": row.data,
            "size": row.size,
            "last": last.get(row.name, "") if row.data == "no" else "",
        }
        for row in _rows(names, between, pipeline, catalog)
    ]


def _rows(
    names: set[str], between: set[str], pipeline: Pipeline | None, catalog: Any
) -> Iterator[CatalogRow]:
    """A row for each dataset, by name; of very many those of the pipeline, some others, and how many are left out."""
    shown = sorted(names | between)
    if left_out := max(len(shown) - _MOST_ROWS, 0):
        own = pipeline.datasets() if pipeline else ()
        shown = sorted(sorted(shown, key=lambda name: name not in own)[:_MOST_ROWS])
    yield from (_row(name, catalog, made=name in names) for name in shown)
    if left_out:
        yield CatalogRow(f"… and {left_out:,} more", "", "%kedro_catalog REGEX lists those whose names fit")


def _row(name: str, catalog: Any, *, made: bool) -> CatalogRow:
    if made:
        try:
            return catalog_row(name, catalog, asks=False)
        except Exception as error:  # noqa: BLE001 - a dataset of the user's must not hide the others
            return CatalogRow(name, "?", f"{type(error).__name__}: {error_text(error)}")
    try:
        kind = catalog.get_type(name) if hasattr(catalog, "get_type") else None
    except DatasetError as error:  # a pattern does not take this name
        return CatalogRow(name, "?", error_text(error))
    if kind is None and name not in catalog:  # a run makes one in memory
        return CatalogRow(name, "MemoryDataset", "memory", "no")
    short = (kind or "").rpartition(".")[2]
    if kind is not None and _is_in_memory(kind):
        return CatalogRow(name, short, "memory", "no")
    return CatalogRow(name, short, "by a pattern")


def _is_in_memory(kind: str) -> bool:
    """Whether datasets of a class, given by its dotted name, are marked as in memory."""
    try:
        return is_in_memory(resolve_type(kind))
    except Exception:  # noqa: BLE001 - the user's module may raise anything when it is imported
        return False


def look(session: Session, name: str, last: Mapping[str, str], *, asked: bool) -> dict[str, Any]:
    """What to show of a dataset. What is large or far away is loaded only when that is asked for."""
    catalog = session.catalog
    if name not in catalog.keys():  # noqa: SIM118 - `in` is true for patterns
        return _nothing(last.get(name, ""))
    row = catalog_row(name, catalog, asks=False)
    if row.data == "no":
        return _nothing(last.get(name, ""))
    refresh(catalog, [name])
    dataset = catalog[name]
    if is_in_memory(dataset):  # without the copy that a node would get, where that is the same
        return preview(dataset.peek() if holds_data_plainly(dataset) else catalog.load(name))
    size = stored_bytes(dataset)
    if not asked and (row.data != "yes" or size is None or size > _LARGE):
        why = row.size or "not looked at, as that may take long"
        return {"facts": [row.where, why], "html": "", "ask": "Look at it"}
    if asked and row.data != "yes" and not catalog.exists(name):
        return _nothing(last.get(name, ""))
    return preview(catalog.load(name))


def _nothing(last: str) -> dict[str, Any]:
    if not last:
        return {"facts": ["no data yet"], "html": ""}
    advice = "A catalog entry that stores it keeps it: %%kedro_catalog"
    return {"facts": [f"not kept: {last}"], "html": "", "advice": advice}


def variable_names(variables: Mapping[str, Any]) -> list[str]:
    """The notebook's variables that hold data."""
    import types

    others = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, type)
    return sorted(
        name
        for name, value in list(variables.items())
        if not name.startswith("_")
        and name not in _OWN
        and not isinstance(value, others)
        and not type(value).__module__.startswith("kedro_nb.")
    )


def variable_for(dataset: str, variable: str, variables: Mapping[str, Any]) -> str:
    """The variable that a dataset is loaded into.

    Args:
        dataset: its name, which gives the variable's where that is empty.
        variable: the name that was asked for.
        variables: those of the notebook.

    Raises:
        RequestError: there can be no such variable, or it holds something other than data.
    """
    import builtins
    from keyword import iskeyword
    from unicodedata import normalize

    reserved = _OWN.union(dir(builtins))
    name = normalize("NFKC", variable.strip())  # as Python reads names
    if not name:
        name = normalize("NFKC", identifier(dataset))
        name = f"data{name}" if name.startswith("_") else f"{name}_" if name in reserved else name
    # Names that begin with an underscore are Python's and IPython's.
    if not name.isidentifier() or iskeyword(name) or name.startswith("_") or name in reserved:
        raise RequestError(f"'{name:.80}' cannot be the name of a variable for data. Choose another one.")
    if name in variables and name not in variable_names(variables):
        kind = type(variables[name]).__name__
        raise RequestError(f"The variable '{name}' holds a '{kind}', and not data. Choose another name.")
    return name


def save_variable(session: Session, dataset: str, variable: str, variables: Mapping[str, Any]) -> None:
    """Save what a variable holds.

    Raises:
        RequestError: there is no such variable, or the name is a parameter's.
    """
    if variable not in variables:
        known = variable_names(variables)
        raise RequestError(f"There is no variable '{variable}'{did_you_mean(variable, known)}.")
    if is_parameter(dataset):
        raise RequestError(f"'{dataset}' is a parameter: set it among the parameters.")
    save_anew(session.catalog, dataset, variables[variable])
