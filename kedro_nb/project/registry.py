"""Pipelines by name."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING

from kedro_nb.errors import RequestError, UnknownPipelineError, did_you_mean
from kedro_nb.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class PipelineRegistry(MutableMapping[str, Pipeline]):
    """The pipelines of a session by name; `__default__` is the one that runs when none is named."""

    def __init__(self, pipelines: Mapping[str, Pipeline] | None = None) -> None:
        self._pipelines: dict[str, Pipeline] = {}
        self.update(pipelines or {})

    def __getitem__(self, name: str) -> Pipeline:
        try:
            return self._pipelines[name]
        except KeyError:
            raise UnknownPipelineError(
                f"No pipeline is registered as '{name}'{did_you_mean(name, self._pipelines)}."
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._pipelines  # no hint is looked for

    def __setitem__(self, name: str, pipeline: Pipeline) -> None:
        if not isinstance(name, str):
            raise RequestError(f"Pipelines are registered by name, and {name!r} is no text.")
        if not isinstance(pipeline, Pipeline):
            raise RequestError(
                f"'{name}' is registered with a '{type(pipeline).__name__}' where a Pipeline of kedro_nb is meant: "
                f"{pipeline!r:.100}"
            )
        self._pipelines[name] = pipeline

    def __delitem__(self, name: str) -> None:
        self[name]
        del self._pipelines[name]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._pipelines))

    def __len__(self) -> int:
        return len(self._pipelines)

    def __repr__(self) -> str:
        lines = [f"  {name!r}: {len(pipeline)} nodes" for name, pipeline in self._pipelines.items()]
        return "\n".join(["PipelineRegistry({", *lines, "})"]) if lines else "PipelineRegistry({})"

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._pipelines)


class CurrentPipelines(MutableMapping[str, Pipeline]):
    """The registry of whichever session is the current one.

    Attributes:
        registry: that registry; the session puts it here.
    """

    def __init__(self) -> None:
        self.registry = PipelineRegistry()

    def __getitem__(self, name: str) -> Pipeline:
        return self.registry[name]

    def __setitem__(self, name: str, pipeline: Pipeline) -> None:
        self.registry[name] = pipeline

    def __delitem__(self, name: str) -> None:
        del self.registry[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.registry)

    def __len__(self) -> int:
        return len(self.registry)

    def __repr__(self) -> str:
        return repr(self.registry)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.registry)
