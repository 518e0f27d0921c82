"""What somebody meets who has only this folder, make and python3."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]
OLD = """#!/bin/sh
if [ "$1" = -V ]; then echo Python 3.9.1; else exit 1; fi
"""
BARE = f"""#!/bin/sh
case "$2" in *ensurepip*) exit 1;; *) exec {sys.executable} "$@";; esac
"""


def make(folder, *arguments):
    return subprocess.run(
        ["make", "-f", ROOT / "Makefile", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={key: value for key, value in os.environ.items() if not key.startswith("MAKE")},
    )


@pytest.fixture
def folder(tmp_path):
    """A fresh clone, as far as setting up looks at it."""
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text("")
    return tmp_path


def script(path, text):
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_make_alone_lists_the_targets(tmp_path):
    done = make(tmp_path)
    assert {"demo", "test", "lab", "check", "bench"} <= set(done.stdout.split())


def test_a_python_that_is_not_there_is_named(folder):
    done = make(folder, "demo", "PYTHON=python3.nowhere")
    assert done.returncode
    assert "python3.nowhere is not there: install Python 3.11 or newer" in done.stderr


def test_a_python_that_is_too_old_is_named_with_its_version(folder):
    done = make(folder, "demo", f"PYTHON={script(folder / 'old', OLD)}")
    assert done.returncode
    assert "is Python 3.9.1, and kedro_nb needs 3.11 or newer" in done.stderr


def test_a_python_without_venv_says_what_to_install(folder):
    done = make(folder, "demo", f"PYTHON={script(folder / 'bare', BARE)}")
    assert done.returncode
    assert "sudo apt install python3-venv" in done.stderr


def demo(folder, *sources):
    """The demo script on a notebook of these cells, with the repository's layout around it."""
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "demo.py").write_bytes((ROOT / "notebooks" / "demo.py").read_bytes())
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    nbformat.write(notebook, folder / "notebooks" / "02_iris.ipynb")
    command = [sys.executable, "notebooks/demo.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_demo_shows_the_accuracy_and_where_the_executed_notebook_lies(tmp_path):
    done = demo(tmp_path, "print('Model accuracy on test set: 96.67%')")
    assert done.returncode == 0, done.stderr
    assert "Model accuracy on test set: 96.67%" in done.stdout
    assert "The executed notebook: build/02_iris.ipynb" in done.stdout
    assert "96.67" in (tmp_path / "build" / "02_iris.ipynb").read_text()


def test_a_failing_demo_fails_and_keeps_the_notebook_as_far_as_it_came(tmp_path):
    done = demo(tmp_path, "print('before')", "raise ValueError('petals are missing')")
    assert done.returncode == 1
    assert "petals are missing" in done.stderr
    assert "before" in (tmp_path / "build" / "02_iris.ipynb").read_text()
