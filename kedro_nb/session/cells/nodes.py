"""The nodes that are defined one by one, in cells or in a script, and the pipelines they make."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import OutputNotUniqueError, RequestError
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.session.cells.inputs import Known, inputs_by_name, is_parameter
from kedro_nb.session.display import columns
from kedro_nb.session.naming import unknown
from kedro_nb.session.parameters import PREFIX, WHOLE, entries
from kedro_nb.session.selection import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kedro_nb.session.core import Session

_Names = str | list[str] | dict[str, str] | None


@dataclass(frozen=True)
class Origin:
    """Where a node was defined.

    Args:
        place: for people, as in "In [7]".
        cell: what the front end calls the cell; "" where it has no name for it.
        text: the same for two texts that only differ in the function's name.
    """

    place: str = ""
    cell: str = ""
    text: str = ""


@dataclass(frozen=True)
class NodeDefinition:
    """A node, and where it comes from.

    Args:
        node: the node.
        pipeline: the name of the pipeline that it is part of.
        origin: where it was defined.
        replaced: the nodes whose place it took when it was defined.
        time: when it was defined, in seconds since the epoch.
    """

    node: Node
    pipeline: str
    origin: Origin
    replaced: tuple[NodeDefinition, ...] = ()
    time: float = field(default_factory=time.time)

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def told(self) -> str:
        """The node for a message, with its cell."""
        return f"'{self.name}'" + (f" of {self.origin.place}" if self.origin.place else "")


class SessionNodes(Mapping[str, NodeDefinition]):
    """The definitions by node name; the pipelines of a session hold their nodes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._defined: dict[str, NodeDefinition] = {}
        self._made: dict[str, Pipeline] = {}  # by name: what was registered from here

    def __getitem__(self, name: str) -> NodeDefinition:
        return self._defined[name]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._defined))

    def __len__(self) -> int:
        return len(self._defined)

    def __repr__(self) -> str:
        if not self._defined:
            return "No nodes were defined one by one yet."
        rows = [
            (each.name, each.origin.place, ", ".join(each.node.inputs), "->", ", ".join(each.node.outputs))
            for each in self._defined.values()
        ]
        return columns(rows)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._defined)

    def known(self, name: str | None = None, cell: str = "") -> Known:
        """What a node can read: what the catalog, the other nodes and the parameters hold.

        Args:
            name: of the node in question: what it wrote before does not count.
            cell: the front end's name for its cell.
        """
        session = self._session
        others = [each for each in self._defined.values() if not _is_same(each, name, cell)]
        registered = [
            pipeline for key, pipeline in session.pipelines.items() if self._made.get(key) is not pipeline
        ]
        nodes = [*(each.node for each in others), *(node for pipeline in registered for node in pipeline)]
        # What a pattern fits is not asked for here: "{name}" fits everything.
        names = {*session.catalog.keys(), *entries(session.parameters)}
        for node in nodes:
            names.update(node.input_names, node.output_names, node.input_keys, node.output_keys)
        return Known(
            datasets=frozenset(each for each in names if not is_parameter(each) or each == WHOLE),
            parameters=frozenset(each.removeprefix(PREFIX) for each in names if each.startswith(PREFIX)),
            catalog=session.catalog,
        )

    def define(
        self,
        func: Callable[..., Any],
        inputs: _Names = None,
        outputs: _Names = None,
        *,
        name: str | None = None,
        tags: str | Iterable[str] | None = None,
        pipeline: str = DEFAULT,
        namespace: str | None = None,
        origin: Origin | None = None,
    ) -> NodeDefinition:
        """Make a node of a function and add it to a pipeline, in place of the one that was defined there before.

        Args:
            func: what the node calls.
            inputs: as a node takes them; by the names of the arguments where left out.
            outputs: as a node takes them.
            name: the function's by default.
            tags: of the node.
            pipeline: the name of the pipeline that it joins.
            namespace: of the node.
            origin: where it is defined; where the function is, by default.

        Raises:
            RequestError, PipelineError: it does not fit; nothing was changed.
        """
        if inputs is None:
            inputs = inputs_by_name(func, self.known(name or getattr(func, "__name__", None)))
        node = Node(
            func,
            inputs or None,
            outputs or None,
            name=name or _function_name(func),
            tags=tags,
            namespace=namespace,
        )
        for written in node.output_names:
            if is_parameter(written):
                raise RequestError(
                    f"'{written}' is a parameter, and nodes write none. Name a dataset as the output."
                )
        new = NodeDefinition(node, pipeline, origin or Origin(_place_of(func)))
        new = replace(new, replaced=tuple(self._replaced(new)))
        self._put(new)
        return new

    def node(
        self,
        func: Callable[..., Any] | None = None,
        inputs: _Names = None,
        outputs: _Names = None,
        **more: Any,
    ) -> Any:
        """Define a node and give its function back, so that this can stand above a function as well.

        Args:
            func: the function; leave it out to decorate one.
            inputs: as `define` takes them.
            outputs: the same.
            more: `name`, `tags`, `pipeline` and `namespace`, as `define` takes them.
        """
        if func is None:
            return lambda decorated: self.node(decorated, inputs, outputs, **more)
        if not callable(func):
            raise RequestError(
                f"A node is made of a function, and {func!r:.60} is none. Inputs and outputs follow by name when this "
                "stands above a function: inputs='xs', outputs='total'."
            )
        self.define(func, inputs, outputs, **more)
        return func

    def forget(self, *names: str) -> None:
        """Remove nodes from their pipelines.

        Raises:
            RequestError: there is no node of this name; none was removed.
        """
        for name in names:
            if name not in self._defined:
                raise unknown("node", name, self._defined, " among those that were defined one by one")
        left = {name: each for name, each in self._defined.items() if name not in names}
        self._register(left, {self._defined[name].pipeline for name in names})

    def _replaced(self, new: NodeDefinition) -> list[NodeDefinition]:
        if not new.origin.cell and not new.origin.text:
            return [self._defined[new.name]] if new.name in self._defined else []
        return [each for each in self._defined.values() if _takes_place(new, each)]

    def _put(self, new: NodeDefinition) -> None:
        self._check_pipeline(new.pipeline)
        gone = {each.name for each in new.replaced}
        left: dict[str, NodeDefinition] = {}
        for name, each in self._defined.items():  # the new one stands where the old one stood
            if name not in gone:
                left[name] = each
            elif new.name not in left:
                left[new.name] = new
        left[new.name] = new
        self._check_outputs(new, left)
        before = self._made.get(new.pipeline)
        if not new.replaced and before is not None and self._comes_last(new, left):
            self._keep(left, {new.pipeline: before + Pipeline([new.node])})
        else:
            self._register(left, {new.pipeline, *(each.pipeline for each in new.replaced)})

    @staticmethod
    def _comes_last(new: NodeDefinition, others: Mapping[str, NodeDefinition]) -> bool:
        """Whether nothing reads what it writes, so that there is nothing in the pipeline to check again."""
        written = new.node.output_keys
        transcoded = any("@" in name for name in (*new.node.input_names, *new.node.output_names))
        return not transcoded and not any(
            key in other.node.input_keys for other in others.values() for key in written
        )

    def _check_pipeline(self, name: str) -> None:
        if not isinstance(name, str) or not name:
            raise RequestError(f"A pipeline has a name, and {name!r} is none.")
        if name in self._session.pipelines and not self._is_own(name):
            raise RequestError(
                f"The pipeline '{name}' was registered as a whole, so single nodes cannot join it. Give this node "
                f"another one, as in --pipeline=more, and run both: %kedro_run --pipelines={name},more"
            )

    def _is_own(self, name: str) -> bool:
        return self._session.pipelines.get(name) is self._made.get(name)

    def _check_outputs(self, new: NodeDefinition, others: Mapping[str, NodeDefinition]) -> None:
        others_here = [each for each in others.values() if each.pipeline == new.pipeline and each is not new]
        for key in new.node.output_keys:
            for other in others_here:
                if key in other.node.output_keys:
                    raise OutputNotUniqueError(
                        f"'{key}' is written by node {other.told} already, and node {new.told} is to write it too. "
                        f"Give the output another name, or remove the other node: %kedro_forget {other.name}"
                    )

    def _register(self, defined: dict[str, NodeDefinition], changed: Iterable[str]) -> None:
        """Make the changed pipelines anew: all of them, or none when one is none."""
        nodes = {name: [each.node for each in defined.values() if each.pipeline == name] for name in changed}
        self._keep(defined, {name: Pipeline(some) if some else None for name, some in nodes.items()})

    def _keep(self, defined: dict[str, NodeDefinition], made: Mapping[str, Pipeline | None]) -> None:
        self._defined = defined
        for name, pipeline in made.items():
            if name in self._session.pipelines and not self._is_own(name):
                self._made.pop(name, None)  # somebody has registered another pipeline since: it is theirs
            elif pipeline is not None:
                self._session.pipelines[name] = self._made[name] = pipeline
            else:
                self._session.pipelines.pop(name, None)
                self._made.pop(name, None)


def _is_same(each: NodeDefinition, name: str | None, cell: str) -> bool:
    return each.name == name or bool(cell and each.origin.cell == cell)


def _takes_place(new: NodeDefinition, old: NodeDefinition) -> bool:
    """Whether the new definition is the old one, written anew."""
    if _is_same(old, new.name, new.origin.cell):
        return True
    if new.origin.cell and old.origin.cell:
        return False
    # The front end does not tell cells apart: the same code that writes the same is the same cell, renamed.
    same_text = bool(new.origin.text) and new.origin.text == old.origin.text
    same_outputs = set(new.node.output_keys) == set(old.node.output_keys)
    return same_text and same_outputs and (bool(new.node.outputs) or new.node.inputs == old.node.inputs)


def _function_name(func: Callable[..., Any]) -> str:
    name = getattr(func, "__name__", None)
    if not isinstance(name, str) or not name.isidentifier():
        raise RequestError(f"{func!r} has no name of its own: give the node one, as in name='clean'.")
    return name


def _place_of(func: Callable[..., Any]) -> str:
    code = getattr(func, "__code__", None)
    return f"{code.co_filename.rpartition('/')[2]}, line {code.co_firstlineno}" if code is not None else ""
