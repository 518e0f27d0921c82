"""A cell's Python: taken apart, and put together again as a function whose lines are the cell's."""

from __future__ import annotations

import ast
import inspect
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from kedro_nb.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.Assign, ast.AnnAssign)
_INDENT = "    "
_LINE_END = re.compile(r"\r\n|\r|\n")  # those of Python's: str.splitlines() knows more of them
_PAGE = "\f"  # it would count as the beginning of the line


@dataclass(frozen=True)
class CellCode:
    """The Python of a cell.

    Args:
        body: what stands below the magic's line.
        above: how many lines of the cell stand above the body, one at least.
    """

    body: str
    above: int = 1

    @property
    def text(self) -> str:
        """The body on its lines of the cell."""
        return "\n" * self.above + self.body

    def parse(self) -> tuple[ast.Module, bool]:
        """The syntax tree, and whether something is awaited at the top.

        Raises:
            RequestError: it is not valid Python, with the cell's line.
        """
        try:
            tree = ast.parse(self.text)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the code is compiled once more, and warns then
                code = compile(self.text, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except SyntaxError as error:
            raise RequestError(f"%%kedro_node, {_told(error)}") from None
        except ValueError as error:  # null bytes
            raise RequestError(f"%%kedro_node: this is not valid Python: {error}.") from None
        if not tree.body:
            raise RequestError("The cell holds no code: %%kedro_node makes a node of what stands below it.")
        return tree, bool(code.co_flags & inspect.CO_COROUTINE)

    def as_function(
        self, tree: ast.Module, name: str, arguments: Sequence[str], returned: Sequence[str], *, awaits: bool
    ) -> str:
        """The text of a function that does what the cell does. Its first line takes the place of the magic's."""
        kept = _lines_within_strings(tree)
        lines = _LINE_END.split(self.text)
        if not lines[-1]:
            lines.pop()
        indented = [
            line if number in kept or not line.strip() else f"{_INDENT}{line.lstrip(_PAGE)}"
            for number, line in enumerate(lines, start=1)
        ]
        indented[self.above - 1] = f"{'async ' if awaits else ''}def {name}({', '.join(arguments)}):"
        if returned:
            indented.append(f"{_INDENT}return {', '.join(returned)}")
        return "\n".join([*indented, ""])


def node_function(tree: ast.Module, name: str | None, outputs: Collection[str]) -> _Function | None:
    """The function that is the node, where the cell only defines things; None where the cell's own code is the node.

    Args:
        tree: the cell.
        name: the node's name, if it was given: it chooses among several functions.
        outputs: as given; a cell that assigns one of them is the node itself.

    Raises:
        RequestError: there are several, and it is not clear which.
    """
    functions = [each for each in tree.body if isinstance(each, _Function)]
    names = {each.name for each in functions}
    if not functions or not all(_only_defines(each, names, outputs) for each in tree.body):
        return None
    if len(functions) == 1:
        return functions[0]
    chosen = [each for each in functions if each.name == name]
    if not chosen:
        told = ", ".join(sorted(names))
        raise RequestError(
            f"The cell defines {len(functions)} functions ({told}): which one is the node? Write its name behind "
            f"%%kedro_node, or give each a cell of its own."
        )
    return chosen[-1]


def _only_defines(statement: ast.stmt, functions: Collection[str], outputs: Collection[str]) -> bool:
    if isinstance(statement, _Function | ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)  # a docstring
    if isinstance(statement, ast.If | ast.Try):  # an import that may be there or not
        handlers = [] if isinstance(statement, ast.If) else statement.handlers
        ways = [statement, *handlers]
        parts = [part for way in ways for part in (*way.body, *getattr(way, "orelse", ()))]
        parts += getattr(statement, "finalbody", ())
        if not all(_only_defines(part, functions, outputs) for part in parts):
            return False
    elif not isinstance(statement, _DEFINITIONS) and type(statement).__name__ != "TypeAlias":
        return False
    names = {each.id for each in ast.walk(statement) if isinstance(each, ast.Name)}
    return not names & {*functions, *outputs}


def why_no_function(tree: ast.Module) -> str:
    """Why a cell with functions is not one of them, for a message: what else it does; nothing for other cells."""
    functions = [each.name for each in tree.body if isinstance(each, _Function)]
    lambdas = [
        target.id
        for each in tree.body
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Lambda)
        for target in each.targets
        if isinstance(target, ast.Name)
    ]
    other = next((each for each in tree.body if not _only_defines(each, functions, ())), None)
    if functions and other is not None:
        return f"For '{functions[0]}' to be the node, what line {other.lineno} does belongs in another cell."
    return f"For '{lambdas[0]}' to be the node, write it as def {lambdas[0]}(...)." if lambdas else ""


def arguments_of(function: _Function) -> dict[str, inspect.Parameter]:
    """The arguments as they are written; defaults that are more than a literal are `...`."""
    args, kinds = function.args, inspect.Parameter
    positional = [*args.posonlyargs, *args.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults))
    found: list[tuple[str, Any, ast.expr | None]] = [
        (
            each.arg,
            kinds.POSITIONAL_ONLY if place < len(args.posonlyargs) else kinds.POSITIONAL_OR_KEYWORD,
            default,
        )
        for place, (each, default) in enumerate(zip(positional, [*defaults, *args.defaults], strict=True))
    ]
    found += [
        (each.arg, kinds.KEYWORD_ONLY, default)
        for each, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
    ]
    return {name: kinds(name, kind, default=_literal(default)) for name, kind, default in found}


def _literal(default: ast.expr | None) -> Any:
    if default is None:
        return inspect.Parameter.empty
    try:
        return ast.literal_eval(default)
    except ValueError:
        return ...


def check_returns(function: _Function, outputs: list[str] | dict[str, str] | str | None) -> None:
    """Compare what the function returns with the outputs, as far as its text tells.

    Raises:
        RequestError: a value and no output, or another number of values, or other keys.
    """
    name = function.name
    found = _Returns(function)
    if outputs is None and (found.values or found.yields):
        raise RequestError(
            f"'{name}' {'yields' if found.yields else 'returns'} data, and no output takes it. Name the dataset, "
            f"as in: %%kedro_node -o {name}_result"
        )
    if outputs is not None and not (found.values or found.yields) and not found.raises_only:
        raise RequestError(
            f"'{name}' returns nothing, and -o names an output. Let it return the data, or leave -o out."
        )
    if found.yields or isinstance(outputs, str) or outputs is None:
        return
    for value in found.values:
        if isinstance(outputs, list):
            _check_count(name, value, outputs)
        elif isinstance(value, ast.Dict):
            _check_keys(name, value, outputs)


def _check_count(name: str, value: ast.expr, outputs: list[str]) -> None:
    if not isinstance(value, ast.Tuple | ast.List) or any(
        isinstance(each, ast.Starred) for each in value.elts
    ):
        return
    if len(value.elts) != len(outputs):
        raise RequestError(
            f"'{name}' returns {len(value.elts)} values in line {value.lineno}, and -o names {len(outputs)}: "
            f"{', '.join(outputs)}."
        )


def _check_keys(name: str, value: ast.Dict, outputs: dict[str, str]) -> None:
    keys = [each.value if isinstance(each, ast.Constant) else None for each in value.keys]
    if None not in keys and set(keys) != set(outputs):
        raise RequestError(
            f"'{name}' returns the keys {', '.join(map(str, keys))} in line {value.lineno}, and -o names "
            f"{', '.join(outputs)}."
        )


class _Returns(ast.NodeVisitor):
    """What leaves a function: its values, or whether it yields."""

    def __init__(self, function: _Function) -> None:
        self.values: list[ast.expr] = []
        self.yields = False
        for statement in function.body:
            self.visit(statement)
        self.raises_only = isinstance(function.body[-1], ast.Raise) or _is_ellipsis(function.body[-1])

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            self.values.append(node.value)

    def visit_Yield(self, node: ast.AST) -> None:
        self.yields = True
        self.generic_visit(node)

    visit_YieldFrom = visit_Yield  # noqa: N815 - ast's spelling

    def visit_FunctionDef(self, node: ast.AST) -> None:
        """Another function's values are its own."""

    visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = visit_FunctionDef  # noqa: N815 - ast's spelling


def _is_ellipsis(statement: ast.stmt) -> bool:
    """Whether the function is still to be written."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and statement.value.value is ...
    )


def _lines_within_strings(tree: ast.Module) -> set[int]:
    """Lines that begin inside of a text: spaces before them would be part of it."""
    within: set[int] = set()
    for node in ast.walk(tree):
        text = isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
        )
        if text or type(node).__name__ == "TemplateStr":
            within.update(range(node.lineno + 1, (node.end_lineno or 0) + 1))  # type: ignore[attr-defined]
    return within


def check_body(tree: ast.Module, bound: Collection[str]) -> None:
    """Refuse what a module can do and a function cannot.

    Args:
        tree: the cell.
        bound: the variables that it assigns.

    Raises:
        RequestError: with the line.
    """
    for node in ast.walk(tree):
        if isinstance(node, _Function):
            _check_globals(node, tree, bound)
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            raise RequestError(
                f"Line {node.lineno}: a node cannot import '*' from {node.module}, as nobody could tell which names "
                "it reads. Import them by name, or put the import into a cell of its own."
            )
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            raise RequestError(
                f"Line {node.lineno}: put 'from __future__ import ...' into a cell of its own: it holds for all "
                "cells below."
            )


def _check_globals(function: _Function, tree: ast.Module, bound: Collection[str]) -> None:
    at_top = {name for each in tree.body if isinstance(each, ast.Global) for name in each.names}
    said = [
        (node, name) for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names
    ]
    for node, name in said:
        if name in bound and name not in at_top:
            raise RequestError(
                f"Line {node.lineno}: a function of the cell takes '{name}' for a variable of the notebook (global), "
                "and in a node it is the node's own. Give it to the function as an argument, and return the new value."
            )


def fingerprint(tree: ast.Module, name: str) -> str:
    """The cell's code without the name of its function: the same where only the name was changed."""
    copy = ast.parse(ast.unparse(tree))
    for statement in copy.body:
        if isinstance(statement, _Function) and statement.name == name:
            statement.name = "_"
    return ast.dump(copy)


def _told(error: SyntaxError) -> str:
    told = f"line {error.lineno}: this is not valid Python: {error.msg}."
    if "'return' outside" in (error.msg or ""):
        told += " Plain code gives its results by -o and the names of its variables."
    if not error.text:
        return told
    line = error.text.rstrip()
    stripped = line.lstrip()
    place = max((error.offset or 1) - 1 - (len(line) - len(stripped)), 0)
    return f"{told}\n  {stripped}\n  {' ' * place}^"
