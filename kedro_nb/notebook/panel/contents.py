"""What a panel has to offer: the contents of a session and of the notebook, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_nb.errors import RequestError, did_you_mean
from kedro_nb.notebook.arguments import identifier
from kedro_nb.notebook.catalog_table import catalog_row, is_parameter
from kedro_nb.notebook.panel.fields import argument_fields, parameter_fields
from kedro_nb.notebook.workspace import pipelines_in, runners_in
from kedro_nb.session.history import record_of
from kedro_nb.session.runners import built_in_runners, offered_runners
from kedro_nb.session.selection import selectable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_nb.pipeline import Pipeline
    from kedro_nb.session import Session

_MOST_RUNS = 50


def pipeline_names(session: Session, variables: Mapping[str, Any]) -> list[str]:
    """Registered ones first."""
    return list(dict.fromkeys([*session.pipelines, *pipelines_in(variables)]))


def runners(session: Session, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every runner with the arguments that a form can give it; one that cannot be imported says why."""
    found = {**offered_runners(), **built_in_runners(), **runners_in(variables), **session.runners}
    listed = []
    for name, runner in sorted(found.items(), key=lambda item: (item[0] not in built_in_runners(), item[0])):
        entry: dict[str, Any] = {"name": name, "title": "", "arguments": [], "is_async": False}
        if isinstance(runner, type):
            import inspect

            entry["title"] = (inspect.getdoc(runner) or "").partition("\n\n")[0].replace("\n", " ")
            entry["arguments"] = argument_fields(runner)
            entry["is_async"] = "is_async" in inspect.signature(runner).parameters
        else:
            entry["problem"] = str(runner)
        listed.append(entry)
    return listed


def names_in(pipeline: Pipeline) -> dict[str, list[str]]:
    """What the lists of a slice offer."""
    outputs = {name for node in pipeline.nodes for name in node.outputs}
    inputs = {name for node in pipeline.nodes for name in node.inputs if not is_parameter(name)}
    return {
        "nodes": [node.name for node in pipeline.nodes],
        "tags": sorted(selectable(pipeline, "tag")),
        "namespaces": sorted(selectable(pipeline, "namespace")),
        "inputs": sorted(inputs),
        "outputs": sorted(outputs),
    }


def fields(session: Session, changed: Mapping[str, Any], pipeline: Pipeline | None) -> list[dict[str, Any]]:
    """The form of the parameters; those that the pipeline reads are marked."""
    read = {name.removeprefix("params:") for name in pipeline.inputs()} if pipeline else set()
    whole = "parameters" in read
    return [
        {**field, "read": whole or any(_within(field["key"], name) for name in read)}
        for field in parameter_fields(session.parameters, changed)
    ]


def _within(key: str, name: str) -> bool:
    return key == name or key.startswith(f"{name}.") or name.startswith(f"{key}.")


def datasets(session: Session) -> list[dict[str, Any]]:
    """Every dataset with where it lives, how large it is, and whether it holds data."""
    catalog = session.catalog
    rows = [catalog_row(name, catalog) for name in sorted(catalog.keys()) if not is_parameter(name)]
    return [
        {"name": row.name, "type": row.type, "where": row.where, "data": row.data, "size": row.size}
        for row in rows
    ]


def variable_names(variables: Mapping[str, Any]) -> list[str]:
    """The notebook's variables that hold data."""
    import types

    others = (types.ModuleType, types.FunctionType, types.MethodType, type)
    own = {"In", "Out", "exit", "quit", "get_ipython", "open"}
    return sorted(
        name
        for name, value in list(variables.items())
        if not name.startswith("_") and name not in own and not isinstance(value, others)
    )


def runs(session: Session) -> list[dict[str, Any]]:
    """The last runs, the newest first."""
    history = session.history
    listed = []
    for run in list(history)[-_MOST_RUNS:][::-1]:
        record = record_of(run)
        ended, started = record.get("ended"), record.get("started")
        listed.append(
            {
                "number": history.number(run),
                "state": record["state"],
                "command": record.get("command") or "",
                "runner": record.get("runner") or "",
                "seconds": ended - started if ended and started else None,
                "nodes": len(record["nodes"]),
            }
        )
    return listed


def variable_for(dataset: str, variable: str) -> str:
    """The variable that a dataset is loaded into.

    Raises:
        RequestError: that cannot be the name of one.
    """
    name = variable.strip() or identifier(dataset)
    if not name.isidentifier():
        raise RequestError(f"'{name}' cannot be the name of a variable.")
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
    session.catalog.get(dataset, fallback_to_runtime_pattern=True)
    session.catalog.save(dataset, variables[variable])


def parsed(key: str, text: str) -> Any:
    """A value as it is written in YAML.

    Raises:
        RequestError: it cannot be read.
    """
    from kedro_nb.session.text import load_yaml

    return load_yaml(text, f"Parameter '{key}'")
