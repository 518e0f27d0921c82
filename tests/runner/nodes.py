"""Functions, datasets and pipelines that the tests share."""

from kedro_nb.io import LambdaDataset
from kedro_nb.pipeline import node, pipeline


def add(a, b):
    return a + b


def double(x):
    return x * 2


def fail(x):
    raise ValueError(f"no good: {x}")


def stored(value=None):
    """A dataset that is not in memory, and what it holds."""
    held = [value]

    def save(data):
        held[0] = data

    return LambdaDataset(load=lambda: held[0], save=save, exists=lambda: held[0] is not None), held


def diamond():
    return pipeline(
        [
            node(double, "x", "left", name="left"),
            node(double, "x", "right", name="right"),
            node(add, ["left", "right"], "sum", name="sum"),
        ]
    )
