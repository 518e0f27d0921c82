"""What a run will do, worked out before the first node: pure, and linear in nodes and edges.

Nodes are numbered in the pipeline's own order. A node waits for datasets, not for nodes: it can start when every
input that another node writes can be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kedro_nb.pipeline import Node, Pipeline


class Plan:
    """Order, load counts, release points and priorities of one run.

    Attributes:
        nodes: the nodes in topological order; a node's place here is its index everywhere else.
        waiting: per node, how many of its inputs are still to be written by other nodes.
        consumers: per dataset (without transcoding), the indices of the nodes that wait for it.
        readers: per dataset name, how many nodes have yet to read it.
        unread: names that are written, and read by nobody under this name, and not kept either.
        kept: names that stay in the catalog after the run: the pipeline's free inputs and its outputs.
        produced: names (without transcoding) that nodes of this plan write.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self.nodes: Sequence[Node] = pipeline.nodes
        self.kept: set[str] = pipeline.inputs() | pipeline.outputs()
        self.unread: set[str] = pipeline.all_outputs() - pipeline.all_inputs() - self.kept
        self.produced: dict[str, int] = {}
        self.consumers: dict[str, list[int]] = {}
        self.readers: dict[str, int] = {}
        self.waiting = [0] * len(self.nodes)
        produced, consumers, readers = self.produced, self.consumers, self.readers
        for index, node in enumerate(self.nodes):
            for key in node.output_keys:
                produced[key] = index
        for index, node in enumerate(self.nodes):
            names, keys = node.input_names, node.input_keys
            for name in names if len(names) == 1 else set(names):
                readers[name] = readers.get(name, 0) + 1
            for key in keys if len(keys) == 1 else set(keys):
                if key in produced:
                    consumers.setdefault(key, []).append(index)
                    self.waiting[index] += 1

    def last_reads(self, names: Sequence[str]) -> Sequence[str]:
        """Those of a starting node's inputs that nobody else will read: all their other readers have finished.

        Safe to ask from any thread: while the node runs, a count of one can only be its own.
        """
        readers, kept = self.readers, self.kept
        if len(names) == 1:  # the common case, on the hot path
            return names if readers[names[0]] == 1 and names[0] not in kept else ()
        return [name for name in names if readers[name] == 1 and name not in kept]

    def successors(self, index: int) -> Iterable[int]:
        """The nodes that read what this node writes; one that reads two of its outputs comes twice."""
        for key in self.nodes[index].output_keys:
            yield from self.consumers.get(key, ())

    def predecessors(self, index: int) -> Iterable[int]:
        """The nodes that write what this node reads."""
        for key in self.nodes[index].input_keys:
            if key in self.produced:
                yield self.produced[key]

    def priorities(self, durations: Mapping[str, float]) -> list[float]:
        """Per node, the longest way from its start to the end of the run.

        In seconds where earlier runs were measured (a node without a measurement counts as the average), else in
        nodes.
        """
        known = [durations[node.name] for node in self.nodes if node.name in durations] if durations else []
        average = sum(known) / len(known) if known else 1.0
        longest = [0.0] * len(self.nodes)
        for index in range(len(self.nodes) - 1, -1, -1):
            after = max((longest[other] for other in self.successors(index)), default=0.0)
            longest[index] = after + durations.get(self.nodes[index].name, average)
        return longest


def nodes_to_resume(plan: Plan, done: set[int], lasts: Callable[[str], bool]) -> list[str]:
    """The names to give to `--from-nodes` so that everything unfinished runs, and as little else as possible.

    Args:
        plan: the plan of the run that did not end.
        done: indices of the nodes that finished.
        lasts: tells whether a dataset that was written can still be read.
    """
    needed = set(range(len(plan.nodes))) - done
    pending = list(needed)
    while pending:
        node = plan.nodes[pending.pop()]
        for name, key in zip(node.input_names, node.input_keys, strict=True):
            producer = plan.produced.get(key)
            if producer is not None and producer not in needed and not lasts(name):
                needed.add(producer)
                pending.append(producer)
    return sorted(
        plan.nodes[index].name
        for index in needed
        if not any(producer in needed for producer in plan.predecessors(index))
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
    for index in range(len(plan.nodes) - 1, -1, -1):
        node = plan.nodes[index]
        if not node.outputs or any(is_missing(name) for name in node.outputs):
            needed.add(index)
            continue
        for name, key in zip(node.output_names, node.output_keys, strict=True):
            readers = plan.consumers.get(key, ())
            if any(reader in needed for reader in readers) and not is_stored(name):
                needed.add(index)
                break
    return needed
