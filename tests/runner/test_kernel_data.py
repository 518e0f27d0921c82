"""Data that stays in the kernel while its nodes run in workers: catalogs, errors, hooks, values by assignment."""

import copy
import logging
import threading

import kedro.io as theirs
import numpy as np
import pytest

import kedro_nb.io as ours
from kedro_nb.hooks import create_hook_manager, hook_impl
from kedro_nb.io.packing import own_folders
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner, SequentialRunner
from kedro_nb.runner.monitor import Monitor

from .test_data_in_memory import RUNNERS, parallel, runner  # noqa: F401 - fixtures

BOTH = {"ours": ours, "theirs": theirs}


class Duck:
    """A dataset of no family, with as little as a catalog of its own needs."""

    def __init__(self, value=None):
        self.value = value

    def load(self):
        return copy.deepcopy(self.value)

    def save(self, data):
        self.value = data

    def _describe(self):
        return {}

    def __repr__(self):
        return "Duck"


class Shelf(dict):
    """A catalog of no family, whose datasets are ducks."""

    def get(self, name, fallback_to_runtime_pattern=False):
        if name not in self and fallback_to_runtime_pattern:
            self[name] = Duck()
        return super().get(name)

    def load(self, name):
        return self[name].load()

    def save(self, name, data):
        self[name].save(data)

    def exists(self, name):
        return name in self and self[name].value is not None

    def release(self, name):
        """Everything stays."""


def with_ways(base):
    class Signing(base):
        """Signs what it saves and what it loads, and remembers both."""

        def __init__(self):
            super().__init__()
            self.seen = []

        def load(self, ds_name, version=None):
            self.seen.append(f"load {ds_name}")
            data = super().load(ds_name)
            return [*data, "loaded"] if ds_name == "d" else data

        def save(self, ds_name, data):
            self.seen.append(f"save {ds_name}")
            super().save(ds_name, [*data, "saved"] if ds_name == "d" else data)

    return Signing()


@pytest.mark.parametrize("io", BOTH)
@pytest.mark.parametrize("stored", ["in memory", "in a file"])
def test_a_catalog_with_a_load_and_save_of_its_own_is_asked_for_everything(io, stored, runner, tmp_path):  # noqa: F811
    catalog = with_ways(BOTH[io].DataCatalog)
    catalog["x"] = 3
    if stored == "in a file":
        catalog["d"] = (
            ours.PickleDataset(filepath=str(tmp_path / "d")) if io == "ours" else _kedro_pickle(tmp_path)
        )
    nodes = [node(lambda x: [x], "x", "d", name="make"), node(lambda d: d, "d", "out", name="read")]
    assert runner.run(pipeline(nodes), catalog)["out"].load() == [3, "saved", "loaded"]
    assert catalog.seen == ["load x", "save d", "load d", "save out"]


def _kedro_pickle(folder):
    from kedro_datasets.pickle import PickleDataset

    return PickleDataset(filepath=str(folder / "d"))


def test_a_catalog_and_datasets_of_no_family_work(runner):  # noqa: F811
    catalog = Shelf(x=Duck([3]))
    nodes = [node(lambda x: [*x, 4], "x", "d", name="make"), node(sum, "d", "out", name="add_up")]
    result = runner.run(pipeline(nodes), catalog)
    assert (result["out"].load(), catalog.load("out"), catalog.load("d")) == (7, 7, [3, 4])


class Refused(ValueError):
    """Raised by a dataset."""


def refusing(base, method):
    def refuse(*_):
        raise Refused("not today")

    members = {
        "load": lambda self: 3,
        "save": lambda self, data: None,
        "_describe": lambda self: {"at": "home"},
    }
    return type("Refusing", (base,), {**members, method: refuse})()


@pytest.mark.parametrize("io", BOTH)
@pytest.mark.parametrize("method", ["load", "save"])
@pytest.mark.parametrize("family", ["family", "duck"])
def test_a_dataset_that_fails_says_the_same_as_in_one_process(io, method, family, parallel):  # noqa: F811
    def fail(runner):  # noqa: F811
        catalog = BOTH[io].DataCatalog()
        bases = {"family": BOTH[io].AbstractDataset, "duck": Duck}
        catalog["x"], dataset = 3, refusing(bases[family], method)
        if family == "duck":
            type(dataset).exists, type(dataset).release = (lambda self: True), (lambda self: None)
            if io == "theirs":
                catalog = Shelf(x=Duck(3))
        catalog["d"] = dataset
        nodes = {"load": node(str, "d", "out", name="read"), "save": node(str, "x", "d", name="write")}
        with pytest.raises(Exception) as raised:
            runner.run(pipeline([nodes[method]]), catalog)
        error = raised.value
        return type(error), str(error), error.__notes__, type(error.__cause__), str(error.__cause__)

    assert fail(parallel) == fail(SequentialRunner())


class Noting:
    """Hooks around datasets, which print so that it arrives wherever they run."""

    @hook_impl
    def before_dataset_loaded(self, dataset_name, node):
        print("before load", dataset_name)

    @hook_impl
    def after_dataset_loaded(self, dataset_name, data, node):
        print("after load", dataset_name, data)

    @hook_impl
    def before_dataset_saved(self, dataset_name, data, node):
        print("before save", dataset_name, data)

    @hook_impl
    def after_dataset_saved(self, dataset_name, data, node):
        print("after save", dataset_name, data)


@pytest.mark.parametrize("io", BOTH)
def test_hooks_and_log_are_those_of_one_process(io, parallel, capsys, caplog):  # noqa: F811
    def follow(runner):  # noqa: F811
        catalog = BOTH[io].DataCatalog()
        catalog["x"] = [3]
        with caplog.at_level(logging.INFO):
            caplog.clear()
            runner.run(
                pipeline([node(sorted, "x", "out", name="sort")]), catalog, create_hook_manager(Noting())
            )
        said = [line.removeprefix("sort: ") for line in capsys.readouterr().out.splitlines()]
        logged = [
            record.getMessage().replace("`", "") for record in caplog.records if "data" in record.getMessage()
        ]
        return said, logged

    assert follow(parallel) == follow(SequentialRunner())


@pytest.mark.parametrize("io", BOTH)
def test_each_chunk_of_a_generator_is_saved_on_its_own(io, runner):  # noqa: F811
    if getattr(runner, "_is_async", False):
        pytest.skip("generators are refused")
    got, catalog = [], BOTH[io].DataCatalog()
    members = {
        "load": lambda self: list(got),
        "save": lambda self, data: got.append(data),
        "_describe": lambda self: {},
        "_exists": lambda self: bool(got),
    }
    catalog["x"], catalog["d"] = 3, type("Adding", (BOTH[io].AbstractDataset,), members)()

    def count(x):
        yield from range(x)

    nodes = [node(count, "x", "d", name="count"), node(sum, "d", "out", name="add_up")]
    assert runner.run(pipeline(nodes), catalog)["out"].load() == 3
    assert got == [0, 1, 2]


@pytest.mark.parametrize("io", BOTH)
def test_two_formats_of_one_dataset_share_what_they_keep(io, runner):  # noqa: F811
    got, catalog = [], BOTH[io].DataCatalog()

    def made(**members):
        members = {"load": lambda self: got[-1], "save": lambda self, data: got.append(data), **members}
        return type("Format", (BOTH[io].AbstractDataset,), {**members, "_describe": lambda self: {}})()

    catalog["x"], catalog["d@number"], catalog["d@text"] = 3, made(), made(load=lambda self: str(got[-1]))
    nodes = [node(lambda x: x + 1, "x", "d@number", name="make"), node(list, "d@text", "out", name="read")]
    assert runner.run(pipeline(nodes), catalog)["out"].load() == ["4"]


@pytest.mark.parametrize("io", BOTH)
def test_what_no_node_reads_any_more_is_released_and_outputs_stay(io, runner):  # noqa: F811
    catalog = BOTH[io].DataCatalog()
    catalog["x"], catalog["d"] = 3, BOTH[io].MemoryDataset()
    nodes = [node(lambda x: [x], "x", "d", name="make"), node(sum, "d", "out", name="add_up")]
    result = runner.run(pipeline(nodes), catalog)
    assert [catalog[name].exists() for name in ("x", "d", "out")] == [True, False, True]
    assert repr(result) == "{'out': 3}"


@pytest.mark.parametrize("io", BOTH)
def test_an_input_in_memory_without_data_is_refused_before_the_first_node(io, runner):  # noqa: F811
    catalog, ran = BOTH[io].DataCatalog(), []
    catalog["x"], catalog["empty"] = 3, BOTH[io].MemoryDataset()
    nodes = [
        node(ran.append, "x", None, name="first"),
        node(str, ["empty"], "out", name="second"),
    ]
    with pytest.raises(ours.DatasetError, match="'empty' is an input of the pipeline"):
        runner.run(pipeline(nodes), catalog)
    assert ran == []


@pytest.mark.parametrize("io", BOTH)
def test_a_dataset_that_cannot_tell_whether_it_holds_data_is_not_refused(io, runner):  # noqa: F811
    members = {
        "load": lambda self: 3,
        "save": lambda self, data: None,
        "_describe": lambda self: {},
        "_EPHEMERAL": True,
    }
    catalog = BOTH[io].DataCatalog()
    catalog["d"] = type("Full", (BOTH[io].AbstractDataset,), members)()
    assert runner.run(pipeline([node(str, "d", "out", name="read")]), catalog)["out"].load() == "3"


@pytest.mark.parametrize("io", BOTH)
def test_only_missing_outputs_are_made_of_what_is_kept_in_the_object(io, runner):  # noqa: F811
    catalog, ran = BOTH[io].DataCatalog(), []
    catalog["x"] = 3
    for name in ("a", "b"):
        box = []
        members = {
            "load": lambda self: self.box[-1],
            "save": lambda self, data: self.box.append(data),
            "_exists": lambda self: bool(self.box),
            "_describe": lambda self: {},
            "box": box,
        }
        catalog[name] = type("Boxed", (BOTH[io].AbstractDataset,), members)()
    catalog["ran"] = type("Ran", (BOTH[io].AbstractDataset,), {**members, "box": ran})()
    nodes = [
        node(lambda x: x + 1, "x", "a", name="a"),
        node(lambda x: (x + 2, "b"), "x", ["b", "ran"], name="b"),
    ]
    runner.run(pipeline(nodes[:1]), catalog)
    runner.run(pipeline(nodes), catalog, only_missing_outputs=True)
    assert (catalog.load("a"), catalog.load("b"), catalog["a"].box, ran) == (4, 5, [4], ["b"])


@pytest.mark.parametrize("io", BOTH)
def test_a_node_confirms_a_dataset_that_stays_here(io, runner):  # noqa: F811
    catalog = BOTH[io].DataCatalog()
    members = {
        "load": lambda self: 3,
        "save": lambda self, data: None,
        "confirm": lambda self: setattr(self, "confirmed", True),
        "_describe": lambda self: {},
    }
    catalog["d"] = type("Confirmed", (BOTH[io].AbstractDataset,), members)()
    runner.run(pipeline([node(str, "d", "out", name="read", confirms="d")]), catalog)
    assert catalog["d"].confirmed


@pytest.mark.parametrize("io", BOTH)
def test_large_values_arrive_whole_and_leave_no_files(io, parallel):  # noqa: F811
    catalog = BOTH[io].DataCatalog()
    catalog["x"] = 300_000
    for name in ("d", "out"):
        catalog[name] = type("Own", (BOTH[io].MemoryDataset,), {})()
    nodes = [node(np.ones, "x", "d", name="make"), node(lambda d: d * 2, "d", "out", name="double")]
    parallel.run(pipeline(nodes), catalog)
    before = {file for folder in own_folders() for file in folder.iterdir() if file.is_file()}
    for _ in range(3):
        assert parallel.run(pipeline(nodes), catalog)["out"].load().sum() == 600_000
    after = {file for folder in own_folders() for file in folder.iterdir() if file.is_file()}
    assert len(after) <= len(before) + 1


@pytest.mark.parametrize("io", BOTH)
def test_an_interrupt_in_a_load_of_the_kernel_stops_the_run_and_the_next_one_works(io, parallel):  # noqa: F811
    answers = iter([KeyboardInterrupt, 3])

    def load(_):
        answer = next(answers)
        if answer is KeyboardInterrupt:
            raise KeyboardInterrupt
        return answer

    members = {"load": load, "save": lambda self, data: None, "_describe": lambda self: {}}
    catalog = BOTH[io].DataCatalog()
    catalog["d"] = type("Slow", (BOTH[io].AbstractDataset,), members)()
    nodes = pipeline([node(str, "d", "out", name="read")])
    with pytest.raises(KeyboardInterrupt):
        parallel.run(nodes, catalog)
    assert parallel.run(nodes, catalog)["out"].load() == "3"


def test_a_process_that_dies_while_it_saves_here_is_an_error_of_its_node(parallel):  # noqa: F811
    import os
    import signal

    killed = []

    def save(data):
        os.kill(data, signal.SIGKILL)
        killed.append(data)

    catalog = ours.DataCatalog({"d": ours.LambdaDataset(load=None, save=save)})
    with pytest.raises(ours.DatasetError.__mro__[1], match="signal 9"):
        parallel.run(pipeline([node(os.getpid, None, "d", name="write")]), catalog)
    assert len(killed) == 1


@pytest.mark.parametrize("io", BOTH)
def test_what_cannot_be_pickled_is_loaded_by_a_copy_of_a_dataset_that_no_node_writes(io, runner):  # noqa: F811
    members = {"save": lambda self, data: None, "_describe": lambda self: {}}
    catalog = BOTH[io].DataCatalog()
    catalog["d"] = type("Lazy", (BOTH[io].AbstractDataset,), {**members, "load": lambda self: iter([1, 2])})()
    assert runner.run(pipeline([node(sum, "d", "out", name="add_up")]), catalog)["out"].load() == 3


@pytest.mark.parametrize("io", BOTH)
def test_what_can_neither_be_pickled_nor_copied_is_handed_over_in_one_process(io, runner):  # noqa: F811
    catalog = BOTH[io].DataCatalog()
    catalog["d"] = BOTH[io].MemoryDataset(copy_mode="assign")
    catalog["e"] = (
        ours.LambdaDataset(load=None, save=lambda data: None)
        if io == "ours"
        else BOTH[io].MemoryDataset(copy_mode="assign")
    )
    lock = threading.Lock
    nodes = [
        node(lambda: (lock(), lock()), None, ["d", "e"], name="make"),
        node(lambda d: d.locked(), "d", "out"),
    ]
    if isinstance(runner, ParallelRunner):
        with pytest.raises(
            ours.DatasetError, match=r"cannot be sent to another process: .*lock.*\n.*ThreadRunner"
        ):
            runner.run(pipeline(nodes), catalog)
    else:
        assert runner.run(pipeline(nodes), catalog)["out"].load() is False


class AddingOne:
    """A validator, which may change the data."""

    def validate(self, data):
        return [*data, "valid"]


@pytest.mark.parametrize("kind", ["kedro.io.MemoryDataset", "pickle.PickleDataset"])
def test_what_kedros_catalog_validates_is_validated(kind, runner, tmp_path):  # noqa: F811
    where = {"filepath": str(tmp_path / "d")} if "pickle" in kind else {}
    entry = {"type": kind, **where, "validator": f"{__name__}.AddingOne"}
    catalog = theirs.DataCatalog.from_config({"d": entry})
    catalog["x"] = 3
    nodes = [node(lambda x: [x], "x", "d", name="make"), node(list, "d", "out", name="read")]
    assert runner.run(pipeline(nodes), catalog)["out"].load() == [3, "valid", "valid"]


@pytest.mark.parametrize("io", BOTH)
def test_a_node_confirms_a_dataset_that_no_node_reads(io, runner, tmp_path):  # noqa: F811
    members = {"load": lambda self: 3, "save": lambda self, data: None, "_describe": lambda self: {}}
    members["confirm"] = lambda self: (tmp_path / "confirmed").touch()
    catalog = BOTH[io].DataCatalog()
    catalog["x"], catalog["d"] = 3, type("Confirmed", (BOTH[io].AbstractDataset,), members)()
    runner.run(pipeline([node(str, "x", "out", name="read", confirms="d")]), catalog)
    assert (tmp_path / "confirmed").exists()


def test_a_run_in_the_background_asks_the_kernel_too(parallel):  # noqa: F811
    got, catalog = [], ours.DataCatalog()
    catalog["x"], catalog["d"] = 3, ours.LambdaDataset(load=lambda: got[-1], save=got.append)
    nodes = [node(lambda x: x + 1, "x", "d", name="make"), node(str, "d", "out", name="read")]
    monitor = Monitor()
    monitor.background = True
    thread = threading.Thread(
        target=parallel.run, args=(pipeline(nodes), catalog), kwargs={"monitor": monitor}
    )
    thread.start()
    thread.join(30)
    assert (got, catalog.load("out"), monitor.at_work_here) == ([4], "4", False)


def test_a_cancelled_run_saves_nothing_here_afterwards(parallel):  # noqa: F811
    got, monitor = [], Monitor()

    def save(data):
        got.append(data)
        monitor.cancel()

    catalog = ours.DataCatalog({"x": 3, "d": ours.LambdaDataset(load=None, save=save)})
    nodes = [node(range, "x", "numbers", name="count"), node(_one_by_one, "numbers", "d", name="stream")]
    with pytest.raises(ours.DatasetError.__mro__[1], match="stopped"):
        parallel.run(pipeline(nodes), catalog, monitor=monitor)
    assert got == [0]


def _one_by_one(numbers):
    yield from numbers


def _folder(path):
    from kedro_datasets.partitions import PartitionedDataset

    return PartitionedDataset(path=str(path), dataset="pickle.PickleDataset")


PLACES = {
    "file": lambda path: ours.PickleDataset(filepath=str(path)),
    "cache of the file": lambda path: ours.CachedDataset(ours.PickleDataset(filepath=str(path))),
    "folder": _folder,
}


@pytest.mark.parametrize("place", PLACES)
def test_with_async_two_names_of_one_place_are_written_before_they_are_read(place, tmp_path):
    make = PLACES[place]
    catalog = ours.DataCatalog({"x": 3, "a": make(tmp_path / "d"), "b": make(tmp_path / "d")})
    catalog.save("a", {"old": 0})
    value = {"new": list(range(100_000))}
    nodes = [node(lambda x: value, "x", "a", name="a1"), node(sorted, "b", "names", name="b1")]
    result = SequentialRunner(is_async=True).run(pipeline(nodes), catalog)
    assert "new" in result["names"].load()
