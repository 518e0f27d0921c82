"""What a node does to its process is not there in the next run; and a process has the notebook's settings."""

import decimal
import os
import sys

import numpy as np
import pytest

from kedro_nb.io import DataCatalog
from kedro_nb.pipeline import Pipeline, node, pipeline
from kedro_nb.runner import ParallelRunner
from kedro_nb.session import RunRequest, Session

ADDRESS = rf"\0kedro_nb-left-{os.getpid()}"  # every process of the machine sees it

# What a node does, and how the next run can see it.
DAMAGES = {
    "recursion limit": ("import sys; sys.setrecursionlimit(321)", "__import__('sys').getrecursionlimit()"),
    "umask": ("import os; os.umask(0o007)", "oct(__import__('os').umask(0o022))"),
    "builtin replaced": ("import builtins; builtins.sum = lambda x: -1", "sum([1, 2])"),
    "builtin added": ("import builtins; builtins.extra = 1", "hasattr(__import__('builtins'), 'extra')"),
    "builtin removed": ("import builtins; del builtins.sorted", "sorted([2, 1])"),
    "open file": (
        "import os; os.open('/etc/passwd', os.O_RDONLY)",
        "[f for f in __import__('glob').glob('/dev/fd/*') if __import__('os').path.realpath(f) == '/etc/passwd']",
    ),
    "many pipes": (
        "import os; [os.pipe() for _ in range(50)]",
        "len(__import__('os').listdir('/dev/fd')) < 100",
    ),
    "open socket": (
        f"import socket, sys; sys.left = socket.socket(socket.AF_UNIX); sys.left.bind('{ADDRESS}')",
        f"__import__('socket').socket(__import__('socket').AF_UNIX).bind('{ADDRESS}')",
    ),
    "closed descriptor": ("import os; os.close(2)", "__import__('os').path.exists('/dev/fd/2')"),
    "niceness": ("import os; os.nice(3)", "__import__('os').nice(0)"),
    "limit": (
        "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (200, r.getrlimit(r.RLIMIT_NOFILE)[1]))",
        "__import__('resource').getrlimit(7)",
    ),
    "hard limit": (
        "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (300, 300))",
        "__import__('resource').getrlimit(7)",
    ),
    "signal handler": (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "__import__('signal').getsignal(15)",
    ),
    "timer": (
        "import signal; signal.setitimer(signal.ITIMER_REAL, 100)",
        "__import__('signal').getitimer(0)",
    ),
    "garbage collection": ("import gc; gc.disable()", "__import__('gc').isenabled()"),
    "switch interval": ("import sys; sys.setswitchinterval(0.5)", "__import__('sys').getswitchinterval()"),
    "tracing": ("import sys; sys.settrace(lambda *args: None)", "__import__('sys').gettrace()"),
    "exception hook": ("import sys; sys.excepthook = print", "__import__('sys').excepthook is print"),
    "finder": ("import sys; sys.meta_path.clear()", "len(__import__('sys').meta_path) > 3"),
    "working directory": ("import os; os.chdir('/')", "__import__('os').getcwd()"),
    "environment": ("import os; os.environ['LEFT'] = '1'", "__import__('os').environ.get('LEFT')"),
    "import path": ("import sys; sys.path.insert(0, '/left')", "__import__('sys').path[0]"),
    "warning filters": (
        "import warnings; warnings.simplefilter('error')",
        "__import__('warnings').filters[0][0]",
    ),
    "decimal context": (
        "import decimal; decimal.getcontext().prec = 3",
        "__import__('decimal').getcontext().prec",
    ),
    "numpy errors": ("import numpy; numpy.seterr(all='raise')", "__import__('numpy').geterr()['over']"),
    "disabled logging": ("import logging; logging.disable(50)", "__import__('logging').root.manager.disable"),
    "digits of integers": (
        "import sys; sys.set_int_max_str_digits(0)",
        "__import__('sys').get_int_max_str_digits()",
    ),
    "start method": (
        "import multiprocessing as m; m.set_start_method('spawn', force=True)",
        "__import__('multiprocessing').get_start_method(allow_none=True)",
    ),
}


def in_worker(function, text):
    nodes = pipeline([node(function, "text", "y")])
    return ParallelRunner(max_workers=1).run(nodes, DataCatalog({"text": text})).load()["y"]


def see(text):
    return repr(eval(text))


def do(text):
    exec(text, {})
    return True


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_that_a_node_does_to_its_process_is_gone_in_the_next_run(damage, method):
    doing, seeing = DAMAGES[damage]
    before = in_worker(see, seeing)
    in_worker(do, doing)
    assert in_worker(see, seeing) == before


def test_a_process_that_was_not_damaged_is_kept(method):
    used = "__import__('os').getpid(), __import__('concurrent.futures') and None"
    assert in_worker(see, used) == in_worker(see, used)


def test_a_session_keeps_its_processes_from_run_to_run(method):
    nodes = Pipeline([node(np.full, ["many", "x"], "large"), node(process_of, "large", "y")])
    session = Session(DataCatalog({"many": 300_000, "x": 1}), {"p": nodes})
    seen = [session.run(RunRequest(runner="ParallelRunner")).result().load()["y"] for _ in range(3)]
    assert seen == seen[:1] * 3


def test_what_a_library_needs_of_its_process_stays_as_long_as_the_library(method):
    seeing = "__import__('six.moves.urllib.parse') and __import__('os').getpid()"
    assert in_worker(see, seeing) == in_worker(see, seeing)


def process_of(_):
    return os.getpid()


def test_processes_have_the_settings_of_the_notebook_as_they_are_now(method):
    seeing = "__import__('decimal').getcontext().prec, __import__('sys').getrecursionlimit(), __import__('os').umask(0)"
    in_worker(see, seeing)
    limit, mask = sys.getrecursionlimit(), os.umask(0o026)
    try:
        sys.setrecursionlimit(4321)
        with decimal.localcontext(prec=7):
            assert in_worker(see, seeing) == "(7, 4321, 22)"
    finally:
        sys.setrecursionlimit(limit)
        os.umask(mask)
