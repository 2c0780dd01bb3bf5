"""A case's page: who sees it, every step by the right hand, refusals that lose nothing, two people at once."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minqing.accounts.models import Appointment, Person
from minqing.accounts.public import actor_of
from minqing.accounts.tests.factories import AT, DAY, appoint
from minqing.cases.models import Attachment, Case
from minqing.cases.public import ContactInput, Report, add_word, open_case
from minqing.desk.tests.county import WORDS, photo, signed_in, telephoned
from minqing.journal.models import Entry
from minqing.kernel.ids import random_id
from minqing.kernel.roles import (
    AUDITOR,
    FOLLOW_UP_CALLER,
    GRID_WORKER,
    HANDLER,
    REVIEWER,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
)


def page(client, case):
    return client.get(reverse("desk:case", args=[case.id]))


def text(answer):
    return answer.content.decode()


def test_the_neighbour_the_auditor_and_a_stranger_see_nothing(desk):
    case = telephoned(desk.county.grid)
    neighbour = desk.as_(VILLAGE_CLERK, area=desk.county.neighbour)
    for name in ("case", "case_print", "receipt", "preview"):
        assert neighbour.get(reverse(f"desk:{name}", args=[case.id])).status_code == 404, name
        assert WORDS[:6] not in text(neighbour.get(reverse(f"desk:{name}", args=[case.id])))
    assert desk.step(neighbour, case, "sign", 1).status_code == 404
    assert page(desk.as_(AUDITOR), case).status_code == 403
    assert page(desk.as_(HANDLER), case).status_code == 404  # not yet the unit's
    assert neighbour.get(reverse("desk:case", args=[uuid.uuid4()])).status_code == 404


def test_five_steps_by_the_right_hands_then_back_and_done(desk):
    case = telephoned(desk.county.micro_grid)
    dispatcher, handler = desk.as_(TOWN_DISPATCHER), desk.as_(HANDLER)
    reviewer, caller = desk.as_(REVIEWER), desk.as_(FOLLOW_UP_CALLER)
    assert "签收" in text(page(dispatcher, case))
    said = desk.step(dispatcher, case, "sign", 1)
    assert said.status_code == 302
    assert "已签收。现在是“待审核交办”" in text(page(dispatcher, case))
    unit = str(desk.county.unit.id)
    desk.step(dispatcher, case, "assign", 2, unit=unit, topic="roads.light", advice="请今天去看")
    assert "已审核交办给谷来镇综合执法队" in text(page(dispatcher, case))
    assert "办结上报" in text(page(handler, case))
    desk.step(handler, case, "conclude", 3, result="已换新灯泡，亮了", photo=[photo(), photo("二.jpg")])
    desk.step(reviewer, case, "approve", 4)
    legs = page(caller, case).context["file"].legs
    assert [leg.unit_name for leg in legs] == ["", "", "谷来镇综合执法队", "", ""]
    desk.step(caller, case, "redo", 5, reason="晚上还是不亮")
    back = text(page(handler, case))
    assert "退回重办 1 次" in back
    assert "晚上还是不亮" in back
    desk.step(handler, case, "conclude", 6, result="线路也换了")
    desk.step(reviewer, case, "approve", 7)
    desk.step(caller, case, "confirm", 8, content="content", remark="谢谢")
    end = text(page(caller, case))
    assert "已了结" in end
    assert "反映人说办好了，满意" in end
    found = Case.everything.get(id=case.id)
    assert (found.done, found.content, found.times_sent_back) == (True, "content", 1)
    assert Attachment.objects.filter(case=case, step="conclude").count() == 2


def test_a_village_settles_a_prompt_case(desk):
    clerk = desk.as_(VILLAGE_CLERK)
    made = clerk.post(
        reverse("desk:case_new"),
        {
            "id": str(uuid.uuid4()),
            "area": str(desk.county.grid.id),
            "words": "村口的水沟堵了，一下雨就漫到路上。",
        },
    )
    assert made.status_code == 302
    case = Case.everything.get()
    desk.step(clerk, case, "accept", 1, topic="")
    desk.step(clerk, case, "finish", 2, result="清了淤泥，水通了")
    worker = desk.as_(GRID_WORKER)
    assert "确认办好" in text(page(worker, case))
    desk.step(worker, case, "confirm", 3, content="half_content")
    assert "基本满意" in text(page(clerk, case))


def test_a_refusal_keeps_what_was_typed(desk):
    case = telephoned(desk.county.grid)
    client = desk.as_(TOWN_DISPATCHER)
    desk.step(client, case, "sign", 1)
    said = desk.step(client, case, "assign", 2, unit="", advice="请尽快到现场看一看")
    assert said.status_code == 400
    assert "请选择承办单位" in text(said)
    assert "请尽快到现场看一看" in text(said)
    said = desk.step(client, case, "decline", 2, reason="")
    assert said.status_code == 400
    assert "请填写理由" in text(said)


def test_two_people_at_once_the_second_sees_what_changed_and_keeps_their_words(desk):
    case = telephoned(desk.county.grid)
    first, second = desk.as_(TOWN_DISPATCHER), desk.as_(TOWN_DISPATCHER)
    desk.step(first, case, "sign", 1)
    desk.step(first, case, "decline", 2, reason="不在本镇")
    said = desk.step(second, case, "assign", 2, unit=str(desk.county.unit.id), advice="我写了很久的意见")
    assert said.status_code == 409
    words = text(said)
    assert "有人刚刚办过这件事" in words
    assert "不予受理" in words
    assert "我写了很久的意见" in words
    assert "谷来镇综合执法队" in words
    assert "没有提交" in words


def test_a_stale_leg_with_the_step_still_open_can_be_sent_again(desk):
    case = telephoned(desk.county.grid)
    client, handler = desk.as_(TOWN_DISPATCHER), desk.as_(HANDLER)
    desk.step(client, case, "sign", 1)
    unit = str(desk.county.unit.id)
    desk.step(client, case, "assign", 2, unit=unit)
    desk.step(handler, case, "refuse", 3, reason="不是我们的事")
    desk.step(client, case, "overrule", 4, reason="合同里写着")
    desk.step(handler, case, "conclude", 5, result="收走了")
    desk.step(desk.as_(REVIEWER), case, "reject", 6, reason="没有照片")
    stale = desk.step(handler, case, "conclude", 5, result="又去收了一遍")
    assert stale.status_code == 409
    assert "没有照片" in text(stale)
    assert "又去收了一遍" in text(stale)
    assert 'name="conclude-leg" value="7"' in text(stale)
    assert desk.step(handler, case, "conclude", 7, result="又去收了一遍").status_code == 302


def test_a_wrong_input_on_a_stale_page_still_tells_of_the_change(desk):
    case = telephoned(desk.county.grid)
    client = desk.as_(TOWN_DISPATCHER)
    desk.step(client, case, "sign", 1)
    assert desk.step(client, case, "sign", 1).status_code == 302  # sent twice by one hand: done once
    assert desk.step(client, case, "decline", 1, reason="不是这里的").status_code == 409
    said = desk.step(client, case, "assign", 1, unit="", advice="先写上")
    assert said.status_code == 400
    assert "有人刚刚办过这件事" in text(said)


@pytest.mark.parametrize("bad", [
    {"unit": "not-a-unit"}, {"unit": "00000000-0000-0000-0000-000000000000"}, {"topic": "no.such"},
    {"leg": "x"}, {"leg": "-1"}, {"leg": "9" * 30}, {"leg": ""}, {"advice": "长" * 5000},
])  # fmt: skip
def test_bad_input_is_a_sentence(desk, bad):
    case = telephoned(desk.county.grid)
    client = desk.as_(TOWN_DISPATCHER)
    desk.step(client, case, "sign", 1)
    given = {"unit": str(desk.county.unit.id), "advice": "请看", **bad}
    said = desk.step(client, case, "assign", given.pop("leg", 2), **given)
    assert said.status_code in (400, 409)
    assert Case.everything.get(id=case.id).unit_id is None


def test_invisible_and_turned_characters_are_taken_out(desk):
    case = telephoned(desk.county.grid)
    client = desk.as_(TOWN_DISPATCHER)
    desk.step(client, case, "sign", 1)
    desk.step(client, case, "decline", 2, reason="\u200b\u202e不在\u200d本镇\x00\u2066")
    assert "不在本镇" in text(page(client, case))
    assert "\u202e" not in text(page(client, case))


def test_nothing_but_invisible_characters_is_nothing(desk):
    case = telephoned(desk.county.grid)
    client = desk.as_(TOWN_DISPATCHER)
    desk.step(client, case, "sign", 1)
    assert desk.step(client, case, "decline", 2, reason="\u200b\u200d\u2066").status_code == 400


def test_a_closed_unit_and_one_of_another_town_are_refused(desk):
    case = telephoned(desk.county.grid)
    client = desk.as_(TOWN_DISPATCHER)
    desk.step(client, case, "sign", 1)
    assert "管不到这里" in text(desk.step(client, case, "assign", 2, unit=str(desk.county.far_unit.id)))
    desk.county.unit.closed_at = AT
    desk.county.unit.save()
    said = desk.step(client, case, "assign", 2, unit=str(desk.county.unit.id))
    assert said.status_code == 400
    assert "请另选" in text(said)


def test_a_step_of_no_name_or_of_somebody_else_is_refused(desk):
    case = telephoned(desk.county.grid)
    assert desk.step(desk.as_(TOWN_DISPATCHER), case, "nosuch", 1).status_code == 404
    said = desk.step(desk.as_(VILLAGE_CLERK), case, "sign", 1)
    assert said.status_code == 403
    assert "只有镇街调度员可以“签收”" in text(said)
    assert desk.as_(TOWN_DISPATCHER).get(reverse("desk:step", args=[case.id, "sign"])).status_code == 405


def test_photos_that_are_none_are_refused_and_nothing_is_kept(desk):
    case = telephoned(desk.county.grid)
    client, handler = desk.as_(TOWN_DISPATCHER), desk.as_(HANDLER)
    desk.step(client, case, "sign", 1)
    desk.step(client, case, "assign", 2, unit=str(desk.county.unit.id))
    false = SimpleUploadedFile("灯.jpg", b"not a picture at all", "image/jpeg")
    for given in ([false], [photo(f"{n}.jpg") for n in range(7)], [photo("坏.exe")]):
        said = desk.step(handler, case, "conclude", 3, result="做完了这件事", photo=given)
        assert said.status_code == 400
        assert "做完了这件事" in text(said)
        assert "请重新选择照片" in text(said)
    assert not Attachment.objects.filter(case=case).exists()


def test_who_waits_is_named_and_another_appointment_offered(desk):
    case = telephoned(desk.county.grid)
    actor = desk.county.actor(VILLAGE_CLERK)
    client = signed_in(actor)
    assert "暂无人任职" in text(page(client, case))
    desk.county.actor(TOWN_DISPATCHER)
    words = text(page(client, case))
    assert "轮到谷来镇调度员" in words
    assert "可以看，不能办这一步" in words
    appoint(Person.objects.get(id=actor.person_id), TOWN_DISPATCHER, desk.county.town)
    assert "切换任职" in text(page(client, case))


def test_an_appointment_that_ends_while_a_form_is_open(desk):
    case = telephoned(desk.county.grid)
    actor = desk.county.actor(TOWN_DISPATCHER)
    client = signed_in(actor)
    assert page(client, case).status_code == 200
    person = Person.objects.get(id=actor.person_id)
    for held in actor.appointments:
        Appointment.objects.filter(id=held.id).update(ends_on=DAY.replace(day=19))
    assert actor_of(person, DAY).acting is None
    assert desk.step(client, case, "sign", 1).status_code == 403


def test_the_whole_number_is_an_act_of_who_may_call(desk):
    case = telephoned(desk.county.grid)
    call = reverse("desk:case_call", args=[case.id])
    for role in (FOLLOW_UP_CALLER, TOWN_DISPATCHER):
        words = text(page(desk.as_(role), case))
        assert "13800000000" not in words
        assert "拨打" in words
        shown = desk.as_(role).post(call)
        assert "tel:13800000000" in text(shown)
        assert "no-store" in shown["Cache-Control"]
        assert desk.as_(role).get(call).status_code == 405
    # A village and its grid have no part in the hotline's five steps.
    for role in (REVIEWER, VILLAGE_CLERK, GRID_WORKER):
        words = text(page(desk.as_(role), case))
        assert "13800000000" not in words
        assert "138****0000" in words
        assert "裘大爷" not in words
        assert "拨打" not in words
        assert desk.as_(role).post(call).status_code == 403
    printed = text(desk.as_(FOLLOW_UP_CALLER).get(reverse("desk:case_print", args=[case.id])))
    assert "13800000000" not in printed


def test_in_a_village_matter_the_village_calls_and_the_hotline_does_not(desk):
    by = desk.county.actor(GRID_WORKER)
    given = Report(
        id=random_id(), source="officer", area_id=desk.county.grid.id, words=WORDS,
        contact=ContactInput("裘大爷", "13800000000"),
    )  # fmt: skip
    case = open_case(given, by=by, at=AT)
    call = reverse("desk:case_call", args=[case.id])
    for role in (GRID_WORKER, VILLAGE_CLERK, TOWN_DISPATCHER):
        assert "13800000000" in text(desk.as_(role).post(call))
    assert desk.as_(FOLLOW_UP_CALLER).post(call).status_code == 403


def test_the_receipt_is_for_who_wrote_the_case_down(desk):
    """It is the right to answer in the reporter's name: who handles the case must not hold it."""
    writer = desk.county.actor(GRID_WORKER)
    written = Report(id=random_id(), source="officer", area_id=desk.county.grid.id, words=WORDS)
    case = open_case(written, by=writer, at=AT)
    address = reverse("desk:receipt", args=[case.id])
    assert case.receipt_code in text(desk.as_(GRID_WORKER).get(address))
    for role in (VILLAGE_CLERK, TOWN_DISPATCHER, REVIEWER, FOLLOW_UP_CALLER):
        assert desk.as_(role).get(address).status_code == 403
        assert case.receipt_code not in text(page(desk.as_(role), case))
    nameless = telephoned(desk.county.grid, is_anonymous=True, contact=None)
    assert desk.as_(VILLAGE_CLERK).get(reverse("desk:receipt", args=[nameless.id])).status_code == 403


def test_photos_are_sent_to_who_sees_the_case_and_kept_by_nobody(desk):
    case = telephoned(desk.county.grid, photos=[photo()])
    one = Attachment.objects.get(case=case)
    address = reverse("desk:attachment", args=[one.id])
    assert address in text(page(desk.as_(VILLAGE_CLERK), case))
    sent = desk.as_(VILLAGE_CLERK).get(address)
    assert sent.status_code == 200
    assert sent["Content-Type"] == "image/jpeg"
    assert "no-store" in sent["Cache-Control"]
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert b"".join(sent.streaming_content)[:2] == b"\xff\xd8"
    assert desk.as_(VILLAGE_CLERK, area=desk.county.neighbour).get(address).status_code == 404


def test_a_word_that_was_added_stands_beside_the_first_ones(desk):
    case = telephoned(desk.county.grid)
    add_word(receipt_code=case.receipt_code, words="昨天又有人摔了", at=AT)
    assert "昨天又有人摔了" in text(page(desk.as_(TOWN_DISPATCHER), case))


def test_opening_a_case_is_written_down(desk):
    case = telephoned(desk.county.grid)
    page(desk.as_(TOWN_DISPATCHER), case)
    assert Entry.objects.filter(subject_id=case.id, is_read=True).count() == 1


def test_markup_in_words_is_only_words(desk):
    case = telephoned(desk.county.grid, words="<script>alert(1)</script> 路灯坏了<b>三天</b>")
    for name in ("case", "case_print", "preview"):
        words = text(desk.as_(TOWN_DISPATCHER).get(reverse(f"desk:{name}", args=[case.id])))
        assert "<script>alert" not in words
        assert "&lt;script&gt;" in words


def test_a_long_life_takes_no_more_queries(desk):
    short, long = telephoned(desk.county.grid), telephoned(desk.county.grid)
    client = desk.as_(TOWN_DISPATCHER)
    handler = desk.as_(HANDLER)
    for case in (short, long):
        desk.step(client, case, "sign", 1)
    unit = str(desk.county.unit.id)
    for case in (short, long):
        assert desk.step(client, case, "assign", 2, unit=unit).status_code == 302
    reviewer = desk.as_(REVIEWER)
    for turn in range(4):
        assert desk.step(handler, long, "conclude", 3 + 2 * turn, result="办了").status_code == 302
        assert desk.step(reviewer, long, "reject", 4 + 2 * turn, reason="再看看").status_code == 302
    counts = []
    for case in (short, long):
        page(client, case)  # its message is gone after this
        with CaptureQueriesContext(connection) as seen:
            assert page(client, case).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] <= 30
