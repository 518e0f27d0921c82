"""The JavaScript of the notebook: it is in the tree, so that nobody needs Node to install kedro_nb."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUNDLES = sorted((ROOT / "kedro_nb" / "notebook" / "static").glob("*.js"))
FRONTEND = ROOT / "labextension"


def make(*arguments, path):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    return subprocess.run(
        [shutil.which("make"), *arguments],
        cwd=ROOT,
        env=environment | {"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(params=BUNDLES, ids=lambda path: path.name)
def code(request):
    return request.param.read_text(encoding="utf-8")


def test_a_bundle_is_small(code):
    assert len(code) < 150_000


def test_a_bundle_loads_nothing_from_elsewhere(code):
    assert not re.search(r"https?://|\bimport\b|\brequire\(", code)


def test_a_bundle_is_a_widget_as_anywidget_wants_it(code):
    names = set(re.findall(r"as (\w+)", code.rpartition("export{")[2]))
    assert "default" in names
    assert "render" not in names  # the old way: anywidget warns about it


def test_the_lock_file_names_no_registry():
    lock = (FRONTEND / "package-lock.json").read_text(encoding="utf-8")
    assert '"integrity"' in lock
    assert '"resolved"' not in lock


@pytest.mark.parametrize("target", ["frontend", "bundle"])
def test_without_node_make_says_what_is_left_out(tmp_path, target):
    for name in ("sh", "make"):
        (tmp_path / name).symlink_to(shutil.which(name))
    done = make(target, path=tmp_path)
    assert done.returncode == 0
    assert "Node 20.19 or newer is not there" in done.stdout
