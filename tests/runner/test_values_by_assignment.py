"""Values that are kept by assignment, or whose pickle is another thing, stay the notebook's own."""

import threading

import kedro.io as theirs
import numpy as np
import pytest

import kedro_nb.io as ours
from kedro_nb.io.packing import own_folders
from kedro_nb.pipeline import node, pipeline

from .test_data_in_memory import parallel, runner  # noqa: F401 - fixtures

BOTH = {"ours": ours, "theirs": theirs}


class Handle:
    """Pickles to something else, as a table of a database that is in memory does."""

    def __init__(self):
        self.lock = threading.Lock()
        self.rows = [1, 2, 3]

    def __reduce__(self):
        return Pickled, ()

    def __deepcopy__(self, memo):
        return self

    def copy(self):
        return self


class Pickled:
    rows = "of another table"


class DataFrame(Handle):
    """By its name one of an engine's, which is kept by assignment."""


# What is in the dataset, how it is kept, and where the handle is in it.
HANDLES = {
    "assign": (lambda handle: handle, "assign", lambda value: value),
    "inferred": (lambda handle: handle, None, lambda value: value),
    "in a list": (lambda handle: [handle], None, lambda value: value[0]),
    "in a mapping": (lambda handle: {"a": (1, handle)}, None, lambda value: value["a"][1]),
    "in an array": (lambda handle: np.array([handle, 1], dtype=object), None, lambda value: value[0]),
}


@pytest.mark.parametrize("kind", [Handle, DataFrame])
@pytest.mark.parametrize("case", HANDLES)
@pytest.mark.parametrize("io", BOTH)
def test_a_value_whose_pickle_is_another_thing_stays_as_it_is(io, case, kind, runner):  # noqa: F811
    wrap, mode, unwrap = HANDLES[case]
    handle, catalog = kind(), BOTH[io].DataCatalog()
    catalog["t"] = BOTH[io].MemoryDataset(wrap(handle), copy_mode=mode)
    rows = lambda t: unwrap(t).rows
    nodes = [node(rows, "t", f"out{number}", name=f"read{number}") for number in range(3)]
    for _ in range(2):
        result = runner.run(pipeline(nodes), catalog).load()
    assert unwrap(catalog.load("t")) is handle
    assert set(map(str, result.values())) <= {"[1, 2, 3]", "of another table"}


def test_plain_data_is_in_memory_once_after_it_was_sent(parallel):  # noqa: F811
    catalog = ours.DataCatalog({"x": np.ones(200_000)})
    nodes = [node(lambda x: float(x.sum()), "x", f"out{number}", name=f"read{number}") for number in range(3)]
    before = [file for folder in own_folders() for file in folder.iterdir()]
    assert set(parallel.run(pipeline(nodes), catalog).load().values()) == {200_000.0}
    assert len([file for folder in own_folders() for file in folder.iterdir()]) >= len(before)
    loaded = catalog.load("x")
    loaded[0] = 5
    assert catalog.load("x").sum() == 200_000


def test_an_output_by_assignment_is_one_object_in_the_notebook(runner):  # noqa: F811
    catalog = ours.DataCatalog({"x": 3, "out": ours.MemoryDataset(copy_mode="assign")})
    runner.run(pipeline([node(lambda x: [x], "x", "out", name="make")]), catalog)
    catalog.load("out").append(4)
    assert catalog.load("out") == [3, 4]
