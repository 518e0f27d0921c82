"""Real Jupyter servers: started on a free port with a configuration of their own, ended by id."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import nbformat

if TYPE_CHECKING:
    from nbformat import NotebookNode

FRONT_ENDS = ("lab", "notebook")
TOKEN = "browser-tests"
_START = 60.0  # seconds that a server may take to answer on a slow machine
_COMMANDS = {
    "lab": ["lab", "--LabApp.expose_app_in_browser=True"],
    "notebook": ["notebook", "--JupyterNotebookApp.expose_app_in_browser=True"],
}
_PAGES = {"lab": "lab/tree", "notebook": "notebooks"}
# The question about news pops up by itself, and would lie over the page.
_PAGE_CONFIG = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}


class JupyterServer:
    """JupyterLab ("lab") or Notebook 7 ("notebook") over a folder. A context manager: leaving it ends the server."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.root = folder / "root"
        self._folder = folder
        self._log = folder / "server.log"

    def __enter__(self) -> Self:
        self.root.mkdir(parents=True)
        environment = _isolated(self._folder)
        for attempts_left in (2, 1, 0):  # somebody else, a kernel say, may take the port that was free
            try:
                self._start(environment)
            except RuntimeError:
                if not attempts_left:
                    raise
            else:
                break
        return self

    def _start(self, environment: dict[str, str]) -> None:
        self._port = _free_port()
        command = [
            *[sys.executable, "-m", "jupyter", *_COMMANDS[self.kind]],
            *["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={self._port}"],
            *["--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"],
            f"--ServerApp.root_dir={self.root}",
        ]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, cwd=self.root
            )
        try:
            self._wait_until_it_answers()
        except BaseException:
            self._end()
            raise

    def __exit__(self, *_: object) -> None:
        self._end()

    def url(self, path: str) -> str:
        """The address at which the front end opens a file of the root folder."""
        return f"http://127.0.0.1:{self._port}/{_PAGES[self.kind]}/{path}?token={TOKEN}&reset"

    def put(self, name: str, notebook: NotebookNode, *, trusted: bool) -> None:
        """Write a notebook from another machine: its kernel is not here. Trusted is what was run at this server."""
        from nbformat.sign import NotebookNotary

        # With a word about the language, the front end would take the nearest kernel and start it.
        notebook.metadata = {"kernelspec": {"name": "not-here", "display_name": "Not here"}}
        nbformat.write(notebook, self.root / name)
        notary = NotebookNotary(data_dir=str(self._folder / "data"))
        (notary.sign if trusted else notary.unsign)(nbformat.read(self.root / name, as_version=4))
        notary.store.close()

    def request(self, path: str, method: str = "GET") -> Any:
        """What the server's own interface (`sessions`, `kernels/ID`) answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/api/{path}",
            method=method,
            headers={"Authorization": f"token {TOKEN}"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def reset(self) -> None:
        """End every kernel, whoever started it, and forget the settings (themes, open files)."""
        for kind in ("sessions", "kernels"):
            for each in self.request(kind):
                try:
                    self.request(f"{kind}/{each['id']}", "DELETE")
                except urllib.error.HTTPError as error:
                    if error.code != 404:  # gone by itself
                        raise
        for name in ("settings", "workspaces"):
            shutil.rmtree(self._folder / name, ignore_errors=True)

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START
        while True:
            try:
                self.request("status")
            except OSError:
                if self._process.poll() is None and time.monotonic() < deadline:
                    time.sleep(0.05)
                    continue
                log = self._log.read_text(errors="replace")
                raise RuntimeError(f"`jupyter {self.kind}` did not start:\n{log[-3000:]}") from None
            else:
                return

    def _end(self) -> None:
        """The server ends its kernels by itself; one that was killed loses them too, as they watch their parent."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _isolated(folder: Path) -> dict[str, str]:
    """An environment in which no file of the user's has a say, and `python3` is the interpreter of the tests."""
    spec = folder / "data" / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"}))
    page_config = folder / "config" / "labconfig" / "page_config.json"
    page_config.parent.mkdir(parents=True)
    page_config.write_text(json.dumps(_PAGE_CONFIG))
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "JPY", "PYTEST"))
    }
    return kept | {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_PATH": str(folder / "data"),  # comes before every other place with kernels
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
