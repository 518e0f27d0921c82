"""Classes whose content follows from their fields or members, as source text: see `code_cases`."""

RECORDS = {
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
}
