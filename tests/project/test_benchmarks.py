"""The benchmarks run, with the peers that are there and without the others."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECTIONS = ("overhead", "threads", "building", "start", "asynchronous", "order", "hooks")


def bench(*arguments, cwd=ROOT):
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_measures_us(section, tmp_path):
    report = tmp_path / "report.md"
    done = bench(section, "--quick", "--output", str(report))
    assert done.returncode == 0, done.stderr
    rows = re.findall(r"^\| .*\|$", report.read_text(encoding="utf-8"), re.MULTILINE)
    ours = [row for row in rows if "no kedro_nb" in row or re.search(r"no \w*(Runner|Pipeline|Node)\b", row)]
    assert rows
    assert ours == []


def test_an_unknown_section_is_answered_with_the_known_ones():
    done = bench("speed")
    assert done.returncode == 2
    assert all(section in done.stderr for section in SECTIONS)
