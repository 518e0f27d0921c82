"""The nodes that are defined one by one, in cells or in a script, and the pipelines they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import OutputNotUniqueError, RequestError
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.pipeline.parameters import is_parameter
from kedro_nb.session.cells.definition import NodeDefinition, Origin, Places
from kedro_nb.session.cells.index import NodeIndex
from kedro_nb.session.cells.inputs import Known, inputs_by_name
from kedro_nb.session.cells.known import Heard
from kedro_nb.session.display import columns
from kedro_nb.session.naming import unknown
from kedro_nb.session.selection import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from kedro_nb.session.core import Session

_Names = str | list[str] | dict[str, str] | None


class SessionNodes(Mapping[str, NodeDefinition]):
    """The definitions by node name; the pipelines of a session hold their nodes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._defined: dict[str, NodeDefinition] = {}
        self._indexes: dict[str, NodeIndex] = {}  # by name of the pipeline
        self._made: dict[str, Pipeline] = {}  # by name: what was registered from here
        self._places = Places()

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

        def same() -> list[Node]:
            return [each.node for each in self.namesakes(name, cell)]

        return Heard(self._session, self._indexes.values(), self.registered, same).known()

    def namesakes(self, name: str | None, cell: str) -> list[NodeDefinition]:
        """Those of this name, or of this cell."""
        names = {*self._places.of("cell", cell), *([name] if name in self._defined else [])}
        return [self._defined[each] for each in names]

    def with_function(self, name: str) -> list[NodeDefinition]:
        """Those whose functions bear this name."""
        return [self._defined[each] for each in self._places.of("function", name) if each in self._defined]

    def registered(self) -> list[Pipeline]:
        """The pipelines that are not made of these nodes."""
        return [each for name, each in self._session.pipelines.items() if self._made.get(name) is not each]

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
            called = name or getattr(func, "__name__", None)
            inputs = inputs_by_name(func, self.known(f"{namespace}.{called}" if namespace else called))
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
        self._remove(dict.fromkeys(names))

    def forget_cells(self, cells: Iterable[str]) -> list[NodeDefinition]:
        """Remove the nodes that cells define which the front end calls so; gives what was removed."""
        names = {name for cell in cells for name in self._places.of("cell", cell)}
        return self._remove(name for name in self._defined if name in names) if names else []

    def _remove(self, names: Iterable[str]) -> list[NodeDefinition]:
        removed = [self._defined[name] for name in names]
        for each in removed:
            del self._defined[each.name]
            self._indexes[each.pipeline].remove(each.name)
            self._places.remove(each)
        self._register({each.pipeline for each in removed})
        return removed

    def around(self, name: str, most: int) -> Pipeline | None:
        """The pipeline of a node; where it has more than `most` nodes, those next to this one."""
        if name not in self._defined:
            return None
        index = self._indexes[self._defined[name].pipeline]
        return index.around(name) if len(index.nodes) > most else index.pipeline()

    def _replaced(self, new: NodeDefinition) -> list[NodeDefinition]:
        same_cell, same_text = (
            self._places.of("cell", new.origin.cell),
            self._places.of("text", new.origin.text),
        )
        found = [self._defined[name] for name in {new.name, *same_cell, *same_text} if name in self._defined]
        return sorted((each for each in found if new.takes_place_of(each)), key=lambda each: each.time)

    def _put(self, new: NodeDefinition) -> None:
        self._check_pipeline(new.pipeline)
        index = self._indexes.get(new.pipeline) or NodeIndex()
        gone = {each.name for each in new.replaced}
        self._check_outputs(new, index, gone)
        alone = Pipeline([new.node])  # refuses what does not even fit itself
        if not index.surely_fits(new.node, gone):
            Pipeline([*(each for each in index.nodes.values() if each.name not in gone), new.node])
        before = self._made.get(new.pipeline)
        self._take_in(new)
        if before is not None and not new.replaced:
            self._session.pipelines[new.pipeline] = self._made[new.pipeline] = before + alone
        else:
            self._register({new.pipeline, *(each.pipeline for each in new.replaced)})

    def _take_in(self, new: NodeDefinition) -> None:
        """The new one stands where the old one stood."""
        for each in new.replaced:
            self._places.remove(each)
        self._places.put(new)
        if all((each.name, each.pipeline) == (new.name, new.pipeline) for each in new.replaced):
            self._defined[new.name] = new
            self._indexes.setdefault(new.pipeline, NodeIndex()).put(new.node)
            return
        gone = {each.name for each in new.replaced}
        left: dict[str, NodeDefinition] = {}
        for name, each in self._defined.items():
            if name not in gone:
                left[name] = each
            elif new.name not in left:
                left[new.name] = new
        self._defined = left
        for changed in {new.pipeline, *(each.pipeline for each in new.replaced)}:
            self._indexes[changed] = NodeIndex(
                each.node for each in left.values() if each.pipeline == changed
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

    def _check_outputs(self, new: NodeDefinition, index: NodeIndex, gone: Collection[str]) -> None:
        for key in new.node.output_keys:
            writer = index.writers.get(key)
            if writer is not None and writer.name not in gone:
                other = self._defined[writer.name]
                raise OutputNotUniqueError(
                    f"'{key}' is written by node {other.told} already, and node {new.told} is to write it too. "
                    f"Give the output another name, or remove the other node: %kedro_forget {other.name}"
                )

    def _register(self, changed: Iterable[str]) -> None:
        """Register the pipelines of these names as they are now, or none where no node is left."""
        for name in changed:
            index = self._indexes[name]
            if name in self._session.pipelines and not self._is_own(name):
                self._made.pop(name, None)  # somebody has registered another pipeline since: it is theirs
            elif index.nodes:
                self._session.pipelines[name] = self._made[name] = index.pipeline()
            else:
                self._session.pipelines.pop(name, None)
                self._made.pop(name, None)
            if not index.nodes:
                del self._indexes[name]


def _function_name(func: Callable[..., Any]) -> str:
    name = getattr(func, "__name__", None)
    if not isinstance(name, str) or not name.isidentifier():
        raise RequestError(f"{func!r} has no name of its own: give the node one, as in name='clean'.")
    return name


def _place_of(func: Callable[..., Any]) -> str:
    code = getattr(func, "__code__", None)
    return f"{code.co_filename.rpartition('/')[2]}, line {code.co_firstlineno}" if code is not None else ""
