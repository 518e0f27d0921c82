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
        while (call := self._calls.get()) is not None and not self._closed:
            future, function, arguments = call
            try:
                future.set_result(function(*arguments))
            except BaseException as error:  # noqa: BLE001 - whoever asks for the result gets it
                future.set_exception(error)
            del call, future, function, arguments  # a thread that waits must not keep data alive

    def close(self, *, wait: bool) -> None:
        """Let the threads go: once all is done, or at once, leaving what they have not begun."""
        self._closed = not wait
        for _ in self.threads:
            self._calls.put(None)
        if wait:
            for thread in self.threads:
                thread.join()
