"""Every runner: what is shown of a failed run has no secret of its data, its datasets or their credentials."""

import dataclasses
import itertools
import json

import pytest
from kedro.io import AbstractDataset as KedroDataset
from kedro.io import DataCatalog as KedroCatalog
from kedro.io import MemoryDataset as KedroMemoryDataset

from kedro_nb.io import DataCatalog, MemoryDataset
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import RunRequest, Session
from kedro_nb.session.records.record import record

_secrets = (f"Zq{number}canaryX9" for number in itertools.count(100))  # each test has another one


@dataclasses.dataclass
class Login:
    user: str
    password: str


class Refusing(KedroDataset):
    """Shows its credentials, as careless datasets do."""

    def __init__(self, filepath, credentials=None):
        self._filepath = filepath
        self._credentials = credentials

    def _load(self):
        values = (
            list(self._credentials.values()) if isinstance(self._credentials, dict) else self._credentials
        )
        raise RuntimeError(f"no access with {self._credentials}: {values}")

    def _save(self, data):
        """Save nothing: the run fails before that."""

    def _describe(self):
        return {"filepath": self._filepath, "credentials": self._credentials}


def refuse(login):
    raise ValueError(f"refused {login.password}: {login}")


def refuse_token(data):
    raise ValueError(f"refused {data['all'][0]['token']} twice")


ENTRY = {"x": {"type": Refusing, "filepath": "a", "credentials": "dev"}}
# What is in the catalog, with a secret, and what the node does with it.
CASES = {
    "an object": (refuse, lambda kind, memory, secret: kind({"x": memory(Login("me", secret))})),
    "nested data": (
        refuse_token,
        lambda kind, memory, secret: kind({"x": memory({"all": [{"token": secret}]})}),
    ),
    "credentials": (
        abs,
        lambda kind, _, secret: kind.from_config(ENTRY, {"dev": {"user": "me", "more": secret}}),
    ),
    "nested credentials": (
        abs,
        lambda kind, _, secret: kind.from_config(ENTRY, {"dev": {"a": {"b": [secret]}}}),
    ),
    "a text": (abs, lambda kind, _, secret: kind.from_config(ENTRY, {"dev": secret})),
    "a list": (abs, lambda kind, _, secret: kind.from_config(ENTRY, {"dev": [secret]})),
    "a dataset object": (
        abs,
        lambda kind, _, secret: kind({"x": Refusing("a", credentials={"more": secret})}),
    ),
    "an address": (abs, lambda kind, _, secret: kind({"x": Refusing(f"https://me:{secret}@host/x")})),
}
CATALOGS = {"ours": (DataCatalog, MemoryDataset), "Kedro's": (KedroCatalog, KedroMemoryDataset)}


@pytest.mark.parametrize("runner", ["SequentialRunner", "ThreadRunner", "ParallelRunner"])
@pytest.mark.parametrize("catalog", CATALOGS)
@pytest.mark.parametrize("case", CASES)
def test_no_secret_is_shown_of_a_failed_run(case, catalog, runner):
    secret = next(_secrets)
    function, make = CASES[case]
    session = Session(make(*CATALOGS[catalog], secret))
    session.pipelines["__default__"] = Pipeline([node(function, "x", "y", name="n")])
    run = session.run(RunRequest(runner=runner))
    shown = "\n".join([json.dumps(record(run)), *getattr(run.error, "__notes__", ())])
    assert "refused" in shown or "no access" in shown
    assert secret not in shown
