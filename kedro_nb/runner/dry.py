"""Tells what would run, without running it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_nb.errors import DatasetError
from kedro_nb.runner.result import RunResult
from kedro_nb.runner.runner import AbstractRunner

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pluggy

    from kedro_nb.pipeline import Pipeline


class DryRunResult(RunResult):
    """The outputs that a run would have, shown as the nodes that it would run.

    Args:
        datasets: the outputs' datasets.
        pipeline: what would run.
    """

    def __init__(self, datasets: Mapping[str, Any], pipeline: Pipeline) -> None:
        super().__init__(datasets)
        self.nodes = [node.name for node in pipeline.nodes]
        self._lines = [str(node) for node in pipeline.nodes]

    def __repr__(self) -> str:
        return "\n".join([_would_run(len(self._lines)), *self._lines])


class DryRunner(AbstractRunner):
    """Lists the nodes that would run and checks that all the data they need is there; executes nothing.

    Args:
        is_async: taken and not used, as nothing is loaded or saved.
        extra_dataset_patterns: what becomes of datasets that the catalog does not know; in memory by default.
    """

    def _run(
        self,
        pipeline: Pipeline,
        catalog: Any,
        hook_manager: pluggy.PluginManager | None = None,  # noqa: ARG002 - Kedro's signature
        run_id: str | None = None,  # noqa: ARG002 - Kedro's signature
    ) -> None:
        nodes = "\n".join(map(str, pipeline.nodes))
        self._logger.info("%s\n%s", _would_run(len(pipeline.nodes)), nodes)
        self._logger.info("Checking inputs...")
        missing = sorted(name for name in pipeline.inputs() if not catalog[name].exists())
        if missing:
            raise DatasetError(
                f"Datasets {missing} not found. They are inputs of the pipeline and hold no data. "
                f"{_would_run(len(pipeline.nodes), '.')}"
            )

    def _result(self, pipeline: Pipeline, catalog: Any) -> RunResult:
        return DryRunResult({name: catalog[name] for name in sorted(pipeline.outputs())}, pipeline)


def _would_run(count: int, end: str = ":") -> str:
    return f"Actual run would execute {count} node{'' if count == 1 else 's'}{end}"
