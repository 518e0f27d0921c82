"""A run: what to wait for, to cancel, and to look at afterwards."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Literal

from kedro_nb.runner import Monitor
from kedro_nb.session.progress import RunProgress, how_it_ended

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from kedro_nb.pipeline import Pipeline
    from kedro_nb.runner import RunResult
    from kedro_nb.runner.events import ResumeHint
    from kedro_nb.runner.monitor import Listener
    from kedro_nb.session.request import RunRequest

State = Literal["running", "finished", "failed", "cancelled"]


class Run:
    """One run of a session.

    Attributes:
        id: names the run and the versions that it saves: the time of its start.
        request: what was asked for.
        pipeline: the nodes to run.
        state: "running", "finished", "failed" or "cancelled".
        error: what it failed with.
        progress: the state and the times of every node.
        started, ended: seconds since the epoch; `ended` is None while it runs.
    """

    def __init__(
        self,
        run_id: str,
        request: RunRequest,
        pipeline: Pipeline,
        durations: dict[str, float],
        listeners: Iterable[Listener] = (),
    ) -> None:
        self.id = run_id
        self.request = request
        self.pipeline = pipeline
        self.state: State = "running"
        self.error: BaseException | None = None
        self.progress = RunProgress()
        # Nothing is lent: in a session somebody will run the failed node again.
        self.monitor = Monitor((self.progress, *listeners), durations, lends=False)
        self.started = time.time()
        self.ended: float | None = None
        self._result: RunResult | None = None
        self._traceback: TracebackType | None = None
        self._over = threading.Event()

    @property
    def resume(self) -> ResumeHint | None:
        """Where to take it up again when it has not ended well."""
        return self.monitor.resume

    @property
    def node_seconds(self) -> dict[str, float]:
        """How long each node took that has finished."""
        return {name: node.seconds for name, node in self.progress.nodes.items() if node.state == "done"}

    def result(self) -> RunResult:
        """The pipeline's outputs, once the run is over.

        Raises:
            BaseException: what the run failed with.
        """
        self.wait()
        if self.error is not None:
            raise self.error.with_traceback(self._traceback)
        if self._result is None:
            raise RuntimeError(f"Run {self.id} ended without a result.")
        return self._result

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run is over, or for `timeout` seconds; whether it is."""
        return self._over.wait(timeout)

    def cancel(self) -> None:
        """Let no further node begin. What is finished stays in the catalog."""
        self.monitor.cancel()

    def end(self, result: RunResult | None, error: BaseException | None = None) -> None:
        """Called once by the session."""
        self.ended = time.time()
        self._result = result
        self.error = error
        self.state = how_it_ended(error)
        self._traceback = None if error is None else error.__traceback__
        self._over.set()

    def forget_frames(self) -> None:
        """Let go of the data that the error's traceback holds in its frames."""
        self._traceback = None
        error, seen = self.error, set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            error.__traceback__ = None
            error = error.__cause__ or error.__context__

    def __repr__(self) -> str:
        seconds = (self.ended or time.time()) - self.started
        return f"<Run {self.id}: {self.state}, {self.progress.done} of {len(self.pipeline)} nodes, {seconds:.1f} s>"
