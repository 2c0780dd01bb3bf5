"""What is said of the security standards is complete, and what is said to show it exists."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from minqing.config.reference_standards import requirements

HOME = Path(__file__).resolve().parents[2]
# How many requirements of levels 1 and 2 each chapter of ASVS 5.0.0 has.
CHAPTERS = {
    1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7,
    10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16, 17: 7,
}  # fmt: skip


def test_no_requirement_of_the_two_levels_is_left_out() -> None:
    numbers = [one.number for one in requirements("asvs")]
    assert len(set(numbers)) == len(numbers)
    assert Counter(int(one.partition(".")[0]) for one in numbers) == CHAPTERS
    assert {one.level for one in requirements("asvs")} == {1, 2}


@pytest.mark.parametrize("name", ["asvs", "gb22239"])
def test_what_shows_a_requirement_exists_and_holds_tests(name: str) -> None:
    for one in requirements(name):
        for path in one.shown_by:
            assert "def test_" in (HOME / path).read_text("utf-8"), f"{one.number}: {path}"
        if one.state != "met":
            assert len(one.words) > 5, f"{one.number}: say what is missing, or why it does not apply"
