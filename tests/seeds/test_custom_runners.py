"""Both pages' DryRunner, as printed: a runner of one's own."""

from __future__ import annotations

import pytest

from kedro_nb import Session
from kedro_nb.cli import parse_run_line
from kedro_nb.io import DataCatalog, MemoryDataset
from kedro_nb.pipeline import Node, Pipeline

pytestmark = pytest.mark.filterwarnings("ignore:.* is an older spelling:DeprecationWarning")

NEWER = '''
    # in src/<package_name>/runner.py
    from typing import Any, Dict
    from kedro.io import AbstractDataset, KedroDataCatalog, MemoryDataset
    from kedro.pipeline import Pipeline
    from kedro.runner.runner import AbstractRunner
    from pluggy import PluginManager


    class DryRunner(AbstractRunner):
        """``DryRunner`` is an ``AbstractRunner`` implementation. It can be used to list which
        nodes would be run without actually executing anything. It also checks if all the
        necessary data exists.
        """

        def __init__(self, is_async: bool = False, extra_dataset_patterns: Dict[str, Dict[str, Any]] = None):
            """Instantiates the runner class.

            Args:
                is_async: If True, the node inputs and outputs are loaded and saved
                    asynchronously with threads. Defaults to False.
                extra_dataset_patterns: Extra dataset factory patterns to be added to the KedroDataCatalog
                    during the run. This is used to set the default datasets.
            """
            default_dataset_pattern = {"{default}": {"type": "MemoryDataset"}}
            self._extra_dataset_patterns = extra_dataset_patterns or default_dataset_pattern
            super().__init__(is_async=is_async, extra_dataset_patterns=self._extra_dataset_patterns)

        def _run(
            self,
            pipeline: Pipeline,
            catalog: KedroDataCatalog,
            hook_manager: PluginManager = None,
            run_id: str = None,
        ) -> None:
            """The method implementing dry pipeline running.
            Example logs output using this implementation:

                kedro.runner.dry_runner - INFO - Actual run would execute 3 nodes:
                node3: identity([A]) -> [B]
                node2: identity([C]) -> [D]
                node1: identity([D]) -> [E]

            Args:
                pipeline: The ``Pipeline`` to run.
                catalog: The ``KedroDataCatalog`` from which to fetch data.
                hook_manager: The ``PluginManager`` to activate hooks.
                run_id: The id of the run.

            """
            nodes = pipeline.nodes
            self._logger.info(
                "Actual run would execute %d nodes:\\n%s",
                len(nodes),
                pipeline.describe(),
            )
            self._logger.info("Checking inputs...")
            input_names = pipeline.inputs()

            missing_inputs = [
                input_name
                for input_name in input_names
                if not catalog._get_dataset(input_name).exists()
            ]
            if missing_inputs:
                raise KeyError(f"Datasets {missing_inputs} not found.")
'''
OLDER = '''
# in <project-name>/src/<python_package>/runner.py
from kedro.io import AbstractDataSet, DataCatalog, MemoryDataSet
from kedro.pipeline import Pipeline
from kedro.runner.runner import AbstractRunner


class DryRunner(AbstractRunner):
    """``DryRunner`` is an ``AbstractRunner`` implementation. It can be used to list which
    nodes would be run without actually executing anything.
    """

    def create_default_data_set(self, ds_name: str) -> AbstractDataSet:
        """Factory method for creating the default data set for the runner.

        Args:
            ds_name: Name of the missing data set
        Returns:
            An instance of an implementation of AbstractDataSet to be used
            for all unregistered data sets.

        """
        return MemoryDataSet()

    def _run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """The method implementing dry pipeline running.
        Example logs output using this implementation:

            kedro.runner.dry_runner - INFO - Actual run would execute 3 nodes:
            node3: identity([A]) -> [B]
            node2: identity([C]) -> [D]
            node1: identity([D]) -> [E]

        Args:
            pipeline: The ``Pipeline`` to run.
            catalog: The ``DataCatalog`` from which to fetch data.

        """
        nodes = pipeline.nodes
        self._logger.info(
            "Actual run would execute %d nodes:\\n%s",
            len(nodes),
            "\\n".join(map(str, nodes)),
        )
'''


def identity(_):
    pytest.fail("a dry run executes nothing")


THREE_NODES = Pipeline(
    [
        Node(identity, "A", "B", name="node3"),
        Node(identity, "C", "D", name="node2"),
        Node(identity, "D", "E", name="node1"),
    ]
)


@pytest.fixture(params=[NEWER, OLDER], ids=["newer", "older"])
def dry_runner(request, cell):
    cell(request.param)
    return cell.variables["DryRunner"]()


def full_catalog():
    return DataCatalog({"A": MemoryDataset(1), "C": MemoryDataset(2)})


def test_the_dry_runner_lists_the_nodes_and_executes_nothing(dry_runner, lines):
    dry_runner.run(THREE_NODES, full_catalog())
    logger, message = lines()[0]
    assert logger == "kedro_nb.runner.dry_runner"
    assert message.startswith("Actual run would execute 3 nodes:\n")
    assert all(name in message for name in ("node1", "node2", "node3"))


def test_the_older_dry_runner_logs_its_nodes_in_full(cell, lines):
    cell(OLDER)
    cell.variables["DryRunner"]().run(THREE_NODES, full_catalog())
    # The page's lines; nodes that do not wait for each other go by name here, as in Kedro 1.x.
    assert lines()[0][1].splitlines() == [
        "Actual run would execute 3 nodes:",
        "node2: identity([C]) -> [D]",
        "node3: identity([A]) -> [B]",
        "node1: identity([D]) -> [E]",
    ]


def test_the_older_dry_runner_makes_the_data_sets_that_the_catalog_lacks(cell):
    cell(OLDER)
    runner, catalog, made = cell.variables["DryRunner"](), full_catalog(), []
    make = runner.create_default_data_set
    runner.create_default_data_set = lambda name: made.append(name) or make(name)
    runner.run(THREE_NODES, catalog)
    assert sorted(made) == ["B", "D", "E"]


def test_the_newer_dry_runner_checks_that_all_the_necessary_data_exists(cell, lines):
    cell(NEWER)
    catalog = full_catalog()
    catalog.release("C")
    with pytest.raises(KeyError, match=r"Datasets \['C'\] not found"):
        cell.variables["DryRunner"]().run(THREE_NODES, catalog)
    assert lines()[-1] == ("kedro_nb.runner.dry_runner", "Checking inputs...")


def test_the_newer_dry_runner_takes_patterns_for_the_datasets_that_the_catalog_lacks(cell, tmp_path):
    cell(NEWER)
    patterns = {"{name}": {"type": "PickleDataset", "filepath": f"{tmp_path}/{{name}}.pickle"}}
    catalog = full_catalog()
    cell.variables["DryRunner"](extra_dataset_patterns=patterns).run(THREE_NODES, catalog)
    assert type(catalog["E"]).__name__ == "PickleDataset"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("block", "package"), [(NEWER, "newer_package"), (OLDER, "older_package")], ids=["newer", "older"]
)
def test_the_dry_runner_is_used_through_the_runner_flag(cell, lines, monkeypatch, tmp_path, block, package):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / package).mkdir()
    cell.write(block, tmp_path / package / "runner.py")
    request = parse_run_line([f"--runner={package}.runner.DryRunner"]).request
    Session(full_catalog(), {"__default__": THREE_NODES}).run(request).result()
    assert lines()[0][1].startswith("Actual run would execute 3 nodes:\n")
