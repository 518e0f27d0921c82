"""Which code a node runs: a hash to tell whether it changed, and the source to show how."""

from __future__ import annotations

import hashlib
import linecache
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from kedro_nb.frames import is_users

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kedro_nb.pipeline import Node

DIGITS = 16  # of a hash
_MOST_FUNCTIONS = 100  # that one node's hash takes in
_MOST_SOURCE = 2_000_000  # characters kept in a session
_MOST_HASHES = 20_000
_LONGEST_DEFAULT = 200
_FLAGS = 0x2AC  # *args, **kwargs, generators, coroutines; not what the file's __future__ imports add


class Part(NamedTuple):
    """One function among those that a node runs.

    Args:
        name: qualified, with its module.
        hash: of this function alone.
    """

    name: str
    hash: str


class CodeBook:
    """The code that a session's nodes have run.

    What counts is compiled code: comments and blank lines do not, and neither does a file that was edited and not
    loaded again. A function's hash takes in the user's functions and classes that it names, and those that they name;
    not the values of variables.
    """

    def __init__(self) -> None:
        self._parts: dict[str, tuple[Part, ...]] = {}  # by a node's hash
        self._sources: dict[str, str] = {}  # by a function's own hash
        self._size = 0
        self._fresh: set[str] = set()  # files whose lines are up to date

    def read(self, nodes: Iterable[Node]) -> dict[str, str]:
        """The hash of each node's code as it is now, by node name; nodes without code of the user's are left out.

        It is kept from which functions each hash was made, with their source.
        """
        self._fresh = set()
        reader = _Reader()
        known: dict[int, str | None] = {}
        hashes: dict[str, str] = {}
        for node in nodes:
            func = node.func
            if id(func) not in known:
                known[id(func)] = self._read(func, reader)
            found = known[id(func)]
            if found is not None:
                hashes[node.name] = found
        return hashes

    def _read(self, func: Any, reader: _Reader) -> str | None:
        functions = reader.closure(func)
        if not functions:
            return None
        own = [reader.own_hash(function) for function in functions]
        made = hashlib.sha256(":".join(own).encode()).hexdigest()[:DIGITS]
        if made not in self._parts:
            named = zip(functions, own, strict=True)
            self._parts[made] = tuple(Part(_named(function), its) for function, its in named)
            for function, its in zip(functions, own, strict=True):
                if its not in self._sources:
                    self._keep(its, function.__code__)
            self._shrink()
        return made

    def _keep(self, own: str, code: CodeType) -> None:
        source = self._source(code)
        if source:
            self._sources[own] = source
            self._size += len(source)

    def _shrink(self) -> None:
        """Forget what was kept first. A hash without its source still tells that something changed."""
        while self._size > _MOST_SOURCE and len(self._sources) > 1:
            self._size -= len(self._sources.pop(next(iter(self._sources))))
        while len(self._parts) > _MOST_HASHES:
            del self._parts[next(iter(self._parts))]

    def _source(self, code: CodeType) -> str:
        if code.co_filename not in self._fresh:
            linecache.checkcache(code.co_filename)
            self._fresh.add(code.co_filename)
        lines = linecache.getlines(code.co_filename)
        return "".join(lines[code.co_firstlineno - 1 : _last_line(code, lines)])

    def changes(self, old: str, new: str) -> list[str]:
        """The functions that differ between two hashes of nodes, by name."""
        before, after = dict(self._parts.get(old, ())), dict(self._parts.get(new, ()))
        return [name for name in {**before, **after} if before.get(name) != after.get(name)]

    def diff(self, old: str, new: str) -> str:
        """A unified diff of the functions that differ; empty where their source is not known, or is the same."""
        import difflib
        import textwrap

        before, after = dict(self._parts.get(old, ())), dict(self._parts.get(new, ()))
        lines: list[str] = []
        for name in self.changes(old, new):
            was, now = (self._sources.get(side.get(name, "")) for side in (before, after))
            if (name in before and was is None) or (name in after and now is None):
                continue
            was, now = textwrap.dedent(was or ""), textwrap.dedent(now or "")
            named = f"{name}  before", f"{name}  now"
            lines += difflib.unified_diff(was.splitlines(), now.splitlines(), *named, lineterm="")
        return "\n".join(lines)


class _Reader:
    """Finds functions and hashes them, each once."""

    def __init__(self) -> None:
        self._references: dict[int, tuple[FunctionType, ...]] = {}
        self._hashes: dict[int, str] = {}

    def closure(self, func: Any) -> list[FunctionType]:
        """The function and those of the user's that it leads to, in an order that is always the same."""
        waiting = list(_functions(func))
        found: dict[int, FunctionType] = {}
        while waiting and len(found) < _MOST_FUNCTIONS:
            function = waiting.pop()
            key = id(function)
            if key in found:
                continue
            found[key] = function
            if key not in self._references:
                self._look_at(function)
            waiting += self._references[key]
        return list(found.values())

    def own_hash(self, function: FunctionType) -> str:
        """Of a function that `closure` has given."""
        return self._hashes[id(function)]

    def _look_at(self, function: FunctionType) -> None:
        code = _look_at(function.__code__)
        self._references[id(function)] = tuple(_references(function, code.names))
        self._hashes[id(function)] = _own_hash(function, code.digest)


def _functions(value: Any) -> Iterator[FunctionType]:
    """The user's functions in what can be called: itself, a method's, a partial's, those of a class or an instance."""
    if isinstance(value, FunctionType):
        if _known_as_users(value.__code__.co_filename):
            yield value
    elif isinstance(value, MethodType):
        yield from _functions(value.__func__)
    elif isinstance(value, type):
        for each in vars(value).values():
            plain = each.fget if isinstance(each, property) else getattr(each, "__func__", each)
            if isinstance(plain, FunctionType):
                yield from _functions(plain)
    elif not isinstance(value, BuiltinFunctionType | ModuleType):
        import functools

        if isinstance(value, functools.partial):
            yield from _functions(value.func)
        elif isinstance(call := getattr(type(value), "__call__", None), FunctionType):  # noqa: B004 - its code is wanted
            yield from _functions(call)


_NAMED = (FunctionType, type)


def _references(function: FunctionType, names: tuple[str, ...]) -> Iterator[FunctionType]:
    """What the user's function may call: functions and classes that it names or closes over."""
    known = function.__globals__
    for name in names:
        value = known.get(name)
        if value is None:
            continue
        if isinstance(value, _NAMED):
            yield from _functions(value)
        elif isinstance(value, ModuleType) and _known_as_users(
            getattr(value, "__file__", None) or "<frozen "
        ):
            for each in names:
                inner = vars(value).get(each)
                if isinstance(inner, _NAMED):
                    yield from _functions(inner)
    for cell in function.__closure__ or ():
        try:
            value = cell.cell_contents
        except ValueError:  # not filled yet
            continue
        if isinstance(value, FunctionType):
            yield from _functions(value)


class _Read(NamedTuple):
    """What is known of a code object: its own hash, and the global names and attributes in it."""

    digest: str
    names: tuple[str, ...]


_read: WeakKeyDictionary[CodeType, _Read] = WeakKeyDictionary()
_files: dict[str, bool] = {}


def _known_as_users(filename: str) -> bool:
    if filename not in _files:
        _files[filename] = is_users(filename)
    return _files[filename]


def _look_at(code: CodeType) -> _Read:
    found = _read.get(code)
    if found is None:
        found = _read[code] = _Read(
            hashlib.sha256(_code_text(code).encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS],
            tuple(dict.fromkeys(_all_names(code))),
        )
    return found


def _all_names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _all_names(const)


def _own_hash(function: FunctionType, digest: str) -> str:
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    if not defaults:
        return digest
    text = digest + "".join(map(_default_text, defaults))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def _default_text(value: Any) -> str:
    """A plain value as text; of others only the kind, as their text may hold an address."""
    plain = value is None or type(value) in {bool, int, float, str, bytes, complex}
    return f"={value!r:.{_LONGEST_DEFAULT}}" if plain else f"={type(value).__qualname__}"


def _code_text(code: CodeType) -> str:
    """All of a code object but the places in the file: the same in every process of one Python version."""
    consts = ",".join(map(_const_text, code.co_consts))
    counts = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags & _FLAGS
    names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    return f"{code.co_code.hex()}|{consts}|{names}|{counts}"


def _const_text(const: Any) -> str:
    if isinstance(const, CodeType):
        return f"<{_code_text(const)}>"
    if isinstance(const, tuple):
        return f"({','.join(map(_const_text, const))})"
    if isinstance(const, frozenset):
        return f"{{{','.join(sorted(map(_const_text, const)))}}}"  # its own order differs from process to process
    return f"{type(const).__name__}:{const!r}"


def _last_line(code: CodeType, lines: list[str]) -> int:
    """The last line of a function: of its code, and what is indented below that."""
    last = _last_numbered(code)
    if code.co_name == "<lambda>":
        return last
    indent = _indent("".join(lines[code.co_firstlineno - 1 : code.co_firstlineno]))
    for number, line in enumerate(lines[last:], start=last + 1):
        text = line.strip()
        if text and _indent(line) <= indent and text[0] not in ")]}":
            break
        last = number if text else last
    return last


def _last_numbered(code: CodeType) -> int:
    last = max((line for _, _, line in code.co_lines() if line), default=code.co_firstlineno)
    return max([last, *(_last_numbered(const) for const in code.co_consts if isinstance(const, CodeType))])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _named(function: FunctionType) -> str:
    return f"{function.__module__}.{function.__qualname__}"
