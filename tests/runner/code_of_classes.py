"""Classes with methods of their own, and their metaclasses and decorators, as source text: see `code_cases`."""

CLASSES = {
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
}
