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
import typing
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
    model = Model()
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


def arrays():
    structured = np.zeros(2, dtype=[("n", "i4"), ("o", "O")])
    structured["o"] = [[1], [2]]
    masked = np.ma.array([1, 2, 3], mask=[False, True, False], fill_value=7)
    record = np.zeros(2, dtype=[("n", "i4")]).view(np.recarray)
    return [structured, masked, record, np.arange(6).reshape(2, 3).T, np.array(3), np.matrix([[1, 2]])]


def spoil_array(array):
    if array.dtype.names:
        array["n"] = 9
        if "o" in array.dtype.names:
            array["o"][0].append(9)
    elif isinstance(array, np.ma.MaskedArray):
        array.mask[0] = True
        array.fill_value = 8
        array[2] = 9
    else:
        array[...] = 9


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("position", range(6))
def test_arrays_of_every_kind_are_copied(position):
    dataset = MemoryDataset(arrays()[position])
    assert type(dataset.load()) is type(arrays()[position])
    spoil_array(dataset.load())
    assert repr(dataset.load()) == repr(arrays()[position])


class Annotated(np.ndarray):
    def __array_finalize__(self, source):
        self.notes = getattr(source, "notes", None)


def test_the_attributes_of_a_kind_of_array_are_copied():
    array = np.zeros(2).view(Annotated)
    array.notes = [1]
    copy_value(array).notes.append(2)
    assert array.notes == [1]


class Measured(np.float64):
    pass


def test_a_number_with_attributes_of_the_users_is_copied():
    number = Measured(1.5)
    number.notes = [1]
    fresh = copy_value(number)
    fresh.notes.append(2)
    assert fresh == 1.5
    assert number.notes == [1]


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
