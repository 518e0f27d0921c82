"""What ParallelRunner promises when something breaks: an error that names the node, and nothing left behind."""

import _thread
import ctypes
import os
import resource
import signal
import stat
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from kedro_nb.errors import DatasetError, PipelineError, WorkerError
from kedro_nb.io import DataCatalog, LambdaDataset, MemoryDataset
from kedro_nb.io.packing import own_folders
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner
from kedro_nb.runner.executors import pool

from .nodes import double
from .world import run_with, when_called


def kill_itself(x):
    os.kill(os.getpid(), signal.SIGKILL)


def leave(x):
    os._exit(3)


def segfault(x):
    ctypes.string_at(0)


def use_up_memory(x):
    limit = resource.getrlimit(resource.RLIMIT_AS)
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + (64 << 20), limit[1]))
    return bytearray(1 << 30)


def give_lock(x):
    return threading.Lock()


def give_generator(x):
    return {"numbers": (i for i in range(3))}


class HoldsLock(Exception):
    def __init__(self, text):
        super().__init__(text)
        self.lock = threading.Lock()


class CannotBeReduced(Exception):
    def __reduce__(self):
        raise RuntimeError("not me")


class BecomesANumber(Exception):
    def __reduce__(self):
        return (int, (3,))


class WantsTwo(Exception):
    def __init__(self, first, second):
        super().__init__(f"{first} and {second}")


def raise_lock(x):
    raise HoldsLock("locked up")


def raise_unreduced(x):
    raise CannotBeReduced("cannot travel")


def raise_number(x):
    raise BecomesANumber("once an error")


def raise_wants_two(x):
    raise WantsTwo("this", "that")


def recurse(x):
    return recurse(x) + 1


def close_everything(x):
    os.closerange(3, 256)
    return x


def talk_nonsense(x):
    for descriptor in range(3, 64):
        if os.path.exists(f"/proc/self/fd/{descriptor}") and stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            os.write(descriptor, b"\xff" * 64)
    return x


def real_time_signal(x):
    os.kill(os.getpid(), 40)


def half_a_message(x):
    for descriptor in range(3, 64):
        if os.path.exists(f"/proc/self/fd/{descriptor}") and stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            os.write(descriptor, b"kedro_nb" + bytes(4))
    threading.Event().wait(1000)


def stops_itself(x):
    os.kill(os.getpid(), signal.SIGSTOP)


def exit_politely(x):
    sys.exit("enough")


FAULTS = {
    "SIGKILL": (kill_itself, WorkerError, "SIGKILL"),
    "a real-time signal": (real_time_signal, WorkerError, r"signal 40, SIGRTMIN\+6"),
    "os._exit": (leave, WorkerError, "exit code 3"),
    "segfault": (segfault, WorkerError, "SIGSEGV"),
    "out of memory": (use_up_memory, MemoryError, ""),
    "output with a lock": (give_lock, DatasetError, "bad returned cannot be sent.*lock"),
    "output with a generator": (give_generator, DatasetError, "bad returned cannot be sent.*generator"),
    "exception with a lock": (raise_lock, HoldsLock, "locked up"),
    "exception whose __reduce__ raises": (raise_unreduced, CannotBeReduced, "cannot travel"),
    "exception that becomes a number": (raise_number, BecomesANumber, "once an error"),
    "exception that wants two arguments": (raise_wants_two, WantsTwo, "this and that"),
    "endless recursion": (recurse, RecursionError, "recursion"),
    "closed descriptors": (close_everything, WorkerError, "has ended"),
    "nonsense in the pipe": (talk_nonsense, WorkerError, "has ended"),
    "sys.exit": (exit_politely, SystemExit, "enough"),
}


def told(error):
    return "\n".join([str(error), *getattr(error, "__notes__", ())])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_node_is_an_error_that_names_it_and_nothing_is_left(fault, world):
    function, kind, text = FAULTS[fault]
    with pytest.raises(kind, match=f"(?s){text}") as caught:
        run_with(function)
    assert "bad" in told(caught.value)
    del caught


def test_the_traceback_of_an_error_with_an_attribute_that_cannot_be_pickled_is_there(world):
    with pytest.raises(HoldsLock) as caught:
        run_with(raise_lock)
    assert [entry.name for entry in caught.traceback][-1] == "raise_lock"


def test_the_cause_of_an_error_arrives(world):
    def fail(x):
        try:
            raise KeyError("first")
        except KeyError as error:
            raise ValueError("second") from error

    with pytest.raises(ValueError, match="second") as caught:
        run_with(fail)
    assert repr(caught.value.__cause__) == "KeyError('first')"


def test_a_dataset_that_does_not_load_is_named_with_its_node(world):
    def broken():
        raise OSError("disk on fire")

    catalog = DataCatalog({"d": LambdaDataset(load=broken, save=None)})
    with pytest.raises(DatasetError, match="disk on fire") as caught:
        ParallelRunner().run(pipeline([node(double, "d", "y", name="reads")]), catalog)
    assert "In node reads" in told(caught.value)
    assert "'d'" in told(caught.value)


def test_a_second_output_that_cannot_be_pickled_leaves_no_file_of_the_first(world):
    def two(x):
        return np.zeros(100_000), threading.Lock()

    with pytest.raises(DatasetError, match="lock"):
        ParallelRunner().run(pipeline([node(two, "x", ["a", "b"], name="two")]), DataCatalog({"x": 1}))


def test_a_worker_killed_while_it_has_a_file_that_is_not_handed_over_leaves_none(world):
    folder = own_folders()[0]

    def write_and_die(x):
        (folder / f"{os.getpid()}-0-half").write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(WorkerError):
        run_with(write_and_die)


def test_a_node_that_cannot_be_sent_is_refused_before_the_first_node(world, tmp_path):
    lock = threading.Lock()

    def first(x):
        (tmp_path / "ran").touch()
        return x

    nodes = [node(first, "x", "y", name="first"), node(lambda y: lock, "y", "z", name="holds_a_lock")]
    with pytest.raises(PipelineError, match=r"node 'holds_a_lock' cannot be sent .*ThreadRunner"):
        ParallelRunner().run(pipeline(nodes), DataCatalog({"x": 1}))
    assert not (tmp_path / "ran").exists()


def test_a_dataset_of_one_process_is_refused_before_the_first_node(world, tmp_path):
    class OneProcess(LambdaDataset):
        _SINGLE_PROCESS = True

    def first(x):
        (tmp_path / "ran").touch()
        return x

    catalog = DataCatalog({"x": 1, "spark": OneProcess(load=None, save=print)})
    with pytest.raises(DatasetError, match=r"'spark' \(OneProcess\).*ThreadRunner"):
        ParallelRunner().run(pipeline([node(first, "x", "spark")]), catalog)
    assert not (tmp_path / "ran").exists()


def test_an_input_that_cannot_be_sent_is_refused_by_name(world):
    catalog = DataCatalog({"x": MemoryDataset(threading.Lock(), copy_mode="assign")})
    with pytest.raises(DatasetError, match=r"'x' holds data that cannot be sent"):
        ParallelRunner().run(pipeline([node(double, "x", "y")]), catalog)


def limit_files(x):
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    return np.zeros(x)


def test_an_output_that_fits_nowhere_is_an_error_with_sizes_and_the_dataset(world):
    with pytest.raises(DatasetError, match=r"big: .*800,000 bytes .*fit neither into .* bytes free"):
        ParallelRunner().run(pipeline([node(limit_files, "x", "big", name="n")]), DataCatalog({"x": 100_000}))
    pool.shut_down()  # the limit stays with the process


@pytest.mark.parametrize("function", [half_a_message, stops_itself])
def test_an_interrupt_ends_a_worker_that_sends_nothing_whole(function, world):
    with pytest.raises(KeyboardInterrupt):
        run_with(function, when_called("bad", _thread.interrupt_main))
