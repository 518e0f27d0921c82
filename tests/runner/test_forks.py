"""`os.fork()` in a node: the child is not part of the run, under every runner."""

import os
import sys

import pytest

from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import Pipeline, node

from .nodes import stored


def returns(x):
    if not os.fork():
        return -1
    return os.waitstatus_to_exitcode(os.wait()[1])


def exits(x):
    if not os.fork():
        sys.exit(3)
    return os.waitstatus_to_exitcode(os.wait()[1])


def raises(x):
    if not os.fork():
        print("from the child " * 1000)
        raise ValueError("in the child")
    return os.waitstatus_to_exitcode(os.wait()[1])


@pytest.mark.parametrize(("function", "code"), [(returns, 0), (exits, 3), (raises, 1)])
def test_the_child_of_a_node_ends_and_saves_nothing(runner, function, code, tmp_path, diary):
    def after(x):
        diary.append((x, os.getpid() != x))
        return x

    nodes = Pipeline([node(function, "x", "file", name="forks"), node(after, "file", "y", name="after")])
    catalog = DataCatalog({"x": 1, "file": stored(tmp_path / "file")})
    here = os.getpid()
    result = runner.run(nodes, catalog)
    assert os.getpid() == here
    assert result.load() == {"y": code}
    assert catalog.load("file") == code
    assert [x for x, _ in diary.items()] == [code]
