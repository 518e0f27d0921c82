"""What makes nodes a pipeline, and what to say when they are none."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from kedro_nb.errors import CircularDependencyError, ConfirmNotUniqueError, OutputNotUniqueError
from kedro_nb.pipeline.transcoding import check_transcoding, strip_transcoding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kedro_nb.pipeline.node import Node

_SHOWN = 10  # nodes in one message


def check_names(nodes: Sequence[Node]) -> None:
    names = [node.name for node in nodes]
    if len(set(names)) == len(names):
        return
    lines = _who(nodes, _repeated(names), lambda node: (node.name,))
    raise ValueError(
        f"Pipeline nodes must have unique names. The following node names appear more than once:\n{lines}\n"
        "Give each node its own name: node(function, inputs, outputs, name='...')."
    )


def check_outputs(nodes: Sequence[Node]) -> None:
    names = [name for node in nodes for name in node.output_keys]
    if len(set(names)) == len(names):
        return
    repeated = _repeated(names)
    raise OutputNotUniqueError(
        f"Output(s) {repeated} are returned by more than one nodes. Node outputs must be unique.\n"
        f"{_who(nodes, repeated, lambda node: node.output_keys)}"
    )


def check_confirms(nodes: Sequence[Node]) -> None:
    names = [strip_transcoding(name) for node in nodes for name in node.confirms]
    if len(set(names)) == len(names):
        return
    repeated = _repeated(names)
    raise ConfirmNotUniqueError(
        f"{repeated} datasets are confirmed by more than one node. Node confirms must be unique.\n"
        f"{_who(nodes, repeated, lambda node: [strip_transcoding(name) for name in node.confirms])}"
    )


def check_formats(nodes: Sequence[Node]) -> None:
    # A node's names and keys are one tuple unless one of them is transcoded.
    if any(n.input_names is not n.input_keys or n.output_names is not n.output_keys for n in nodes):
        check_transcoding(chain.from_iterable((*n.input_names, *n.output_names) for n in nodes))


def circle(
    nodes: Sequence[Node], parents: Sequence[Sequence[int]], waiting: Sequence[int]
) -> CircularDependencyError:
    """The error for nodes that wait for each other: one of the circles, walked from its first name."""
    left = set(waiting)
    path: dict[int, None] = {}
    at = min(left, key=lambda i: nodes[i].name)
    while at not in path:
        path[at] = None
        at = min((j for j in parents[at] if j in left), key=lambda j: nodes[j].name)
    walk = list(path)
    around = walk[walk.index(at) :][::-1]  # data flows against the direction of waiting
    first = min(range(len(around)), key=lambda k: nodes[around[k]].name)
    around = around[first:] + around[:first]
    names = [nodes[i].name for i in around]
    lines = [f"  {nodes[i]}" for i in around]
    return CircularDependencyError(
        f"Circular dependencies exist among the following {len(around)} item(s): "
        f"{' -> '.join([*_elided(names), names[0]])}\n" + "\n".join(_elided(lines, indent="  "))
    )


def _repeated(names: Iterable[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


def _who(nodes: Sequence[Node], repeated: list[str], names_of: Callable[[Node], Iterable[str]]) -> str:
    """Each repeated name, and below it the nodes that bear it."""
    bearers: dict[str, Counter[str]] = {name: Counter() for name in repeated}
    for node in nodes:
        for name in names_of(node):
            if name in bearers:
                bearers[name][str(node)] += 1
    blocks = []
    for name, who in bearers.items():
        lines = [f"    {node}{f' ({count} times)' if count > 1 else ''}" for node, count in who.items()]
        blocks.append("\n".join([f"  {name}", *_elided(lines, indent="    ")]))
    return "\n".join(_elided(blocks, indent="  "))


def _elided(items: list[str], *, indent: str = "") -> list[str]:
    if len(items) <= _SHOWN:
        return items
    return [*items[: _SHOWN - 1], f"{indent}... {len(items) - _SHOWN} more ...", items[-1]]
