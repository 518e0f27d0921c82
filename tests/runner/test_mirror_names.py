"""In a worker, what is looked up by name is what the nodes run; and the notebook finds its own by name."""

import importlib
import pickle
import sys

import pytest

from kedro_nb.io import DataCatalog, PickleDataset
from kedro_nb.pipeline import node, pipeline
from kedro_nb.runner import ParallelRunner

from .code_cases import CASES
from .conftest import HOMES, METHODS, spread
from .test_mirror import run


def by_name(value):
    try:
        data = pickle.dumps(value)
    except (pickle.PicklingError, AttributeError, TypeError):
        return None, True
    return data, type(pickle.loads(data)) is type(value)


@pytest.mark.parametrize(
    ("case", "define", "method"), spread(CASES, HOMES, METHODS), indirect=["define", "method"]
)
def test_a_worker_can_store_by_name_what_the_notebook_can(case, define, method):
    home = define(CASES[case][0].replace("EDIT", "2"))
    data, same = run([node(home.make, "x", "v"), node(by_name, "v", "y")], x=1)["y"]
    here, _ = by_name(home.make(1))
    assert same
    assert (data is None) == (here is None)
    if here is not None:
        back, here = pickle.loads(data), pickle.loads(here)
        assert type(back) is type(here)
        assert home.read(back) == home.read(here)


POOLS = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
class Box:
    def __init__(self, n): self.n = n
def work(box): return Box(box.n * EDIT)
def in_pool(x):
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return [type(box) is Box and box.n for box in pool.map(work, [Box(1), Box(2)])]
def in_executor(x):
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        return [type(box) is Box and box.n for box in pool.map(work, [Box(1), Box(2)])]
"""


def test_pools_inside_a_node_find_its_functions_and_classes(define, method):
    for edit in (2, 3):
        home = define(POOLS.replace("EDIT", str(edit)))
        nodes = [node(home.in_pool, "x", "a"), node(home.in_executor, "x", "b")]
        assert run(nodes, x=1) == {"a": [edit, 2 * edit], "b": [edit, 2 * edit]}


def test_a_pool_of_the_spawn_method_finds_what_a_module_on_disk_has(user_module, method):
    home = user_module(POOLS.replace("EDIT", "2").replace('"fork"', '"spawn"'))
    assert run([node(home.in_executor, "x", "y")], x=1) == {"y": [2, 4]}


MODEL = """
class Model:
    def __init__(self, n): self.n = n
    def predict(self): return self.n * EDIT
def fit(x): return Model(x)
def predict(model): return model.predict()
def check(model): return type(model) is Model
"""


def test_a_class_from_a_new_cell_is_stored_and_read_in_warm_processes(define, method, tmp_path):
    run([node(len, "x", "y")], x=[1])
    for edit in (2, 3):
        home = define(MODEL.replace("EDIT", str(edit)))
        stored = PickleDataset(filepath=str(tmp_path / "model.pkl"))
        catalog = DataCatalog({"x": 5, "model": stored})
        ParallelRunner(max_workers=1).run(pipeline([node(home.fit, "x", "model")]), catalog)
        assert type(stored.load()) is home.Model
        # No node here mentions the class.
        read = pipeline([node(lambda model: model.predict(), "model", "y")])
        assert ParallelRunner(max_workers=1).run(read, catalog).load() == {"y": 5 * edit}


def test_data_of_an_earlier_class_stays_what_it_is(main, method):
    old = main(MODEL.replace("EDIT", "2"))
    catalog = DataCatalog({"x": 5})
    ParallelRunner(max_workers=1).run(
        pipeline([node(old.fit, "x", "model")]), catalog, only_missing_outputs=False
    )
    catalog["model"] = value = old.Model(5)
    new = main(MODEL.replace("EDIT", "3"))
    nodes = pipeline([node(new.predict, "model", "y"), node(new.check, "model", "z")])
    assert ParallelRunner(max_workers=1).run(nodes, catalog).load() == {"y": 10, "z": False}
    assert type(value) is not new.Model


def test_an_exception_of_the_users_is_caught_as_what_it_is(define, method):
    home = define(
        "class MyError(ValueError):\n    def __init__(self, a, *, b): super().__init__(a); self.b = b\n"
        "def fail(x): raise MyError(x, b=2)"
    )
    with pytest.raises(home.MyError) as caught:
        run([node(home.fail, "x", "y")], x=1)
    assert (caught.value.args, caught.value.b) == ((1,), 2)


HELPERS = {
    "helpers.py": "K = 10\nCONFIG = {'a': 1}\ndef f(x): return x + K + CONFIG['a']\n",
    "pkg/__init__.py": "from .inner import g\nSIZE = 5\n",
    "pkg/inner.py": "from . import deep\nM = 100\ndef g(x): return x + M + deep.h(x)\n",
    "pkg/deep.py": "import threading\nlock = threading.Lock()\nN = 1000\ndef h(x):\n    with lock:\n        return N\n"
    "class Register:\n    def __init__(self): self.lock = threading.Lock()\nregister = Register()\n"
    "def is_one(): return type(register) is Register\n"
    "class Guarded:\n    lock = threading.Lock()\n    def get(self): return N\n",
}
IMPORTS = {
    "from m import f": ("from helpers import f\ndef make(x): return f(x)", 12),
    "import m": ("import helpers\ndef make(x): return helpers.f(x)", 12),
    "import m as x": ("import helpers as h\ndef make(x): return h.f(x), h.K", (12, 10)),
    "inside a function": ("def make(x):\n    from helpers import f, K\n    return f(x), K", (12, 10)),
    "a package": ("import pkg\ndef make(x): return pkg.g(x), pkg.SIZE", (1101, 5)),
    "a submodule": ("import pkg.inner\ndef make(x): return pkg.inner.g(x), pkg.inner.M", (1101, 100)),
    "from a package": ("from pkg import inner, g\ndef make(x): return inner.g(x), g(x)", (1101, 1101)),
    "a submodule inside a function": ("def make(x):\n    import pkg.inner as i\n    return i.g(x)", 1101),
    "names of a module": (
        "import helpers\ndef make(x): return [n for n in dir(helpers) if n[0] != '_']",
        ["CONFIG", "K", "f"],
    ),
    "a module as an argument": (
        "import helpers\ndef use(m, x): return m.f(x)\ndef make(x): return use(helpers, x)",
        12,
    ),
    "a lock": ("from pkg import deep\ndef make(x): return deep.h(x), deep.lock.locked()", (1000, False)),
    "an object with a lock": (
        "from pkg import deep\ndef make(x): return deep.is_one(), isinstance(deep.register, deep.Register)",
        (True, True),
    ),
    "a class with a lock": ("from pkg.deep import Guarded\ndef make(x): return Guarded().get()", 1000),
    "a data file": (
        "import importlib.resources as r\ndef make(x): return 'SIZE' in (r.files('pkg') / '__init__.py').read_text()",
        True,
    ),
}


@pytest.fixture
def files(monkeypatch, tmp_path):
    """The modules of `HELPERS` on disk, and their folder."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(str(tmp_path))
    for path, source in HELPERS.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(source)
    importlib.invalidate_caches()
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] in {"helpers", "pkg"}]:
        del sys.modules[name]


@pytest.mark.parametrize("case", IMPORTS)
def test_modules_of_the_users_work_however_they_are_imported(case, main, method, files):
    source, expected = IMPORTS[case]
    assert run([node(main(source).make, "x", "y")], x=1)["y"] == expected


def reload_edited(files):
    import helpers

    (files / "helpers.py").write_text(HELPERS["helpers.py"].replace("x + K", "x + 7 * K"))
    importlib.reload(helpers)


def patch_in_place(files):
    """As %autoreload does: the function stays, its code is another."""
    import helpers

    helpers.f.__code__ = (lambda x: x + 7 * K + CONFIG["a"]).__code__  # noqa: F821 - names of the module


def patch_constant(files):
    import helpers

    helpers.K = 70


def patch_content(files):
    import helpers

    helpers.CONFIG["a"] = 61


def replace_function(files):
    import helpers

    helpers.f = lambda x: 72


EDITS = {
    "reloaded": reload_edited,
    "patched in place": patch_in_place,
    "a constant": patch_constant,
    "a mapping": patch_content,
    "a function": replace_function,
}
USES = {
    "by its module": "import helpers\ndef make(x): return helpers.f(x)",
    "inside a function": "def make(x):\n    import helpers\n    return helpers.f(x)",
    "by its name": "import sys\ndef make(x):\n    __import__('helpers')\n    return sys.modules['helpers'].f(x)",
    "by a pickle": "import pickle\ndef make(x): return pickle.loads(b'chelpers\\nf\\n.')(x)",
}


@pytest.mark.parametrize(("use", "edit", "method"), spread(USES, EDITS, METHODS), indirect=["method"])
def test_a_module_that_was_changed_in_the_notebook_is_changed_in_workers(use, edit, main, method, files):
    importlib.import_module("helpers")
    home = main(USES[use])
    make = [node(home.make, "x", "y")]
    assert run(make, x=1) == {"y": 12}
    EDITS[edit](files)
    assert run(make, x=1) == {"y": 72}


def test_a_file_that_was_edited_and_not_loaded_again_changes_nothing(main, method, files):
    importlib.import_module("helpers")
    (files / "helpers.py").write_text("def f(x): return -1\n")
    for use in USES.values():
        assert run([node(main(use).make, "x", "y")], x=1) == {"y": 12}


def test_a_module_that_only_nodes_import_is_read_again_in_each_run(main, method, files):
    make = [node(main(USES["inside a function"]).make, "x", "y")]
    assert run(make, x=1) == {"y": 12}
    (files / "helpers.py").write_text("def f(x): return -1\n")
    assert run(make, x=1) == {"y": -1}


def test_what_a_run_leaves_in_globals_is_gone_in_the_next(main, method):
    home = main(
        "def make(x):\n    global left\n    seen = 'left' in globals()\n    left = 1\n    return seen"
    )
    make = [node(home.make, "x", "y")]
    assert run(make, x=1) == run(make, x=1) == {"y": False}


def test_a_name_that_the_notebook_lacks_or_cannot_send_is_an_error_that_says_so(main, method):
    home = main(
        "import threading\nlock = threading.Lock()\n"
        "def lacking(x):\n    import __main__\n    return __main__.lack\n"
        "def unsendable(x):\n    import __main__\n    return __main__.lock"
    )
    with pytest.raises(AttributeError, match="module '__main__' has no attribute 'lack'"):
        run([node(home.lacking, "x", "y")], x=1)
    with pytest.raises(
        AttributeError, match="'lock': its value cannot be sent to another process: cannot pickle"
    ):
        run([node(home.unsendable, "x", "y")], x=1)
