"""What the notebook's own variables bring to a run: pipelines, runners, catalogs."""

from __future__ import annotations

from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import RequestError, did_you_mean
from kedro_nb.pipeline import Pipeline
from kedro_nb.pipeline.parameters import is_parameter
from kedro_nb.session.core import is_catalog
from kedro_nb.session.runners import is_runner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def pipelines_in(namespace: Mapping[str, Any]) -> dict[str, Pipeline]:
    """The pipelines by variable name."""
    return {name: value for name, value in _variables(namespace) if isinstance(value, Pipeline)}


def runners_in(namespace: Mapping[str, Any]) -> dict[str, type]:
    """The runner classes by variable name."""
    return {name: value for name, value in _variables(namespace) if is_runner(value)}


def catalogs_in(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The catalogs by variable name."""
    return {name: value for name, value in _variables(namespace) if is_catalog(value)}


def catalog_named(name: str, namespace: Mapping[str, Any]) -> Any:
    """The catalog that a variable holds."""
    known = catalogs_in(namespace)
    if name in known:
        return known[name]
    if name in namespace:
        raise RequestError(f"'{name}' is a {type(namespace[name]).__name__}, and not a catalog (--catalog).")
    raise RequestError(
        f"There is no variable '{name}' in the notebook (--catalog){did_you_mean(name, known)}."
    )


def catalog_with_inputs(pipeline: Pipeline, catalog: Any, namespace: Mapping[str, Any]) -> str | None:
    """The variable whose catalog holds all inputs; None where there is none, or `catalog` holds them too."""
    inputs = [name for name in pipeline.inputs() if not is_parameter(name)]  # a session brings those along
    if _holds(catalog, inputs):
        return None
    return next((name for name, other in catalogs_in(namespace).items() if _holds(other, inputs)), None)


def variables_with_inputs(pipeline: Pipeline, catalog: Any, namespace: Mapping[str, Any]) -> list[str]:
    """The inputs without data for which a variable of the same name may hold it."""
    data = dict(_variables(namespace))
    names = (name for name in sorted(pipeline.inputs()) if not is_parameter(name) and name in data)
    return [
        name
        for name in names
        if not isinstance(data[name], ModuleType | FunctionType | type) and not _holds(catalog, [name])
    ]


def _holds(catalog: Any, names: Iterable[str]) -> bool:
    try:
        return all(name in catalog and catalog.exists(name) for name in names)
    except Exception:  # noqa: BLE001 - a catalog of the user's may raise anything
        return False


def _variables(namespace: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What the user has named; IPython's own record of results begins with an underscore."""
    return ((name, value) for name, value in list(namespace.items()) if not name.startswith("_"))
