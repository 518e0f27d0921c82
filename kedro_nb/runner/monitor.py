"""The other end of a run: who listens to its events, what is known of earlier runs, and the way to stop it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from kedro_nb.masking import get_logger
from kedro_nb.runner import forks

if TYPE_CHECKING:
    from kedro_nb.runner.events import Event, ResumeHint

Listener = Callable[["Event"], None]


logger = get_logger(__name__)


class Monitor:
    """Follows one run.

    Args:
        listeners: called with every event, one call at a time, from whichever thread the event happens in.
        durations: seconds per node name in earlier runs; the run reads it to plan and adds what it measures.
        lends: the last reader of data in memory may have it without a copy. False: inputs are never handed to a
            node without a copy, so that a failed node can be run again on what it was given.
        measures: have `NodeFinished` tell of memory and of the sizes of data.
        captures: have what nodes print told as `NodePrinted`, instead of printed.

    Attributes:
        resume: where to take the run up when it has not ended well.
        cancelled: the run is to stop, or has stopped.
        asked: somebody has seen an interrupt come that is not seen to yet.
        interrupted: by Ctrl-C, or the notebook's interrupt.
        background: the run is not in the thread of whoever waits for it.
        at_work_here: stands for the node, hook or dataset that is running in the main thread, where an interrupt can
            be raised: another object each time, and false when none is.
        takes_interrupts: somebody does already; see `Interrupts`.
        process: the id of the process that runs the nodes; see `forks`.
        winding_up: what is left to do is short, and must not be struck half-way.
    """

    def __init__(
        self,
        listeners: Iterable[Listener] = (),
        durations: dict[str, float] | None = None,
        *,
        lends: bool = True,
        measures: bool = False,
        captures: bool = False,
    ) -> None:
        self.listeners = tuple(listeners)
        self.durations: dict[str, float] = {} if durations is None else durations
        self.lends = lends
        self.measures = measures
        self.captures = captures
        self.resume: ResumeHint | None = None
        self.cancelled = False
        self.asked = False
        self.interrupted = False
        self.background = False
        self.at_work_here: object = None
        self.takes_interrupts = False
        self.winding_up = False
        self._wake: list[Callable[[], object]] = []
        self._lock = threading.RLock()
        self.process = os.getpid()
        forks.watch(self)

    def emit(self, event: Event) -> None:
        """Tell every listener. One that fails is no reason for the run to."""
        with self._lock:
            for listen in self.listeners:
                try:
                    listen(event)
                except Exception:
                    logger.exception("A listener failed at %s", type(event).__name__)

    @property
    def telling_here(self) -> bool:
        """Whether this thread is at telling the listeners."""
        return self._lock._is_owned()  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001 - a Condition asks it too

    @property
    def stopping(self) -> bool:
        """Whether the run was told to stop, or will be as soon as Python gets to it."""
        return self.cancelled or self.asked

    def cancel(self) -> None:
        """Stop the run: no further node begins, and what is at work is ended, or left alone if it cannot be."""
        self.cancelled = True
        for wake in tuple(self._wake):
            wake()

    def wake_on_cancel(self, wake: Callable[[], object]) -> None:
        """Call something when the run is cancelled, from whichever thread, or in the midst of an interrupt."""
        self._wake.append(wake)

    def forget(self) -> None:
        """Let go of whom to wake, and so of the data that they hold: the run is over."""
        self._wake.clear()
