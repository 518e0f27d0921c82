"""Processes that wait for work, from run to run: started when first needed, ended when idle for a while."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # `signal` around it is slow: it looks for members of an enum
import atexit
import contextlib
import multiprocessing
import multiprocessing.util  # before our own `atexit` below: what is registered last is called first
import os
import sys
import threading
import time
import warnings
import weakref
from typing import TYPE_CHECKING, Any

from kedro_nb.io.packing import busy, improve_recycled, remove_leavings, start_recycling, stop_recycling
from kedro_nb.runner.executors import worker_main  # here, so that forks have it
from kedro_nb.runner.executors.channel import Inbox, encode, write_unless
from kedro_nb.runner.executors.stopping import GLANCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

IDLE = 60.0  # seconds that a process waits for its next run
_TOLD = 0.5  # seconds in which a thread that has waited for a process notes what became of it

_shelf: list[WorkerProcess] = []
_lock = threading.Lock()
_timer: threading.Timer | None = None
_last_use = 0.0
_all: weakref.WeakSet[WorkerProcess] = weakref.WeakSet()


class WorkerProcess:
    """A process that runs tasks. One that nobody refers to any more is ended.

    Attributes:
        connection: our end of the pipe to it.
        fresh: this is its first run.
    """

    def __init__(self, method: str) -> None:
        self.method = method
        self.fresh = True
        self._parent = os.getpid()
        context: Any = multiprocessing.get_context(method)
        self.connection, theirs = context.Pipe()
        os.set_blocking(self.connection.fileno(), False)
        self._inbox = Inbox()
        # A fork has our ends of all pipes: it must not keep them open when we are gone.
        _all.add(self)
        self._process = context.Process(target=_serve, args=(theirs, os.getpid()), name="kedro_nb-worker")
        with _without_main() if method != "fork" else contextlib.nullcontext(), warnings.catch_warnings():
            # Fork, with threads about, is the user's choice.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process.start()
        self.pid: int = self._process.pid
        theirs.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):  # at the end of the process anything may be gone
            if self._parent == os.getpid() and not self.connection.closed:
                self.end()

    def send(self, *message: Any, stopped: Callable[[], bool]) -> bool:
        """Send a message, for as long as `stopped` does not say that it is in vain.

        Returns:
            Whether the whole message was sent. A process that got a part of one is of no further use.

        Raises:
            OSError: the process has died.
        """
        return write_unless(self.connection.fileno(), encode(*message), stopped, GLANCE)

    def receive(self) -> list[Any]:
        """Read what has arrived, without waiting, and return the messages that are whole now.

        Raises:
            Exception: the process has died, or a node has written into the pipe.
        """
        self._inbox.read(self.connection.fileno())
        messages = []
        while not self._inbox.empty and (message := self._inbox.take()) is not None:
            messages.append(message)
        return messages

    @property
    def between_messages(self) -> bool:
        """Whether the process has sent no part of a message that is not whole."""
        return self._inbox.empty

    @property
    def alive(self) -> bool:
        return bool(self._process.is_alive())

    def ask_to_stop(self) -> None:
        """Interrupt the task that it is at."""
        with contextlib.suppress(OSError):
            os.kill(self.pid, _signal.SIGUSR1)

    def await_end(self, seconds: float, stopped: Callable[[], bool]) -> None:
        """Give the process some seconds to end by itself, for as long as `stopped` does not say otherwise."""
        # `join` can wait for ever for one whose descriptors a node has closed.
        until = time.monotonic() + seconds
        while self._process.exitcode is None and time.monotonic() < until and not stopped():
            time.sleep(0.005)

    def end(self) -> int | None:
        """End the process, whatever it does; its exit code, negative for a signal. None if it was ended before."""
        if self.connection.closed:
            return None
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        code = self._exit_code()
        self.connection.close()
        with contextlib.suppress(ValueError):  # what became of it somebody else has been told
            self._process.close()
        _all.discard(self)
        remove_leavings(self.pid)
        return code

    def _exit_code(self) -> int | None:
        """The exit code, also where another thread, which starts a process, is just being told of it."""
        until = time.monotonic() + _TOLD
        while self._process.exitcode is None and time.monotonic() < until:
            time.sleep(0.001)
        code: int | None = self._process.exitcode
        return code


def _serve(connection: Any, parent: int) -> None:
    worker_main.main(connection, parent)


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Keep a new process from importing the user's script again: what it needs of it is sent by value."""
    main = sys.modules["__main__"]
    hidden: dict[str, Any] = {n: vars(main)[n] for n in ("__file__", "__spec__") if n in vars(main)}
    vars(main)["__spec__"] = None
    vars(main).pop("__file__", None)
    try:
        yield
    finally:
        vars(main).update(hidden)


@contextlib.contextmanager
def uninterrupted() -> Iterator[list[Any]]:
    """Let interrupts wait until the block is done; it is given the list of those that wait."""
    handler = _signal.getsignal(_signal.SIGINT)
    interrupts: list[Any] = []
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield interrupts
        return
    _signal.signal(_signal.SIGINT, lambda *args: interrupts.append(args))
    try:
        yield interrupts
    finally:
        _signal.signal(_signal.SIGINT, handler)
        if interrupts:
            handler(*interrupts[0])


def take(method: str) -> WorkerProcess:
    """A process that is free and was started this way."""
    busy()
    with _lock:
        for worker in [worker for worker in _shelf if worker.method == method]:
            _shelf.remove(worker)
            if worker.alive:
                return worker
            worker.end()
        start_recycling()
        return WorkerProcess(method)


def give_back(workers: Iterable[WorkerProcess]) -> None:
    """Keep processes for the next run, for a while."""
    global _last_use  # noqa: PLW0603 - one for all
    with _lock:
        for worker in workers:
            worker.fresh = False
            _shelf.append(worker)
        _last_use = time.monotonic()
        if _timer is None or _timer.interval > IDLE:
            _look_again(IDLE)
        improve_recycled()


def _look_again(seconds: float) -> None:
    """Look after so many seconds whether the processes are still in use: a timer for each run would cost more."""
    global _timer  # noqa: PLW0603 - the same
    if _timer is not None:
        _timer.cancel()
    _timer = threading.Timer(seconds, _end_idle)
    _timer.daemon = True
    _timer.start()


def _end_idle() -> None:
    with _lock:
        left = _last_use + IDLE - time.monotonic()
        if left > 0:
            _look_again(left)
            return
    shut_down()


def shut_down() -> None:
    """End every process that waits, and give back the memory that they would have used again."""
    global _timer  # noqa: PLW0603 - the same
    with _lock:
        if _timer is not None:
            _timer.cancel()
            _timer = None
        while _shelf:
            _shelf.pop().end()
        stop_recycling()


def _end_all() -> None:
    for worker in list(_all):
        worker.end()


def _after_fork() -> None:
    """Leave the parent's processes to the parent: a fork has pools of its own."""
    global _lock, _timer
    _lock, _timer = threading.Lock(), None
    for worker in list(_all):
        worker.connection.close()
    _all.clear()
    _shelf.clear()


atexit.register(_end_all)
os.register_at_fork(after_in_child=_after_fork)
