"""Whether an interrupt has come that Python has not seen to yet.

Python sees to it between two steps of its own. A node in the main thread may be in a call, into a library, that takes
its time: then nothing happens at first, and the view is to say that the interrupt was heard.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading


class Struck:
    """Listens for interrupts of the main thread, from `begin` to `end`; elsewhere it hears nothing."""

    def __init__(self) -> None:
        self._seen = False
        self._pipe: tuple[int, int] | None = None
        self._before = -1

    def begin(self) -> None:
        """Listen from now on, if this is the main thread."""
        if threading.current_thread() is not threading.main_thread() or self._pipe is not None:
            return
        self._pipe = os.pipe()
        for descriptor in self._pipe:
            os.set_blocking(descriptor, False)
        self._before = signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)

    def end(self) -> None:
        """Listen no longer, and leave everything as it was."""
        if self._pipe is None or threading.current_thread() is not threading.main_thread():
            return
        signal.set_wakeup_fd(self._before)
        self._hear()
        for descriptor in self._pipe:
            os.close(descriptor)
        self._pipe = None

    @property
    def seen(self) -> bool:
        """Whether one has come."""
        self._hear()
        return self._seen

    def _hear(self) -> None:
        if self._pipe is not None:
            with contextlib.suppress(OSError):  # nothing has come
                heard = os.read(self._pipe[0], 1024)
                self._seen |= signal.SIGINT in heard
                if self._before >= 0:
                    os.write(self._before, heard)  # to whom it would have gone
