"""Several nodes at a time, in processes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from kedro_nb.runner.checks import check_single_process, check_workers
from kedro_nb.runner.runner import AbstractRunner

if TYPE_CHECKING:
    from kedro_nb.pipeline import Pipeline
    from kedro_nb.runner.executors import Executor

METHODS = ("fork", "spawn", "forkserver")


class ParallelRunner(AbstractRunner):
    """Runs nodes in processes of their own: for work that keeps a processor busy.

    How processes are started is what the environment variable KEDRO_MP_CONTEXT says (fork, spawn or forkserver), or
    the system's default. They are kept for the next run.

    Args:
        max_workers: the most nodes to run at once; by default one for each processor.
        is_async: taken and not used: a process loads, calls and saves beside the others anyway.

    Raises:
        ValueError: max_workers is not positive, KEDRO_MP_CONTEXT is something else, or the system is Windows.
    """

    def __init__(
        self,
        max_workers: int | None = None,
        is_async: bool = False,  # noqa: ARG002 - every runner of ours takes it
    ) -> None:
        super().__init__()
        check_workers(max_workers)
        self._max_workers = max_workers or os.cpu_count() or 1
        start_method()

    def check(self, pipeline: Pipeline, catalog: Any) -> None:
        super().check(pipeline, catalog)
        check_single_process((name, catalog[name]) for name in pipeline.graph.names)

    def _get_executor(self, max_workers: int) -> Executor:
        from kedro_nb.runner.executors.processes import ProcessExecutor

        return ProcessExecutor(min(self._max_workers, max_workers), start_method())


def start_method() -> str:
    """How processes are started."""
    if not hasattr(os, "register_at_fork"):
        raise ValueError("ParallelRunner works on Linux and macOS only. Run with ThreadRunner.")
    wanted = os.environ.get("KEDRO_MP_CONTEXT")
    if wanted is None:
        import multiprocessing

        return (
            multiprocessing.get_start_method(allow_none=True)
            or multiprocessing.get_context().get_start_method()
        )
    if wanted not in METHODS:
        raise ValueError(
            f"KEDRO_MP_CONTEXT is {wanted!r}: it can be 'fork', 'spawn' or 'forkserver', or not set at all."
        )
    return wanted
