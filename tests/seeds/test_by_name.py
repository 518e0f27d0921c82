"""Pipelines by name: both pages' `register_pipelines()`, and running what is registered from Python."""

from __future__ import annotations

import types

import pytest

from kedro_nb import RunRequest, Session, project
from kedro_nb.cli import parse_run_line
from kedro_nb.io import DataCatalog, MemoryDataset, SharedMemoryDataCatalog
from kedro_nb.pipeline import Pipeline, node, pipeline
from kedro_nb.session import core, set_session

A_FUNCTION = '''
    def register_pipelines():
        """Register the project's pipelines.

        Returns:
            A mapping from pipeline names to ``Pipeline`` objects.
        """
        pipelines = find_pipelines()
        pipelines["__default__"] = sum(pipelines.values())
        my_pipeline = pipeline(
            [
                # your definition goes here
            ]
        )
        pipelines["my_pipeline"] = my_pipeline
        return pipelines
'''
A_HOOK = '''
from kedro.framework.hooks import hook_impl


class ProjectHooks:

    @hook_impl
    def register_pipelines(self):
        """Register the project's pipelines.

        Returns:
            A mapping from a pipeline name to a ``Pipeline`` object.

        """

        data_engineering_pipeline = de.create_pipeline()
        data_science_pipeline = ds.create_pipeline()
        my_pipeline = Pipeline(
            [
                # your definition goes here
            ]
        )

        return {
            "de": data_engineering_pipeline,
            "my_pipeline": my_pipeline,
            "__default__": data_engineering_pipeline + data_science_pipeline,
        }


project_hooks = ProjectHooks()
'''
PROGRAMMATICALLY = """
from kedro.framework.project import pipelines
from kedro.io import DataCatalog
from kedro.runner import SequentialRunner

# Load your catalog configuration (e.g., from YAML)
catalog = DataCatalog.from_config(catalog_config)

pipeline = pipelines.get("__default__")
runner = SequentialRunner()

# Run the pipeline
output_dataset_names = runner.run(pipeline=pipeline, catalog=catalog)

# Load data for each output
for ds_name in output_dataset_names:
    data = catalog[ds_name].load()
"""
IN_PARALLEL = """
from kedro.framework.project import pipelines
from kedro.io import SharedMemoryDataCatalog
from kedro.runner import ParallelRunner

# Load catalog config for multiprocessing context
catalog = SharedMemoryDataCatalog.from_config(catalog_config)

pipeline = pipelines.get("__default__")
runner = ParallelRunner()

# Run the pipeline
output_dataset_names = runner.run(pipeline=pipeline, catalog=catalog)

# Load output data
for ds_name in output_dataset_names:
    data = catalog[ds_name].load()
"""
DE, DS = Pipeline([node(sum, "xs", "total")]), Pipeline([node(abs, "total", "size")])
DEFINITION = "# your definition goes here"


@pytest.fixture
def session(monkeypatch):
    """A session that holds the data, and is the current one while the test runs."""
    monkeypatch.setattr(core, "_current", None)
    monkeypatch.setattr(project.pipelines, "registry", project.pipelines.registry)
    return set_session(Session(catalog=DataCatalog({"xs": MemoryDataset([-1, -2])})))


def register_by_function(cell, session, block):
    cell.variables |= {"find_pipelines": lambda: {"de": DE, "ds": DS}, "pipeline": pipeline}
    cell(block)
    session.pipelines.update(cell("register_pipelines()"))


def register_by_hook(cell, session, block):
    cell.variables |= {
        "de": types.SimpleNamespace(create_pipeline=lambda: DE),
        "ds": types.SimpleNamespace(create_pipeline=lambda: DS),
        "Pipeline": Pipeline,
    }
    cell(block)
    session.register(cell("project_hooks"))


WAYS = pytest.mark.parametrize(
    ("register", "block"), [(register_by_function, A_FUNCTION), (register_by_hook, A_HOOK)]
)


@WAYS
def test_register_pipelines_adds_a_pipeline_by_name(cell, session, register, block):
    register(cell, session, block)
    assert {"de", "my_pipeline", "__default__"} <= set(session.pipelines)


@WAYS
def test_the_default_pipeline_runs_when_none_is_named(cell, session, register, block):
    register(cell, session, block)
    assert session.run().result().load() == {"size": 3}


@WAYS
def test_a_pipeline_runs_by_its_name(cell, session, register, block):
    cell.variables |= {"node": node}
    register(cell, session, block.replace(DEFINITION, 'node(len, "xs", "count"),'))
    assert session.run(RunRequest(pipelines=("my_pipeline",))).result().load() == {"count": 2}


@pytest.mark.parametrize("block", [PROGRAMMATICALLY, IN_PARALLEL], ids=["one by one", "in parallel"])
def test_a_registered_pipeline_runs_programmatically(cell, session, tmp_path, block):
    session.pipelines["__default__"] = DE + DS
    stored = {"type": "JSONDataset", "filepath": f"{tmp_path}/xs.json"}
    DataCatalog.from_config({"xs": stored}).save("xs", [-1, -2])
    cell.variables["catalog_config"] = {"xs": stored}
    cell(block)
    assert list(cell("output_dataset_names")) == ["size"]
    assert cell("data") == 3


def test_a_shared_memory_catalog_is_a_data_catalog():
    assert issubclass(SharedMemoryDataCatalog, DataCatalog)


@pytest.mark.parametrize("line", ["", "-r ThreadRunner", "-r ParallelRunner"])
def test_nobody_needs_to_worry_which_catalog_to_use(session, line):
    session.pipelines["__default__"] = DE + DS
    session.run(parse_run_line(line.split()).request).result()
    assert session.catalog["size"].load() == 3
