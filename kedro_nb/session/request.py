"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from kedro_nb.errors import RequestError
from kedro_nb.masking import mask_text, mask_value


@dataclass(frozen=True, repr=False)
class RunRequest:
    """Plain data, the same from every front end; every field has a default.

    Args:
        pipelines: names of the pipelines to run, together; none for the default pipeline.
        runner: a built-in runner's name, a registered one's, or a dotted path to a class.
        is_async: load and save on threads.
        runner_params: further arguments of the runner's constructor.
        tags, node_names, from_nodes, to_nodes, from_inputs, to_outputs, namespaces: what to run of the pipeline;
            each is applied to the whole, and nodes in all of them run.
        params: parameters for this run, nested; they go over the session's.
        load_versions: which version to load, by dataset name.
        only_missing_outputs: leave out the nodes whose stored outputs exist.
    """

    pipelines: tuple[str, ...] = ()
    runner: str = "SequentialRunner"
    is_async: bool = False
    runner_params: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    node_names: tuple[str, ...] = ()
    from_nodes: tuple[str, ...] = ()
    to_nodes: tuple[str, ...] = ()
    from_inputs: tuple[str, ...] = ()
    to_outputs: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    load_versions: Mapping[str, str] = field(default_factory=dict)
    only_missing_outputs: bool = False

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if each.type == "tuple[str, ...]":
                object.__setattr__(self, each.name, _names(each.name, value))
            elif str(each.type).startswith("Mapping") and not isinstance(value, Mapping):
                raise RequestError(f"{each.name} is a mapping, and not {mask_text(repr(value))}.")

    def __repr__(self) -> str:
        shown = ((each.name, mask_value(getattr(self, each.name))) for each in fields(self))
        return f"RunRequest({', '.join(f'{name}={mask_text(repr(value))}' for name, value in shown)})"


def _names(field_name: str, value: Any) -> tuple[str, ...]:
    """A lone name is one name, not its letters; a list is as good as a tuple."""
    if isinstance(value, str):
        return (value,)
    try:
        names = tuple(value)
    except TypeError:
        names = (value,)
    for name in names:
        if not isinstance(name, str):
            raise RequestError(f"{field_name} takes names, and {name!r} is a '{type(name).__name__}'.")
    return names
