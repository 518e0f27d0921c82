"""The other end of a run: who listens to its events, what is known of earlier runs, and the way to stop it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kedro_nb.runner.events import Event, ResumeHint

Listener = Callable[["Event"], None]


class Monitor:
    """Follows one run.

    Args:
        listeners: called with every event, one call at a time, from whichever thread the event happens in.
        durations: seconds per node name in earlier runs; the run reads it to plan and adds what it measures.
    """

    def __init__(self, listeners: Iterable[Listener] = (), durations: dict[str, float] | None = None) -> None:
        self.listeners = tuple(listeners)
        self.durations: dict[str, float] = {} if durations is None else durations
        self.resume: ResumeHint | None = None
        self.cancelled = False
        self._lock = threading.Lock()

    def emit(self, event: Event) -> None:
        """Tell every listener."""
        with self._lock:
            for listen in self.listeners:
                listen(event)

    def cancel(self) -> None:
        """Let no further node begin; what is running ends, and what it returns is dropped."""
        self.cancelled = True
