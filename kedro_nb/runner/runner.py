"""The base of all runners: what happens before the first node and after the last."""

from __future__ import annotations

import re
import time
from abc import ABC
from contextvars import ContextVar
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from kedro_nb.hooks import create_hook_manager
from kedro_nb.io import MemoryDataset
from kedro_nb.io.fresh import using
from kedro_nb.masking import get_logger, remember_catalog
from kedro_nb.runner.checks import check_arguments, check_async, check_data, check_executor, check_names
from kedro_nb.runner.executors.futures import FuturesExecutor
from kedro_nb.runner.executors.inline import InlineExecutor
from kedro_nb.runner.executors.overlap import OverlapExecutor
from kedro_nb.runner.executors.threads import ThreadExecutor
from kedro_nb.runner.failure import trim
from kedro_nb.runner.interrupts import Interrupts
from kedro_nb.runner.loop import RunLoop
from kedro_nb.runner.monitor import Monitor
from kedro_nb.runner.plan import Plan
from kedro_nb.runner.result import RunResult
from kedro_nb.runner.resume import leave_out_existing, resume_hint
from kedro_nb.runner.task import TaskContext
from kedro_nb.runner.unwinding import isolated

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable, Mapping
    from concurrent import futures

    import pluggy

    from kedro_nb.pipeline import Node, Pipeline
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

    # On the class, for subclasses that do not call `super().__init__()`.
    _is_async = False
    _extra_dataset_patterns: Mapping[str, Mapping[str, Any]] | None = None

    def __init__(
        self, is_async: bool = False, extra_dataset_patterns: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        self._is_async = is_async
        self._extra_dataset_patterns = extra_dataset_patterns

    @cached_property
    def _durations(self) -> dict[str, float]:
        """Seconds per node in earlier runs of this runner."""
        return {}

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
            TypeError: an argument is something else than its name says.
            ValueError: the catalog does not know an input.
            DatasetError: an input in memory has no data, or a dataset cannot be loaded or saved.
            Exception: whatever the first failing node has raised.
        """
        __tracebackhide__ = True
        check_arguments(pipeline, catalog, hook_manager)
        remember_catalog(catalog)
        monitor = monitor or Monitor(durations=self._durations)
        whole = pipeline
        skipped: list[Node] = []
        if only_missing_outputs:
            pipeline, skipped = leave_out_existing(whole, catalog, self._logger)
        datasets = self._prepare(pipeline, catalog)
        if monitor.listeners:
            self._tell_start(monitor, run_id, whole, skipped)
        error: BaseException | None = None
        try:
            with using(datasets):
                self._follow_run(monitor, pipeline, catalog, hook_manager, run_id)
        except BaseException as raised:
            from kedro_nb.exception_copies import presentable  # only failures need it

            error = presentable(raised)
            trim(error)
            if error is raised:
                self._tell_end(monitor, error)
                raise
        self._tell_end(monitor, error)
        if error is not None:
            raise error
        return self._result(whole, catalog)

    def _follow_run(
        self, monitor: Monitor, pipeline: Pipeline, catalog: Any, hook_manager: Any, run_id: str | None
    ) -> None:
        """Call `_run` where the monitor, interrupts and the log know of it."""
        __tracebackhide__ = True
        if self._is_async:
            self._logger.info("Asynchronous mode is enabled for loading and saving data")
        token = _monitor.set(monitor)
        start = time.perf_counter()
        try:
            with Interrupts(monitor):
                isolated(lambda: self._call_run(pipeline, catalog, hook_manager, run_id))
        finally:
            monitor.at_work_here = False
            _monitor.reset(token)
        self._logger.info(
            "Pipeline execution completed successfully in %.1f sec.", time.perf_counter() - start
        )

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
            check_data(pipeline, catalog)
        executor = self._executor(max(1, len(plan.nodes)), in_background=monitor.background)
        loop = RunLoop(plan, executor, context, self._logger)
        outside, monitor.at_work_here = monitor.at_work_here, False
        try:
            with context.capture():
                executor.begin(plan, context)
                loop.run()
        except BaseException:
            monitor.winding_up = True
            monitor.resume = resume_hint(loop, self._logger)
            raise
        finally:
            monitor.winding_up, monitor.at_work_here = False, outside
            monitor.forget()

    def _get_executor(self, max_workers: int) -> futures.Executor | Executor | None:  # noqa: ARG002 - for subclasses
        """Where to run: an executor of ours, one of `concurrent.futures`, or None for here in this thread.

        Called once a run; the executor is closed after it.

        Args:
            max_workers: more workers than this are of no use.
        """
        return None

    def _executor(self, max_workers: int, *, in_background: bool) -> Executor:
        """The same behind the one protocol that the loop knows."""
        given: Any = self._get_executor(max_workers)
        if given is None and self._is_async:
            return OverlapExecutor()
        if given is None:
            # A thread of its own can be left alone when the run is stopped and the node does not listen.
            return ThreadExecutor(1) if in_background else InlineExecutor()
        slots = getattr(given, "_max_workers", None) or max_workers
        return check_executor(given, self) or FuturesExecutor(given, slots)

    def _tell_start(self, monitor: Monitor, run_id: str | None, whole: Pipeline, skipped: list[Node]) -> None:
        from kedro_nb.runner.events import NodeSkipped, RunStarted

        now = time.time()
        monitor.emit(RunStarted(now, run_id, type(self).__name__, whole, tuple(whole.nodes)))
        for node in skipped:
            monitor.emit(NodeSkipped(now, node))

    def _tell_end(self, monitor: Monitor, error: BaseException | None) -> None:
        if not monitor.listeners:
            return
        from kedro_nb.runner.events import RunFinished

        monitor.emit(RunFinished(time.time(), error, None if error is None else monitor.resume))

    def _result(self, pipeline: Pipeline, catalog: Any) -> RunResult:
        return RunResult({name: catalog[name] for name in sorted(pipeline.outputs()) if name in catalog})

    def _call_run(self, pipeline: Pipeline, catalog: Any, hook_manager: Any, run_id: str | None) -> None:
        """Call `_run` with what it takes: in older runners that is the pipeline and the catalog only."""
        if type(self)._run is AbstractRunner._run:  # noqa: SLF001 - our own class
            self._run(pipeline, catalog, hook_manager, run_id)
            return
        import inspect

        given = {
            "pipeline": pipeline,
            "catalog": catalog,
            "hook_manager": hook_manager or create_hook_manager(),  # it may call hooks without asking
            "run_id": run_id,
        }
        parameters = inspect.signature(self._run).parameters.values()
        kinds = [parameter.kind for parameter in parameters]
        anything = inspect.Parameter.VAR_KEYWORD in kinds
        by_name = {parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY}
        positional = [kind for kind in kinds if kind <= inspect.Parameter.POSITIONAL_OR_KEYWORD]
        count = len(given) if inspect.Parameter.VAR_POSITIONAL in kinds else len(positional)
        named = {name: value for name, value in list(given.items())[count:] if anything or name in by_name}
        monitor = _monitor.get()
        if monitor is not None:
            monitor.at_work_here = True  # all of it is the user's
        self._run(*list(given.values())[:count], **named)

    def check(self, pipeline: Pipeline, catalog: Any) -> None:
        """Say what this runner would refuse, without running. Data that nobody declared gets its datasets.

        Raises:
            ValueError: the catalog does not know an input.
            DatasetError: an input in memory has no data, or a dataset cannot be used in this way.
        """
        self._prepare(pipeline, catalog)
        check_data(pipeline, catalog)

    def _prepare(self, pipeline: Pipeline, catalog: Any) -> set[int]:
        """Find every dataset of the run, or make it, before the first node; refuse what cannot work.

        Returns:
            The ids of the datasets, except for MemoryDatasets, which remember nothing of files.
        """
        if self._is_async:
            check_async(pipeline)
        check_names(pipeline, catalog)
        default = getattr(self, "create_default_data_set", None)  # older runners have it
        patterns = self._extra_dataset_patterns
        if patterns:
            catalog.config_resolver.add_runtime_patterns(patterns)
        found: set[int] = set()
        try:
            for name in pipeline.graph.names:
                if default is not None and name not in catalog:
                    catalog[name] = default(name)
                dataset = catalog.get(name, fallback_to_runtime_pattern=True)
                if type(dataset) is not MemoryDataset:
                    found.add(id(dataset))
        finally:
            if patterns:
                catalog.config_resolver.remove_runtime_patterns(patterns)
        if hasattr(catalog, "set_manager_datasets"):
            _make_usable(catalog, pipeline.graph.names)
        return found


def _make_usable(catalog: Any, names: Iterable[str]) -> None:
    """Give the datasets of Kedro's SharedMemoryDataCatalog a place for their data.

    They ask a manager process for one. Ours stay in this process, and so does their data.
    """
    import kedro_nb.io

    for name in names:
        dataset = catalog.get(name)
        if hasattr(dataset, "set_manager") and dataset.shared_memory_dataset is None:
            dataset.set_manager(kedro_nb.io)


@cache
def _logger(class_name: str) -> logging.Logger:
    """`SequentialRunner` logs as `kedro_nb.runner.sequential_runner`, whichever file it is in: Kedro's names."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", class_name).lower()
    return get_logger(f"kedro_nb.runner.{name}")
