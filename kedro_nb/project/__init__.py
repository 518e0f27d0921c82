"""The project that is being worked on: its pipelines by name."""

from kedro_nb.project.registry import CurrentPipelines, PipelineRegistry, UnknownPipelineError

__all__ = ["PipelineRegistry", "UnknownPipelineError", "pipelines"]

pipelines = CurrentPipelines()
