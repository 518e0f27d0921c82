"""The log of a run, in the wording that the pages show."""

from __future__ import annotations

import logging

import pytest

from kedro_nb.io import CSVDataset, DataCatalog, MemoryDataset
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.runner import ParallelRunner, SequentialRunner, ThreadRunner

IO, NODE = "kedro_nb.io.data_catalog", "kedro_nb.pipeline.node"
SEQUENTIAL, THREAD, PARALLEL = (
    f"kedro_nb.runner.{kind}_runner" for kind in ("sequential", "thread", "parallel")
)
# The page's lines, spelled as today: `CSVDataset` for `CSVLocalDataSet`, `;` between the names of a node, and `params:`
# where a parameter is loaded by name. Outputs are saved in the order in which the node names them.
LINES = """
kedro.io.data_catalog - INFO - Loading data from `example_iris_data` (CSVDataset)...
kedro.io.data_catalog - INFO - Loading data from `params:example_test_data_ratio` (MemoryDataset)...
kedro.pipeline.node - INFO - Running node: split_data([example_iris_data;params:example_test_data_ratio]) -> \
[example_test_x;example_test_y;example_train_x;example_train_y]
kedro.io.data_catalog - INFO - Saving data to `example_test_x` (MemoryDataset)...
kedro.io.data_catalog - INFO - Saving data to `example_test_y` (MemoryDataset)...
kedro.io.data_catalog - INFO - Saving data to `example_train_x` (MemoryDataset)...
kedro.io.data_catalog - INFO - Saving data to `example_train_y` (MemoryDataset)...
kedro.runner.sequential_runner - INFO - Completed 1 out of 4 tasks
kedro.io.data_catalog - INFO - Loading data from `example_train_x` (MemoryDataset)...
kedro.io.data_catalog - INFO - Loading data from `example_train_y` (MemoryDataset)...
kedro.io.data_catalog - INFO - Loading data from `parameters` (MemoryDataset)...
kedro.pipeline.node - INFO - Running node: train_model([example_train_x;example_train_y;parameters]) -> \
[example_model]
kedro.io.data_catalog - INFO - Saving data to `example_model` (MemoryDataset)...
kedro.runner.sequential_runner - INFO - Completed 2 out of 4 tasks
kedro.io.data_catalog - INFO - Loading data from `example_model` (MemoryDataset)...
kedro.io.data_catalog - INFO - Loading data from `example_test_x` (MemoryDataset)...
kedro.pipeline.node - INFO - Running node: predict([example_model;example_test_x]) -> [example_predictions]
kedro.io.data_catalog - INFO - Saving data to `example_predictions` (MemoryDataset)...
kedro.runner.sequential_runner - INFO - Completed 3 out of 4 tasks
kedro.io.data_catalog - INFO - Loading data from `example_predictions` (MemoryDataset)...
kedro.io.data_catalog - INFO - Loading data from `example_test_y` (MemoryDataset)...
kedro.pipeline.node - INFO - Running node: report_accuracy([example_predictions;example_test_y]) -> None
kedro.new_kedro_project.nodes.example - INFO - Model accuracy on test set: 100.00%
kedro.runner.sequential_runner - INFO - Completed 4 out of 4 tasks
kedro.runner.sequential_runner - INFO - Pipeline execution completed successfully
"""


def split_data(data, ratio):
    test = data.iloc[: int(len(data) * ratio)]
    train = data.drop(test.index)
    return test[["size"]], test["species"], train[["size"]], train["species"]


def train_model(train_x, train_y, parameters):
    """Where one kind ends: the least specimen of the other."""
    return train_x["size"][train_y == parameters["larger"]].min()


def predict(model, test_x):
    return ["large" if size >= model else "small" for size in test_x["size"]]


def report_accuracy(predictions, test_y):
    share = sum(said == is_ for said, is_ in zip(predictions, test_y, strict=True)) / len(predictions)
    logger = logging.getLogger("kedro_nb.new_kedro_project.nodes.example")
    logger.info("Model accuracy on test set: %0.2f%%", share * 100)


EXAMPLE = Pipeline(
    [
        node(
            split_data,
            ["example_iris_data", "params:example_test_data_ratio"],
            ["example_test_x", "example_test_y", "example_train_x", "example_train_y"],
        ),
        node(train_model, ["example_train_x", "example_train_y", "parameters"], "example_model"),
        node(predict, ["example_model", "example_test_x"], "example_predictions"),
        node(report_accuracy, ["example_predictions", "example_test_y"], None),
    ]
)


@pytest.fixture
def io(tmp_path):
    path = tmp_path / "iris.csv"
    path.write_text("size,species\n1,small\n7,large\n2,small\n3,small\n6,large\n5,large\n")
    return DataCatalog(
        {
            "example_iris_data": CSVDataset(filepath=str(path)),
            "params:example_test_data_ratio": MemoryDataset(0.34),
            "parameters": MemoryDataset({"larger": "large"}),
        }
    )


def printed(line):
    logger, _, message = line.split(" - ", 2)
    return logger.replace("kedro.", "kedro_nb."), message


def test_a_sequential_run_logs_the_pages_lines_in_their_order(io, lines):
    SequentialRunner().run(EXAMPLE, io)
    expected = [printed(line) for line in LINES.strip().splitlines()]
    # "Completed node: ..." is Kedro 1.x's addition to the page.
    logged = [line for line in lines() if not line[1].startswith("Completed node:")]
    logger, ending = logged.pop()
    assert (logger, ending.split(" in ")[0]) == expected.pop()  # Kedro 1.x appends " in 0.1 sec."
    assert logged == expected


@pytest.mark.parametrize(("runner", "name"), [(ThreadRunner, THREAD), (ParallelRunner, PARALLEL)])
def test_a_run_of_several_at_a_time_logs_the_same_lines_for_its_nodes(io, lines, runner, name):
    runner().run(EXAMPLE, io)
    said = set(lines())
    expected = [printed(line) for line in LINES.strip().splitlines()]
    assert {line for line in expected if line[0] in {IO, NODE}} <= said
    endings = [logger for logger, message in said if message.startswith("Pipeline execution completed")]
    assert endings == [name]


def test_an_async_run_says_so_before_it_loads(io, lines):
    SequentialRunner(is_async=True).run(EXAMPLE, io)
    logged = lines()
    first_load = (IO, "Loading data from `example_iris_data` (CSVDataset)...")
    assert logged[0] == (SEQUENTIAL, "Asynchronous mode is enabled for loading and saving data")
    assert logged.index(first_load) > 0


def test_a_run_logs_nothing_when_nobody_listens(io, caplog):
    caplog.set_level("WARNING", logger="kedro_nb")
    SequentialRunner().run(EXAMPLE, io)
    assert caplog.records == []
