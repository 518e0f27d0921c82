"""Large values in shared memory: no other user reads them, replaces them, or has one of his files written to."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from kedro_nb.io.packing import own_folders, pack, start_recycling, stop_recycling, sweep

SIZE = 1 << 18  # numbers: 2 MB
ATTACKER = 12345
KINDS = ["symbolic link", "hard link", "pipe", "folder", "file", "open file", "dangling link"]

needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can act as a second user"
)

VICTIM = """
import fcntl, json, os, pickle, sys
from pathlib import Path
import numpy as np
from kedro_nb.io import packing, recycling
from kedro_nb.io.packing import own_folders, pack, start_recycling, stop_recycling

user, *roots = sys.argv[1:]
packing.pickled([np.ones(1 << 18)]).unpack()  # imports what the other user cannot import
os.umask(0)
if int(user):
    os.setgroups([])
    os.setgid(int(user))
    os.setuid(int(user))
if roots:
    packing._roots = lambda: [Path(root) for root in roots]

def own(_kept):
    return [str(folder) for folder in own_folders()]

def start(_kept):
    start_recycling()

def stop(_kept):
    stop_recycling()

def put(kept):
    kept.append(pack(np.full(1 << 18, float(len(kept)))))
    return kept[-1].path

def read(kept):
    return [float(each.unpack().mean()) for each in kept]

def drop(kept):
    kept.clear()

kept = []
for line in sys.stdin:
    try:
        said = globals()[line.strip()](kept)
    except OSError as error:
        said = f"{type(error).__name__}: {error}"
    print(json.dumps(said), flush=True)
"""


@contextmanager
def victim(user, *roots):
    """A process of a user that packs values: a function that has it do something, and gives what it said."""
    command = [sys.executable, "-c", VICTIM, str(user), *map(str, roots)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def ask(what):
            process.stdin.write(f"{what}\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        try:
            yield ask
        finally:
            process.stdin.close()
            process.wait(20)


def as_attacker(action):
    """Do something as another user; whether the system let him."""
    child = os.fork()
    if not child:
        try:
            os.setgroups([])
            os.setgid(ATTACKER)
            os.setuid(ATTACKER)
            os.umask(0)
            action()
        except OSError:
            os._exit(1)
        except BaseException:
            os._exit(2)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in {0, 1}
    return status == 0


def plant(place, kind, target):
    """Put something where a file to be used again is looked for."""
    if kind == "symbolic link":
        place.symlink_to(target)
    elif kind == "dangling link":
        place.symlink_to(f"{target}.new")
    elif kind == "hard link":
        os.link(target, place)
    elif kind == "pipe":
        os.mkfifo(place, 0o666)
    elif kind == "folder":
        place.mkdir(0o777)
    else:
        place.write_bytes(bytes(SIZE * 8))
        place.chmod(0o666)


def idle_folders(folder):
    return [Path(folder) / "idle", Path(f"{folder}.free")]


def clear(place):
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


@pytest.fixture
def room():
    """A folder on the file system of the values, which any user can go through."""
    folder = Path(tempfile.mkdtemp(dir=own_folders()[0].parent))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def target(room):
    """A file of the victim's own, that must stay as it is."""
    file = room / "target"
    file.write_bytes(b"mine" * (SIZE * 2))
    file.chmod(0o600)
    yield file
    assert file.read_bytes() == b"mine" * (SIZE * 2)
    assert not Path(f"{file}.new").exists()


@pytest.fixture
def recycle():
    if len(own_folders()) < 2:
        pytest.skip("this system has no memory file system")
    start_recycling()
    yield
    stop_recycling()


# ---------------------------------------------------------------- as anybody


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_a_plain_file_of_ours_is_not_used_again(kind, target, recycle):
    planted = []
    for folder in idle_folders(own_folders()[0]):
        if folder.is_dir():
            planted.append(folder / "1-1-planted")
            plant(planted[-1], kind, target)
    held = [place.open("rb") for place in planted if kind == "open file"]
    packed = [pack(np.full(SIZE, number)) for number in range(3)]
    assert [each.unpack().mean() for each in packed] == [0, 1, 2]
    for each in packed:
        status = os.lstat(each.path)
        assert (status.st_nlink, status.st_mode & 0o777, os.path.islink(each.path)) == (1, 0o600, False)
    assert all(not any(file.read(4096)) for file in held)
    for file in held:
        file.close()
    for place in planted:
        clear(place)


def test_a_file_is_not_used_again_while_links_take_its_place(target, recycle):
    """Whoever checks a name and then opens it loses sooner or later."""
    folder = next(each for each in idle_folders(own_folders()[0]) if each.is_dir())
    over = threading.Event()

    def swap():
        while not over.is_set():
            for name in os.listdir(folder):
                try:
                    (folder / f"{name}-link").symlink_to(target)
                    (folder / f"{name}-link").replace(folder / name)
                except OSError:  # it is in use
                    pass

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for number in range(150):
            assert pack(np.full(SIZE, number)).unpack()[-1] == number
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("kind", ["symbolic link", "hard link", "pipe", "folder", "file"])
def test_a_value_is_not_read_from_what_has_taken_the_place_of_its_file(kind, target):
    packed = pack(np.ones(SIZE))
    os.unlink(packed.path)
    plant(Path(packed.path), kind, target)
    with pytest.raises(OSError, match=packed.path):
        packed.unpack()
    clear(Path(packed.path))


@pytest.mark.parametrize("kind", ["link", "open to others"])
def test_a_folder_that_was_replaced_is_left_and_a_new_one_is_used(kind, tmp_path, caplog):
    folder = own_folders()[0]
    shutil.rmtree(folder)
    if kind == "link":
        folder.symlink_to(tmp_path)
    else:
        folder.mkdir()
        folder.chmod(0o777)
    packed = pack(np.ones(SIZE))
    assert Path(packed.path).parent != folder
    assert packed.unpack().sum() == SIZE
    assert os.listdir(tmp_path) == []
    assert f"{folder} has been replaced" in caplog.text
    folder.unlink() if kind == "link" else folder.rmdir()


def test_a_link_with_the_name_of_a_dead_processs_folder_is_not_followed(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "1-0-data").touch()
    name = f"{'-'.join(own_folders()[0].name.split('-')[:3])}-999999999-1-a"
    (tmp_path / name).symlink_to(mine)
    sweep(tmp_path)
    assert (mine / "1-0-data").exists()


# ---------------------------------------------------------------- as two users


@needs_root
@pytest.mark.parametrize("user", [0, 4321], ids=["root", "user"])
def test_another_user_finds_no_name_to_plant_a_file_under(user, target):
    os.chown(target, user, user)
    with victim(user) as ask:
        for kind in KINDS:
            folder = ask("own")[0]
            for idle in idle_folders(folder):
                as_attacker(lambda idle=idle: idle.mkdir(0o777))
                as_attacker(lambda idle=idle, kind=kind: plant(idle / "1-1-planted", kind, target))
                if idle.is_dir() and idle.stat().st_uid == ATTACKER and kind == "hard link":
                    plant(idle / "1-1-linked", kind, target)  # some systems let any user do this
            as_attacker(lambda folder=folder, kind=kind: plant(Path(folder) / "1-1-planted", kind, target))
            ask("start")
            paths = [Path(ask("put")) for _ in range(3)]
            assert ask("read") == [0, 1, 2]
            for path in paths:
                assert (path.lstat().st_uid, path.lstat().st_mode & 0o7777) == (user, 0o600)
                assert not as_attacker(lambda path=path: path.read_bytes())
                assert not as_attacker(lambda path=path: path.rename(f"/dev/shm/stolen-{os.getpid()}"))
            ask("drop")
            ask("stop")
            clear(Path(f"{folder}.free"))


@needs_root
@pytest.mark.parametrize("user", [0, 4321], ids=["root", "user"])
def test_a_folder_below_another_users_is_not_used_once_he_has_replaced_it(user, target, room):
    """As with a TMPDIR that belongs to someone else."""
    os.chown(target, user, user)
    his, other = room / "his", room / "other"
    for folder in (his, other):
        folder.mkdir()
        folder.chmod(0o777)
    os.chown(his, ATTACKER, ATTACKER)

    def replace(folder, kind):
        folder.rename(f"{folder}-old")
        folder.mkdir(0o777)
        for idle in idle_folders(folder):
            if idle.is_dir():
                idle.rename(f"{idle}-old")
            idle.mkdir(0o777)
            if kind != "hard link":
                plant(idle / "1-1-planted", kind, target)

    with victim(user, his, other) as ask:
        for kind in KINDS:
            folder = Path(ask("own")[0])
            assert folder.parent == his
            ask("start")
            assert as_attacker(lambda folder=folder, kind=kind: replace(folder, kind))
            if kind == "hard link":  # as where the system lets any user do this
                for idle in idle_folders(folder):
                    plant(idle / "1-1-planted", kind, target)
            for _ in range(2):
                path = Path(ask("put"))
                assert path.parent != folder
                assert path.parent.stat().st_uid == path.stat().st_uid == user
            assert ask("read") == [0, 1]
            ask("drop")


@needs_root
@pytest.mark.parametrize("user", [0, 4321], ids=["root", "user"])
def test_a_folder_that_was_tidied_up_and_made_by_another_user_is_not_used(user):
    with victim(user) as ask:
        folder = Path(ask("own")[0])
        shutil.rmtree(folder)
        assert as_attacker(lambda: folder.mkdir(0o777))
        path = Path(ask("put"))
        assert path.parent != folder
        assert path.parent.stat().st_uid == user
        assert ask("read") == [0]
    shutil.rmtree(folder, ignore_errors=True)  # another process of root may have swept it


@needs_root
def test_a_value_is_not_read_from_another_users_file():
    packed = pack(np.ones(SIZE))
    os.chown(packed.path, ATTACKER, ATTACKER)
    with pytest.raises(PermissionError, match="Another user can change it, so it is not used"):
        packed.unpack()


@needs_root
def test_what_the_dead_of_another_user_left_stays(tmp_path):
    name = f"{'-'.join(own_folders()[0].name.split('-')[:3])}-999999999-1-"
    for owner in (0, ATTACKER):
        folder = tmp_path / f"{name}{owner}"
        (folder / "idle").mkdir(parents=True, mode=0o700)
        (folder / "idle" / "file").touch()
        os.chown(folder, owner, owner)
    sweep(tmp_path)
    assert os.listdir(tmp_path) == [f"{name}{ATTACKER}"]
    assert (tmp_path / f"{name}{ATTACKER}" / "idle" / "file").exists()
