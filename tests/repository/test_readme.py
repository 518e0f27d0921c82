"""What the README says is so."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
def magics():
    kinds = shell.magics_manager.lsmagic()
    return {f"%{name}" for name in kinds["line"]} | {f"%%{name}" for name in kinds["cell"]}
"""


def in_shell(code, folder, *arguments):
    """What the code, run beside a fresh IPython shell, leaves in `answer`."""
    command = [sys.executable, "-c", f"{SHELL}\n{code}\nprint('\\n' + json.dumps(answer))", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def first_run():
    """The cells of the first run, each with the output that the README shows for it (or none)."""
    section = README.split("\n## A first run\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    followers = [*blocks[1:], ("python", "")]
    return [
        (text, shown if not kind else None)
        for (language, text), (kind, shown) in zip(blocks, followers, strict=True)
        if language == "python"
    ]


def test_the_magics_table_lists_the_magics_there_are(tmp_path):
    code = (
        "before = magics()\nshell.run_line_magic('load_ext', 'kedro_nb')\nanswer = sorted(magics() - before)"
    )
    table = re.findall(r"^\| `(%%?\w+)[^|]*\|", README, re.MULTILINE)
    only_advises = "%kedro_node"  # that it takes two percent signs
    assert sorted({*table, only_advises}) == in_shell(code, tmp_path)


def test_the_first_run_gives_what_it_shows(tmp_path):
    code = """
answer = []
for cell in json.loads(sys.argv[1]):
    ran = shell.run_cell(cell)
    ran.raise_error()
    answer.append(None if ran.result is None else repr(ran.result) + "\\n")
"""
    cells = first_run()
    results = in_shell(code, tmp_path, json.dumps([text for text, _ in cells]))
    compared = [(result, shown) for (_, shown), result in zip(cells, results, strict=True) if shown]
    assert len(compared) == 2
    assert [result for result, _ in compared] == [shown for _, shown in compared]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_to_files_lead_somewhere(name):
    links = re.findall(r"\]\(([^)#]+)", (ROOT / name).read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_make_knows_every_target_that_the_documents_name():
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"(?:`|\$ )make ([a-z]+)", text)) <= known
