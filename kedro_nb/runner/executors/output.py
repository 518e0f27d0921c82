"""What nodes print and log in workers: sent by a worker line by line, shown by the kernel."""

from __future__ import annotations

import io
import logging
import sys
import threading
import traceback
import warnings
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from kedro_nb.runner.executors.worker import Worker


def show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Write a warning to the node's stream, in the place of `warnings.showwarning`."""
    (file or sys.stderr).write(warnings.formatwarning(message, category, filename, lineno, line))


class Stream(io.TextIOBase):
    """Sends what is printed, line by line."""

    encoding = "utf-8"

    def __init__(self, worker: Worker, name: str) -> None:
        self._worker = worker
        self._name = name
        self._line = ""
        self._lock = threading.RLock()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        with self._lock:
            lines, newline, self._line = (self._line + text).rpartition("\n")
            if newline:
                self._worker.say("text", self._name, lines + newline)
        return len(text)

    def flush(self) -> None:
        with self._lock:
            line, self._line = self._line, ""
            if line:
                self._worker.say("text", self._name, line)


class LogHandler(logging.Handler):
    """Sends log records, their message made."""

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self._worker = worker

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = record.getMessage()
            if record.exc_info:
                text = "\n".join([text, "".join(traceback.format_exception(*record.exc_info)).rstrip()])
            where = (record.pathname, record.lineno, record.funcName)
            self._worker.say("log", record.name, record.levelno, text, record.created, where)
        except Exception:  # noqa: BLE001 - logging never raises
            self.handleError(record)


def show_print(node: str, stream: str, text: str) -> None:
    """Print what a node has printed, with its name before each line.

    Args:
        node: its name.
        stream: "stdout" or "stderr".
        text: lines.
    """
    target = sys.stderr if stream == "stderr" else sys.stdout
    encoding = getattr(target, "encoding", None) or "utf-8"
    for line in text.encode(encoding, "backslashreplace").decode(encoding).splitlines():
        target.write(f"{node}: {line}\n")


def show_log(
    prefix: str, name: str, level: int, text: str, created: float, where: tuple[str, int, str | None]
) -> None:
    """Log what a node has logged.

    Args:
        prefix: for the text, unless the logger is ours.
        name: of the logger.
        level: of the record.
        text: the message.
        created: seconds since the epoch.
        where: file, line and function.
    """
    logger = logging.getLogger(name)
    if logger.isEnabledFor(level):
        if not name.startswith("kedro_nb."):  # ours say which node they are about
            text = prefix + text
        path, line, function = where
        record = logger.makeRecord(name, level, path, line, "%s", (text,), None, function)
        record.created = created
        logger.handle(record)
