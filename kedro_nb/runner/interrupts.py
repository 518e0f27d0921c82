"""What Ctrl-C and the interrupt of a notebook do during a run."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from kedro_nb.frames import is_locking_log
from kedro_nb.runner.unwinding import Unwinder, may_be_interrupted

if TYPE_CHECKING:
    from types import FrameType

    from kedro_nb.runner.monitor import Monitor


_MOMENT = 0.001  # seconds in which a lock is taken or released
_ATTEMPTS = 50  # after which another thread has the lock
_SEND = 0.05  # seconds to wait for another thread that sends one: after the run it is as if one always did


class Interrupts:
    """Handles interrupts for the length of a run in the main thread; elsewhere it does nothing.

    The first one stops the run. If a node or a hook is running in this very thread it is raised there; otherwise the
    loop is notified, so that it does not break off our own code. The second one is raised wherever it arrives, and if
    that is in a node or a hook, this is unwound even if it catches every interrupt. Interrupts that come while the
    run is being finalized (`Monitor.winding_up`) are raised after it, or have been raised already.

    It may be entered again for a run whose interrupts it handles already.
    """

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._before: Any = None
        self._late: tuple[Any, ...] = ()
        self._sent: object = None  # this object has sent an interrupt for this code of the user's
        self._interrupted: object = None  # the user's code in which an interrupt was raised
        self._caller: Any = None
        self._profiler: Any = None
        self._unwinder: Unwinder | None = None
        self._postponed = 0  # times in a row
        self._over = threading.Lock()

    def __enter__(self) -> Self:
        before = signal.getsignal(signal.SIGINT)
        here = threading.current_thread() is threading.main_thread() and callable(before)
        if here and not self._monitor.takes_interrupts:
            self._before = before
            self._caller = sys._getframe(1)  # noqa: SLF001 - an internal of Python, not of a class
            self._profiler = sys.getprofile()
            self._monitor.takes_interrupts = True
            self._monitor.wake_on_cancel(self._reach_node)
            signal.signal(signal.SIGINT, self._take)
        return self

    def __exit__(self, kind: object, *_error: object) -> None:
        if self._before is not None:
            self._monitor.winding_up = True
            self._caller = None
            if self._unwinder is not None:
                self._unwinder.end()
            # Python removes it where an interrupt strikes it.
            if self._monitor.interrupted and callable(self._profiler) and sys.getprofile() is None:
                sys.setprofile(self._profiler)
            self._over.acquire()  # for good: no other thread sends this one an interrupt from now on
            signal.signal(signal.SIGINT, self._before)
            self._monitor.takes_interrupts = self._monitor.winding_up = False
            if self._late and kind is None:
                self._before(*self._late)

    def _take(self, number: int, frame: FrameType | None) -> None:
        monitor = self._monitor
        sent, self._sent = self._sent, None
        if sent:
            if monitor.at_work_here is sent:
                self._insist(frame)
                if not self._postpone(frame):
                    raise KeyboardInterrupt
            return
        if self._unwinder is not None and self._unwinder.sent:
            self._unwinder.sent = False
            if monitor.at_work_here is self._interrupted:
                self._unwinder.trace(frame)
                if may_be_interrupted(frame):
                    raise KeyboardInterrupt
            return
        first, monitor.interrupted = not monitor.interrupted, True
        ending = getattr(frame, "f_code", None) is Interrupts.__exit__.__code__  # and has to get to its end
        if monitor.winding_up or ending:
            self._late = number, frame
        elif monitor.at_work_here or not first:
            monitor.cancelled = True  # also when the node catches it
            self._insist(frame)
            if self._postpone(frame):
                return
            self._before(number, frame)
            raise KeyboardInterrupt  # if the handler from before has not raised
        else:
            monitor.cancel()

    def _insist(self, frame: FrameType | None) -> None:
        """Unwind the user's code that is running, if an interrupt was raised there before."""
        running = self._monitor.at_work_here
        if not running:
            return
        if self._interrupted is not running:
            self._interrupted = running
            if self._unwinder is not None:
                self._unwinder.end()
                self._unwinder = None
        elif self._unwinder is None:
            unwinder = Unwinder(self._caller, lambda: self._send(running))
            unwinder.start()
            self._unwinder = unwinder  # now: a further interrupt may have come before
        else:
            self._unwinder.trace(frame)

    def _postpone(self, frame: FrameType | None) -> bool:
        """Send the interrupt a moment later if it would now leave a lock of `logging` taken."""
        running = self._monitor.at_work_here
        if not running or self._postponed == _ATTEMPTS or not is_locking_log(frame):
            self._postponed = 0
            return False
        self._postponed += 1
        _thread.start_new_thread(self._send_later, (running,))
        return True

    def _send_later(self, running: object) -> None:
        time.sleep(_MOMENT)
        self._send(running)

    def _reach_node(self) -> None:
        """Interrupt the user's code in the main thread, as another thread has cancelled the run."""
        if threading.current_thread() is not threading.main_thread():
            self._send(self._monitor.at_work_here)

    def _send(self, running: object) -> bool:
        """Send the main thread an interrupt for what is running there; False if that has ended."""
        if not self._over.acquire(timeout=_SEND):
            return False
        try:
            if not running or self._monitor.at_work_here is not running:
                return False
            self._sent = running
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            return True
        finally:
            self._over.release()
