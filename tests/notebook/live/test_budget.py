from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedro_nb.notebook.live.budget import budgets, gap_after


def test_there_are_at_most_ten_updates_a_second():
    assert gap_after(0) == pytest.approx(0.1)


def test_a_large_page_is_sent_less_often():
    assert gap_after(200_000) == pytest.approx(0.5)


COSTS = st.lists(st.tuples(st.floats(0.0001, 0.5), st.floats(0.0001, 0.01)), min_size=1, max_size=200)


@given(COSTS, st.floats(0, 0.1))
def test_all_drawing_takes_at_most_two_hundredths_of_the_time(costs, ends):
    """Played with a clock on paper: as soon as it may be, a whole page is drawn, or else a line."""
    pages, lines = budgets(ends)
    on_pages = on_lines = now = 0.0
    for page, line in costs:
        now = max(now + gap_after(0), min(pages.due, lines.due))
        if now >= pages.due:
            assert on_pages + ends <= 0.015 * now + 1e-9
            pages.spend(page)
            on_pages += page
        else:
            assert on_lines <= 0.005 * now + 1e-9
            lines.spend(line)
            on_lines += line


def test_time_for_the_first_and_the_last_page_is_kept():
    pages, lines = budgets(0.012)
    assert pages.due == pytest.approx(1.5)
    assert lines.due == 0


def test_a_cheap_page_is_drawn_as_often_as_may_be():
    pages, _ = budgets(0.0)
    for _ in range(5):
        pages.spend(0.0007)
    assert pages.due < 1
