"""Promises about the forms: what people really send gets in cleaned, or a sentence says what to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from minqing.accounts.tests.factories import AT
from minqing.diary.forms import AmendForm, FindingForm, VisitForm, blank_visit_form
from minqing.diary.rules import FindingInput, GeoFix
from minqing.diary.tests.factories import jpeg, upload
from minqing.kernel.clock import LOCAL
from minqing.kernel.ids import uuid7


def _form(photos=(), **given) -> VisitForm:
    data = QueryDict(mutable=True)
    sent = {
        "visit_id": str(uuid7(AT)),
        "met": "张阿婆",
        "heard": "路灯不亮。",
        "done": "",
        "kind": "visit",
    } | given
    for name, value in sent.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return VisitForm(data, MultiValueDict({"photos": list(photos)}))


def _errors(form) -> list[str]:
    assert not form.is_valid()
    return [sentence for sentences in form.errors.values() for sentence in sentences]


def test_a_full_form_gives_what_the_service_takes():
    form = _form(
        photos=[upload(jpeg()), upload(jpeg())],
        visited_at="2026-11-20T09:30",
        lon="120.6412",
        lat="29.7",
        accuracy="8",
        finding=["路灯不亮。", "", "水管漏。"],
        finding_solution=["", "", "换了垫圈"],
        finding_solved=["2"],
    )
    assert form.is_valid(), form.errors
    given = form.given(AT)
    assert given["visited_at"] == datetime(2026, 11, 20, 9, 30, tzinfo=LOCAL)
    assert given["findings"] == [FindingInput("路灯不亮。"), FindingInput("水管漏。", True, "换了垫圈")]
    assert given["place"] == GeoFix(120.6412, 29.7, 8.0)
    assert len(given["photos"]) == 2


def test_without_a_time_the_ids_own_time_counts_so_that_a_resend_is_the_same():
    sent = str(uuid7(AT - timedelta(minutes=7)))
    times = []
    for late in (0, 3):
        form = _form(visit_id=sent)
        assert form.is_valid()
        times.append(form.given(AT + timedelta(days=late))["visited_at"])
    assert times == [AT - timedelta(minutes=7)] * 2
    form = _form(visit_id=str(uuid4()))
    assert form.is_valid()
    assert form.given(AT)["visited_at"] == AT


def test_hidden_characters_go_and_words_stay():
    form = _form(met="张\u200b阿\u202e婆\x00", heard="路灯不亮\r\n第二句", finding=["\u200b水管\u2066漏"])
    assert form.is_valid(), form.errors
    given = form.given(AT)
    assert (given["met"], given["heard"]) == ("张阿婆", "路灯不亮\n第二句")
    assert given["findings"] == [FindingInput("水管漏")]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"visit_id": ""}, "再点一次"),
        ({"visit_id": "not-an-id"}, "再点一次"),
        ({"visited_at": "昨天下午"}, "看不懂"),
        ({"visited_at": "0000-13-45T99:00"}, "看不懂"),
        ({"lon": "abc", "lat": "1"}, "关闭定位"),
        ({"lon": "nan", "lat": "1"}, "关闭定位"),
        ({"lon": "120"}, "关闭定位"),
        ({"kind": "party"}, "从列表里选"),
        ({"heard": "漏" * 4001}, "有 4001 字，最多 4000 字"),
        ({"met": "张" * 501}, "最多 500 字"),
        ({"met": "\u200b", "heard": " "}, "至少写一句"),
        ({"finding": ["漏"] * 2}, "相同"),
        ({"finding": [f"{n}处" for n in range(21)]}, "最多记 20 条"),
        ({"finding": [""], "finding_solution": ["修了"], "finding_solved": ["0"]}, "还没有写"),
        ({"finding": ["漏"], "finding_solution": ["修了"], "finding_solved": ["x", "-1", "99"]}, "勾选"),
    ],
)
def test_bad_input_gets_a_sentence(given, words):
    errors = _errors(_form(**given))
    assert any(words in one for one in errors), errors
    assert all(one.endswith("。") for one in errors), errors


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_an_absurd_year_passes_the_form_and_is_refused_by_the_service_rule(year):
    from minqing.diary.rules import why_not_when

    form = _form(visited_at=f"{year}-12-31T23:59")
    assert form.is_valid(), form.errors
    assert why_not_when(form.given(AT)["visited_at"], AT)


def test_too_many_too_big_and_empty_photos_are_refused():
    assert "最多 9 张" in _errors(_form(photos=[upload(b"x")] * 10))[0]
    assert "第 1 张照片是空的" in _errors(_form(photos=[upload(b"")]))[0]
    big = upload(b"x")
    big.size = 13 * 1024 * 1024
    assert "超过 12 MB" in _errors(_form(photos=[big]))[0]
    form = _form()
    assert form.is_valid()
    assert form.given(AT)["photos"] == []


def test_the_id_that_the_page_sends_again_is_the_one_that_came():
    sent = uuid7()
    assert _form(visit_id=str(sent), kind="party").id_to_send == sent
    assert _form(visit_id="lost").id_to_send.version == 7
    blank = blank_visit_form(AT)
    assert isinstance(blank.id_to_send, UUID)
    assert 'value="2026-11-20T10:00"' in str(blank["visited_at"])
    assert "multiple" in str(blank["photos"])


def test_the_other_forms_say_what_to_do():
    amend = AmendForm({"base_version": "first", "heard": "x"})
    assert not amend.is_valid()
    assert amend.errors["base_version"] == ["页面已过期，请重新打开这条走访再改。"]
    assert AmendForm({"base_version": "1", "heard": "路灯不亮。"}).is_valid()
    assert FindingForm({"text": ""}).errors["text"] == ["请选一句话，或自己写一句。"]
    assert "勾选" in FindingForm({"text": "漏", "solution": "修了"}).errors["solution"][0]
