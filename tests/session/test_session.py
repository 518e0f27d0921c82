"""Session and Run: the one place where a run starts, and the handle that it gives back."""

import threading
import traceback

import pytest

from kedro_nb.errors import RequestError, RunCancelledError
from kedro_nb.io import DataCatalog, MemoryDataset
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.runner import SequentialRunner
from kedro_nb.runner.events import NodeFinished
from kedro_nb.session import RunProgress, RunRequest, Session


def fail(_):
    raise OSError("no luck")


FAILING = Pipeline([node(abs, "xs", "a", name="works"), node(fail, "a", "b", name="fails")])


def test_a_run_gives_the_outputs(session):
    run = session.run(RunRequest())
    assert run.result().load() == {"out": 21}
    assert run.state == "finished"
    assert run.error is None


def test_everything_has_a_default(session):
    assert session.run().result().load() == {"out": 21}


def test_a_failing_run_does_not_raise_and_its_result_does(session):
    session.pipelines["failing"] = FAILING
    run = session.run(RunRequest(pipelines="failing"))
    assert run.state == "failed"
    assert str(run.error) == "no luck"
    with pytest.raises(OSError, match="no luck"):
        run.result()


def test_the_error_begins_at_the_users_frames_however_often_it_is_raised(session):
    session.pipelines["failing"] = FAILING
    run = session.run(RunRequest(pipelines="failing"))
    for _ in range(2):
        with pytest.raises(OSError, match="no luck") as caught:
            run.result()
        names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert names == ["test_the_error_begins_at_the_users_frames_however_often_it_is_raised", "result", "fail"]


def test_a_failed_run_knows_where_to_take_it_up(session):
    session.pipelines["failing"] = FAILING
    run = session.run(RunRequest(pipelines="failing"))
    assert run.resume.nodes == ("fails",)
    assert run.resume.persisted_nodes == ("works",)


def test_a_mended_run_goes_on_with_what_is_in_the_catalog(session):
    session.pipelines["p"] = FAILING
    hint = session.run(RunRequest(pipelines="p")).resume
    session.pipelines["p"] = Pipeline([*FAILING.only_nodes("works"), node(abs, "a", "b", name="fails")])
    run = session.run(RunRequest(pipelines="p", from_nodes=hint.nodes))
    assert run.result().load() == {"b": 10}
    assert list(run.progress.nodes) == ["fails"]


def test_a_request_that_does_not_fit_is_told_at_once_and_nothing_is_run(session):
    with pytest.raises(RequestError, match="no runner 'X'"):
        session.run(RunRequest(runner="X"))
    assert session.history == []


def test_runs_are_kept_in_order_under_ids_of_their_own(session):
    runs = [session.run() for _ in range(3)]
    assert session.history == runs
    assert sorted({run.id for run in runs}) == [run.id for run in runs]


def test_a_run_knows_what_it_was_and_how_long_it_took(session):
    request = RunRequest(node_names="first")
    run = session.run(request)
    assert run.request is request
    assert [each.name for each in run.pipeline] == ["first"]
    assert run.started <= run.progress.nodes["first"].ended <= run.ended
    assert run.wait(0)


def test_a_run_reads_well(session):
    run = session.run()
    assert repr(run).startswith(f"<Run {run.id}: finished, 2 of 2 nodes, ")


def test_later_runs_plan_with_the_times_of_earlier_ones(session):
    session.run(RunRequest(runner="ThreadRunner"))
    assert session.durations.keys() == {"first", "second"}


def test_listeners_are_told_what_happens(session):
    events = []
    session.run(listeners=[events.append])
    assert [event.node.name for event in events if isinstance(event, NodeFinished)] == ["first", "second"]


def test_a_run_can_be_cancelled_from_a_listener(session):
    def stop(event):
        if isinstance(event, NodeFinished):
            session.history[-1].cancel()

    run = session.run(listeners=[stop])
    assert run.state == "cancelled"
    assert isinstance(run.error, RunCancelledError)
    assert run.resume.nodes == ("second",)
    assert run.progress.state == "cancelled"


def test_an_interrupted_run_is_a_cancelled_one(session):
    def interrupt(_):
        raise KeyboardInterrupt

    run = session.run(
        pipelines={"p": Pipeline([node(interrupt, "xs", "b")])}, request=RunRequest(pipelines="p")
    )
    assert run.state == "cancelled"
    with pytest.raises(KeyboardInterrupt):
        run.result()


def test_a_run_within_a_run_of_the_same_data_is_refused(session):
    inner = []

    def run_again(x):
        try:
            session.run(RunRequest(pipelines="p"), pipelines=pipelines)
        except RequestError as error:
            inner.append(str(error))
        return x

    pipelines = {"p": Pipeline([node(run_again, "xs", "b")])}
    session.run(RunRequest(pipelines="p"), pipelines=pipelines).result()
    assert len(inner) == 1
    assert "Both runs write 'b', and run 20" in inner[0]
    assert "is still going on (0 of 1 nodes): wait for it, or cancel it" in inner[0]
    assert "SequentialRunner().run(pipeline, DataCatalog({...}))" in inner[0]


def test_a_node_can_run_a_pipeline_with_a_runner_of_its_own(session):
    def run_inner(x):
        inner = Pipeline([node(abs, "y", "z")])
        return SequentialRunner().run(inner, DataCatalog({"y": -x})).load()["z"]

    run = session.run(RunRequest(pipelines="p"), pipelines={"p": Pipeline([node(run_inner, "xs", "b")])})
    assert run.result().load() == {"b": 10}


def test_a_failed_node_can_be_run_again_on_what_it_was_given(session):
    class Unique:
        def __init__(self):
            self.items = [1]

    def spoil(unique):
        unique.items.clear()
        raise OSError("no luck")

    nodes = [node(Unique, None, "unique", name="make"), node(spoil, "unique", "b", name="spoil")]
    run = session.run(RunRequest(pipelines="p"), pipelines={"p": Pipeline(nodes)})
    assert run.resume.nodes == ("spoil",)
    assert session.catalog.load("unique").items == [1]


def test_runners_found_elsewhere_can_be_asked_for_after_those_that_are_registered(session):
    class Mine(SequentialRunner):
        pass

    class Registered(SequentialRunner):
        pass

    session.runners["registered"] = Registered
    found = {"mine": Mine, "registered": Mine}
    for name, cls in (("mine", "Mine"), ("registered", "Registered")):
        assert session.run(RunRequest(runner=name), runners=found).progress.runner == cls
    assert list(session.runners) == ["registered"]


def test_a_run_can_be_waited_for_from_another_thread(session):
    begun, go_on, seen = threading.Event(), threading.Event(), []

    def hold(x):
        begun.set()
        go_on.wait(20)
        return x

    def watch():
        begun.wait(20)
        run = session.history[-1]
        seen.append((run.state, run.wait(0)))
        go_on.set()
        seen.append(run.result().load())

    watcher = threading.Thread(target=watch)
    watcher.start()
    session.run(RunRequest(pipelines="p"), pipelines={"p": Pipeline([node(hold, "xs", "b")])})
    watcher.join()
    assert seen == [("running", False), {"b": 10}]


def test_the_next_run_lets_go_of_the_data_in_the_frames_of_an_older_error(session):
    session.pipelines["failing"] = FAILING
    failed = session.run(RunRequest(pipelines="failing"))
    session.run(RunRequest(pipelines="main"))
    assert failed.error.__traceback__ is None
    assert str(failed.error) == "no luck"


def test_another_catalog_can_be_used_for_one_run(session):
    other = DataCatalog({"xs": 100})
    assert session.run(catalog=other).result().load() == {"out": 201}
    assert "out" not in session.catalog


def test_only_missing_outputs_skips_what_is_stored(session, tmp_path):
    session.catalog = DataCatalog.from_config(
        {"middle": {"type": "JSONDataset", "filepath": str(tmp_path / "middle.json")}}
    )
    session.catalog["xs"] = 10
    session.run().result()
    run = session.run(RunRequest(to_nodes="first", only_missing_outputs=True))
    assert run.progress.nodes["first"].state == "skipped"


def test_the_progress_given_as_a_listener_is_the_runs_own_twin(session):
    progress = RunProgress()
    run = session.run(listeners=[progress])
    assert {name: each.state for name, each in progress.nodes.items()} == {
        name: each.state for name, each in run.progress.nodes.items()
    }


def test_sessions_do_not_share_anything():
    one, other = Session(), Session()
    one.catalog["a"] = 1
    one.parameters["a"] = 1
    one.pipelines["a"] = FAILING
    assert ("a" in other.catalog, other.parameters, dict(other.pipelines)) == (False, {}, {})


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (RunRequest(pipelines="needy"), "'nothing'"),
        (RunRequest(pipelines="parameter"), "parameter 'missing'"),
        (RunRequest(runner="ParallelRunner", pipelines="single"), "works in one process only"),
    ],
)
def test_what_a_run_would_refuse_can_be_asked_before(session, request_, why):
    class Single(MemoryDataset):
        _SINGLE_PROCESS = True

    session.catalog["single"] = Single(1)
    pipelines = {
        "needy": Pipeline([node(abs, "nothing", "b")]),
        "parameter": Pipeline([node(abs, "params:missing", "b")]),
        "single": Pipeline([node(abs, "single", "b")]),
    }
    with pytest.raises(Exception, match=why):
        session.prepare(request_, pipelines=pipelines).check()
    assert list(session.history) == []
    assert "b" not in session.catalog


def test_asking_changes_nothing(session):
    before = list(session.catalog)
    run = session.prepare(RunRequest(params={"k": 5}))
    run.check()
    assert (run.state, list(session.catalog)) == ("waiting", before)
