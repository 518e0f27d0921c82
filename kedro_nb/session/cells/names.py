"""Which names a cell reads from outside, and which it binds: told from its syntax tree, nothing is executed.

The cell's statements are followed in the order in which Python runs them. At each point some names are bound for sure
and some perhaps (in one branch, in a loop that may have no turn); a name that is read is looked up there.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(slots=True)
class CellNames:
    """The names of a cell, each with the line where it is first met.

    Attributes:
        needed: read where nothing in the cell can have bound them.
        perhaps: read where the cell may have bound them or not, functions of the cell included.
        bound: bound or deleted somewhere: inside a function these would be local.
        kept: bound, and not surely deleted, when the cell ends.
        declared: said to be global, at the top or in a function of the cell.
        in_class: read and assigned in the body of a class, which looks past the variables of a function.
        called: every use of these is a call.
    """

    needed: dict[str, int] = field(default_factory=dict)
    perhaps: dict[str, int] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)
    kept: frozenset[str] = frozenset()
    declared: dict[str, int] = field(default_factory=dict)
    in_class: dict[str, int] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)

    @property
    def read(self) -> dict[str, int]:
        return {**self.perhaps, **self.needed}


def names_of(tree: ast.Module) -> CellNames:
    """The names of a cell."""
    flow = _Flow()
    flow.follow(tree.body)
    later = {name: line for name, line in flow.later.items() if name not in flow.bound}
    perhaps = {name: line for name, line in {**flow.later, **flow.perhaps}.items() if name not in later}
    return CellNames(
        needed={**later, **flow.needed},
        perhaps={name: line for name, line in perhaps.items() if name not in flow.needed},
        bound=flow.bound,
        kept=flow.here.perhaps,
        declared=flow.declared,
        in_class=flow.in_class,
        called=flow.called - flow.used,
    )


@dataclass(frozen=True, slots=True)
class _State:
    """What is bound at one point of the code.

    Args:
        sure: on every way that leads there.
        perhaps: on one of them at least.
        dead: no way leads there.
    """

    sure: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()
    dead: bool = False

    def join(self, *others: _State) -> _State:
        states = (self, *others)
        alive = [state for state in states if not state.dead]
        return _State(
            frozenset.intersection(*[state.sure for state in alive or states]),
            frozenset.union(*[state.perhaps for state in states]),
            dead=not alive,
        )


class _Flow(ast.NodeVisitor):
    """One scope: the cell, or the body of a function or class in it."""

    def __init__(self, *, is_class: bool = False) -> None:
        self.here = _State()
        self.needed: dict[str, int] = {}
        self.perhaps: dict[str, int] = {}
        self.later: dict[str, int] = {}  # read when a function is called, which may be at any time
        self.bound: set[str] = set()
        self.declared: dict[str, int] = {}
        self.in_class: dict[str, int] = {}
        self.outer: set[str] = set()  # nonlocal
        self.called: set[str] = set()
        self.used: set[str] = set()  # otherwise than by a call
        self._unbound: list[str] = []  # every `del`, in order
        self._inner: list[set[str]] = []  # the variables of comprehensions around, and type parameters
        self._is_class = is_class

    def follow(self, statements: Iterable[ast.AST]) -> _State:
        for statement in statements:
            self.visit(statement)
        return self.here

    # Names

    def _read(self, name: str, line: int) -> None:
        if self.here.dead or name in self.here.sure or self._is_inner(name):
            return
        found = self.perhaps if name in self.here.perhaps else self.needed
        found.setdefault(name, line)

    def _bind(self, name: str | None) -> None:
        if name is not None and not self._is_inner(name):
            self.bound.add(name)
            here = self.here
            self.here = _State(here.sure | {name}, here.perhaps | {name}, here.dead)

    def _unbind(self, name: str) -> None:
        self.bound.add(name)
        self._unbound.append(name)
        here = self.here
        self.here = _State(here.sure - {name}, here.perhaps - {name}, here.dead)

    def _is_inner(self, name: str) -> bool:
        return any(name in names for names in self._inner)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.used.add(node.id)
            self._read(node.id, node.lineno)
        elif isinstance(node.ctx, ast.Store):
            self._bind(node.id)
        else:
            self.used.add(node.id)
            self._read(node.id, node.lineno)
            self._unbind(node.id)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name):
            self.called.add(node.func.id)
            self._read(node.func.id, node.lineno)
        else:
            self.visit(node.func)
        self.follow([*node.args, *node.keywords])

    def visit_Global(self, node: ast.Global) -> None:
        for name in node.names:
            self.declared.setdefault(name, node.lineno)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.outer.update(node.names)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self._bind(alias.asname or alias.name.partition(".")[0])

    visit_ImportFrom = visit_Import  # noqa: N815 - ast's spelling

    # Assignments: the value comes first

    def visit_Assign(self, node: ast.Assign) -> None:
        self.follow([node.value, *node.targets])

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.used.add(node.target.id)
            self._read(node.target.id, node.lineno)
        self.follow([node.value, node.target])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        # In a function the annotation of a variable is not evaluated.
        if node.value is not None:
            self.follow([node.value, node.target])
        elif isinstance(node.target, ast.Name):
            self.bound.add(node.target.id)
        else:
            self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.follow([node.value, node.target])

    def visit_TypeAlias(self, node: ast.AST) -> None:
        # From Python 3.12 on: the value is evaluated when somebody asks for it.
        self.visit(node.name)  # type: ignore[attr-defined]
        self._call_later(ast.Lambda(_NO_ARGUMENTS, node.value), _type_parameters(node))  # type: ignore[attr-defined]

    # Ways that part and meet again

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        before = self.here
        ended = self.follow(node.body)
        self.here = before
        self.here = self.follow(node.orelse).join(ended)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        before = self.here
        self.visit(node.body)
        ended, self.here = self.here, before
        self.visit(node.orelse)
        self.here = self.here.join(ended)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self._first_then_perhaps(node.values)

    def visit_Compare(self, node: ast.Compare) -> None:
        self.visit(node.left)
        self._first_then_perhaps(node.comparators)

    def _first_then_perhaps(self, values: list[ast.expr]) -> None:
        self.visit(values[0])
        before = self.here
        self.here = self.follow(values[1:]).join(before)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self._loop([node.target, *node.body], node.orelse)

    visit_AsyncFor = visit_For  # noqa: N815 - ast's spelling

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self._loop(node.body, node.orelse)

    def _loop(self, body: list[ast.AST] | list[ast.stmt], orelse: list[ast.stmt]) -> None:
        before, deleted = self.here, len(self._unbound)
        turned = self.follow(body)  # reads are what they are in the first turn
        left = self._anywhere_since(before, deleted)
        self.here = left if turned.dead else left.join(turned)
        ended = self.here
        self.here = self.follow(orelse).join(ended)

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        before, deleted = self.here, len(self._unbound)
        self.follow(node.body)
        broken = self._anywhere_since(before, deleted)
        ends = [self.follow(node.orelse)]
        for handler in node.handlers:
            self.here = broken
            if handler.type is not None:
                self.visit(handler.type)
            self._bind(handler.name)
            self.follow(handler.body)
            if handler.name is not None:
                self._unbind(handler.name)
            ends.append(self.here)
        ended = ends[0].join(*ends[1:])
        if node.finalbody:
            self.here = broken.join(ended)
            self.follow(node.finalbody)  # once for what it reads when something went wrong
        self.here = ended
        self.follow(node.finalbody)

    def visit_TryStar(self, node: ast.TryStar) -> None:
        self.visit_Try(node)

    def _anywhere_since(self, before: _State, deleted: int) -> _State:
        """What holds wherever the way from `before` to here is left."""
        return _State(
            before.sure.difference(self._unbound[deleted:]), before.perhaps | self.here.perhaps, before.dead
        )

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        before, ends = self.here, []
        for case in node.cases:
            self.here = before
            self.visit(case.pattern)
            tried = _State(before.sure, self.here.perhaps, before.dead)  # a pattern may bind and fail then
            if case.guard is not None:
                self.visit(case.guard)
            ends.append(self.follow(case.body))
            before = _State(tried.sure, tried.perhaps | self.here.perhaps, dead=tried.dead or _fits_all(case))
        self.here = before.join(*ends)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        self.generic_visit(node)
        self._bind(node.name)

    visit_MatchStar = visit_MatchAs  # noqa: N815 - ast's spelling

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        self._bind(node.rest)

    def visit_Return(self, node: ast.AST) -> None:
        self.generic_visit(node)
        self.here = _State(self.here.sure, self.here.perhaps, dead=True)

    visit_Raise = visit_Break = visit_Continue = visit_Return  # noqa: N815 - ast's spelling

    # Scopes within

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        parameters = _type_parameters(node)
        self.follow([*node.decorator_list, *_defaults(node.args)])
        self._inner.append(parameters)
        self.follow([*_annotations(node.args), *filter(None, [node.returns])])
        self._inner.pop()
        self._bind(node.name)
        self._call_later(node, parameters)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast's spelling

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.follow(_defaults(node.args))
        self._call_later(node, set())

    def _call_later(self, node: _Function, parameters: set[str]) -> None:
        inside = _Flow()
        for argument in _arguments(node.args):
            inside._bind(argument.arg)
        inside.follow([node.body] if isinstance(node, ast.Lambda) else node.body)
        own = (inside.bound | parameters | {"__class__"}) - inside.outer - inside.declared.keys()
        self._note_uses(inside, own)
        for name, line in {**inside.later, **inside.perhaps, **inside.needed}.items():
            seen = not self._is_class and name in self.here.sure
            if name not in own and name not in inside.declared and not seen and not self._is_inner(name):
                self.later.setdefault(name, line)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        parameters = _type_parameters(node)
        self.follow(node.decorator_list)
        self._inner.append(parameters)
        self.follow([*node.bases, *node.keywords])
        inside = _Flow(is_class=True)
        inside.follow(node.body)
        self._note_uses(inside, set())
        for name, line in {**inside.perhaps, **inside.needed}.items():
            self._read(name, line)
            if name in inside.bound:
                self.in_class.setdefault(name, line)
        for name, line in inside.later.items():
            if name not in self.here.sure and name != node.name and not self._is_inner(name):
                self.later.setdefault(name, line)
        self._inner.pop()
        self._bind(node.name)

    def _note_uses(self, inside: _Flow, own: set[str]) -> None:
        self.called |= inside.called - own
        self.used |= inside.used - own
        for name, line in inside.declared.items():
            self.declared.setdefault(name, line)
        for name, line in inside.in_class.items():
            self.in_class.setdefault(name, line)

    def visit_ListComp(self, node: _Comprehension) -> None:
        self.visit(node.generators[0].iter)
        before = self.here
        self._inner.append(set())
        for place, each in enumerate(node.generators):
            if place:
                self.visit(each.iter)
            self._inner[-1] |= _stored(each.target)
            self.follow([each.target, *each.ifs])
        self.follow([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        self._inner.pop()
        self.here = self.here.join(before)

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp  # noqa: N815 - ast's spelling


_NO_ARGUMENTS = ast.arguments([], [], None, [], [], None, [])


def _stored(target: ast.expr) -> set[str]:
    return {
        each.id for each in ast.walk(target) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def _fits_all(case: ast.match_case) -> bool:
    return case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None


def _arguments(args: ast.arguments) -> list[ast.arg]:
    more = [each for each in (args.vararg, args.kwarg) if each is not None]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *more]


def _defaults(args: ast.arguments) -> list[ast.expr]:
    return [*args.defaults, *(each for each in args.kw_defaults if each is not None)]


def _annotations(args: ast.arguments) -> list[ast.expr]:
    return [each.annotation for each in _arguments(args) if each.annotation is not None]


def _type_parameters(node: ast.AST) -> set[str]:
    return {each.name for each in getattr(node, "type_params", [])}
