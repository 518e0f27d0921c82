"""The command shows a bad exception briefly, with the node and how to resume; invalid options end it with code 2."""

import sys
import time
from pathlib import Path

import pytest

BESIDE = Path(__file__).parent.parent / "runner"
FILE = """
from bad_exceptions import CASES, good
from kedro_nb.pipeline import Pipeline, node

pipelines = {
    "__default__": Pipeline([node(good, None, "fine", name="good")]),
    **{
        name: Pipeline([node(good, None, "fine", name="good"), node(raises, "fine", "never", name="the_bad_node")])
        for name, raises in ((name, lambda fine, raises=raises: raises()) for name, raises in CASES.items())
    },
}
"""


@pytest.fixture
def cases(monkeypatch):
    monkeypatch.syspath_prepend(str(BESIDE))
    import bad_exceptions

    yield list(bad_exceptions.CASES)
    sys.modules.pop("bad_exceptions", None)


def test_the_command_ends_with_the_code_1_after_a_bad_exception(cases, run):
    for case in cases:
        start = time.monotonic()
        done = run(FILE, "--config", config(case))
        assert time.monotonic() - start < 20.0, case  # it takes a tenth of a second
        assert done.code == 1, case
        assert "In node the_bad_node" in done.err, (case, done.err[-1000:])
        assert "1 of 2 nodes have not run" in done.err, case
        assert len(done.out + done.err) < 100_000, case
        assert (done.out + done.err).encode(), case


def config(case):
    Path("run.yml").write_text(f"run:\n  pipeline: {case!r}\n")
    return "run.yml"


BAD_WORDS = {
    "0x_": ["--params=a=0x_"],
    "5,000 digits": ["--params=a=" + "1" * 5_000],
    "deep brackets": ["--params=a=" + "[" * 3_000 + "]" * 3_000],
    "deep dots": ["--params=a" + ".a" * 3_000 + "=1"],
    "1 MB without a value": ["--params=" + "x" * 1_000_000],
    "runner params": ["--runner=ThreadRunner", "--runner-params=max_workers=0x_"],
    "a long node name": ["--nodes=" + "n" * 100_000],
    "a long pipeline name": ["--pipeline=" + "n" * 100_000],
    "a long runner name": ["--runner=" + "n" * 100_000],
    "a long file name": ["--config=" + "n" * 100_000],
    "a NUL in a file name": ["--config=a\0b"],
    "deep YAML": ["--config=deep.yml"],
    "YAML that contains itself": ["--config=endless.yml"],
    "YAML with an odd number": ["--config=odd.yml"],
    "many keys": ["--config=many.yml"],
}


@pytest.mark.parametrize("name", BAD_WORDS)
def test_words_that_cannot_be_read_end_the_command_with_the_code_2(name, folder, run):
    (folder / "deep.yml").write_text(f"run:\n  params: {'[' * 3_000}{']' * 3_000}\n")
    (folder / "endless.yml").write_text("run: &a\n  params: {b: *a}\n")
    (folder / "odd.yml").write_text("run:\n  params: {b: 0x_}\n")
    (folder / "many.yml").write_text("run:\n" + "".join(f"  name_{i}: {i}\n" for i in range(5_000)))
    code = "from kedro_nb.pipeline import *\np = Pipeline([node(abs, 'params:a', 'b')])"
    done = run(code, *BAD_WORDS[name])
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: "), done.err[:500]
    assert len(done.err) < 2_000


@pytest.mark.parametrize("file", ["n" * 5_000 + ".py", "a\0b.py"])
def test_a_file_of_an_impossible_name_is_not_there(file, command):
    done = command("run", file)
    assert done.code == 2
    assert "There is no file" in done.err
