"""The other end of a run: who listens to its events, what is known of earlier runs, and the way to stop it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kedro_nb.runner.events import Event, ResumeHint

Listener = Callable[["Event"], None]


logger = logging.getLogger(__name__)


class Monitor:
    """Follows one run.

    Args:
        listeners: called with every event, one call at a time, from whichever thread the event happens in.
        durations: seconds per node name in earlier runs; the run reads it to plan and adds what it measures.
        lends: the last reader of data in memory may have it without a copy. False: inputs are never handed to a
            node without a copy, so that a failed node can be run again on what it was given.
        measures: have `NodeFinished` tell of memory and of the sizes of data.
        captures: have what nodes print told as `NodePrinted`, instead of printed.
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
        self._lock = threading.RLock()

    def emit(self, event: Event) -> None:
        """Tell every listener. One that fails is no reason for the run to."""
        with self._lock:
            for listen in self.listeners:
                try:
                    listen(event)
                except Exception:
                    logger.exception("A listener failed at %s", type(event).__name__)

    def cancel(self) -> None:
        """Let no further node begin; what is running ends, and what it returns is dropped."""
        self.cancelled = True
