"""The hooks around a run."""

import pytest

from kedro_nb.errors import RequestError
from kedro_nb.hooks import hook_impl
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import RunRequest


class Recorder:
    def __init__(self):
        self.calls = []

    @property
    def names(self):
        return [name for name, _ in self.calls]

    @hook_impl
    def after_catalog_created(
        self, catalog, conf_catalog, conf_creds, parameters, save_version, load_versions
    ):
        self.calls.append(("after_catalog_created", locals()))

    @hook_impl
    def before_pipeline_run(self, run_params, pipeline, catalog):
        self.calls.append(("before_pipeline_run", locals()))

    @hook_impl
    def after_pipeline_run(self, run_params, run_result, pipeline, catalog):
        self.calls.append(("after_pipeline_run", locals()))

    @hook_impl
    def on_pipeline_error(self, error, run_params, pipeline, catalog):
        self.calls.append(("on_pipeline_error", locals()))

    @hook_impl
    def after_node_run(self, node):
        self.calls.append((node.name, locals()))


@pytest.fixture
def recorder(session):
    recorder = Recorder()
    session.register(recorder)
    return recorder


def test_hooks_are_called_around_a_run_and_its_nodes(session, recorder):
    session.run().result()
    assert recorder.names == [
        "after_catalog_created",
        "before_pipeline_run",
        "first",
        "second",
        "after_pipeline_run",
    ]


def test_they_are_told_of_the_catalog_of_this_run(session, recorder):
    run = session.run(RunRequest(params={"k": 2}))
    told = recorder.calls[0][1]
    assert told["catalog"]["xs"] is session.catalog["xs"]
    assert told["catalog"].load("params:k") == 2
    assert told["parameters"] == {"parameters": {"k": 2}, "params:k": 2}
    assert (told["save_version"], told["load_versions"]) == (run.id, {})


def test_they_are_told_of_the_request_under_kedros_keys(session, recorder):
    run = session.run(RunRequest(pipelines="main", tags=("early", "late"), params={"k": 2}))
    told = recorder.calls[1][1]["run_params"]
    expected = {
        "run_id": run.id,
        "session_id": run.id,
        "env": None,
        "pipeline_names": ["main"],
        "tags": ("early", "late"),
        "node_names": (),
        "runner": "SequentialRunner",
        "runtime_params": {"k": 2},
        "only_missing_outputs": False,
    }
    assert {key: told[key] for key in expected} == expected


def test_they_are_told_of_the_result(session, recorder):
    run = session.run()
    assert recorder.calls[-1][1]["run_result"] is run.result()


def test_they_are_told_of_an_error(session, recorder):
    run = session.run(RunRequest(pipelines="p"), pipelines={"p": Pipeline([node(lambda: 1 / 0, None, "a")])})
    assert recorder.names == ["after_catalog_created", "before_pipeline_run", "on_pipeline_error"]
    assert recorder.calls[-1][1]["error"] is run.error


def test_a_hook_that_fails_fails_the_run(session):
    class Broken:
        @hook_impl
        def before_pipeline_run(self):
            raise OSError("broken hook")

    session.register(Broken())
    run = session.run()
    assert (run.state, str(run.error)) == ("failed", "broken hook")


def test_the_same_hooks_registered_twice_are_called_once(session, recorder):
    session.register(recorder)
    session.run()
    assert recorder.names.count("first") == 1


def test_hooks_are_objects_and_not_classes(session):
    with pytest.raises(
        RequestError, match=r"Hooks are registered as objects: Recorder\(\) instead of Recorder"
    ):
        session.register(Recorder)


def test_a_hook_brings_its_pipelines_and_takes_none_away(session, pipeline):
    class Bringing:
        def __init__(self, name):
            self.name = name

        @hook_impl
        def register_pipelines(self):
            return {self.name: Pipeline([node(abs, "a", self.name)])}

    session.register(Bringing("one"))
    session.pipelines["one"] = pipeline
    session.register(Bringing("two"))
    assert set(session.pipelines) == {"main", "one", "two"}
    assert session.pipelines["one"] is pipeline
