"""ID numbers, credit codes, phones, names: what passes and which sentence the rest gets."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from id_validator import validator

from minqing.registry import rules
from minqing.registry.rules import IdNumber, read_id_number, read_phone, read_uscc

TODAY = date(2026, 11, 20)
BORN = st.dates(date(1900, 1, 1), TODAY)
REGION = st.sampled_from(["330683", "330623", "110101", "820000"])
SEQUENCE = st.integers(0, 999)


def number(region: str, born: date, sequence: int) -> str:
    body = f"{region}{born:%Y%m%d}{sequence:03}"
    return body + rules.id_check_digit(body)


@settings(deadline=None)
@given(REGION, BORN, SEQUENCE)
def test_a_valid_number_tells_birth_date_and_sex(region: str, born: date, sequence: int) -> None:
    read = read_id_number(number(region, born, sequence), TODAY)
    assert isinstance(read, IdNumber)
    assert read.birth_date == born
    assert read.sex == (rules.MALE if sequence % 2 else rules.FEMALE)


@settings(deadline=None)
@given(REGION, BORN, SEQUENCE, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(region: str, born: date, seq: int, at: int, by: int) -> None:
    right = number(region, born, seq)
    wrong = right[:at] + str((int(right[at]) + by) % 10) + right[at + 1 :]
    assert isinstance(read_id_number(wrong, TODAY), str)


@settings(deadline=None)
@given(REGION, BORN, SEQUENCE, st.integers(0, 15))
def test_two_neighbours_swapped_are_always_found(region: str, born: date, seq: int, at: int) -> None:
    right = number(region, born, seq)
    swapped = right[:at] + right[at + 1] + right[at] + right[at + 2 :]
    if swapped != right:
        assert isinstance(read_id_number(swapped, TODAY), str)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_gets_an_answer_and_never_an_exception(text: str) -> None:
    assert isinstance(read_id_number(text, TODAY), IdNumber | str)
    assert any(read_uscc(text))
    assert any(read_phone(text))
    rules.why_not_name(text)
    rules.relation_key(text)
    rules.sex_key(text)


def test_the_check_digit_agrees_with_the_published_example() -> None:
    # GB 11643-1999, 4.2.6: the worked examples of the standard.
    assert rules.id_check_digit("11010519491231002") == "X"
    assert rules.id_check_digit("44052418800101001") == "4"


@settings(deadline=None)
@given(BORN, SEQUENCE, st.sampled_from("0123456789X"))
def test_an_independent_library_agrees(born: date, sequence: int, check: str) -> None:
    text = f"330683{born:%Y%m%d}{sequence:03}{check}"
    assert isinstance(read_id_number(text, TODAY), IdNumber) == validator.is_valid(text)


def test_lower_case_x_and_full_width_digits_are_understood() -> None:
    plain = "11010519491231002X"
    for written in ("11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", " 110105 19491231 002X "):
        read = read_id_number(written, TODAY)
        assert isinstance(read, IdNumber)
        assert read.value == plain


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("110105194912310021", "校验位"),
        ("110105491231002", "15 位"),
        ("11010519491231002", "17 位"),
        ("1101051949123100AX", "应为数字"),
        ("11010519491231002XX", "19 位"),
        ("", "0 位"),
    ],
)
def test_a_bad_number_gets_the_sentence_that_helps(text: str, says: str) -> None:
    read = read_id_number(text, TODAY)
    assert isinstance(read, str)
    assert says in read


def test_a_birth_date_that_is_not_there_or_not_yet_is_refused() -> None:
    for birth in ("19990230", "20270101", "18400101", "19991301"):
        body = f"330683{birth}002"
        assert isinstance(read_id_number(body + rules.id_check_digit(body), TODAY), str)


def test_sex_and_birth_date_must_agree() -> None:
    read = read_id_number("11010519491231002X", TODAY)
    assert isinstance(read, IdNumber)
    assert rules.why_id_disagrees(read, date(1949, 12, 31), rules.FEMALE) is None
    assert rules.why_id_disagrees(read, date(1949, 12, 30), "") == (
        "birth_date",
        "出生日期与证件号里的不一致，请核对。",
    )
    clash = rules.why_id_disagrees(read, None, rules.MALE)
    assert clash is not None
    assert clash[0] == "sex"


@pytest.mark.parametrize("code", ["91330100799655058B", "9144030071526726XG", "914403001922038216"])
def test_published_credit_codes_pass_and_one_wrong_letter_is_found(code: str) -> None:
    assert read_uscc(code.lower()) == (code, "")
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    for at in range(18):
        wrong = code[:at] + letters[(letters.index(code[at]) + 7) % 31] + code[at + 1 :]
        assert read_uscc(wrong)[1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("13812345678", "13812345678"),
        ("138-1234 5678", "13812345678"),
        ("+86 13812345678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("0575-83021234", "057583021234"),
        ("83021234", "83021234"),
    ],
)
def test_phones_as_people_write_them(text: str, value: str) -> None:
    assert read_phone(text) == (value, "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1381234567", "少 1 位"),
        ("138123456789", "多 1 位"),
        ("12812345678", "号段"),
        ("手机", "数字以外"),
        ("12", "少 9"),
    ],
)
def test_wrong_phones_say_what_is_wrong(text: str, says: str) -> None:
    assert says in read_phone(text)[1]


@pytest.mark.parametrize("name", ["裘阿婆", "买买提·吐尔逊", "欧阳娜娜", "John Smith", "O'Neil", "𠮷野"])
def test_names_that_are_names(name: str) -> None:
    assert rules.why_not_name(name) is None


@pytest.mark.parametrize("name", ["", "张3", "=cmd", "王" * 51, "<b>", "13812345678", "·"])
def test_names_that_are_not(name: str) -> None:
    assert rules.why_not_name(name)


def test_every_relation_as_written_on_registers_is_known() -> None:
    for text in (
        "户主",
        "本人",
        "配偶",
        "妻",
        "子",
        "长子",
        "女",
        "儿媳",
        "孙子",
        "孙女",
        "父",
        "母",
        "外孙女",
        "其他亲属",
    ):
        assert rules.relation_key(text) in rules.RELATION_LABELS
    assert rules.relation_key("邻居家的猫") is None


@settings(deadline=None)
@given(BORN, st.integers(0, 40000))
def test_age_never_jumps(born: date, days: int) -> None:
    day = born + timedelta(days=days)
    assert rules.age_on(born, day + timedelta(days=1)) - rules.age_on(born, day) in (0, 1)
