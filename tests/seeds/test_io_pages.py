"""Running pipelines, with IO and to a file: the blocks that both pages share, in their order."""

from __future__ import annotations

import os
import pickle

import pytest

from kedro_nb.io import DataCatalog, LambdaDataset, MemoryDataset
from kedro_nb.runner import SequentialRunner

pytestmark = pytest.mark.filterwarnings("ignore:.* is an older spelling:DeprecationWarning")

SAVE_AND_LOAD = """
def save(value):
    with open("./data/07_model_output/variance.pickle", "wb") as f:
        pickle.dump(value, f)


def load():
    with open("./data/07_model_output/variance.pickle", "rb") as f:
        return pickle.load(f)


pickler = LambdaDataSet(load=load, save=save)
io.add("v", pickler)
"""
RUN = """
SequentialRunner().run(pipeline, catalog=io)
"""
CATALOGS = {
    "newer": """
    io = KedroDataCatalog(dict(xs=MemoryDataset()))
    """,
    "older": """
    io = DataCatalog(dict(xs=MemoryDataSet()))
    """,
}


@pytest.fixture(params=CATALOGS)
def io_cell(request, cell, monkeypatch, tmp_path):
    """A notebook with the page's imports (which it leaves out) and its catalog, in a folder with its data folder."""
    import kedro_nb.io

    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/07_model_output").mkdir(parents=True)
    for name in ("KedroDataCatalog", "DataCatalog", "MemoryDataset", "MemoryDataSet", "LambdaDataSet"):
        cell.variables[name] = getattr(kedro_nb.io, name)
    cell.variables |= {"SequentialRunner": SequentialRunner, "pickle": pickle, "os": os}
    cell(CATALOGS[request.param])
    return cell


def test_the_inputs_of_a_pipeline_can_be_checked(cell):
    assert repr(cell("pipeline.inputs()")) == "{'xs'}"


def test_the_outputs_of_a_pipeline_can_be_checked(cell):
    assert repr(cell("pipeline.outputs()")) == "{'v'}"


def test_the_catalog_lists_its_datasets(io_cell):
    assert repr(io_cell("io.list()")) == "['xs']"


def test_a_run_on_saved_inputs_shows_its_output(io_cell):
    io_cell('io.save("xs", [1, 2, 3])')
    assert repr(io_cell(RUN)) == "{'v': 0.666666666666667}"


def test_a_lambda_dataset_serialises_to_a_file(io_cell):
    io_cell(SAVE_AND_LOAD)
    io_cell('io.save("v", 5)')
    assert repr(io_cell('io.load("v")')) == "5"
    assert os.path.getsize("./data/07_model_output/variance.pickle")


def test_an_output_can_be_given_a_file_after_a_first_run(io_cell):
    io_cell('io.save("xs", [1, 2, 3])')
    io_cell(RUN)
    io_cell(SAVE_AND_LOAD)
    io_cell('io.save("v", 5)')
    assert repr(io_cell('io.load("v")')) == "5"


def test_a_persisted_output_is_not_seen_directly_and_can_be_retrieved_from_the_catalog(io_cell):
    io_cell('io.save("xs", [1, 2, 3])')
    io_cell(SAVE_AND_LOAD)
    result = io_cell(RUN)
    # The older page shows `{}` here. The newer page has every output's name in the result, whatever the catalog.
    assert list(result) == ["v"]
    assert "LambdaDataset" in repr(result)
    assert "0.66" not in repr(result)
    assert repr(io_cell('io.load("v")')) == "0.666666666666667"


def test_showing_a_result_reads_no_file(io_cell):
    io_cell('io.save("xs", [1, 2, 3])')
    io_cell(SAVE_AND_LOAD)
    result = io_cell(RUN)
    os.remove("./data/07_model_output/variance.pickle")
    assert "LambdaDataset" in repr(result)


def test_the_name_in_the_catalog_has_to_match_the_one_in_the_pipeline(io_cell):
    io_cell('io.save("xs", [1, 2, 3])')
    io_cell(SAVE_AND_LOAD.replace('"v"', '"variance"'))
    assert repr(io_cell(RUN)) == "{'v': 0.666666666666667}"
    assert not os.path.exists("./data/07_model_output/variance.pickle")


@pytest.mark.parametrize("saved", [True, False])
def test_the_pages_clean_up_after_themselves(io_cell, saved):
    if saved:
        io_cell(SAVE_AND_LOAD)
        io_cell('io.save("v", 5)')
    io_cell("""
    try:
        os.remove("./data/07_model_output/variance.pickle")
    except FileNotFoundError:
        pass
    """)
    assert os.listdir("./data/07_model_output") == []


def test_the_catalog_decides_where_inputs_come_from_and_where_intermediate_data_and_outputs_go(cell):
    stored = {"n": None, "v": None}
    io = DataCatalog(
        {
            "xs": LambdaDataset(load=lambda: [1, 2, 3], save=None),
            "n": LambdaDataset(load=lambda: stored["n"], save=lambda value: stored.update(n=value)),
            "v": LambdaDataset(load=lambda: stored["v"], save=lambda value: stored.update(v=value)),
        }
    )
    SequentialRunner().run(cell.variables["pipeline"], catalog=io)
    assert stored == {"n": 3, "v": pytest.approx(2 / 3)}


def test_the_functions_of_a_pipeline_stay_pure(cell):
    given = [1, 2, 3]
    io = DataCatalog({"xs": MemoryDataset(given)})
    SequentialRunner().run(cell.variables["pipeline"], catalog=io)
    assert io.load("xs") == given == [1, 2, 3]
