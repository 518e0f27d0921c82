import sys
import textwrap
from types import SimpleNamespace

import pytest

from kedro_nb import project
from kedro_nb.cli.command import run_cli
from kedro_nb.project import PipelineRegistry
from kedro_nb.session import core


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working directory in a process that has no session yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(core, "_current", None)
    monkeypatch.setattr(project.pipelines, "registry", PipelineRegistry())
    monkeypatch.setattr(sys, "path", list(sys.path))
    modules = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "")).endswith("steps.py"):
            del sys.modules[name]


@pytest.fixture
def command(folder, capsys):
    """Run `kedro-nb`; gives exit code and what it printed."""

    def run(*args):
        code = run_cli(args)
        printed = capsys.readouterr()
        return SimpleNamespace(code=code, out=printed.out, err=printed.err)

    return run


@pytest.fixture
def run(folder, command):
    """Run `kedro-nb run steps.py` with this content."""

    def run(code, *args):
        (folder / "steps.py").write_text(textwrap.dedent(code))
        return command("run", "steps.py", *args)

    return run
