"""AbstractDataset: errors of a dataset's own methods reach the user with the dataset's name."""

import inspect

import pytest
from kedro_datasets.pickle import PickleDataset as KedroPickleDataset

from kedro_nb.io import AbstractDataset, DatasetError, MemoryDataset, is_dataset


class Broken(AbstractDataset):
    def __init__(self, where, retries=3):
        self.where = where

    def load(self):
        raise KeyError("boom")

    def save(self, data):
        raise OSError("disk full")

    def _describe(self):
        return {"where": self.where, "unset": None}

    def _exists(self):
        raise OSError("no network")

    def _release(self):
        raise OSError("no network")


class Underscored(AbstractDataset):
    def _load(self):
        return self.data

    def _save(self, data):
        if data == "bad":
            raise ValueError("bad data")
        self.data = data


@pytest.mark.parametrize(
    ("call", "message", "cause"),
    [
        (
            lambda d: d.load(),
            "Failed while loading data from dataset .*Broken\\(where='x'\\).\n'boom'",
            KeyError,
        ),
        (
            lambda d: d.save(1),
            "Failed while saving data to dataset .*Broken\\(where='x'\\).\ndisk full",
            OSError,
        ),
        (lambda d: d.exists(), "Failed during exists check for dataset .*Broken.*\nno network", OSError),
        (lambda d: d.release(), "Failed during release for dataset .*Broken.*\nno network", OSError),
    ],
    ids=["load", "save", "exists", "release"],
)
def test_a_foreign_error_becomes_a_dataset_error_that_names_the_dataset(call, message, cause):
    with pytest.raises(DatasetError, match=message) as caught:
        call(Broken("x"))
    assert isinstance(caught.value.__cause__, cause)


def test_saving_none_is_refused_before_the_dataset_sees_it():
    with pytest.raises(DatasetError, match=r"^Saving 'None' to a 'Dataset' is not allowed$"):
        Broken("x").save(None)


def test_load_and_save_may_be_spelled_with_an_underscore():
    dataset = Underscored()
    dataset.save(5)
    assert dataset.load() == 5
    with pytest.raises(DatasetError, match="Failed while saving"):
        dataset.save("bad")


def test_a_subclass_that_calls_its_parent_names_the_dataset_once():
    class Child(Broken):
        def load(self):
            return super().load()

    with pytest.raises(DatasetError) as caught:
        Child("x").load()
    assert str(caught.value).count("Failed while loading") == 1


def test_a_dataset_that_cannot_describe_itself_still_reports_its_error():
    class Shy(Broken):
        def _describe(self):
            raise AttributeError("too early")

    with pytest.raises(DatasetError, match="boom"):
        Shy("x").load()


def test_a_dataset_without_exists_warns_in_the_log_and_is_taken_as_missing(caplog):
    assert Underscored().exists() is False
    assert "'exists()' not implemented for 'Underscored'" in caplog.text


def test_load_and_save_must_be_defined():
    class Half(AbstractDataset):
        def load(self):
            return 1

    with pytest.raises(TypeError, match="abstract"):
        Half()


def test_a_dataset_tells_the_arguments_it_was_made_with():
    class Outer(Broken):
        def __init__(self, folder, **options):
            super().__init__(f"{folder}/x")

    name = Outer.__qualname__
    assert Broken("x", retries=1)._init_config() == {"type": f"{__name__}.Broken", "where": "x", "retries": 1}
    assert Outer("f", deep=True)._init_config() == {"type": f"{__name__}.{name}", "folder": "f", "deep": True}


def test_the_signature_of_a_subclass_stays_readable():
    assert str(inspect.signature(Broken)) == "(where, retries=3)"


def test_datasets_are_known_by_what_they_do_and_not_by_inheritance(tmp_path):
    class Anything:
        def __getattr__(self, name):
            return lambda *args: None

    assert is_dataset(MemoryDataset())
    assert is_dataset(KedroPickleDataset(filepath=str(tmp_path / "x")))
    assert not is_dataset(MemoryDataset)
    assert not is_dataset(Anything())
    assert not is_dataset({"load": 1})


def test_a_generic_spelling_of_the_base_class_works():
    class Typed(AbstractDataset[int, int]):
        def load(self):
            return 1

        def save(self, data):
            pass

    assert Typed().load() == 1
