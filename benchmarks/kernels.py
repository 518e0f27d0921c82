"""A kernel as notebooks have one, for what only shows there."""

from __future__ import annotations

import ast
import os
import subprocess
import tempfile
import time
from pathlib import Path
from queue import Empty
from typing import Any, Self

from benchmarks.measure import NoResultError

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 60.0  # seconds for one cell
SETTLED = 0.05  # seconds that a node has been at work when it is interrupted


class Kernel:
    """Runs cells, in an empty folder and without anybody's settings."""

    def __enter__(self) -> Self:
        try:
            import ipykernel  # noqa: F401  # what the other one starts
            from jupyter_client.manager import KernelManager
        except ImportError as error:
            raise NoResultError(f"no {error.name}") from error

        self._folder = tempfile.TemporaryDirectory()
        self._manager = KernelManager()
        settings = {"PYTHONPATH": str(ROOT), "IPYTHONDIR": self._folder.name}
        self._manager.start_kernel(
            cwd=self._folder.name, env=os.environ | settings, stderr=subprocess.DEVNULL
        )
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=LIMIT)
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._folder.cleanup()

    def run(self, code: str) -> None:
        """Run a cell.

        Raises:
            NoResultError: the cell failed.
        """
        reply = self._reply(self._begin(code))
        if reply["status"] != "ok":
            raise NoResultError(reply["ename"])

    def value(self, expression: str) -> Any:
        """The value of an expression, plain data: by a file, as a cell's output is coloured by whoever likes to."""
        answer = Path(self._folder.name, "answer")
        self.run(f"with open({str(answer)!r}, 'w') as file:\n    file.write(repr({expression}))")
        return ast.literal_eval(answer.read_text(encoding="utf-8"))

    def stop(self, code: str, begun: str) -> float:
        """Begin a cell, interrupt it, and say how many seconds it went on after that.

        Args:
            code: the cell.
            begun: a file that the cell writes when what is to be interrupted has begun.
        """
        file = Path(self._folder.name, begun)
        file.unlink(missing_ok=True)
        asked = self._begin(code)
        until = time.monotonic() + LIMIT
        while not file.exists():
            if time.monotonic() > until:
                raise NoResultError("it does not begin")
            time.sleep(0.005)
        time.sleep(SETTLED)
        began = time.perf_counter()
        self._manager.interrupt_kernel()
        reply = self._reply(asked)
        taken = time.perf_counter() - began
        if reply["status"] == "ok":
            raise NoResultError("it is not stopped")
        return taken

    def _begin(self, code: str) -> str:
        asked: str = self._client.execute(
            code, stop_on_error=False
        )  # else the next cell may be left out, too
        return asked

    def _reply(self, asked: str) -> Any:
        """What the kernel answers, when it is idle again: a front end shows the cell as over then."""
        try:
            while True:  # reading all: what is not fetched in time is dropped
                message = self._client.get_iopub_msg(timeout=LIMIT)
                if (
                    message["parent_header"].get("msg_id") == asked
                    and message["content"].get("execution_state") == "idle"
                ):
                    break
            while (reply := self._client.get_shell_msg(timeout=LIMIT))["parent_header"]["msg_id"] != asked:
                pass
        except Empty as error:
            raise NoResultError(f"not run (> {LIMIT:.0f} s)") from error
        return reply["content"]
