"""Notebooks whose cells are edited, run again, or define a name twice: what must come out, and what must be said."""

from __future__ import annotations

from dataclasses import dataclass

DECORATORS = """
import functools

def doubled(function):
    @functools.wraps(function)
    def wrapper(*args):
        return 2 * function(*args)
    return wrapper

def tripled(function):
    def wrapper(*args):
        return 3 * function(*args)
    return wrapper

def times(factor):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args):
            return factor * function(*args)
        return wrapper
    return decorate
"""
F = "def f(x): return x + 1"
F_NEW = "def f(x): return x + 100"
OFF, ON = "%unload_ext kedro_nb", "%load_ext kedro_nb"
P = "p = Pipeline([Node(f, 'x', 'y', name='n')])"


@dataclass(frozen=True)
class Case:
    """A notebook in which x is 10.

    Args:
        cells: in the order in which they run; a pair is an id and the cell.
        y: what the pipelines `p` and others write, by dataset.
        follows: whether the run says that it uses a redefined function.
        again: the cell that the run names to be run again, counted from 1; 0 where it names none.
        run: the line that runs it.
    """

    cells: tuple[str | tuple[str, str], ...]
    y: dict[str, object]
    follows: bool = False
    again: int = 0
    run: str = "-p p"


def follows(*cells, y=110, **more):
    return Case(cells, {"y": y}, follows=True, **more)


def keeps(*cells, again, y=11, **more):
    return Case(cells, {"y": y}, again=again, **more)


def plain(*cells, y=11, **more):
    return Case(cells, {"y": y}, **more)


LOOP = """
nodes = []
for k in (1, 2, 3):
    def scale(x, k=k): return x * k
    nodes.append(Node(scale, "x", f"y{k}", name=f"scale_{k}"))
p = Pipeline(nodes)
"""
LOOP_OVER_FUNCTIONS = """
nodes = []
for h in (f, g):
    nodes.append(Node(h, "x", f"{h.__name__}_out", name=h.__name__))
p = Pipeline(nodes)
"""
FACTORY = """
def make(k):
    def f(x): return x + k
    return f
"""
FROM_FACTORY = "p = Pipeline([Node(make(1), 'x', 'y', name='n')])"
MAKER = """
def make():
    def f(x): return x + 1
    return Pipeline([Node(f, 'x', 'y', name='n')])
"""
TWO_IN_ONE = """
def f(x): return 1
a = Node(f, "x", "a", name="a")
def f(x): return 2
b = Node(f, "x", "b", name="b")
p = Pipeline([a, b])
"""
CASES = {
    # A function that is redefined without doubt
    "edited": follows(F, P, F_NEW),
    "one cell for all": follows(f"{F}\n{P}", F_NEW),
    "edited twice": follows(F, P, "def f(x): return 0", F_NEW),
    "edited and undone": plain(F, P, F_NEW, F),
    "edited and undone with another default": follows(
        "def f(x, k=1): return x + k", P, F_NEW, "def f(x, k=2): return x + k", y=12
    ),
    "run again as it was": plain(F, P, F),
    "run again as it was, with defaults": plain(
        "def f(x, k=1, *, n=None): return x + k", P, "def f(x, k=1, *, n=None): return x + k"
    ),
    "another argument has the default": follows(
        "def f(a, *, b=1, c): return a + b + c",
        "%kedro_save c 2\np = Pipeline([Node(f, {'a': 'x', 'c': 'c'}, 'y', name='n')])",
        "def f(a, *, b=1, c=1): return a + b + c",
        y=13,
    ),
    "only a default is new": follows(
        "def f(x, *, k=0.0): return x / (k or 1)", P, "def f(x, *, k=4.0): return x / k", y=2.5
    ),
    "notebook": follows(
        "import nbformat\ndef write(code):\n    cells = [nbformat.v4.new_code_cell(code)]\n"
        "    nbformat.write(nbformat.v4.new_notebook(cells=cells), 'steps.ipynb')",
        f"write({F!r})",
        "%run steps.ipynb",
        P,
        f"write({F_NEW!r})",
        "%run steps.ipynb",
    ),
    "its line has moved": follows(F, P, f"# a comment\n{F}", y=11),
    "async": follows(F, P, "async def f(x): return x + 100"),
    "from async": follows("async def f(x): return x + 1", P, F_NEW),
    "generator": follows("def f(x):\n    yield x", P, "def f(x):\n    yield x + 100"),
    "same decorator": follows(f"@doubled\n{F}", P, f"@doubled\n{F_NEW}", y=220),
    "same decorator with arguments": follows(f"@times(2)\n{F}", P, f"@times(2)\n{F_NEW}", y=220),
    "decorator without wraps": follows(f"@tripled\n{F}", P, f"@tripled\n{F_NEW}", y=330),
    "lru_cache": follows(f"@functools.lru_cache\n{F}", P, f"@functools.lru_cache\n{F_NEW}"),
    "deleted before": follows(F, P, "del f", F_NEW),
    "deleted afterwards": follows(F, P, F_NEW, "del f"),
    "the name holds data afterwards": follows(F, P, F_NEW, "f = f(1)"),
    "timed cell": follows(f"%%time\n{F}", P, f"%%time\n{F_NEW}"),
    "captured cell": follows(F, P, f"%%capture\n{F_NEW}"),
    "run by a cell": follows(
        f"def g(x): return 0\nget_ipython().run_cell({F!r}); None",
        P,
        f"get_ipython().run_cell({F_NEW!r}); None",
    ),
    "before what its cell runs": follows(f"{F}\nget_ipython().run_cell('1'); None", P, F_NEW),
    "cell with await": follows(F, P, f"import asyncio\nawait asyncio.sleep(0)\n{F_NEW}"),
    "in the cell of the run": follows(F, P, run=f"{F_NEW}\nr = %kedro_run -p p"),
    "cell that fails afterwards": follows(F, P, f"{F_NEW}\n1 / 0"),
    "script": follows(
        "%run steps.py",
        P,
        "(steps := __import__('pathlib').Path('steps.py')).write_text("
        "steps.read_text().replace('1', '100')); None",
        "%run steps.py",
    ),
    "several nodes": Case(
        (F, "p = Pipeline([Node(f, 'x', 'y', name='n'), Node(f, 'y', 'z', name='m')])", F_NEW),
        {"z": 210},
        follows=True,
    ),
    "slice": follows(
        F,
        "p = Pipeline([Node(f, 'x', 'y', name='n'), Node(f, 'y', 'z', name='m')])",
        F_NEW,
        run="-p p --nodes=n",
    ),
    "namespace": follows(F, P, "q = Pipeline(p, namespace='a', inputs='x', outputs='y')", F_NEW, run="-p q"),
    "default name": follows(F, "p = Pipeline([Node(f, 'x', 'y')])", F_NEW, run="-p p --nodes=f"),
    "in a list": follows(F, "fs = [f]", "p = Pipeline([Node(fs[0], 'x', 'y', name='n')])", F_NEW),
    "inputs by keyword": follows(
        "def f(a, b): return a - b",
        "p = Pipeline([Node(f, {'a': 'x', 'b': 'x2'}, 'y', name='n')])\n%kedro_save x2 1",
        "def f(b, a): return a - b",
        y=9,
    ),
    "ParallelRunner": follows(F, P, F_NEW, run="-p p --runner=ParallelRunner"),
    "ThreadRunner": follows(F, P, F_NEW, run="-p p --runner=ThreadRunner"),
    "--async": follows(F, P, F_NEW, run="-p p --async"),
    "in the background": follows(F, P, F_NEW, run="-p p --background"),
    "by the session": follows(
        F,
        P,
        F_NEW,
        run="import kedro_nb\nr = kedro_nb.session().run(kedro_nb.session.RunRequest(), pipelines={'__default__': p})",
    ),
    "registered pipeline": follows(
        f"{F}\nimport kedro_nb\nkedro_nb.session().pipelines['q'] = Pipeline([Node(f, 'x', 'y', name='n')])",
        F_NEW,
        run="-p q",
    ),
    "extension loaded after the def": follows("%unload_ext kedro_nb", F, P, "%load_ext kedro_nb", F_NEW),
    "extension loaded with the redefinition": follows(
        "%unload_ext kedro_nb", F, P, f"%load_ext kedro_nb\n{F_NEW}"
    ),
    "extension loaded again": follows(F, P, "%reload_ext kedro_nb", F_NEW),
    "extension loaded again, with ids": follows(
        ("A", F), ("B", P), ("C", "%reload_ext kedro_nb"), ("A", F_NEW)
    ),
    "extension loaded after the def, with ids": follows(
        ("A", OFF), ("B", F), ("C", P), ("D", ON), ("B", F_NEW)
    ),
    "extension loaded after the def, the cell has grown": follows(
        ("A", OFF), ("B", F), ("C", P), ("D", ON), ("B", f"k = 100\n{F_NEW}")
    ),
    "extension loaded after the def, ids only now": follows(OFF, F, P, ("D", ON), ("B", F_NEW)),
    "extension loaded after the def, another cell": keeps(
        ("A", OFF), ("B", f"{F}\n{P}"), ("D", ON), ("E", f"{F_NEW}\nq = Pipeline([])"), again=2
    ),
    "extension loaded after the def, the same cell and another": keeps(
        ("A", OFF),
        ("B", F),
        ("C", P),
        ("D", ON),
        ("B", F_NEW),
        ("E", "def f(x): return 0"),
        again=3,
        y=110,
        follows=True,
    ),
    "extension loaded with the redefinition, with ids": follows(
        ("A", OFF), ("B", F), ("C", P), ("B", f"{ON}\n{F_NEW}")
    ),
    # One cell, as front ends with ids for cells know
    "same cell": follows(("A", F), ("B", P), ("A", F_NEW)),
    "another cell": keeps(("A", F), ("B", P), ("C", F_NEW), again=2),
    "same cell, with others around it": follows(("A", F), ("B", P), ("A", f"%%capture\n{F_NEW}")),
    "moved into a cell with other code": keeps(("A", F), ("A2", P), ("B", f"t = 1\n{F_NEW}"), again=2),
    "a function of a node cell": keeps(
        ("A", "%%kedro_node n -i x -o y\ndef f(x): return x + 1"), ("B", F_NEW), again=1, run="-p __default__"
    ),
    "a node cell that is edited": plain(
        ("A", "%%kedro_node n -i x -o y\ndef f(x): return x + 1"),
        ("A", "%%kedro_node n -i x -o y\ndef f(x): return x + 100"),
        y=110,
        run="-p __default__",
    ),
    "same cell, then another": keeps(
        ("A", F), ("B", P), ("A", F_NEW), ("C", "def f(x): return 0"), again=2, y=110, follows=True
    ),
    "another cell, then the same": follows(("A", F), ("B", P), ("C", "def f(x): return 0"), ("A", F_NEW)),
    # Functions that are more than a def
    "wrapped": plain(F, "p = Pipeline([Node(doubled(f), 'x', 'y', name='n')])", y=22),
    "wrapped, and edited": keeps(
        F, "p = Pipeline([Node(doubled(f), 'x', 'y', name='n')])", F_NEW, again=2, y=22
    ),
    "wrapped without wraps": plain(F, "p = Pipeline([Node(tripled(f), 'x', 'y', name='n')])", y=33),
    "wrapped without wraps, and edited": keeps(
        F, "p = Pipeline([Node(tripled(f), 'x', 'y', name='n')])", F_NEW, again=2, y=33
    ),
    "wrapped with arguments": plain(F, "p = Pipeline([Node(times(4)(f), 'x', 'y', name='n')])", y=44),
    "wrapped under its name": plain(f"{F}\nf = doubled(f)", P, y=22),
    "wrapped under its name, and edited": keeps(
        f"{F}\nf = doubled(f)", P, f"{F_NEW}\nf = doubled(f)", again=2, y=22
    ),
    "wrapped later": keeps(F, P, "f = doubled(f)", again=2),
    "decorator removed": keeps(f"@doubled\n{F}", P, F_NEW, again=2, y=22),
    "decorator added": keeps(F, P, f"@doubled\n{F_NEW}", again=2),
    "other arguments of the decorator": keeps(f"@times(2)\n{F}", P, f"@times(3)\n{F}", again=2, y=22),
    "partial": plain(
        "def f(x, k=0): return x + k", "p = Pipeline([Node(functools.partial(f, k=1), 'x', 'y', name='n')])"
    ),
    "partial, and edited": keeps(
        "def f(x, k=0): return x + k",
        "p = Pipeline([Node(functools.partial(f, k=1), 'x', 'y', name='n')])",
        "def f(x, k=0): return x - k",
        again=2,
    ),
    "lambda": keeps("f = lambda x: x + 1", P, "f = lambda x: x + 100", again=2),
    "lambda, then a def": keeps("f = lambda x: x + 1", P, F_NEW, again=2),
    "object": keeps(
        "class F:\n    def __call__(self, x): return x + 1\nf = F()",
        P,
        "class F:\n    def __call__(self, x): return x + 100\nf = F()",
        again=2,
    ),
    "factory": plain(FACTORY, FROM_FACTORY),
    "factory that is edited": keeps(FACTORY, FROM_FACTORY, FACTORY.replace("+ k", "- k"), again=2),
    "its product has a name": plain(
        FACTORY, "g = make(1)\np = Pipeline([Node(g, 'x', 'y', name='n')])", FACTORY.replace("+ k", "- k")
    ),
    "decorator that is edited": keeps(
        "def once(f):\n    return lambda x: f(x)",
        F,
        "p = Pipeline([Node(once(f), 'x', 'y', name='n')])",
        "def once(f):\n    return lambda x: 2 * f(x)",
        again=3,
    ),
    "function of a class": keeps(
        "class A:\n    def f(x): return x + 1",
        "p = Pipeline([Node(A.f, 'x', 'y', name='n')])",
        "class A:\n    def f(x): return x - 1",
        again=2,
    ),
    "function that makes the pipeline": keeps(MAKER, "p = make()", MAKER.replace("+ 1", "- 1"), again=2),
    "shown": follows(F, "f", P, "f", F_NEW),
    "factory with a def of its name": plain(
        "def make(k):\n    def f(x): return x + k\n    return f\np = Pipeline([Node(make(1), 'x', 'y', name='n')])",
        F_NEW,
    ),
    "method": plain(
        "class A:\n    def f(self, x): return x + 1\n",
        "p = Pipeline([Node(A().f, 'x', 'y', name='n')])",
        F_NEW,
    ),
    "import": keeps(
        "from operator import neg",
        "p = Pipeline([Node(neg, 'x', 'y', name='n')])",
        "def neg(x): return 0",
        again=2,
        y=-10,
    ),
    "made in a list": keeps(
        "f = lambda x: x + 1",
        "nodes = [Node(f, 'x', 'y', name='n')]",
        "p = Pipeline(nodes)",
        "f = lambda x: 0",
        again=2,
    ),
    "made in a dict": keeps(
        "f = lambda x: x + 1",
        "parts = {'a': Pipeline([Node(f, 'x', 'y', name='n')])}",
        "p = sum(parts.values())",
        "f = lambda x: 0",
        again=2,
    ),
    "added to": keeps(
        f"f = lambda x: x + 1\n{P}",
        "p += Pipeline([Node(len, 'texts', 'number', name='m')])",
        "f = lambda x: 0",
        again=1,
        run="-p p --nodes=n",
    ),
    "copied into a namespace": keeps(
        F, "g = f", P, "q = Pipeline(p, namespace='a', inputs='x', outputs='y')", F_NEW, again=3, run="-p q"
    ),
    # Names that are bound otherwise
    "alias": keeps(F, "g = f", "p = Pipeline([Node(g, 'x', 'y', name='n')])", F_NEW, again=3),
    "alias, old name used": keeps(F, "g = f", P, F_NEW, again=3),
    "alias that is gone": keeps(F, "g = f", P, "del g", F_NEW, again=3),
    "alias for one statement": keeps(
        F, "g = f\np = Pipeline([Node(g, 'x', 'y', name='n')])\ndel g", F_NEW, again=2
    ),
    "aliases of one statement": keeps(
        f"{F}\ndef g(x): return 2",
        "h, k = f, g\np = Pipeline([Node(h, 'x', 'y', name='n')])\ndel h, k",
        F_NEW,
        again=2,
    ),
    "alias with a type": keeps(
        F, "g: object = f\np = Pipeline([Node(g, 'x', 'y', name='n')])\ndel g", F_NEW, again=2
    ),
    "attribute": follows(f"{F}\nsteps = type('Steps', (), {{}})\nsteps.f = f", P, F_NEW),
    "one alias for several": Case(
        (
            "def f(x): return 1\ndef g(x): return 2",
            "h = f\na = Node(h, 'x', 'a', name='a')\nh = g\nb = Node(h, 'x', 'b', name='b')\np = Pipeline([a, b])",
            "def f(x): return 3",
        ),
        {"a": 1, "b": 2},
        again=2,
    ),
    "alias of what the name held before": follows("f = len", f"g = f\n{F}", P, F_NEW),
    "alias with the redefinition": plain(F, f"g = f\n{F_NEW}\np = Pipeline([Node(g, 'x', 'y', name='n')])"),
    "def under if": keeps(F, P, f"if True:\n    {F_NEW}", again=2),
    "def under try": keeps(f"try:\n    {F}\nfinally:\n    pass", P, F_NEW, again=2),
    "exec": keeps(F, P, f"exec({F_NEW!r})", again=2),
    "two in one cell": Case(
        (TWO_IN_ONE,),
        {"a": 1, "b": 2},
    ),
    "two in one cell, and a third": Case(
        (TWO_IN_ONE, "def f(x): return 3"), {"a": 1, "b": 3}, follows=True, again=1
    ),
    "loop": Case((LOOP,), {"y1": 10, "y2": 20, "y3": 30}),
    "one of a loop": Case((LOOP,), {"y1": 10}, run="-p p --nodes=scale_1"),
    "from a loop": Case((LOOP,), {"y2": 20, "y3": 30}, run="-p p --nodes=scale_2,scale_3"),
    "loop, then a def": Case((LOOP, "def scale(x, k=0): return -1"), {"y1": 10, "y2": 20, "y3": 30}, again=1),
    "loop over functions": Case(
        (
            "def f(x): return 1\ndef g(x): return 2",
            LOOP_OVER_FUNCTIONS,
            "def f(x): return -1\ndef g(x): return -2",
        ),
        {"f_out": 1, "g_out": 2},
        again=2,
    ),
    "nothing is new": plain(F, P),
    "another function is edited": plain(F, "def other(x): return 1", P, "def other(x): return 2"),
    "a function that it calls is edited": plain(
        "def helper(x): return x", "def f(x): return helper(x)", P, "def helper(x): return x + 1"
    ),
    "pipeline made again": plain(F, P, F_NEW, P, y=110),
}
