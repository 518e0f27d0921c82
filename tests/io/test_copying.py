"""Copies share nothing that can change, and cost no more than they must."""

import abc
import collections
import copy
import dataclasses
import datetime as dt
import decimal
import enum
import functools
import pathlib
import sys
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


@dataclasses.dataclass(frozen=True)
class Frozen:
    items: list


class Colour(enum.Enum):
    RED = [1]


class Method:
    def __init__(self):
        self.calls = []

    def call(self):
        self.calls.append(1)


class Keyed(dict):
    pass


def test_objects_are_copied_as_deepcopy_does_it():
    keyed = Keyed(a=[1])
    keyed.extra = {"b": [2]}
    values = [
        Frozen([1]),
        collections.OrderedDict(a=[1]),
        collections.defaultdict(list, a=[1]),
        collections.Counter("aab"),
        keyed,
        decimal.Context(prec=3).prec,
        functools.partial(print, [1]),
        ValueError("text", [1]),
        np.random.default_rng(1).bit_generator.state,
    ]
    for value in values:
        fresh, expected = copy_value(value), copy.deepcopy(value)
        assert type(fresh) is type(expected)
        assert repr(fresh) == repr(expected)
        assert fresh is not value or expected is value
    assert copy_value(keyed).extra == {"b": [2]}
    assert copy_value(keyed).extra["b"] is not keyed.extra["b"]
    assert copy_value(Colour.RED) is Colour.RED
    assert copy_value([abc.ABC])[0] is abc.ABC


def test_a_bound_method_takes_its_copied_object_along():
    bound = Method().call
    fresh = copy_value(bound)
    fresh()
    assert bound.__self__.calls == []
    assert fresh.__self__.calls == [1]


def test_an_object_that_holds_itself_is_copied():
    model = Holder(None)
    model.me = [model]
    fresh = copy_value(model)
    assert fresh is not model
    assert fresh.me[0] is fresh


class Fleeting:
    """Gives new objects each time it is asked for its state."""

    def __init__(self, number):
        self.number = number

    def __reduce__(self):
        return Fleeting, (0,), {"number": [self.number]}

    def __setstate__(self, state):
        self.number = state["number"][0]


def test_what_is_made_while_copying_is_never_taken_for_something_else():
    fresh = copy_value([Fleeting(number) for number in range(500)])
    assert [item.number for item in fresh] == list(range(500))


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
def test_frames_that_are_lazy_or_distributed_are_handed_over_as_they_are(module, name, monkeypatch):
    package = types.ModuleType(module.partition(".")[0])
    package.__path__, package.__version__ = [], "1.0"
    monkeypatch.setitem(sys.modules, package.__name__, package)
    frame = engine_frame(module, name)
    assert infer_copy_mode(frame) == "assign"
    assert MemoryDataset(frame).load() is frame
    assert copy_value([frame])[0] is frame


def test_a_file_of_the_users_that_is_called_like_a_library_is_none(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", types.ModuleType("ray"))
    settings_class = type("Settings", (), {"__module__": "ray"})
    value = settings_class()
    assert infer_copy_mode(value) == "deepcopy"
    assert copy_value(value) is not value


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
