"""Start-up stays light, and the rooms of the house keep their direction."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = [
    f"kedro_nb{room}" for room in ("", ".errors", ".pipeline", ".io", ".hooks", ".runner", ".session", ".cli")
]
HEAVY = ("IPython", "ipywidgets", "ipykernel", "pandas", "numpy", "dask")
ONE_NODE = """
from kedro_nb.io import DataCatalog, MemoryDataset
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.runner import SequentialRunner

catalog = DataCatalog({"x": MemoryDataset([1, 2])})
assert SequentialRunner().run(Pipeline([Node(sum, "x", "total")]), catalog).load() == {"total": 3}
"""


def imported_by(code: str) -> list[str]:
    """Which of the heavy libraries a fresh interpreter holds after the code."""
    report = f"\nimport sys\nprint([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code + report], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return eval(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("room", ROOMS)
def test_the_core_imports_no_notebook_and_no_data_library(room):
    assert imported_by(f"import {room}") == []


def test_a_run_of_plain_values_imports_none_of_them_either():
    assert imported_by(ONE_NODE) == []


def test_rooms_import_only_in_the_direction_of_the_layers():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout
