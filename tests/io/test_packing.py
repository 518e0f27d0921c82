"""Values packed for other processes: what arrives, what is copied, and when files go."""

import gc
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kedro_nb.io import packing
from kedro_nb.io.by_value import dumps_by_value
from kedro_nb.io.packing import own_folders, pack, sweep

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(), inner)
        | st.tuples(inner, inner)
        | st.frozensets(st.integers())
    ),
    max_leaves=20,
)


def files():
    gc.collect()  # what earlier tests have left
    return {path for folder in own_folders() for path in folder.iterdir() if path.is_file()}


def mapped(address):
    """The file that is mapped at an address."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        bounds, *_, last = line.split()
        first, end = (int(bound, 16) for bound in bounds.split("-"))
        if first <= address < end:
            return last
    return None


@given(plain)
def test_anything_plain_comes_back_equal(value):
    assert pack(value).unpack() == value


@settings(deadline=None)
@given(
    st.binary(min_size=1, max_size=50),
    st.integers(0, 5),
    st.sampled_from([1, (1 << 16) - 1, 1 << 16, (1 << 16) + 1]),
)
def test_sizes_around_every_bound_come_back_equal(unit, count, size):
    value = [(unit * (size // len(unit) + 1))[:size] for _ in range(count)] + [bytearray(size)]
    assert pack(value).unpack() == value


@settings(deadline=None)
@given(hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(max_dims=3)), st.integers(1, 4000))
def test_arrays_of_any_kind_come_back_equal(array, times):
    value = np.concatenate([array] * times)
    for given_value in (value, np.asfortranarray(value), value[::2]):
        back = pack(given_value).unpack()
        assert back.dtype == given_value.dtype
        assert back.shape == given_value.shape
        assert back.tobytes() == given_value.tobytes()


LARGE = {
    "numpy": (lambda: np.arange(1 << 17), lambda value: value.ctypes.data),
    "pandas": (
        lambda: pd.DataFrame(np.random.default_rng(0).random((1 << 15, 4))),
        lambda value: value.to_numpy().ctypes.data,
    ),
    "arrow": (lambda: pa.table({"a": np.arange(1 << 17)}), lambda v: v["a"].chunk(0).buffers()[1].address),
}


@pytest.mark.parametrize("library", LARGE)
def test_large_data_is_read_where_it_lies(library):
    make, address = LARGE[library]
    value = make()
    packed = pack(value)
    back = packed.unpack()
    assert mapped(address(back)) == packed.path
    assert back.equals(value) if library != "numpy" else (back == value).all()


def test_large_bytes_go_into_a_file_and_the_message_stays_small():
    packed = pack({"text": "x" * 1_000_000})
    assert len(pickle.dumps(packed)) < 1000
    assert packed.nbytes > 1_000_000


def test_readers_do_not_see_each_others_changes():
    packed = pack(np.zeros(100_000))
    first, second = packed.unpack(), packed.unpack()
    first[:] = 1
    assert second.max() == 0
    assert packed.unpack().max() == 0


def test_the_original_can_be_changed_afterwards():
    array = np.zeros(100_000)
    packed = pack(array)
    array[:] = 1
    assert packed.unpack().max() == 0


def test_the_file_goes_with_its_owner_and_what_was_read_stays():
    packed = pack(np.ones(100_000))
    path, back = Path(packed.path), packed.unpack()
    assert path.exists()
    del packed
    assert not path.exists()
    assert back.sum() == 100_000


def test_a_copy_that_was_sent_does_not_delete_the_file():
    packed = pack(np.ones(100_000))
    sent = pickle.loads(pickle.dumps(packed))
    del sent
    gc.collect()
    assert packed.unpack().sum() == 100_000


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # as the pool's timer makes it
def test_a_fork_does_not_delete_its_parents_files():
    packed = pack(np.ones(100_000))
    child = os.fork()
    if not child:
        del packed
        os._exit(0)
    os.waitpid(child, 0)
    assert packed.unpack().sum() == 100_000


def test_a_full_memory_file_system_falls_back_to_the_next_folder(tmp_path, monkeypatch):
    full, roomy = tmp_path / "full", tmp_path / "roomy"
    write = os.pwrite

    def pwrite(descriptor, data, offset):
        if os.readlink(f"/proc/self/fd/{descriptor}").startswith(str(full)) and offset:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[: 1 << 15], offset)  # a little at a time, as it may be

    monkeypatch.setattr(os, "pwrite", pwrite)
    packed = pack(np.arange(100_000), [full, roomy])
    assert Path(packed.path).parent == roomy
    assert not list(full.iterdir())
    assert (packed.unpack() == np.arange(100_000)).all()


def test_no_room_anywhere_is_an_error_with_the_sizes(tmp_path, monkeypatch):
    def pwrite(descriptor, data, offset):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", pwrite)
    with pytest.raises(
        OSError, match=r"800,000 bytes .*No space left on device, [\d,]+ bytes free.* nor into"
    ):
        pack(np.arange(100_000), [tmp_path / "a", tmp_path / "b"])
    assert not list(tmp_path.glob("*/*"))


def test_an_interrupt_while_writing_leaves_no_file(tmp_path, monkeypatch):
    def pwrite(descriptor, data, offset):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "pwrite", pwrite)
    with pytest.raises(KeyboardInterrupt):
        pack(np.arange(100_000), [tmp_path])
    assert not list(tmp_path.iterdir())


def test_a_value_that_does_not_pickle_leaves_no_file():
    before = files()
    with pytest.raises(TypeError, match="generator"):
        pack([np.zeros(100_000), (i for i in range(3))])
    assert files() == before


def test_sweeping_removes_what_the_dead_left_and_nothing_of_the_living(tmp_path, monkeypatch):
    """Also not what has the number of a process in another container, nor anything that is not ours."""
    monkeypatch.setattr(packing, "_roots", lambda: [tmp_path])
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as living:
        prefix = f"kedro_nb-{os.getuid()}-{packing._namespace()}"
        names = [
            f"{prefix}-{packing._identity(living.pid)}-a",
            f"{prefix}-{living.pid}-1-reused",
            f"kedro_nb-{os.getuid()}-1-{living.pid}-1-elsewhere",
            f"{prefix}-notes",
            "kedro_nb-other",
        ]
        for name in names:
            (tmp_path / name).mkdir()
        sweep(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {names[0], *names[2:]}
        living.communicate(b"\n")
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(names[2:])


def test_a_folder_is_the_users_alone():
    assert all(folder.stat().st_mode & 0o777 == 0o700 for folder in own_folders())


def test_a_folder_that_was_tidied_up_is_made_again():
    folder = own_folders()[0]
    shutil.rmtree(folder)
    assert pack(np.ones(100_000)).unpack().sum() == 100_000


def test_the_folders_go_with_the_process():
    script = (
        "import numpy; from kedro_nb.io.packing import *; kept = pack(numpy.zeros(100000)); "
        "print(*own_folders(), sep='\\n')"
    )
    out = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert out.stdout.split()
    assert not [folder for folder in out.stdout.split() if Path(folder).exists()]


class Thing:
    size = 1

    def grow(self):
        return self.size + OFFSET


OFFSET = 10


def test_a_class_that_comes_back_is_the_same_and_unchanged():
    """Its functions still see this module's globals, and not a copy of them."""
    grow = Thing.grow
    back = pack(Thing()).unpack()
    assert type(back) is Thing
    assert Thing.grow is grow


def test_a_function_that_comes_back_is_the_same_also_where_it_uses_what_cannot_be_sent(tmp_path, monkeypatch):
    (tmp_path / "with_lock.py").write_text(
        "import threading\nlock = threading.Lock()\ndef f(x):\n    with lock:\n        return x\n"
    )
    (tmp_path / "without.py").write_text("def f(x):\n    return x\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import with_lock
    import without

    functions = [with_lock.f, without.f]
    assert pickle.loads(dumps_by_value(functions)) == functions
