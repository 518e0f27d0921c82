"""Several nodes at a time, on threads."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kedro_nb.runner.checks import check_workers
from kedro_nb.runner.executors.threads import ThreadExecutor
from kedro_nb.runner.runner import AbstractRunner

if TYPE_CHECKING:
    from kedro_nb.runner.executors import Executor


class ThreadRunner(AbstractRunner):
    """Runs nodes on threads of this process: for work that waits, or that lets go of Python's lock, and for Spark.

    Args:
        max_workers: the most nodes to run at once; by default four more than there are processors, 32 at most.
        is_async: not supported; a warning, and off.

    Raises:
        ValueError: max_workers is not positive.
    """

    def __init__(self, max_workers: int | None = None, is_async: bool = False) -> None:
        if is_async:
            import warnings

            warnings.warn(
                "'ThreadRunner' doesn't support loading and saving the node inputs and outputs asynchronously "
                "with threads. Setting 'is_async' to False.",
                stacklevel=2,
            )
        super().__init__(is_async=False)
        check_workers(max_workers)
        self._max_workers = max_workers or min(32, (os.cpu_count() or 1) + 4)

    def _get_executor(self, max_workers: int) -> Executor:
        return ThreadExecutor(min(self._max_workers, max_workers))
