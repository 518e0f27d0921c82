"""Copies of pandas' frames, also of what is in their cells and of frames inside other objects."""

import collections
import types
import typing

import numpy as np
import pandas as pd
import pytest

from kedro_nb.io import MemoryDataset
from kedro_nb.io.copying import copy_value


def test_a_frame_is_copied():
    dataset = MemoryDataset(pd.DataFrame({"a": [1, 2]}))
    frame = dataset.load()
    frame.loc[0, "a"] = 9
    assert dataset.load()["a"].tolist() == [1, 2]


def frame_of_all_kinds():
    return pd.DataFrame(
        {
            "int": [1, 2, 3],
            "float": [1.5, 2.5, 3.5],
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "category": pd.Categorical(["a", "b", "a"]),
            "text": ["x", "y", "z"],
            "zoned": pd.date_range("2020", periods=3, tz="UTC"),
            "period": pd.period_range("2020", periods=3, freq="M"),
            "cells": [[1], [2], [3]],
        },
        index=pd.Index([10, 20, 30], name="key"),
    )


def reach_past_copy_on_write(frame):
    """Change a frame's data by the ways that pandas does not guard."""
    for name in frame:
        array = frame[name].array
        if name == "cells":
            array[0].append(9)
        else:
            array[0] = array[1]
    values = frame[["int"]].to_numpy()
    values.flags.writeable = True
    values[0] = 99


@pytest.mark.parametrize("mode", [None, "copy", "deepcopy"])
def test_what_reaches_past_copy_on_write_reaches_neither_the_user_nor_another_reader(mode):
    frame = frame_of_all_kinds()
    dataset = MemoryDataset(frame, copy_mode=mode)
    reach_past_copy_on_write(dataset.load())
    pd.testing.assert_frame_equal(frame, frame_of_all_kinds())
    reach_past_copy_on_write(frame)
    pd.testing.assert_frame_equal(dataset.load(), frame_of_all_kinds())


def test_a_frame_in_a_container_is_copied_in_full():
    frame = frame_of_all_kinds()
    dataset = MemoryDataset({"train": [frame]})
    reach_past_copy_on_write(frame)
    reach_past_copy_on_write(dataset.load()["train"][0])
    pd.testing.assert_frame_equal(dataset.load()["train"][0], frame_of_all_kinds())


def test_a_frame_made_of_an_array_is_not_changed_with_the_array():
    buffer = np.zeros(3)
    frame = pd.DataFrame({"a": buffer, "k": np.arange(3)}, copy=False)
    dataset = MemoryDataset(frame.set_index("a", drop=False))
    buffer[0] = 99
    assert dataset.load()["a"].tolist() == [0, 0, 0]
    assert dataset.load().index.tolist() == [0, 0, 0]


def test_what_an_index_is_called_stays_with_each_copy():
    dataset = MemoryDataset(frame_of_all_kinds())
    dataset.load().index.name = "other"
    assert dataset.load().index.name == "key"


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(3, name="n"),
        pd.date_range("2020", periods=3, freq="D", tz="UTC"),
        pd.MultiIndex.from_tuples([(1, "a"), (1, "b"), (2, "c")], names=["x", "y"]),
        pd.CategoricalIndex(["a", "b", "a"]),
        pd.interval_range(0, 3),
    ],
    ids=lambda index: type(index).__name__,
)
def test_a_copy_has_the_same_index(index):
    frame = pd.DataFrame({"a": [1, 2, 3]}, index=index)
    fresh = copy_value(frame)
    pd.testing.assert_frame_equal(fresh, frame, check_freq=True)


class Table(pd.DataFrame):
    _metadata = ["notes"]

    @property
    def _constructor(self):
        return Table


def test_the_attributes_of_a_kind_of_frame_are_copied():
    frame = Table({"a": [1]})
    frame.notes = [1]
    fresh = copy_value(frame)
    fresh.notes.append(2)
    assert type(fresh) is Table
    assert frame.notes == [1]


def test_dates_beside_lists_stay_what_they_are():
    cells = pd.Series([pd.Timestamp("2020"), [1], "x", None], dtype=object)
    fresh = copy_value(pd.DataFrame({"cells": cells}))
    assert fresh["cells"].tolist() == cells.tolist()
    assert fresh["cells"][1] is not cells[1]


class Model:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Slotted:
    __slots__ = ("table",)


class Stateful(Model):
    def __getstate__(self):
        return {"inner": self.__dict__}

    def __setstate__(self, state):
        self.__dict__.update(state["inner"])


class Listed(list):
    table = None


class Named(typing.NamedTuple):
    table: object


def with_table(holder, frame):
    holder.table = frame
    return holder


@pytest.mark.parametrize(
    "wrap",
    [
        lambda frame: Model(table=frame),
        lambda frame: Model(part=Model(table=frame)).part,
        lambda frame: with_table(Slotted(), frame),
        lambda frame: Stateful(table=frame),
        lambda frame: with_table(Listed([1]), frame),
        Named,
        lambda frame: types.SimpleNamespace(table=frame),
    ],
)
def test_a_frame_in_an_object_is_copied_with_its_cells(wrap):
    frame = frame_of_all_kinds()
    dataset = MemoryDataset(wrap(frame))
    reach_past_copy_on_write(dataset.load().table)
    reach_past_copy_on_write(frame)
    pd.testing.assert_frame_equal(dataset.load().table, frame_of_all_kinds())


def test_lists_in_a_frame_in_a_deque_or_an_array_of_objects_are_copied():
    frame = pd.DataFrame({"cells": [[1]]})
    cells = np.empty((1, 1), dtype=object)
    cells[0, 0] = frame
    for value, get in (
        (collections.deque([frame]), lambda found: found[0]),
        (cells, lambda found: found[0, 0]),
    ):
        get(copy_value(value))["cells"][0].append(9)
    assert frame["cells"][0] == [1]


def test_lists_in_the_cells_of_a_frame_are_copied():
    frame = pd.DataFrame({"n": [1, 2], "cells": [[1], [2]]})
    frame.index = [0, 0]
    dataset = MemoryDataset(frame)
    dataset.load()["cells"].iloc[0].append(9)
    pd.testing.assert_frame_equal(dataset.load(), frame)
    assert dataset.load()["cells"].iloc[0] == [1]


def test_lists_in_the_cells_of_a_series_are_copied():
    series = pd.Series([[1], {"a": [2]}], name="cells", index=["x", "y"])
    dataset = MemoryDataset(series)
    dataset.load()["y"]["a"].append(9)
    pd.testing.assert_series_equal(dataset.load(), series)
