"""Nodes in worker processes use what a notebook offers: shell commands, autoreload, classes from new cells."""

from __future__ import annotations

import sys

import pytest

METHODS = ("fork", "spawn", "forkserver")


@pytest.fixture(params=METHODS)
def ready(cells_of_module, request, monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", request.param)
    cells_of_module.run("%kedro_save xs [1, 2, 3]")
    return cells_of_module


# The cell that defines a node's function, and what the node returns.
SHELL = {
    "output of a command, from another cell": (
        "out = !echo a; echo b\ndef f(xs): return out.s, out.grep('b')",
        ("a b", ["b"]),
    ),
    "a command inside the node": (
        "def f(xs):\n    word = 'hello'\n    out = !echo {word} $word\n    return out.s",
        "hello hello",
    ),
    "a command that prints": ("def f(xs):\n    !true\n    return 1", 1),
    "the shell is asked for": ("def f(xs):\n    return get_ipython() is not None", True),
    "a library asks for the shell": ("import IPython\ndef f(xs): return IPython.get_ipython() is None", True),
    "a display": ("from IPython.display import display\ndef f(xs):\n    display(xs)\n    return 1", 1),
}


@pytest.mark.parametrize("case", SHELL)
def test_a_node_of_a_cell_can_use_the_shell(case, ready):
    cell, expected = SHELL[case]
    ready.run(cell)
    ready.run("one = Pipeline([Node(f, 'xs', 'y', name='f')])")
    assert ready.run("%kedro_run -p one --parallel").load() == {"y": expected}


def test_a_magic_inside_a_node_and_the_shell_itself_are_refused_with_the_cause(ready):
    ready.run("def f(xs):\n    %time xs\n    return 1\none = Pipeline([Node(f, 'xs', 'y', name='f')])")
    _, text = ready.fail("%kedro_run -p one --parallel")
    assert (
        "A worker process has no IPython shell, so get_ipython().run_line_magic does not work in a node."
        in text
    )
    ready.run("ip = get_ipython()\ndef f(xs): return ip\none = Pipeline([Node(f, 'xs', 'y', name='f')])")
    _, text = ready.fail("%kedro_run -p one --parallel")
    assert "the IPython shell belongs to the notebook's own process" in text


def test_an_edited_module_is_loaded_by_autoreload_and_runs(ready, tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "edited", raising=False)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(str(tmp_path))
    source = (
        "import enum\nclass Box:\n    def __init__(self, n): self.n = n\n    def get(self): return self.n + EDIT\n"
        "class Kind(enum.Enum):\n    A = EDIT\n"
        "def make(xs): return Box(EDIT)\ndef read(box): return box.get(), isinstance(box, Box), Kind.A.value\n"
    )
    (tmp_path / "edited.py").write_text(source.replace("EDIT", "2"))
    ready.run("%load_ext autoreload\n%autoreload 2\nfrom edited import make, read")
    ready.run("one = Pipeline([Node(make, 'xs', 'box', name='make'), Node(read, 'box', 'y', name='read')])")
    assert ready.run("%kedro_run -p one --parallel").load() == {"y": (4, True, 2)}
    (tmp_path / "edited.py").write_text(source.replace("EDIT", "33"))
    ready.run("1")
    assert ready.run("%kedro_run -p one --parallel").load() == {"y": (66, True, 33)}
    ready.run("%autoreload 0")
