"""End code in the main thread that catches every interrupt.

An interrupt is an exception, and code like `while True: try: ... except: pass` catches it wherever it is raised inside
the `try`. So it is raised again at every line: sooner or later that is outside the `try`, and it leaves the loop.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from kedro_nb.frames import is_ours, is_standard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_PATIENCE = 0.05  # seconds in which code may handle an interrupt in its own way
_TICK = 0.01  # seconds between two interrupts after that: each ends a call that waits, such as a sleep


class Unwinder:
    """Raises KeyboardInterrupt in the code that is running in the main thread, again and again.

    From `start` on, `tick` is called regularly in a thread of its own. It is to send an interrupt to the main thread,
    whose handler calls `trace`. From then on every line of the frames on the stack raises, and sends an interrupt: a
    trace function that raises is removed by Python, and the handler is to call `trace` again. What a function calls
    in order to clean up is new on the stack and is left alone.

    Args:
        outermost: the frame that runs all of it, and is not traced.
        tick: sends an interrupt; False when the code has ended.

    Attributes:
        sent: a line has sent an interrupt that is not handled yet.
    """

    def __init__(self, outermost: FrameType, tick: Callable[[], bool]) -> None:
        self.sent = False
        self._outermost: FrameType | None = outermost
        self._tick = tick
        self._before: Any = sys.gettrace()
        self._active = True
        self._traced = False
        self._wake = threading.Event()
        self._over = _thread.allocate_lock()
        self._over.acquire()
        # Each step sends one. Python handles it after a call, but not after a step of an iterator.
        self._interrupts = iter(partial(_thread.interrupt_main, signal.SIGINT), object())

    def start(self) -> None:
        """Begin. A signal handler may call it, so it takes no lock that the main thread may hold."""
        _thread.start_new_thread(self._keep_ticking, ())

    def _keep_ticking(self) -> None:
        try:
            pause = _PATIENCE
            while not self._wake.wait(pause) and self._tick():
                pause = _TICK
        finally:
            self._active = False
            self._over.release()

    def trace(self, frame: FrameType | None) -> None:
        """Have every line of the frames on the stack raise.

        Args:
            frame: the innermost of them.
        """
        if not self._active:
            return
        self._traced = True
        sys.settrace(_ignore)
        while frame is not None and frame is not self._outermost and frame.f_trace != self._strike:
            if may_be_interrupted(frame):
                frame.f_trace = self._strike
            frame = frame.f_back

    def _strike(self, _frame: FrameType, event: str, _argument: object) -> Any:
        if event != "line" or not self._active:
            return self._strike
        self.sent = True
        for _ in self._interrupts:
            raise KeyboardInterrupt
        return None

    def end(self) -> None:
        """Stop, and put back the trace function from before."""
        self._wake.set()
        self._over.acquire()
        if self._traced:
            sys.settrace(self._before)
        self._outermost = None  # it refers to this object


def may_be_interrupted(frame: FrameType | None) -> bool:
    """Whether a frame is neither of the standard library nor of ours: those may hold a lock."""
    if frame is None:
        return False
    filename = frame.f_code.co_filename
    return not is_ours(filename) and not is_standard(filename)


def _ignore(_frame: FrameType, _event: str, _argument: object) -> None:
    """Do not trace new frames."""


def isolated(call: Callable[[], None]) -> None:
    """Call a function such that no exception counts as being handled when it has ended.

    A line that raises within an `except` or `finally` can keep Python from noting that the block has ended. The
    exception handled there would be the context of every later one. A generator has notes of its own.

    Args:
        call: runs code that may be unwound.
    """
    next(_calling(call))


def _calling(call: Callable[[], None]) -> Iterator[None]:
    call()
    yield
