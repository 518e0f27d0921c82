"""A notebook that is open in a real front end, in the hands of a test."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from . import scripts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbformat import NotebookNode
    from playwright.sync_api import Dialog, Locator, Page

    from .servers import JupyterServer

PATIENCE = 30.0
_POLL = 50  # milliseconds between two looks at the page
# What the front ends complain about by themselves, whatever the notebook holds.
_NOISE = ("Cannot read properties of undefined (reading 'schema')",)  # Notebook 7.6, of its settings


def write_notebook(path: Path, cells: Sequence[str]) -> None:
    """An .ipynb of code cells."""
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata=metadata), path)


class OpenNotebook:
    """One page with one notebook. Cells are counted from 0.

    Args:
        page: A fresh page of the browser.
        server: The server whose front end opens the notebook.
        name: The file, in the server's root folder.
        kernel: Whether a kernel runs. Without, the notebook has to name a kernel that is not there: the front end
            asks, and the answer is "No Kernel".
    """

    def __init__(self, page: Page, server: JupyterServer, name: str, *, kernel: bool = True) -> None:
        self.page = page
        self.server = server
        self.path = server.root / name
        self.alerts: list[str] = []  # alert(), confirm(), prompt()
        self.errors: list[str] = []  # uncaught errors and console.error
        self._has_kernel = kernel
        page.on("dialog", self._note_dialog)
        page.on("pageerror", lambda error: self._note_error(error.stack or str(error)))
        page.on("console", lambda line: self._note_error(line.text) if line.type == "error" else None)
        page.goto(server.url(name))
        self._wait_until_open()
        if kernel:
            self._until(scripts.HAS_KERNEL, "a kernel")
            page.evaluate(scripts.KERNEL_ANSWERS)

    # Running

    def run_all(self) -> None:
        """Run all cells and wait for the end; as in the front end, an error ends it."""
        self.start_all()
        self.wait_until_done()

    def run(self, *cells: int) -> None:
        """Run cells, one after another, each to a good end."""
        for cell in cells:
            self.start(cell)
            self.wait_until_done()
            assert not self.failed(cell), f"cell {cell} failed:\n{self.text(cell)}"

    def run_failing(self, cell: int) -> None:
        """Run one cell, which has to end in an error."""
        self.start(cell)
        self.wait_until_done()
        assert self.failed(cell), f"cell {cell} did not fail:\n{self.text(cell)}"

    def start_all(self) -> None:
        """Run all cells, without waiting."""
        self.page.evaluate(scripts.START, "notebook:run-all-cells")

    def start(self, cell: int) -> None:
        """Run one cell, without waiting. The kernel queues it when it is busy."""
        self.page.evaluate(scripts.SELECT_CELL, cell)
        self.page.evaluate(scripts.START, "notebook:run-cell")

    def edit(self, cell: int, *commands: str) -> None:
        """Carry out the front end's commands ("delete-cell", "undo-cell-action") at a cell."""
        self.page.evaluate(scripts.SELECT_CELL, cell)
        for command in commands:
            self.page.evaluate(scripts.COMMAND, [f"notebook:{command}", {}])

    def wait_until_done(self, timeout: float = PATIENCE) -> None:
        """Wait until everything that was started since the page was loaded is over."""
        self._until(scripts.IS_DONE, "the end of the cells", timeout)

    def is_running(self) -> bool:
        """Whether something that was started since the page was loaded is still running."""
        return not self.page.evaluate(scripts.IS_DONE)

    def failed(self, cell: int) -> bool:
        """Whether an error is among the outputs of a cell."""
        return bool(self.page.evaluate(scripts.HAS_ERROR, cell))

    def interrupt(self) -> None:
        """The front end's own interrupt command (its square button). First wait for a sign that the cell has begun."""
        self.page.evaluate(scripts.COMMAND, ["notebook:interrupt-kernel", {}])

    # Looking

    def text(self, cell: int) -> str:
        """What a person reads in the outputs of a cell."""
        shown: str = self.page.evaluate(scripts.OUTPUT_TEXT, cell)
        return shown

    def html(self, cell: int) -> str:
        """The markup of the outputs of a cell, as the page holds it."""
        markup: str = self.page.evaluate(scripts.OUTPUT_HTML, cell)
        return markup

    def spoken(self, cell: int) -> str:
        """The text, and the texts of titles and aria-labels, of the outputs of a cell."""
        words: str = self.page.evaluate(scripts.OUTPUT_WORDS, cell)
        return words

    def output(self, cell: int) -> Locator:
        """The outputs of a cell, to look for elements in and to click at."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".jp-Cell-outputArea")

    def wait_for(self, what: str | Callable[[str], object], cell: int, timeout: float = PATIENCE) -> str:
        """Wait until the text, titles and labels of a cell's outputs hold a string, or please a predicate."""
        deadline = time.monotonic() + timeout
        while True:
            words = self.spoken(cell)
            if what in words if isinstance(what, str) else what(words):
                return words
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"waited {timeout:.0f} s for {what!r} in cell {cell}, which shows:\n{words}"
                )
            self.page.wait_for_timeout(_POLL)

    def watch(self, cell: int, seconds: float) -> list[str]:
        """Each new look of a cell's outputs (text, titles, labels) until its end, or until the time is over."""
        looks: list[str] = []
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            running = self.is_running()
            if (words := self.spoken(cell)) not in looks[-1:]:
                looks.append(words)
            if not running:
                break
            self.page.wait_for_timeout(_POLL)
        return looks

    def questions(self) -> list[str]:
        """The dialogs that the front end shows inside the page."""
        texts: list[str] = self.page.locator(".jp-Dialog").all_inner_texts()
        return texts

    def contrasts(self, cell: int) -> list[tuple[float, str]]:
        """For each text in the outputs, its contrast with what is behind it (1 to 21, as WCAG has it)."""
        self.page.evaluate(scripts.SHOW_OUTPUT, cell)
        found = [(ratio, text) for ratio, text in self.page.evaluate(scripts.CONTRASTS, cell)]
        assert found, f"no text of cell {cell} is in sight"
        return found

    def screenshot(self, path: Path, cell: int | None = None) -> None:
        """A picture of the page, or of the outputs of a cell."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if cell is None:
            self.page.screenshot(path=path)
        else:
            self.page.evaluate(scripts.SHOW_OUTPUT, cell)
            self.output(cell).screenshot(path=path)

    def screenshot_of_cells(self, path: Path, first: int, last: int) -> None:
        """A picture of some cells, code and outputs, however long they are."""
        size = self.page.viewport_size
        assert size
        # Whatever is marked as the active cell stays out of the picture, where there is another one.
        self.page.evaluate(scripts.SELECT_CELL, 0 if first else last + 1)
        height = self.page.evaluate(scripts.HEIGHT_OF_CELLS, [first, last])
        self.page.set_viewport_size({"width": size["width"], "height": round(height) + 400})
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, clip=self.page.evaluate(scripts.SHOW_CELLS, [first, last]))
        self.page.set_viewport_size(size)

    # The page and the file

    def hide_side_bar(self) -> None:
        """Close the file browser of JupyterLab."""
        self.page.evaluate(scripts.HIDE_SIDE_BAR)

    def theme(self, theme: str) -> None:
        """Switch to the "light" or the "dark" theme."""
        name = f"JupyterLab {theme.capitalize()}"
        self.page.evaluate(scripts.COMMAND, ["apputils:change-theme", {"theme": name}])
        self._until(scripts.IS_DARK if theme == "dark" else scripts.IS_LIGHT, f"the {theme} theme")

    def save(self) -> NotebookNode:
        """Save, and give what the file holds."""
        self.page.evaluate(scripts.COMMAND, ["docmanager:save", {}])
        return nbformat.read(self.path, as_version=4)

    def saved_with(self, words: str, cell: int, timeout: float = PATIENCE) -> NotebookNode:
        """The same, once the outputs of a cell hold these words."""
        deadline = time.monotonic() + timeout
        while words not in str((saved := self.save()).cells[cell].outputs):
            assert time.monotonic() < deadline, f"waited {timeout:.0f} s for {words!r} in the file"
            self.page.wait_for_timeout(_POLL)
        return saved

    def reload(self) -> None:
        """Load the page again. A kernel goes on with what it does, and may be busy for long."""
        self.page.reload()
        self._wait_until_open()
        if self._has_kernel:
            self._until(scripts.IS_CONNECTED, "the connection to the kernel")

    def close(self) -> None:
        self.page.close()

    def _wait_until_open(self) -> None:
        self._until(scripts.HAS_NOTEBOOK, "the notebook")
        if not self._has_kernel:
            self.page.locator(".jp-Dialog button", has_text="No Kernel").click(timeout=PATIENCE * 1000)
        self.page.evaluate(scripts.IS_OPEN)

    def _until(self, script: str, what: str, timeout: float = PATIENCE) -> None:
        from playwright.sync_api import TimeoutError as NotInTime

        try:
            self.page.wait_for_function(script, timeout=timeout * 1000, polling=_POLL)
        except NotInTime:
            seen = "\n".join([*self.questions(), *self.alerts, *self.errors])
            raise AssertionError(
                f"waited {timeout:.0f} s for {what}; the page says: {seen or 'nothing'}"
            ) from None

    def _note_dialog(self, dialog: Dialog) -> None:
        if dialog.type != "beforeunload":  # the front end's own, for a notebook that is not saved
            self.alerts.append(dialog.message)
        dialog.accept()

    def _note_error(self, text: str) -> None:
        if not any(noise in text for noise in _NOISE):
            self.errors.append(text)
