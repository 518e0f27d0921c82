"""Where a worker process begins, and how it ends with its kernel."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from kedro_nb.runner.executors.alone import stand_alone
from kedro_nb.runner.executors.worker import Worker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_WATCH = 1.0  # seconds between two looks at whether the parent is still there


def main(connection: Connection, parent: int) -> None:
    """Serve until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the kernel decides about interrupts
    threading.Thread(target=_watch, args=(parent, os.getppid()), daemon=True).start()
    _mute()
    stand_alone()
    worker = Worker(connection)
    os.register_at_fork(after_in_child=worker.silence)
    signal.signal(signal.SIGUSR1, worker.stop)  # the kernel passes interrupts on as this
    worker.begin()
    _serve(worker)
    os._exit(0)


def _serve(worker: Worker) -> None:
    while True:
        try:
            kind, *rest = worker.receive()
        except (EOFError, OSError):
            return
        getattr(worker, kind)(*rest)


def _watch(parent: int, above: int) -> None:
    """End this process when its kernel has ended, even if another process holds the connection open.

    Args:
        parent: the kernel.
        above: the process that started this one: the kernel, or the server of `forkserver`. The server outlives the
            kernel as long as there is a worker.
    """
    while True:
        time.sleep(_WATCH)
        if os.getppid() != above or _has_ended(parent):
            os._exit(1)


def _has_ended(process: int) -> bool:
    """Whether a process has ended, also when its parent has not waited for it yet."""
    try:
        os.kill(process, 0)
    except OSError:
        return True
    with contextlib.suppress(OSError):  # only Linux has this file
        status = Path(f"/proc/{process}/stat").read_text()
        return status.rpartition(")")[2].split()[0] in {"Z", "X"}
    return False


def _mute() -> None:
    """What is written past Python's own streams would appear anywhere in the notebook."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    if faulthandler := sys.modules.get("faulthandler"):
        faulthandler.disable()  # a fork's may know another way
