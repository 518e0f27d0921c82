"""Which function a node runs when the notebook has redefined the one that the node was made with.

A pipeline keeps the function objects that it was made with. When a cell is edited and run again, its `def` makes a new
object under the old name. A run follows that redefinition only where there is no doubt which function is meant:

- the node's own function object was bound by a `def` at the top level of a cell, and to no other name of the notebook;
- a later execution binds that name by a top-level `def` with the same decorators;
- it is the same cell, where the front end has ids for cells. A cell that ran before the extension was loaded has an
  unknown id: it is taken for the first later cell that binds all of its names.

In every other case the node runs the function that it holds. The decision depends on the function object alone, so it
is the same for every slice and every pipeline. Nodes and pipelines are never changed: the run gets derived ones.
"""

from __future__ import annotations

import contextlib
import re
import threading
import weakref
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeAlias

from kedro_nb.errors import PipelineError, RequestError
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.session.captured import captured_functions
from kedro_nb.session.redefinitions import Redefinition
from kedro_nb.session.same_functions import is_same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from kedro_nb.session.cells.bindings import Bindings

_OF_IPYTHON = re.compile(r"_+\d*")  # _, __ and _5 hold results, and are no names of the user's

_CONTAINERS = (dict, list, tuple)

_Key: TypeAlias = tuple[str, str | None, tuple[str, ...]]  # name, id of the cell, decorators


@dataclass(eq=False)
class CellExecution:
    """One execution of a cell.

    Args:
        bindings: what its top level binds.
        place: for people, as in "In [7]"; "" where it has no number.
        cell: what the front end calls the cell; "" where it has no ids, None while it is not known.
        completed: whether all of it has run.
        number: in the order in which the executions began.
    """

    bindings: Bindings
    place: str = ""
    cell: str | None = ""
    completed: bool = False
    number: int = field(default=0, init=False)


@dataclass(eq=False)
class _Bound:
    """A callable object that the notebook has bound to a name.

    Attributes:
        ref: to the object.
        name: the name it was bound to first.
        made: the execution that bound it first.
        decorators: of the top-level `def` that bound it; None where it was bound in another way.
        has_other_names: whether it was bound to another name as well.
        announced: names of the nodes of which the user has read that they run this now.
    """

    ref: weakref.ref[Any]
    name: str
    made: CellExecution
    decorators: tuple[str, ...] | None = None
    has_other_names: bool = False
    announced: set[str] = field(default_factory=set)

    @property
    def key(self) -> _Key | None:
        """What a redefinition has in common with it; None where it was not bound by a top-level `def`."""
        return None if self.decorators is None else (self.name, self.made.cell, self.decorators)


class _Made(weakref.ref[Any]):
    """A pipeline or a node, and the cell that made it."""

    __slots__ = ("execution",)
    execution: CellExecution


class Definitions:
    """The callables that the cells of a notebook have bound to names.

    Attributes:
        update: brings this up to date with the cell that is being executed; None where no notebook is observed, and
            every node runs the function that it holds.
    """

    def __init__(self) -> None:
        self.update: Callable[[], object] | None = None
        self._known: dict[int, _Bound] = {}  # by id of the object, which is alive
        self._current: dict[str, tuple[_Bound, CellExecution]] = {}  # by name: its last object, and where
        self._rebound: set[str] = set()  # names that were bound to several objects
        self._latest: dict[_Key, tuple[_Bound, Any]] = {}  # keeps the functions alive: a run may need them
        self._nodes: dict[int, _Made] = {}  # by id of the node, which is alive
        self._pipelines: dict[int, _Made] = {}  # those whose nodes are known
        self._executions = 0
        self._without_id: list[CellExecution] = []  # those of which the cell is not known
        self._lock = threading.RLock()

    # What cells do

    def begin(self, execution: CellExecution) -> None:
        """A cell begins; it is later than all that have begun before."""
        with self._lock:
            self._executions += 1
            execution.number = self._executions
            if execution.cell is None:
                self._without_id.append(execution)
            elif self._without_id:
                self._learn_ids(execution)

    def _learn_ids(self, execution: CellExecution) -> None:
        """Give the id of a cell to the executions that may have been of that cell."""
        has_no_ids = (
            not execution.cell and execution.place
        )  # what front ends execute for themselves has no place
        for each in self._without_id:
            if has_no_ids or (
                execution.cell and each.bindings.names.keys() <= execution.bindings.names.keys()
            ):
                each.cell = execution.cell
        self._without_id = [each for each in self._without_id if each.cell is None]
        for key in [key for key in self._latest if key[1] is None]:
            found = self._latest.pop(key)
            others = self._latest.get(key := found[0].key or key, found)
            self._latest[key] = max(found, others, key=lambda each: each[0].made.number)

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
                decorators, certain = binding.decorators, execution.completed or binding.only_defs
                if decorators is not None and certain and callable(namespace.get(name)):
                    self._bind(name, namespace[name], execution, decorators)
            kinds: dict[type, tuple[bool, bool]] = {}  # there are many variables, and few types
            for name, value in list(namespace.items()):
                kind = type(value)
                if kind not in kinds:
                    kinds[kind] = callable(value), kind in _CONTAINERS or issubclass(kind, Node | Pipeline)
                is_callable, holds_nodes = kinds[kind]
                if is_callable and not self._is_current(name, value):
                    self._bind(name, value, execution)
                if holds_nodes:
                    self._keep_places(value, execution)
            for each in pipelines:
                self._keep_places(each, execution)
            self._look_at_other_names(execution, namespace)

    def _bind(
        self, name: str, value: Any, execution: CellExecution, decorators: tuple[str, ...] | None = None
    ) -> None:
        if _OF_IPYTHON.fullmatch(name):
            return
        bound = self._known_as(value)
        if bound is None:
            try:
                ref = weakref.ref(value, partial(_drop, self._known, id(value)))
            except TypeError:  # an object that cannot be tracked: nodes keep it
                return
            bound = self._known[id(value)] = _Bound(ref, name, execution, decorators)
        elif bound.name != name:
            bound.has_other_names = True
        if decorators is not None and (key := bound.key) == (name, execution.cell, decorators):
            self._latest[key] = bound, value
        last = self._current.get(name)
        if last is None or last[0] is not bound:
            self._current[name] = bound, execution
            if last is not None:
                self._rebound.add(name)

    def _is_current(self, name: str, value: Any) -> bool:
        current = self._current.get(name)
        return current is not None and current[0].ref() is value

    def _known_as(self, value: Any) -> _Bound | None:
        bound = self._known.get(id(value))
        return bound if bound is not None and bound.ref() is value else None

    def _keep_places(self, value: Any, execution: CellExecution) -> None:
        """Note which cell has made the nodes that a variable holds."""
        kind = type(value)
        if issubclass(kind, Node):
            _keep(self._nodes, value, execution)
        elif issubclass(kind, Pipeline):
            if _keep(self._pipelines, value, execution):
                with contextlib.suppress(
                    PipelineError
                ):  # pipelines that do not add up: their use raises the error
                    for node in value.graph.nodes:
                        _keep(self._nodes, node, execution)
        else:
            values = list(value.values() if kind is dict else value)
            if values and issubclass(type(values[0]), Node | Pipeline):
                for each in values:
                    if issubclass(type(each), Node | Pipeline):
                        self._keep_places(each, execution)

    def _look_at_other_names(self, execution: CellExecution, namespace: Mapping[str, Any]) -> None:
        """Note names that functions had in the cell, and that hold something else at its end."""
        for name in execution.bindings.aliased if execution.completed else ():
            if (bound := self._known_as(namespace.get(name))) is not None:
                bound.has_other_names = True
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
        places = _Places(self._nodes)
        known: dict[int, tuple[_Bound | None, list[str], list[tuple[str, Any]]]] = {}  # by id of the function
        for node in pipeline.graph.order:
            func = node.func
            if id(func) not in known:
                target = self._target(func)
                followed = [] if target is None else found.setdefault(_followed(target), [])
                known[id(func)] = target, followed, self._outdated(func, target)
            target, followed, outdated = known[id(func)]
            if target is not None:
                replaced[node.name] = _with_function(node, target, places)
                followed.append(node.name)
            for redefinition in self._kept(node, target, outdated, places):
                found.setdefault(redefinition, []).append(node.name)
        return (pipeline.with_nodes_replaced(replaced) if replaced else pipeline), found

    def _target(self, func: Any) -> _Bound | None:
        """The redefinition that a node with this function follows."""
        bound = self._known_as(func)
        if bound is None or (key := bound.key) is None or bound.has_other_names:
            return None
        latest, function = self._latest.get(key, (bound, func))
        return None if is_same(func, function) else latest

    def _outdated(self, func: Any, target: _Bound | None) -> list[tuple[str, Any]]:
        """The names that were bound to another callable since, each with the one that a node with this function has."""
        found: dict[str, Any] = {}
        for each in captured_functions(func):
            name = self._name_of(each)
            if name in self._rebound and name not in found:
                current, _ = self._current[name]
                if current is not target and not is_same(each, current.ref()):
                    found[name] = each
        return list(found.items())

    def _kept(
        self, node: Node, target: _Bound | None, outdated: list[tuple[str, Any]], places: _Places
    ) -> Iterator[Redefinition]:
        """What was redefined since the node was made, and that it does not use."""
        for name, each in outdated:
            _, execution = self._current[name]
            known = target if target is not None and each is node.func else self._known_as(each)
            remake = places.of(node) or (known.made if known is not None else None)
            if remake is None or execution.number > remake.number:
                yield Redefinition(name, execution.place, _place(remake))

    def _name_of(self, value: Any) -> str:
        """The name under which the notebook knows a callable, or the function or class it comes from; or ""."""
        bound = self._known_as(value)
        if bound is not None:
            return bound.name
        is_notebooks = type(value) is FunctionType and value.__globals__.get("__name__") == "__main__"
        return value.__code__.co_qualname.partition(".")[0] if is_notebooks else ""


def _followed(target: _Bound) -> Redefinition:
    return Redefinition(target.name, target.made.place, "", target.announced)


def _place(execution: CellExecution | None) -> str:
    return "" if execution is None else execution.place


class _Places:
    """The cells that have made nodes. They are looked up only where a function was redefined."""

    def __init__(self, nodes: Mapping[int, _Made]) -> None:
        self._nodes = nodes

    def of(self, node: Node) -> CellExecution | None:
        """The cell that has made a node, or the one that it is a copy of in another namespace."""
        return self._first.get((id(node.func), node.short_name))

    @cached_property
    def _first(self) -> dict[tuple[int, str], CellExecution]:
        found: dict[tuple[int, str], CellExecution] = {}
        for made in list(self._nodes.values()):  # the oldest first
            node = made()
            if node is not None:
                found.setdefault((id(node.func), node.short_name), made.execution)
        return found


def _with_function(node: Node, target: _Bound, places: _Places) -> Node:
    function: Any = target.ref()
    try:
        return node.with_function(function)
    except TypeError as error:
        place = target.made.place
        made = _place(places.of(node))
        raise RequestError(
            f"Node '{node.name}' does not fit '{target.name}' as {place or 'a later cell'} defines it: {error}. "
            f"Change the arguments back, or give the node other inputs{f' in {made}' if made else ''}."
        ) from None


def _values_in(value: Any) -> Iterator[Any]:
    """What a loop over this value may assign: the value's elements, those of pairs too."""
    yield value
    kind = type(value)
    if issubclass(kind, dict):
        value = value.values()
    elif not issubclass(kind, list | tuple | set | frozenset):
        return
    for each in list(value):
        yield from each if issubclass(type(each), list | tuple) else [each]


def _keep(table: dict[int, _Made], value: Any, execution: CellExecution) -> bool:
    """Note which cell has made an object, unless that is known."""
    known = table.get(id(value))
    if known is not None and known() is value:
        return False
    made = table[id(value)] = _Made(value, partial(_drop, table, id(value)))
    made.execution = execution
    return True


def _drop(table: dict[int, Any], at: int, gone: weakref.ref[Any]) -> None:
    known = table.get(at)
    if known is gone or getattr(known, "ref", None) is gone:  # the id may belong to another object by now
        del table[at]


notebook = Definitions()  # of this process: its `__main__` is the notebook
