"""What a save that was killed has left is removed by the next one, and no live save loses its file."""

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from kedro_nb.io import (
    CSVDataset,
    DataCatalog,
    DatasetError,
    JSONDataset,
    ParquetDataset,
    PickleDataset,
    TextDataset,
    Version,
    YAMLDataset,
)

FRAME = pd.DataFrame({"a": [1]})
DATA = {
    PickleDataset: [1],
    JSONDataset: [1],
    YAMLDataset: [1],
    TextDataset: "text",
    CSVDataset: FRAME,
    ParquetDataset: FRAME,
}
SAVE = """
import json, sys
from pathlib import Path
from kedro_nb import io

def pause(*_):
    print("writing", flush=True)
    sys.stdin.readline()

kind, path, version, moment, data = json.loads(sys.argv[1])
cls = getattr(io, kind)
if moment == "write":
    write = cls._write
    cls._write = lambda self, file, data: (file.write("half" if hasattr(file, "encoding")
                                                      else b"half"), file.flush(), pause())
elif moment == "rename":
    Path.replace = pause
version = io.Version(None, version) if version else None
cls(filepath=path, version=version).save(data)
"""


@contextmanager
def saving(path, kind=JSONDataset, version=None, moment="write", data="theirs"):
    """A process that saves, and waits in the middle of that."""
    arguments = json.dumps([kind.__name__, str(path), version, moment, data])
    command = [sys.executable, "-c", SAVE, arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "writing\n"
        try:
            yield process
        finally:
            process.kill()


def kill(process):
    process.kill()
    process.wait()


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def save(path, kind=JSONDataset, data=(1,), version=None):
    kind(filepath=path, version=version and Version(None, version)).save(
        data if not isinstance(data, tuple) else list(data)
    )


@pytest.mark.parametrize(
    ("kind", "version"), [*((kind, None) for kind in DATA), (JSONDataset, "v1"), (PickleDataset, "v1")]
)
def test_the_next_save_removes_what_a_killed_one_left(kind, version, tmp_path):
    path = tmp_path / "new" / "x.dat"
    with saving(path, kind, version) as process:
        kill(process)
    assert files(tmp_path) != []
    assert not kind(filepath=path, version=version and Version(None, None)).exists()
    save(path, kind, DATA[kind], version and "v2")
    assert files(tmp_path / "new") == (["x.dat", "x.dat/v2", "x.dat/v2/x.dat"] if version else ["x.dat"])


@pytest.mark.parametrize("version", [None, "v1"])
def test_the_next_save_removes_what_one_left_that_was_killed_near_its_end(version, tmp_path):
    path = tmp_path / "x.json"
    save(path, data=("old",), version=version and "v0")
    with saving(path, version=version, moment="rename") as process:
        kill(process)
    assert JSONDataset(filepath=path, version=version and Version(None, None)).load() == ["old"]
    save(path, data=("new",), version=version and "v2")
    left = files(tmp_path)
    assert [each for each in left if ".tmp" in each] == []
    assert JSONDataset(filepath=path, version=version and Version(None, None)).load() == ["new"]


def test_many_leftovers_are_removed_at_once(tmp_path):
    path = tmp_path / "x.json"
    with saving(path) as first, saving(path) as second, saving(path, moment="rename") as third:
        for process in (first, second, third):
            kill(process)
    save(path)
    assert files(tmp_path) == ["x.json"]


def test_a_live_save_of_another_process_keeps_its_file_and_that_of_a_dead_one_is_removed(tmp_path):
    path = tmp_path / "x.json"
    with saving(path, moment="rename") as live, saving(path) as dead:
        kill(dead)
        for _ in range(3):
            save(path, data=("mine",))
            assert JSONDataset(filepath=path).load() == ["mine"]
        assert len(files(tmp_path)) == 2
        kill(live)
    save(path, data=("mine",))
    assert files(tmp_path) == ["x.json"]


def test_saves_in_many_processes_and_threads_all_end_well(tmp_path):
    path = tmp_path / "x.json"
    script = (
        "import sys; from kedro_nb.io import JSONDataset\n"
        "for i in range(200): JSONDataset(filepath=sys.argv[1]).save([i] * 100)"
    )
    processes = [subprocess.Popen([sys.executable, "-c", script, str(path)]) for _ in range(2)]
    failures = []

    def work():
        try:
            for number in range(200):
                save(path, data=(number,) * 100)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if path.exists():
            assert len(set(JSONDataset(filepath=path).load())) == 1
    assert [process.wait() for process in processes] == [0, 0]
    assert failures == []
    assert files(tmp_path) == ["x.json"]


def test_a_leftover_of_another_dataset_and_files_of_other_programs_stay(tmp_path):
    (tmp_path / ".mine.tmp").write_text("mine")
    with saving(tmp_path / "other.json") as process:
        kill(process)
    before = files(tmp_path)
    save(tmp_path / "x.json")
    assert files(tmp_path) == sorted([*before, "x.json"])


@pytest.mark.parametrize("planted", ["link", "hard link", "folder", "pipe"])
def test_what_is_planted_under_the_name_of_a_temporary_file_is_not_written_to(planted, tmp_path):
    data, mine = tmp_path / "data", tmp_path / "mine"
    data.mkdir()
    mine.write_text("mine")
    with saving(data / "x.json") as process:
        kill(process)
    (temporary,) = data.iterdir()
    temporary.unlink()
    if planted == "link":
        temporary.symlink_to(mine)
    elif planted == "hard link":
        temporary.hardlink_to(mine)
    elif planted == "folder":
        temporary.mkdir()
    else:
        os.mkfifo(temporary)
    save(data / "x.json")
    assert json.loads((data / "x.json").read_text()) == [1]
    assert mine.read_text() == "mine"
    assert len(files(data)) <= 2


def test_others_cannot_read_what_replaces_a_private_file(tmp_path):
    path = tmp_path / "x.json"
    save(path)
    path.chmod(0o600)
    with saving(path) as process:
        kill(process)
    assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}
    save(path)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("mode", "before", "after"), [("w", "a", "b"), ("a", "a", "ab"), ("a", None, "b"), ("x", None, "b")]
)
def test_every_mode_writes_what_it_says(mode, before, after, tmp_path):
    path = tmp_path / "x.txt"
    if before:
        path.write_text(before)
    TextDataset(filepath=path, fs_args={"open_args_save": {"mode": mode}}).save("b")
    assert path.read_text() == after
    assert files(tmp_path) == ["x.txt"]


def test_a_mode_for_new_files_does_not_write_over_one(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("a")
    with pytest.raises(DatasetError, match="File exists"):
        TextDataset(filepath=path, fs_args={"open_args_save": {"mode": "x"}}).save("b")
    assert (path.read_text(), files(tmp_path)) == ("a", ["x.txt"])


def test_a_failing_save_removes_the_folders_that_it_made(tmp_path):
    catalog = DataCatalog.from_config(
        {"a": {"type": "JSONDataset", "filepath": str(tmp_path / "new" / "a.json"), "versioned": True}}
    )
    with pytest.raises(DatasetError, match="not JSON serializable"):
        catalog.save("a", object())
    assert files(tmp_path) == []


@pytest.mark.parametrize("name", ["x" * 200 + ".csv", "x." + "y" * 200, "ü.json", "a b.json"])
def test_any_name_that_a_file_can_have_can_be_saved(name, tmp_path):
    save(tmp_path / name)
    assert os.listdir(tmp_path) == [name]
    assert Path(tmp_path / name).stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask():
    current = os.umask(0)
    os.umask(current)
    return current
