"""What the command writes, to a terminal or to a file, has no byte of a secret."""

from __future__ import annotations

import logging
import os
import pty
import subprocess
import sys

import pytest

from kedro_nb.cli.command import run_cli

SECRET = "Zq7&canary'X9"
FILE = """
import logging, os
from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import Pipeline, node

secret = os.environ["NEUTRAL"]

def log_in(db):
    print("logging in with", db["password"], flush=True)
    logging.getLogger("steps").warning("logged in with %s", db["password"])
    return db

def fail(db):
    raise ValueError(f"cannot log in with {db['password']}: {db!r}, postgres://me:{db['password']}@host")

catalog = DataCatalog.from_config(
    {"stored": {"type": "kedro_nb.io.PickleDataset", "filepath": f"memory://{secret}/a.pkl", "credentials": "dev"}},
    credentials={"dev": {"token": secret}},
)
good = Pipeline([node(log_in, "params:db", "out", name="log_in")])
bad = Pipeline([node(log_in, "params:db", "out", name="log_in"), node(fail, "out", "end", name="fail")])
stored = Pipeline([node(log_in, "stored", "end", name="read")])
"""
GIVEN = f'--params=db.password="{SECRET}"'
CANNOT = "cannot log in with ***: {'password': \"***\"}, postgres://me:***@host"
LINES = [
    (["-p", "bad", f"--params=db.password={SECRET}"], CANNOT),
    (["-p", "bad", GIVEN, "--verbose"], CANNOT),
    (["-p", "bad", GIVEN, "--parallel"], CANNOT),
    (["-p", "good", GIVEN], "{'out': {'password': '***'}}"),
    (["-p", "stored"], "memory"),
    (["-p", "good", "--params=db.password", SECRET], "unexpected extra argument (***)"),
    (["-p", "good", f"--params=db.password={SECRET},{SECRET}"], "put the value in quotes"),
    (["-p", "good", f"--params=db.password=[{SECRET}"], "the closing ] is missing"),
    (["-p", "good", f"--runner-params=token={SECRET}"], "token"),
    (["-p", "good", f"--params=password={SECRET},password.x={SECRET}"], "'password' has a value of its own"),
    (["-p", "good", "--params=db.password=***"], "Write the value in its place"),
]


def read_all(descriptor):
    parts = []
    while True:
        try:
            part = os.read(descriptor, 1 << 16)
        except OSError:  # the other end of a terminal is closed
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts)


@pytest.fixture
def project(folder, monkeypatch):
    """A folder with pipelines, in an environment with a secret."""
    (folder / "steps.py").write_text(FILE)
    monkeypatch.setenv("NEUTRAL", SECRET)
    return folder


@pytest.mark.parametrize("options", [[], ["--verbose"], ["--verbose", "--parallel"]])
def test_a_terminal_shows_none(project, options):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "kedro_nb", "run", "steps.py", "-p", "bad", GIVEN, *options],
        cwd=project,
        env={**os.environ, "TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.STDOUT,
    )
    os.close(theirs)
    told = read_all(ours)
    os.close(ours)
    assert process.wait(60) == 1
    assert b"logging in with ***" in told or options
    assert b"logged in with ***" in told or not options
    assert CANNOT.encode() in told
    if options:  # what the node prints is not captured
        told = told.replace(f"logging in with {SECRET}".encode(), b"")
    assert SECRET.encode() not in told


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("args", "text"), LINES)
def test_no_line_is_answered_with_one(args, text, capfd, monkeypatch):
    root = logging.getLogger()  # where Kedro, once it is imported, has a handler of its own
    monkeypatch.setattr(
        root, "handlers", [each for each in root.handlers if "kedro" not in str(type(each).__mro__)]
    )
    run_cli(["run", "steps.py", *args])
    told = "".join(capfd.readouterr())
    said = told.replace(f"logging in with {SECRET}\n", "")  # the node's own print, not captured
    assert text in said
    assert SECRET not in said
    assert repr(SECRET)[1:-1] not in said
