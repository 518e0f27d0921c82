"""The graph of a pipeline in plain text, for terminals and wherever pictures do not show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_nb.notebook.drawing.graph import labels, layers
from kedro_nb.notebook.drawing.words import listed, printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from kedro_nb.pipeline import Node, Pipeline

_MOST_LINES = 60
_MOST_NAMES = 8


def draw_text(pipeline: Pipeline, *, highlight: Collection[str] = ()) -> str:
    """One line a node, in topological order; the layer's number stands before its first node.

    Args:
        pipeline: what to draw.
        highlight: names of nodes to mark with an arrow.
    """
    found = layers(pipeline)
    count = sum(map(len, found))
    if not count:
        return "Pipeline without nodes"
    lines = [f"Pipeline: {_counted(count, 'node')} in {_counted(len(found), 'layer')}"]
    for title, names in (("inputs", pipeline.inputs()), ("outputs", pipeline.outputs())):
        if names:
            lines.append(f"{title + ':':<9}{_names(sorted(names))}")
    lines.append("")
    label = labels(pipeline)
    wide = len(str(len(found)))
    told = [
        f"{number if first else '':>{wide}} {'→' if node.name in highlight else ' '}{_line(node, label[node.name])}"
        for number, layer in enumerate(found, start=1)
        for first, node in zip([True] + [False] * len(layer), layer, strict=False)
    ]
    room = _MOST_LINES - len(lines)
    if len(told) > room:
        left_out = len(told) - room + 1
        told = [*told[: room - 1], f"{'':>{wide}}  ... and {_counted(left_out, 'more node')}"]
    return "\n".join(lines + told)


def _line(node: Node, label: str) -> str:
    written = f"-> {_names(node.outputs)}" if node.outputs else ""
    return f"{printable(label)}: {' '.join(filter(None, (_names(node.inputs), written)))}"


def _names(names: Iterable[str]) -> str:
    return listed(list(dict.fromkeys(names)), _MOST_NAMES)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
