"""Callables and classes of the user's, as source text for a cell or a module.

In each, `make(x)` is one node and `read(v)` the next, in another process perhaps. EDIT stands for a number, 2 at first
and 3 after an edit. The result of `read(make(1))` is given for both.
"""

CASES = {
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
    "class": (
        """
class Model:
    def __init__(self, n): self.n = n
    def predict(self): return self.n * EDIT
def make(x): return Model(5)
def read(v): return v.predict(), type(v) is Model
""",
        (10, True),
        (15, True),
    ),
    "dataclass": (
        """
from dataclasses import dataclass, field, replace
@dataclass(order=True)
class P:
    x: int
    y: list = field(default_factory=list)
    def area(self): return self.x * EDIT
def make(x): return P(4, [1])
def read(v): return v.area(), v == P(4, [1]), replace(v, x=1) < v, v.y
""",
        (8, True, True, [1]),
        (12, True, True, [1]),
    ),
    "dataclass with slots": (
        """
from dataclasses import dataclass
@dataclass(slots=True)
class P:
    x: int
    y: int = EDIT
def make(x): return P(x)
def read(v): return v.x, v.y, hasattr(v, '__dict__'), isinstance(v, P)
""",
        (1, 2, False, True),
        (1, 3, False, True),
    ),
    "frozen dataclass with slots": (
        """
from dataclasses import dataclass
@dataclass(slots=True, frozen=True)
class P:
    x: int
    y: int = EDIT
def make(x): return {P(x)}
def read(v): return [p.y for p in v], P(1) in v
""",
        ([2], True),
        ([3], True),
    ),
    "slots": (
        """
class Base:
    __slots__ = ('a', '__hidden')
    def __init__(self): self.a = 1; self.__hidden = EDIT
    def get(self): return self.__hidden
class P(Base):
    __slots__ = 'b'
    def __init__(self):
        super().__init__()
        self.b = 7
def make(x): return P()
def read(v): return v.a, v.b, v.get(), hasattr(v, '__dict__')
""",
        (1, 7, 2, False),
        (1, 7, 3, False),
    ),
    "NamedTuple": (
        """
from typing import NamedTuple
class P(NamedTuple):
    x: int
    y: int = EDIT
    def total(self): return self.x + self.y
def make(x): return P(x)
def read(v): return v.total(), v._replace(x=0), isinstance(v, P)
""",
        (3, (0, 2), True),
        (4, (0, 3), True),
    ),
    "namedtuple": (
        """
from collections import namedtuple
P = namedtuple('P', 'x y', defaults=[EDIT])
def make(x): return P(x)
def read(v): return v.x, v.y, isinstance(v, P)
""",
        (1, 2, True),
        (1, 3, True),
    ),
    "Enum": (
        """
import enum
class Color(enum.Enum):
    RED = EDIT
    BLUE = 5
    CRIMSON = RED
    def twice(self): return self.value * 2
def make(x): return [Color.RED, Color.BLUE]
def read(v): return v[0] is Color.RED, v[1] is Color(5), v[0].twice(), Color.CRIMSON is Color.RED, len(Color)
""",
        (True, True, 4, True, 2),
        (True, True, 6, True, 2),
    ),
    "Enum with attributes": (
        """
import enum
class Planet(enum.Enum):
    EARTH = (EDIT, 10)
    MARS = (1, 3)
    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius
def make(x): return Planet.EARTH
def read(v): return v is Planet.EARTH, v.mass, Planet.MARS.radius
""",
        (True, 2, 3),
        (True, 3, 3),
    ),
    "StrEnum": (
        """
import enum
class Mode(enum.StrEnum):
    FAST = enum.auto()
    SLOW = 'sEDIT'
def make(x): return Mode.SLOW
def read(v): return v is Mode.SLOW, v + '', Mode.FAST.value
""",
        (True, "s2", "fast"),
        (True, "s3", "fast"),
    ),
    "IntFlag": (
        """
import enum
class Perm(enum.IntFlag):
    R = 4
    W = 2
    X = 1
    ALL = 7
def make(x): return Perm.R | Perm(EDIT)
def read(v): return v == (Perm.R | Perm(EDIT)), Perm.R in v, int(v), Perm.ALL is Perm(7)
""",
        (True, True, 6, True),
        (True, True, 7, True),
    ),
    "TypedDict": (
        """
from typing import TypedDict
class Row(TypedDict, total=False):
    x: int
def make(x): return Row(x=EDIT)
def read(v): return v['x'], sorted(Row.__annotations__)
""",
        (2, ["x"]),
        (3, ["x"]),
    ),
    "Protocol": (
        """
from typing import Protocol, runtime_checkable
@runtime_checkable
class Sized(Protocol):
    def size(self) -> int: ...
class A:
    def size(self): return EDIT
def make(x): return A()
def read(v): return isinstance(v, Sized), v.size(), isinstance(1, Sized)
""",
        (True, 2, False),
        (True, 3, False),
    ),
    "ABC": (
        """
import abc
class Base(abc.ABC):
    @abc.abstractmethod
    def f(self): ...
class A(Base):
    def f(self): return EDIT
@Base.register
class Other: pass
def make(x): return A()
def read(v): return isinstance(v, Base), v.f(), isinstance(Other(), Base), bool(Base.__abstractmethods__)
""",
        (True, 2, True, True),
        (True, 3, True, True),
    ),
    "Generic": (
        """
from typing import Generic, TypeVar
T = TypeVar('T')
class Box(Generic[T]):
    def __init__(self, x: T): self.x = x
class IntBox(Box[int]):
    def get(self): return self.x * EDIT
def make(x): return IntBox(x), Box[str]('a')
def read(v): return v[0].get(), isinstance(v[0], Box), v[1].x, Box[int].__origin__ is Box
""",
        (2, True, "a", True),
        (3, True, "a", True),
    ),
    "NewType": (
        """
from typing import NewType
UserId = NewType('UserId', int)
def make(x): return UserId(EDIT), UserId
def read(v): return v[0], v[1] is UserId
""",
        (2, True),
        (3, True),
    ),
    "metaclass": (
        """
class Meta(type):
    made = []
    def __new__(meta, name, bases, body, *, size):
        body['size'] = size
        meta.made.append(name)
        return super().__new__(meta, name, bases, body)
    def __init__(cls, name, bases, body, *, size): super().__init__(name, bases, body)
class A(metaclass=Meta, size=EDIT): pass
def make(x): return A()
def read(v): return v.size, type(type(v)) is Meta, Meta.made
""",
        (2, True, ["A"]),
        (3, True, ["A"]),
    ),
    "inheritance across cells": (
        """
class Base:
    def f(self): return EDIT
class A(Base):
    def f(self): return super().f() * 10
def make(x): return A()
def read(v): return v.f(), isinstance(v, Base), A.__mro__[1] is Base
""",
        (20, True, True),
        (30, True, True),
    ),
    "__init_subclass__": (
        """
class Plugin:
    found = {}
    def __init_subclass__(cls, *, key, **more):
        super().__init_subclass__(**more)
        cls.key = key
        Plugin.found[key] = cls
class A(Plugin, key='a'):
    def f(self): return EDIT
def make(x): return Plugin.found['a']()
def read(v): return v.f(), list(Plugin.found), Plugin.found['a'] is A
""",
        (2, ["a"], True),
        (3, ["a"], True),
    ),
    "property": (
        """
class A:
    _n = 1
    @property
    def n(self): return self._n * EDIT
    @n.setter
    def n(self, value): self._n = value
def make(x):
    a = A()
    a.n = 5
    return a
def read(v): return v.n
""",
        10,
        15,
    ),
    "descriptor": (
        """
class Times:
    def __set_name__(self, owner, name): self.name = name
    def __get__(self, obj, kind=None): return (self.name, EDIT)
class A:
    n = Times()
def make(x): return A()
def read(v): return v.n
""",
        ("n", 2),
        ("n", 3),
    ),
    "exception class": (
        """
class MyError(ValueError):
    def __init__(self, code):
        super().__init__(code)
        self.code = code
def make(x): return MyError(EDIT)
def read(v):
    try:
        raise v
    except MyError as error:
        return error.code
""",
        2,
        3,
    ),
    "__reduce__": (
        """
def rebuild(n): return A(n)
class A:
    def __init__(self, n): self.n = n
    def __reduce__(self): return rebuild, (self.n * EDIT,)
def make(x):
    import pickle
    return pickle.loads(pickle.dumps(A(1))).n
def read(v): return v
""",
        2,
        3,
    ),
    "__getstate__": (
        """
class A:
    def __init__(self): self.n, self.rest = 1, (i for i in 'abc')
    def __getstate__(self): return {'n': EDIT}
    def __setstate__(self, state): self.n = state['n']
def make(x): return A()
def read(v): return v.n, isinstance(v, A)
""",
        (2, True),
        (3, True),
    ),
    "nested class": (
        """
class A:
    class B:
        n = EDIT
    def b(self): return A.B()
def make(x): return A().b()
def read(v): return v.n, isinstance(v, A.B)
""",
        (2, True),
        (3, True),
    ),
    "class in a function": (
        """
def build():
    class A:
        n = EDIT
    return A
Local = build()
def make(x): return Local()
def read(v): return v.n, isinstance(v, Local)
""",
        (2, True),
        (3, True),
    ),
    "singleton by name": (
        """
class Missing:
    def __reduce__(self): return 'MISSING'
    size = EDIT
MISSING = Missing()
def make(x): return MISSING
def read(v): return v is MISSING, v.size
""",
        (True, 2),
        (True, 3),
    ),
    "pandas subclass": (
        """
import pandas as pd
class Frame(pd.DataFrame):
    @property
    def _constructor(self): return Frame
    def total(self): return int(self['x'].sum()) * EDIT
def make(x): return Frame({'x': [1, 2]})
def read(v): return v.total(), type(v) is Frame, type(v.head(1)) is Frame
""",
        (6, True, True),
        (9, True, True),
    ),
    "Enum of functions": (
        """
import enum
class Op(enum.Enum):
    TIMES = enum.member(lambda a: a * EDIT)
    PLUS = enum.member(lambda a: a + EDIT)
def make(x): return Op.PLUS
def read(v): return v.value(4), v is Op.PLUS, Op.TIMES.value(4)
""",
        (6, True, 8),
        (7, True, 12),
    ),
    "Enum with __new__": (
        """
import enum
class Size(enum.Enum):
    def __new__(cls, value, label):
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        return member
    SMALL = (1, "s")
    LARGE = (EDIT, "l")
def make(x): return Size.LARGE
def read(v): return v is Size(EDIT), v.label, Size.SMALL.label
""",
        (True, "l", "s"),
        (True, "l", "s"),
    ),
    "inherited TypedDict": (
        """
from typing import Required, TypedDict
class Row(TypedDict):
    x: int
class More(Row, total=False):
    y: Required[int]
def make(x): return More(x=x, y=EDIT)
def read(v): return v["y"], sorted(More.__required_keys__)
""",
        (2, ["x", "y"]),
        (3, ["x", "y"]),
    ),
    "method with a cache": (
        """
import functools
class A:
    @functools.lru_cache
    def f(self, x): return x * EDIT
    @staticmethod
    @functools.cache
    def g(x): return x + EDIT
def make(x): return A()
def read(v): return v.f(2), A.g(2)
""",
        (4, 4),
        (6, 5),
    ),
    "class decorator that makes a function": (
        """
import functools
def single(cls):
    made = {}
    @functools.wraps(cls, updated=())
    def get(): return made.setdefault(cls, cls())
    return get
@single
class A:
    n = EDIT
def make(x): return A() is A()
def read(v): return v, A().n
""",
        (True, 2),
        (True, 3),
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
