"""What a mask leaves: with the birth date beside it, nobody may reckon the rest of an ID number."""

from __future__ import annotations

import pytest

from minqing.kernel.masking import mask_id_number, mask_phone


def test_of_an_id_number_the_county_alone_stays() -> None:
    assert mask_id_number("330683195603080779") == "330683************"
    # Neither birth date, sequence nor check digit: people of a county are not told apart.
    assert mask_id_number("330683199912310019") == mask_id_number("33068319560308077X")


@pytest.mark.parametrize("value", ["", "E12345678", "H0123456", "330683560308077"])
def test_of_other_papers_only_the_length_stays(value: str) -> None:
    assert mask_id_number(value) == "*" * len(value)


def test_of_a_telephone_the_first_three_and_the_last_four_stay() -> None:
    assert mask_phone("13867512340") == "138****2340"
