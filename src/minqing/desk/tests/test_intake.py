"""Writing a case down at a desk and at the hotline."""

import uuid

import pytest
from django.urls import reverse

from minqing.accounts.tests.factories import AT
from minqing.areas.models import Area
from minqing.cases.models import Case, Contact
from minqing.desk.tests.county import WORDS, photo, telephoned
from minqing.kernel.roles import (
    FOLLOW_UP_CALLER,
    GRID_WORKER,
    HANDLER,
    REVIEWER,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
)


def given(where, **changes):
    return {"id": str(uuid.uuid4()), "area": str(where.id), "words": WORDS, **changes}


def test_a_call_is_saved_and_its_receipt_read_out(desk):
    client = desk.as_(FOLLOW_UP_CALLER)
    assert client.get(reverse("desk:hotline")).status_code == 200
    data = given(desk.county.grid, phone="13800000000", name="裘大爷", topic="roads.light", photos=[photo()])
    said = client.post(reverse("desk:hotline"), data, follow=True)
    case = Case.everything.get()
    words = said.content.decode()
    assert case.source == "hotline"
    assert case.receipt_code in words
    assert case.number in words
    assert f"/r/{case.receipt_code}/" in words
    assert "轮到谷来镇调度员" in words or "镇街调度员暂无人任职" in words
    assert Contact.objects.get(case=case).phone == "13800000000"


def test_the_same_post_twice_is_one_case(desk):
    client = desk.as_(TOWN_DISPATCHER)
    data = given(desk.county.grid, phone="13800000000")
    first = client.post(reverse("desk:hotline"), data)
    second = client.post(reverse("desk:hotline"), data)
    assert first["Location"] == second["Location"]
    assert Case.everything.count() == 1
    other = client.post(reverse("desk:hotline"), {**data, "words": "另外一件完全不同的事"})
    assert other.status_code == 409
    assert "另外一件完全不同的事" in other.content.decode()


def test_an_officer_writes_down_a_case_of_their_own_area_only(desk):
    clerk = desk.as_(VILLAGE_CLERK)
    assert clerk.post(reverse("desk:case_new"), given(desk.county.grid)).status_code == 302
    for area in (desk.county.neighbour_grid, desk.county.town, desk.county.far_grid):
        said = clerk.post(reverse("desk:case_new"), given(area))
        assert said.status_code == 400
        assert "请从列表里重新选择" in said.content.decode()
        assert WORDS in said.content.decode()
    assert Case.everything.count() == 1


def test_who_may_not_is_refused(desk):
    for role, name in ((HANDLER, "case_new"), (REVIEWER, "hotline"), (GRID_WORKER, "hotline")):
        assert desk.as_(role).get(reverse(f"desk:{name}")).status_code == 403
        assert desk.as_(role).post(reverse(f"desk:{name}"), given(desk.county.grid)).status_code == 403


def test_places_are_found_without_javascript_and_nothing_typed_is_lost(desk):
    client = desk.as_(TOWN_DISPATCHER)
    said = client.post(
        reverse("desk:hotline"),
        {"find": "1", "place": "护国岭", "words": "写了一半的话", "phone": "138", "id": "x"},
    )
    words = said.content.decode()
    assert said.status_code == 200
    assert "护国岭村第一网格（谷来镇·护国岭村）" in words
    assert "举坑村第一网格" not in words
    assert "写了一半的话" in words
    assert 'value="138"' in words
    by_code = client.get(reverse("desk:places", args=["hotline"]), {"place": "33068310620201"})
    assert "护国岭村第一网格" in by_code.content.decode()
    assert client.get(reverse("desk:places", args=["nothing"])).status_code == 404
    far = client.get(reverse("desk:places", args=["hotline"]), {"place": "楼家"}).content.decode()
    assert "没有找到" in far


def test_earlier_cases_of_the_same_number_by_post_only(desk):
    telephoned(desk.county.grid)
    telephoned(desk.county.far_grid, words="另一个镇的一件事情")
    client = desk.as_(TOWN_DISPATCHER)
    address = reverse("desk:hotline_earlier")
    assert client.get(address).status_code == 405
    words = client.post(address, {"phone": "138 0000 0000"}).content.decode()
    assert "1 件还没办结" in words
    assert "另一个镇" not in words
    assert "填好来电号码" in client.post(address, {"phone": "138"}).content.decode()
    assert "没有正在办的事项" in client.post(address, {"phone": "13900000000"}).content.decode()
    looked = client.post(reverse("desk:hotline"), {"look": "1", "phone": "13800000000", "words": "刚开始记"})
    assert "1 件还没办结" in looked.content.decode()
    assert "刚开始记" in looked.content.decode()


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"phone": ""}, "请记下来电号码"),
        ({"phone": "1380000000"}, "手机号少一位"),
        ({"phone": "138000000001"}, "手机号多一位"),
        ({"phone": "不知道"}, "电话号码不对"),
        ({"words": ""}, "请写下您要反映的事"),
        ({"words": "灯"}, "至少几个字"),
        ({"words": "\u200b\u202e \u2066"}, "请写下您要反映的事"),
        ({"words": "长" * 2001}, "写得太长了"),
        ({"area": ""}, "请选择事情发生的辖区"),
        ({"area": "x"}, "请从列表里重新选择"),
        ({"topic": "no.such"}, "请从列出的各项里选一项"),
        ({"name": "名" * 31}, "最多"),
        ({"id": "x"}, "再点一次提交"),
        ({"id": ""}, "再点一次提交"),
    ],
)
def test_bad_input_is_a_sentence_and_nothing_is_lost(desk, bad, sentence):
    data = given(desk.county.grid, **{"phone": "13800000000", "name": "裘大爷", **bad})
    said = desk.as_(TOWN_DISPATCHER).post(reverse("desk:hotline"), data)
    words = said.content.decode()
    assert said.status_code == 400
    assert sentence in words
    if "words" not in bad:
        assert WORDS in words
    assert not Case.everything.exists()


def test_a_caller_who_would_not_leave_a_number(desk):
    data = given(desk.county.grid, caller_refused="on")
    assert desk.as_(TOWN_DISPATCHER).post(reverse("desk:hotline"), data).status_code == 302


def test_a_closed_area_is_said_to_be_closed(desk):
    Area.objects.filter(id=desk.county.second_grid.id).update(closed_at=AT)
    said = desk.as_(VILLAGE_CLERK).post(reverse("desk:case_new"), given(desk.county.second_grid))
    assert said.status_code == 400
    assert "已撤销" in said.content.decode()


def test_too_many_photos_and_what_is_none(desk):
    client = desk.as_(VILLAGE_CLERK)
    for photos in ([photo(f"{n}.jpg") for n in range(7)], [photo("坏.exe")]):
        said = client.post(reverse("desk:case_new"), given(desk.county.grid, photos=photos))
        assert said.status_code == 400
        assert "请重新选择照片" in said.content.decode()


def test_emoji_rare_letters_and_right_to_left_marks(desk):
    words = "𬀩村口\u202e的\u200b路灯😀坏了"
    desk.as_(VILLAGE_CLERK).post(reverse("desk:case_new"), given(desk.county.grid, words=words))
    assert Case.everything.get().words == "𬀩村口的路灯😀坏了"
