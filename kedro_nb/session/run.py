"""A run: what to begin, to wait for, to cancel, and to look at afterwards."""

from __future__ import annotations

import contextvars
import threading
import time
from typing import TYPE_CHECKING, Self

from kedro_nb.exception_copies import linked, presentable
from kedro_nb.exceptions import set_traceback, traceback_of
from kedro_nb.masking import get_logger
from kedro_nb.runner import Monitor
from kedro_nb.runner.failure import user_frames
from kedro_nb.runner.interrupts import Interrupts
from kedro_nb.runner.unwinding import isolated
from kedro_nb.session.progress import RunProgress, how_it_ended

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping
    from types import TracebackType
    from typing import Any

    from kedro_nb.pipeline import Pipeline
    from kedro_nb.runner import RunResult
    from kedro_nb.runner.events import ResumeHint
    from kedro_nb.runner.monitor import Listener
    from kedro_nb.session.execution import Execution
    from kedro_nb.session.progress import RunState
    from kedro_nb.session.redefinitions import Redefinition
    from kedro_nb.session.request import RunRequest

logger = get_logger(__name__)


class Run:
    """One run of a session, made by `Session.prepare` and not begun, or by `Session.run` and over.

    Attributes:
        id: names the run and the versions that it saves: the time at which it was made.
        request: what was asked for.
        parameters: all that the nodes may read.
        pipeline: the nodes to run.
        state: "waiting", "running", "finished", "failed" or "cancelled".
        error: what it failed with.
        progress: the state and the times of every node.
        started, ended: seconds since the epoch; None before.
        expected: seconds that the same nodes took with the same runner when they last ran to the end, if they did.
        options: the options that a front end has beside those of a request, as in "--catalog=io": the line that asks
            for the same run needs them. None where no line can ask for it.
        redefined: the names of nodes by what has happened to their functions since the pipeline was made.
        code: a hash of each node's code as it was when the run began, by node name.
    """

    def __init__(
        self,
        run_id: str,
        request: RunRequest,
        pipeline: Pipeline,
        parameters: dict[str, Any],
        work: Execution,
        durations: dict[str, float],
        listeners: Iterable[Listener] = (),
    ) -> None:
        self.id = run_id
        self.request = request
        self.pipeline = pipeline
        self.parameters = parameters
        self.state: RunState = "waiting"
        self.error: BaseException | None = None
        self.progress = RunProgress(durations)
        # Nothing is lent: in a session somebody will run the failed node again.
        self.monitor = Monitor((self.progress, *listeners), durations, lends=False, measures=True)
        self.started: float | None = None
        self.ended: float | None = None
        self.expected: float | None = None
        self.options: tuple[str, ...] | None = ()
        self.redefined: Mapping[Redefinition, list[str]] = {}
        self.code: Mapping[str, str] = {}
        self._work = work
        self._result: RunResult | None = None
        self._traceback: TracebackType | None = None
        self._begun = False
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._when_over: list[Callable[[], object]] = []

    def check(self) -> None:
        """Say what would be refused, without running.

        Raises:
            Exception: what the run would raise before its first node.
        """
        self._work.check(self)

    def execute(self) -> Self:
        """Run here, to the end. An error of the run is kept in it: `result()` raises it.

        Raises:
            RequestError: the run cannot begin; nothing was run.
        """
        with Interrupts(self.monitor):
            self._begin()
            isolated(self._carry_out)
        return self

    def start(self) -> Self:
        """Run on a thread of its own, and return at once.

        Raises:
            RequestError: the run cannot begin; nothing was run.
        """
        self.monitor.background = True
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=context.run, args=(self._carry_out,), name=f"kedro_nb-run-{self.id}", daemon=True
        )
        with Interrupts(self.monitor):  # until the thread has it
            self._begin()
            try:
                thread.start()
            except RuntimeError as error:  # there is no room for one more
                self._wind_up(None, error)
        return self

    def _begin(self) -> None:
        with self._lock:
            if self._begun:
                raise RuntimeError(f"{self!r} was begun already: prepare a new one.")
            self._begun = True
        try:
            self._work.begin(self)
        except BaseException:
            self._begun = False
            raise
        self.state, self.started = "running", time.time()

    def _carry_out(self) -> None:
        result, raised = None, None
        try:
            result = self._work.run(self)
        except BaseException as error:  # noqa: BLE001 - kept for whoever asks for the result
            raised = presentable(error)
            set_traceback(raised, user_frames(traceback_of(raised)))
        finally:
            self.monitor.winding_up = True
            self._wind_up(result, raised)

    def _wind_up(self, result: RunResult | None, error: BaseException | None) -> None:
        try:
            self._work.end(self)
        finally:
            self._end(result, error)

    def _end(self, result: RunResult | None, error: BaseException | None) -> None:
        self._result = result
        self.error = error
        self._traceback = None if error is None else traceback_of(error)
        self.ended = time.time()
        self.state = how_it_ended(error)
        self.progress.settle(self.ended, error, self.resume)
        with self._lock:
            self._over.set()
            waiting, self._when_over = self._when_over, []
        self.monitor.winding_up = False  # what is called now may take its time
        for call in waiting:
            self._call(call)

    def _call(self, call: Callable[[], object]) -> None:
        """One that fails keeps nobody else from being called."""
        try:
            call()
        except Exception:
            logger.exception("Something that was to be called at the end of %r has failed", self)

    @property
    def over(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self._over.is_set()

    @property
    def resume(self) -> ResumeHint | None:
        """Where to take it up again when it has not ended well."""
        return self.monitor.resume

    def dataset_type(self, name: str) -> str | None:
        """The name of the class of one of its datasets, if the catalog tells."""
        return self._work.dataset_type(name)

    def result(self) -> RunResult:
        """The pipeline's outputs, once the run is over.

        Raises:
            BaseException: what the run failed with.
            RuntimeError: it has not begun, so that there is nothing to wait for.
        """
        self._check_begun()
        self.wait()
        if self.error is not None:
            set_traceback(self.error, self._traceback)
            raise self.error
        if self._result is None:
            raise RuntimeError(f"Run {self.id} ended without a result.")
        return self._result

    def _check_begun(self) -> None:
        if not self._begun:
            raise RuntimeError(
                f"{self!r} has not begun: begin it with execute(), or start() in the background."
            )

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run is over, or for `timeout` seconds; whether it is."""
        return self._over.wait(timeout)

    def listen(self, listener: Listener) -> None:
        """Have a listener called with every event from now on."""
        self.monitor.listeners = (*self.monitor.listeners, listener)

    def when_over(self, call: Callable[[], object]) -> None:
        """Call something once the run is over, from the thread that ran it; at once when it is over."""
        with self._lock:
            if not self._over.is_set():
                self._when_over.append(call)
                return
        self._call(call)

    def __await__(self) -> Generator[Any, None, RunResult]:
        return self._await_result().__await__()

    async def _await_result(self) -> RunResult:
        import asyncio

        self._check_begun()
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        self.when_over(lambda: loop.call_soon_threadsafe(over.set))
        await over.wait()
        return self.result()

    def cancel(self) -> None:
        """Stop it. What is finished stays in the catalog."""
        self.monitor.cancel()

    def forget_frames(self) -> None:
        """Let go of the data that the tracebacks of errors hold in their frames."""
        self._traceback = None
        errors = [self.error, *(node.error for node in self.progress.nodes.values())]
        seen: set[int] = set()
        while errors:
            error = errors.pop()
            if error is not None and id(error) not in seen:
                seen.add(id(error))
                set_traceback(error, None)
                errors += linked(error)

    def __repr__(self) -> str:
        now = time.time()
        seconds = (self.ended or now) - (self.started or now)
        return f"<Run {self.id}: {self.state}, {self.progress.done} of {len(self.pipeline)} nodes, {seconds:.1f} s>"
