"""Promises of the plain rules: sentences lose nothing, times and positions are checked, content tells visits apart."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minqing.accounts.tests.factories import AT
from minqing.diary import rules
from minqing.diary.rules import FindingInput, GeoFix, Words, content_hash, excerpt, sentences
from minqing.registry.rules import TAG_KINDS

_TALK = st.text(alphabet="路灯不亮了水管漏，。！？；…\n ”」)a1!?", max_size=1500)


@given(_TALK)
def test_no_word_is_lost_and_none_is_added_by_splitting(text):
    kept = "".join(c for c in "".join(sentences(text)) if c.isalnum())
    assert kept == "".join(c for c in text if c.isalnum())


@given(_TALK)
def test_every_sentence_says_something_fits_a_finding_and_stays_whole(text):
    for one in sentences(text):
        assert one == one.strip()
        assert any(c.isalnum() for c in one)
        assert len(one) <= rules.FINDING_TEXT_MAX
        assert sentences(one) == [one]


def test_what_was_heard_falls_into_sentences():
    heard = "门口路灯不亮了！他说：“等了半个月。”还有水管漏吗？漏的；\n女儿在杭州"
    assert sentences(heard) == [
        "门口路灯不亮了！", "他说：“等了半个月。”", "还有水管漏吗？", "漏的；", "女儿在杭州",
    ]  # fmt: skip


def test_a_breathless_sentence_is_cut_at_a_pause():
    assert sentences("水管漏" * 160 + "，" + "路灯不亮" * 30) == ["水管漏" * 160 + "，", "路灯不亮" * 30]
    assert [len(one) for one in sentences("漏" * 1200)] == [500, 500, 200]


@given(st.text(max_size=300), st.integers(min_value=2, max_value=100))
def test_an_excerpt_is_one_line_within_its_limit(text, chars):
    assert len(excerpt(text, chars)) <= chars
    assert "\n" not in excerpt(text, chars)


@pytest.mark.parametrize(
    ("visited_at", "words"),
    [
        (AT + timedelta(minutes=6), "还没有到"),
        (AT - timedelta(days=401), "400 天"),
        (AT.replace(year=1), "400 天"),
        (AT + timedelta(minutes=4), None),
        (AT - timedelta(days=399), None),
    ],
)
def test_the_time_of_a_visit_is_checked(visited_at, words):
    refusal = rules.why_not_when(visited_at, AT)
    assert (refusal is None) if words is None else (refusal is not None and words in refusal)


@pytest.mark.parametrize(
    "place",
    [GeoFix(181, 0), GeoFix(0, -91), GeoFix(float("nan"), 0), GeoFix(0, float("inf")), GeoFix(0, 0, -1)],
)
def test_a_position_off_the_earth_is_refused(place):
    assert "关闭定位" in (rules.why_not_place(place) or "")
    assert rules.why_not_place(GeoFix(120.6412345678, 29.7, 12.34)) is None
    assert rules.rounded(GeoFix(120.64123456, 29.7, 12.34)) == GeoFix(120.641235, 29.7, 12.3)


@pytest.mark.parametrize(
    ("findings", "words"),
    [
        ([FindingInput("")], "还没有写"),
        ([FindingInput("漏" * 501)], "太长"),
        ([FindingInput("水管漏", False, "换了垫圈")], "现场已解决"),
        ([FindingInput("水管漏"), FindingInput("水管漏")], "第 1 条相同"),
        ([FindingInput(f"第{n}处漏水") for n in range(21)], "最多记 20 条"),
    ],
)
def test_bad_findings_are_refused_with_a_sentence(findings, words):
    assert words in (rules.why_not_findings(findings) or "")


def test_the_same_content_has_the_same_hash_and_any_other_another():
    content: dict[str, Any] = {
        "officer_id": uuid4(), "subject_kind": "resident", "subject_id": uuid4(), "visited_at": AT,
        "words": Words("张阿婆", "路灯不亮", "报修"), "findings": [FindingInput("路灯不亮")],
        "place": GeoFix(120.6, 29.7, 5), "photo_hashes": ["00"],
    }  # fmt: skip
    first = content_hash(**content)
    assert content_hash(**content) == first
    others: dict[str, Any] = {
        "officer_id": uuid4(), "subject_kind": "household", "subject_id": uuid4(), "visited_at": AT + timedelta(1),
        "words": Words("张阿婆", "路灯不亮报修", ""), "findings": [FindingInput("路灯不亮", True)], "place": None,
        "photo_hashes": [],
    }  # fmt: skip
    for name, other in others.items():
        assert content_hash(**{**content, name: other}) != first


def test_every_cadence_is_of_a_tag_that_exists():
    assert {one.tag for one in rules.CADENCES} <= {one.key for one in TAG_KINDS}
    assert all(one.within_days > 0 and one.why for one in rules.CADENCES)


def test_the_reason_reads_like_a_person_said_it():
    assert rules.due_reason("张阿婆", "独居", 9) == "张阿婆独居，已 9 天未走访"
    assert rules.due_reason("岭脚12号", "", None) == "岭脚12号还没有走访过"
