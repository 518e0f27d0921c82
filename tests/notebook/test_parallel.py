"""ParallelRunner by magic, in plain IPython."""

from __future__ import annotations

import multiprocessing

import pytest


@pytest.fixture
def ready(cells):
    cells.run("%kedro_save xs [1, 2, 3]")
    return cells


@pytest.mark.parametrize("options", ["--parallel", "--runner=ParallelRunner --runner-params=max_workers=2"])
def test_the_catalog_holds_the_results(ready, options):
    assert ready.run(f"%kedro_run {options}").load() == {"v": pytest.approx(2 / 3)}
    assert ready.run("%kedro_load v") == pytest.approx(2 / 3)


def test_another_catalog_works_as_it_is(ready):
    ready.run("io = DataCatalog({'xs': [1, 2, 3]})\n%kedro_run --parallel --catalog=io ;")
    assert ready.run("io.load('v')") == pytest.approx(2 / 3)


def test_a_start_method_that_there_is_not_is_told_in_words(ready, monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", "thread")
    error, text = ready.fail("%kedro_run --parallel")
    assert type(error).__name__ == "RequestError"
    assert "KEDRO_MP_CONTEXT is 'thread': it can be 'fork', 'spawn' or 'forkserver'" in text
    assert "File " not in text


def test_what_cannot_cross_is_refused_with_its_name_and_what_to_do(ready):
    ready.run("import threading, kedro_nb\nlock = MemoryDataset(threading.Lock(), copy_mode='assign')")
    ready.run("kedro_nb.session().catalog['lock'] = lock")
    ready.run("def use(lock, xs): return len(xs)\nlocked = Pipeline([Node(use, ['lock', 'xs'], 'n')])")
    error, text = ready.fail("%kedro_run -p locked --parallel")
    assert type(error).__name__ == "DatasetError"
    assert "'lock' holds data that cannot be sent to another process" in text
    assert "ThreadRunner" in text
    assert ready.run("%kedro_run -p locked --runner=ThreadRunner").load() == {"n": 3}


def test_unloading_ends_the_processes_that_wait(ready):
    ready.run("%kedro_run --parallel ;")
    assert multiprocessing.active_children() != []
    ready.run("%unload_ext kedro_nb")
    assert multiprocessing.active_children() == []
