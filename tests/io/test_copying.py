"""Copies share nothing that can change, and cost no more than they must."""

import copy
import datetime as dt
import decimal
import pathlib
import types
import uuid

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kedro_nb.io import DatasetError, MemoryDataset
from kedro_nb.io.copying import copy_value, infer_copy_mode, is_cheap_to_copy

atoms = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
keys = st.integers() | st.text(max_size=3) | st.tuples(st.integers(), st.text(max_size=2))
nested = st.recursive(
    atoms,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(keys, inner, max_size=4)
        | st.tuples(inner, inner)
        | st.sets(keys, max_size=3)
        | st.builds(bytearray, st.binary(max_size=3))
    ),
    max_leaves=15,
)

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def spoil(value):
    """Change every object in `value` that can be changed."""
    if isinstance(value, list):
        for item in value:
            spoil(item)
        value.append("spoiled")
    elif isinstance(value, dict):
        for item in value.values():
            spoil(item)
        value["spoiled"] = True
    elif isinstance(value, tuple):
        for item in value:
            spoil(item)
    elif isinstance(value, set):
        value.add("spoiled")
    elif isinstance(value, bytearray):
        value.extend(b"spoiled")


@unhurried
@given(nested.filter(lambda value: value is not None))
def test_what_a_reader_does_to_its_copy_the_next_reader_never_sees(value):
    pristine = copy.deepcopy(value)
    dataset = MemoryDataset()
    dataset.save(value)
    spoil(value)
    first = dataset.load()
    assert first == pristine
    spoil(first)
    assert dataset.load() == pristine


@unhurried
@given(nested.filter(lambda value: value is not None and is_cheap_to_copy(value)))
def test_a_cheap_value_is_borrowed_as_a_copy(value):
    pristine = copy.deepcopy(value)
    dataset = MemoryDataset()
    dataset.adopt(value)
    spoil(dataset.borrow())
    assert dataset.load() == pristine


@unhurried
@given(nested)
def test_a_copy_equals_what_deepcopy_makes(value):
    fresh = copy_value(value)
    assert fresh == value
    assert type(fresh) is type(value)


def test_an_object_that_is_there_twice_is_there_twice_in_the_copy():
    part, array = [1], np.arange(3)
    fresh = copy_value({"a": part, "b": (part,), "c": array, "d": [array]})
    assert fresh["a"] is fresh["b"][0]
    assert fresh["c"] is fresh["d"][0]
    assert fresh["a"] is not part


def test_a_structure_that_holds_itself_is_copied():
    loop = [1]
    loop.append((loop, {"me": loop}))
    fresh = copy_value(loop)
    assert fresh is not loop
    assert fresh[1][0] is fresh
    assert fresh[1][1]["me"] is fresh


class Holder:
    def __init__(self, content):
        self.content = content


def test_sharing_is_kept_between_containers_and_objects_of_other_classes():
    part = [1]
    fresh = copy_value([part, Holder(part)])
    assert fresh[1].content is fresh[0]
    assert fresh[0] is not part


@pytest.mark.parametrize(
    "value",
    [
        1,
        "text",
        b"bytes",
        range(3),
        len,
        lambda: None,
        Holder,
        types,
        pathlib.Path("x"),
        dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        dt.timedelta(1),
        decimal.Decimal(1),
        uuid.UUID(int=1),
        np.float64(1.5),
        pd.Timestamp("2020-01-01"),
        (1, "a", (2, frozenset({3}))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_nobody_can_change_is_not_copied(value):
    assert copy_value(value) is value


def test_a_tuple_with_a_list_inside_is_copied():
    value = (1, [2])
    fresh = copy_value(value)
    fresh[1].append(3)
    assert value == (1, [2])


def test_a_numpy_array_is_copied():
    dataset = MemoryDataset(np.zeros(3))
    dataset.load()[0] = 9
    assert dataset.load().tolist() == [0, 0, 0]


def test_a_numpy_array_of_objects_is_copied_with_the_objects():
    array = np.empty(2, dtype=object)
    array[:] = [[1], [2]]
    dataset = MemoryDataset(array)
    dataset.load()[0].append(9)
    assert dataset.load()[0] == [1]


def test_a_frame_is_copied():
    dataset = MemoryDataset(pd.DataFrame({"a": [1, 2]}))
    frame = dataset.load()
    frame.loc[0, "a"] = 9
    assert dataset.load()["a"].tolist() == [1, 2]


def test_copying_a_frame_moves_no_data_where_pandas_copies_on_write():
    frame = pd.DataFrame({"a": np.arange(1000)})
    for mode in (None, "copy"):
        fresh = copy_value(frame, mode)
        assert fresh is not frame
        assert np.shares_memory(fresh["a"].to_numpy(), frame["a"].to_numpy())


def test_frames_nested_in_containers_share_their_data_until_written():
    frame = pd.DataFrame({"a": np.arange(1000)})
    fresh = copy_value({"train": frame})["train"]
    assert np.shares_memory(fresh["a"].to_numpy(), frame["a"].to_numpy())
    fresh.loc[0, "a"] = 9
    assert frame.loc[0, "a"] == 0


def test_a_frame_is_copied_in_full_where_pandas_does_not_copy_on_write(monkeypatch):
    monkeypatch.setattr("kedro_nb.io.copying._copies_on_write", lambda: False)
    frame = pd.DataFrame({"a": np.arange(1000)})
    assert not np.shares_memory(copy_value(frame)["a"].to_numpy(), frame["a"].to_numpy())


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


def engine_frame(module, name):
    return type(name, (), {"__module__": module, "__deepcopy__": lambda _self, _memo: 1 / 0})()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("pyspark.sql.dataframe", "DataFrame"),
        ("ibis.expr.types.relations", "Table"),
        ("dask.dataframe.core", "DataFrame"),
        ("polars.lazyframe.frame", "LazyFrame"),
        ("some_engine", "DataFrame"),
    ],
)
def test_frames_that_are_lazy_or_distributed_are_handed_over_as_they_are(module, name):
    frame = engine_frame(module, name)
    assert infer_copy_mode(frame) == "assign"
    assert MemoryDataset(frame).load() is frame
    assert copy_value([frame])[0] is frame


def test_the_copy_mode_follows_the_type_of_the_data():
    assert infer_copy_mode(pd.DataFrame()) == "copy"
    assert infer_copy_mode(np.zeros(1)) == "copy"
    assert infer_copy_mode(np.array([[]], dtype=object)) == "deepcopy"
    assert infer_copy_mode([1]) == "deepcopy"
    assert infer_copy_mode(engine_frame("polars.dataframe.frame", "DataFrame")) == "deepcopy"


@pytest.mark.parametrize(
    "value",
    [1, "text", [1, "a"], {"a": [1, {2}]}, (1, [2]), np.zeros(10), [[i] for i in range(400)], bytearray(10)],
    ids=repr,
)
def test_small_structures_are_cheap_to_copy(value):
    assert is_cheap_to_copy(value)


def test_large_or_opaque_values_are_not_cheap_to_copy():
    loop = []
    loop.append(loop)
    for value in (
        list(range(2000)),
        [[i] * 100 for i in range(100)],
        dict.fromkeys(range(600)),
        np.zeros(200_000),
        [np.zeros(100_000)] * 2,
        np.array([[]], dtype=object),
        pd.DataFrame(),
        Holder(1),
        loop,
    ):
        assert not is_cheap_to_copy(value)


def test_an_unknown_copy_mode_is_refused():
    with pytest.raises(
        DatasetError, match=r"Invalid copy mode: shallow. Possible values are: deepcopy, copy, assign"
    ):
        copy_value([1], "shallow")
