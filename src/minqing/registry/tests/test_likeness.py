"""Two files of one person are offered, two people's are not: by kind of slip."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from minqing.registry.likeness import Facts, likeness

HOME, OTHER_HOME = UUID(int=11), UUID(int=12)
VILLAGE, OTHER_VILLAGE = "330683.330683106.330683106201", "330683.330683106.330683106202"
WANG = Facts(
    UUID(int=1), "王伯根", "male", date(1956, 3, 8), "330683195603080018", "13800000001", HOME, VILLAGE
)
ANEW = replace(WANG, id=UUID(int=2), id_number="", home=OTHER_HOME)
MOVED = replace(ANEW, village=OTHER_VILLAGE, phone="13900000002")


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (replace(ANEW, phone=""), "姓名相同"),
        (MOVED, "出生日期相同"),
        (replace(MOVED, name="王柏根"), "姓名同音"),
        (replace(ANEW, name="裘伯根", phone=""), "名相同、姓不同"),
        (replace(ANEW, birth_date=date(1956, 8, 3), phone=""), "出生的月和日对调"),
        (replace(ANEW, birth_date=date(1955, 3, 8), phone=""), "出生日期只差一个数字"),
        (replace(ANEW, birth_date=None, phone="", home=HOME), "在同一户"),
        (replace(ANEW, name="阿根", village=OTHER_VILLAGE), "电话相同"),
        (
            replace(
                WANG, id=UUID(int=3), id_number="330683196603080018", phone="", birth_date=date(1966, 3, 8)
            ),
            "证件号只差一位",
        ),
        (
            replace(WANG, id=UUID(int=3), id_number="330683195630080018", phone="", birth_date=None),
            "证件号有两位对调",
        ),
    ],
)
def test_one_person_written_down_twice_is_offered_with_the_reason(other: Facts, why: str) -> None:
    found = likeness(WANG, other)
    assert found.is_offered, found
    assert why in found.reasons


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # Twins with numbers, and without: one home, one birthday, one surname.
        (WANG, replace(WANG, id=UUID(int=4), name="王仲根", id_number="330683195603080034", phone="")),
        (replace(ANEW, home=HOME), replace(ANEW, id=UUID(int=4), name="王仲根", home=HOME, phone="")),
        # Namesakes: elsewhere with another number; here with another birthday.
        (WANG, replace(MOVED, id_number="330683195603087770")),
        (WANG, replace(ANEW, birth_date=date(1971, 11, 20), phone="")),
        # Father and son with one telephone; wife and husband of one birthday.
        (WANG, replace(ANEW, name="王小军", birth_date=date(1981, 1, 9), home=HOME)),
        (WANG, replace(ANEW, name="张桂香", sex="female", home=HOME)),
        # A sister of the same name in sound.
        (WANG, replace(MOVED, name="王白根", sex="female", birth_date=date(1959, 1, 1))),
    ],
)
def test_two_people_are_not_offered(one: Facts, other: Facts) -> None:
    assert not likeness(one, other).is_offered, likeness(one, other)


def test_it_does_not_matter_which_of_the_two_comes_first() -> None:
    for other in (ANEW, MOVED, replace(ANEW, name="阿根"), replace(MOVED, name="裘伯根")):
        assert likeness(WANG, other) == likeness(other, WANG)


def test_a_dot_a_blank_and_another_form_of_a_character_make_no_other_name() -> None:
    dotted = replace(ANEW, name="买买提·艾力")
    assert "姓名相同" in likeness(dotted, replace(dotted, name="买买提艾力")).reasons


def test_reasons_name_no_value() -> None:
    found = likeness(WANG, replace(ANEW, name="王柏根"))
    assert not any(value in "".join(found.reasons + found.against) for value in ("王", "1956", "138"))
