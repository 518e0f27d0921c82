"""A run's events folded into plain state, for whatever draws it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from kedro_nb.errors import RunCancelledError
from kedro_nb.runner import events
from kedro_nb.session.kept_prints import KeptPrints

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kedro_nb.pipeline import Pipeline
    from kedro_nb.runner.events import Event, ResumeHint
    from kedro_nb.runner.measures import Measured

RunState = Literal["waiting", "running", "finished", "failed", "cancelled"]
NodeState = Literal["waiting", "loading", "running", "saving", "done", "skipped", "failed", "cancelled"]


class NodeProgress:
    """How far one node is.

    Attributes:
        name: the node's name.
        state: "waiting", "loading", "running", "saving", "done", "skipped", "failed" or "cancelled".
        worker: where it runs, or ran.
        load, call, save: seconds spent on each part; known when the node is done.
        started, loaded, called, ended: seconds since the epoch, None until then.
        expected: seconds that it took in an earlier run, if there was one.
        peak: the most memory that its process had while it ran, in bytes, if that was measured.
        prints: what it has written: a list of (stream, text), "stdout" or "stderr". Of very much the last is kept.
        error: what it failed with.
    """

    __slots__ = (
        "call",
        "called",
        "ended",
        "error",
        "expected",
        "load",
        "loaded",
        "name",
        "peak",
        "prints",
        "save",
        "started",
        "state",
        "worker",
    )

    def __init__(self, name: str, expected: float | None = None) -> None:
        self.name = name
        self.expected = expected
        self.state: NodeState = "waiting"
        self.worker = ""
        self.load = self.call = self.save = 0.0
        self.started: float | None = None
        self.loaded: float | None = None
        self.called: float | None = None
        self.ended: float | None = None
        self.peak: int | None = None
        self.prints: list[tuple[str, str]] = []
        self.error: BaseException | None = None

    @property
    def active(self) -> bool:
        return self.state in {"loading", "running", "saving"}

    @property
    def seconds(self) -> float:
        """Time spent on it; while it runs or when it failed, the time since its start."""
        if self.state == "done":
            return self.load + self.call + self.save
        if self.started is None:
            return 0.0
        return (self.ended or time.time()) - self.started

    def __repr__(self) -> str:
        return f"<{self.name}: {self.state}, {self.seconds:.2f} s>"


class RunProgress:
    """Listens to a run: `run.progress`, or a listener of `Session.run(..., listeners=[progress])`.

    It only keeps what it is told and may be read from any thread while the run goes on; how often to draw it is the
    view's business.

    Args:
        expected: seconds that nodes took in earlier runs, by name.

    Attributes:
        nodes: progress by node name, in the planned order.
        state: "waiting" before the first event, then "running", "finished", "failed" or "cancelled".
        done: how many nodes need no more work: done or skipped.
        runner: the runner's name.
        pipeline: what is run; None before the first event.
        data: what was measured of each dataset, by name.
        error, resume: how the run ended.
        started, ended: seconds since the epoch, None until then.
    """

    def __init__(self, expected: Mapping[str, float] | None = None) -> None:
        self.nodes: dict[str, NodeProgress] = {}
        self.pipeline: Pipeline | None = None
        self.data: dict[str, Measured] = {}
        self._expected = expected or {}
        self._prints = KeptPrints()
        self.state: RunState = "waiting"
        self.done = 0
        self.runner = ""
        self.error: BaseException | None = None
        self.resume: ResumeHint | None = None
        self.started: float | None = None
        self.ended: float | None = None

    @property
    def total(self) -> int:
        return len(self.nodes)

    @property
    def elapsed(self) -> float:
        """Seconds since the start, up to now or to the end."""
        if self.started is None:
            return 0.0
        return (self.ended or time.time()) - self.started

    @property
    def active(self) -> list[NodeProgress]:
        """The nodes at work."""
        return [node for node in list(self.nodes.values()) if node.active]

    @property
    def told_of_nodes(self) -> bool:
        """Whether any node has begun or was skipped: not so with a runner that runs none, or tells of none."""
        return any(node.state != "waiting" for node in list(self.nodes.values()))

    def __call__(self, event: Event) -> None:
        if isinstance(event, events.NodeEvent):
            self._fold_node(self.nodes[event.node.name], event)
        elif isinstance(event, events.RunStarted):
            expected = self._expected.get  # as it was before this run
            self.nodes = {node.name: NodeProgress(node.name, expected(node.name)) for node in event.nodes}
            self._prints = KeptPrints()
            self.pipeline = event.pipeline
            self.state, self.runner, self.started = "running", event.runner, event.time
        elif isinstance(event, events.RunFinished):
            self.ended, self.error, self.resume = event.time, event.error, event.resume
            self.state = how_it_ended(event.error)

    def settle(self, ended: float, error: BaseException | None, resume: ResumeHint | None) -> None:
        """The run is over, which no event may have told: something beside the runner has failed."""
        state = how_it_ended(error)
        if state == self.state:
            return
        self.state, self.ended, self.error, self.resume = state, ended, error, resume
        for node in self.active:
            node.state, node.ended = "cancelled", ended

    def _fold_node(self, node: NodeProgress, event: events.NodeEvent) -> None:
        match event:
            case events.NodeStarted():
                node.state, node.worker, node.started = "loading", event.worker, event.time
                return
            case events.NodeLoaded():
                node.state, node.loaded = "running", event.time
                return
            case events.NodeCalled():
                node.state, node.called = "saving", event.time
                return
            case events.NodePrinted():
                self._prints.add(node, event.stream, event.text)
                return
            case events.NodeFinished():
                node.load, node.call, node.save = event.load, event.call, event.save
                node.peak = event.peak
                self.data.update(event.data or {})
                node.state = "done"
                self.done += 1
            case events.NodeSkipped():
                node.state = "skipped"
                self.done += 1
            case events.NodeFailed():
                node.state, node.error = "failed", event.error
            case events.NodeCancelled():
                node.state = "cancelled"
        node.ended = event.time


def most_telling(nodes: Sequence[NodeProgress], count: int) -> list[NodeProgress]:
    """What to show of a long run, in the order given: what went wrong, then what took longest."""
    by_interest = sorted(nodes, key=lambda node: (node.state not in {"failed", "cancelled"}, -node.seconds))
    kept = {node.name for node in by_interest[:count]}
    return [node for node in nodes if node.name in kept]


def how_it_ended(error: BaseException | None) -> Literal["finished", "failed", "cancelled"]:
    if error is None:
        return "finished"
    return "cancelled" if isinstance(error, RunCancelledError | KeyboardInterrupt) else "failed"
