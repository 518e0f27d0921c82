"""What a cell reads from outside: compared with what happens when it is executed."""

from __future__ import annotations

import ast
import contextlib

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kedro_nb.session.cells.code import CellCode
from kedro_nb.session.cells.names import names_of

# Programs that mostly run, over four names: every value is a number.

NAMES = ("a", "b", "c", "d")

name = st.sampled_from(NAMES)
number = st.integers(0, 3).map(str)


def compiles(text):
    """Python forbids some combinations, as `:=` in a comprehension's iterable."""
    try:
        compile(text, "", "exec")
    except SyntaxError:
        return False
    return True


def text(template, **parts):
    """The template with something in each of its places."""
    return st.fixed_dictionaries(parts).map(lambda chosen: template.format(**chosen))


def wider(e):
    return st.one_of(
        text("({x} + {y})", x=e, y=e),
        text("({x} and {y})", x=e, y=e),
        text("({n} := {x})", n=name, x=e),
        text("({x} if {y} > 1 else {z})", x=e, y=e, z=e),
        text("(0 < {x} < {y})", x=e, y=e),
        text("sum([{x} for {n} in range({k}) if {y} >= 0])", x=e, n=name, k=number, y=e),
        text("sum({x} for {n} in range({y}))", x=e, n=name, y=e),
        text("(lambda {n}: {x})({y})", n=name, x=e, y=e),
        text("(lambda {n}={x}: {y})()", n=name, x=e, y=e),
    )


expression = st.recursive(name | number, wider, max_leaves=4).filter(compiles)


def statements(e):
    return st.one_of(
        text("{n} = {x}", n=name, x=e),
        text("{n} += {x}", n=name, x=e),
        text("{n}: int = {x}", n=name, x=e),
        text("{n}, {m} = {x}, 1", n=name, m=name, x=e),
        text("import math as {n}; {n} = 1", n=name),
        e,
    )


sums = st.recursive(
    name | number,
    lambda e: text("({x} + {y})", x=e, y=e) | text("({n} := {x})", n=name, x=e),
    max_leaves=4,
)
simple = statements(expression) | text("del {n}", n=name)

COMPOUND = {
    "if": "if {x} > 1:\n{p}\nelse:\n{q}",
    "if alone": "if {x} > 1:\n{p}",
    "for": "for {n} in range({k}):\n{p}\nelse:\n{q}",
    "break": "for {n} in range({k}):\n{p}\n    if {m}: break\n{q}\nelse:\n    {m} = 1",
    "continue": "for {n} in range({k}):\n    if {n} == 1:\n{pp}\n        continue\n{q}",
    "while": "while True:\n{p}\n    break\n{n} = {x}",
    "except": "try:\n{p}\n    1 / 0\nexcept ZeroDivisionError as {n}:\n{q}",
    "else": "try:\n{p}\nexcept ZeroDivisionError:\n{q}\nelse:\n    {n} = {m}\nfinally:\n    {m} = {x}",
    "with": "with __import__('contextlib').nullcontext({x}) as {n}:\n{p}",
    "function": "def f({n}):\n{p}\n    return 1\n{m} = f({x})",
    "closure": (
        "def f({n}):\n    def g():\n        nonlocal {n}\n        {n} = {x}\n    g()\n    return {n}\n"
        "{m} = f(2)"
    ),
    "class": "class K:\n    z = {x}\n    y = z + 1\n{n} = K.y",
    "match": (
        "match ({x}, 1):\n    case (0, {n}) if {m} > 0:\n{pp}\n    case _ if {m}:\n{qq}\n"
        "    case {m}, 1:\n        {n} = 1"
    ),
}


def compound(inner):
    lines = st.lists(inner, min_size=1, max_size=3).map("\n".join)
    block, deeper = lines.map(lambda code: indented(code, 4)), lines.map(lambda code: indented(code, 8))
    names, codes = {"n": name, "m": name, "k": number}, {"p": block, "q": block, "pp": deeper, "qq": deeper}
    parts = {"x": expression, **names, **codes}
    return st.sampled_from(sorted(COMPOUND)).flatmap(
        lambda kind: text(
            COMPOUND[kind], **{key: part for key, part in parts.items() if f"{{{key}}}" in COMPOUND[kind]}
        )
    )


def indented(code, width):
    return "\n".join(" " * width + line for line in code.split("\n"))


statement = st.recursive(simple, compound, max_leaves=6)
programs = st.lists(statement, min_size=1, max_size=5).map("\n".join).filter(compiles)
straight_programs = st.lists(statements(sums), min_size=1, max_size=6).map("\n".join).filter(compiles)


def read(code):
    return names_of(ast.parse(code))


class Supplied(dict):
    """A namespace that supplies what is missing, and knows what that was."""

    def __init__(self):
        super().__init__(__builtins__=__builtins__, __name__="cell")
        self.missing = set()

    def __getitem__(self, name):
        if name in NAMES and name not in self:
            self.missing.add(name)
            return 2
        return super().__getitem__(name)


def missing_in(code):
    """The names that an execution asks the outside for."""
    namespace = Supplied()
    with contextlib.suppress(
        NameError, KeyError, TypeError
    ):  # a deleted name, say: what was asked for until then
        exec(code, namespace)
    return namespace.missing


@given(programs)
@settings(max_examples=60)
def test_whatever_an_execution_asks_for_is_known(code):
    assert missing_in(code) <= set(read(code).read)


@given(straight_programs)
@settings(max_examples=60)
def test_where_nothing_branches_every_name_that_is_needed_is_asked_for(code):
    names = read(code)
    assert (set(names.needed), set(names.perhaps)) == (missing_in(code), set())


@given(programs)
@settings(max_examples=60)
def test_the_function_of_a_cell_does_what_the_cell_does(code):
    """Executed as a cell, and called as a function with the same data."""
    names = read(code)
    assume(not names.in_class)  # is refused
    inputs = sorted(name for name in names.read if name in NAMES)
    outside = dict.fromkeys(inputs, 2)
    as_cell = {"__builtins__": __builtins__, "__name__": "cell", **outside}
    try:
        exec(code, as_cell)
    except (NameError, TypeError):
        return  # a deleted name, or a class where a number is meant
    outputs = sorted(name for name in names.kept if name in NAMES and name in as_cell)
    tree = ast.parse(code)
    text = CellCode(code).as_function(tree, "f_", inputs, outputs, awaits=False)
    made = {"__builtins__": __builtins__, "__name__": "cell"}
    exec(text, made)
    result = made["f_"](**outside)
    wanted = tuple(as_cell[name] for name in outputs)
    assert comparable(result) == comparable(
        None if not outputs else wanted[0] if len(wanted) == 1 else wanted
    )


def comparable(value):
    if isinstance(value, tuple):
        return tuple(map(comparable, value))
    return value if isinstance(value, int | float | type(None)) else type(value).__name__


CASES = {
    "a name": ("y = x", {"x"}, set()),
    "after an assignment": ("x = 1\ny = x", set(), set()),
    "changed in place": ("x += 1", {"x"}, set()),
    "read on the right of its own assignment": ("x = f(x)", {"f", "x"}, set()),
    "a comprehension's own variable": ("[i for i in xs if i > k]", {"xs", "k"}, set()),
    "a comprehension within one": ("[j for i in xs for j in i]", {"xs"}, set()),
    "a walrus in a comprehension": ("[y := i for i in xs]\ny", {"xs"}, {"y"}),
    "one branch": ("if c:\n    x = 1\nx", {"c"}, {"x"}),
    "both branches": ("if c:\n    x = 1\nelse:\n    x = 2\nx", {"c"}, set()),
    "a branch that leaves": (
        "for i in xs:\n    if i:\n        y = 1\n    else:\n        continue\n    y",
        {"xs"},
        set(),
    ),
    "a loop": ("for i in xs:\n    y = i\ny", {"xs"}, {"y"}),
    "an import": ("import os.path\nos", set(), set()),
    "an import under another name": ("import os as o\no, os", {"os"}, set()),
    "an argument": ("def f(x, y=d): return x + y + z", {"d", "z"}, set()),
    "a function that reads what comes later": ("def f(): return t\nt = 1", set(), {"t"}),
    "a function that calls itself": ("def f(n): return f(n - 1)", set(), set()),
    "a nonlocal name": (
        "def f():\n    n = 1\n    def g():\n        nonlocal n\n        n = k\n    g()",
        {"k"},
        set(),
    ),
    "a method": ("class A(B):\n    k = 1\n    def f(self): return k, __class__", {"B", "k"}, set()),
    "a decorator and annotations": ("@d\ndef f(x: T) -> R: ...", {"d", "T", "R"}, set()),
    "the annotation of a variable, which a function ignores": ("x: T = y", {"y"}, set()),
    "an except": ("try:\n    x = f()\nexcept E as e:\n    x = e\nx", {"f", "E"}, set()),
    "the name of an except is gone": ("try:\n    f()\nexcept E as e:\n    pass\ne", {"f", "E", "e"}, set()),
    "what the try has done when it fails": ("try:\n    x = f()\nexcept E:\n    x", {"f", "E"}, {"x"}),
    "a finally": ("try:\n    x = f()\nfinally:\n    y = x", {"f"}, {"x"}),
    "a with": ("with f() as x:\n    x", {"f"}, set()),
    "a match": (
        "match m:\n    case [a, *r] if a: a, r\n    case {'k': v, **w}: v, w\n    case P(p): p\n    case K.c: 1",
        {"m", "P", "K"},
        set(),
    ),
    "a match that catches all": ("match m:\n    case 1: x = 1\n    case _: x = 2\nx", {"m"}, set()),
    "a deleted name": ("x = 1\ndel x\nx", {"x"}, set()),
    "an attribute and an item": ("x.y[i] = z", {"x", "i", "z"}, set()),
    "an f-string": ("f'{x!r:>{w}} {y=}'", {"x", "w", "y"}, set()),
    "a lambda": ("(lambda x, *a, y=d, **k: x + g)", {"d", "g"}, set()),
    "await at the top": ("await f(x)", {"f", "x"}, set()),
    "code that is never reached": ("while c:\n    break\n    x", {"c"}, set()),
    "a chained comparison": ("0 < (y := x) < z\ny", {"x", "z"}, set()),
    "and": ("x and (y := 1)\ny", {"x"}, {"y"}),
}


@pytest.mark.parametrize("case", CASES)
def test_names(case):
    code, needed, perhaps = CASES[case]
    names = read(code)
    assert (set(names.needed), set(names.perhaps)) == (needed, perhaps)


def test_the_line_of_the_first_read_is_told():
    assert read("a = 1\nb = x\nc = x").needed == {"x": 2}


def test_what_a_function_binds_is_its_own():
    assert read("def f():\n    x = 1\ny = 2").bound == {"f", "y"}


def test_what_is_deleted_is_not_kept():
    assert read("x = y = 1\ndel x").kept == {"y"}


def test_names_that_are_only_called_are_known():
    assert read("f(x)\ng(1)\ng").called == {"f"}


@pytest.mark.parametrize("code", ["global x\nx = 1", "def f():\n    global x\n    x = 1"])
def test_global_names_are_known(code):
    assert "x" in read(code).declared


def test_an_attribute_that_is_made_of_its_own_name_is_known():
    assert read("class A:\n    x = x").in_class == {"x": 2}


@pytest.mark.skipif(
    "not hasattr(__import__('ast'), 'TypeAlias')", reason="Python 3.12 brought type parameters"
)
def test_type_parameters_are_no_reads():
    names = read("type P[T] = list[T] | Q\ndef f[T](x: T) -> T: return x\nclass A[T](B[T]): ...")
    assert set(names.read) == {"list", "Q", "B"}
