"""What the processes have to do: graphs of functions at module level, which every contender can pickle."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.graphs import Graph, graph

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = 4096  # bytes: a cheap consumer reads one number in each
_LOOPS = 1_000_000


@dataclass(frozen=True)
class Work:
    """A graph, the function of each of its nodes, and what makes the value that nodes without parents read."""

    graph: Graph
    functions: tuple[Callable[..., Any], ...]
    outside: Callable[[], Any]


def one() -> Work:
    return chain(1)


def chain(size: int) -> Work:
    return Work(graph("chain", size), (noop,) * size, _one)


def burning(nodes: int, loops: int) -> Work:
    return Work(Graph("side by side", ((),) * nodes), (partial(burn, loops),) * nodes, _one)


def hand_numpy(megabytes: int) -> Work:
    return Work(graph("chain", 2), (partial(make_array, megabytes), read_array), _one)


def hand_pandas(megabytes: int) -> Work:
    return Work(graph("chain", 2), (partial(make_frame, megabytes), read_frame), _one)


def four_readers(megabytes: int) -> Work:
    return Work(
        Graph("one to four", ((), *((0,),) * 4)), (partial(make_array, megabytes), *(read_array,) * 4), _one
    )


def four_burners(megabytes: int, loops: int) -> Work:
    return Work(
        Graph("one to four", ((), *((0,),) * 4)),
        (partial(make_array, megabytes), *(partial(read_and_burn, loops),) * 4),
        _one,
    )


def from_kernel(megabytes: int) -> Work:
    return Work(Graph("four", ((),) * 4), (read_array,) * 4, partial(make_array, megabytes, None))


def noop(value: Any) -> Any:
    return value


def _one() -> int:
    return 1


def burn(loops: int, _: Any = None) -> int:
    total = 0
    for number in range(loops):
        total += number & 1
    return total


def loops_for(seconds: float) -> int:
    """How often `burn` has to go round to take that long, when it has a core to itself."""
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        burn(_LOOPS)
        taken.append(time.perf_counter() - began)
    return round(_LOOPS * seconds / min(taken))


def make_array(megabytes: int, _: Any) -> Any:
    import numpy as np

    return np.ones(megabytes * 125_000)


def read_array(array: Any) -> float:
    return float(array[:: PAGE // array.itemsize].sum())


def read_and_burn(loops: int, array: Any) -> float:
    return read_array(array) + burn(loops)


def make_frame(megabytes: int, _: Any) -> Any:
    import numpy as np
    import pandas as pd

    return pd.DataFrame(np.ones((megabytes * 12_500, 10)), columns=list("abcdefghij"), copy=False)


def read_frame(frame: Any) -> float:
    return float(frame.iloc[:: PAGE // 8].sum().sum())
