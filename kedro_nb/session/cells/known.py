"""The names that a session has heard of. They are looked up when somebody asks: with many nodes there are many."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kedro_nb.pipeline.parameters import PREFIX, WHOLE, is_parameter
from kedro_nb.session.cells.index import names_in
from kedro_nb.session.cells.inputs import Known
from kedro_nb.session.parameters import entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kedro_nb.pipeline import Node, Pipeline
    from kedro_nb.session.cells.index import NodeIndex
    from kedro_nb.session.core import Session


@dataclass(frozen=True)
class Heard:
    """What the catalog holds, what nodes read and write, and the parameters.

    Args:
        session: whose catalog and parameters they are.
        indexes: the nodes that were defined one by one.
        registered: finds the other pipelines.
        but: finds the nodes that do not count.
    """

    session: Session
    indexes: Collection[NodeIndex]
    registered: Callable[[], Iterable[Pipeline]]
    but: Callable[[], Iterable[Node]]

    def known(self) -> Known:
        """The same as datasets and parameters."""
        return Known(_Datasets(self), _Parameters(self), self.session.catalog)

    @cached_property
    def _parameters(self) -> frozenset[str]:
        return frozenset(entries(self.session.parameters))

    def has(self, name: str) -> bool:
        """Whether somebody names it as nodes do."""
        # What a pattern fits is not asked for here: "{name}" fits everything.
        return name in self.session.catalog.keys() or name in self._parameters or self._is_in_nodes(name)  # noqa: SIM118

    def _is_in_nodes(self, name: str) -> bool:
        times = sum(index.times_named(name) for index in self.indexes)
        if times > sum(name in names_in(node) for node in self.but()):
            return True
        graphs = (pipeline.graph for pipeline in self.registered())
        return any(name in graph.readers or name in graph.writers for graph in graphs)

    def names(self) -> set[str]:
        """All of them."""
        found = {*self.session.catalog.keys(), *self._parameters}
        for index in self.indexes:
            found |= index.names()
        for pipeline in self.registered():
            found.update(pipeline.graph.readers, pipeline.graph.writers)
        only = {name for node in self.but() for name in names_in(node)}
        return {name for name in found if name not in only or self.has(name)}


@dataclass(frozen=True)
class _Datasets(Collection[str]):
    heard: Heard

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _is_dataset(name) and self.heard.has(name)

    def __iter__(self) -> Iterator[str]:
        return filter(_is_dataset, self.heard.names())

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class _Parameters(Collection[str]):
    heard: Heard

    def __contains__(self, name: object) -> bool:
        return self.heard.has(f"{PREFIX}{name}")

    def __iter__(self) -> Iterator[str]:
        return (name.removeprefix(PREFIX) for name in self.heard.names() if name.startswith(PREFIX))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _is_dataset(name: str) -> bool:
    return name == WHOLE or not is_parameter(name)
