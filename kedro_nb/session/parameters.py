"""Parameters: merged, and put into a catalog as `parameters` and `params:...`."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from kedro_nb.errors import did_you_mean
from kedro_nb.io import MemoryDataset
from kedro_nb.io.marks import is_in_memory
from kedro_nb.pipeline.parameters import PREFIX, WHOLE
from kedro_nb.session.naming import unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kedro_nb.pipeline import Pipeline

_MOST_WARNINGS = 5
_DEEPEST = 100  # dots in the name of a parameter


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid over `base`, mapping by mapping. Neither is changed."""
    merged = dict(base)
    for key, value in over.items():
        before = merged.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            merged[key] = merge(before, value)
        else:
            merged[key] = value
    return merged


def entries(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Every dataset name that stands for parameters, with its value: the whole, and each nested key."""
    return {WHOLE: dict(parameters), **dict(_nested(PREFIX, parameters))}


def _nested(prefix: str, parameters: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in parameters.items():
        yield f"{prefix}{key}", value
        if isinstance(value, Mapping):
            yield from _nested(f"{prefix}{key}.", value)


def check_parameters(pipeline: Pipeline, catalog: Any) -> None:
    """Tell at once which parameter is missing, and where parameters are set.

    Raises:
        RequestError: the pipeline reads a parameter that nobody has set.
    """
    declared = set(catalog.keys())  # and not what a pattern would make of it
    for name in sorted(pipeline.inputs()):
        if name.startswith(PREFIX) and name not in declared:
            key = name.removeprefix(PREFIX)
            known = [each.removeprefix(PREFIX) for each in declared if each.startswith(PREFIX)]
            advice = (
                "Set it in the parameters of the session (%%kedro_params in a notebook), or for one run with "
                f"--params={key}=VALUE."
            )
            raise unknown("parameter", key, sorted(known), ", which the pipeline reads", advice)


def warn_of_unread(params: Mapping[str, Any], session: Mapping[str, Any], pipeline: Pipeline) -> None:
    """Warn of parameters for one run that are neither set in the session nor read: most likely misspelt."""
    read = {name.removeprefix(PREFIX) for name in pipeline.inputs() if name.startswith(PREFIX)}
    if WHOLE in pipeline.inputs():
        return
    known = read | {name.removeprefix(PREFIX) for name, _ in _nested(PREFIX, session)}
    leaves = (
        name.removeprefix(PREFIX) for name, value in _nested(PREFIX, params) if not isinstance(value, Mapping)
    )
    unread = [key for key in leaves if known.isdisjoint(_with_those_above(key))]
    for key in unread[:_MOST_WARNINGS]:
        warnings.warn(
            f"No node of this run reads the parameter '{key}'{did_you_mean(key, known)}.",
            UserWarning,
            stacklevel=2,
        )
    if (more := len(unread) - _MOST_WARNINGS) > 0:
        warnings.warn(
            f"No node of this run reads {more:,} more of its parameters.", UserWarning, stacklevel=2
        )


def _with_those_above(key: str) -> Iterator[str]:
    """`a`, `a.b` and `a.b.c` of `a.b.c`."""
    parts = key.split(".", _DEEPEST)
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


# Entries of all sessions and runs, by id.
_put_by_somebody: WeakValueDictionary[int, Any] = WeakValueDictionary()


class ParameterEntries:
    """What a session or a run has put into a catalog for parameters, so that it can take all of it out again."""

    def __init__(self) -> None:
        self._catalog: Any = None
        self._lock = threading.RLock()  # runs end on threads of their own
        self._put: dict[str, tuple[Any, Any]] = {}  # name -> ours, and what the user had there before

    def put(self, catalog: Any, parameters: Mapping[str, Any], *, even_if_empty: bool = False) -> None:
        """Have the catalog hold these parameters, and no others of this session."""
        with self._lock:
            self.remove()
            self._catalog = catalog
            known = set(catalog.keys())
            for name, dataset in _datasets(known, parameters, even_if_empty=even_if_empty).items():
                before = catalog[name] if name in known else None
                if _put_by_somebody.get(id(before)) is before:
                    before = None  # another session's, which puts its own again when it needs them
                ours = _replace(catalog, name, dataset, there=name in known)
                _put_by_somebody[id(ours)] = ours
                self._put[name] = ours, before

    def for_run(self, catalog: Any, parameters: Mapping[str, Any], *, even_if_empty: bool) -> dict[str, Any]:
        """What a run with these parameters has in place of what was put; None: nothing."""
        with self._lock:
            hidden = {
                name: before
                for name, (dataset, before) in self._put.items()
                if catalog is self._catalog and catalog.get(name) is dataset
            }
        known = set(catalog.keys()) - {name for name, before in hidden.items() if before is None}
        return {**hidden, **_datasets(known, parameters, even_if_empty=even_if_empty)}

    def remove(self) -> None:
        """Undo `put`, except for what somebody has replaced since."""
        with self._lock:
            put, self._put = self._put, {}
            for name, (dataset, before) in put.items():
                if self._catalog.get(name) is dataset:
                    _replace(self._catalog, name, before, there=True)


def _datasets(
    known: Collection[str], parameters: Mapping[str, Any], *, even_if_empty: bool
) -> dict[str, MemoryDataset]:
    if not parameters and (WHOLE in known or not even_if_empty):
        return {}
    return {name: MemoryDataset(value) for name, value in entries(parameters).items()}


def _replace(catalog: Any, name: str, dataset: Any, *, there: bool) -> Any:
    """Set or, with None, remove a dataset, without a word in the log; gives what the catalog holds then.

    Args:
        catalog: to change.
        name: of the dataset.
        dataset: the new one.
        there: the catalog has an entry of this name, and not only a pattern.
    """
    if there:
        _remove(catalog, name)
    if dataset is None:
        return None
    catalog[name] = dataset
    held = catalog.get(name)
    if held is dataset or not is_in_memory(dataset):
        return dataset
    # A catalog that takes our dataset for data, as Kedro's does, makes a dataset of its own of the value.
    _remove(catalog, name)
    catalog[name] = dataset.load()
    return catalog.get(name)


def _remove(catalog: Any, name: str) -> None:
    if hasattr(catalog, "__delitem__"):
        del catalog[name]
        return
    for kind in ("_datasets", "_lazy_datasets"):  # Kedro's has no other way
        held = getattr(catalog, kind, None)
        if isinstance(held, dict):
            held.pop(name, None)
