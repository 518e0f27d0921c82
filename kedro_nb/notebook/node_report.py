"""What is shown of nodes from cells: the one that was just defined, and the table of all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kedro_nb.errors import did_you_mean
from kedro_nb.notebook.markup import html
from kedro_nb.notebook.tables import Table
from kedro_nb.pipeline.binding import is_generator_function
from kedro_nb.runner.result import describe_value
from kedro_nb.session import session
from kedro_nb.session.display import count_text
from kedro_nb.session.naming import unknown
from kedro_nb.session.selection import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kedro_nb.pipeline import Node, Pipeline
    from kedro_nb.session import Session
    from kedro_nb.session.cells import NodeDefinition
    from kedro_nb.session.cells.inputs import Known

_WHOLE = 40  # nodes: of larger pipelines only what is around the node is shown
_MOST = 200  # rows of a table: more would only make the notebook's file large
_STATES = {"done": "done", "skipped": "skipped", "failed": "failed", "cancelled": "stopped", "waiting": ""}


@dataclass(frozen=True)
class DefinedNode:
    """Shows itself as what the node reads and writes, what one should know of it, and the graph.

    Args:
        definition: what was defined.
        known: what there was to read.
        kept: arguments that no input is for, with their defaults.
        notebook: the variables of the notebook that a plain cell uses.
        unused: what a cell without outputs assigns.
    """

    definition: NodeDefinition
    known: Known
    kept: Mapping[str, Any] = field(default_factory=dict)
    notebook: Collection[str] = ()
    unused: Collection[str] = ()

    @property
    def node(self) -> Node:
        return self.definition.node

    @property
    def pipeline(self) -> Pipeline:
        """What is drawn: the pipeline, or what is around the node where it is large."""
        return session().nodes.around(self.node.name, most=_WHOLE) or _alone(self.node)

    @property
    def lines(self) -> list[str]:
        """What to know of it."""
        return [self._headline(), *self._notes()]

    def _headline(self) -> str:
        read = ", ".join(dict.fromkeys(self.node.inputs)) or "nothing"
        place = self.definition.pipeline
        joined = f", in pipeline '{place}'" if place != DEFAULT else ""
        written = f" → {', '.join(self.node.outputs)}" if self.node.outputs else ", writes nothing"
        return f"Node {self.node.name}: {read}{written}{joined}"

    def _notes(self) -> list[str]:
        notes = []
        for old in self.definition.replaced:
            moved = old.pipeline != self.definition.pipeline
            cells = (old.origin.cell, self.definition.origin.cell)
            other_cell = old.origin.place if all(cells) and cells[0] != cells[1] else ""
            if old.name != self.node.name or other_cell:
                notes.append(f"Takes the place of {old.told}.")
            elif moved:
                notes.append(f"No longer in pipeline '{old.pipeline}'.")
        if self.unused:
            notes.append(
                f"To keep what it makes: -o and the names of {', '.join(self.unused)} that are wanted."
            )
        if self.notebook:
            notes.append(f"From the notebook, as they are when it runs: {', '.join(self.notebook)}.")
        if self.kept:
            kept = ", ".join(f"{name}={describe_value(value, name)}" for name, value in self.kept.items())
            notes.append(f"Left at the default: {kept}.")
        if self.node.outputs and is_generator_function(self.node.func):
            notes.append(
                "It yields: each piece is saved when it comes, and a dataset in memory holds the last one. For all of "
                "them: return a list."
            )
        return [*notes, *self._missing()]

    def _missing(self) -> list[str]:
        """The inputs that nobody has heard of yet."""
        missing = [name for name in dict.fromkeys(self.node.inputs) if not self.known.has(name)]
        if not missing:
            return []
        there = [*self.known.datasets, *(f"params:{name}" for name in self.known.parameters)]
        told = ", ".join(f"{name}{self._hint(name, there)}" for name in missing)
        return [
            f"Not there yet: {told}. %kedro_save gives data; for a parameter, run this cell again after %%kedro_params."
        ]

    def _hint(self, name: str, there: Collection[str]) -> str:
        if name in self.known.parameters:
            return f" - did you mean params:{name}"
        return did_you_mean(name, there)

    def __repr__(self) -> str:
        return "\n".join(self.lines)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from kedro_nb.notebook.drawing import draw_mimebundle

        drawn = draw_mimebundle(self.pipeline, highlight=[self.node.name])
        lines = "".join(
            f'<div style="{"" if place else "font-weight:600"}">{html(line)}</div>'
            for place, line in enumerate(self.lines)
        )
        return {
            "text/html": f'{lines}<div style="margin-top:6px">{drawn["text/html"]}</div>',
            "text/plain": "\n".join([*self.lines, "", drawn["text/plain"]]),
        }


def _alone(node: Node) -> Pipeline:
    from kedro_nb.pipeline import Pipeline

    return Pipeline([node])


class NodeTable(Table[tuple[str, ...]]):
    """The nodes that were defined one by one; a row is the text of its cells."""

    headings = ("node", "cell", "inputs", "outputs", "tags", "pipeline", "last run")

    def _cells(self, row: tuple[str, ...]) -> tuple[str, ...]:
        return row


def node_table(shell: Any, current: Session, pipeline: str | None = None) -> NodeTable:
    """The table of the nodes that were defined one by one, of all pipelines or of one."""
    nodes = current.nodes
    names = {each.pipeline for each in nodes.values()}
    if pipeline is not None and pipeline not in names:
        raise unknown("pipeline", pipeline, sorted(names), " made of cells")
    shown = [each for each in nodes.values() if pipeline in (None, each.pipeline)]
    if not shown:
        return NodeTable([], "No node was made of a cell yet: write %%kedro_node above a function.")
    rows: list[tuple[str, ...]] = [
        (
            each.name,
            _place(shell, each),
            ", ".join(each.node.inputs),
            ", ".join(each.node.outputs),
            ", ".join(sorted(each.node.tags)),
            each.pipeline,
            _last_state(current, each),
        )
        for each in shown[:_MOST]
    ]
    return NodeTable(rows, _count(len(shown)))


def _count(nodes: int) -> str:
    if nodes <= _MOST:
        return count_text(nodes, "node")
    return (
        f"The first {_MOST} of {nodes} nodes. Those of one pipeline: %kedro_nodes --pipeline=NAME. "
        "All of them: kedro_nb.session().nodes"
    )


def _place(shell: Any, definition: NodeDefinition) -> str:
    """The cell; for a function that was handed to the session, the cell that defines it."""
    code = getattr(definition.node.func, "__code__", None)
    told = shell.compile.format_code_name(code.co_filename) if code is not None else None
    if definition.origin.cell or told is None:
        return definition.origin.place
    return str(told[1]).replace("In[", "In [")


def _last_state(current: Session, definition: NodeDefinition) -> str:
    """How the node fared in the last run, unless it was defined anew since."""
    progress: Any = getattr(current.history[-1], "progress", None) if len(current.history) else None
    node = progress.nodes.get(definition.name) if progress is not None else None
    if progress is None or node is None:
        return ""
    return "changed since" if progress.started < definition.time else _STATES.get(node.state, node.state)
