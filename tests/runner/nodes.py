"""Functions, datasets and pipelines that the tests share."""

from kedro_nb.io import PickleDataset
from kedro_nb.pipeline import node, pipeline


def add(a, b):
    return a + b


def double(x):
    return x * 2


def fail(x):
    raise ValueError(f"no good: {x}")


def stored(path, value=None):
    """A dataset that is not in memory."""
    dataset = PickleDataset(filepath=str(path))
    if value is not None:
        dataset.save(value)
    return dataset


def diamond():
    return pipeline(
        [
            node(double, "x", "left", name="left"),
            node(double, "x", "right", name="right"),
            node(add, ["left", "right"], "sum", name="sum"),
        ]
    )
