from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedro_nb.notebook.live.budget import Budget


def test_there_are_at_most_ten_updates_a_second():
    assert Budget().gap() == pytest.approx(0.1)


@given(st.lists(st.floats(0.0001, 0.5), min_size=1, max_size=200))
def test_all_updates_together_take_one_hundredth_of_the_time(costs):
    """Played with a clock on paper: each update is made as soon as it may be."""
    budget, now, spent = Budget(), 0.0, 0.0
    for cost in costs:
        now = max(now + budget.gap(), budget.due)
        assert spent <= 0.01 * now + 1e-9
        budget.spend(cost)
        spent += cost


def test_a_large_page_is_sent_less_often():
    budget = Budget()
    budget.spend(0.0, 200_000)
    assert budget.gap() == pytest.approx(0.5)


def test_a_layout_is_made_once_the_run_is_long_enough():
    assert not Budget().affords(0.2, 10)
    assert Budget().affords(0.2, 30)
