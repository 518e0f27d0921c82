"""What Ctrl-C and a notebook's interrupt do while a run goes on."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from kedro_nb.runner.monitor import Monitor


class Interrupts:
    """Takes interrupts for the length of a run in the main thread; elsewhere it does nothing.

    The first one stops the run. Where a node is at work in this very thread it is raised there; otherwise the loop
    is told, so that nothing of ours is struck half-way. The second one is raised wherever it strikes.
    """

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._before: Any = None
        self._over = threading.Lock()

    def __enter__(self) -> Self:
        before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread() and callable(before):
            self._before = before
            signal.signal(signal.SIGINT, self._take)
            self._monitor.wake_on_cancel(self._reach_node)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._before is not None:
            self._over.acquire()  # for good: nobody sends this thread an interrupt any more
            signal.signal(signal.SIGINT, self._before)

    def _take(self, number: int, frame: Any) -> None:
        monitor = self._monitor
        first, monitor.interrupted = not monitor.interrupted, True
        if monitor.at_work_here or not first:
            monitor.cancelled = True  # also when the node catches it
            self._before(number, frame)
        else:
            monitor.cancel()

    def _reach_node(self) -> None:
        """Somebody has cancelled the run from another thread: a node in this one has to hear of it."""
        main = threading.main_thread()
        if threading.current_thread() is not main and self._over.acquire(blocking=False):
            if self._monitor.at_work_here:
                signal.pthread_kill(main.ident or 0, signal.SIGINT)
            self._over.release()
