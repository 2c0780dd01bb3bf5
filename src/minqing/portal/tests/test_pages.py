"""The residents' pages: reporting at a door, following, adding, urging and answering, with and without mistakes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from minqing.accounts.models import Session
from minqing.accounts.tests.factories import everyone
from minqing.cases.models import Addition, Answer, Case, Contact
from minqing.cases.public import LOOK_UPS, MISSES, REPLIES, REPORTS
from minqing.kernel import clock
from minqing.kernel.roles import GRID_WORKER
from minqing.portal.tests.conftest import NOW, WORDS, photo, report, said, walk_to_the_follow_up

pytestmark = pytest.mark.django_db


def test_a_door_asks_one_question_with_its_place_filled_in(client: Client, here, door):
    page = client.get(f"/d/{door.code}/")
    words = page.content.decode()
    assert page.status_code == 200
    assert "您想说什么？" in words
    assert "谷来镇·举坑村·举坑村第一网格·1号微网格" in words
    assert words.index("tel:110") < words.index("mq-form")
    assert "裘阿婆" not in words
    assert "举坑村 12 号" not in words
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Cache-Control"] == "private, no-cache"
    assert "no-store" in client.post(f"/d/{door.code}/", said(words=""))["Cache-Control"]


def test_a_named_report_carries_the_household_and_how_to_call_back(client, here, door, home):
    code = report(client, door, anonymous="no", name="裘大爷", phone="138 0000 0000", photos=[photo()])
    case = Case.everything.get(receipt_code=code)
    assert (case.subject_kind, case.subject_id) == ("household", home.id)
    contact = Contact.objects.get(case=case)
    assert (contact.name, contact.phone) == ("裘大爷", "13800000000")
    assert not case.is_anonymous


def test_after_reporting_the_receipt_is_to_be_kept(client, door):
    answered = client.post(f"/d/{door.code}/", said(), follow=True)
    words = answered.content.decode()
    code = Case.everything.get().receipt_code
    assert answered.redirect_chain == [(f"/r/{code}/?did=reported", 302)]
    assert "请保存回执" in words
    assert f'data-copy="{code}"' in words
    assert "二维码" in words


def test_the_same_post_twice_is_one_report(client, door):
    sent = said(anonymous="no", phone="13800000000")
    first = client.post(f"/d/{door.code}/", sent)
    second = client.post(f"/d/{door.code}/", sent)
    assert first["Location"] == second["Location"]
    assert Case.everything.count() == 1


def test_other_words_under_the_same_id_are_kept_and_can_be_sent_as_another(client, door):
    sent = said()
    client.post(f"/d/{door.code}/", sent)
    clash = client.post(f"/d/{door.code}/", sent | {"words": "河边的护栏断了一截。"})
    assert clash.status_code == 409
    assert "河边的护栏断了一截。" in clash.content.decode()
    new_id = clash.context["form"]["id"].value()
    assert new_id != sent["id"]
    again = client.post(f"/d/{door.code}/", sent | {"words": "河边的护栏断了一截。", "id": new_id})
    assert again.status_code == 302
    assert Case.everything.count() == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"words": ""}, "请写下您要反映的事"),
        ({"words": "好"}, "至少几个字"),
        ({"words": "路" * 2001}, "写得太长了"),
        ({"anonymous": "no", "phone": ""}, "不想留，请选“匿名”"),
        ({"anonymous": "no", "phone": "1380000000"}, "手机号少一位"),
        ({"anonymous": "perhaps"}, ""),
        ({"id": "no-uuid"}, ""),
        ({"id": ""}, ""),
        ({"words": "\x00\u200b\u202e"}, ""),
    ],
)
def test_a_mistake_is_a_sentence_and_loses_nothing(client, door, changes, sentence):
    answered = client.post(f"/d/{door.code}/", said(name="裘大爷") | changes)
    words = answered.content.decode()
    assert answered.status_code == 400
    assert sentence in words
    assert 'value="裘大爷"' in words
    assert Case.everything.count() == 0


def test_what_is_no_photo_is_refused_with_a_sentence(client, door):
    from django.core.files.uploadedfile import SimpleUploadedFile

    for fake in (b"no picture", b"", b"\xff\xd8\xff\xe0" + b"\0" * 50):
        sent = said(photos=[SimpleUploadedFile("a.jpg", fake, "image/jpeg")])
        answered = client.post(f"/d/{door.code}/", sent)
        assert answered.status_code == 400
        assert "照片" in answered.content.decode()
        assert WORDS in answered.content.decode()
    assert client.post(f"/d/{door.code}/", said(photos=[photo()] * 7)).status_code == 400


def test_hidden_characters_are_taken_out(client, door):
    code = report(client, door, words="路灯\u200b坏了\u202e，请\x00修")
    assert Case.everything.get(receipt_code=code).words == "路灯坏了，请修"


@pytest.mark.parametrize("code", ["AAAAAAAA", "nope", "%00", "路灯", "A" * 300, "..", "%ED%A0%80"])
def test_a_bad_code_gets_a_page_that_helps(client, here, code):
    for address in (f"/d/{code}/", f"/r/{code}/", f"/r/{code}/words/", f"/r/{code}/answer/?done=yes"):
        answered = client.get(address)
        assert answered.status_code == 404, address
        assert "12345" in answered.content.decode()


def test_a_withdrawn_code_says_so(client, door):
    door.closed_at = NOW
    door.save()
    answered = client.get(f"/d/{door.code}/")
    assert answered.status_code == 404
    assert "已停用" in answered.content.decode()


def test_a_closed_area_takes_no_report(client, here, door):
    here.micro_grid.closed_at = NOW
    here.micro_grid.save()
    answered = client.post(f"/d/{door.code}/", said(anonymous="no", phone="13800000000"))
    assert answered.status_code == 400
    assert WORDS in answered.content.decode()


def test_the_landing_page_takes_a_code_as_people_type_it(client, here, door):
    code = report(client, door)
    typed = f" {code[:5].lower()}－{code[5:]} "
    assert client.get("/", {"code": typed})["Location"] == f"/r/{code}/"
    wrong = client.get("/", {"code": "O0I1"})
    assert wrong.status_code == 400
    assert "请照着回执再输一次" in wrong.content.decode()
    assert client.get(f"/r/{code.lower()}/")["Location"] == f"/r/{code}/"


def test_whoever_is_signed_in_is_sent_to_work(client, here):
    client.force_login(here.actor(GRID_WORKER) and here.people["grid_worker"])
    assert client.get("/")["Location"] == "/desk/"
    assert client.get("/", headers={"user-agent": "iPhone Mobile Safari"})["Location"] == "/m/"


def test_the_receipt_tells_every_leg_with_its_clock(client, here, door):
    everyone(here)
    code = report(client, door, anonymous="no", phone="13800000000")
    words = client.get(f"/r/{code}/").content.decode()
    assert "轮到谷来镇调度员" in words
    assert "限 2 个工作小时" in words
    assert "还剩 2 个工作小时" in words
    with clock.fixed(NOW + timedelta(hours=1)):
        walk_to_the_follow_up(here, code)
        words = client.get(f"/r/{code}/").content.decode()
    for label in ("待签收", "待审核交办", "审核办理中", "待办结审核", "待回访反馈"):
        assert f"<strong>{label}</strong>" in words
    unit = "<span>谷来镇综合执法队</span>"
    assert f"<strong>审核办理中</strong> {unit}" in words
    assert words.count(unit) == 1  # the reviewer's and the caller's turns are not the unit's
    assert words.count("按时") == 4
    assert "还剩 " in words
    assert "已换新灯泡，亮了。" in words
    assert "这件事办好了吗" in words


def test_not_done_asks_what_is_missing_and_sends_it_back(client, here, door):
    code = report(client, door)
    walk_to_the_follow_up(here, code)
    asked = client.get(f"/r/{code}/answer/", {"done": "no"})
    assert "还差什么没有办好？" in asked.content.decode()
    empty = client.post(f"/r/{code}/answer/", {"done": "no", "words": ""})
    assert empty.status_code == 400
    assert "请写一句还差什么" in empty.content.decode()
    back = client.post(f"/r/{code}/answer/", {"done": "no", "words": "还是不亮"}, follow=True)
    assert "重新办理" in back.content.decode()
    assert "没有办好：还是不亮" in back.content.decode()
    assert Answer.objects.get().done is False
    walk_to_the_follow_up(here, code, again=True)
    content = client.get(f"/r/{code}/answer/", {"done": "yes"}).content.decode()
    assert "您对办理满意吗？" in content
    assert content.count('name="content"') == 3
    end = client.post(
        f"/r/{code}/answer/", {"done": "yes", "content": "content", "words": "谢谢"}, follow=True
    )
    assert "已办结" in end.content.decode()
    assert "您的回答：办好了，满意" in end.content.decode()
    again = client.post(f"/r/{code}/answer/", {"done": "yes", "content": "content"})
    assert again.status_code == 409


@pytest.mark.parametrize(
    "sent", [{"done": "yes"}, {"done": "yes", "content": "great"}, {"done": "no", "words": "\u200b"}]
)
def test_half_an_answer_is_asked_again(client, here, door, sent):
    code = report(client, door)
    walk_to_the_follow_up(here, code)
    assert client.post(f"/r/{code}/answer/", sent).status_code == 400
    assert Answer.objects.count() == 0


def test_an_answer_that_nobody_asked_for_is_refused(client, door):
    code = report(client, door)
    assert client.get(f"/r/{code}/answer/?done=yes").status_code == 302
    assert client.post(f"/r/{code}/answer/", {"done": "maybe"}).status_code == 302
    refused = client.post(f"/r/{code}/answer/", {"done": "yes", "content": "content"})
    assert refused.status_code == 409
    assert "现在不用您确认" in refused.content.decode()


def test_a_word_and_a_photo_are_added_once(client, door):
    code = report(client, door)
    sent = {"words": "今天更暗了，请早点来", "photos": [photo()]}
    assert client.post(f"/r/{code}/words/", sent)["Location"] == f"/r/{code}/?did=said"
    sent["photos"] = [photo()]
    client.post(f"/r/{code}/words/", sent)
    assert Addition.objects.count() == 1
    page = client.get(f"/r/{code}/")
    assert "今天更暗了" in page.content.decode()
    (photo_id,) = page.context["receipt"].photos
    picture = client.get(f"/r/{code}/photos/{photo_id}/")
    assert picture["Content-Type"] == "image/jpeg"
    assert "no-store" in picture["Cache-Control"]
    other = report(client, door)
    assert client.get(f"/r/{other}/photos/{photo_id}/").status_code == 404
    assert client.post(f"/r/{code}/words/", {"words": "是"}).status_code == 400


def test_urging_is_once_a_day(client, door):
    code = report(client, door)
    assert client.get(f"/r/{code}/urge/").status_code == 405
    assert client.post(f"/r/{code}/urge/")["Location"] == f"/r/{code}/?did=urged"
    again = client.post(f"/r/{code}/urge/")
    assert again.status_code == 429
    assert "今天已经催过了" in again.content.decode()
    assert "今天已经催过" in client.get(f"/r/{code}/").content.decode()


def test_forms_are_guarded_against_other_sites(door):
    careful = Client(enforce_csrf_checks=True)
    assert careful.post(f"/d/{door.code}/", said()).status_code == 403


def test_no_session_and_only_the_forms_cookie(client, here, door):
    code = report(client, door)
    for address in ("/", f"/d/{door.code}/", f"/r/{code}/", f"/r/{code}/words/"):
        client.get(address)
    assert set(client.cookies) <= {"csrftoken"}
    assert Session.objects.count() == 0


def test_too_many_reports_from_one_address_wait(client, door):
    for _ in range(REPORTS.times_max):
        report(client, door)
    answered = client.post(f"/d/{door.code}/", said())
    assert answered.status_code == 429
    assert WORDS in answered.content.decode()
    assert int(answered["Retry-After"]) > 0
    assert client.post(f"/d/{door.code}/", said(), REMOTE_ADDR="203.0.113.9").status_code == 302


def test_guessing_codes_is_slowed_down_before_it_finds_anything(client, door):
    code = report(client, door)
    for _ in range(MISSES.times_max):
        assert client.get("/r/ABCDEFGHJK/").status_code == 404
    assert client.get(f"/r/{code}/").status_code == 429
    assert client.get(f"/d/{door.code}/").status_code == 429
    with clock.fixed(NOW + timedelta(minutes=11)):
        assert client.get(f"/r/{code}/").status_code == 200


def test_looking_and_replying_have_limits(client, door, monkeypatch):
    assert LOOK_UPS.times_max > 100
    code = report(client, door)
    for _ in range(REPLIES.times_max):
        client.post(f"/r/{code}/urge/")
    assert "这个网络" in client.post(f"/r/{code}/urge/").content.decode()


def test_a_receipt_asks_the_database_no_more_for_a_longer_story(
    client, here, door, django_assert_max_num_queries
):
    code = report(client, door)
    with django_assert_max_num_queries(16):
        client.get(f"/r/{code}/")
    walk_to_the_follow_up(here, code)
    with django_assert_max_num_queries(16):
        client.get(f"/r/{code}/")
