"""One node at a time, in the calling thread."""

from __future__ import annotations

from kedro_nb.runner.runner import AbstractRunner


class SequentialRunner(AbstractRunner):
    """Runs the nodes one by one in the pipeline's order.

    Good for pipelines with little branching, fast ones, and steps that each need most of the machine.

    Args:
        is_async: load inputs ahead of the node functions and save outputs behind them, on threads.
    """
