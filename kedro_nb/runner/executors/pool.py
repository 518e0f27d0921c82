"""Processes that wait for work, from run to run: started when first needed, ended when idle for a while."""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import pickle
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

IDLE = 60.0  # seconds that a process waits for its next run

_shelf: list[WorkerProcess] = []
_lock = threading.Lock()
_timer: threading.Timer | None = None
_all: set[WorkerProcess] = set()


class WorkerProcess:
    """A process that runs tasks.

    Attributes:
        connection: our end of the pipe to it.
    """

    def __init__(self, method: str) -> None:
        self.method = method
        context: Any = multiprocessing.get_context(method)
        self.connection, theirs = context.Pipe()
        # A fork has our ends of the other pipes: it must not keep them open when we are gone.
        inherited = [self.connection, *(worker.connection for worker in _all)] if method == "fork" else []
        self._process = context.Process(
            target=_serve, args=(theirs, os.getpid(), inherited), name="kedro_nb-worker"
        )
        with _without_main(), warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # the user's choice of fork, with threads about
            self._process.start()
        theirs.close()
        _all.add(self)

    def send(self, *message: Any) -> None:
        """Send a message, whole."""
        self.connection.send_bytes(pickle.dumps(message, protocol=5))

    def receive(self) -> Any:
        """The next message."""
        return pickle.loads(self.connection.recv_bytes())

    @property
    def alive(self) -> bool:
        return bool(self._process.is_alive())

    def end(self, grace: float = 0.0) -> int | None:
        """End the process, whatever it does; its exit code, negative for a signal.

        Args:
            grace: seconds to wait for a process that ends by itself.
        """
        self._process.join(grace)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        code: int | None = self._process.exitcode
        self.connection.close()
        self._process.close()
        _all.discard(self)
        return code


def _serve(connection: Any, parent: int, inherited: list[Any]) -> None:
    for other in inherited:
        other.close()
    from kedro_nb.runner.executors.worker import main

    main(connection, parent)


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Keep a new process from importing the user's script again: what it needs of it is sent by value."""
    main = sys.modules["__main__"]
    hidden: dict[str, Any] = {n: vars(main)[n] for n in ("__file__", "__spec__") if n in vars(main)}
    for name in hidden:
        vars(main)[name] = None
    vars(main).pop("__file__", None)
    try:
        yield
    finally:
        vars(main).update(hidden)


def take(method: str) -> WorkerProcess:
    """A process that is free, started this way."""
    with _lock:
        for worker in _shelf:
            if worker.method == method:
                _shelf.remove(worker)
                if worker.alive:
                    return worker
                worker.end()
                break
        if not _all:
            atexit.register(_end_all)  # before multiprocessing's own, which would wait for them
        return WorkerProcess(method)


def give_back(workers: Iterable[WorkerProcess]) -> None:
    """Keep processes for the next run, for a while."""
    global _timer  # noqa: PLW0603 - one for all
    with _lock:
        _shelf.extend(workers)
        if _timer is not None:
            _timer.cancel()
        _timer = threading.Timer(IDLE, shut_down)
        _timer.daemon = True
        _timer.start()


def shut_down() -> None:
    """End every process that waits."""
    with _lock:
        while _shelf:
            _shelf.pop().end()


def _end_all() -> None:
    for worker in list(_all):
        worker.end()
