"""RunRequest: plain data with a default for everything."""

import dataclasses

import pytest

from kedro_nb.errors import RequestError
from kedro_nb.session import RunRequest


def test_every_field_has_a_default():
    assert RunRequest() == RunRequest(pipelines=(), runner="SequentialRunner", params={}, tags=())


def test_it_does_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        RunRequest().runner = "ThreadRunner"


@pytest.mark.parametrize("names", ["train", ["train"], ("train",)])
def test_one_name_may_be_given_as_text_and_several_as_any_sequence(names):
    assert RunRequest(node_names=names).node_names == ("train",)


@pytest.mark.parametrize("names", [3, ["a", 3], [None]])
def test_names_are_text(names):
    with pytest.raises(RequestError, match=r"tags takes names, and (3|None) is a"):
        RunRequest(tags=names)


@pytest.mark.parametrize("field", ["params", "runner_params", "load_versions"])
def test_mappings_are_mappings(field):
    with pytest.raises(RequestError, match=f"{field} is a mapping, and not 'a=1'"):
        RunRequest(**{field: "a=1"})
