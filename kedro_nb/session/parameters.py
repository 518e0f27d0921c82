"""Parameters: merged, and put into a catalog as `parameters` and `params:...`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kedro_nb.io import MemoryDataset
from kedro_nb.session.naming import unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_nb.pipeline import Pipeline

PREFIX = "params:"
WHOLE = "parameters"


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
    for name in sorted(pipeline.inputs()):
        if name.startswith(PREFIX) and name not in catalog:
            key = name.removeprefix(PREFIX)
            known = [each.removeprefix(PREFIX) for each in catalog if each.startswith(PREFIX)]
            advice = f"Set it in the parameters of the session, or for one run with --params={key}=VALUE."
            raise unknown("parameter", key, known, ", which the pipeline reads", advice)


class ParameterEntries:
    """What a session has put into a catalog for its parameters, so that it can take all of it out again."""

    def __init__(self) -> None:
        self._catalog: Any = None
        self._put: dict[str, tuple[MemoryDataset, Any]] = {}  # name -> ours, and what was there before

    def put(self, catalog: Any, parameters: Mapping[str, Any], *, even_if_empty: bool = False) -> None:
        """Have the catalog hold these parameters, and no others of this session."""
        self.remove()
        self._catalog = catalog
        known = set(catalog.keys())
        if not parameters and (WHOLE in known or not even_if_empty):
            return
        for name, value in entries(parameters).items():
            before = catalog[name] if name in known else None
            dataset = MemoryDataset(value)
            _replace(catalog, name, dataset)
            self._put[name] = dataset, before

    def remove(self) -> None:
        """Undo `put`, except for what somebody has replaced since."""
        put, self._put = self._put, {}
        for name, (dataset, before) in put.items():
            if self._catalog.get(name) is dataset:
                _replace(self._catalog, name, before)


def _replace(catalog: Any, name: str, dataset: Any) -> None:
    """Set or, with None, remove a dataset, without a word in the log."""
    if hasattr(catalog, "__delitem__") and name in catalog.keys():  # noqa: SIM118 - `in` is true for patterns
        del catalog[name]
    if dataset is not None:
        catalog[name] = dataset
