"""The errors of kedro_nb's own."""

import pickle

import pytest

from kedro_nb import errors

ERRORS = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]


@pytest.mark.parametrize("kind", ERRORS)
def test_every_error_reads_as_its_message_and_goes_to_another_process(kind):
    arrived = pickle.loads(pickle.dumps(kind("'x' is not there.")))
    assert (type(arrived), str(arrived)) == (kind, "'x' is not there.")


def test_close_names_are_offered_and_others_are_not():
    assert errors.did_you_mean("trian", ["train", "test"]) == " - did you mean one of these instead: train"
    assert errors.did_you_mean("q", ["train", "test"]) == ""
