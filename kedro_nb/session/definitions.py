"""Which function a node runs when the notebook has redefined the one that the node was made with.

A pipeline keeps the function objects that it was made with. When a cell is edited and run again, its `def` makes a new
object under the old name. A run follows that redefinition only where there is no doubt which function is meant:

- the node's own function object was bound by a `def` at the top level of a cell, and to no other name of the notebook;
- a later execution binds that name by a top-level `def` with the same decorators;
- it is the same cell, where the front end has ids for cells.

In every other case the node runs the function that it holds. The decision depends on the function object alone, so it
is the same for every slice and every pipeline. Nodes and pipelines are never changed: the run gets derived ones.
"""

from __future__ import annotations

import re
import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeAlias

from kedro_nb.errors import RequestError
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.session.captured import captured_functions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kedro_nb.session.cells.bindings import Bindings

_OF_IPYTHON = re.compile(r"_+\d*")  # _, __ and _5 hold results, and are no names of the user's

_NAMED = 5  # nodes in a message

_Key: TypeAlias = tuple[str, str, tuple[str, ...]]  # name, id of the cell, decorators


@dataclass(eq=False)
class CellExecution:
    """One execution of a cell.

    Args:
        bindings: what its top level binds.
        place: for people, as in "In [7]"; "" where it has no number.
        cell: what the front end calls the cell; "" where it has no ids.
        completed: whether all of it has run.
        number: in the order in which the executions began.
    """

    bindings: Bindings
    place: str = ""
    cell: str = ""
    completed: bool = False
    number: int = field(default=0, init=False)


@dataclass(eq=False)
class _Bound:
    """A callable object that the notebook has bound to a name.

    Attributes:
        ref: to the object.
        name: the name it was bound to first.
        made: the execution that bound it first.
        key: what a redefinition of it has in common with it; None where it was not bound by a top-level `def`.
        has_other_names: whether it was bound to another name as well.
        announced: names of the nodes of which the user has read that they run this now.
    """

    ref: weakref.ref[Any]
    name: str
    made: CellExecution
    key: _Key | None = None
    has_other_names: bool = False
    announced: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Made:
    """A pipeline or a node, and the cell that made it."""

    ref: weakref.ref[Any]
    execution: CellExecution


@dataclass(frozen=True)
class Redefinition:
    """A function that the notebook has redefined since a node was made with it.

    Args:
        function: its name.
        made: where the node's function was defined, as in "In [2]"; "" where that is not known.
        redefined: where it was redefined.
        remake: the cell that makes the node; "" where that is not known.
        followed: whether the run uses the new function.
        announced: names of the nodes of which the user has read this.
    """

    function: str
    made: str
    redefined: str
    remake: str
    followed: bool
    announced: set[str] = field(compare=False)


class Definitions:
    """The callables that the cells of a notebook have bound to names.

    Attributes:
        update: brings this up to date with the cell that is being executed; None where no notebook is observed, and
            every node runs the function that it holds.
    """

    def __init__(self) -> None:
        self.update: Callable[[], object] | None = None
        self._known: dict[int, _Bound] = {}  # by id of the object, which is alive
        self._current: dict[
            str, tuple[_Bound, CellExecution]
        ] = {}  # what each name was bound to last, and where
        self._rebound: set[str] = set()  # names that were bound to several objects
        self._latest: dict[_Key, tuple[_Bound, Any]] = {}  # keeps the objects alive: a run may need them
        self._made: dict[int, _Made] = {}  # by id of a pipeline or node, which is alive; oldest first
        self._executions = 0
        self._lock = threading.RLock()

    # What cells do

    def begin(self, execution: CellExecution) -> None:
        """A cell begins; it is later than all that have begun before."""
        with self._lock:
            self._executions += 1
            execution.number = self._executions

    def observe(
        self, execution: CellExecution, namespace: Mapping[str, Any], pipelines: Iterable[Pipeline] = ()
    ) -> None:
        """Note what a cell has bound, or has bound so far.

        Args:
            execution: of the cell; it has begun.
            namespace: the notebook's variables as they are now.
            pipelines: those that no variable holds.
        """
        with self._lock:
            for name, binding in execution.bindings.names.items():
                certain = execution.completed or binding.only_defs
                if binding.decorators is not None and certain and callable(namespace.get(name)):
                    key = (name, execution.cell, binding.decorators)
                    self._bind(name, namespace[name], execution, key)
            for name, value in list(namespace.items()):
                if callable(value) and not _OF_IPYTHON.fullmatch(name):
                    self._bind(name, value, execution)
                if isinstance(value, Pipeline | Node):
                    self._keep_place(value, execution)
            for each in pipelines:
                self._keep_place(each, execution)
            self._look_at_loops(execution, namespace)

    def _bind(self, name: str, value: Any, execution: CellExecution, key: _Key | None = None) -> None:
        bound = self._known_as(value)
        if bound is None:
            try:
                ref = weakref.ref(value, partial(_drop, self._known, id(value)))
            except TypeError:  # an object that cannot be tracked: nodes keep it
                return
            bound = self._known[id(value)] = _Bound(ref, name, execution, key)
        elif bound.name != name:
            bound.has_other_names = True
        if key is not None and key == bound.key:
            self._latest[key] = bound, value
        last = self._current.get(name)
        if last is None or last[0] is not bound:
            self._current[name] = bound, execution
            if last is not None:
                self._rebound.add(name)

    def _known_as(self, value: Any) -> _Bound | None:
        bound = self._known.get(id(value))
        return bound if bound is not None and bound.ref() is value else None

    def _keep_place(self, value: Pipeline | Node, execution: CellExecution) -> None:
        if id(value) not in self._made:
            ref = weakref.ref(value, partial(_drop, self._made, id(value)))
            self._made[id(value)] = _Made(ref, execution)

    def _look_at_loops(self, execution: CellExecution, namespace: Mapping[str, Any]) -> None:
        """The variable of a loop over functions was a name of each of them, though it holds only the last."""
        for loop in execution.bindings.loops:
            if any(self._known_as(namespace.get(name)) for name in loop.targets):
                for name in loop.names:
                    for value in _values_in(namespace.get(name)):
                        if (bound := self._known_as(value)) is not None:
                            bound.has_other_names = True

    # What runs ask

    def resolve(self, pipeline: Pipeline) -> tuple[Pipeline, dict[Redefinition, list[str]]]:
        """The pipeline with the functions that its nodes run now, and why they differ or do not.

        Args:
            pipeline: stays as it is, with its nodes; it is given back where no node follows a redefinition.

        Returns:
            The pipeline to run, and the names of the nodes by what has happened to their functions.

        Raises:
            RequestError: a node is to run a redefined function that does not take the node's inputs.
        """
        if self.update is None:
            return pipeline, {}
        self.update()
        with self._lock:
            return self._resolve(pipeline) if self._rebound else (pipeline, {})

    def _resolve(self, pipeline: Pipeline) -> tuple[Pipeline, dict[Redefinition, list[str]]]:
        replaced: dict[str, Node] = {}
        found: dict[Redefinition, list[str]] = {}
        places = _Places(self._made)
        known: dict[int, tuple[_Bound | None, list[Redefinition]]] = {}  # by id of the function
        for node in pipeline.graph.order:
            func = node.func
            if id(func) not in known:
                target = self._target(func)
                known[id(func)] = target, list(self._redefinitions(func, target, places))
            target, redefinitions = known[id(func)]
            if target is not None:
                replaced[node.name] = _with_function(node, target.ref(), target, places)
            for redefinition in redefinitions:
                found.setdefault(redefinition, []).append(node.name)
        return (pipeline.with_nodes_replaced(replaced) if replaced else pipeline), found

    def _target(self, func: Any) -> _Bound | None:
        """The redefinition that a node with this function follows."""
        bound = self._known_as(func)
        if bound is None or bound.key is None or bound.has_other_names:
            return None
        latest, _ = self._latest[bound.key]
        return None if latest is bound else latest

    def _redefinitions(self, func: Any, target: _Bound | None, places: _Places) -> Iterator[Redefinition]:
        """What has happened to the function of a node and to those that it holds."""
        remake = places.of(func)
        if target is not None:
            yield _redefinition(target.name, target, target.made, remake, target)
        for each in captured_functions(func):
            name = self._name_of(each)
            if name not in self._rebound:
                continue
            current, execution = self._current[name]
            if current is target or current.ref() is each:
                continue
            used = target if target is not None and each is func else self._known_as(each)
            known_since = remake or (used.made if used is not None else None)
            if known_since is None or execution.number > known_since.number:
                yield _redefinition(name, used, execution, remake, None)

    def _name_of(self, value: Any) -> str:
        """The name under which the notebook knows a callable; "" where it has none."""
        bound = self._known_as(value)
        if bound is not None:
            return bound.name
        if (
            isinstance(value, FunctionType)
            and value.__module__ == "__main__"
            and value.__name__.isidentifier()
        ):
            return value.__name__ if value.__qualname__ == value.__name__ else ""
        return ""


def _redefinition(
    function: str,
    used: _Bound | None,
    redefined: CellExecution,
    remake: CellExecution | None,
    target: _Bound | None,
) -> Redefinition:
    return Redefinition(
        function=function,
        made=used.made.place if used is not None else "",
        redefined=redefined.place,
        remake=remake.place if remake is not None else "",
        followed=target is not None,
        announced=target.announced if target is not None else set(),
    )


class _Places:
    """The cells that have made nodes, by the functions of the nodes. Looked up only where a function was redefined."""

    def __init__(self, pipelines: Mapping[int, _Made]) -> None:
        self._pipelines = pipelines

    def of(self, func: Any) -> CellExecution | None:
        """The first cell that has made a node with this function."""
        return self._by_function.get(id(func))

    @cached_property
    def _by_function(self) -> dict[int, CellExecution]:
        found: dict[int, CellExecution] = {}
        for each in list(self._pipelines.values()):
            made = each.ref()
            nodes = made.graph.nodes if isinstance(made, Pipeline) else [made] if made is not None else []
            for node in nodes:
                found.setdefault(id(node.func), each.execution)
        return found


def lines_about(found: Mapping[Redefinition, Sequence[str]]) -> list[str]:
    """What the user should know of redefined functions before a run: what is new, and what is not used.

    Args:
        found: the names of nodes by what has happened to their functions.
    """
    lines = []
    followed: list[str] = []
    for each, nodes in found.items():
        if each.followed:
            followed += [node for node in nodes if node not in each.announced]
            each.announced.update(nodes)
        else:
            lines.append(_line_about(each, nodes))
    if followed:
        names = ", ".join(followed)
        lines.insert(0, f"Defined again since the pipeline was made, and used as it is now: {names}")
    return lines


def _line_about(kept: Redefinition, nodes: Sequence[str]) -> str:
    names = ", ".join(f"'{node}'" for node in nodes[:_NAMED])
    more = f" and {len(nodes) - _NAMED} more" if len(nodes) > _NAMED else ""
    subject = f"Node {names} still runs" if len(nodes) == 1 else f"Nodes {names}{more} still run"
    origin = f" of {kept.made}" if kept.made else ""
    cell = kept.redefined or "a later cell"
    remake = f"run {kept.remake} again" if kept.remake else "run the cell that makes the pipeline again"
    return f"{subject} '{kept.function}'{origin}, which {cell} has redefined. To use the new one, {remake}."


def _with_function(node: Node, function: Any, target: _Bound, places: _Places) -> Node:
    try:
        return node.with_function(function)
    except TypeError as error:
        place = target.made.place
        made = places.of(node.func)
        raise RequestError(
            f"Node '{node.name}' does not fit '{target.name}' as {place or 'a later cell'} defines it: {error}. "
            f"Change the arguments back, or give the node other inputs{_where(made)}."
        ) from None


def _where(made: CellExecution | None) -> str:
    return f" in {made.place}" if made is not None and made.place else ""


def _values_in(value: Any) -> Iterator[Any]:
    """What a loop over this value may assign: the value's elements, those of pairs too."""
    yield value
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, list | tuple | set | frozenset):
        return
    for each in list(value):
        yield from each if isinstance(each, list | tuple) else [each]


def _drop(known: dict[int, Any], at: int, gone: weakref.ref[Any]) -> None:
    if at in known and known[at].ref is gone:  # the id may belong to another object by now
        del known[at]


notebook = Definitions()  # of this process: its `__main__` is the notebook
