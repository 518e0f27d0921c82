"""When the engine may keep a node's output without a copy."""

import gc
import weakref

import numpy as np
import pytest

from kedro_nb.io.ownership import solely_owned


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


def test_a_value_lent_by_one_dataset_may_have_one_more_owner():
    value = [1]
    assert solely_owned([value], lent=True)
    again = value
    assert not solely_owned([value], lent=True)
    assert again is value


def test_a_circle_is_not_mistaken_for_an_owner():
    circle = []
    circle.append(circle)
    holder = [circle]
    del circle
    assert not solely_owned(holder)
    holder.clear()
    gc.collect()
