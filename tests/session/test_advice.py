"""What a session says before it runs something that cannot be meant."""

import pytest

from kedro_nb.errors import RequestError
from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import node, pipeline
from kedro_nb.session import RunRequest, Session


def scale(x, factor):
    return x * factor


def session(**parameters):
    nodes = [node(scale, ["x", "params:factor"], "y", name="first"), node(abs, "y", "z", name="second")]
    return Session(DataCatalog({"x": 2}), {"p": pipeline(nodes)}, parameters)


def test_a_misspelt_parameter_is_told_with_the_closest_name():
    with pytest.warns(UserWarning, match=r"No node of this run reads the parameter 'factr'.*factor"):
        run = session(factor=3).run(RunRequest(params={"factr": 5}))
    assert run.result().load() == {"z": 6}


@pytest.mark.parametrize("params", [{"factor": 5}, {"extra": 1}])
def test_parameters_that_are_read_or_known_are_fine(params):
    assert session(factor=3, extra=0).run(RunRequest(params=params)).result()


def test_a_missing_parameter_is_not_made_by_a_pattern():
    made = session()
    made.catalog = DataCatalog.from_config({"{default}": {"type": "MemoryDataset"}})
    made.catalog["x"] = 2
    with pytest.raises(
        RequestError, match=r"There is no parameter 'factor', which the pipeline reads.*%%kedro_params"
    ):
        made.run().result()


def test_a_slice_that_begins_with_data_that_is_gone_says_who_makes_it():
    made = session(factor=3)
    made.run()
    with pytest.raises(RequestError, match="'y' is written by node 'first', which is not part of this run"):
        made.run(RunRequest(node_names=("second",)))


def test_a_slice_that_begins_with_data_that_is_there_runs():
    made = session(factor=3)
    made.catalog["y"] = -7
    assert made.run(RunRequest(node_names=("second",))).result().load() == {"z": 7}
