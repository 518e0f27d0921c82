"""Numbers and rows as people read them."""

import pytest

from kedro_nb.session.display import columns, count_text, seconds_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "<1 ms"),
        (0.0123, "12 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.00 s"),
        (9.994, "9.99 s"),
        (9.996, "10.0 s"),
        (12.34, "12.3 s"),
        (59.9, "59.9 s"),
        (59.99, "1 min 0 s"),
        (125.2, "2 min 5 s"),
        (3599.9, "60 min 0 s"),
    ],
)
def test_times_are_short_and_never_round_up_to_a_unit_of_their_own(seconds, text):
    assert seconds_text(seconds) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 nodes"), (1, "1 node"), (2, "2 nodes")])
def test_one_is_not_many(count, text):
    assert count_text(count, "node") == text


def test_columns_stand_under_each_other_on_the_side_that_is_asked_for():
    rows = [("a", "1 s", "x"), ("long", "10 ms", "")]
    assert columns(rows, indent="  ", right=[1]).splitlines() == ["  a       1 s  x", "  long  10 ms"]
