"""No small cell is shown, and none can be had by subtraction."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from minqing.kernel.small_cells import CELL_MIN, in_words, suppress


def test_a_cell_of_four_is_hidden_and_one_of_five_is_not() -> None:
    assert suppress({"甲": 4, "乙": 5}, total_shown=False) == {"甲": None, "乙": 5}


def test_a_zero_names_nobody() -> None:
    assert suppress({"甲": 0, "乙": 9}) == {"甲": 0, "乙": 9}


def test_with_the_total_beside_it_a_single_hidden_cell_takes_another_with_it() -> None:
    assert suppress({"甲": 2, "乙": 7, "丙": 40}) == {"甲": None, "乙": None, "丙": 40}


def test_hidden_cells_say_so_in_a_word() -> None:
    assert [in_words(None), in_words(12)] == ["不显示", "12"]


@given(st.dictionaries(st.integers(), st.integers(0, 60), max_size=12))
def test_whatever_the_counts_subtraction_never_gives_a_small_cell_away(counts: dict[int, int]) -> None:
    shown = suppress(counts)
    hidden = [cell for cell, count in shown.items() if count is None]
    assert all(count is None or count == 0 or count >= CELL_MIN for count in shown.values())
    could_hide_more = any(count for count in shown.values() if count)
    if hidden and could_hide_more:  # total less what is shown is what is hidden together
        assert len(hidden) > 1
        assert sum(counts[cell] for cell in hidden) >= CELL_MIN
