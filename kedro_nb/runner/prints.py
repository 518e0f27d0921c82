"""What nodes print, told as events instead of printed.

For the length of a run a `_Router` stands in place of `sys.stdout` and of `sys.stderr`. What is written while a node
is at work in this context (its thread, and the asyncio tasks and threads that took over its context) goes to the
node; everything else goes where it always went. A node's text is told in slices, so that a node that prints a
hundred thousand lines does not make as many events.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import re
import sys
import threading
import time
import weakref
from contextvars import ContextVar
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Self

from kedro_nb.runner.events import NodePrinted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextvars import Token

    from kedro_nb.pipeline import Node
    from kedro_nb.runner.monitor import Monitor

INTERVAL = 0.05  # seconds between two events of a node that keeps printing
_BURST = 20  # events that a node may be ahead of that: a few lines are told as they are printed
_MOST = 1 << 16  # characters in one event

_OVERWRITTEN = re.compile(r"(?<![^\r\n])[^\r\n]++\r++(?=[^\r\n])")  # from the beginning of a line only

_active: set[NodePrints] = set()
_lock = threading.RLock()
_captures = 0


class Capture:
    """Tells what the nodes of one run print. The streams are routed from its making to `close`.

    Args:
        monitor: is told.
        interval: seconds between two events of a node that keeps printing.

    Attributes:
        strangers: threads that no node has started.
    """

    def __init__(self, monitor: Monitor, interval: float = INTERVAL) -> None:
        self.interval = interval
        self.strangers: weakref.WeakSet[threading.Thread] = weakref.WeakSet(threading.enumerate())
        self.monitor = monitor
        self._nodes: set[NodePrints] = set()
        self._late = _Late(interval)
        self._routed = True
        _install()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def node(self, node: Node) -> NodePrints:
        """A context in which what is written is the node's."""
        return NodePrints(self, node, captured=self._routed)

    def tell(self) -> None:
        """Tell what is complete, now: something else is to come after it."""
        for prints in list(self._nodes):
            prints.tell()

    def enter(self, prints: NodePrints) -> None:
        self._nodes.add(prints)
        _active.add(prints)

    def leave(self, prints: NodePrints) -> None:
        self._nodes.discard(prints)
        _active.discard(prints)

    def later(self, prints: NodePrints) -> None:
        """Have told, in a moment, what nothing more may be printed after."""
        self._late.add(prints)

    def give_back(self) -> None:
        """Let the streams be as they were, for the rest of the run: somebody wants to talk to the user."""
        with _lock:
            routed, self._routed = self._routed, False
        if routed:
            for prints in list(self._nodes):  # one that never ended is told so far
                prints.close()
            _uninstall()

    def close(self) -> None:
        """End it; what abandoned nodes still print goes to the streams."""
        self.give_back()
        self._late.close()


class NodePrints:
    """What one node prints, in the `with` block that it is.

    Attributes:
        open: it takes what is written.
    """

    def __init__(self, capture: Capture, node: Node, *, captured: bool) -> None:
        self.capture = capture
        self.node = node
        self.open = captured
        self._parts: list[tuple[str, str]] = []
        self._complete = 0  # parts to be told: whole lines, and what was flushed
        self._size = 0
        self._next = 0.0  # when the next event is due: in the future when there were many
        self._deferred = False
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        if self.open:
            self.capture.enter(self)
        self._token: Token[NodePrints | None] = _current.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)
        self.close()

    def write(self, stream: str, text: str) -> bool:
        """Take the text; False when it is too late."""
        with self._lock:
            if not self.open:
                return False
            # A carriage return comes before what it lets be overwritten: it belongs to the next part.
            end = max(text.rfind("\n") + 1, text.rfind("\r"))
            if end:
                self._parts.append((stream, text[:end]))
            complete = len(self._parts) if end or text.startswith("\r") else 0
            if end < len(text):
                self._parts.append((stream, text[end:]))
            self._size += len(text)
            if self._size >= _MOST:
                self._tell(len(self._parts))
            elif complete:
                self._complete = complete
                self._tell_in_time()
        return True

    def flush(self) -> None:
        """Let what is there be told, even if it is less than a line."""
        with self._lock:
            if self.open and len(self._parts) > self._complete:
                self._complete = len(self._parts)
                self._tell_in_time()

    def close(self) -> None:
        """Tell the rest, and take nothing more."""
        with self._lock:
            was_open, self.open = self.open, False
            if was_open:
                self._tell(len(self._parts))
        self.capture.leave(self)

    def tell(self) -> None:
        """Tell what is complete: its time has come."""
        with self._lock:
            self._deferred = False
            self._next += self.capture.interval
            if self.open:
                self._tell(self._complete)

    def _tell_in_time(self) -> None:
        if self._deferred:
            return
        interval, now = self.capture.interval, time.monotonic()
        if self._next <= now:
            self._next = max(self._next, now - _BURST * interval) + interval
            self._tell(self._complete)
        else:
            self._deferred = True
            self.capture.later(self)

    def _tell(self, count: int) -> None:
        parts, self._parts = self._parts[:count], self._parts[count:]
        self._complete = 0
        self._size = sum(len(text) for _, text in self._parts)
        for stream, text in _joined(parts):
            with contextlib.suppress(Exception):  # nobody's listening is a reason for a print to fail
                self.capture.monitor.emit(NodePrinted(time.time(), self.node, stream, text))


# Whose text it is that is written here: None when nobody has said, as in a thread that a node has started.
_current: ContextVar[NodePrints | None] = ContextVar("kedro_nb_prints", default=None)


def _joined(parts: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for stream, group in groupby(parts, itemgetter(0)):
        whole = without_overwritten("".join([text for _, text in group]))
        for start in range(0, len(whole), _MOST):
            yield stream, whole[start : start + _MOST]


def without_overwritten(text: str) -> str:
    r"""The text without what a terminal would no longer show: "1%\r2%" is "\r2%", which overwrites what was before."""
    if "\r" not in text:
        return text
    text = text.replace("\r\n", "\n")
    first, newline, rest = text.partition("\n")
    shown = _OVERWRITTEN.sub("\r", first)
    return re.sub(r"\r+", "\r", shown) + re.sub(r"\n\r+", "\n", newline + _OVERWRITTEN.sub("", rest))


def _taker() -> NodePrints | None:
    """Who takes what is written here; None for the stream itself. What listeners print is no node's."""
    if not _captures:  # somebody has kept what stood in place during a run, and put it back after it
        _restore()
        return None
    prints = _current.get() or _node_of_this_thread()
    if prints is None or not prints.open or prints.capture.monitor.telling_here:
        return None
    return prints


def _node_of_this_thread() -> NodePrints | None:
    """The only node at work, if it may have started this thread."""
    try:
        (prints,) = _active
    except (ValueError, RuntimeError):  # none, several, or one comes or goes just now
        return None
    if threading.current_thread() in prints.capture.strangers:
        return None
    return prints


class _Late:
    """A thread, started when it is first needed, that has told what is waiting for its time."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._waiting: list[NodePrints] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, prints: NodePrints) -> None:
        with self._lock:
            self._waiting.append(prints)
            if self._thread is None and not self._over.is_set():
                self._thread = threading.Thread(target=self._work, name="kedro_nb-prints", daemon=True)
                with contextlib.suppress(RuntimeError):  # no more threads: it is told at the node's end
                    self._thread.start()
        self._wake.set()

    def _work(self) -> None:
        while self._wake.wait() and not self._over.wait(self._interval):
            self._wake.clear()
            if self._over.is_set():  # `close` has come since the wait, and its wake-up is what was cleared
                return
            with self._lock:
                waiting, self._waiting = self._waiting, []
            for prints in waiting:
                prints.tell()

    def close(self) -> None:
        self._over.set()
        self._wake.set()
        thread = self._thread
        if thread is not None and thread.is_alive():
            thread.join(1.0)  # a listener may be slow


class _Router:
    """Stands in place of a stream: what nodes write goes to them, all else, and whatever else a stream can, is its."""

    def __init__(self, name: str, stream: Any) -> None:
        self._name = name
        self._stream = stream

    def write(self, text: str) -> int:
        if (prints := _taker()) is not None:
            if not isinstance(text, str):
                raise TypeError(f"write() argument must be str, not {type(text).__name__}")
            if prints.write(self._name, text):
                return len(text)
        return len(text) if self._stream is None else self._stream.write(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if (prints := _taker()) is not None:
            prints.flush()
        elif self._stream is not None:
            self._stream.flush()

    def isatty(self) -> bool:
        """No terminal shows what a node prints."""
        return self._stream is not None and _taker() is None and bool(self._stream.isatty())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _ForTheUser:
    """Stands in place of a function that talks to the user, for which it gives the streams back.

    The function is called by whoever calls this, not from here: a debugger looks at the frame that it is called from.
    """

    def __init__(self, function: Any) -> None:
        self.function = function

    @property
    def __call__(self) -> Any:
        if (prints := _taker()) is not None:
            prints.capture.give_back()
        return self.function

    def __getattr__(self, name: str) -> Any:
        return getattr(self.function, name)


def _install() -> None:
    global _captures  # noqa: PLW0603 - as there is one `sys.stdout`
    with _lock:
        _captures += 1
        for name in ("stdout", "stderr"):
            if not isinstance(getattr(sys, name), _Router):
                setattr(sys, name, _Router(name, getattr(sys, name)))
        for module, name in _TALKING:
            if not isinstance(getattr(module, name), _ForTheUser):
                setattr(module, name, _ForTheUser(getattr(module, name)))


def _uninstall() -> None:
    """Put back what was there after the last of the runs, except where somebody has put something else since."""
    global _captures  # noqa: PLW0603 - as there is one `sys.stdout`
    with _lock:
        _captures = max(_captures - 1, 0)  # in a fork there are none
    _restore()


def _restore() -> None:
    with _lock:
        if _captures:
            return
        for name in ("stdout", "stderr"):
            if isinstance(stream := getattr(sys, name), _Router):
                setattr(sys, name, vars(stream)["_stream"])
        for module, name in _TALKING:
            if isinstance(function := getattr(module, name), _ForTheUser):
                setattr(module, name, function.function)


_TALKING = ((sys, "breakpointhook"), (builtins, "input"))


def _forget() -> None:
    """In a fork nobody listens, and the threads that hold locks are not there."""
    global _lock, _captures  # noqa: PLW0603 - as there is one `sys.stdout`
    _lock = threading.RLock()
    _captures = 0
    for prints in list(_active):
        prints.open = False
    _active.clear()
    _restore()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
