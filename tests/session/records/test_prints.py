"""What nodes have printed is bounded, and never dropped silently."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from kedro_nb.session.records.prints import MOST_OF_A_NODE, share, tail

PARTS = st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.text(max_size=40)), min_size=1)


def bytes_of(parts):
    return sum(len(json.dumps(text, ensure_ascii=False).encode(errors="replace")) for _, text in parts)


def test_a_few_prints_are_kept_as_they_are_and_joined():
    parts = [("stdout", "a"), ("stdout", "\n"), ("stderr", "b"), ("stdout", "c")]
    assert tail(parts, 1_000) == [["stdout", "a\n"], ["stderr", "b"], ["stdout", "c"]]


def test_what_is_no_character_is_a_question_mark():
    assert tail([("stdout", "a\ud800b")], 1_000) == [["stdout", "a?b"]]


def test_of_many_the_last_are_kept_and_the_rest_is_counted():
    ((_, text),) = tail([("stdout", f"line {i:06}\n") for i in range(100_000)], 1_000)
    first, *lines = text.splitlines()
    assert lines[-1] == "line 099999"
    assert first == f"… ({1_200_000 - len(text) + len(first) + 1:,} characters before this are left out)"


@given(PARTS, st.integers(200, 2_000))
def test_never_more_than_there_is_room_for(parts, most):
    assert bytes_of(tail(parts, most)) <= max(most, 200)


def test_colours_and_line_breaks_are_counted_as_json_has_them():
    assert bytes_of(tail([("stdout", "\x1b\n" * 100_000)], 4_000)) <= 4_000


def test_nodes_that_print_little_keep_all_of_it():
    printed = {f"n{i}": [("stdout", "x" * 10_000)] for i in range(100)} | {"small": [("stdout", "hello")]}
    kept = share(printed, 60_000)
    assert kept["small"] == [["stdout", "hello"]]
    assert sum(map(bytes_of, kept.values())) <= 60_000
    assert all("left out" in kept[f"n{i}"][0][1] for i in range(100))


def test_one_node_keeps_its_four_kilobytes():
    kept = share({"n": [("stdout", "x" * 1_000_000)]}, 60_000)
    assert MOST_OF_A_NODE - 100 < bytes_of(kept["n"]) <= MOST_OF_A_NODE


def test_with_too_little_room_for_all_those_that_matter_most_keep_theirs():
    printed = {f"n{i}": [("stdout", "x" * 10_000)] for i in range(100)} | {"small": [("stdout", "hello")]}
    kept = share(printed, 10_000, ["n7"])
    assert set(kept) == {"n7", "small"}
    assert sum(map(bytes_of, kept.values())) <= 10_000
