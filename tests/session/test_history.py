"""The runs of a session: numbered, found again, and without the data of earlier ones."""

from __future__ import annotations

import gc
import weakref

import pytest

from kedro_nb.errors import RequestError
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import Run, RunRequest, Session, history
from kedro_nb.session.history import PastRun, record_of
from kedro_nb.session.records.record import record


class Data:
    """Something large, of which one can tell how often it is there."""

    alive = weakref.WeakSet()

    def __new__(cls):
        made = super().__new__(cls)
        cls.alive.add(made)
        return made


def fail(x):
    held = Data()
    fail.held = weakref.ref(held)
    raise ValueError("no")


@pytest.fixture
def three(session):
    """The session after three runs: finished, failed, finished."""
    session.run()
    session.pipelines["bad"] = Pipeline([node(fail, "xs", "y", name="fails")])
    session.run(RunRequest(pipelines="bad"))
    session.run(RunRequest(pipelines="main", node_names="first"))
    return session


def test_the_last_run_is_itself_and_earlier_ones_their_records(three):
    assert [type(run) for run in three.history] == [PastRun, PastRun, Run]
    assert [run.state for run in three.history] == ["finished", "failed", "finished"]
    assert three.history.last is three.history[-1]


def test_a_kept_record_is_what_it_was(session):
    run = session.run(RunRequest(params={"k": 5}))
    before = record(run)
    session.run()
    assert record_of(session.history[0]) == before


def test_parameters_that_are_changed_in_place_later_are_what_they_were(session):
    session.parameters["model"] = {"depth": 3}
    run = session.run()
    session.parameters["model"]["depth"] = 4
    session.run()
    assert record(run)["parameters"]["model"] == {"depth": 3}
    assert [change.after for change in session.compare(1, 2).parameters] == ["4"]


def test_a_past_run_looks_like_the_run(session):
    run = session.run()
    shown = repr(run)
    session.run()
    assert repr(session.history[0]) == shown
    assert session.history[0] == run


def test_whoever_has_a_run_can_go_on_using_it(session):
    run = session.run()
    session.run(RunRequest(params={"k": 100}))
    assert list(run.result()) == ["out"]
    assert record(run)["parameters"] == {"k": 1}


@pytest.mark.parametrize("which", [2, "2", -2, "-2"])
def test_a_run_is_found_by_its_number(three, which):
    assert three.history.find(which) is three.history[1]
    assert three.history.number(three.history[1]) == 2


def test_a_run_is_found_by_its_id_and_by_a_part_of_it(three):
    run = three.history[1]
    assert three.history.find(run.id) is run
    assert three.history.find(run.id[-9:]) is run
    assert three.history.find(run) is run


@pytest.mark.parametrize(
    ("which", "told"),
    [
        (4, "There is no run 4. There are 1 to 3, the last of which, or -1, is 2"),
        (0, "There is no run 0."),
        (-4, "There is no run -4."),
        ("abc", "There is no run 'abc'."),
        ("", "There is no run ''."),
        ("T", "'T' fits 3 runs"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(three, which, told):
    with pytest.raises(RequestError) as raised:
        three.history.find(which)
    assert told in str(raised.value)


def test_before_the_first_run_there_is_none_to_find(session):
    with pytest.raises(RequestError, match="Nothing has run in this session yet"):
        session.history.find(-1)


def test_earlier_runs_hold_no_data(session):
    session.pipelines["make"] = Pipeline([node(lambda xs: Data(), "xs", "made", name="make")])
    there = []
    for _ in range(3):
        session.run(RunRequest(pipelines="make"))
        gc.collect()
        there.append(len(Data.alive))
    assert there[0] == there[1] == there[2] > 0  # what the last one has made is in the catalog


def test_the_frames_of_an_earlier_failure_hold_no_data(three):
    gc.collect()
    assert fail.held() is None


def test_of_very_many_runs_the_last_are_known_under_their_numbers(session, monkeypatch):
    monkeypatch.setattr(history, "_MOST_RUNS", 3)
    for _ in range(5):
        session.run()
    assert len(session.history) == 3
    assert session.history.number(session.history[0]) == 3
    assert session.history.find(5) is session.history[-1]
    with pytest.raises(RequestError, match="There are 3 to 5"):
        session.history.find(2)


def test_a_hundred_runs_take_little_room(session):
    for _ in range(100):
        session.run()
    assert sum(len(run._packed) for run in session.history[:-1]) < 100 * 1_500


def test_what_cannot_be_recorded_is_no_reason_for_a_run_to_fail(session, caplog, monkeypatch):
    monkeypatch.setattr(history, "remember_parameters", lambda run: 1 / 0)
    monkeypatch.setattr(history, "record", lambda run: 1 / 0)
    for _ in range(2):
        assert session.run().state == "finished"
    assert record_of(session.history[0])["nodes"] == []
    assert "cannot be kept" in caplog.text


def test_a_run_expects_the_time_of_the_last_one_of_the_same_nodes_with_the_same_runner(session):
    assert session.prepare().expected is None
    first = session.run()
    assert session.prepare().expected == first.progress.elapsed
    assert session.prepare(RunRequest(params={"k": 7})).expected == first.progress.elapsed
    assert session.prepare(RunRequest(runner="ThreadRunner")).expected is None
    assert session.prepare(RunRequest(node_names="first")).expected is None


def test_a_run_that_failed_tells_nothing_of_the_time_to_expect(three):
    assert three.prepare(RunRequest(pipelines="bad")).expected is None


def test_neither_does_one_that_skipped_nodes(session, tmp_path):
    session.catalog.add_entries(
        {"out": {"type": "pickle.PickleDataset", "filepath": str(tmp_path / "m.pkl")}}
    )
    before = session.run()
    session.run(RunRequest(only_missing_outputs=True))
    assert session.prepare().expected == before.progress.elapsed


def test_a_runs_code_is_that_of_its_beginning():
    first, second = {"__name__": "cell"}, {"__name__": "cell"}
    exec("def work(x):\n    return 1", first)
    exec("def work(x):\n    return 2", second)
    session = Session(catalog=None, pipelines={"p": Pipeline([node(first["work"], "x", "y", name="n")])})
    session.catalog["x"] = 1
    run = session.run()
    run.pipeline.nodes[0].func = second["work"]
    assert session.run().code != run.code
