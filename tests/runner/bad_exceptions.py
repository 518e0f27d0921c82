"""Exceptions that are hard to read, by what is odd about them. `CASES[name]()` raises one, of the class in `KINDS`."""

import asyncio
import dataclasses
import threading
from pathlib import Path


class Plain(Exception):
    """An error as any other."""


def _raises(kind):
    def method(*_args, **_named):
        raise kind("from the class of the error")

    return method


def _class(name, base=Exception, **content):
    kind = type(name, (base,), {"__module__": __name__, "__qualname__": name, **content})
    globals()[name] = kind
    return kind


CASES = {}
KINDS = {}


def case(name, kind):
    def add(make):
        CASES[name], KINDS[name] = make, kind
        return make

    return add


def _unreadable(name, attribute, method, base=Exception):
    kind = _class(name, base, **{attribute: method})
    CASES[f"{attribute}: {name}"] = lambda: _raise(kind("no good"))
    KINDS[f"{attribute}: {name}"] = kind


def _raise(error):
    raise error


class OddText(str):
    """A text whose methods cannot be used."""

    __slots__ = ()
    __len__ = __getitem__ = __format__ = __str__ = __repr__ = __iter__ = __contains__ = _raises(RuntimeError)
    __eq__ = __add__ = split = strip = encode = replace = partition = _raises(RuntimeError)
    __hash__ = str.__hash__


for kind in (KeyboardInterrupt, SystemExit, ValueError, RecursionError, MemoryError, GeneratorExit):
    _unreadable(f"Str{kind.__name__}", "__str__", _raises(kind))
_unreadable("StrNumber", "__str__", lambda _: 3)
_unreadable("StrOdd", "__str__", lambda _: OddText("no good"))
_unreadable("StrHuge", "__str__", lambda _: "x" * 50_000_000)
_unreadable("StrEndless", "__str__", str)
_unreadable("ReprRaises", "__repr__", _raises(SystemExit))
for attribute in ("__cause__", "__context__", "__traceback__", "__notes__", "args", "__suppress_context__"):
    _unreadable(f"Unreadable{attribute.strip('_').title()}", attribute, property(_raises(ValueError)))
_unreadable("UnreadableClass", "__class__", property(_raises(ValueError)))
_unreadable("OtherClass", "__class__", property(lambda _: KeyboardInterrupt))
_unreadable("NumberForModule", "__module__", 5)
_unreadable("UnreadableAttributes", "__getattribute__", _raises(ValueError))
_unreadable("InterruptingAttributes", "__getattribute__", _raises(KeyboardInterrupt))
_unreadable("NoAttributes", "__getattr__", _raises(RuntimeError))
_unreadable("AnyAttribute", "__getattr__", lambda self, name: OddText(name))
_unreadable("NoneSettable", "__setattr__", _raises(TypeError))
_unreadable("NoNotes", "add_note", _raises(TypeError))
_unreadable("NoTraceback", "with_traceback", _raises(TypeError))
_unreadable("NotEqual", "__eq__", _raises(TypeError))
_unreadable("ReduceRaises", "__reduce__", _raises(ValueError))
_unreadable("ReduceInterrupts", "__reduce_ex__", _raises(KeyboardInterrupt))
_unreadable("StateRaises", "__setstate__", _raises(ValueError))
_unreadable("DictForNotes", "__notes__", {"a": 1})
_unreadable("BoolRaises", "__bool__", _raises(ValueError))
_unreadable("LenRaises", "__len__", _raises(SystemExit))
_unreadable("Falsy", "__bool__", lambda _: False)


@case("a message of 50 MB", Plain)
def _():
    raise Plain("x" * 50_000_000)


@case("a message of 10 MB in lines", Plain)
def _():
    raise Plain("a line\n" * 1_500_000)


@case("a message with control characters", Plain)
def _():
    raise Plain("\x1b[31mred\x1b[0m \x1b[2J\x1b[8mhidden \x00 \x07 \r over \u202e backwards \ud800 half")


@case("an odd text as message", Plain)
def _():
    raise Plain(OddText("no good"))


@case("many large arguments", Plain)
def _():
    raise Plain(*["x" * 1000] * 10_000)


@case("a cyclic cause", Plain)
def _():
    first, second = Plain("first"), Plain("second")
    first.__cause__, second.__cause__ = second, first
    raise first


@case("its own cause", Plain)
def _():
    error = Plain("mine")
    error.__cause__ = error
    raise error


@case("a cyclic context", Plain)
def _():
    errors = [Plain(str(number)) for number in range(5)]
    for error, other in zip(errors, [*errors[1:], errors[1]], strict=True):
        error.__context__ = other
    raise errors[0]


def _chained(count, name):
    first = error = Plain("last")
    for number in range(count):
        other = Plain(f"number {number}")
        setattr(error, name, other)
        error = other
    return first


@case("20,000 contexts", Plain)
def _():
    raise _chained(20_000, "__context__")


@case("20,000 causes", Plain)
def _():
    raise _chained(20_000, "__cause__")


@case("90 causes of one line each", Plain)
def _():
    raise _chained(90, "__cause__")


@case("a cause that cannot be read", Plain)
def _():
    raise Plain("no good") from KINDS["__str__: StrKeyboardInterrupt"]("inner")


@case("a context that cannot be read", Plain)
def _():
    try:
        CASES["__getattribute__: UnreadableAttributes"]()
    except Exception:
        raise Plain("no good")  # noqa: B904 - the context is what this is about


@case("groups within groups", ExceptionGroup)
def _():
    error = Plain("inmost")
    for _ in range(900):
        error = ExceptionGroup("deep", [error])
    raise error


@case("groups in two branches", ExceptionGroup)
def _():
    error = Plain("inmost")
    for _ in range(16):
        error = ExceptionGroup("wide", [error, error])
    raise error


@case("groups of different errors in two branches", ExceptionGroup)
def _():
    def make(depth):
        return ExceptionGroup("wide", [make(depth - 1), make(depth - 1)]) if depth else Plain("inmost")

    raise make(13)


@case("a group of 100,000", ExceptionGroup)
def _():
    raise ExceptionGroup("many", [Plain(str(number)) for number in range(100_000)])


class Group(ExceptionGroup):
    def __new__(cls, errors, *, code):
        made = super().__new__(cls, f"code {code}", errors)
        made.code = code
        return made

    def __init__(self, errors, *, code):
        pass


@case("a group with arguments of its own", Group)
def _():
    raise Group([Plain("a"), KINDS["__str__: StrSystemExit"]("b")], code=7)


@case("a group that leads to itself", ExceptionGroup)
def _():
    inner = Plain("inner")
    group = ExceptionGroup("group", [inner])
    inner.__cause__ = group
    raise group


def _with_notes(name, notes):
    def make():
        error = Plain("no good")
        error.__notes__ = notes
        raise error

    CASES[f"notes: {name}"], KINDS[f"notes: {name}"] = make, Plain


_with_notes("a number", 5)
_with_notes("a text", "a note")
_with_notes("of other types", [1, None, b"x", "a note"])
_with_notes("odd texts", [OddText("a note")])
_with_notes("a tuple", ("a note",))
_with_notes("100,000", ["a note"] * 100_000)
_with_notes("50 MB", ["x" * 50_000_000])
_with_notes("themselves", (notes := []) or notes.append(notes) or notes)


class TwoArguments(Exception):
    def __init__(self, code, reason):
        super().__init__(f"{reason} ({code})")
        self.code, self.reason = code, reason


class Keywords(ValueError):
    def __init__(self, *, code):
        super().__init__(f"code {code}")
        self.code = code


class Locked(Exception):
    def __init__(self, text):
        super().__init__(text)
        self.code, self.lock = 7, threading.Lock()


class Slots(Exception):
    __slots__ = ("code",)

    def __init__(self, code):
        super().__init__("slots")
        self.code = code


@dataclasses.dataclass(frozen=True)
class Frozen(Exception):
    code: int


class OwnFile(OSError):
    def __init__(self, path):
        super().__init__(2, "not there", path)
        self.code = 7


class Refuses(Exception):
    def __init_subclass__(cls):
        raise TypeError("no subclasses")

    __str__ = _raises(KeyboardInterrupt)


@case("two arguments", TwoArguments)
def _():
    raise TwoArguments(7, "no good")


@case("keywords", Keywords)
def _():
    raise Keywords(code=7)


@case("a lock", Locked)
def _():
    raise Locked("no good")


@case("a lock as argument", Plain)
def _():
    raise Plain("no good", threading.Lock())


@case("slots", Slots)
def _():
    raise Slots(7)


@case("a frozen dataclass", Frozen)
def _():
    raise Frozen(7)


@case("a file name", FileNotFoundError)
def _():
    Path("/no/such/file").read_text()


@case("a file name in a class of its own", OwnFile)
def _():
    raise OwnFile("/no/such/file")


@case("bytes that are no text", UnicodeDecodeError)
def _():
    (b"x" * 1_000_000 + b"\xff").decode()


@case("a missing key", KeyError)
def _():
    {}[("a", 1)]


@case("a syntax error", SyntaxError)
def _():
    compile("def f(:\n", "steps.txt", "exec")


@case("a syntax error with odd details", SyntaxError)
def _():
    error = SyntaxError("no good")
    error.lineno, error.offset, error.text, error.filename = "five", object(), 7, b"\xff"
    raise error


@case("a syntax error far away", SyntaxError)
def _():
    raise SyntaxError("no good", ("steps.txt", 10**9, 10**9, "x" * 10_000_000))


@case("refuses subclasses", Exception)
def _():
    raise Refuses("no good")


@case("an odd metaclass", Exception)
def _():
    class Metaclass(type):
        __hash__ = type.__hash__
        __name__ = property(_raises(ValueError))
        __eq__ = _raises(ValueError)

    raise Metaclass("Odd", (Exception,), {"__str__": _raises(SystemExit)})("no good")


@case("a long class name", Exception)
def _():
    raise type("E" * 1_000_000, (Exception,), {})("no good")


for kind in (GeneratorExit, asyncio.CancelledError):
    CASES[f"no Exception: {kind.__name__}"] = lambda kind=kind: _raise(kind("no good"))
    KINDS[f"no Exception: {kind.__name__}"] = kind


@case("a group that is no Exception", BaseExceptionGroup)
def _():
    raise BaseExceptionGroup("several", [SystemExit(2), Plain("no good")])


@case("a function and a file with odd names", ZeroDivisionError)
def _():
    function = {}
    exec(compile("def f(): 1 / 0", "caf\udce9\x1b[2J.py", "exec"), function)
    f = function["f"]
    f.__code__ = f.__code__.replace(co_name="f\ud800\u202e")
    f()


@case("an endless recursion", RecursionError)
def _():
    def again():
        again()

    again()


@case("a recursion of two", RecursionError)
def _():
    def one():
        two()

    def two():
        one()

    one()


def good():
    """The function of a node that ends well."""
    return "fine"
