"""Functions, and objects made of functions, as source text: see `code_cases`."""

FUNCTIONS = {
    "plain function": (
        """
def make(x): return x * EDIT
def read(v): return v
""",
        2,
        3,
    ),
    "helper of a helper": (
        """
def inner(x): return x * EDIT
def outer(x): return inner(x)
def make(x): return outer(x)
def read(v): return outer(v)
""",
        4,
        9,
    ),
    "lambda": (
        """
times = lambda x: x * EDIT
def make(x): return times
def read(v): return v(5)
""",
        10,
        15,
    ),
    "nested closure": (
        """
def adder(n):
    def outer(m):
        return lambda x: x + n + m
    return outer(10)
add = adder(EDIT)
def make(x): return add
def read(v): return v(1)
""",
        13,
        14,
    ),
    "closures that share a variable": (
        """
def counter(n):
    def up():
        nonlocal n
        n += 1
    def get(): return n
    return up, get
up, get = counter(EDIT)
def make(x):
    up()
    return get()
def read(v): return v
""",
        3,
        4,
    ),
    "partial": (
        """
import functools
def scale(n, x): return n * x
twice = functools.partial(scale, EDIT)
def make(x): return twice
def read(v): return v(4), v.func is scale
""",
        (8, True),
        (12, True),
    ),
    "partialmethod": (
        """
import functools
class A:
    def scale(self, n, x): return n * x
    twice = functools.partialmethod(scale, EDIT)
def make(x): return A()
def read(v): return v.twice(4)
""",
        8,
        12,
    ),
    "bound method": (
        """
class A:
    def __init__(self, n): self.n = n
    def scale(self, x): return self.n * x * EDIT
def make(x): return A(5).scale
def read(v): return v(2), isinstance(v.__self__, A)
""",
        (20, True),
        (30, True),
    ),
    "static and class method": (
        """
class A:
    n = EDIT
    @staticmethod
    def s(x): return x + 1
    @classmethod
    def c(cls): return cls.n
def make(x): return A.s(x), A.c()
def read(v): return v, A.s(1), A.c()
""",
        ((2, 2), 2, 2),
        ((2, 3), 2, 3),
    ),
    "callable instance": (
        """
class Scale:
    def __init__(self, n): self.n = n
    def __call__(self, x): return x * self.n
scale = Scale(EDIT)
def make(x): return scale
def read(v): return v(2)
""",
        4,
        6,
    ),
    "wraps": (
        """
import functools
def deco(f):
    @functools.wraps(f)
    def wrapper(x): return f(x) + 100
    return wrapper
@deco
def times(x): return x * EDIT
def make(x): return times
def read(v): return v(1), v is times, v.__wrapped__(1)
""",
        (102, True, 2),
        (103, True, 3),
    ),
    "lru_cache": (
        """
import functools
@functools.lru_cache(maxsize=8)
def fib(n): return n * EDIT if n < 2 else fib(n - 1) + fib(n - 2)
def make(x): return fib(10)
def read(v): return v, fib(10), fib.cache_parameters()['maxsize']
""",
        (110, 110, 8),
        (165, 165, 8),
    ),
    "cache that is passed on": (
        """
import functools
@functools.cache
def f(n): return n * EDIT
def make(x): return f
def read(v): return v(2), v is f
""",
        (4, True),
        (6, True),
    ),
    "cached_property": (
        """
import functools
class A:
    @functools.cached_property
    def n(self): return EDIT
def make(x):
    a = A()
    a.n
    return a
def read(v): return v.n, A().n
""",
        (2, 2),
        (3, 3),
    ),
    "singledispatch": (
        """
import functools
@functools.singledispatch
def show(x): return 'any'
@show.register
def _(x: int): return EDIT
@show.register(list)
def _(x): return [show(i) for i in x]
def make(x): return show([x, 'a'])
def read(v): return v, show(1.5)
""",
        ([2, "any"], "any"),
        ([3, "any"], "any"),
    ),
    "singledispatchmethod": (
        """
import functools
class A:
    @functools.singledispatchmethod
    def show(self, x): return 'any'
    @show.register
    def _(self, x: int): return EDIT
def make(x): return A()
def read(v): return v.show(1), v.show('')
""",
        (2, "any"),
        (3, "any"),
    ),
    "generator": (
        """
def numbers(n):
    for i in range(n): yield i * EDIT
def make(x): return list(numbers(3))
def read(v): return sum(v)
""",
        6,
        9,
    ),
    "async": (
        """
import asyncio
async def wait(x):
    await asyncio.sleep(0)
    return x * EDIT
def make(x): return asyncio.run(wait(x))
def read(v): return v
""",
        2,
        3,
    ),
    "mutual recursion": (
        """
def even(n): return True if n == 0 else odd(n - 1)
def odd(n): return False if n == 0 else even(n - 1)
def make(x): return even(EDIT)
def read(v): return v
""",
        True,
        False,
    ),
    "default and keyword-only arguments": (
        """
def f(a, b=EDIT, *, c=EDIT): return a, b, c
def make(x): return f(x)
def read(v): return v, f(0, c=5)
""",
        ((1, 2, 2), (0, 2, 5)),
        ((1, 3, 3), (0, 3, 5)),
    ),
    "global constant": (
        """
K = EDIT
def make(x): return K
def read(v): return v, K
""",
        (2, 2),
        (3, 3),
    ),
    "global mutable": (
        """
seen = []
def note(x): seen.append(x)
def make(x):
    note(EDIT)
    return list(seen)
def read(v): return v
""",
        [2],
        [3],
    ),
    "names in strings": (
        """
import sys, threading
class Frame:  # as in pandas
    def query(self, text): return eval(text.replace('@', ''), sys._getframe(1).f_globals)
limit, K, lock = EDIT, EDIT, threading.Lock()
def helper(n): return n + K
def make(x):
    def inner(): return eval('helper(K)')
    return inner(), Frame().query('3 > @limit')
def read(v): return v, 'limit' in globals(), globals()['K'], len('helper lock')
""",
        ((4, True), True, 2, 11),
        ((6, False), True, 3, 11),
    ),
    "all names": (
        """
import sys
def step_one(x): return x + EDIT
def step_two(x): return x * EDIT
here = sys.modules[step_one.__module__]
def make(x): return sorted(name for name in globals() if name.startswith('step_'))
def read(v): return v, [f(10) for name, f in vars(here).items() if name in v]
""",
        (["step_one", "step_two"], [12, 20]),
        (["step_one", "step_two"], [13, 30]),
    ),
    "subclasses": (
        """
import threading
class Base:
    @classmethod
    def all(cls):
        for each in cls.__subclasses__():
            yield each
            yield from each.all()
class First(Base): n = EDIT
class Second(First): n = EDIT + 1
class Locked(Base): lock = threading.Lock()
def names(cls): return [each.__name__ for each in cls.__subclasses__()]
def make(x): return Second()
def read(v): return sorted(each.n for each in Base.all() if hasattr(each, 'n')), names(First), v.n
""",
        ([2, 3], ["Second"], 3),
        ([3, 4], ["Second"], 4),
    ),
    "table of functions": (
        """
def add(x): return x + EDIT
def mul(x): return x * EDIT
TABLE = {'add': add, 'mul': mul}
def make(x): return {k: f(x) for k, f in TABLE.items()}
def read(v): return v, TABLE['add'] is add
""",
        ({"add": 3, "mul": 2}, True),
        ({"add": 4, "mul": 3}, True),
    ),
    "attrgetter": (
        """
import operator
class A:
    size = EDIT
get = operator.attrgetter('size')
def make(x): return A()
def read(v): return get(v)
""",
        2,
        3,
    ),
    "numpy vectorize": (
        """
import numpy as np
@np.vectorize
def f(x): return x * EDIT
def make(x): return f([x, 2])
def read(v): return np.add(v, 1).tolist()
""",
        [3, 5],
        [4, 7],
    ),
    "context variable and thread's own": (
        """
import contextvars, threading
depth = contextvars.ContextVar("depth", default=EDIT)
own = threading.local()
own.n = EDIT
def make(x): return depth.get(), own.n
def read(v): return v
""",
        (2, 2),
        (3, 3),
    ),
    "import inside a node": (
        """
def helper(x): return x * EDIT
class Part: size = EDIT
def make(x):
    import importlib
    return importlib.import_module(__name__).helper(x)
def read(v):
    import importlib
    return v, importlib.import_module(__name__).Part.size
""",
        (2, 2),
        (3, 3),
    ),
    "name that only a pickle mentions": (
        """
import pickle
class Unseen:
    n = EDIT
PICKLE = pickle.dumps(__import__(__name__)) if False else f'c{__name__}\\nUnseen\\n.'.encode()
def make(x): return pickle.loads(PICKLE)
def read(v): return v.n, v is pickle.loads(PICKLE)
""",
        (2, True),
        (3, True),
    ),
}
