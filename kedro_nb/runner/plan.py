"""What a run will do, worked out before the first node: pure, and linear in nodes and edges.

Nodes are known by their position in the pipeline's graph, which keeps its indexes from one run to the next. A node
waits for datasets, not for nodes: it can start when every input that another node writes can be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kedro_nb.pipeline import Node, Pipeline


class Plan:
    """Order, load counts, release points and priorities of one run.

    Attributes:
        nodes: the nodes; a node's place here is its position everywhere else.
        sequence: positions in the pipeline's own order.
        producers: per dataset (without its format), the position of the node that writes it.
        consumers: per dataset (without its format), the positions of the nodes that read it.
        waiting: per node, how many datasets are still to be written by other nodes.
        readers: per dataset name, how many nodes have yet to read it.
        unread: names that are written, and read by nobody under this name, and not kept either.
        kept: names that stay in the catalog after the run: the pipeline's free inputs and its outputs.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        graph = pipeline.graph
        self.nodes: Sequence[Node] = graph.nodes
        self.sequence: Sequence[int] = graph.sequence
        self.producers: Mapping[str, int] = graph.producers
        self.consumers: Mapping[str, Sequence[int]] = graph.readers
        self.waiting = list(graph.waits)
        self.readers = {name: len(positions) for name, positions in graph.readers.items()}
        self.kept = graph.free_inputs | graph.free_outputs
        self.unread = graph.written - graph.read - self.kept

    def is_last_read(self, name: str) -> bool:
        """Whether the node that reads this now is the last one to: all its other readers have finished.

        Safe to ask from any thread: while the node runs, a count of one can only be its own.
        """
        return self.readers[name] == 1 and name not in self.kept

    def parents(self, position: int) -> Iterable[int]:
        """The nodes that write what this node reads; one that writes two of its inputs comes twice."""
        for key in self.nodes[position].input_keys:
            if key in self.producers:
                yield self.producers[key]

    def children(self, position: int) -> Iterable[int]:
        """The nodes that read what this node writes."""
        for key in self.nodes[position].output_keys:
            yield from self.consumers.get(key, ())

    def ranks(self, durations: Mapping[str, float] | None) -> list[Any]:
        """Per node, what to sort ready nodes by: the pipeline's order alone, or what is most urgent before it."""
        ranks: list[Any] = [0] * len(self.nodes)
        urgency = None if durations is None else self.priorities(durations)
        for place, position in enumerate(self.sequence):
            ranks[position] = place if urgency is None else (-urgency[position], place)
        return ranks

    def priorities(self, durations: Mapping[str, float]) -> list[float]:
        """Per node, the longest way from its start to the end of the run.

        In seconds where earlier runs were measured (a node without a measurement counts as the average), else in
        nodes.
        """
        known = [durations[node.name] for node in self.nodes if node.name in durations] if durations else []
        average = sum(known) / len(known) if known else 1.0
        longest = [0.0] * len(self.nodes)
        for position in reversed(self.sequence):
            after = max((longest[child] for child in self.children(position)), default=0.0)
            longest[position] = after + durations.get(self.nodes[position].name, average)
        return longest


def nodes_to_resume(plan: Plan, done: set[int], lasts: Callable[[str], bool]) -> list[str]:
    """The names to give to `--from-nodes` so that everything unfinished runs, and as little else as possible.

    Whatever comes after a node that runs runs too, and needs its other inputs: those that are gone are made again.

    Args:
        plan: the plan of the run that did not end.
        done: positions of the nodes that finished.
        lasts: tells whether a dataset that was written can still be read.
    """
    needed = set(range(len(plan.nodes))) - done
    pending = list(needed)
    while pending:
        position = pending.pop()
        node = plan.nodes[position]
        gone = (
            plan.producers[key]
            for name, key in zip(node.input_names, node.input_keys, strict=True)
            if key in plan.producers and plan.producers[key] not in needed and not lasts(name)
        )
        for other in (*gone, *plan.children(position)):
            if other not in needed:
                needed.add(other)
                pending.append(other)
    return sorted(
        plan.nodes[position].name
        for position in needed
        if not any(parent in needed for parent in plan.parents(position))
    )


def nodes_with_missing_outputs(
    plan: Plan, is_missing: Callable[[str], bool], is_stored: Callable[[str], bool]
) -> set[int]:
    """The nodes that have to run so that every stored output exists (Kedro's rules for `only_missing_outputs`).

    A node runs when it has no outputs, when a stored output of it does not exist, or when a node that runs needs
    an output of it that is not stored.

    Args:
        plan: the plan of the whole pipeline.
        is_missing: tells whether a dataset is one that is stored and is not there.
        is_stored: tells whether a dataset can be read without running its node.
    """
    needed: set[int] = set()
    for position in reversed(plan.sequence):
        node = plan.nodes[position]
        if not node.outputs or any(is_missing(name) for name in node.output_names):
            needed.add(position)
            continue
        for name, key in zip(node.output_names, node.output_keys, strict=True):
            readers = plan.consumers.get(key, ())
            if any(reader in needed for reader in readers) and not is_stored(name):
                needed.add(position)
                break
    return needed
