"""From a runner's name to a runner."""

import sys
import types

import pytest

from kedro_nb.errors import RequestError
from kedro_nb.runner import AbstractRunner, DryRunner, ParallelRunner, SequentialRunner, ThreadRunner
from kedro_nb.session import RunRequest
from kedro_nb.session import runners as module
from kedro_nb.session.runners import find_runner, make_runner


class MyRunner(AbstractRunner):
    def __init__(self, is_async=False, speed=1):
        super().__init__(is_async)
        self.speed = speed


@pytest.fixture
def a_module(monkeypatch):
    found = types.ModuleType("a_module")
    found.MyRunner, found.number, found.AbstractRunner = MyRunner, 3, AbstractRunner
    monkeypatch.setitem(sys.modules, "a_module", found)
    return found


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("SequentialRunner", SequentialRunner),
        ("ThreadRunner", ThreadRunner),
        ("ParallelRunner", ParallelRunner),
        ("kedro.runner.ParallelRunner", ParallelRunner),
        ("DryRunner", DryRunner),
        ("kedro.runner.ThreadRunner", ThreadRunner),
        ("kedro_nb.runner.ThreadRunner", ThreadRunner),
        ("kedro_nb.runner.thread.ThreadRunner", ThreadRunner),
        ("a_module.MyRunner", MyRunner),
        ("mine", MyRunner),
    ],
)
@pytest.mark.usefixtures("a_module")
def test_a_runner_is_found_by_name_by_path_and_where_it_is_registered(name, cls):
    assert find_runner(name, {"mine": MyRunner}) is cls


def test_a_registered_runner_goes_before_a_built_in_one():
    assert find_runner("ThreadRunner", {"ThreadRunner": MyRunner}) is MyRunner


def entry(monkeypatch, load):
    offered = types.SimpleNamespace(name="theirs", value="package:Runner", load=load)
    monkeypatch.setattr(module, "_offered", lambda: {"theirs": offered})


def test_a_package_can_offer_a_runner(monkeypatch):
    entry(monkeypatch, lambda: MyRunner)
    assert find_runner("theirs", {}) is MyRunner


def test_an_offered_runner_that_cannot_be_imported_is_told(monkeypatch):
    def load():
        raise ImportError("no dask")

    entry(monkeypatch, load)
    with pytest.raises(
        RequestError,
        match="'theirs' comes from package:Runner, which cannot be imported: ImportError: no dask",
    ):
        find_runner("theirs", {})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "ThreedRunner",
            "There is no runner 'ThreedRunner' - did you mean one of these instead: ThreadRunner",
        ),
        ("X", "There are: DryRunner, ParallelRunner, SequentialRunner, ThreadRunner, mine."),
        ("X", "as in package.module.MyRunner"),
        ("nowhere.Runner", "There is no module 'nowhere', so runner 'nowhere.Runner' cannot be found"),
        (
            "a_module.MyRuner",
            "no runner 'MyRuner' in module a_module - did you mean one of these instead: MyRunner",
        ),
        ("a_module.number", "'a_module.number' is a 'int', and that is not a runner"),
        ("a_module.AbstractRunner", "the base of all runners: make a subclass"),
        (
            "collections.OrderedDict",
            "'collections.OrderedDict' is the class OrderedDict, and that is not a runner",
        ),
        ("broken.Runner", "Runner 'broken.Runner' cannot be imported: ZeroDivisionError"),
    ],
)
@pytest.mark.usefixtures("a_module")
def test_what_is_no_runner_is_told(name, message, tmp_path, monkeypatch):
    (tmp_path / "broken.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RequestError) as caught:
        find_runner(name, {"mine": MyRunner})
    assert message in str(caught.value)


def test_a_runner_of_kedro_itself_is_told(monkeypatch):
    class Runner:
        __module__ = "kedro.runner.runner"

    theirs = types.ModuleType("theirs")
    theirs.Runner = Runner
    monkeypatch.setitem(sys.modules, "theirs", theirs)
    with pytest.raises(
        RequestError, match=r"a runner of kedro itself: import AbstractRunner from kedro_nb.runner"
    ):
        find_runner("theirs.Runner", {})


def test_runner_params_are_the_arguments_of_the_runner():
    runner = make_runner(
        RunRequest(runner="mine", runner_params={"speed": 3}, is_async=True), {"mine": MyRunner}
    )
    assert (runner.speed, runner._is_async) == (3, True)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            RunRequest(runner="mine", runner_params={"sped": 3}),
            "no argument 'sped' of MyRunner (--runner-params) - did you mean one of these instead: speed",
        ),
        (
            RunRequest(runner="ThreadRunner", runner_params={"max_workers": 0}),
            "ThreadRunner(max_workers=0) cannot be made: max_workers should be positive",
        ),
        (
            RunRequest(is_async=True, runner_params={"is_async": False}),
            "--async and --runner-params=is_async=False contradict",
        ),
    ],
)
def test_arguments_that_do_not_fit_are_told(request_, message):
    with pytest.raises(RequestError) as caught:
        make_runner(request_, {"mine": MyRunner})
    assert message in str(caught.value)


def test_async_is_refused_for_a_runner_that_does_not_take_it():
    class Plain(AbstractRunner):
        def __init__(self):
            super().__init__()

    with pytest.raises(RequestError, match="no argument 'is_async' of Plain"):
        make_runner(RunRequest(runner="plain", is_async=True), {"plain": Plain})
