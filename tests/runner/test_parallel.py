"""What ParallelRunner promises beyond the behaviour of every runner: code as it is now, warm processes, output."""

import gc
import importlib
import logging
import os
import subprocess
import sys
import warnings
from types import SimpleNamespace

import pytest

from kedro_nb.hooks import create_hook_manager, hook_impl
from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner
from kedro_nb.runner.executors import pool
from kedro_nb.runner.executors.worker import Worker

from .world import wait_until


def run(func, x=1, **kwargs):
    catalog = DataCatalog({"x": x})
    return ParallelRunner().run(pipeline([node(func, "x", "y", name="n")]), catalog, **kwargs).load()["y"]


SCRIPT = """
import functools
from kedro_nb.io import AbstractDataset, DataCatalog
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner
print("once")
FACTOR = 10
class Thing:
    def __init__(self, size): self.size = size
    def scaled(self): return self.size * FACTOR
class Fixed(AbstractDataset):
    def load(self): return 7
    def save(self, data): pass
    def _describe(self): return {}
def decorate(func):
    @functools.wraps(func)
    def wrapper(*args): return func(*args) + 1
    return wrapper
@decorate
def decorated(x): return x * FACTOR
def closure(n):
    return lambda x: x + n
def checked(thing):
    assert isinstance(thing, Thing)
    return Thing(thing.size + 1)
catalog = DataCatalog({"x": 1, "thing": Thing(2), "fixed": Fixed()})
nodes = [node(decorated, "x", "a"), node(closure(5), "x", "b"), node(functools.partial(pow, 2), "x", "c"),
         node(checked, "thing", "d"), node(lambda x: x, "fixed", "e")]
result = ParallelRunner(max_workers=2).run(pipeline(nodes), catalog).load()
thing = result.pop("d")
FACTOR = 100
print(result, isinstance(thing, Thing), thing.scaled())
"""


def test_a_script_without_a_guard_runs_once_and_all_its_code_goes_along(method, tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    out = subprocess.run(
        [sys.executable, tmp_path / "script.py"], capture_output=True, text=True, check=False
    )
    assert out.stdout == "once\n{'a': 11, 'b': 6, 'c': 2, 'e': 7} True 300\n", out.stderr


def test_processes_stay_warm_and_run_what_the_kernel_has_now(method, tmp_path, monkeypatch):
    pool.shut_down()
    first = run(lambda x: (os.getpid(), "old"))
    second = run(lambda x: (os.getpid(), "new"))
    assert first[0] == second[0] != os.getpid()
    assert second[1] == "new"
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(str(tmp_path))
    name = f"project_{method}"
    (tmp_path / f"{name}.py").write_text(
        "import threading\nlock = threading.Lock()\ndef f(x):\n    return 1\n"
    )
    module = importlib.import_module(name)

    def inside(x):
        return importlib.import_module(name).f(x)

    assert run(module.f) == run(inside) == 1
    (tmp_path / f"{name}.py").write_text(
        "import threading\nlock = threading.Lock()\ndef f(x):\n    return 22\n"
    )
    importlib.invalidate_caches()
    importlib.reload(module)
    assert run(module.f) == run(inside) == 22


def test_what_a_node_says_arrives_under_its_name_and_in_order(method, capfd, caplog):
    def say(x):
        print("one\ntwo")
        warnings.warn("three", UserWarning, stacklevel=1)
        logging.getLogger("me").warning("four")
        os.write(1, b"raw")
        print("five", end="")
        return x

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        run(say)
    out, err = capfd.readouterr()
    # Where some library has set up logging (Kedro does when it is imported) the record is shown here, too.
    said = [line for line in out.splitlines() if line.startswith("n: ")]
    assert said == ["n: one", "n: two", "n: five"]
    assert "raw" not in out
    assert "UserWarning: three" in err
    assert ("me", logging.WARNING, "n: four") in caplog.record_tuples


def test_the_environment_is_the_kernels_of_now(method, monkeypatch):
    run(lambda x: x)
    monkeypatch.setenv("SET_LATER", "yes")
    assert run(lambda x: os.environ.get("SET_LATER", "no")) == "yes"


class Notes:
    def __init__(self):
        self.seen = []

    @hook_impl
    def before_node_run(self, node):
        self.seen.append(node.name)
        print("hook", len(self.seen))


def test_what_a_hook_keeps_in_a_process_is_not_seen_in_the_kernel(method, capsys):
    notes = Notes()
    run(lambda x: x, hook_manager=create_hook_manager(notes))
    assert capsys.readouterr().out == "n: hook 1\n"
    assert notes.seen == []


@pytest.mark.parametrize("wrong", ["", "x"])
def test_another_start_method_is_an_error_that_names_the_three(wrong, monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", wrong)
    with pytest.raises(ValueError, match="'fork', 'spawn' or 'forkserver'"):
        ParallelRunner()


def test_a_system_without_fork_is_told_when_the_runner_is_made(monkeypatch):
    monkeypatch.delattr(os, "register_at_fork")
    with pytest.raises(ValueError, match="works on Linux and macOS only"):
        ParallelRunner()


def test_asynchronous_mode_is_taken_and_not_claimed(caplog):
    caplog.set_level(logging.INFO)
    catalog = DataCatalog({"x": 1})
    seen = create_hook_manager(TellsAsync())
    nodes = pipeline([node(lambda x: x, "x", "y")])
    ParallelRunner(is_async=True).run(nodes, catalog, seen)
    assert "synchronous" not in caplog.text
    assert "async: False" in caplog.text


class TellsAsync:
    @hook_impl
    def before_node_run(self, is_async):
        logging.getLogger("hook").info("async: %s", is_async)


def test_nothing_starts_before_the_first_run(method):
    gc.collect()
    pool.shut_down()
    ParallelRunner()
    assert not pool._all


def test_idle_processes_go_away(method, monkeypatch):
    monkeypatch.setattr(pool, "IDLE", 0.01)
    run(lambda x: x)
    wait_until(lambda: not pool._shelf)
    assert not pool._shelf


def test_nothing_that_a_left_thread_says_comes_after_the_end_of_its_node():
    """The node ends while the thread is about to speak: whoever reads next expects something else."""
    sent = []
    worker = Worker(SimpleNamespace(send_bytes=sent.append))
    worker._task = 0
    prints = SimpleNamespace(tell=lambda: setattr(worker, "_task", -1))
    worker._context = SimpleNamespace(prints=prints)
    worker.say("text", "stdout", "late\n")
    assert sent == []
