"""Runners: where pipelines meet data."""

from kedro_nb.runner.dry import DryRunner
from kedro_nb.runner.monitor import Monitor
from kedro_nb.runner.parallel import ParallelRunner
from kedro_nb.runner.result import RunResult
from kedro_nb.runner.runner import AbstractRunner
from kedro_nb.runner.sequential import SequentialRunner
from kedro_nb.runner.thread import ThreadRunner

__all__ = [
    "AbstractRunner",
    "DryRunner",
    "Monitor",
    "ParallelRunner",
    "RunResult",
    "SequentialRunner",
    "ThreadRunner",
]
