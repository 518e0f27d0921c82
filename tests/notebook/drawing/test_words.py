from hypothesis import given
from hypothesis import strategies as st

from kedro_nb.notebook.drawing.words import listed, shorten, width_of


@given(st.text(max_size=60), st.integers(20, 300))
def test_a_shortened_text_fits_and_keeps_both_ends(text, limit):
    short = shorten(text, 11, limit)
    assert width_of(short, 11) <= limit
    if short != text:
        head, tail = short.split("…")[0], short.rsplit("…", 1)[-1]
        assert text.startswith(head)
        assert text.endswith(tail)


def test_wide_letters_count_more_than_narrow_ones():
    assert width_of("lll", 12) < width_of("aaa", 12) < width_of("mmm", 12) < width_of("データ", 12)


def test_a_list_tells_how_many_names_it_leaves_out():
    assert listed(["a", "b", "c"], 3) == "a, b, c"
    assert listed(["a", "b", "c", "d"], 3) == "a, b, c, … +1"
