"""Parameters in catalogs that are not ours, and in one catalog that several sessions have."""

from __future__ import annotations

import logging
import threading

import pytest
from kedro.io import DataCatalog as KedroCatalog
from kedro.io import MemoryDataset as KedroDataset

from kedro_nb.errors import RequestError
from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import Node, Pipeline
from kedro_nb.session import RunRequest, Session


class Shelf:
    """A catalog of somebody's own, that takes datasets as they are."""

    def __init__(self):
        self._shelf = {}

    def __contains__(self, name):
        return name in self._shelf

    def __iter__(self):
        return iter(self._shelf)

    def keys(self):
        return list(self._shelf)

    def __getitem__(self, name):
        return self.get(name)

    def get(self, name, fallback_to_runtime_pattern=False):
        if name not in self._shelf and fallback_to_runtime_pattern:
            self._shelf[name] = KedroDataset()
        return self._shelf.get(name)

    def __setitem__(self, name, dataset):
        self._shelf[name] = dataset

    def __delitem__(self, name):
        del self._shelf[name]

    def load(self, name):
        return self._shelf[name].load()

    def save(self, name, data):
        self._shelf[name].save(data)

    def exists(self, name):
        return name in self._shelf and self._shelf[name].exists()

    def release(self, name):
        self._shelf[name].release()

    def confirm(self, name):
        """Nothing is to be confirmed."""


READ = Pipeline([Node(lambda k: k, "params:k", "seen", name="read")])
CATALOGS = [DataCatalog, KedroCatalog, Shelf]


@pytest.fixture(params=CATALOGS, ids=lambda kind: f"{kind.__module__.split('.')[0]}.{kind.__name__}")
def catalog(request):
    return request.param()


def seen(session, catalog, **params):
    run = session.run(RunRequest(params=params), catalog=catalog, pipelines={"p": READ})
    return run.result().load()["seen"]


def refuse(k):
    raise ValueError(f"this is what I got: {k}")


@pytest.mark.parametrize("runner", ["SequentialRunner", "ThreadRunner", "ParallelRunner"])
def test_a_node_reads_the_value_of_a_parameter(catalog, runner):
    session = Session(parameters={"k": [1]})
    pipelines = {"p": Pipeline([Node(refuse, "params:k", None, name="refuse")])}
    run = session.run(RunRequest(runner=runner), catalog=catalog, pipelines=pipelines)
    with pytest.raises(ValueError, match=r"this is what I got: \[1\]"):
        run.result()


def test_a_value_for_one_run_does_not_stay_and_no_word_is_said(catalog, caplog):
    session = Session(parameters={"k": 1})
    with caplog.at_level(logging.WARNING):
        assert [seen(session, catalog, k=5), seen(session, catalog)] == [5, 1]
    assert caplog.records == []
    assert list(catalog.keys()) == ["seen"]


def test_a_parameter_that_is_removed_is_missing(catalog):
    session = Session(parameters={"k": 1})
    seen(session, catalog)
    session.parameters = {}
    with pytest.raises(RequestError, match="There is no parameter 'k'"):
        seen(session, catalog)


def test_what_the_user_has_under_the_name_is_there_again_after_the_run(catalog):
    catalog["params:k"] = KedroDataset(7)
    session = Session()
    assert [seen(session, catalog), seen(session, catalog, k=5), seen(session, catalog)] == [7, 5, 7]


def test_runs_side_by_side_on_two_catalogs_keep_their_parameters(catalog):
    begun, end = threading.Event(), threading.Event()

    def wait(k):
        begun.set()
        assert end.wait(30)
        return k

    slow = Pipeline(
        [Node(wait, "params:k", "first"), Node(lambda first, k: (first, k), ["first", "params:k"], "seen")]
    )
    session = Session(parameters={"k": 1})
    run = session.prepare(RunRequest(params={"k": 10}), catalog=catalog, pipelines={"p": slow}).start()
    assert begun.wait(30)
    assert seen(session, type(catalog)(), k=20) == 20
    end.set()
    assert run.result().load() == {"seen": (10, 10)}


def test_sessions_with_one_catalog_read_their_own_parameters_and_leave_none(catalog):
    one, other = Session(catalog, parameters={"k": 1}), Session(catalog, parameters={"k": 2})
    assert [seen(session, None) for session in (one, other, one, other)] == [1, 2, 1, 2]
    for session in (one, other):
        session.parameters = {}
        session.put_parameters()
    assert list(catalog.keys()) == ["seen"]
