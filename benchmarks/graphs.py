"""Graphs of no-op nodes as plain data, the same for every contender."""

from __future__ import annotations

import functools
import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SHAPES = ("chain", "fan", "layers", "random")
OUTSIDE = "x"  # what a node without parents reads


@dataclass(frozen=True)
class Graph:
    """Node i writes dataset `d<i>` and reads what its parents write; parents come before their children."""

    shape: str
    parents: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return len(self.parents)

    @functools.cached_property
    def inputs(self) -> list[list[str]]:
        return [[f"d{parent}" for parent in parents] or [OUTSIDE] for parents in self.parents]

    @functools.cached_property
    def children(self) -> list[list[int]]:
        children: list[list[int]] = [[] for _ in self.parents]
        for node, parents in enumerate(self.parents):
            for parent in parents:
                children[parent].append(node)
        return children

    @functools.cached_property
    def results(self) -> list[str]:
        return [f"d{node}" for node, children in enumerate(self.children) if not children]


def graph(shape: str, size: int) -> Graph:
    return Graph(shape, tuple(_parents(shape, size)))


def _parents(shape: str, size: int) -> list[tuple[int, ...]]:
    match shape:
        case "chain":
            return [(node - 1,) if node else () for node in range(size)]
        case "fan":  # one, then all the others, then one that reads them all
            return [(), *[(0,)] * (size - 2), tuple(range(1, size - 1))]
        case "layers":  # each node reads two of the layer before
            width = max(2, round(math.sqrt(size)))
            return [
                () if node < width else _two_above(node // width * width - width, node % width, width)
                for node in range(size)
            ]
        case "random":
            source = random.Random(size)
            return [
                tuple(source.sample(range(node), min(node, source.randint(1, 3)))) for node in range(size)
            ]
    raise ValueError(shape)


def _two_above(layer: int, place: int, width: int) -> tuple[int, int]:
    return layer + place, layer + (place + 1) % width


@functools.cache
def noop(arguments: int) -> Callable[..., Any]:
    """A function of so many arguments that does nothing; its signature says so, for contenders who look."""
    names = ", ".join(f"a{number}" for number in range(arguments))
    return eval(f"lambda {names}: 1")  # signatures differ from graph to graph
