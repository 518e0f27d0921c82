"""Runs in the background, side by side on one catalog."""

import asyncio
import threading

import pytest

from kedro_nb.errors import RequestError
from kedro_nb.io import DataCatalog, MemoryDataset
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import RunRequest, Session


class Gate:
    """A node function that waits until it is let through."""

    def __init__(self):
        self.entered = threading.Event()
        self.opened = threading.Event()

    def __call__(self, x):
        self.entered.set()
        assert self.opened.wait(20)
        return x

    def __deepcopy__(self, memo):
        return self


@pytest.fixture
def gate():
    gate = Gate()
    yield gate
    gate.opened.set()


@pytest.fixture
def session(gate):
    pipelines = {
        "slow": Pipeline(
            [node(gate, "params:k", "slow_k", name="wait"), node(str, "slow_k", "text", name="show")]
        ),
        "quick": Pipeline([node(float, "params:k", "quick_k", name="quick")]),
        "reader": Pipeline([node(str, "slow_k", "read", name="read")]),
    }
    return Session(pipelines=pipelines, parameters={"k": 1})


def started(session, gate, **request):
    run = session.prepare(RunRequest(pipelines="slow", **request)).start()
    assert gate.entered.wait(20)
    return run


def test_a_run_in_the_background_returns_at_once_and_ends_by_itself(session, gate):
    run = started(session, gate)
    assert (run.state, run.over) == ("running", False)
    gate.opened.set()
    assert run.result().load() == {"text": "1"}
    assert (run.state, run.over) == ("finished", True)


def test_others_go_beside_it_each_with_its_own_parameters(session, gate):
    slow = started(session, gate, params={"k": 2})
    quick = session.run(RunRequest(pipelines="quick", params={"k": 3}))
    assert quick.result().load() == {"quick_k": 3.0}
    session.parameters["k"] = 4
    session.put_parameters()
    gate.opened.set()
    assert slow.result().load() == {"text": "2"}
    assert session.catalog.load("params:k") == 4


@pytest.mark.parametrize(
    ("second", "why"),
    [("slow", "Both runs write 'slow_k', 'text'"), ("reader", "reads 'slow_k', which another one writes")],
)
def test_one_that_would_get_in_its_way_is_refused(session, gate, second, why):
    session.catalog["slow_k"] = 0
    run = started(session, gate)
    with pytest.raises(RequestError, match=why):
        session.prepare(RunRequest(pipelines=second)).start()
    assert session.history == [run]
    gate.opened.set()
    run.result()
    session.catalog["slow_k"] = 0
    session.run(RunRequest(pipelines=second)).result()  # now nothing is in the way


@pytest.mark.parametrize("own_catalog", [False, True])
def test_one_that_writes_the_same_file_under_another_name_is_refused(gate, tmp_path, own_catalog):
    entry = {"type": "PickleDataset", "filepath": str(tmp_path / "file.pkl")}
    config = {"a": entry, "{name}_b": entry}
    pipelines = {"slow": Pipeline([node(gate, "x", "a")]), "b": Pipeline([node(abs, "x", "my_b")])}
    session = Session(DataCatalog.from_config(config), pipelines)
    session.catalog["x"] = 1
    run = started(session, gate)
    other = DataCatalog.from_config(config)
    other["x"] = 1
    with pytest.raises(RequestError, match=r"Both runs write 'my_b' \(the file of 'a'\)"):
        session.run(RunRequest(pipelines="b"), catalog=other if own_catalog else None)
    gate.opened.set()
    run.result()


def test_parameters_put_from_several_threads_can_all_be_taken_out_again():
    session = Session(parameters={"k": {"a": 1, "b": 2}})

    def put():
        for _ in range(200):
            session.put_parameters()

    threads = [threading.Thread(target=put) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.parameters.clear()
    session.put_parameters()
    assert list(session.catalog) == []


def test_what_is_finished_can_be_loaded_while_it_goes_on(gate):
    nodes = [node(lambda: 5, None, "first", name="make"), node(gate, "first", "second", name="wait")]
    session = Session(pipelines={"p": Pipeline(nodes)})
    run = session.prepare().start()
    assert gate.entered.wait(20)
    assert session.catalog.load("first") == 5
    gate.opened.set()
    run.result()


def test_what_a_user_saves_meanwhile_stays(session, gate):
    run = started(session, gate)
    session.catalog["mine"] = 7
    session.catalog["text"] = MemoryDataset("my own")
    gate.opened.set()
    run.result()
    assert session.catalog.load("mine") == 7
    assert session.catalog.load("text") == "my own"


def test_data_of_a_declared_entry_in_memory_stays_after_the_run():
    catalog = DataCatalog.from_config(
        {"out": {"type": "MemoryDataset"}, "{n}_any": {"type": "MemoryDataset"}}
    )
    nodes = [node(lambda: 1, None, "out"), node(lambda: 2, None, "an_any")]
    session = Session(catalog, {"p": Pipeline(nodes)})
    session.run().result()
    assert (catalog.load("out"), catalog.load("an_any")) == (1, 2)


def test_what_a_hook_puts_into_the_catalog_stays(session):
    class Hooks:
        def before_pipeline_run(self, catalog):
            catalog["extra"] = 1

    from kedro_nb.hooks import hook_impl

    Hooks.before_pipeline_run = hook_impl(Hooks.before_pipeline_run)
    session.register(Hooks())
    session.run(RunRequest(pipelines="quick")).result()
    assert session.catalog.load("extra") == 1


def test_an_error_in_the_background_is_raised_by_its_result(session):
    def fail():
        raise OSError("no luck")

    run = session.prepare(
        RunRequest(pipelines="p"), pipelines={"p": Pipeline([node(fail, None, "x")])}
    ).start()
    with pytest.raises(OSError, match="no luck"):
        run.result()
    assert run.state == "failed"


def test_a_run_can_be_awaited(session, gate):
    async def wait():
        run = session.prepare(RunRequest(pipelines="slow")).start()
        asyncio.get_running_loop().call_later(0.01, gate.opened.set)
        return (await run).load()

    assert asyncio.run(wait()) == {"text": "1"}


def test_whoever_waits_is_called_once_it_is_over_or_at_once(session, gate):
    run = started(session, gate)
    calls = []
    over = threading.Event()
    run.when_over(lambda: (calls.append("waiting"), over.set()))
    assert calls == []
    gate.opened.set()
    assert over.wait(20)
    run.when_over(lambda: calls.append("late"))
    assert calls == ["waiting", "late"]


def test_a_run_begins_once(session):
    run = session.run(RunRequest(pipelines="quick"))
    with pytest.raises(RuntimeError, match="was begun already"):
        run.execute()


def test_each_run_has_an_id_of_its_own(session):
    runs = [session.prepare(RunRequest(pipelines="quick")) for _ in range(5)]
    assert len({run.id for run in runs}) == 5


def test_a_catalog_of_another_kind_serves_one_run_at_a_time(gate):
    class Plain(dict):
        def get(self, name, fallback_to_runtime_pattern=False):
            return super().get(name)

        def load(self, name):
            return self[name].load()

        def save(self, name, data):
            self[name].save(data)

        def release(self, name):
            self[name].release()

    session = Session(Plain(), {"a": Pipeline([node(gate, "x", "y")]), "b": Pipeline([node(abs, "v", "w")])})
    session.catalog |= {name: MemoryDataset(1) for name in ("x", "v")}
    session.catalog |= {name: MemoryDataset() for name in ("y", "w")}
    run = session.prepare(RunRequest(pipelines="a")).start()
    assert gate.entered.wait(20)
    with pytest.raises(RequestError, match="A Plain serves one run at a time"):
        session.run(RunRequest(pipelines="b"))
    gate.opened.set()
    run.wait()
