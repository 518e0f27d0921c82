"""The one scheduling loop, for every executor.

It hands out nodes whose inputs can be read, takes back what was done, frees what nobody will read, and keeps count.
The work itself, the order and the hints are elsewhere.
"""

from __future__ import annotations

import logging
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from kedro_nb.errors import RunCancelledError
from kedro_nb.exceptions import add_note, headline_of
from kedro_nb.io.marks import is_in_memory
from kedro_nb.masking import error_text, mask_text
from kedro_nb.runner.task import Task

if TYPE_CHECKING:
    from kedro_nb.runner.executors import Executor
    from kedro_nb.runner.plan import Plan
    from kedro_nb.runner.task import TaskContext


_BRIEF = 500  # characters of an error in a note on another one


class RunLoop:
    """Runs a plan on an executor.

    Attributes:
        done: positions of the nodes that finished.
        failed: the tasks that did not end well, in the order in which they came back.
    """

    def __init__(self, plan: Plan, executor: Executor, context: TaskContext, logger: logging.Logger) -> None:
        self.plan = plan
        self.executor = executor
        self.context = context
        self.logger = logger
        self.done: set[int] = set()
        self.failed: list[Task] = []
        self._running: dict[int, Task] = {}
        self._durations = context.monitor.durations
        self._logs = logger.isEnabledFor(logging.INFO)
        # With one worker the order cannot make the run shorter, and the pipeline's own is the one people know.
        one_by_one = executor.slots == 1 or context.is_async
        self._rank = plan.ranks(None if one_by_one else context.monitor.durations)
        self._ready = [(self._rank[i], i) for i, waiting in enumerate(plan.waiting) if not waiting]
        heapify(self._ready)

    def run(self) -> None:
        """Run to the end.

        Raises:
            BaseException: what the first node that failed has raised, once the nodes beside it have ended.
            RunCancelledError: when the monitor was told to cancel.
        """
        try:
            while self._ready or self._running:
                if not self.failed and not self.context.monitor.cancelled:
                    self._hand_out()
                else:
                    self._drop()
                    if not self._running:
                        break
                for task in self.executor.wait():
                    if task.error is None:
                        self._take_back(task)
                    else:
                        self._fail(task)
        except BaseException as error:
            self.context.monitor.winding_up = True  # first: no interrupt may keep it from being abandoned
            for task in self.failed:
                if task.error is not None:
                    told = headline_of(task.error, _BRIEF, mask_text)
                    add_note(error, f"Node {task.node.name} had failed before that: {told}")
            self._abandon()
            self._with_account(error)
            raise
        self.executor.close()
        self._raise()

    def _hand_out(self) -> None:
        """Give the executor as much as it can hold."""
        ready, running, slots = self._ready, self._running, self.executor.slots
        while ready and len(running) < slots:
            rank, position = heappop(ready)
            running[position] = task = Task(position, self.plan.nodes[position], rank)
            self.executor.submit(task)

    def _take_back(self, task: Task) -> None:
        """Make ready whoever waited for what the task has written; once it is finished, count and clean up."""
        plan, node = self.plan, task.node
        for key in node.output_keys if task.written is None else task.written:
            for position in plan.consumers.get(key, ()):
                plan.waiting[position] -= 1
                if not plan.waiting[position]:
                    heappush(self._ready, (self._rank[position], position))
        if not task.finished:
            return
        del self._running[task.position]
        self.done.add(task.position)
        self._durations[node.name] = task.load + task.call + task.save
        if (events := self.context.events) is not None:
            data = self.context.sizes and self.context.sizes.news(task)
            times = task.load, task.call, task.save
            self.context.tell(events.NodeFinished, task, *times, task.peak, data)
        if self._logs:
            self.logger.info("Completed node: %s", node.name)
            self.logger.info("Completed %d out of %d tasks", len(self.done), len(plan.nodes))
        self._release(task)

    def _release(self, task: Task) -> None:
        """Free what has no reader left. The pipeline's inputs and outputs stay."""
        plan, node = self.plan, task.node
        names, readers = node.input_names, plan.readers
        for name in names if len(names) == 1 else set(names):
            readers[name] = left = readers[name] - 1
            if not left and name not in plan.kept:
                self.context.release(name)
        if plan.unread:
            for name in plan.unread.intersection(node.output_names):
                self.context.release(name)

    def _fail(self, task: Task) -> None:
        """Remember the failure; nothing further is handed out."""
        del self._running[task.position]
        self.failed.append(task)
        if self.context.monitor.cancelled:
            self._discard(task)
        if (events := self.context.events) is not None:
            if isinstance(task.error, RunCancelledError | KeyboardInterrupt):
                self.context.tell(events.NodeCancelled, task)
            else:
                self.context.tell(events.NodeFailed, task, task.error)

    def _discard(self, task: Task) -> None:
        """Drop from memory what a stopped node has saved: the rest of it is missing."""
        if task.dataset in task.node.output_names:
            for name in task.node.output_names:
                if is_in_memory(self.context.dataset(name)):
                    self.context.release(name)

    def _drop(self) -> None:
        """Take back what the executor has not begun."""
        for task in self.executor.drop():
            del self._running[task.position]

    def _abandon(self) -> None:
        """Stop at once. What still runs may end by itself, but what a function returns then is not saved."""
        monitor = self.context.monitor
        monitor.cancel()
        self._drop()
        self.executor.close(abandon=True)
        self.failed += self._running.values()
        for task in self._running.values():
            self._discard(task)
        if (events := self.context.events) is not None:
            for task in self._running.values():
                self.context.tell(events.NodeCancelled, task)
        monitor.winding_up = False

    def _raise(self) -> None:
        """Raise what went wrong, if anything did."""
        monitor = self.context.monitor
        errors = [task.error for task in self.failed if task.error is not None]
        first = next((error for error in errors if not isinstance(error, RunCancelledError)), None)
        if first is not None:
            others = [task.node.name for task in self.failed if task.error is not first]
            if others:
                add_note(first, f"Also failed: {', '.join(others)}")
        elif monitor.cancelled and len(self.done) < len(self.plan.nodes):
            first = KeyboardInterrupt() if monitor.interrupted else RunCancelledError()
            for error in errors:
                add_note(first, error_text(error, _BRIEF))
        if first is not None:
            raise self._with_account(first)

    def _with_account(self, error: BaseException) -> BaseException:
        """An error that only says that the run was stopped says how far it was, too."""
        if isinstance(error, KeyboardInterrupt | RunCancelledError) and not error.args:
            error.args = (f"The run was stopped: {len(self.done)} of {len(self.plan.nodes)} nodes are done.",)
        return error
