"""No secret is in anything that is shown or stored of a run, wherever it comes from and however it is written."""

from __future__ import annotations

import base64
import collections
import dataclasses
import html
import json
import pickle
import shlex
from typing import NamedTuple
from urllib.parse import quote, quote_plus

import numpy as np
import pandas as pd
import pytest

from kedro_nb.cli.failure import explain
from kedro_nb.io import DataCatalog, MemoryDataset
from kedro_nb.notebook.errors import render
from kedro_nb.notebook.live import bundle
from kedro_nb.notebook.panel.previews import preview
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import RunRequest, Session
from kedro_nb.session.history import PastRun
from kedro_nb.session.records.record import record

pytestmark = pytest.mark.usefixtures("one_shell")

CANARY = "Zq7canaryX9"
ODD = "Zq7&<c'a\"n> r/y@\\X9=="


@dataclasses.dataclass
class Login:
    user: str
    password: str


class Settings:
    """Shows itself as pydantic's models do."""

    def __init__(self, secret):
        self.api_key = secret

    def __repr__(self):
        return f"Settings(name='x', api_key={self.api_key!r}, retries=3)"


class Plain(Settings):
    def __repr__(self):
        return f"<{self.api_key}>"


class Slots:
    __slots__ = ("password",)

    def __init__(self, secret):
        self.password = secret

    def __repr__(self):
        return f"<{self.password}>"


class Account(NamedTuple):
    user: str
    token: str


def shown(run):
    """All that is shown or stored of a run, as one text."""
    made, drawn = record(run), bundle(run)
    parts = [
        json.dumps(made),
        json.dumps(made, ensure_ascii=False),
        json.dumps(drawn),
        drawn["text/html"],
        drawn["text/plain"],
    ]
    parts += [repr(run), repr(run.request), repr(PastRun(run).record), pickle.dumps(made).decode("latin-1")]
    if run.error is not None:
        parts += [explain(run.error), "\n".join(render(run.error)), *getattr(run.error, "__notes__", ())]
    else:
        parts += [repr(run.result())]
    return "\n".join(parts)


def session_of(function, data=None, params=None):
    session = Session(DataCatalog({"data": MemoryDataset(data, copy_mode="assign")}), parameters=params)
    inputs = ["data", *(["parameters"] if params else [])]
    session.pipelines["__default__"] = Pipeline([node(function, inputs, "out", name="fails")])
    return session


def raising(message):
    def fail(*_inputs):
        raise ValueError(message)

    return fail


# Only what stands next to the canary shows that it is a secret.
MESSAGES = [
    f"postgres://me:{CANARY}@host/db",
    f"postgres://me:p@ss/{CANARY}@host/db",
    f"postgresql+psycopg2://me:{CANARY}%40@host:5432/db?sslmode=require",
    f"redis://:{CANARY}@localhost:6379/0",
    f"https://{CANARY}padded12@github.com/me/x.git",
    f"https://host/path?a=1&token={CANARY}&b=2",
    f"https://host/path?sig={CANARY}",
    f"https://host/path?key={CANARY}",
    f"https://bucket.s3.amazonaws.com/x?X-Amz-Credential={CANARY}&X-Amz-Signature={CANARY}",
    f"host=localhost dbname=x user=me password={CANARY}",
    f"host=localhost password='with space {CANARY}' user=me",
    f"Driver={{ODBC 18}};Server=h;UID=me;PWD={CANARY};Encrypt=yes",
    f"Driver={{ODBC 18}};PWD={{with; {CANARY}}};Encrypt=yes",
    f"DefaultEndpointsProtocol=https;AccountName=me;AccountKey={CANARY}+/==;EndpointSuffix=x",
    f"BlobEndpoint=https://x/;SharedAccessSignature=sv=2020&sig={CANARY}",
    f"Endpoint=sb://x/;SharedAccessKeyName=root;SharedAccessKey={CANARY}=",
    f"Authorization: Bearer {CANARY}",
    f"Authorization: Basic {base64.b64encode(CANARY.encode()).decode()} {CANARY}",
    f"refused with Bearer {CANARY}",
    f"X-Api-Key: {CANARY}",
    f"Cookie: a=b; session={CANARY}; c=d",
    f"{{'password': '{CANARY}'}}",
    f'{{"token": "{CANARY}"}}',
    f'{{"outer": "{{\\"client_secret\\": \\"{CANARY}\\"}}"}}',
    f"{{'credentials': {{'user': 'me', 'x': ['{CANARY}']}}}}",
    f"[('password', '{CANARY}'), ('user', 'me')]",
    f"Config(user='me', password='{CANARY}')",
    f"Config(password=SecretStr('{CANARY}'))",
    f"<Connection user=me passwd={CANARY}>",
    f"password: {CANARY}",
    f"db:\n  user: me\n  password: {CANARY}\n  port: 1",
    f"env: PGPASSWORD={CANARY} psql",
    f"mysql --user me --password {CANARY} --host x",
    f"mysql --password={CANARY}",
    f"curl -H 'Authorization: token {CANARY}'",
    f"os.environ['DB_PASSWORD'] = '{CANARY}'",
    f"token=b'{CANARY}'",
    f"jwt: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.{CANARY}",
    f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n{CANARY}\n-----END RSA PRIVATE KEY-----",
    f"{'x' * 1990} password={CANARY}",
]


@pytest.mark.parametrize("message", MESSAGES)
def test_no_message_of_an_error_shows_what_stands_in_the_place_of_a_secret(message):
    assert CANARY not in shown(session_of(raising(message), 1).run())


def test_no_note_shows_a_secret():
    def fail(_data, parameters):
        error = ValueError("no luck")
        error.add_note(f"with {parameters['password']}")
        raise error

    run = session_of(fail, 1, {"password": "Zq7noteX9"}).run()
    text = json.dumps([record(run), bundle(run)])
    assert "with ***" in text
    assert "Zq7noteX9" not in text


def values(secret):
    return {
        "dict": {"user": "me", "password": secret},
        "nested dict": {"a": {"b": {"client_secret": secret}}},
        "dict in lists": [[{"token": secret}]],
        "dict in a tuple": ({"api_key": secret},),
        "number": {"password": 8675309},
        "list": {"tokens": 1, "api_tokens": [secret, secret]},
        "mapping below a secret name": {"secrets": {"a": secret, "b": [secret]}},
        "pairs": [("password", secret)],
        "ordered": collections.OrderedDict(PGPASSWORD=secret),
        "default": collections.defaultdict(str, cookie=secret),
        "chain": collections.ChainMap({"jwt": secret}),
        "bytes": {"secret": secret.encode()},
        "long text": {"password": secret * 50},
        "address": {"url": f"postgres://me:{secret}@host/db"},
        "address alone": f"postgres://me:{secret}@host/db",
        "dsn": f"host=x password={secret}",
        "json text": json.dumps({"password": secret}),
        "text that is cut": "x" * 90 + f" password={secret}{secret}",
        "dataclass": Login("me", secret),
        "dataclasses": [Login("me", secret)],
        "object": Settings(secret),
        "named tuple": Account("me", secret),
        "frame": pd.DataFrame({"user": ["me"], "password": [secret]}),
        "frame's index": pd.DataFrame({"n": [1]}, index=pd.Index([secret], name="token")),
        "frame of two levels": pd.DataFrame({("db", "password"): [secret]}),
        "series": pd.Series([secret], name="password"),
        "structured array": np.array([(1, secret)], dtype=[("n", int), ("password", "U40")]),
        "record": np.array([(1, secret)], dtype=[("n", int), ("password", "U40")])[0],
        "slots": Slots(secret),
        "object with a repr": Plain(secret),
        "list of two": [["api_key", secret]],
        "header": {"headers": [f"Authorization: Bearer {secret}"]},
        "bytes alone": f"password={secret}".encode(),
    }


@pytest.mark.parametrize("name", values(CANARY))
def test_no_value_shows_its_secrets(name):
    # A canary for each case: what has been seen once is known.
    secret = "8675309" if name == "number" else f"Zq7{list(values(CANARY)).index(name)}valueX9"
    value = values(secret)[name]
    passed = session_of(lambda data: data, value).run()
    assert secret not in shown(passed)
    assert repr(passed.result()["out"].load()) == repr(value)  # nodes and results have it
    failed = session_of(raising(f"no luck with {value!r}"), value).run()
    assert "no luck" in shown(failed)
    assert secret not in shown(failed)
    assert secret not in json.dumps(preview(value))
    if isinstance(value, dict | list | tuple):
        asked = session_of(lambda data, parameters: data["no"], 1, {"db": value})
        assert secret not in shown(asked.run(RunRequest(params={"also": value})))


def chunks(text, size):
    return [text[at : at + size] for at in range(0, len(text), size)]


# How a value that is known may be written.
FORMS = {
    "as it is": str,
    "within a word": lambda v: f"xx{v}xx",
    "repr": repr,
    "repr of a repr": lambda v: repr(repr(v)),
    "repr beside a quote": lambda v: repr([v, "'", '"']) + repr(f"{v} \" '"),
    "bytes": lambda v: repr(v.encode()),
    "JSON": json.dumps,
    "JSON in JSON": lambda v: json.dumps(json.dumps(v)),
    "HTML": html.escape,
    "HTML but quotes": lambda v: html.escape(v, quote=False),
    "URL": quote,
    "URL, all": lambda v: quote(v, safe=""),
    "URL, small letters": lambda v: quote(v, safe="").replace("%2F", "%2f").replace("%3D", "%3d"),
    "form": quote_plus,
    "shell": shlex.quote,
    "YAML": lambda v: "'" + v.replace("'", "''") + "'",
    "another line": lambda v: f"first\n{v}\nlast",
    "cut": lambda v: "x" * 1989 + " " + v,
}
KNOWN = {
    "plain": CANARY,
    "odd": ODD,
    "short": "h7#k",
    "number": "8675309",
    "key": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n-----END PRIVATE KEY-----",
}
PARTS = {"key": "MIIEvQIBADANBgkqhkiG9w0B", "odd": "Zq7"}


CASES = [
    (name, form)
    for name in KNOWN
    for form in FORMS
    if form != "within a word" or name not in {"short", "number"}
]


@pytest.mark.parametrize(("name", "form"), CASES)
def test_a_known_value_is_in_no_message_and_no_print(name, form):
    text = FORMS[form](KNOWN[name])

    def fail(_data, _parameters):
        print(f"trying {text} again")
        raise ValueError(f"refused {text} twice")

    value = int(KNOWN[name]) if name == "number" else KNOWN[name]
    run = session_of(fail, 1, {"db": {"password": value}}).run()
    assert "refused" in shown(run) or form == "cut"
    assert PARTS.get(name, KNOWN[name]) not in shown(run)


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("between", ["", "on stderr\n"])
def test_a_known_value_that_is_printed_in_pieces_is_not_kept(size, between):
    import sys

    def fail(_data, _parameters):
        print("before ", end="", flush=True)
        for piece in chunks(CANARY, size):
            print(piece, end="", flush=True)
            print(between, end="", flush=True, file=sys.stderr)
        print(" after")
        raise ValueError("no luck")

    session = session_of(fail, 1, {"token": CANARY})
    run = session.prepare()
    run.monitor.captures = True
    text = shown(run.execute())
    assert "before" in text
    assert "after" in text
    assert not any(piece in text for piece in (CANARY, CANARY[:-size], CANARY[1:]))


@pytest.mark.parametrize("value", ["a", "1", "12", "true", "test", "***", "", "password", "admin", "1234"])
def test_a_common_value_does_not_tear_the_record_apart(value):
    message = f"a test of 12 or 1234 is true: admin {value} password"
    run = session_of(raising(message), 1, {"db": {"password": value, "pin": 1}}).run()
    made = record(run)
    assert made["nodes"][0]["error"]["message"] == message
    assert made["parameters"]["db"]["password"] == "***" or not value
