from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import strategies as st


def step(*values, **named):
    return values or named


@dataclass(frozen=True)
class Spec:
    """A node in words, to be built with kedro_nb's `node` or with Kedro's."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    tags: tuple[str, ...] = ()
    namespace: str | None = None

    def build(self, node):
        return node(
            step,
            list(self.inputs),
            list(self.outputs) or None,
            name=self.name,
            tags=list(self.tags),
            namespace=self.namespace,
        )

    @property
    def full_name(self):
        return f"{self.namespace}.{self.name}" if self.namespace else self.name


@st.composite
def _specs(draw, max_nodes=9, *, formats=True):
    """Random graphs without circles: each node reads free datasets and outputs of nodes before it."""
    written: list[str] = []
    nodes = []
    for i in range(draw(st.integers(1, max_nodes))):
        form = st.sampled_from(["", "@p", "@q"]) if formats else st.just("")
        free = [f"free{k}" for k in range(3)]
        inputs = draw(st.lists(st.sampled_from(written + free), min_size=1, max_size=3))
        # A dataset is used with a format everywhere or nowhere: those whose name ends in an odd digit are.
        read = [
            name + (draw(st.sampled_from(["@p", "@q"])) if formats and name[-1] in "13579" else "")
            for name in inputs
        ]
        outputs = [f"d{i}x{k}{i % 10}" for k in range(draw(st.integers(0, 2)))]
        write = [name + (draw(form) or "@p" if formats and name[-1] in "13579" else "") for name in outputs]
        written += outputs
        tags = draw(st.lists(st.sampled_from(["t1", "t2", "t3"]), unique=True, max_size=2))
        namespace = draw(st.sampled_from([None, None, "s", "s.u", "v"]))
        nodes.append(
            Spec(f"n{draw(st.integers(0, 99))}_{i}", tuple(read), tuple(write), tuple(tags), namespace)
        )
    return draw(st.permutations(nodes))


@pytest.fixture(scope="session")
def specs():
    """A strategy: lists of `Spec` that make a valid pipeline."""
    return _specs
