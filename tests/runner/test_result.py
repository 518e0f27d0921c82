"""What a run's result says of values: one short line, at once, whatever they are."""

import array
import collections
import types

import numpy as np
import pandas as pd
import pytest

from kedro_nb.io import MemoryDataset
from kedro_nb.runner.result import RunResult, describe_value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.666, "0.666"),
        ("text", "'text'"),
        (None, "None"),
        ([1, [2, "x"]], "[1, [2, 'x']]"),
        ((1,), "(1,)"),
        ((), "()"),
        (set(), "set()"),
        ({"b": 1, "a": {2}}, "{'b': 1, 'a': {2}}"),
        ({"c", "a", "b"}, "{'a', 'b', 'c'}"),
        (frozenset({1}), "frozenset({1})"),
        (collections.deque([1]), "deque([1])"),
        (collections.defaultdict(list, a=[1]), "defaultdict({'a': [1]})"),
        (collections.ChainMap({"a": 1}), "ChainMap({'a': 1})"),
        (types.MappingProxyType({"a": 1}), "mappingproxy({'a': 1})"),
        (bytearray(b"a"), "bytearray(b'a')"),
        (list(range(20)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...]"),
        ([pd.DataFrame({"a": [1]})], "[<DataFrame 1 \u00d7 1>]"),
        (np.zeros((2, 3)), "<ndarray 2 \u00d7 3>"),
        (1 << 20_000, "<int of 20001 bits>"),
        ("x" * 200, f"<str of 200> '{'x' * 119}…"),
        (["y" * 200], f"<list of 1> ['{'y' * 118}…"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_is_described_in_one_short_line(value, text):
    assert describe_value(value) == text


def test_a_list_that_holds_itself_is_described():
    loop = [1]
    loop.append(loop)
    assert describe_value(loop) == "[1, ...]"


class Counted:
    shown = 0

    def __init__(self, number=0):
        self.number = number

    def __repr__(self):
        Counted.shown += 1
        return "counted"


MANY = [Counted(number) for number in range(100)]


@pytest.mark.parametrize(
    "value",
    [
        MANY,
        tuple(MANY),
        set(MANY),
        frozenset(MANY),
        dict.fromkeys(MANY),
        dict(enumerate(MANY)),
        dict.fromkeys(MANY).keys(),
        dict(enumerate(MANY)).values(),
        dict(enumerate(MANY)).items(),
        collections.deque(MANY),
        collections.OrderedDict.fromkeys(MANY),
        collections.defaultdict(int, dict.fromkeys(MANY)),
        collections.Counter(MANY),
        collections.ChainMap(dict.fromkeys(MANY)),
        collections.UserList(MANY),
        collections.UserDict(dict.fromkeys(MANY)),
        type("Mine", (list,), {})(MANY),
        [MANY],
        [[[[MANY] * 20] * 20] * 20] * 20,
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_the_first_items_of_a_container_are_written_out(value):
    Counted.shown = 0
    describe_value(value)
    assert 0 < Counted.shown <= 30


@pytest.mark.parametrize(
    "value", [b"a" * 10**6, bytearray(10**6), "a" * 10**6, array.array("d", [0.5] * 10**5)]
)
def test_only_the_start_of_a_long_value_is_written_out(value):
    assert len(describe_value(value)) < 200


class Raising:
    def __init__(self, error):
        self.error = error

    def __repr__(self):
        raise self.error


class ShapeRaising:
    @property
    def shape(self):
        raise SystemExit


class LengthRaising(list):
    def __len__(self):
        raise ValueError

    def __bool__(self):
        raise ValueError


class NoText:
    def __repr__(self):
        return 1


@pytest.mark.parametrize(
    "value",
    [
        Raising(ValueError()),
        Raising(SystemExit()),
        Raising(GeneratorExit()),
        ShapeRaising(),
        LengthRaising([1]),
        NoText(),
    ],
)
def test_a_value_that_cannot_be_described_is_its_type(value):
    assert describe_value(value) == f"<{type(value).__name__}>"


def test_an_item_that_cannot_be_described_leaves_the_rest():
    assert describe_value({"a": 1, "b": Raising(SystemExit())}) == "{'a': 1, 'b': <Raising>}"


@pytest.mark.parametrize("nested", [False, True])
def test_the_user_can_interrupt(nested):
    value = Raising(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        describe_value([value] if nested else value)


def test_a_result_shows_data_in_memory_without_a_copy():
    class Precious:
        def __deepcopy__(self, memo):
            raise AssertionError

        def __repr__(self):
            return "precious"

    dataset = MemoryDataset()
    dataset.adopt(Precious())
    assert (
        repr(RunResult({"v": dataset, "w": MemoryDataset()}))
        == "{'v': precious, 'w': <MemoryDataset without data>}"
    )
