"""From the names in a request to the nodes that run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import RequestError
from kedro_nb.io.marks import lacks_data
from kedro_nb.pipeline import Pipeline
from kedro_nb.pipeline.transcoding import strip_transcoding
from kedro_nb.session.naming import unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kedro_nb.session.request import RunRequest

DEFAULT = "__default__"

# Field of the request -> its option, for messages.
FILTERS = {
    "tags": "--tags",
    "node_names": "--nodes",
    "from_nodes": "--from-nodes",
    "to_nodes": "--to-nodes",
    "from_inputs": "--from-inputs",
    "to_outputs": "--to-outputs",
    "namespaces": "--namespaces",
}


def find_pipeline(names: Sequence[str], known: Mapping[str, Pipeline]) -> Pipeline:
    """The pipelines of these names, together; without names the default one, or the only one there is.

    Args:
        names: what was asked for.
        known: every pipeline by name, those registered before those found elsewhere.
    """
    if not names:
        return _default(known)
    for name in names:
        if name not in known:
            raise unknown("pipeline", name, known)
    if len(names) == 1:
        return known[names[0]]
    return sum((known[name] for name in names), start=Pipeline([]))


def _default(known: Mapping[str, Pipeline]) -> Pipeline:
    if DEFAULT in known:
        return known[DEFAULT]
    if not known:
        raise RequestError(
            "There is no pipeline to run yet. Make one with Pipeline([node(function, inputs, outputs), ...]), "
            "or make nodes of cells that begin with %%kedro_node."
        )
    different = {id(pipeline): pipeline for pipeline in known.values()}
    if len(different) > 1:
        raise RequestError(
            f"Which pipeline? There are {len(known)}, and none is the '{DEFAULT}': {', '.join(sorted(known))}. "
            "Name one with --pipeline, or several with --pipelines."
        )
    return next(iter(different.values()))


def select(pipeline: Pipeline, request: RunRequest) -> Pipeline:
    """The nodes of the pipeline that the request's filters keep.

    Raises:
        RequestError: a name that the pipeline does not have, or no node is left.
    """
    given = {field: names for field in FILTERS if (names := getattr(request, field))}
    if given:
        given |= {
            field: _full_names(pipeline, names) for field, names in given.items() if KINDS[field] == "node"
        }
        _check_names(pipeline, given)
    elif len(pipeline):
        return pipeline
    else:
        raise RequestError("The pipeline has no nodes.")
    try:
        return pipeline.filter(**{_KEYWORDS.get(field, field): names for field, names in given.items()})
    except ValueError as error:
        options = " ".join(f"{FILTERS[field]}={','.join(names)}" for field, names in given.items())
        raise RequestError(
            f"No node passes {options}. Each filter applies to the whole pipeline, and a node runs when it passes "
            "all of them."
        ) from error


def _full_names(pipeline: Pipeline, names: Sequence[str]) -> list[str]:
    """A default name may be given without its hash, where that names one node alone."""
    nodes = [node.name for node in pipeline]
    known = set(nodes)
    found = []
    for name in names:
        default = re.compile(rf"{re.escape(name)}__[0-9a-f]{{8}}")
        meant = [] if name in known else [each for each in nodes if default.fullmatch(each)]
        found.append(meant[0] if len(meant) == 1 else name)
    return found


_KEYWORDS = {"namespaces": "node_namespaces"}


def _check_names(pipeline: Pipeline, given: Mapping[str, Sequence[str]]) -> None:
    for field, names in given.items():
        kind = KINDS[field]
        known = selectable(pipeline, kind)
        for name in names:
            if name not in known:
                raise unknown(kind, name, known, f" in the pipeline ({FILTERS[field]})")


KINDS = {
    "tags": "tag",
    "node_names": "node",
    "from_nodes": "node",
    "to_nodes": "node",
    "from_inputs": "dataset",
    "to_outputs": "dataset",
    "namespaces": "namespace",
}


def selectable(pipeline: Pipeline, kind: str) -> Collection[str]:
    """Every name of one kind that a filter can be given: "node", "tag", "dataset" or "namespace"."""
    if kind == "node":
        return {node.name for node in pipeline}
    if kind == "tag":
        return {tag for node in pipeline for tag in node.tags}
    if kind == "namespace":
        return {prefix for node in pipeline if node.namespace for prefix in node.namespace_prefixes}
    names = pipeline.datasets()  # as they are written, and without their format
    return names | {strip_transcoding(name) for name in names}


def check_left_out(whole: Pipeline, chosen: Pipeline, catalog: Any) -> None:
    """Tell when a slice begins with data that a node outside of it makes, and that is not there.

    Raises:
        RequestError: it is so for one of its inputs.
    """
    if chosen is whole:
        return
    writers = {key: node.name for node in whole for key in node.output_keys}
    for name in sorted(chosen.inputs()):
        writer = writers.get(strip_transcoding(name))
        dataset = catalog.get(name) if writer is not None else None
        if writer is not None and (dataset is None or lacks_data(dataset)):
            raise RequestError(
                f"'{name}' is written by node '{writer}', which is not part of this run, and it is not in memory any "
                f"more. Let the run begin at '{writer}', or give '{name}' a catalog entry that stores it."
            )
