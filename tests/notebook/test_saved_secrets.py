"""A saved notebook, a log and a panel's state have no byte of a secret."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote

import nbformat
import pytest

# Not written in any cell: the cells find them in the environment, under names that are not secret.
SECRETS = {
    "NEUTRAL_ONE": "Zq7canaryX9",
    "NEUTRAL_TWO": "Yw4&<c'a\"n>r/y@\\X9==",
    "NEUTRAL_THREE": "Xk3credential88",
    "NEUTRAL_FOUR": "Vp5inlinecredentials",
}

SETUP = """
%load_ext kedro_nb
import dataclasses, json, logging, os
import kedro_nb
from kedro_nb.io import DataCatalog, MemoryDataset, PickleDataset
from kedro_nb.pipeline import Pipeline, Node
from kedro_nb.session import session

logging.basicConfig(filename="all.log", level=logging.INFO, force=True)
one, two, three, four = (os.environ[f"NEUTRAL_{each}"] for each in ("ONE", "TWO", "THREE", "FOUR"))

@dataclasses.dataclass
class Login:
    user: str
    password: str

def fail(db):
    if db["password"] == one:  # what is printed where no view of ours captures it is the user's own text
        print("logging in with", db["password"])
        print(repr(db), "and", db["password"].encode())
    raise ValueError(f"cannot log in: {db['password']} {db!r} {three!r} postgres://me:{db['password']}@host")

def use(db, login):
    print(login.password)
    return {"password": db["password"], "login": login, "url": f"https://me:{db['password']}@host/?token={three}"}

session().pipelines["__default__"] = Pipeline([Node(fail, "params:db", "out", name="fail")])
session().pipelines["good"] = Pipeline([Node(use, ["params:db", "login"], "used", name="use")])
session().catalog = DataCatalog.from_config(
    {
        "stored": {"type": "kedro_nb.io.PickleDataset", "filepath": "memory://x/a.pkl", "credentials": "dev"},
        "inline": {"type": "kedro_nb.io.PickleDataset", "filepath": "memory://x/b.pkl", "credentials": {"token": four}},
        "remote": {"type": "kedro_nb.io.PickleDataset", "filepath": f"memory://me:{four}@host/c.pkl"},
    },
    credentials={"dev": {"username": three, "nested": {"more": [three]}}},
)
session().catalog["login"] = Login("me", one)

def refuse(run):
    raise RuntimeError(f"told of a run with {one} and {three!r}")

session().when_a_run_begins(refuse)
"""
CELLS = {
    "failing": "%kedro_run --params=db.password={one}",
    "failing again": "%kedro_run --params=db.password={one},db.port=1 --verbose",
    "threads": "%kedro_run --params=db.password={one} --runner=ThreadRunner",
    "processes": "%kedro_run --params=db.password={one} --parallel",
    "odd": 'session().run(kedro_nb.RunRequest(params={"db": {"password": two}})).result()',
    "odd, shown": 'session().run(kedro_nb.RunRequest(params={"db": {"password": two}}))',
    "request": 'kedro_nb.RunRequest(params={"db": {"password": two}}, runner_params={"token": one})',
    "no value": "%kedro_run --params=db.password {one}",
    "comma": "%kedro_run --params=db.password={one},{one}",
    "bracket": "%kedro_run --params=db.password=[{one}",
    "quote": "%kedro_run --params=db.password='{one}",
    "good": "r = %kedro_run -p good --params=db.password={one}\nr",
    "good in processes": "%kedro_run -p good --params=db.password={one} --parallel",
    "background": "run = %kedro_run -p good --params=db.password={one} --background\nrun.wait()\nrun",
    "set": 'get_ipython().run_cell_magic("kedro_params", "", json.dumps({"db": {"password": one}, "x": 1}))',
    "params": "%kedro_params",
    "broken YAML": 'get_ipython().run_cell_magic("kedro_params", "", f"x: 1\\ndb: {{password: {one}\\ny: 2")',
    "two keys": 'get_ipython().run_cell_magic("kedro_params", "", f"password: {one}\\npassword: {one}")',
    "history": "%kedro_history",
    "one run": "%kedro_history 1",
    "two runs": "%kedro_history 1 2",
    "catalog": "%kedro_catalog",
    "catalog, shown": "print(session().catalog, repr(session().catalog['stored']), session().catalog['remote'])",
    "missing file": "%kedro_load remote",
    "wrong entry": (
        'get_ipython().run_cell_magic("kedro_catalog", "", json.dumps({"x": {"token": one, "typ": "y"}, "z": [one]}))'
    ),
    "wrong credentials": (
        'get_ipython().run_cell_magic("kedro_catalog", "",'
        ' json.dumps({"x": {"type": "PickleDataset", "filepath": "x.pkl", "credentials": one}}))'
    ),
    "several": "%kedro_load used login\nlogins = [login]",
    "saved": "%kedro_save kept {'password': one, 'other': Login('me', one)}",
    "panel": (
        "panel = kedro_nb.Panel()\npanel.set_parameter('db.password', one + 'new')\n"
        "panel.set_parameter('api_key', two)\nstates = []\n"
        "for name in ('used', 'login', 'kept', 'stored', 'remote'):\n"
        "    panel.dataset = name\n    panel.look()\n    states.append(panel.get_state())\n"
        "panel.compared = [1, 2]\nstates.append(panel.get_state())\n"
        "panel"
    ),
    "panel's run": "panel.pipeline = 'good'\npanel.run().wait()\nstates.append(panel.get_state())\n"
    "print(panel.command)",
    "panel's failing run": (
        "panel.pipeline = '__default__'\npanel.run().wait()\nstates.append(panel.get_state())\n"
        "from pathlib import Path\n_ = Path('panel.json').write_text(json.dumps(states, default=str))"
    ),
    "pickles": (
        "import pickle\nfrom kedro_nb.session.history import record_of\n"
        "records = [record_of(each) for each in session().history]\n"
        "_ = Path('records.pkl').write_bytes(pickle.dumps(records))"
    ),
}


@pytest.fixture(scope="module")
def saved(execute, tmp_path_factory):
    """A notebook that was executed and saved, with all that it has written."""
    folder = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        made = execute([SETUP, *CELLS.values()], folder)
    nbformat.write(made, folder / "saved.ipynb")
    return folder, dict(
        zip(["setup", *CELLS], (json.dumps(cell.outputs) for cell in made.cells), strict=True)
    )


def forms(value):
    found = {
        value,
        json.dumps(value)[1:-1],
        repr(value)[1:-1],
        html.escape(value),
        quote(value),
        quote(value, safe=""),
    }
    found |= {json.dumps(each)[1:-1] for each in found}
    return {form.encode() for form in found | {base64.b64encode(value.encode()).decode().rstrip("=")}}


@pytest.mark.parametrize("file", ["saved.ipynb", "all.log", "panel.json", "records.pkl"])
def test_no_byte_of_a_secret_is_in_a_file(saved, file):
    folder, outputs = saved
    content = (folder / file).read_bytes()
    assert len(content) > 1_000
    for name, value in SECRETS.items():
        found = [form for form in forms(value) if form in content]
        where = [cell for cell, text in outputs.items() if any(form.decode() in text for form in found)]
        assert not found, f"{name} is in {file}, in the outputs of: {where}"


def test_the_log_says_what_has_failed(saved):
    assert "RuntimeError: told of a run with *** and '***'" in (saved[0] / "all.log").read_text()


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (
            "failing",
            "To try again, with your own values in place of ***: %kedro_run '--params=db.password=***'",
        ),
        ("failing", "cannot log in: *** {'password': '***'}"),
        ("processes", "cannot log in: *** {'password': '***'}"),
        ("no value", "Got unexpected extra argument (***)"),
        ("comma", "put the value in quotes"),
        ("params", "password: '***'"),
        ("wrong credentials", "Unable to find credentials '***'"),
        ("catalog", "me:***@host/c.pkl"),
        ("panel", "db.password"),
        ("panel's run", "--params=db.password=***,api_key=***"),
    ],
)
def test_what_is_shown_instead_says_what_was_there(saved, cell, text):
    _, outputs = saved
    assert text in outputs[cell].replace("\\u001b[31m", "").replace("\\u001b[39m", "").replace('\\"', '"')
