"""MemoryDataset: any object, never shared between readers."""

import copy
import pickle
import threading

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
