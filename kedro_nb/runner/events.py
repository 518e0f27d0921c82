"""What happens in a run, as frozen records for whoever draws or keeps them. Times are seconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_nb.pipeline import Node, Pipeline
    from kedro_nb.runner.measures import Measured


@dataclass(frozen=True, slots=True)
class ResumeHint:
    """Where a run that did not end can be taken up again.

    Args:
        nodes: first nodes to run while the catalog still holds the data in memory.
        persisted_nodes: first nodes to run in a new process, which has only what was stored.
        unfinished: how many nodes have not run.
    """

    nodes: tuple[str, ...]
    persisted_nodes: tuple[str, ...]
    unfinished: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened."""

    time: float


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    """A run begins; `nodes` is the order in which one worker would run them."""

    run_id: str | None
    runner: str
    pipeline: Pipeline
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class NodeEvent(Event):
    """Something happened to one node."""

    node: Node


@dataclass(frozen=True, slots=True)
class NodeStarted(NodeEvent):
    """A worker begins to load the node's inputs."""

    worker: str


@dataclass(frozen=True, slots=True)
class NodeLoaded(NodeEvent):
    """The inputs are loaded and the function is called."""


@dataclass(frozen=True, slots=True)
class NodeCalled(NodeEvent):
    """The function has returned and the outputs are being saved."""


@dataclass(frozen=True, slots=True)
class NodePrinted(NodeEvent):
    """The node has written to `stream`, "stdout" or "stderr"."""

    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class NodeFinished(NodeEvent):
    """Everything of the node is saved; seconds spent on each part.

    Args:
        peak: the most memory that its process had while it ran, in bytes; None when that was not measured.
        data: how large its outputs are, and those of its inputs of which nobody has told yet, by name; None too.
    """

    load: float
    call: float
    save: float
    peak: int | None = None
    data: Mapping[str, Measured] | None = None


@dataclass(frozen=True, slots=True)
class NodeSkipped(NodeEvent):
    """The node need not run: its outputs are there."""


@dataclass(frozen=True, slots=True)
class NodeFailed(NodeEvent):
    """Loading, calling or saving has raised."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class NodeCancelled(NodeEvent):
    """The node was not run, or not to its end, because the run stopped."""


@dataclass(frozen=True, slots=True)
class RunFinished(Event):
    """The run is over, well when `error` is None."""

    error: BaseException | None
    resume: ResumeHint | None
