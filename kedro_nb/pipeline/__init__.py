"""Nodes and pipelines: names and functions only, no data."""

from __future__ import annotations

from kedro_nb.errors import (
    CircularDependencyError,
    ConfirmNotUniqueError,
    OutputNotUniqueError,
    PipelineError,
)
from kedro_nb.pipeline.grouping import GroupedNodes
from kedro_nb.pipeline.node import Node, node
from kedro_nb.pipeline.pipeline import Pipeline, pipeline

__all__ = [
    "CircularDependencyError",
    "ConfirmNotUniqueError",
    "GroupedNodes",
    "Node",
    "OutputNotUniqueError",
    "Pipeline",
    "PipelineError",
    "node",
    "pipeline",
]
