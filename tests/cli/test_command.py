"""The command in a process of its own."""

import logging
import os
import subprocess
import sys

import pytest

import kedro_nb

CODE = """
import logging
from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import Pipeline, node

def double(x):
    logging.getLogger(__name__).info("the user's own line")
    return 2 * x

catalog = DataCatalog({"xs": 10})
p = Pipeline([node(double, "xs", "a", name="n")])
"""


@pytest.fixture
def shell(tmp_path):
    (tmp_path / "steps.py").write_text(CODE)

    def run(*args, **options):
        return subprocess.run(
            [sys.executable, "-m", "kedro_nb", *args],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            **options,
        )

    return run


def test_a_run_prints_the_nodes_the_times_and_the_outputs(shell):
    done = shell("run", "steps.py")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("[1/1] n (")
    assert lines[2].split() == ["node", "time", "load", "call", "save"]
    assert lines[-1] == "{'a': 20}"


@pytest.mark.parametrize(
    ("args", "code"), [(["--runner=X"], 2), (["--params=k"], 2), (["-r", "DryRunner"], 0)]
)
def test_the_exit_code_is_that_of_the_run(shell, args, code):
    assert shell("run", "steps.py", *args).returncode == code


def test_verbose_shows_the_log_in_kedros_words(shell):
    log = shell("run", "steps.py", "--verbose").stderr
    for words in (
        " - kedro_nb.io.data_catalog - INFO - Loading data from `xs` (MemoryDataset)...\n",
        " - kedro_nb.pipeline.node - INFO - Running node: n: double([xs]) -> [a]\n",
        " - steps - INFO - the user's own line\n",
        " - kedro_nb.io.data_catalog - INFO - Saving data to `a` (MemoryDataset)...\n",
        " - kedro_nb.runner.sequential_runner - INFO - Completed 1 out of 1 tasks\n",
    ):
        assert words in log


def test_a_warning_of_ours_is_a_sentence_without_our_code(shell):
    done = shell("run", "steps.py", "-r", "ThreadRunner", "--async")
    assert done.stderr.startswith("Warning: 'ThreadRunner' doesn't support")
    assert len(done.stderr.splitlines()) == 1


def test_the_version_is_the_packages(shell):
    assert shell("--version").stdout == f"kedro-nb, version {kedro_nb.__version__}\n"


@pytest.mark.parametrize("args", [["run", "--help"], ["run", "steps.py", "-h"]])
def test_help_says_what_the_file_is_to_define_and_what_the_exit_codes_mean(shell, args):
    done = shell(*args)
    words = " ".join(done.stdout.split())
    assert done.returncode == 0
    assert "Usage: kedro-nb run [OPTIONS] FILE.py" in words
    assert "what its register_pipelines() returns" in words
    assert "Exit codes: 0 when the run went well, 1 when it failed, 2 when the request does not fit" in words
    assert "-v, --verbose" in words


def test_without_words_it_shows_its_commands(shell):
    done = shell()
    assert "run  Run the pipelines of a Python file" in done.stderr + done.stdout  # Click 8.1 and 8.2 differ


def test_in_a_terminal_a_bar_stands_for_the_lines(shell, tmp_path):
    import pty

    reader, writer = pty.openpty()
    command = [sys.executable, "-m", "kedro_nb", "run", "steps.py"]
    try:
        subprocess.run(command, cwd=tmp_path, stdout=writer, stderr=subprocess.DEVNULL, check=True)
        seen = os.read(reader, 100_000).decode()
    finally:
        os.close(writer)
        os.close(reader)
    assert "1/1" in seen
    assert "[1/1] n" not in seen
    assert seen.endswith("{'a': 20}\r\n")


def test_logging_is_left_as_it_was(command, folder):
    (folder / "steps.py").write_text(CODE)
    loggers = logging.getLogger(), logging.getLogger("kedro_nb")
    before = [(each.level, each.propagate, list(each.handlers)) for each in loggers]
    command("run", "steps.py", "--verbose")
    command("run", "steps.py")
    assert [(each.level, each.propagate, list(each.handlers)) for each in loggers] == before
