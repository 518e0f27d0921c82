"""However a run ends, its session goes on: nothing is in the way of the next run, and nobody is told half of it."""

import asyncio
import gc
import os
import signal
import threading
import weakref

import pytest

from kedro_nb.errors import RunCancelledError
from kedro_nb.hooks import hook_impl
from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.runner import SequentialRunner
from kedro_nb.session import RunRequest, Session

RUNNERS = {
    "sequential": {},
    "async": {"is_async": True},
    "thread": {"runner": "ThreadRunner"},
    "parallel": {"runner": "ParallelRunner"},
}


def interrupt(*_args):
    os.kill(os.getpid(), signal.SIGINT)


def leave(_):
    raise SystemExit(3)


def test_an_interrupt_in_a_hook_is_raised_there_and_ends_the_run(session):
    class Hooks:
        @hook_impl
        def before_pipeline_run(self):
            interrupt()
            passed.append(True)

    passed, hooks = [], Hooks()
    session.register(hooks)
    run = session.run()
    assert (run.state, run.progress.state, passed) == ("cancelled", "cancelled", [])
    session.hook_manager.unregister(hooks)
    assert session.run().state == "finished"


def test_an_interrupt_while_the_run_is_being_begun_stops_it_before_its_first_node(session):
    unwatch = session.when_a_run_begins(interrupt)
    run = session.run()
    unwatch()
    assert (run.state, run.progress.done, run.progress.state) == ("cancelled", 0, "cancelled")
    assert session.run().state == "finished"


def test_two_interrupts_while_the_run_is_being_begun_leave_nothing_in_the_way(session, monkeypatch):
    def add(_run):
        interrupt()
        interrupt()

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(session.history, "add", add)
    with pytest.raises(KeyboardInterrupt):
        session.run()
    monkeypatch.undo()
    assert signal.getsignal(signal.SIGINT) is before
    assert session.run().state == "finished"


def test_an_interrupt_while_a_run_is_wound_up_comes_after_it(session, monkeypatch):
    put = session.put_parameters
    monkeypatch.setattr(session, "put_parameters", lambda: (interrupt(), put()))
    run = session.prepare()
    with pytest.raises(KeyboardInterrupt):
        run.execute()
    assert (run.state, run.over) == ("finished", True)


def test_a_hook_that_fails_after_the_last_node_fails_the_run_for_whoever_looks_at_its_progress(session):
    class Hooks:
        @hook_impl
        def after_pipeline_run(self):
            raise OSError("no luck")

    session.register(Hooks())
    run = session.run()
    assert (run.state, run.progress.state) == ("failed", "failed")
    assert str(run.progress.error) == "no luck"


@pytest.mark.parametrize("request_", RUNNERS.values(), ids=RUNNERS)
def test_a_node_that_wants_to_leave_the_process_fails_the_run(session, request_):
    pipelines = {"p": Pipeline([node(leave, "xs", "b")])}
    run = session.run(RunRequest(pipelines="p", **request_), pipelines=pipelines)
    assert (run.state, run.progress.state) == ("failed", "failed")
    with pytest.raises(SystemExit):
        run.result()


def test_whoever_fails_when_called_at_the_end_keeps_nobody_else_from_being_called(session, caplog):
    run, calls = session.prepare(), []
    run.when_over(lambda: 1 / 0)
    run.when_over(lambda: calls.append(run.state))
    assert run.execute().result().load() == {"out": 21}
    assert calls == ["finished"]
    assert "has failed" in caplog.text


def test_a_run_that_no_thread_can_be_started_for_has_failed(session, monkeypatch):
    def start(_self):
        raise RuntimeError("can't start new thread")

    run = session.prepare()
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        run.start()
    with pytest.raises(RuntimeError, match="can't start new thread"):
        run.result()
    assert session.run().state == "finished"


@pytest.mark.parametrize("request_", RUNNERS.values(), ids=RUNNERS)
def test_a_run_that_is_over_keeps_no_data_but_its_outputs(request_):
    class Data(list):
        """Can be watched."""

    session = Session(DataCatalog(), {"p": Pipeline([node(len, "data", "n")])})
    data = Data([1, 2])
    session.catalog["data"] = data
    seen = weakref.ref(session.catalog["data"])
    run = session.run(RunRequest(pipelines="p", **request_))
    assert run.result().load() == {"n": 2}
    del session.catalog["data"]
    gc.collect()
    assert seen() is None


def test_a_cancelled_run_that_has_not_begun_runs_no_node(session):
    run = session.prepare()
    run.cancel()
    assert run.execute().state == "cancelled"
    assert isinstance(run.error, RunCancelledError)
    assert run.progress.done == 0


def test_a_runner_that_does_it_all_itself_is_interrupted_by_the_first_interrupt(session):
    class Own(SequentialRunner):
        def _run(self, pipeline, catalog):
            interrupt()
            passed.append(True)

    passed = []
    run = session.run(RunRequest(runner="own"), runners={"own": Own})
    assert (run.state, passed) == ("cancelled", [])


def test_nobody_waits_for_the_result_of_a_run_that_has_not_begun(session):
    run = session.prepare()
    with pytest.raises(RuntimeError, match=r"has not begun: begin it with execute\(\)"):
        run.result()
    with pytest.raises(RuntimeError, match="has not begun"):
        asyncio.run(asyncio.wait_for(run, 1))
    assert run.execute().result().load() == {"out": 21}


def test_a_run_goes_on_when_whoever_awaits_it_is_cancelled(session):
    go_on, pipelines = threading.Event(), {}
    pipelines["p"] = Pipeline([node(lambda x: go_on.wait(20) and x, "xs", "b")])
    run = session.prepare(RunRequest(pipelines="p"), pipelines=pipelines).start()
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(run, 0.05))
    go_on.set()
    assert run.result().load() == {"b": 10}
