"""The hash of a node's code: what changes it, and what does not."""

from __future__ import annotations

import functools
import gc
import linecache
import subprocess
import sys
import textwrap
import time
import weakref

import pytest

from kedro_nb.pipeline import node
from kedro_nb.session import code as code_module
from kedro_nb.session.code import CodeBook

PLAIN = "def work(x):\n    return x + 1\n"


@pytest.fixture
def define():
    """Defines functions as a cell does, and gives what it defines."""
    made = []

    def run(source, **known):
        name = f"<cell {time.monotonic_ns()}>"
        linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
        made.append(name)
        variables = {"__name__": "cell", **known}
        exec(compile(textwrap.dedent(source), name, "exec"), variables)
        return variables

    yield run
    for name in made:
        del linecache.cache[name]


def hash_of(func, book=None):
    return (book or CodeBook()).read([node(func, "x", "y", name="n")]).get("n")


SAME = {
    "comments and blank lines": "\n\ndef work(x):  # a comment\n\n    # more\n    return x + 1\n",
    "another way to write it": "def work(x):\n    return (x +\n        1)\n",
    "another place in a cell": "other = 1\ndef unrelated(): pass\n" + PLAIN,
}
OTHER = {
    "a number": "def work(x):\n    return x + 2\n",
    "the kind of a number": "def work(x):\n    return x + 1.0\n",
    "an operator": "def work(x):\n    return x - 1\n",
    "a default": "def work(x, k=2):\n    return x + 1\n",
    "a function within": "def work(x):\n    return (lambda: x + 1)()\n",
}


@pytest.mark.parametrize("case", SAME)
def test_these_do_not_change_it(define, case):
    assert hash_of(define(SAME[case])["work"]) == hash_of(define(PLAIN)["work"])


@pytest.mark.parametrize("case", OTHER)
def test_these_do(define, case):
    assert hash_of(define(OTHER[case])["work"]) != hash_of(define(PLAIN)["work"])


def test_the_value_of_a_default_counts(define):
    one, other = (define(f"def work(x, k={k}): return k")["work"] for k in (1, 2))
    assert hash_of(one) != hash_of(other)


HELPERS = {
    "a function that it calls": "def helper(x): return x + {k}\ndef work(x): return helper(x)",
    "one that it calls through another": (
        "def inner(x): return x + {k}\ndef helper(x): return inner(x)\ndef work(x): return helper(x)"
    ),
    "a method of a class that it uses": (
        "class Model:\n    def fit(self): return {k}\ndef work(x): return Model().fit()"
    ),
    "a decorated function": (
        "def deco(f):\n    def inner(*a): return f(*a)\n    return inner\n@deco\ndef work(x): return {k}"
    ),
    "one that calls itself": "def work(x): return work(x - {k}) if x else 0",
}


@pytest.mark.parametrize("case", HELPERS)
def test_it_takes_in(define, case):
    hashes = [hash_of(define(HELPERS[case].format(k=k))["work"]) for k in (1, 2, 1)]
    assert hashes[0] == hashes[2] != hashes[1]


def test_it_takes_in_functions_of_the_users_modules(tmp_path, monkeypatch, define):
    monkeypatch.syspath_prepend(tmp_path)
    hashes = []
    for k in (1, 2):
        (tmp_path / f"helpers{k}.py").write_text(f"def clean(x): return x + {k}")
        helpers = __import__(f"helpers{k}")
        hashes.append(hash_of(define("def work(x): return helpers.clean(x)", helpers=helpers)["work"]))
    assert hashes[0] != hashes[1]


@pytest.mark.parametrize(
    "wrap", [functools.partial, lambda func: type("C", (), {"__call__": staticmethod(func)})().__call__]
)
def test_partials_and_methods_have_that_of_their_function(define, wrap):
    work = define(PLAIN)["work"]
    assert hash_of(wrap(work)) == hash_of(work)


@pytest.mark.parametrize("func", [abs, str.upper, textwrap.dedent, functools.partial(max, 1)])
def test_what_is_not_the_users_has_none(func):
    assert hash_of(func) is None


def test_it_is_the_same_in_another_process(define):
    source = 'def work(x):\n    return x in {"a", "b", "c"} and [y for y in (1, 2.5)]\n'
    program = (
        f"from kedro_nb.pipeline import node\nfrom kedro_nb.session.code import CodeBook\n{source}\n"
        "print(CodeBook().read([node(work, 'x', 'y', name='n')])['n'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == hash_of(define(source)["work"])


def test_a_difference_is_shown_in_the_function_that_differs(define):
    book = CodeBook()
    old, new = (
        hash_of(
            define(f"def helper(x):\n    return x + {k}\n\ndef work(x):\n    return helper(x)\n")["work"],
            book,
        )
        for k in (1, 2)
    )
    assert book.changes(old, new) == ["cell.helper"]
    assert book.diff(old, new).splitlines() == [
        "--- cell.helper  before",
        "+++ cell.helper  now",
        "@@ -1,2 +1,2 @@",
        " def helper(x):",
        "-    return x + 1",
        "+    return x + 2",
    ]


def test_the_source_is_that_of_the_run_after_the_file_was_edited(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    book, hashes = CodeBook(), []
    for k in (1, 22):
        sys.modules.pop("edited_file", None)
        (tmp_path / "edited_file.py").write_text(f"def work(x):\n    return x + {k}\n")
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
        import importlib

        importlib.invalidate_caches()
        hashes.append(hash_of(importlib.import_module("edited_file").work, book))
    del sys.modules["edited_file"]
    assert "-    return x + 1\n+    return x + 22" in book.diff(*hashes)


def test_without_its_source_a_change_is_told_and_no_diff(define):
    book = CodeBook()
    hashes = []
    for k in (1, 2):
        variables = {"__name__": "cell"}
        exec(f"def work(x): return {k}", variables)
        hashes.append(hash_of(variables["work"], book))
    assert (book.changes(*hashes), book.diff(*hashes)) == (["cell.work"], "")


def test_source_that_is_kept_is_bounded(define, monkeypatch):
    monkeypatch.setattr(code_module, "_MOST_SOURCE", 200)
    book = CodeBook()
    for k in range(20):
        hash_of(define(f"def work(x):\n    return {k}\n")["work"], book)
    assert sum(map(len, book._sources.values())) <= 200


def test_functions_are_not_kept_alive(define):
    book = CodeBook()
    variables = define(PLAIN)
    kept = weakref.ref(variables["work"])
    hash_of(variables["work"], book)
    variables.clear()
    gc.collect()
    assert kept() is None


def test_a_pipeline_of_a_thousand_nodes_is_read_in_a_few_milliseconds(define):
    """10 us for each node, with much room for a busy machine: the best of a few attempts counts."""
    work = define(PLAIN)["work"]
    nodes, book = [node(work, "x", f"y{i}", name=f"n{i}") for i in range(1_000)], CodeBook()
    book.read(nodes)
    seconds = []
    for _ in range(5):
        start = time.thread_time()
        book.read(nodes)
        seconds.append(time.thread_time() - start)
    assert min(seconds) < 0.05
