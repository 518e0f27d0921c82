from __future__ import annotations

import re
import sys

import IPython
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from kedro_nb.session import Session, set_session

SETUP = """
from kedro_nb.io import *
from kedro_nb.pipeline import *
from kedro_nb.runner import *

def mean(xs):
    return sum(xs) / len(xs)

def mean_of_squares(xs):
    return sum(x**2 for x in xs) / len(xs)

def variance(m, m2):
    return m2 - m * m

statistics = Pipeline([
    Node(mean, "xs", "m", name="mean"),
    Node(mean_of_squares, "xs", "m2", name="squares", tags="slow"),
    Node(variance, ["m", "m2"], "v", name="variance"),
])
"""


@pytest.fixture(scope="session")
def one_shell():
    """A shell as plain IPython has it. There is one per process."""
    kept = sys.modules["__main__"], sys.displayhook, sys.excepthook
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor" if IPython.version_info[0] >= 9 else "NoColor"
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=config)
    yield shell
    shell.restore_sys_module_state()
    shell.cleanup()
    InteractiveShell.clear_instance()
    sys.modules["__main__"], sys.displayhook, sys.excepthook = kept


class Cells:
    """Runs cells in a shell, one after another."""

    def __init__(self, shell):
        self.shell = shell
        self.captures_display = True  # as %%capture does

    def run(self, code):
        """The value of a cell that ends well."""
        result, self.seen = self._run(code)
        assert result.success, self.seen.stdout
        return result.result

    def printed(self, code):
        """What a cell prints."""
        self.run(code)
        return self.seen.stdout

    def fail(self, code):
        """The error of a cell, and what is shown of it."""
        result, self.seen = self._run(code)
        error = result.error_before_exec or result.error_in_exec
        assert error is not None, f"no error in {code}"
        return error, self.seen.stdout

    def offers(self, line):
        """What the Tab key makes of the line, the way a kernel asks for it."""
        from IPython.core.completer import provisionalcompleter, rectify_completions

        with provisionalcompleter():
            found = self.shell.Completer.completions(line, len(line))
            return [line[: each.start] + each.text for each in rectify_completions(line, found)]

    def _run(self, code):
        with capture_output(display=self.captures_display) as seen:
            result = self.shell.run_cell(code, store_history=True)
        return result, seen


def _loaded(shell):
    """A fresh session in plain IPython, with the extension loaded and a pipeline of three nodes."""
    set_session(Session())
    shell.reset(new_session=False)
    cells = Cells(shell)
    cells.run("%load_ext kedro_nb")
    cells.run(SETUP)
    yield cells
    cells.run("%unload_ext kedro_nb")
    set_session(Session())


@pytest.fixture
def cells(one_shell, tmp_path, monkeypatch):
    """A fresh session in plain IPython, with the extension loaded and a pipeline of three nodes."""
    monkeypatch.chdir(tmp_path)
    yield from _loaded(one_shell)


@pytest.fixture(scope="module")
def cells_of_module(one_shell, tmp_path_factory):
    """The same, once for all tests of a module: they run their cells one after another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("notebook"))
        yield from _loaded(one_shell)


@pytest.fixture
def notebook(cells, monkeypatch):
    """The same where pictures can be shown: what makes a shell a kernel's is that it has one."""
    monkeypatch.setattr(cells.shell, "kernel", object(), raising=False)
    return cells


@pytest.fixture(scope="session")
def execute():
    """Runs cells in a real kernel and gives the executed notebook; errors do not stop it."""
    import nbformat
    from nbclient import NotebookClient

    def run(sources, path, **options):
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        client = NotebookClient(
            made, **{"timeout": 60, "kernel_name": "python3", "allow_errors": True, **options}
        )
        client.execute(cwd=str(path))
        return made

    return run


@pytest.fixture(scope="session")
def outputs_of(execute, tmp_path_factory):
    """Runs cells that have names in a real kernel, after others: the outputs of each."""

    def run(before, cells):
        made = execute([*before, *cells.values()], tmp_path_factory.mktemp("kernel"))
        return dict(zip(cells, (cell.outputs for cell in made.cells[len(before) :]), strict=True))

    return run


def plain(text):
    """The text without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.fixture(scope="session")
def shown():
    """The text of an error output, without colours."""
    return lambda output: plain("\n".join(output.traceback))


@pytest.fixture(scope="session")
def setup_cell():
    return f"%load_ext kedro_nb\n{SETUP}"
