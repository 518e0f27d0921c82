"""Runs, loads and looks in a long session see what is in the files now, and data in memory stays."""

from __future__ import annotations

import time
from pathlib import Path

import kedro.io
import pytest

from kedro_nb.io import (
    CachedDataset,
    DataCatalog,
    JSONDataset,
    LambdaDataset,
    MemoryDataset,
    SharedMemoryDataset,
    Version,
)
from kedro_nb.io.config import build_dataset
from kedro_nb.notebook.catalog_table import catalog_row
from kedro_nb.notebook.panel.data import look
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import RunRequest, Session
from kedro_nb.session.data import load_fresh, save_anew

from .fresh_data import CACHED, JSON, KINDS, OF_KEDRO, Folder, InTheObject, Place, shown

LOCAL = {"sequential": {}, "async": {"is_async": True}, "thread": {"runner": "ThreadRunner"}}
METHODS = ("fork", "spawn", "forkserver")
WAYS = ("entry", "pattern", "object")


@pytest.fixture(autouse=True)
def classes_that_workers_can_import(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[1])


EVERYWHERE = (
    "incremental",
    "versioned",
    "kedro file",
    "listed file",
    "around",
)  # kinds to try under all runners


def cases(kinds=KINDS, hows=(*LOCAL, *METHODS)):
    """Every kind of dataset, every way into the catalog, and the runners that can use it."""
    return [
        pytest.param(kind, way, how, id=f"{kind}-{way}-{how}")
        for kind in kinds
        for way in WAYS
        for how in _hows(kind, way)
        if how in hows
    ]


def _hows(kind, way):
    if (kind, way) == ("folder", "object"):
        return ()  # without `_release` it keeps what it remembers
    if way == "pattern":
        return ("sequential",)
    hows = (*LOCAL, *METHODS) if way == "entry" and kind in EVERYWHERE else ("sequential", "thread", "fork")
    return [how for how in hows if not (kind in CACHED and how in METHODS)]  # these work in one process


@pytest.fixture
def request_for(monkeypatch):
    """Makes a request for a run by one of the runners."""

    def make(how, **options):
        if how in METHODS:
            monkeypatch.setenv("KEDRO_MP_CONTEXT", how)
            return RunRequest(runner="ParallelRunner", **options)
        return RunRequest(**LOCAL[how], **options)

    return make


def session_with(place, way, *nodes, **data):
    session = Session(DataCatalog(data), {"p": Pipeline(nodes)})
    place.put_into(session.catalog, way)
    return session


def row(session):
    """Whether the table of the catalog says that there is data; it does not ask file systems that are not local."""
    there = catalog_row("the_d", session.catalog).data
    return there or ("yes" if session.catalog.exists("the_d") else "no")


READ = node(shown, "the_d", "seen", name="read")


@pytest.mark.parametrize(("kind", "way", "how"), cases())
def test_every_run_reads_what_is_there_when_it_begins(kind, way, how, request_for, tmp_path):
    place = Place(kind, tmp_path)
    session = session_with(place, way, READ)
    assert row(session) == "no"
    for number in (1, 2):
        place.write(number)
        assert session.run(request_for(how)).result().load() == {"seen": number}


@pytest.mark.parametrize(("kind", "way"), sorted({case.values[:2] for case in cases()}))
def test_every_look_and_every_load_see_what_is_there_now(kind, way, tmp_path):
    place = Place(kind, tmp_path)
    session = session_with(place, way)
    assert (row(session), session.catalog.exists("the_d")) == ("no", False)
    for number in (1, 2):
        place.write(number)
        assert (row(session), session.catalog.exists("the_d")) == ("yes", True)
        assert shown(load_fresh(session.catalog, "the_d")) == number
        assert str(number) in look(session, "the_d", {}, asked=True)["html"]
    place.remove()
    assert (row(session), session.catalog.exists("the_d")) == ("no", False)


@pytest.mark.parametrize(("kind", "way", "how"), cases())
def test_what_a_run_writes_is_what_it_reads_and_what_is_seen_afterwards(
    kind, way, how, request_for, tmp_path
):
    place = Place(kind, tmp_path)
    session = session_with(place, way, node(place.data, "number", "the_d", name="make"), READ)
    assert not session.catalog.exists("the_d")
    for number in (1, 2):
        session.catalog["number"] = number
        assert session.run(request_for(how)).result().load() == {"seen": number}
        assert (row(session), session.catalog.exists("the_d")) == ("yes", True)
        assert shown(session.catalog.load("the_d")) == number


@pytest.mark.parametrize(("kind", "way"), sorted({case.values[:2] for case in cases()}))
def test_what_is_saved_outside_of_runs_is_loaded_and_each_versioned_save_makes_one_version(
    kind, way, tmp_path
):
    place = Place(kind, tmp_path)
    session = session_with(place, way)
    for number in (1, 2, 3):
        time.sleep(0.002)  # Kedro names versions by the millisecond
        save_anew(session.catalog, "the_d", place.data(number))
        assert shown(load_fresh(session.catalog, "the_d")) == number
    if "version" in kind:
        assert len(place.versions()) == 3


IN_MEMORY = {
    "memory": MemoryDataset,
    "shared memory": SharedMemoryDataset,
    "Kedro's memory": kedro.io.MemoryDataset,
    "cached memory": lambda: CachedDataset(MemoryDataset()),
    "Kedro's cached memory": lambda: kedro.io.CachedDataset(kedro.io.MemoryDataset()),
    "a user's class": InTheObject,
    "cached, of a user's class": lambda: CachedDataset(InTheObject()),
    "an entry in memory": {"type": "MemoryDataset"},
    "an entry of a cache in memory": {"type": "CachedDataset", "dataset": {"type": "MemoryDataset"}},
    "an entry of a user's class": {"type": InTheObject},
}


@pytest.mark.parametrize("made", [*IN_MEMORY, "functions"])
def test_data_in_memory_stays(made, tmp_path):
    session = Session(DataCatalog(), {"p": Pipeline([node(shown, "the_d", "seen", name="read")])})
    if made == "functions":
        got = []
        session.catalog["the_d"] = LambdaDataset(lambda: got[-1], got.append, lambda: bool(got), got.clear)
    elif isinstance(IN_MEMORY[made], dict):
        session.catalog.add_entries({"the_d": IN_MEMORY[made]})
    else:
        session.catalog["the_d"] = IN_MEMORY[made]()
    save_anew(session.catalog, "the_d", 7)
    dataset = session.catalog["the_d"]
    for _ in range(2):
        assert row(session) == "yes"
        assert session.run().result().load() == {"seen": 7}
        assert load_fresh(session.catalog, "the_d") == 7
        assert session.catalog["the_d"] is dataset


@pytest.mark.parametrize("how", ["sequential", "thread"])
@pytest.mark.parametrize("way", WAYS)
def test_within_a_run_a_cached_dataset_reads_its_file_once(way, how, request_for, tmp_path, monkeypatch):
    place = Place("cached", tmp_path)
    session = session_with(place, way, READ, node(_again, ["the_d", "seen"], "again"))
    place.write(1)
    loads = []
    load = JSONDataset.load
    monkeypatch.setattr(JSONDataset, "load", lambda self: (loads.append(self), load(self))[1])
    for count in (1, 2):
        session.run(request_for(how)).result()
        assert len(loads) == count


@pytest.mark.parametrize("kind", ["cached", "incremental", "versioned", "released folder"])
@pytest.mark.parametrize("way", WAYS)
def test_nothing_outside_of_a_run_changes_what_it_has_read(kind, way, tmp_path):
    """During the run another run reads the same dataset, and it is loaded, listed and a neighbour saved."""
    place = Place(kind, tmp_path)
    place.write(1)

    def disturb(seen):
        place.write(2)
        row(session)
        session.run(RunRequest(pipelines="other")).result()
        load_fresh(session.catalog, "the_d")
        session.catalog.exists("the_d")
        save_anew(session.catalog, "beside", 1)
        return seen

    session = session_with(
        place, way, READ, node(disturb, "seen", "go"), node(_again, ["the_d", "go"], "out")
    )
    session.pipelines["other"] = Pipeline([node(shown, "the_d", "other_seen")])
    assert session.run(RunRequest(pipelines="p")).result().load() == {"out": 1}
    place.write(3)
    assert session.run(RunRequest(pipelines="other")).result().load() == {"other_seen": 3}


def _count(names, _go):
    return len(names)


def _again(data, _go):
    return shown(data)


@pytest.mark.parametrize("how", [*LOCAL, *METHODS])
@pytest.mark.parametrize("way", WAYS)
def test_partitions_that_a_run_confirms_are_not_read_again(way, how, request_for, tmp_path):
    place = Place("incremental", tmp_path)
    session = session_with(place, way, node(sorted, "the_d", "names", confirms="the_d"))
    seen = []
    for number in (1, 2, 3):
        place.write(number)
        seen.append(session.run(request_for(how)).result().load()["names"])
    seen.append(session.run(request_for(how)).result().load()["names"])
    assert seen == [["p1.json"], ["p2.json"], ["p3.json"], []]
    assert load_fresh(session.catalog, "the_d") == {}


@pytest.mark.parametrize("how", [*LOCAL, *METHODS])
@pytest.mark.parametrize("way", ["entry", "object"])
def test_what_is_confirmed_by_a_later_node_is_what_was_read(way, how, request_for, tmp_path):
    place = Place("incremental", tmp_path)
    nodes = [
        node(sorted, "the_d", "names", name="read"),
        node(place.write_between, "names", "go", name="between"),
        node(_count, ["names", "go"], "n", confirms="the_d", name="confirm"),
    ]
    session = session_with(place, way, *nodes)
    place.write(1)
    assert session.run(request_for(how)).result().load() == {"n": 1}
    assert sorted(load_fresh(session.catalog, "the_d")) == ["p9.json"]


@pytest.mark.parametrize("way", WAYS)
def test_a_confirmation_by_hand_is_for_what_the_run_has_read(way, tmp_path):
    place = Place("incremental", tmp_path)
    session = session_with(place, way, node(sorted, "the_d", "names"))
    place.write(1)
    session.run().result()
    place.write(2)
    if way != "object":
        assert row(session) == "yes"  # a look changes nothing
    session.catalog.confirm("the_d")
    assert session.run().result().load()["names"] == ["p2.json"]


@pytest.mark.parametrize("kind", ["versioned", "kedro versioned", "listed versions"])
@pytest.mark.parametrize("how", [*LOCAL, *METHODS])
@pytest.mark.parametrize("way", ["entry", "object"])
def test_a_run_loads_the_version_that_it_has_saved(kind, way, how, request_for, tmp_path):
    place = Place(kind, tmp_path)
    nodes = [
        node(place.data, "number", "the_d", name="make"),
        node(place.write_between, "the_d", "go", name="between"),
        node(_again, ["the_d", "go"], "seen", name="read"),
    ]
    session = session_with(place, way, *nodes, number=1)
    assert session.run(request_for(how)).result().load() == {"seen": 1}
    assert load_fresh(session.catalog, "the_d") == 9  # which is the latest


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "version" in kind])
def test_a_run_loads_the_version_that_was_asked_for(kind, tmp_path):
    place = Place(kind, tmp_path)
    session = session_with(place, "entry", READ)
    for number in (1, 2):
        place.write(number)
    first = place.versions()[0]
    for versions, number in (({}, 2), ({"the_d": first}, 1), ({}, 2)):
        assert session.run(RunRequest(load_versions=versions)).result().load() == {"seen": number}
    assert load_fresh(session.catalog, "the_d") == 2


@pytest.mark.parametrize(
    ("kind", "way", "how"), cases(sorted(set(KINDS) - {"kedro cached"}), ("sequential", "fork"))
)
def test_only_outputs_that_are_not_there_now_are_made(kind, way, how, request_for, tmp_path):
    place = Place(kind, tmp_path)
    session = session_with(place, way, node(place.data, "number", "the_d", name="make"), number=1)
    request = request_for(how, only_missing_outputs=True)
    assert [_made(session, request) for _ in range(2)] == [1, 0]
    place.remove()
    assert [_made(session, request) for _ in range(2)] == [1, 0]


def _made(session, request):
    run = session.run(request)
    run.result()
    return sum(each.state == "done" for each in run.progress.nodes.values())


def test_a_run_builds_the_datasets_that_it_uses_and_no_others(tmp_path):
    built = []

    class Counted(Folder):
        def __init__(self, where):
            built.append(where)
            super().__init__(where)

    names = [f"d{number}" for number in range(50)]
    catalog = DataCatalog.from_config(
        {name: {"type": Counted, "where": str(tmp_path / name)} for name in names}
    )
    session = Session(catalog, {"p": Pipeline([node(lambda: {"x.json": 1}, None, "d0")])})
    session.run().result()
    assert {Path(where).name for where in built} == {"d0"}
    for name in names:
        catalog.exists(name)
    built.clear()
    session.run().result()
    assert {Path(where).name for where in built} == {"d0"}


@pytest.mark.parametrize(
    ("kind", "how"), [(kind, how) for kind in OF_KEDRO for how in _hows(kind, "object") if how != "thread"]
)
def test_datasets_in_kedros_own_catalog_are_fresh(kind, how, request_for, tmp_path):
    place = Place(kind, tmp_path)
    catalog = kedro.io.DataCatalog()
    place.put_into(catalog, "object")
    catalog["seen"] = build_dataset("seen", {**JSON, "filepath": str(tmp_path / "seen.json")})
    session = Session(catalog, {"p": Pipeline([READ])})
    assert row(session) == "no"
    for number in (1, 2):
        place.write(number)
        assert row(session) == "yes"
        assert session.run(request_for(how)).result()["seen"].load() == number
        assert shown(load_fresh(catalog, "the_d")) == number


def test_an_object_keeps_the_version_that_it_was_given(tmp_path):
    place = Place("versioned", tmp_path)
    for number in (1, 2):
        place.write(number)
    first = place.versions()[0]
    session = Session(DataCatalog(), {"p": Pipeline([READ])})
    session.catalog["the_d"] = JSONDataset(filepath=str(place.path), version=Version(first, None))
    assert session.run().result().load() == {"seen": 1}
    assert load_fresh(session.catalog, "the_d") == 1


@pytest.mark.parametrize("how", [*LOCAL, *METHODS])
def test_versions_of_entries_and_objects_are_saved_side_by_side(how, request_for, tmp_path):
    kinds = {"a": ("entry", None), "b": ("object", None), "c": ("object", None), "d": ("object", "mine")}
    catalog = DataCatalog()
    for name, (way, version) in kinds.items():
        path = str(tmp_path / f"{name}.json")
        if way == "entry":
            catalog.add_entries({name: {"type": "JSONDataset", "filepath": path, "versioned": True}})
        else:
            catalog[name] = JSONDataset(filepath=path, version=Version(None, version))
    nodes = [node(int, "number", name) for name in kinds]
    nodes += [node(_plus, [name, name], f"{name}_seen") for name in kinds]
    session = Session(catalog, {"p": Pipeline(nodes)})
    session.catalog["number"] = 1
    assert session.run(request_for(how)).result().load() == {f"{name}_seen": 2 for name in kinds}


def _plus(one, other):
    return one + other


@pytest.mark.parametrize("kind", ["versioned", "kedro versioned", "cached versioned"])
def test_the_result_of_a_run_stays_the_version_that_it_has_saved(kind, tmp_path):
    place = Place(kind, tmp_path)
    session = session_with(place, "entry", node(place.data, "number", "the_d", name="make"), number=1)
    first = session.run().result()
    session.catalog["number"] = 2
    second = session.run().result()
    assert (first.load(), second.load()) == ({"the_d": 1}, {"the_d": 2})
