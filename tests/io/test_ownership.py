"""When the engine may keep a node's output without a copy."""

import collections
import gc
import io
import weakref

import numpy as np
import pandas as pd
import pytest

from kedro_nb.io import MemoryDataset
from kedro_nb.io.ownership import solely_owned

copy_on_write = pytest.mark.skipif(pd.__version__ < "3", reason="pandas copies on write from 3 on")


class Plain:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Slotted:
    __slots__ = ("inside",)


KEPT = {"module": ["state"]}


@pytest.mark.parametrize(
    "make",
    [
        lambda: [1, 2, 3],
        lambda: {"a": [1, {2}]},
        lambda: Plain(items=[1, 2], name="x"),
        lambda: [Plain(a=1), Plain(b=Plain())],
        lambda: np.zeros(10),
        lambda: {"weights": np.zeros(3), "model": Plain(bias=np.ones(2))},
        lambda: bytearray(b"abc"),
        lambda: (twin := [1], [twin, twin])[1],
    ],
)
def test_a_fresh_value_belongs_to_its_holder(make):
    assert solely_owned([make()])


@pytest.mark.parametrize(
    "make",
    [
        lambda: KEPT,
        lambda: [KEPT],
        lambda: Plain(config=KEPT),
        lambda: KEPT["module"],
        lambda: {"deep": [{"er": KEPT["module"]}]},
    ],
)
def test_what_a_module_can_still_reach_is_shared(make):
    assert not solely_owned([make()])


def test_a_second_name_shares():
    value = [1]
    assert not solely_owned([value])


def test_a_view_of_an_array_shares():
    base = np.zeros(10)
    assert not solely_owned([base[:5]])
    assert not solely_owned([[base.T]])


def test_an_array_of_objects_cannot_be_seen_through():
    assert not solely_owned([np.array([[1], {}], dtype=object)])


def test_an_object_that_others_watch_shares():
    value = [Plain()]
    watcher = weakref.ref(value[0])
    assert not solely_owned(value)
    assert watcher() is not None


def test_types_of_unknown_build_count_as_shared():
    slotted = [Slotted()]
    slotted[0].inside = KEPT
    assert not solely_owned(slotted)
    assert not solely_owned([memoryview(bytearray(3))])
    assert not solely_owned([iter([1])])


@pytest.mark.parametrize("kind", [set, frozenset, collections.deque, collections.OrderedDict])
def test_a_container_that_others_watch_shares(kind):
    value = [kind()]
    if kind is frozenset:
        value = [kind({(1, 2)})]
    assert solely_owned([kind()])
    watcher = weakref.ref(value[0])
    assert not solely_owned(value)
    assert watcher() is not None


def test_an_instance_whose_dictionary_others_hold_shares():
    value = [Plain()]
    value[0].a = 1
    attributes = vars(value[0])
    assert not solely_owned(value)
    assert not solely_owned([[value.pop()]])
    assert attributes == {"a": 1}


def test_an_instance_whose_dictionary_was_looked_at_belongs_to_its_holder():
    value = [Plain()]
    assert vars(value[0]) == {}
    value[0].a = 1
    assert solely_owned(value)


def test_a_value_lent_by_one_dataset_may_have_one_more_owner():
    value = list(range(2000))
    assert solely_owned([value], lent=True)
    again = value
    assert not solely_owned([value], lent=True)
    assert again is value


def make_frame():
    return pd.DataFrame(
        {
            "int": np.arange(3),
            "float": [1.5, 2.5, 3.5],
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "category": pd.Categorical(["a", "b", "a"]),
            "text": ["x", "y", "z"],
            "zoned": pd.date_range("2020", periods=3, tz="UTC"),
        }
    )


FRAME = make_frame()


@copy_on_write
@pytest.mark.parametrize(
    "make",
    [
        make_frame,
        lambda: pd.DataFrame(np.zeros((5, 2))),
        lambda: pd.Series([1, 2]),
        lambda: FRAME[FRAME["int"] > 0],
        FRAME.copy,
        lambda: FRAME[["int", "float"]] + 1,
        FRAME.groupby("int")["float"].sum,
        lambda: pd.read_csv(io.StringIO("a,b\n1,x\n")),
    ],
)
def test_a_fresh_frame_belongs_to_its_holder(make):
    assert solely_owned([make()])


@pytest.mark.parametrize(
    "make",
    [
        lambda: FRAME,
        lambda: FRAME.copy(deep=False),
        lambda: FRAME.assign(new=1),
        lambda: FRAME["float"],
        lambda: FRAME["nullable"],
        lambda: FRAME.iloc[1:],
        lambda: make_frame().assign(new=FRAME["float"]),
        lambda: pd.DataFrame({"a": KEPT_ARRAY}, copy=False),
        lambda: pd.DataFrame({"a": KEPT_ARRAY[::2]}, copy=False),
        lambda: pd.Series(KEPT_NULLABLE, copy=False),
        lambda: pd.DataFrame({"cells": [KEPT["module"], 1]}),
        lambda: pd.DataFrame({"spans": pd.interval_range(0, 3)}),
        lambda: Sheet({"a": [1]}),
    ],
)
def test_a_frame_whose_memory_can_be_reached_otherwise_is_shared(make):
    assert not solely_owned([make()])


KEPT_ARRAY = np.zeros(4)
KEPT_NULLABLE = pd.array([1, 2], dtype="Int64")


class Sheet(pd.DataFrame):
    pass


WAYS_INTO_A_FRAME = [
    lambda frame: frame,
    lambda frame: frame["float"],
    lambda frame: frame["float"].to_numpy(),
    lambda frame: frame["nullable"].array,
    lambda frame: frame["zoned"].array,
    lambda frame: frame["category"].values,  # noqa: PD011 - it is not a copy, unlike what is advised
    lambda frame: frame.copy(deep=False),
    lambda frame: frame.iloc[:1],
    lambda frame: frame.groupby("int"),
    weakref.ref,
]


@pytest.mark.parametrize("way", WAYS_INTO_A_FRAME)
def test_a_frame_that_somebody_kept_a_way_into_is_shared(way):
    holder = [make_frame()]
    kept = way(holder[0])
    assert not solely_owned(holder)
    assert kept is not None


@copy_on_write
@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame,
        lambda frame: frame.assign(new=1),
        lambda frame: frame.rename(columns={"int": "number"}),
        lambda frame: frame.drop(columns="int"),
        lambda frame: frame.__setitem__("new", 1) or frame,
    ],
)
def test_what_a_node_makes_of_a_frame_that_it_was_the_last_to_read_is_its_own(change):
    dataset = MemoryDataset(make_frame())
    assert solely_owned([change(dataset.borrow())])


@pytest.mark.parametrize("way", WAYS_INTO_A_FRAME)
def test_what_the_last_reader_keeps_of_a_frame_makes_its_output_shared(way):
    dataset = MemoryDataset(make_frame())
    holder = [dataset.borrow()]
    kept = way(holder[0])
    assert not solely_owned(holder)
    holder[0] = holder[0].assign(new=1)
    assert way is weakref.ref or not solely_owned(holder)
    assert kept is not None


def test_a_frame_of_another_pandas_counts_as_shared(monkeypatch):
    monkeypatch.setattr("kedro_nb.io.ownership.copies_on_write", lambda: False)
    assert not solely_owned([make_frame()])


def test_a_few_rows_do_not_keep_a_large_frame_in_memory():
    dataset = MemoryDataset(pd.DataFrame(np.zeros((1000, 2))))
    assert not solely_owned([dataset.borrow().iloc[:5]])


def test_an_array_that_was_lent_and_viewed_is_shared():
    dataset = MemoryDataset()
    dataset.adopt(np.zeros(200_000))
    holder = [dataset.borrow()]
    assert solely_owned(holder, lent=True)
    view = holder[0][:5]
    assert not solely_owned(holder, lent=True)
    assert view.base is holder[0]


def test_a_circle_is_not_mistaken_for_an_owner():
    circle = []
    circle.append(circle)
    holder = [circle]
    del circle
    assert not solely_owned(holder)
    holder.clear()
    gc.collect()
