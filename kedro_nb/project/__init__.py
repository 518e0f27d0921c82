"""The project that is being worked on: its pipelines by name."""

from kedro_nb.project.registry import CurrentPipelines, PipelineRegistry

__all__ = ["PipelineRegistry", "pipelines"]

pipelines = CurrentPipelines()
