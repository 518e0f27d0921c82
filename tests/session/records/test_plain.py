"""The user's values as JSON: always possible, short, and without secrets."""

from __future__ import annotations

import datetime as dt
import enum
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedro_nb.masking import is_secret
from kedro_nb.masking import mask_value as masked
from kedro_nb.session.records.plain import Budget, plain


class Colour(enum.Enum):
    RED = 1


class Hostile:
    def __repr__(self):
        raise SystemExit

    @property
    def shape(self):
        raise ValueError


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (Path("data/x.csv"), "data/x.csv"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC), "2026-01-02T03:04:00+00:00"),
        (Colour.RED, "Colour.RED"),
        ((1, "a", None, True), [1, "a", None, True]),
        ({1: {"a": [1.5]}}, {"1": {"a": [1.5]}}),
        (pd.DataFrame({"a": [1, 2]}), "<DataFrame 2 × 1>"),  # noqa: RUF001 - the sign for sizes
        (np.zeros((2, 3)), "<ndarray 2 × 3>"),  # noqa: RUF001 - the same
        (Hostile(), "<Hostile>"),
        ("x" * 600, "x" * 500 + "… (600 characters)"),
        (10**400, None),
    ],
)
def test_a_value_becomes_what_json_knows(value, shown):
    made = plain(value)
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    if shown is not None:
        assert made == shown


@settings(max_examples=50)
@given(
    st.recursive(
        st.none() | st.text() | st.floats() | st.integers(),
        lambda each: st.lists(each) | st.dictionaries(st.text() | st.integers(), each),
    )
)
def test_whatever_it_is(value):
    json.dumps(plain(value), allow_nan=False)


def test_what_contains_itself_ends():
    value = {}
    value["again"] = value
    assert len(json.dumps(plain(value))) < 1_000


def test_a_long_list_says_how_much_is_left_out():
    assert plain(list(range(1_000)))[-1] == "… and 900 more"


def test_many_parameters_are_cut_with_a_word_about_it():
    made = plain({f"name_{i}": "x" * 100 for i in range(1_000)}, Budget(5_000))
    assert len(json.dumps(made)) < 7_000
    assert made["…"].endswith("more left out")


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "db_password",
        "dbPassword",
        "API_TOKEN",
        "token",
        "secret",
        "client-secret",
        "api_key",
        "apikey",
        "key",
        "api_keys",
        "AWS_SECRET_ACCESS_KEY",
        "credentials",
    ],
)
def test_this_is_a_secret(key):
    assert is_secret(key)


@pytest.mark.parametrize(
    "key", ["monkey", "max_tokens", "tokenizer", "join_keys", "keyword", "author", "passage", "k"]
)
def test_this_is_none(key):
    assert not is_secret(key)


def test_secrets_are_masked_wherever_they_stand():
    given_ = {
        "db": {"password": "hunter2", "port": 1, "url": "postgres://me:hunter2@host/db"},
        "keys": [{"token": "hunter2"}, "https://u:hunter2@h"],
        "secrets": {"a": "hunter2"},
        "token": None,
    }
    shown = masked(given_)
    assert "hunter2" not in repr(shown)
    assert shown["db"] == {"password": "***", "port": 1, "url": "postgres://me:***@host/db"}
    assert shown["token"] is None
    assert given_["db"]["password"] == "hunter2"
