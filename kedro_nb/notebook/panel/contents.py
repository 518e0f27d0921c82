"""What a panel has to offer: the contents of a session and of the notebook, as plain data."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from kedro_nb.notebook.panel.fields import argument_fields, parameter_fields, takes_async
from kedro_nb.notebook.workspace import pipelines_in, runners_in
from kedro_nb.pipeline.parameters import PREFIX, WHOLE, is_parameter
from kedro_nb.session.history import record_of
from kedro_nb.session.runners import built_in_runners, offered_runners
from kedro_nb.session.selection import selectable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_nb.pipeline import Pipeline
    from kedro_nb.session import Run, Session

_MOST_RUNS = 50


def pipeline_names(session: Session, variables: Mapping[str, Any]) -> list[str]:
    """Registered ones first."""
    return list(dict.fromkeys([*session.pipelines, *pipelines_in(variables)]))


def known_runners(session: Session, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The classes by name; in place of one that cannot be imported, what is wrong with it."""
    found = {**offered_runners(), **built_in_runners(), **runners_in(variables), **session.runners}
    built_in = built_in_runners()
    return dict(sorted(found.items(), key=lambda item: (item[0] not in built_in, item[0])))


def runner_entry(name: str, runner: Any) -> dict[str, Any]:
    """What a list of runners tells of one."""
    if not isinstance(runner, type):
        return {"name": name, "title": "", "is_async": False, "problem": str(runner)}
    title = (inspect.getdoc(runner) or "").partition("\n\n")[0].replace("\n", " ")
    return {"name": name, "title": title, "is_async": takes_async(runner)}


def arguments(runner: Any, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The form of a runner's arguments."""
    return argument_fields(runner, given) if isinstance(runner, type) else []


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
    read = {name.removeprefix(PREFIX) for name in pipeline.inputs()} if pipeline else set()
    whole = WHOLE in read
    return [
        {**field, "read": whole or any(_within(field["key"], name) for name in read)}
        for field in parameter_fields(session.parameters, changed)
    ]


def _within(key: str, name: str) -> bool:
    return key == name or key.startswith(f"{name}.") or name.startswith(f"{key}.")


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


def unfinished(run: Run | None, names: Mapping[str, list[str]]) -> list[str]:
    """Where the run can be taken up, if some of it is done and these names have its nodes."""
    hint = run.resume if run is not None and run.over else None
    if run is None or hint is None or hint.unfinished == len(run.pipeline):
        return []
    return list(hint.nodes) if set(hint.nodes).issubset(names.get("nodes", ())) else []
