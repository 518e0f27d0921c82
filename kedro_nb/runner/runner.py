"""The base of all runners: what happens before the first node and after the last."""

from __future__ import annotations

import logging
import re
import time
from abc import ABC
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import DatasetError, did_you_mean
from kedro_nb.io import MemoryDataset
from kedro_nb.pipeline import Pipeline
from kedro_nb.runner.executors.futures import FuturesExecutor
from kedro_nb.runner.executors.inline import InlineExecutor
from kedro_nb.runner.executors.overlap import OverlapExecutor
from kedro_nb.runner.failure import user_frames
from kedro_nb.runner.loop import RunLoop
from kedro_nb.runner.monitor import Monitor
from kedro_nb.runner.plan import Plan, nodes_to_resume, nodes_with_missing_outputs
from kedro_nb.runner.result import RunResult
from kedro_nb.runner.task import TaskContext

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent import futures

    import pluggy

    from kedro_nb.pipeline import Node
    from kedro_nb.runner.events import ResumeHint
    from kedro_nb.runner.executors import Executor

# The monitor of the run that is going on in this thread: `_run` has Kedro's signature, which has no place for it.
_monitor: ContextVar[Monitor | None] = ContextVar("kedro_nb_monitor", default=None)


class AbstractRunner(ABC):  # noqa: B024 - both of its methods have a default; only a subclass makes sense
    """Runs pipelines.

    A subclass overrides `_get_executor`, to run the same loop in another place, or `_run`, to do it all by itself.

    Args:
        is_async: load inputs ahead of the node functions and save outputs behind them, on threads.
        extra_dataset_patterns: what becomes of datasets that the catalog does not know; in memory by default.
    """

    def __init__(
        self, is_async: bool = False, extra_dataset_patterns: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        self._is_async = is_async
        self._extra_dataset_patterns = extra_dataset_patterns
        self._durations: dict[str, float] = {}

    @property
    def _logger(self) -> logging.Logger:
        return _logger(type(self).__name__)

    def run(
        self,
        pipeline: Pipeline,
        catalog: Any,
        hook_manager: pluggy.PluginManager | None = None,
        run_id: str | None = None,
        only_missing_outputs: bool = False,
        *,
        monitor: Monitor | None = None,
    ) -> RunResult:
        """Run a pipeline on the data of a catalog.

        Args:
            pipeline: what to run.
            catalog: holds the inputs, and the outputs afterwards; missing entries become datasets in memory.
            hook_manager: whose plugins are called.
            run_id: passed to the hooks.
            only_missing_outputs: leave out the nodes whose stored outputs exist.
            monitor: follows the run, knows earlier ones and can cancel it.

        Returns:
            The pipeline's outputs by name.

        Raises:
            ValueError: the catalog does not know an input.
            DatasetError: an input in memory has no data, or a dataset cannot be loaded or saved.
            Exception: whatever the first failing node has raised.
        """
        __tracebackhide__ = True
        monitor = monitor or Monitor(durations=self._durations)
        whole = pipeline
        pipeline, skipped = (
            self._leave_out_existing(pipeline, catalog) if only_missing_outputs else (pipeline, [])
        )
        self._prepare(pipeline, catalog)
        if monitor.listeners:
            self._tell_start(monitor, run_id, whole, skipped)
        if self._is_async:
            self._logger.info("Asynchronous mode is enabled for loading and saving data")
        token = _monitor.set(monitor)
        start = time.perf_counter()
        try:
            self._call_run(pipeline, catalog, hook_manager, run_id)
        except BaseException as error:
            if monitor.listeners:
                self._tell_end(monitor, error)
            error.__traceback__ = user_frames(error.__traceback__)
            raise
        finally:
            _monitor.reset(token)
        self._logger.info(
            "Pipeline execution completed successfully in %.1f sec.", time.perf_counter() - start
        )
        if monitor.listeners:
            self._tell_end(monitor, None)
        return self._result(whole, catalog)

    def _run(
        self,
        pipeline: Pipeline,
        catalog: Any,
        hook_manager: pluggy.PluginManager | None = None,
        run_id: str | None = None,
    ) -> None:
        """Run every node: the loop that all of our runners share."""
        monitor = _monitor.get() or Monitor(durations=self._durations)
        plan = Plan(pipeline)
        context = TaskContext(plan, catalog, hook_manager, monitor, run_id, is_async=self._is_async)
        if context.hooks.before_dataset_loaded is None:  # it may bring the data
            self._check_memory(pipeline, catalog)
        executor = self._executor(max(1, len(plan.nodes)))
        executor.begin(plan, context)
        loop = RunLoop(plan, executor, context, self._logger)
        try:
            loop.run()
        except BaseException:
            monitor.resume = self._resume_hint(loop)
            raise

    def _get_executor(self, max_workers: int) -> futures.Executor | Executor | None:  # noqa: ARG002 - for subclasses
        """Where to run: an executor of ours, one of `concurrent.futures`, or None for here in this thread.

        Called once a run; the executor is closed after it.

        Args:
            max_workers: more workers than this are of no use.
        """
        return None

    def _executor(self, max_workers: int) -> Executor:
        """The same behind the one protocol that the loop knows."""
        given: Any = self._get_executor(max_workers)
        if given is None:
            return OverlapExecutor() if self._is_async else InlineExecutor()
        if hasattr(given, "begin"):
            executor: Executor = given
            return executor
        return FuturesExecutor(given, getattr(given, "_max_workers", None) or max_workers)

    def _tell_start(self, monitor: Monitor, run_id: str | None, whole: Pipeline, skipped: list[Node]) -> None:
        from kedro_nb.runner.events import NodeSkipped, RunStarted

        now = time.time()
        monitor.emit(RunStarted(now, run_id, type(self).__name__, whole, tuple(whole.nodes)))
        for node in skipped:
            monitor.emit(NodeSkipped(now, node))

    def _tell_end(self, monitor: Monitor, error: BaseException | None) -> None:
        from kedro_nb.runner.events import RunFinished

        monitor.emit(RunFinished(time.time(), error, None if error is None else monitor.resume))

    def _result(self, pipeline: Pipeline, catalog: Any) -> RunResult:
        return RunResult({name: catalog[name] for name in sorted(pipeline.outputs())})

    def _call_run(self, *arguments: Any) -> None:
        """Call `_run`, which in older runners takes the pipeline and the catalog only."""
        count = len(arguments)
        if type(self)._run is not AbstractRunner._run:  # noqa: SLF001 - our own class
            import inspect

            parameters = inspect.signature(self._run).parameters.values()
            if all(parameter.kind is not parameter.VAR_POSITIONAL for parameter in parameters):
                count = min(count, len(parameters))
        self._run(*arguments[:count])

    def _prepare(self, pipeline: Pipeline, catalog: Any) -> None:
        """Find every dataset of the run, or make it, before the first node; refuse what cannot work."""
        if self._is_async and (streaming := [node.name for node in pipeline.nodes if node.is_generator]):
            raise ValueError(
                "Async data loading and saving does not work with nodes wrapping generator functions: "
                f"{', '.join(streaming)}. Run without async, or return the data instead of yielding it."
            )
        if unknown := sorted(name for name in pipeline.inputs() if name not in catalog):
            raise ValueError(self._unknown_inputs(unknown, catalog))
        default = getattr(self, "create_default_data_set", None)  # older runners have it
        patterns = self._extra_dataset_patterns
        if patterns:
            catalog.config_resolver.add_runtime_patterns(patterns)
        try:
            for name in pipeline.graph.names:
                if default is not None and name not in catalog:
                    catalog[name] = default(name)
                catalog.get(name, fallback_to_runtime_pattern=True)
        finally:
            if patterns:
                catalog.config_resolver.remove_runtime_patterns(patterns)

    def _unknown_inputs(self, unknown: list[str], catalog: Any) -> str:
        names = ", ".join(map(repr, unknown))
        hint = did_you_mean(unknown[0], catalog)
        return (
            f"Pipeline input(s) {{{names}}} not found in the {type(catalog).__name__}{hint}. "
            f"{_save_first(unknown[0])}"
        )

    def _check_memory(self, pipeline: Pipeline, catalog: Any) -> None:
        """An input in memory that nobody has saved is told before the first node, not in the middle of the run."""
        for name in sorted(pipeline.inputs()):
            dataset = catalog[name]
            if isinstance(dataset, MemoryDataset) and not dataset.exists():
                raise DatasetError(
                    f"Data for {type(dataset).__name__} has not been saved yet. "
                    f"'{name}' is an input of the pipeline. {_save_first(name)}"
                )

    def _leave_out_existing(self, pipeline: Pipeline, catalog: Any) -> tuple[Pipeline, list[Node]]:
        """The part of the pipeline that has something to write, and the nodes that were left out."""

        def ephemeral(name: str) -> bool:
            return name not in catalog or getattr(catalog.get(name), "_EPHEMERAL", False)

        plan = Plan(pipeline)
        needed = nodes_with_missing_outputs(
            plan,
            is_missing=lambda name: not ephemeral(name) and not catalog.exists(name),
            is_stored=lambda name: not ephemeral(name) and catalog.exists(name),
        )
        skipped = [plan.nodes[position] for position in plan.sequence if position not in needed]
        if not skipped:
            self._logger.info("Running %d out of %d nodes", len(plan.nodes), len(plan.nodes))
            return pipeline, []
        if needed:
            names = ", ".join(sorted(node.name for node in skipped))
            self._logger.info("Skipping %d nodes with existing outputs: %s", len(skipped), names)
            self._logger.info("Running %d out of %d nodes", len(needed), len(plan.nodes))
        else:
            self._logger.info("Skipping all %d nodes (all persistent outputs exist)", len(plan.nodes))
        return Pipeline([plan.nodes[position] for position in sorted(needed)]), skipped

    def _resume_hint(self, loop: RunLoop) -> ResumeHint:
        """Where to go on, in this session and in a new process; the latter is logged, in Kedro's words."""
        from kedro_nb.runner.events import ResumeHint

        plan, dataset = loop.plan, loop.context.dataset
        here = nodes_to_resume(plan, loop.done, lasts=lambda _name: True)
        stored = nodes_to_resume(
            plan, loop.done, lasts=lambda name: not getattr(dataset(name), "_EPHEMERAL", False)
        )
        lent = {name for task in loop.failed if task.lent and task.doing != "load" for name in task.takes}
        left = len(plan.nodes) - len(loop.done)
        if loop.done:
            self._logger.warning(
                "There are %d nodes that have not run.\nYou can resume the pipeline run from the nearest nodes with "
                'persisted inputs by adding the following argument to your previous command:\n  --from-nodes "%s"',
                left,
                ",".join(stored),
            )
        else:
            self._logger.warning("No nodes ran. Repeat the previous command to attempt a new run.")
        return ResumeHint(tuple(here), tuple(stored), left, tuple(sorted(lent)))


def _save_first(name: str) -> str:
    return f"Save it first: catalog['{name}'] = data, or %kedro_save {name} data in a notebook."


@cache
def _logger(class_name: str) -> logging.Logger:
    """`SequentialRunner` logs as `kedro_nb.runner.sequential_runner`, whichever file it is in: Kedro's names."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", class_name).lower()
    return logging.getLogger(f"kedro_nb.runner.{name}")
