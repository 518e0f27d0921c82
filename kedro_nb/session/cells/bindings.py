"""What the top level of a cell binds: which names by a plain `def`, and which in any other way."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kedro_nb.session.cells.names import names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True)
class Binding:
    """How a cell binds a name.

    Args:
        decorators: of the last `def`, as syntax; None where the last statement that binds the name is no `def` at the
            top level of the cell.
        only_defs: whether every statement of the cell that binds the name is such a `def`, with these decorators.
    """

    decorators: tuple[str, ...] | None = None
    only_defs: bool = False


@dataclass(frozen=True)
class Loop:
    """A `for` loop outside of functions.

    Args:
        targets: the variables that it assigns.
        names: the names in what it iterates over.
    """

    targets: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True)
class Bindings:
    """What the statements of a cell bind.

    Attributes:
        names: by name.
        aliased: names whose last value was also assigned to another name, as in `g = f`.
        loops: each `for` loop outside of functions.
    """

    names: dict[str, Binding] = field(default_factory=dict)
    aliased: frozenset[str] = frozenset()
    loops: Sequence[Loop] = ()


def bindings_of(statements: Iterable[ast.stmt]) -> Bindings:
    """Read the statements in order; the last one that binds a name decides.

    Args:
        statements: of the top level. Nothing is executed.
    """
    names: dict[str, Binding] = {}
    loops: list[Loop] = []
    aliased: set[str] = set()
    for statement in statements:
        for name, decorators in _bound_by(statement):
            aliased.discard(name)
            before = names.get(name)
            same = before is None or (before.only_defs and before.decorators == decorators)
            names[name] = Binding(decorators, only_defs=same and decorators is not None)
        for each in _outside_of_functions(statement):
            if isinstance(each, ast.For | ast.AsyncFor):
                loops.append(Loop(_names_in(each.target), _names_in(each.iter)))
            elif isinstance(each, ast.Assign | ast.AnnAssign):
                aliased.update(_aliased_by(each))
    return Bindings(names, frozenset(aliased), loops)


def _bound_by(statement: ast.stmt) -> list[tuple[str, tuple[str, ...] | None]]:
    if isinstance(statement, ast.Assign | ast.Expr):  # data, perhaps a lot of it
        return [(name, None) for name in _names_in(statement, ast.Store)]
    bound = names_of(ast.Module([statement], [])).bound
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        decorators = tuple(ast.dump(each) for each in statement.decorator_list)
        return [(name, decorators if name == statement.name else None) for name in bound]
    return [(name, None) for name in bound]


def _aliased_by(assignment: ast.Assign | ast.AnnAssign) -> Iterator[str]:
    """The names on the right whose values get another name on the left."""
    targets = assignment.targets if isinstance(assignment, ast.Assign) else [assignment.target]
    for target in targets:
        pairs = [(target, assignment.value)]
        if isinstance(target, ast.Tuple | ast.List) and isinstance(assignment.value, ast.Tuple | ast.List):
            pairs = list(zip(target.elts, assignment.value.elts, strict=False))
        for left, right in pairs:
            if isinstance(left, ast.Name) and isinstance(right, ast.Name) and left.id != right.id:
                yield right.id


def _outside_of_functions(statement: ast.AST) -> Iterator[ast.AST]:
    """The statement and those in its branches, in order."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    yield statement
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, ast.expr):
            yield from _outside_of_functions(child)


def _names_in(tree: ast.AST, context: type[ast.expr_context] = ast.expr_context) -> frozenset[str]:
    return frozenset(
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, context)
    )
