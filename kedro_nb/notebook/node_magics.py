"""%%kedro_node, %kedro_nodes and %kedro_forget: a cell becomes a node of the session's pipelines."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from kedro_nb.cli.messages import plain_warnings
from kedro_nb.errors import RequestError
from kedro_nb.notebook.arguments import identifier, refuse_options, split_line, take_option
from kedro_nb.notebook.node_cell import NodeCell, assigned_by_magics, mentioned_names
from kedro_nb.notebook.node_line import Asked, parse
from kedro_nb.notebook.node_report import DefinedNode, NodeTable, node_table
from kedro_nb.pipeline import Pipeline
from kedro_nb.session import session
from kedro_nb.session.cells import Origin
from kedro_nb.session.cells.code import (
    arguments_of,
    check_body,
    check_returns,
    fingerprint,
    node_function,
    why_no_function,
)
from kedro_nb.session.cells.inputs import Said, inputs_by_name, inputs_of_cell, spellings
from kedro_nb.session.cells.names import CellNames, names_of
from kedro_nb.session.display import count_text
from kedro_nb.session.naming import unknown
from kedro_nb.session.parsing import split_list

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator


# Functions made of plain cells: their names in the notebook are ours.
_of_cells: WeakSet[FunctionType] = WeakSet()


def define(shell: Any, line: str, body: str) -> DefinedNode:
    """%%kedro_node: the cell is a node from now on, or nothing has changed."""
    asked = parse(line)
    cell = NodeCell.of(shell, line, body)
    with plain_warnings():
        return _define(shell, asked, cell)


def _define(shell: Any, asked: Asked, cell: NodeCell) -> DefinedNode:
    _check_pipeline(shell, asked.pipeline)
    read = _read(asked, cell)
    _check_exit(read.names, shell.user_ns)
    if read.function is None:
        return _define_cell(shell, asked, cell, read)
    with _undone_on_error(shell.user_ns, {*read.names.bound, *read.names.declared}):
        return _define_function(shell, asked, cell, read, read.function)


def _check_pipeline(shell: Any, name: str) -> None:
    """Nodes of cells would stand in the way of a variable's pipeline: the session's go first."""
    if isinstance(shell.user_ns.get(name), Pipeline) and name not in session().pipelines:
        raise RequestError(
            f"The variable '{name}' is a pipeline, and nodes of cells make one of their own: name another with "
            f"--pipeline. To run both: %kedro_run --pipelines={name},NAME"
        )


def _check_exit(names: CellNames, variables: dict[str, Any]) -> None:
    from IPython.core.autocall import ExitAutocall

    for name, line in names.read.items():
        if isinstance(variables.get(name), ExitAutocall):
            raise RequestError(
                f"Line {line}: {name}() ends the notebook's kernel, with all that is in memory. A node that is done "
                "returns, and one that cannot go on raises an error."
            )


@dataclass(frozen=True)
class _Read:
    """What there is to know of a cell's code.

    Args:
        tree: its syntax.
        awaits: whether it awaits something at the top.
        names: those that it reads and binds.
        function: the one that is the node; None where the cell's own code is.
        fingerprint: tells it from other cells.
    """

    tree: ast.Module
    awaits: bool
    names: CellNames
    function: ast.FunctionDef | ast.AsyncFunctionDef | None
    fingerprint: str


def _read(asked: Asked, cell: NodeCell) -> _Read:
    try:
        tree, awaits = cell.code.parse()
        function = node_function(tree, asked.name, asked.outputs.left)
        text = fingerprint(tree, function.name if function is not None else "")
        return _Read(tree, awaits, names_of(tree), function, text)
    except RecursionError:
        raise RequestError(
            "The cell holds an expression that is nested too deeply to be looked through: split it, or put it into a "
            "function in a cell of its own."
        ) from None


# A cell that defines a function


def _define_function(
    shell: Any,
    asked: Asked,
    cell: NodeCell,
    read: _Read,
    function: ast.FunctionDef | ast.AsyncFunctionDef,
) -> DefinedNode:
    outputs = _outputs(asked.outputs)
    dropped = asked.outputs.given and not outputs  # -o "" says that nobody wants what is returned
    if not dropped and not function.decorator_list:
        check_returns(function, outputs or None)
    name = asked.name or function.name
    full_name = _within(asked.namespace, name)
    _check_namesake(function.name, full_name, cell)
    cell.execute(shell, cell.text)
    func = shell.user_ns[function.name]
    if not callable(func):
        raise RequestError(
            f"Line {function.lineno}: what stands above '{function.name}' makes a {type(func).__name__} of it, which "
            "cannot be called. A node is made of a function."
        )
    current = session()
    known = current.nodes.known(full_name, cell.id)
    inputs = inputs_by_name(func, known, asked.inputs, arguments_of(function))
    definition = current.nodes.define(
        func,
        inputs,
        outputs or None,
        name=name,
        tags=asked.tags,
        pipeline=asked.pipeline,
        namespace=asked.namespace,
        origin=Origin(cell.place, cell.id, read.fingerprint),
    )
    return DefinedNode(definition, known, kept=_defaults_kept(func, inputs))


def _within(namespace: str | None, name: str) -> str:
    return f"{namespace}.{name}" if namespace else name


def _check_namesake(function: str, name: str, cell: NodeCell) -> None:
    """A function's name means one function in a notebook: two nodes cannot share it."""
    nodes = session().nodes
    own = {each.name for each in nodes.namesakes(name, cell.id)}
    for other in nodes.with_function(function):
        func = other.node.func
        is_notebooks = isinstance(func, FunctionType) and func.__module__ == "__main__"
        if is_notebooks and other.name not in own:
            raise RequestError(
                f"The function of node {other.told} is named '{function}' too, and the notebook can hold one of them. "
                f"Name this one otherwise, or remove the other node: %kedro_forget {other.name}"
            )


def _is_function_of_a_node(value: Any) -> bool:
    name = getattr(value, "__qualname__", "")
    return any(each.node.func is value for each in session().nodes.with_function(name))


def _defaults_kept(func: Any, inputs: list[str] | dict[str, str]) -> dict[str, Any]:
    import inspect

    arguments = inspect.signature(func).parameters
    given = inputs if isinstance(inputs, dict) else list(arguments)[: len(inputs)]
    return {
        name: each.default
        for name, each in arguments.items()
        if name not in given and each.default is not each.empty
    }


def _outputs(said: Said) -> str | list[str] | dict[str, str]:
    if said.named:
        return {left or right: right for left, right in said.items}
    return said.listed[0] if len(said.listed) == 1 else said.listed


# A cell whose own code is the node


def _define_cell(
    shell: Any,
    asked: Asked,
    cell: NodeCell,
    read: _Read,
) -> DefinedNode:
    names = read.names
    check_body(read.tree, names.bound)
    _check_magics(read.tree, names, asked.outputs.left)
    for name in mentioned_names(read.tree) - names.bound:
        names.perhaps.setdefault(name, cell.code.above)
    returned = _returned(read, asked.outputs)
    name = asked.name or _name_for(returned)
    full_name = _within(asked.namespace, name)
    current = session()
    known = current.nodes.known(full_name, cell.id)
    found = inputs_of_cell(
        names,
        known,
        shell.user_ns,
        said=asked.inputs,
        written=returned.values(),
        is_node=_is_function_of_a_node,
    )
    if not found.inputs and not returned:
        raise RequestError(
            "The cell reads no dataset, and -o names no output, so there is nothing that a node could do. -o names the "
            f"variables to keep{_of(names.kept)}; data that the cell reads is saved first (%kedro_save)."
        )
    function = identifier(full_name)
    if function in returned or function in returned.values() or function in known.datasets:
        function = f"make_{function}"  # that name is wanted for the data
    _check_free(function, found.notebook, shell.user_ns, full_name, cell)
    text = cell.code.as_function(read.tree, function, list(found.inputs), list(returned), awaits=read.awaits)
    with _undone_on_error(shell.user_ns, [function]):
        cell.execute(shell, text)
        func = shell.user_ns[function]
        outputs = list(returned.values())
        definition = current.nodes.define(
            func,
            list(found.inputs.values()),
            outputs[0] if len(outputs) == 1 else outputs,
            name=name,
            tags=asked.tags,
            pipeline=asked.pipeline,
            namespace=asked.namespace,
            origin=Origin(cell.place, cell.id, read.fingerprint),
        )
    _of_cells.add(func)
    return DefinedNode(definition, known, notebook=found.notebook, unused=_unused(names, returned))


def _check_magics(tree: ast.Module, names: CellNames, outputs: Iterable[str]) -> None:
    for name, (magic, line) in assigned_by_magics(tree).items():
        if name not in names.bound and (name in names.read or name in outputs):
            raise RequestError(
                f"Line {line}: what %{magic} assigns to '{name}', a node cannot see. Write the line without the magic, "
                f"or put %%{magic} above %%kedro_node."
            )


def _returned(read: _Read, said: Said) -> dict[str, str]:
    """Variable -> dataset.

    Raises:
        RequestError: a variable is not there when the cell ends.
    """
    names = read.names
    returned = {}
    for variable, dataset in said.items:
        fits = [name for name in spellings(dataset) if name in names.kept]
        returned[variable or (fits or spellings(dataset)[-1:])[0]] = dataset
    for name in returned:
        if name in names.kept or name in names.declared:
            continue
        if name in names.read and name not in names.bound:
            raise RequestError(
                f"-o names '{name}', which the cell reads and does not assign. A node gives its result a name of its "
                f"own: assign it, as in result = ..., and say -o result, or -o result={name}_new"
            )
        if name in names.bound:
            raise RequestError(f"-o names '{name}', which the cell deletes before it ends.")
        more = why_no_function(read.tree)
        raise unknown("variable", name, sorted(names.kept), " that the cell assigns (-o)", more)
    return returned


def _name_for(returned: dict[str, str]) -> str:
    if not returned:
        raise RequestError("A cell without outputs needs a name, as in: %%kedro_node report")
    return f"make_{'_and_'.join(returned)}"


def _check_free(
    function: str, used: Iterable[str], namespace: dict[str, Any], name: str, cell: NodeCell
) -> None:
    """The node becomes a function of the notebook: it must not take a name that means something else."""
    there = namespace.get(function)
    if any(each.node.func is there for each in session().nodes.namesakes(name, cell.id)):
        return
    if function in used:
        raise RequestError(
            f"The cell uses '{function}' of the notebook, and the node is to be a function of that name. Name the node "
            f"otherwise: %%kedro_node make_{function}"
        )
    if there is not None and not (isinstance(there, FunctionType) and there in _of_cells):
        raise RequestError(
            f"The node becomes a function of the notebook, and there '{function}' holds something already (of type "
            f"{type(there).__name__}). "
            f"Name the node otherwise: %%kedro_node make_{function}"
        )


def _unused(names: CellNames, returned: Iterable[str]) -> list[str]:
    return [] if list(returned) else sorted(names.kept)


def _of(names: Iterable[str]) -> str:
    return f", of {', '.join(sorted(names))}" if names else ""


@contextlib.contextmanager
def _undone_on_error(namespace: dict[str, Any], names: Iterable[str]) -> Iterator[None]:
    """Put these variables of the notebook back when a definition fails."""
    names = list(names)
    before = {name: namespace[name] for name in names if name in namespace}
    try:
        yield
    except BaseException:
        for name in names:
            namespace.pop(name, None)
        namespace.update(before)
        raise


# The others


def list_nodes(shell: Any, line: str) -> NodeTable:
    """%kedro_nodes."""
    words = split_line(line)
    pipeline = take_option(words, "--pipeline")
    refuse_options(words, ["--pipeline", "--help"])
    if words:
        raise RequestError(
            f"%kedro_nodes takes no names: {' '.join(words)}. One pipeline's: --pipeline=NAME."
        )
    return node_table(shell, session(), pipeline)


def forget(line: str) -> None:
    """%kedro_forget NAME [NAME...]."""
    words = split_line(line)
    everything = "--all" in words
    names = [name for word in words if word != "--all" for name in split_list(word)]
    refuse_options(names, ["--all", "--help"])
    nodes = session().nodes
    if everything and names:
        raise RequestError(f"--all removes every node, and there are names too: {', '.join(names)}.")
    if not names and not everything:
        there = f" There are: {', '.join(nodes)}." if nodes else " There is none."
        raise RequestError(f"%kedro_forget takes the names of nodes, or --all.{there}")
    names = list(nodes) if everything else list(dict.fromkeys(names))
    left = {each.pipeline for name, each in nodes.items() if name in names}
    nodes.forget(*names)
    told = ", ".join(f"{name} has {_left(name)}" for name in sorted(left))
    print(f"Removed: {', '.join(names) or 'nothing'}.{f' {told} left.' if told else ''}")  # noqa: T201 - what came of it


def _left(pipeline: str) -> str:
    return count_text(sum(each.pipeline == pipeline for each in session().nodes.values()), "node")
