"""The benchmarks run, with the peers that are there and without the others."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECTIONS = runpy.run_path(str(ROOT / "benchmarks" / "__main__.py"))["SECTIONS"]


def bench(*arguments, cwd=ROOT):
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def our_cells(report):
    """The cells in columns or rows of kedro_nb, of all tables."""
    for table in re.findall(r"(?:^\|.*\|\n)+", report, re.MULTILINE):
        header, _, *rows = (
            [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()
        )
        for row in rows:
            for title, cell in zip(header, row, strict=True):
                if title.startswith("kedro_nb") or row[0] == "kedro_nb":
                    yield cell


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_measures_us(section, tmp_path):
    report = tmp_path / "report.md"
    done = bench(section, "--quick", "--output", str(report))
    assert done.returncode == 0, done.stderr
    ours = list(our_cells(report.read_text(encoding="utf-8")))
    assert ours
    assert [cell for cell in ours if re.search(r"^no \w|^not run|Error", cell)] == []


def test_an_unknown_section_is_answered_with_the_known_ones():
    done = bench("speed")
    assert done.returncode == 2
    assert all(section in done.stderr for section in SECTIONS)
