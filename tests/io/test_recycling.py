"""Files in shared memory are used again, and never while somebody can still read them."""

import fcntl
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from kedro_nb.io import packing, recycling
from kedro_nb.io.packing import own_folders, pack, start_recycling, stop_recycling
from kedro_nb.runner.executors import pool

SIZE = 1 << 18  # numbers: 2 MB


@pytest.fixture(autouse=True)
def recycle():
    if len(own_folders()) < 2:
        pytest.skip("this system has no memory file system")
    pool.shut_down()  # it would stop recycling a minute after the last run of another test
    start_recycling()
    yield
    stop_recycling()


def kept():
    folder = own_folders()[0] / recycling.IDLE
    return sorted(folder.iterdir()) if folder.exists() else []


def inode(packed):
    return os.stat(packed.path).st_ino


def test_a_file_that_goes_is_used_again():
    packed = pack(np.zeros(SIZE))
    before = inode(packed)
    del packed
    assert len(kept()) == 1
    packed = pack(np.ones(SIZE))
    assert inode(packed) == before
    assert packed.unpack().sum() == SIZE
    assert kept() == []


@pytest.mark.parametrize("size", [SIZE // 2 + 1, SIZE - 1, SIZE + 1, 3 * SIZE])
def test_what_it_is_used_for_may_be_of_another_size(size):
    del (packed := [pack(np.zeros(SIZE))])[:]
    packed.append(pack(np.arange(size)))
    assert kept() == []
    assert (packed[0].unpack() == np.arange(size)).all()
    assert os.stat(packed[0].path).st_size == size * 8


def test_a_large_file_is_left_to_something_large_and_the_closest_is_taken():
    packed = [pack(np.zeros(times * SIZE)) for times in (1, 3, 4)]
    inodes = [inode(each) for each in packed]
    packed.clear()
    assert inode(pack(np.zeros(2 * SIZE))) == inodes[1]
    assert inode(pack(np.zeros(SIZE))) == inodes[0]
    del (left := [pack(np.zeros(SIZE // 4))])[:]
    assert len(kept()) == 3
    assert left == []


def test_what_somebody_has_read_is_not_written_over():
    packed = pack(np.zeros(SIZE))
    value = packed.unpack()
    before = inode(packed)
    del packed
    packed = pack(np.ones(SIZE))
    assert inode(packed) != before
    assert value.max() == 0
    assert kept() == []


def test_nor_a_part_of_it():
    packed = pack({"a": np.zeros(SIZE), "b": np.zeros(SIZE)})
    part = packed.unpack()["b"][:10]
    del packed
    other = pack(np.ones(2 * SIZE))
    assert part.max() == 0
    assert other.unpack().min() == 1


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # as the pool's timer makes it
def test_nor_what_a_fork_has_inherited():
    packed = pack(np.zeros(SIZE))
    value = packed.unpack()
    (ask, asked), (answer, answered) = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        os.read(ask, 1)
        os.write(answered, b"old" if value.max() == 0 else b"new")
        os._exit(0)
    before = inode(packed)
    del value, packed
    packed = pack(np.ones(SIZE))
    os.write(asked, b"x")
    assert os.read(answer, 3) == b"old"
    os.waitpid(child, 0)
    for descriptor in (ask, asked, answer, answered):
        os.close(descriptor)
    assert inode(packed) != before


def test_nor_what_somebody_is_about_to_read():
    packed = pack(np.zeros(SIZE))
    with open(packed.path, "rb") as file:
        del packed
        other = pack(np.ones(SIZE))
        assert file.read(8) == bytes(8)
        assert other.unpack().min() == 1


@pytest.mark.parametrize("seed", range(5))
def test_values_stay_as_they_were_read_whatever_is_packed_and_dropped(seed):
    dice = random.Random(seed)
    packs, values = {}, {}
    for number in range(150):
        match dice.randrange(4):
            case 0 | 1:
                packs[number] = pack(np.full(dice.randrange(SIZE // 2, SIZE), number))
            case 2 if packs:
                key = dice.choice(sorted(packs))
                values[key] = packs[key].unpack()
            case 3:
                for chosen in (packs, values):
                    if chosen:
                        del chosen[dice.choice(sorted(chosen))]
        assert all(value[0] == value[-1] == value[SIZE // 4] == key for key, value in values.items())
    assert all((each.unpack() == key).all() for key, each in packs.items())


def test_two_writers_do_not_get_the_same_file():
    del (packed := [pack(np.zeros(SIZE)) for _ in range(4)])[:]
    at_once = threading.Barrier(8)

    def write(number):
        at_once.wait()
        packed.append((number, pack(np.full(SIZE, number))))

    threads = [threading.Thread(target=write, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.path for _, each in packed}) == 8
    assert all((each.unpack() == number).all() for number, each in packed)


def test_small_files_and_those_beyond_the_share_are_deleted(monkeypatch):
    del (packed := [pack(np.zeros(SIZE // 4 - 100))])[:]
    assert kept() == []
    folder = own_folders()[0]
    system = os.statvfs(folder)
    monkeypatch.setattr(recycling, "_SHARE", system.f_blocks * system.f_frsize // (5 * SIZE * 8) + 1)
    packed.extend(pack(np.zeros(SIZE)) for _ in range(6))
    packed.clear()
    assert len(kept()) == 4
    assert not [path for path in folder.iterdir() if path.is_file() and path.stat().st_size > SIZE]


def test_a_full_file_system_gets_back_what_lies_idle(monkeypatch):
    del (packed := [pack(np.zeros(SIZE))])[:]
    write = os.pwrite

    def pwrite(descriptor, data, offset):
        if kept():
            raise OSError(28, "No space left on device")
        return write(descriptor, data, offset)

    monkeypatch.setattr(os, "pwrite", pwrite)
    packed.append(pack(np.zeros(SIZE // 4)))
    assert Path(packed[0].path).parent == own_folders()[0]
    assert kept() == []


def test_nothing_is_kept_where_the_system_cannot_tell_who_reads(monkeypatch):
    stop_recycling()
    monkeypatch.delattr(fcntl, "F_SETLEASE")
    start_recycling()
    del (packed := [pack(np.zeros(SIZE))])[:]
    assert not (own_folders()[0] / recycling.IDLE).exists()
    assert packed == []


def test_nothing_is_kept_once_recycling_has_stopped():
    packed = pack(np.zeros(SIZE))
    stop_recycling()
    path = packed.path
    del packed
    assert not os.path.exists(path)
    assert kept() == []


END = """
import os, sys, numpy
from kedro_nb.io.packing import *
start_recycling()
del [pack(numpy.zeros(1 << 18))][:]
print(own_folders()[0], *os.listdir(own_folders()[0] / "idle"), flush=True)
if sys.argv[1] == "killed":
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("how", ["ends", "killed"])
def test_what_is_kept_goes_with_the_process_or_at_the_next_start(how):
    out = subprocess.run(
        [sys.executable, "-c", END, how], stdout=subprocess.PIPE, text=True, check=how == "ends"
    )
    folder, _file = out.stdout.split()
    if how == "killed":
        packing.sweep(Path(folder).parent)
    assert not list(Path(folder).parent.glob(f"{Path(folder).name}*"))
