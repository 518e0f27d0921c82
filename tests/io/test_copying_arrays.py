"""Copies of numpy's arrays and numbers."""

import numpy as np
import pytest

from kedro_nb.io import MemoryDataset
from kedro_nb.io.copying import copy_value


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
