"""MemoryDataset: any object, never shared between readers."""

import copy
import pickle
import threading

import numpy as np
import pandas as pd
import pytest

from kedro_nb.io import DatasetError, MemoryDataset


class Counted:
    """Counts how it is copied."""

    def __init__(self):
        self.copies = []

    def copy(self):
        self.copies.append("copy")
        return self

    def __deepcopy__(self, memo):
        self.copies.append("deepcopy")
        return self


def test_it_loads_what_was_saved():
    dataset = MemoryDataset()
    dataset.save([1, 2])
    assert dataset.load() == [1, 2]


def test_it_can_start_with_data_even_with_none():
    assert MemoryDataset([1]).load() == [1]
    assert MemoryDataset(None).load() is None


def test_loading_before_saving_says_so():
    with pytest.raises(DatasetError, match=r"Data for MemoryDataset has not been saved yet\."):
        MemoryDataset().load()
    with pytest.raises(DatasetError, match=r"Data for MemoryDataset has not been saved yet\."):
        MemoryDataset().borrow()


@pytest.mark.parametrize("store", ["save", "adopt"])
def test_none_cannot_be_saved(store):
    with pytest.raises(DatasetError, match="Saving 'None' to a 'Dataset' is not allowed"):
        getattr(MemoryDataset(), store)(None)


def test_it_exists_from_save_to_release():
    dataset = MemoryDataset()
    assert not dataset.exists()
    dataset.save(0)
    assert dataset.exists()
    dataset.release()
    assert not dataset.exists()


@pytest.mark.parametrize("mode", ["copy", "deepcopy"])
def test_an_explicit_copy_mode_copies_exactly_so_on_the_way_in_and_out(mode):
    data = Counted()
    dataset = MemoryDataset(copy_mode=mode)
    dataset.save(data)
    dataset.load()
    assert data.copies == [mode, mode]


def test_assign_never_copies():
    data = [1]
    dataset = MemoryDataset(copy_mode="assign")
    dataset.save(data)
    assert dataset.load() is data
    assert dataset.borrow() is data


def test_copy_is_shallow():
    inner = [1]
    assert MemoryDataset([inner], copy_mode="copy").load()[0] is inner


def test_a_shallow_copy_of_what_has_no_copy_method_is_possible():
    assert MemoryDataset((1, [2]), copy_mode="copy").load() == (1, [2])


def test_an_unknown_copy_mode_is_refused_at_once():
    with pytest.raises(
        DatasetError, match=r"Invalid copy mode: x. Possible values are: deepcopy, copy, assign"
    ):
        MemoryDataset(copy_mode="x")


def test_adopted_data_is_kept_without_a_copy():
    data = Counted()
    dataset = MemoryDataset()
    dataset.adopt(data)
    assert dataset.borrow() is data
    assert data.copies == []


def test_borrowed_data_stays_until_release():
    dataset = MemoryDataset()
    dataset.adopt(Counted())
    dataset.borrow()
    assert dataset.exists()


def test_the_last_reader_of_a_frame_cannot_spoil_it():
    dataset = MemoryDataset(pd.DataFrame({"v": [1, 2]}))
    borrowed = dataset.borrow()
    borrowed["v"] *= 2
    borrowed["w"] = 0
    del borrowed["v"]
    pd.testing.assert_frame_equal(dataset.borrow(), pd.DataFrame({"v": [1, 2]}))


@pytest.mark.skipif(pd.__version__ < "3", reason="pandas copies on write from 3 on")
def test_the_last_reader_of_a_frame_gets_it_without_its_data_being_copied():
    dataset = MemoryDataset(pd.DataFrame({"v": np.arange(1000)}))
    assert np.shares_memory(dataset.borrow()["v"].to_numpy(), dataset.peek()["v"].to_numpy())


def test_the_last_reader_of_a_frame_gets_a_full_copy_where_pandas_does_not_copy_on_write(monkeypatch):
    monkeypatch.setattr("kedro_nb.io.ownership.copies_on_write", lambda: False)
    dataset = MemoryDataset(pd.DataFrame({"v": [1, 2]}))
    dataset.borrow()["v"].array[0] = 9
    assert dataset.load()["v"].tolist() == [1, 2]


def test_an_adopted_frame_keeps_its_data_and_not_the_index_that_others_may_have():
    index = pd.Index([1, 2], name="key")
    frame = pd.DataFrame({"v": [1, 2]}, index=index)
    dataset = MemoryDataset()
    dataset.adopt(frame)
    frame.index.name = index.name = "other"
    assert dataset.peek().index.name == "key"
    assert np.shares_memory(dataset.peek()["v"].to_numpy(), frame["v"].to_numpy())


def test_a_frame_that_is_assigned_is_never_copied():
    frame = pd.DataFrame({"v": [1, 2]})
    dataset = MemoryDataset(copy_mode="assign")
    dataset.adopt(frame)
    assert dataset.borrow() is dataset.load() is frame


def test_data_can_be_looked_at_where_it_is():
    data = [1]
    dataset = MemoryDataset()
    dataset.adopt(data)
    assert dataset.peek() is data
    dataset.release()
    with pytest.raises(DatasetError, match=r"has not been saved yet"):
        dataset.peek()


def test_a_value_that_cannot_be_copied_says_what_to_do():
    with pytest.raises(DatasetError, match=r"type '_thread.lock' cannot be copied.*\n.*copy_mode='assign'"):
        MemoryDataset().save(threading.Lock())


def test_it_can_be_pickled_with_and_without_data():
    assert pickle.loads(pickle.dumps(MemoryDataset([1]))).load() == [1]
    assert not pickle.loads(pickle.dumps(MemoryDataset())).exists()
    assert not copy.deepcopy(MemoryDataset()).exists()


def test_it_shows_the_type_of_its_data_and_never_the_data():
    assert repr(MemoryDataset(["secret"])) == "kedro_nb.io.MemoryDataset(data='<list>')"
    assert repr(MemoryDataset()) == "kedro_nb.io.MemoryDataset()"


def test_it_is_marked_as_living_in_memory():
    assert MemoryDataset._EPHEMERAL
