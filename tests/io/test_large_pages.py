"""Large files are on huge pages where the system has them, and nobody could tell but for the time."""

import errno
import gc
import math
import os
import threading
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from kedro_nb.io import large_pages, packing, recycling
from kedro_nb.io.packing import improve_recycled, own_folders, pack, start_recycling, stop_recycling

HUGE = large_pages.huge_page()
LARGE = 4 * HUGE
COLLAPSE = large_pages._collapse

if not HUGE or LARGE > 1 << 24 or len(own_folders()) < 2:
    pytest.skip("this system has no huge pages, or no memory file system", allow_module_level=True)


def collapses():
    """Whether the system puts files on huge pages for whoever asks."""
    path = own_folders()[0] / "probe"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        os.posix_fallocate(descriptor, 0, LARGE)
        return large_pages.put_on_huge_pages(descriptor, threading.Event())
    finally:
        os.close(descriptor)
        path.unlink()


needs_collapse = pytest.mark.skipif(not collapses(), reason="this system does not put files on huge pages")


def files():
    return {path for path in own_folders()[0].iterdir() if path.is_file()}


def never(*_):
    return False


def at_first(limit):
    """Works a few times, and then not any more."""
    calls = count()
    return lambda *arguments: next(calls) < limit and COLLAPSE(*arguments)


def refuse(*_):
    return -1


@pytest.fixture(
    params=["at once", "never", "at first", "too slowly", "not mapped", "not there"], name="system"
)
def a_system(request, monkeypatch):
    """What a system may do when it is asked for huge pages."""
    monkeypatch.setattr(large_pages, "_RATE", 0.0 if request.param == "too slowly" else math.inf)
    monkeypatch.setattr(large_pages, "_STEP", HUGE)
    if request.param == "never":
        monkeypatch.setattr(large_pages, "_collapse", never)
    elif request.param == "at first":
        monkeypatch.setattr(large_pages, "_collapse", at_first(2))
    elif request.param == "not mapped":
        monkeypatch.setattr(large_pages._libc(), "mmap", refuse)
    elif request.param == "not there":
        monkeypatch.setattr(large_pages, "huge_page", lambda: 0)
    return request.param


@pytest.fixture
def quick(monkeypatch):
    """Huge pages are taken at whatever price."""
    monkeypatch.setattr(large_pages, "_RATE", math.inf)


@pytest.fixture
def slow(monkeypatch):
    """A new file stays on small pages, except for its first part."""
    monkeypatch.setattr(large_pages, "_RATE", 0.0)


@pytest.fixture
def recycle(monkeypatch):
    monkeypatch.setattr(packing, "_improvable", True)
    monkeypatch.setattr(packing, "_LEISURE", 0.0)
    stop_recycling()
    start_recycling()
    yield
    stop_recycling()


def some(size, seed=0):
    return np.random.default_rng(seed).integers(0, 256, size, dtype=np.uint8)


def kept():
    return sorted((own_folders()[0] / recycling.IDLE).iterdir())


def lines(path, name):
    """Bytes under a name, of where a file is mapped in this process."""
    found, inside = [], False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        first, *rest = line.split()
        if "-" in first:
            inside = rest[-1] == path
        elif inside and first == name:
            found.append(int(rest[0]) * 1024)
    return found


@pytest.mark.parametrize("size", [LARGE - 1, LARGE, LARGE + 1, LARGE + HUGE - 1, 6 * HUGE + 12345])
def test_what_was_packed_comes_back(system, size):
    value = some(size)
    packed = pack(value)
    assert os.stat(packed.path).st_size == size
    back = packed.unpack()
    assert (back == value).all()
    back[:] = 0
    assert (packed.unpack() == value).all()


def test_so_do_several_buffers_that_begin_and_end_anywhere(system):
    value = [some(size, size) for size in (HUGE - 7, 100_000, 3 * HUGE + 1, 70_000, HUGE // 2, 1)]
    packed = pack(value)
    assert all((one == other).all() for one, other in zip(packed.unpack(), value, strict=True))


@pytest.mark.usefixtures("recycle")
def test_so_it_does_from_a_file_that_was_used_before_for_another_size(system):
    for seed, size in enumerate((6 * HUGE, LARGE + 5, 7 * HUGE + 3, LARGE - 1, LARGE)):
        value = some(size, seed)
        packed = pack(value)
        assert kept() == []
        assert (packed.unpack() == value).all()
        del packed
        assert len(kept()) == 1


@needs_collapse
@pytest.mark.usefixtures("quick")
def test_a_reader_has_huge_pages():
    packed = pack(np.ones(LARGE + HUGE + 1, np.uint8))
    back = packed.unpack()
    assert back.sum() == back.nbytes
    assert lines(packed.path, "ShmemPmdMapped:") == [LARGE + HUGE]


@pytest.mark.usefixtures("quick")
def test_readers_do_not_see_each_others_changes():
    packed = pack(np.zeros(LARGE, np.uint8))
    first, second = packed.unpack(), packed.unpack()
    assert first.max() == second.max() == 0
    first[::4096] = 1
    assert second.max() == packed.unpack().max() == 0
    assert first[::4096].min() == 1
    assert first[1:4096].max() == 0


@pytest.mark.usefixtures("quick")
def test_a_part_keeps_all_of_the_mapping_and_the_last_one_takes_it_along():
    packed = pack({"a": np.ones(LARGE, np.uint8), "b": np.ones(LARGE, np.uint8)})
    part = packed.unpack()["b"][-10:]
    gc.collect()
    assert part.sum() == 10
    assert lines(packed.path, "Size:")
    del part
    assert not lines(packed.path, "Size:")


def test_nothing_stays_mapped_by_who_has_written(system):
    packed = pack(np.ones(LARGE, np.uint8))
    assert not lines(packed.path, "Size:")


@pytest.mark.usefixtures("quick")
def test_a_fork_reads_and_writes_its_own():
    value = pack(np.zeros(LARGE, np.uint8)).unpack()
    child = os.fork()
    if not child:
        value[:] += 1
        os._exit(0 if value.min() == 1 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert value.max() == 0


@needs_collapse
@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("where", ["pwrite", "posix_fallocate"])
def test_a_full_memory_file_system_falls_back_to_the_next_folder(where, tmp_path, monkeypatch):
    """Also one that is full only behind the advice: to write to its mapping would be a signal."""

    def full(descriptor, *arguments):
        if os.readlink(f"/proc/self/fd/{descriptor}").startswith(str(own_folders()[0])):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, *arguments)

    real = getattr(os, where)
    monkeypatch.setattr(os, where, full)
    before = files()
    packed = pack(value := some(LARGE), [own_folders()[0], tmp_path])
    assert Path(packed.path).parent == tmp_path
    assert files() == before
    assert (packed.unpack() == value).all()


def test_an_interrupt_leaves_neither_file_nor_mapping(monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(large_pages, "_collapse", interrupt)
    before = files()
    with pytest.raises(KeyboardInterrupt):
        pack(some(LARGE))
    assert files() == before
    assert str(own_folders()[0]) not in Path("/proc/self/maps").read_text()


@needs_collapse
@pytest.mark.usefixtures("slow", "recycle")
def test_a_file_on_small_pages_is_put_on_huge_ones_while_it_lies_idle(monkeypatch):
    packed = pack(np.ones(3 * LARGE, np.uint8))
    inode = os.stat(packed.path).st_ino
    assert packed.path.endswith(".small")
    del packed
    improve_recycled()
    packing._improving[0].join()
    assert [file.suffix for file in kept()] == [""]
    monkeypatch.setattr(large_pages, "_RATE", math.inf)
    packed = pack(value := some(3 * LARGE))
    assert os.stat(packed.path).st_ino == inode
    back = packed.unpack()
    assert (back == value).all()
    assert lines(packed.path, "ShmemPmdMapped:") == [3 * LARGE]


@pytest.mark.usefixtures("slow", "recycle")
def test_not_so_one_that_somebody_reads():
    packed = pack(value := some(LARGE))
    back = packed.unpack()
    del packed
    before = kept()
    improve_recycled()
    packing._improving[0].join()
    assert kept() == before
    assert (back == value).all()
    assert packing._improvable


@pytest.mark.usefixtures("slow", "recycle")
def test_meanwhile_nobody_else_gets_it_and_it_comes_back_when_a_run_begins(monkeypatch):
    reached, goes_on = threading.Event(), threading.Event()

    def wait(*arguments):
        if threading.current_thread() is not threading.main_thread():
            reached.set()
            goes_on.wait(5)
        return COLLAPSE(*arguments)

    monkeypatch.setattr(large_pages, "_STEP", HUGE)
    monkeypatch.setattr(large_pages, "_collapse", wait)
    del (packed := [pack(np.ones(LARGE, np.uint8))])[:]
    [before] = kept()
    improve_recycled()
    assert reached.wait(5)
    packed.append(pack(value := some(LARGE)))
    assert (packed[0].unpack() == value).all()
    packing.busy()
    goes_on.set()
    packing._improving[0].join()
    assert kept() == [before]


@pytest.mark.usefixtures("slow", "recycle")
def test_where_that_does_not_work_it_is_tried_once(monkeypatch):
    monkeypatch.setattr(large_pages, "_collapse", never)
    del [pack(np.ones(LARGE, np.uint8))][:]
    before = kept()
    improve_recycled()
    packing._improving[0].join()
    assert kept() == before
    thread = packing._improving[0]
    improve_recycled()
    assert packing._improving[0] is thread


@pytest.mark.usefixtures("slow", "recycle")
def test_no_thread_and_no_file_is_left_once_recycling_has_stopped(monkeypatch):
    monkeypatch.setattr(packing, "_LEISURE", 60.0)
    before = files()
    del [pack(np.ones(LARGE, np.uint8))][:]
    improve_recycled()
    thread = packing._improving[0]
    assert thread.is_alive()
    stop_recycling()
    assert not thread.is_alive()
    assert files() == before
    assert not (own_folders()[0] / recycling.IDLE).exists()


@pytest.mark.usefixtures("slow", "recycle")
def test_nor_when_it_stops_in_the_middle(monkeypatch):
    reached = threading.Event()

    def stop(*arguments):
        if threading.current_thread() is not threading.main_thread():
            reached.set()
            packing._improving[1].wait(5)
        return COLLAPSE(*arguments)

    monkeypatch.setattr(large_pages, "_STEP", HUGE)
    monkeypatch.setattr(large_pages, "_collapse", stop)
    before = files()
    del [pack(np.ones(LARGE, np.uint8))][:]
    improve_recycled()
    assert reached.wait(5)
    stop_recycling()
    assert not packing._improving[0].is_alive()
    assert files() == before
    assert not (own_folders()[0] / recycling.IDLE).exists()


@pytest.mark.usefixtures("slow", "recycle")
def test_who_is_about_to_start_a_process_waits_until_nothing_is_mapped(monkeypatch):
    monkeypatch.setattr(packing, "_LEISURE", 60.0)
    del [pack(np.ones(LARGE, np.uint8))][:]
    improve_recycled()
    start_recycling()
    assert not packing._improving[0].is_alive()
    assert len(kept()) == 1


@pytest.mark.usefixtures("recycle")
def test_one_on_huge_pages_is_taken_first(monkeypatch):
    monkeypatch.setattr(large_pages, "_RATE", 0.0)
    small = pack(np.ones(LARGE, np.uint8))
    monkeypatch.setattr(large_pages, "_RATE", math.inf)
    large = pack(np.ones(LARGE, np.uint8))
    if large.path.endswith(recycling.ON_SMALL_PAGES):
        pytest.skip("this system does not put files on huge pages")
    inode = os.stat(large.path).st_ino
    del small, large
    assert os.stat(pack(np.zeros(LARGE, np.uint8)).path).st_ino == inode
