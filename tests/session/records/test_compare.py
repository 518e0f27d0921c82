"""Two runs compared: every kind of difference, and nothing else."""

from __future__ import annotations

import copy

import pytest

from kedro_nb.pipeline import Pipeline, node
from kedro_nb.session import RunRequest, Session
from kedro_nb.session.records.compare import Change, compare, seconds_of
from kedro_nb.session.records.record import record


@pytest.fixture
def made(session):
    """The record of a run, with times and sizes that are easy to remember."""
    made = record(session.run())
    for seconds, each in enumerate(made["nodes"], start=1):
        each.update(load=0.0, call=float(seconds), save=0.0)
    for each in made["datasets"]:
        each.pop("measured", None)
    made["datasets"][0]["measured"] = {"type": "DataFrame", "bytes": 800, "shape": [10, 2]}
    return made


@pytest.fixture
def other(made):
    """The same, to be changed."""
    return copy.deepcopy(made)


def test_a_run_and_itself_differ_in_nothing(made):
    found = compare(made, made)
    assert not any((found.asked, found.parameters, found.code, found.added, found.removed, found.data))
    assert found.same_data == 1
    assert all(each.ratio == 1 for each in found.nodes)
    assert "The same: options, parameters, code, nodes, the size of 1 dataset." in repr(found)


def test_parameters_are_compared_by_their_dotted_names(made, other):
    made["parameters"] = {"model": {"depth": 3, "kind": "tree"}, "same": [1]}
    other["parameters"] = {"model": {"depth": 4}, "same": [1], "new": True}
    changes = compare(made, other).parameters
    assert changes == (
        Change("model.depth", "3", "4"),
        Change("model.kind", "tree", None),
        Change("new", None, "True"),
    )
    assert [each.kind for each in changes] == ["changed", "removed", "added"]


def test_options_are_told_as_they_are_spelled(session):
    found = [
        record(session.run(request))
        for request in (RunRequest(), RunRequest(runner="ThreadRunner", to_nodes="first"))
    ]
    assert compare(*found).asked == (
        Change("--runner", "SequentialRunner", "ThreadRunner"),
        Change("--to-nodes", None, "first"),
    )


def test_the_runners_arguments_are_told_by_their_own_names(session):
    found = [
        record(session.run(RunRequest(runner="ThreadRunner", runner_params=params)))
        for params in ({}, {"max_workers": 2})
    ]
    assert compare(*found).asked == (Change("--runner-params max_workers", None, "2"),)


def test_the_ratio_of_times_that_are_too_short_to_tell_is_left_out(made, other):
    for each, seconds in ((made, 0.001), (other, 0.004)):
        each["nodes"][0]["call"] = seconds
    assert compare(made, other).nodes[0].ratio is None


def test_how_a_list_has_grown_is_no_difference(made, other):
    for each, taken in ((made, 64), (other, 104)):
        each["datasets"][0]["measured"] = {"type": "list", "bytes": taken, "shape": [3]}
    assert compare(made, other).data == ()


def test_nodes_that_only_one_has_are_named(made, other):
    other["nodes"][0]["name"] = "new"
    found = compare(made, other)
    assert (found.added, found.removed) == (("new",), ("first",))
    assert [each.name for each in found.nodes] == ["first", "second", "new"]


def test_the_time_of_each_node_and_of_the_run(made, other):
    made |= {"started": 100.0, "ended": 110.0}
    other |= {"started": 200.0, "ended": 215.0}
    other["nodes"][0].update(call=3.0)
    found = compare(made, other)
    assert (found.total.before, found.total.after, found.total.ratio) == (10.0, 15.0, 1.5)
    assert [(each.name, each.before, each.after, each.ratio) for each in found.nodes] == [
        ("first", 1.0, 3.0, 3.0),
        ("second", 2.0, 2.0, 1.0),
    ]


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_what_did_not_end_well_has_no_ratio_and_a_stop_is_no_error(made, other, state):
    other["state"] = other["nodes"][0]["state"] = state
    other["error"] = {"type": "KeyboardInterrupt", "message": "1 of 2 nodes are done."}
    found = compare(made, other)
    assert (found.total.ratio, found.nodes[0].ratio) == (None, None)
    assert ("KeyboardInterrupt" in repr(found)) is (state == "failed")


def test_a_node_that_did_not_run_has_no_ratio(made, other):
    for part in ("load", "call", "save"):
        del other["nodes"][1][part]
    other["nodes"][1]["state"] = "waiting"
    second = compare(made, other).nodes[1]
    assert (second.after, second.ratio) == (None, None)
    assert "not run" in repr(compare(made, other))


def test_sizes_and_rows(made, other):
    other["datasets"][0]["measured"] = {"type": "DataFrame", "bytes": 1600, "shape": [20, 2]}
    found = compare(made, other)
    assert found.data == (Change("xs", "DataFrame, 10 × 2, 800 B", "DataFrame, 20 × 2, 1.6 KB"),)  # noqa: RUF001 - the sign for sizes
    assert found.same_data == 0


def test_what_was_measured_in_one_of_them_only_is_no_difference(made, other):
    del other["datasets"][0]["measured"]
    found = compare(made, other)
    assert (found.data, found.same_data) == ((), 0)


def test_errors_are_told(made, other):
    other |= {"state": "failed", "error": {"type": "ValueError", "message": "no"}}
    assert "failed with ValueError: no" in repr(compare(made, other))


def test_a_change_of_code_is_told_without_the_source(made, other):
    other["nodes"][0]["code"] = "0" * 16
    (change,) = compare(made, other).code
    assert (change.name, change.diff) == ("first", "")


def test_code_of_other_python_versions_is_not_compared(made, other):
    made["python"], other["python"] = "3.11.2", "3.12.1"
    other["nodes"][0]["code"] = "0" * 16
    found = compare(made, other)
    assert found.code == ()
    assert found.code_note == "Code is not compared: one run was made with Python 3.11, the other with 3.12."


def test_patch_versions_do_not_matter(made, other):
    made["python"], other["python"] = "3.11.2", "3.11.9"
    assert compare(made, other).code_note == ""


def test_records_with_less_in_them_can_be_compared(made, other):
    for each in other["nodes"]:
        each.pop("function")
    other["datasets"] = []
    compare(made, other)


def define(source):
    variables = {"__name__": "cell"}
    exec(source, variables)
    return variables["work"]


def test_a_session_compares_its_runs_with_their_source(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    session = Session()
    session.catalog["x"] = 1
    for k in (1, 2):
        (tmp_path / f"version_{k}.py").write_text(f"def work(x):\n    return x + {k}\n")
        module = __import__(f"version_{k}")
        module.work.__module__ = "steps"
        nodes = [node(module.work, "x", f"y{i}", name=f"n{i}") for i in range(2)]
        session.pipelines["p"] = Pipeline(nodes)
        session.run()
    found = session.compare(1, -1)
    assert [each.name for each in found.code] == ["n0", "n1"]
    assert found.code[0].functions == ("steps.work",)
    assert repr(found).count("+    return x + 2") == 1
    assert "n0, n1 (steps.work)" in repr(found)


@pytest.mark.parametrize(
    ("node_", "seconds"),
    [({"load": 1.0, "call": 2.0}, 3.0), ({"seconds": 4.0}, 4.0), ({"call": 0.0}, 0.0), ({}, None)],
)
def test_a_nodes_time_is_the_sum_of_its_parts(node_, seconds):
    assert seconds_of(node_) == seconds
