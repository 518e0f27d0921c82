"""A run made from its record, for whatever draws runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_nb.errors import PipelineError, RequestError
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.runner import Monitor, events
from kedro_nb.runner.measures import Measured
from kedro_nb.session.progress import RunProgress
from kedro_nb.session.records.checked import checked

if TYPE_CHECKING:
    from collections.abc import Mapping


class ReplayedRun:
    """Looks as the run did: state, nodes, times, prints, errors. It cannot be carried out.

    Args:
        record: of a run.

    Raises:
        RequestError: it is no record, or its nodes are no pipeline.

    Attributes:
        record: that one.
        over: False, as nobody is to make its record anew.
    """

    def __init__(self, record: Mapping[str, Any]) -> None:
        record = checked(record)
        self.record = dict(record)
        self.id: str = record["id"]
        self.state: str = record["state"]
        self.started, self.ended = record.get("started"), record.get("ended")
        self.expected: float | None = record.get("expected")
        try:
            self.progress = _progress(record)
        except (PipelineError, ValueError, TypeError) as error:
            raise RequestError(
                f"The record of run {self.id} cannot be drawn: its nodes are no pipeline: {error}"
            ) from error
        self.pipeline = self.progress.pipeline
        self.error, self.resume = self.progress.error, self.progress.resume
        self.monitor = Monitor()
        self.over = False


def _progress(record: Mapping[str, Any]) -> RunProgress:
    told = {each["name"]: each for each in record["nodes"]}
    nodes = {name: _node(each) for name, each in told.items()}
    expected = {name: each["expected"] for name, each in told.items() if "expected" in each}
    progress = RunProgress(expected)
    if record.get("started") is None:
        return progress
    pipeline = Pipeline(list(nodes.values()))
    progress(
        events.RunStarted(record["started"], record["id"], record["runner"], pipeline, tuple(nodes.values()))
    )
    for name, node in nodes.items():
        _replay(progress, node, told[name])
    data = (each for each in record["datasets"] if "measured" in each)
    progress.data.update({each["name"]: _measured(each["measured"]) for each in data})
    if record.get("ended") is not None:
        progress(events.RunFinished(record["ended"], _error(record.get("error")), None))
        progress.state = record["state"]
    return progress


def _replay(progress: RunProgress, node: Node, told: Mapping[str, Any]) -> None:
    """What happened to one node."""
    began, state = told.get("started"), told["state"]
    load, call, save = (told.get(part, 0.0) for part in ("load", "call", "save"))
    ended = (began or progress.started or 0.0) + (told.get("seconds") or load + call + save)
    if began is not None:
        progress(events.NodeStarted(began, node, told.get("worker", "main")))
    if began is not None and state == "done":
        progress(events.NodeLoaded(began + load, node))
        progress(events.NodeCalled(began + load + call, node))
    for stream, text in told.get("prints", ()):
        progress(events.NodePrinted(ended, node, stream, text))
    if state == "done":
        progress(events.NodeFinished(ended, node, load, call, save, told.get("peak")))
    elif state == "skipped":
        progress(events.NodeSkipped(ended, node))
    elif state == "failed":
        progress(events.NodeFailed(ended, node, _error(told.get("error"), node) or Exception()))
    elif state == "cancelled":
        progress(events.NodeCancelled(ended, node))


def _measured(told: Mapping[str, Any]) -> Measured:
    return Measured(told["type"], told.get("bytes"), tuple(told.get("shape", ())))


def _error(told: Mapping[str, Any] | None, node: object = "") -> BaseException | None:
    """An error that reads as the one that was raised."""
    if told is None:
        return None
    kind: type[BaseException] = type(
        told["type"].rpartition(".")[2], (Exception,), {"__module__": "builtins"}
    )
    error = kind(told["message"])
    if inputs := told.get("inputs"):
        lines = (f"  {each['name']}: {each['text']}" for each in inputs)
        error.add_note("\n".join([f"In node {node}", "with the inputs:", *lines]))
    return error


class _Function:
    """Stands for the function of a node."""

    def __init__(self, path: str) -> None:
        self.__module__, _, self.__name__ = path.rpartition(".")
        self.__qualname__ = self.__name__

    def __call__(self, *_args: Any, **_named: Any) -> None:
        raise RuntimeError("This is the record of a run, and not the run.")


class _RecordedNode(Node):
    """A node under the name that it had, however that was made."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        tags, namespace = told.get("tags"), told.get("namespace")
        function = _Function(told.get("function", "?"))
        super().__init__(function, told["inputs"], told["outputs"], tags=tags, namespace=namespace)
        self._full_name = told["name"]
        own = told["name"].removeprefix(f"{namespace}.") if namespace else told["name"]
        self._name = told.get("label", own)


def _node(told: Mapping[str, Any]) -> Node:
    return _RecordedNode(told)
