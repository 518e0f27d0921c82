"""Threads for input and output that never keep a process from ending, unlike those of `concurrent.futures`."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future


class DaemonThreads:
    """Calls functions on up to `count` daemon threads, started as they are needed.

    Attributes:
        threads: those that were.
    """

    def __init__(self, count: int, name: str) -> None:
        self._count = count
        self._name = name
        self._calls: SimpleQueue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]] | None] = (
            SimpleQueue()
        )
        self.threads: list[threading.Thread] = []
        self._closed = False

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have the function called; the future holds what it returns or raises."""
        from concurrent.futures import Future

        future: Future[Any] = Future()
        self._calls.put((future, function, arguments))
        if len(self.threads) < self._count:
            thread = threading.Thread(
                target=self._work, name=f"{self._name}-{len(self.threads) + 1}", daemon=True
            )
            self.threads.append(thread)
            thread.start()
        return future

    def _work(self) -> None:
        try:
            while (call := self._calls.get()) is not None and not self._closed:
                _answer(*call)
                del call  # a thread that waits must not keep data alive
        except KeyboardInterrupt:
            """It has come a moment too late for the function."""
        self._calls.put(None)  # to the next one

    def close(self, *, wait: bool) -> None:
        """Let the threads go: once all is done, or at once, leaving what they have not begun."""
        self._closed = not wait
        self._calls.put(None)
        if wait:
            for thread in self.threads:
                if thread.ident is not None:  # an interrupt may have come while it was being started
                    thread.join()


def _answer(future: Future[Any], function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    try:
        result = function(*arguments)
    except BaseException as error:  # noqa: BLE001 - whoever asks for the result gets it
        future.set_exception(error)
    else:
        future.set_result(result)
