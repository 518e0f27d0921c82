"""A record that is not as it should be gives one message that says where."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kedro_nb.errors import RequestError
from kedro_nb.notebook.live import bundle
from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import Session
from kedro_nb.session.records.checked import checked
from kedro_nb.session.records.record import record
from kedro_nb.session.records.replay import ReplayedRun


def fail(x):
    print("printed")
    raise ValueError(x)


def made():
    session = Session(
        pipelines={"p": Pipeline([node(abs, "xs", "y", name="first"), node(fail, "y", "z", name="second")])}
    )
    session.catalog["xs"] = 3
    run = session.prepare()
    run.monitor.captures = True
    return json.loads(json.dumps(record(run.execute())))


RECORD = made()
NO_VALUES = [None, True, -1, 1e400, float("nan"), "", "?", [], {}, [[]], {"a": 1}, 10**30, [1, "x", None]]


def places(value, path=()):
    """The way to every value within."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*path, key)
        yield from places(each, (*path, key))


def changed(path, value=None, *, drop=False):
    broken = copy.deepcopy(RECORD)
    holder = broken
    for key in path[:-1]:
        holder = holder[key]
    if drop:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return broken


def drawn_or_refused(broken):
    try:
        bundle(ReplayedRun(broken))
        return
    except RequestError as error:
        told = str(error)
    assert "record of" in told
    assert len(told) < 1000


def test_a_good_record_is_given_back():
    assert checked(RECORD) is RECORD


def test_every_value_of_a_record_may_be_missing():
    for path in places(RECORD):
        drawn_or_refused(changed(path, drop=True))


def test_every_value_of_a_record_may_be_another_one():
    for path in places(RECORD):
        for value in NO_VALUES:
            drawn_or_refused(changed(path, value))


@pytest.mark.parametrize("value", [*NO_VALUES, 5, "text", json.loads("[" * 500 + "]" * 500)])
def test_what_is_no_record_is_refused(value):
    with pytest.raises(RequestError, match=r"cannot be read: .* is missing|cannot be read: it is"):
        checked(value)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=15,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(path=st.sampled_from(sorted(places(RECORD), key=str)), value=ANY_JSON)
def test_any_value_in_any_place_is_drawn_or_refused(path, value):
    drawn_or_refused(changed(path, value))


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("nodes", 0, "name"), 7, r"nodes\[0\].name is 7 and not a text"),
        (("state",), "odd", "state is 'odd', not one of waiting, running"),
        (("version",), 2, "version is 2 and not 1"),
        (("nodes", 1, "name"), "first", "nodes has a name twice"),
        (("started",), -1, "started is -1, which is out of range"),
        (("nodes", 0, "outputs"), ["xs"], "its nodes are no pipeline"),
    ],
)
def test_the_message_names_the_place(path, value, told):
    with pytest.raises(RequestError, match=told):
        ReplayedRun(changed(path, value))
