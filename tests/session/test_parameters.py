"""Parameters: part of the catalog during a run, never of the next one's."""

import logging

import pytest

from kedro_nb.errors import RequestError
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import RunRequest, Session
from kedro_nb.session.parameters import entries, merge


def read(*names):
    """What a run sees under these names."""

    def show(*values):
        return dict(zip(names, values, strict=True))

    return {"p": Pipeline([node(show, list(names), "seen")])}


def seen(session, *names, **params):
    run = session.run(RunRequest(params=params), pipelines=read(*names))
    return run.result().load()["seen"]


def test_each_key_is_a_dataset_and_so_is_the_whole():
    assert entries({"a": {"b": {"c": 1}}, "d": [2]}) == {
        "parameters": {"a": {"b": {"c": 1}}, "d": [2]},
        "params:a": {"b": {"c": 1}},
        "params:a.b": {"c": 1},
        "params:a.b.c": 1,
        "params:d": [2],
    }


def test_params_are_merged_key_by_key_and_change_nothing():
    base, over = {"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 10}, "d": {"e": 4}}
    assert merge(base, over) == {"a": {"b": 10, "c": 2}, "d": {"e": 4}}
    assert base == {"a": {"b": 1, "c": 2}, "d": 3}


def test_a_run_reads_the_sessions_parameters():
    session = Session(parameters={"a": {"b": 1}})
    names = ("parameters", "params:a", "params:a.b")
    assert seen(session, *names) == {"parameters": {"a": {"b": 1}}, "params:a": {"b": 1}, "params:a.b": 1}


def test_params_go_over_them_for_one_run_only():
    session = Session(parameters={"a": {"b": 1, "c": 2}})
    assert seen(session, "params:a", a={"b": 10}) == {"params:a": {"b": 10, "c": 2}}
    assert session.catalog.load("params:a") == {"b": 1, "c": 2}
    assert seen(session, "params:a") == {"params:a": {"b": 1, "c": 2}}


def test_a_parameter_may_be_none():
    assert seen(Session(parameters={"a": None}), "params:a") == {"params:a": None}


def test_a_parameter_that_is_removed_is_gone_in_the_next_run():
    session = Session(parameters={"a": 1, "b": 2})
    seen(session, "params:a")
    session.parameters = {"b": 2}
    run = session.run(pipelines=read("params:a"))
    assert isinstance(run.error, RequestError)
    assert "There is no parameter 'a', which the pipeline reads. The only one is 'b'." in str(run.error)
    assert "--params=a=VALUE" in str(run.error)


def test_a_node_cannot_change_the_parameters():
    session = Session(parameters={"a": [1]})
    session.run(pipelines={"p": Pipeline([node(lambda a: a.append(2), "params:a", None)])}).result()
    assert session.parameters == {"a": [1]}


def test_a_pipeline_may_read_all_parameters_where_there_are_none():
    assert seen(Session(), "parameters") == {"parameters": {}}


def test_without_parameters_the_catalog_shows_none():
    session = Session()
    session.catalog["xs"] = 1
    session.run(pipelines=read("xs")).result()
    assert sorted(session.catalog) == ["seen", "xs"]


def test_entries_that_the_user_has_put_there_stay():
    session = Session()
    session.catalog["params:mine"] = 1
    assert seen(session, "params:mine") == {"params:mine": 1}
    assert seen(session, "params:mine", mine=2) == {"params:mine": 2}
    assert seen(session, "params:mine") == {"params:mine": 1}


def test_what_replaces_an_entry_of_the_session_is_not_taken_out():
    session = Session(parameters={"a": 1})
    session.put_parameters()
    session.catalog["params:a"] = 5
    session.parameters = {}
    session.put_parameters()
    assert session.catalog.load("params:a") == 5


def test_a_new_catalog_gets_the_parameters_and_the_old_one_loses_them():
    session = Session(parameters={"a": 1})
    session.put_parameters()
    old, session.catalog = session.catalog, type(session.catalog)()
    session.put_parameters()
    assert ("params:a" in old, "params:a" in session.catalog) == (False, True)


def test_putting_them_says_nothing_in_the_log(caplog):
    session = Session(parameters={"a": 1})
    with caplog.at_level(logging.WARNING):
        session.put_parameters()
        session.put_parameters()
    assert caplog.records == []


@pytest.mark.parametrize("fails", [False, True])
def test_the_catalog_shows_the_sessions_own_parameters_after_every_run(fails):
    session = Session(parameters={"a": 1})
    function = (lambda a: 1 / 0) if fails else (lambda a: None)
    session.run(RunRequest(params={"a": 2}), pipelines={"p": Pipeline([node(function, "params:a", None)])})
    assert session.catalog.load("params:a") == 1
