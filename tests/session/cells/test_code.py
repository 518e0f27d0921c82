"""A cell's text: what in it is the node, and the function that is made of it."""

from __future__ import annotations

import ast
import inspect
import linecache

import pytest

from kedro_nb.errors import RequestError
from kedro_nb.session.cells.code import CellCode, check_body, check_returns, fingerprint, node_function


def made(body, arguments=(), returned=(), above=1):
    """The function of a cell, and the text of its file."""
    cell = CellCode(body, above)
    tree, awaits = cell.parse()
    text = cell.as_function(tree, "f", arguments, returned, awaits=awaits)
    namespace = {}
    exec(compile(text, "<a cell>", "exec"), namespace)
    linecache.cache["<a cell>"] = (len(text), None, text.splitlines(keepends=True), "<a cell>")
    return namespace["f"], text


@pytest.fixture(autouse=True)
def no_cell_left():
    yield
    linecache.cache.pop("<a cell>", None)


def test_a_cell_becomes_a_function_on_its_own_lines():
    func, text = made("# first\ny = x + 1\n", ["x"], ["y"], above=2)
    assert text == "\ndef f(x):\n    # first\n    y = x + 1\n    return y\n"
    assert func(2) == 3
    assert func.__code__.co_firstlineno == 2
    assert inspect.getsource(func) == text[1:]


def test_several_outputs_are_a_tuple():
    assert made("a = 1\nb = 2", (), ["b", "a"])[0]() == (2, 1)


STRINGS = {
    "in three quotes": 'y = """a\n  b\n\nc"""',
    "an f-string": 'x = 1\ny = f"""a\n {x}\n  {x + 1}"""',
    "bytes": 'y = b"""a\nb"""',
    "parts": 'y = ("a"\n"b"\n  "c")',
    "a continued line": 'y = "a\\\nb"',
    "a continued statement": "y = 1 + \\\n2",
    "tabs": "if True:\n\ty = '''\n\t'''",
    "with a comment between": "y = [\n1,\n# two\n2]",
    "other separators": "y = 'a\u2028b\x0cc\x85d'",
    "a page feed": "if True:\n\x0c    y = 1",
    "other ends of lines": "y = 'a'\r\nz = '''b\r\n  c'''\r\ny += z",
    "a string in a function": "def g():\n    '''One.\n\n    Two.\n    '''\n    return 1\ny = g.__doc__",
}


@pytest.mark.parametrize("case", STRINGS)
def test_texts_are_left_as_they_are(case):
    namespace = {}
    exec(STRINGS[case], namespace)
    assert made(STRINGS[case], (), ["y"])[0]() == namespace["y"]


@pytest.mark.parametrize("code", ["await x()", "async for i in x(): y = i", "async with x() as y: pass"])
def test_a_cell_that_awaits_is_an_async_function(code):
    func, text = made(code, ["x"])
    assert inspect.iscoroutinefunction(func)
    assert text.startswith("async def f(x):")


INVALID = {
    "syntax": ("y = 1\nx = = 2", r"line 3: this is not valid Python.*\n  x = = 2\n      \^"),
    "an open bracket": ("y = [1", "line 2.*never closed"),
    "return": ("return 1", "line 2.*'return' outside function"),
    "yield": ("yield 1", "line 2.*'yield' outside function"),
    "an indented line": ("y = 1\n  z = 2", "line 3.*unexpected indent"),
    "nothing": ("# nothing", "no code"),
    "null bytes": ("y = '\0'", "null bytes"),
}


@pytest.mark.parametrize("case", INVALID)
def test_invalid_python_is_told_with_its_line(case):
    body, told = INVALID[case]
    with pytest.raises(RequestError, match=told):
        CellCode(body).parse()


@pytest.mark.parametrize("code", ["from os import *", "from __future__ import annotations"])
def test_what_a_function_cannot_do_is_refused(code):
    with pytest.raises(RequestError, match=r"Line 1.*a cell of its own"):
        check_body(ast.parse(code), ())


NODES = {
    "a function": ("def a(x): return x", None, [], "a"),
    "a coroutine function": ("async def a(x): return x", None, [], "a"),
    "with imports, constants and a docstring": (
        "'''Doc.'''\nimport os\nK = 1\ndef a(x): return K",
        None,
        ["y"],
        "a",
    ),
    "with a class": ("class K: pass\ndef a(x): return K", None, [], "a"),
    "one of several, by name": ("def a(x): return x\ndef b(x): return a(x)", "b", [], "b"),
    "plain code": ("y = x", None, ["y"], None),
    "plain code with a helper": ("def a(x): return x\ny = a(x)", None, ["y"], None),
    "plain code that prints": ("def a(x): return x\nprint(a(x))", None, [], None),
    "plain code that assigns an output": ("def a(x): return x\ny = 1", None, ["y"], None),
    "plain code with a loop": ("def a(x): return x\nfor i in x: pass", None, [], None),
}


@pytest.mark.parametrize("case", NODES)
def test_what_the_node_of_a_cell_is(case):
    code, name, outputs, wanted = NODES[case]
    found = node_function(ast.parse(code), name, outputs)
    assert (found and found.name) == wanted


def test_several_functions_need_a_name():
    with pytest.raises(RequestError, match=r"2 functions \(a, b\)"):
        node_function(ast.parse("def a(): 1\ndef b(): 2"), "c", [])


RETURNS = {
    "data and no output": ("def f(x): return x", None, "returns data.*-o f_result"),
    "chunks and no output": ("def f(x): yield x", None, "yields data"),
    "nothing and an output": ("def f(x): print(x)", "y", "returns nothing"),
    "too few": ("def f(x):\n    return x, 1", ["a", "b", "c"], "2 values in line 2, and -o names 3: a, b, c"),
    "other keys": ("def f(x): return {'a': 1}", {"b": "y"}, "the keys a in line 1, and -o names b"),
}


@pytest.mark.parametrize("case", RETURNS)
def test_returns_that_do_not_fit_the_outputs(case):
    code, outputs, told = RETURNS[case]
    with pytest.raises(RequestError, match=told):
        check_returns(ast.parse(code).body[0], outputs)


FITTING = [
    ("def f(x): print(x)", None),
    ("def f(x): return None", None),
    ("def f(x): raise NotImplementedError", "y"),
    ("def f(x): ...", "y"),
    ("def f(x):\n    def g(): return 1\n    g()", None),
    ("def f(x): return x, 1", "y"),
    ("def f(x): return x, *x", ["a", "b"]),
    ("def f(x): return g(x)", ["a", "b"]),
    ("def f(x): return {'a': 1, **x}", {"b": "y"}),
    ("def f(x): yield x", ["a", "b"]),
]


@pytest.mark.parametrize(("code", "outputs"), FITTING)
def test_returns_that_may_fit_are_left_to_the_run(code, outputs):
    check_returns(ast.parse(code).body[0], outputs)


def test_a_fingerprint_leaves_the_function_s_name_and_the_layout_out():
    one, other = ast.parse("def a(x):\n    return x"), ast.parse("\n\ndef b(x): return x  # the same")
    assert fingerprint(one, "a") == fingerprint(other, "b")
    assert fingerprint(one, "a") != fingerprint(ast.parse("def a(x): return x + 1"), "a")
