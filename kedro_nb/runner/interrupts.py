"""What Ctrl-C and a notebook's interrupt do while a run goes on."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from kedro_nb.runner.monitor import Monitor


class Interrupts:
    """Takes interrupts for the length of a run in the main thread; elsewhere it does nothing.

    The first one stops the run. Where a node, or a hook, is at work in this very thread it is raised there; otherwise
    the loop is told, so that nothing of ours is struck half-way. The second one is raised wherever it strikes. What
    comes while the run is being wound up (`Monitor.winding_up`) is raised after it, or has been raised already.

    It may be entered again for a run that it is taken for already.
    """

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._before: Any = None
        self._late: tuple[Any, ...] = ()
        self._sent = False  # by us, to reach a node
        self._over = threading.Lock()

    def __enter__(self) -> Self:
        before = signal.getsignal(signal.SIGINT)
        here = threading.current_thread() is threading.main_thread() and callable(before)
        if here and not self._monitor.takes_interrupts:
            self._before = before
            self._monitor.takes_interrupts = True
            self._monitor.wake_on_cancel(self._reach_node)
            signal.signal(signal.SIGINT, self._take)
        return self

    def __exit__(self, kind: object, *_error: object) -> None:
        if self._before is not None:
            self._monitor.winding_up = True
            self._over.acquire()  # for good: nobody sends this thread an interrupt any more
            signal.signal(signal.SIGINT, self._before)
            self._monitor.takes_interrupts = self._monitor.winding_up = False
            if self._late and kind is None:
                self._before(*self._late)

    def _take(self, number: int, frame: Any) -> None:
        monitor = self._monitor
        sent, self._sent = self._sent, False
        if sent:
            if monitor.at_work_here:
                raise KeyboardInterrupt
            return
        first, monitor.interrupted = not monitor.interrupted, True
        ending = getattr(frame, "f_code", None) is Interrupts.__exit__.__code__  # and has to get to its end
        if monitor.winding_up or ending:
            self._late = number, frame
        elif monitor.at_work_here or not first:
            monitor.cancelled = True  # also when the node catches it
            self._before(number, frame)
            raise KeyboardInterrupt  # whatever the handler from before makes of it
        else:
            monitor.cancel()

    def _reach_node(self) -> None:
        """Somebody has cancelled the run from another thread: a node in this one has to hear of it."""
        main = threading.main_thread()
        if threading.current_thread() is not main and self._over.acquire(blocking=False):
            if self._monitor.at_work_here:
                self._sent = True
                signal.pthread_kill(main.ident or 0, signal.SIGINT)
            self._over.release()
