"""People are told once, in the product and outside, and nothing personal leaves."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

import pytest
from django.db import connection

from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.kernel import clock
from minqing.kernel.errors import NotAllowed, NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import HANDLER, SECURITY_ADMINISTRATOR, SYSTEM_ADMINISTRATOR, TOWN_DISPATCHER
from minqing.notices import jobs, rules
from minqing.notices import public as notices
from minqing.notices.models import Address, Channel, Delivery, Notice
from minqing.notices.services import sending
from minqing.notices.services.sending import send_due

TURN = rules.kind("test.turn", "轮到您办", "事项 {number} 轮到您：{state}")
ALARM = rules.kind("test.alarm", "急事", "事项 {number} 有急事：{state}", urgent=True)
NAME, PHONE = "裘桂香", "13867500091"


def news(here: SmallCounty, *people: UUID, kind=TURN, key: str = "one", **changes):
    given = {
        "kind": kind, "people": people, "subject_kind": "case", "subject_id": SUBJECT, "area_id": here.grid.id,
        "area_path": here.grid.path, "key": key, "at": AT, "told_at": clock.now(), "number": "261120-7KQ2M",
        "state": "待签收",
    }  # fmt: skip
    return notices.News(**{**given, **changes})


SUBJECT = UUID("01931111-1111-7111-8111-111111111111")


def channel(
    here: SmallCounty, url: str, *, name: str = "值班群", kinds=("test.turn", "test.alarm"), **changes
):
    given = {
        "channel_id": None, "name": name, "url": url, "kinds": list(kinds), "area_id": None, "unit_id": None,
        "is_on": True, "by": here.actor(SYSTEM_ADMINISTRATOR), "at": clock.now(),
    }  # fmt: skip
    return notices.set_channel(**{**given, **changes})


def reached(
    here: SmallCounty,
    of: Channel,
    role=TOWN_DISPATCHER,
    address: str = PHONE,
    kinds=("test.turn", "test.alarm"),
):
    who = here.actor(role)
    notices.set_address(
        channel_id=of.id, address=address, kinds=list(kinds), is_on=True, by=who, at=clock.now()
    )
    return who


def only(**state) -> Delivery:
    return Delivery.everything.get(**state)


def test_told_twice_is_told_once(here, other, anywhere):
    made = channel(here, f"json://{other.host}/group")
    who = here.actor(TOWN_DISPATCHER).person_id
    for _ in range(2):
        notices.tell(news(here, who))
    assert Notice.objects.get().sentence == "事项 261120-7KQ2M 轮到您：待签收"
    assert send_due(made.id) == 1
    assert send_due(made.id) == 0
    assert len(other.got) == 1
    assert other.got[0].json["message"] == "事项 261120-7KQ2M 轮到您：待签收"
    assert only().state_label == "已送达"
    notices.tell(news(here, who))
    assert send_due(made.id) == 0


def test_nothing_personal_leaves(here, other, anywhere, settings):
    """Names and numbers are planted wherever a message could take them from."""
    group = channel(here, f"json://{other.host}/group")
    gate = channel(here, f"json://{other.host}/sms/%7Bnone%7D?-to={rules.PLACEHOLDER}", name="短信")
    who = reached(here, gate)
    said = f"{NAME}（电话 {PHONE}）反映：门前的路灯坏了"
    notices.tell(news(here, who.person_id, sentence=said))
    send_due(group.id), send_due(gate.id)
    assert len(other.got) == 2
    bodies = [one.json for one in other.got]
    assert {one["message"] for one in bodies} == {"事项 261120-7KQ2M 轮到您：待签收"}
    for text in (NAME, "路灯", who.person_name):
        assert text not in other.text
    # The recipient's own number is what the gateway needs, and stands in its place alone.
    assert PHONE not in "".join(one["message"] + one["title"] for one in bodies)
    with pytest.raises(ValueError, match="personal"):
        notices.tell(news(here, who.person_id, key="two", state=f"联系 {PHONE}"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT url FROM notice_channel UNION ALL SELECT address FROM notice_address")
        assert not any(
            PHONE.encode() in bytes(row[0]) or b"json" in bytes(row[0]) for row in cursor.fetchall()
        )


def test_a_group_hears_of_its_area_and_unit_only(here, other, anywhere):
    channel(here, f"json://{other.host}/a", name="石璜群", area_id=here.other_town.id)
    channel(here, f"json://{other.host}/b", name="执法队群", unit_id=here.unit.id, area_id=here.town.id)
    channel(here, f"json://{other.host}/c", name="谷来群", area_id=here.town.id)
    channel(here, f"json://{other.host}/d", name="只要急事", kinds=["test.alarm"])
    who = here.actor(TOWN_DISPATCHER).person_id
    notices.tell(news(here, who))
    assert [one.channel.name for one in Delivery.everything.select_related("channel")] == ["谷来群"]
    notices.tell(news(here, who, key="two", unit_id=here.unit.id))
    assert {one.channel.name for one in Delivery.everything.filter(key="two")} == {"谷来群", "执法队群"}
    notices.tell(news(here, key="vacant"))
    assert Delivery.everything.filter(key="vacant").count() == 1, (
        "where the post is vacant the group hears of it"
    )
    notices.tell(news(here, who, key="private", private=True))
    assert not Delivery.everything.filter(key="private").exists()


def test_what_fails_is_tried_again_with_growing_waits_and_then_left(here, other, anywhere):
    made = channel(here, f"json://{other.host}/group")
    other.code = 500
    notices.tell(news(here, here.actor(TOWN_DISPATCHER).person_id))
    at, waits = AT, []
    for number in range(1, len(rules.DELIVERY_WAITS) + 2):
        with clock.fixed(at):
            assert send_due(made.id) == 0
        held = only()
        assert held.tries == number
        assert held.last_error == "渠道没有收下这条消息，请核对渠道的地址和接收号码。"
        assert "500" in held.last_raw
        if held.next_try_at is None:
            break
        assert held.state_label == "重试中"
        with clock.fixed(held.next_try_at - timedelta(seconds=1)):
            send_due(made.id)
        assert only().tries == number, "not before its time"
        waits.append(held.next_try_at - at)
        at = held.next_try_at
    assert tuple(waits) == rules.DELIVERY_WAITS
    assert only().state_label == "失败"
    other.code = 200
    administrator = here.actor(SYSTEM_ADMINISTRATOR)
    notices.send_again(delivery_id=only().id, by=administrator, at=at)
    with clock.fixed(at):
        assert send_due(made.id) == 1
    assert only().state_label == "已送达"
    with pytest.raises(Refused, match="只有失败的"):
        notices.send_again(delivery_id=only().id, by=administrator, at=at)


def test_one_that_is_in_hand_is_left_to_whoever_has_it(here, other, anywhere):
    made = channel(here, f"json://{other.host}/group")
    notices.tell(news(here, here.actor(TOWN_DISPATCHER).person_id))
    claimed = sending._claim(made.id, AT)
    assert claimed is not None
    assert sending._claim(made.id, AT) is None
    assert sending._claim(made.id, AT + sending.HELD_FOR + timedelta(seconds=1)) is not None, "it died"


def test_a_channel_that_is_down_keeps_nobody_waiting(here, other, anywhere):
    made = channel(here, f"json://{other.host}/group")
    other.code = 503
    for number in range(6):
        notices.tell(news(here, here.actor(TOWN_DISPATCHER).person_id, key=str(number)))
    send_due(made.id)
    assert len(other.got) == sending.FAILURES_IN_A_ROW_MAX


def test_nothing_but_the_urgent_leaves_at_night(here, other, anywhere):
    group = channel(here, f"json://{other.host}/group")
    administrator = here.actor(SYSTEM_ADMINISTRATOR)
    notices.set_county_quiet(begins=time(21, 30), ends=time(7, 0), by=administrator, at=AT)
    night = datetime(2026, 11, 20, 23, 0, tzinfo=clock.LOCAL)
    who = here.actor(TOWN_DISPATCHER).person_id
    with clock.fixed(night):
        notices.tell(news(here, who, key="quiet"))
        notices.tell(news(here, who, kind=ALARM, key="loud"))
        assert send_due(group.id) == 1
    assert Notice.objects.count() == 2, "the line in the product disturbs nobody"
    assert only(key="loud").state_label == "已送达"
    assert only(key="quiet").state_label == "静默时段待发"
    with clock.fixed(datetime(2026, 11, 21, 6, 59, tzinfo=clock.LOCAL)):
        assert send_due(group.id) == 0
    with clock.fixed(datetime(2026, 11, 21, 7, 0, tzinfo=clock.LOCAL)):
        assert send_due(group.id) == 1
    assert only(key="quiet").state_label == "已送达"


def test_one_s_own_quiet_hours_hold_for_oneself(here, other, anywhere):
    gate = channel(here, f"json://{other.host}/sms?-to={rules.PLACEHOLDER}", name="短信")
    dispatcher, handler = reached(here, gate), reached(here, gate, HANDLER, "13900000002")
    notices.set_preference(muted=[], begins=time(9, 0), ends=time(11, 0), by=dispatcher)
    notices.tell(news(here, dispatcher.person_id, handler.person_id))  # AT is ten in the morning
    send_due(gate.id)
    assert only(person_id=handler.person_id).state_label == "已送达"
    assert only(person_id=dispatcher.person_id).state_label == "静默时段待发"


def test_a_retry_that_falls_into_the_night_waits_for_the_morning(here, other, anywhere):
    group = channel(here, f"json://{other.host}/group")
    notices.tell(news(here, here.actor(TOWN_DISPATCHER).person_id))
    notices.set_county_quiet(begins=time(9, 0), ends=time(12, 0), by=here.actor(SYSTEM_ADMINISTRATOR), at=AT)
    send_due(group.id)
    assert only().state_label == "静默时段待发"
    assert other.got == []


def test_everybody_chooses_what_they_hear_and_where(here, other, anywhere):
    gate = channel(here, f"json://{other.host}/sms?-to={rules.PLACEHOLDER}", name="短信")
    who = reached(here, gate, kinds=("test.alarm", "never.declared"))
    assert Address.objects.get().kinds == ["test.alarm"]
    notices.set_preference(muted=["test.turn"], begins=None, ends=None, by=who)
    notices.tell(news(here, who.person_id))
    assert (Notice.objects.count(), Delivery.everything.count()) == (0, 0)
    notices.tell(news(here, who.person_id, kind=ALARM, key="two"))
    assert (Notice.objects.count(), Delivery.everything.count()) == (1, 1)
    notices.set_address(channel_id=gate.id, address="", kinds=["test.alarm"], is_on=False, by=who, at=AT)
    send_due(gate.id)
    assert only().state_label == "失败"
    assert "停用" in only().last_error
    assert other.got == []


def test_addresses_that_break_out_of_their_place_are_refused_or_quoted(here, other, anywhere):
    gate = channel(here, f"json://{other.host}/sms/{rules.PLACEHOLDER}", name="短信")
    for bad in ("a/b", "a?b=c", "a b", "a#b", "a&b"):
        with pytest.raises(Refused):
            reached(here, gate, address=bad)
    who = reached(here, gate, address="zhang.san@x:1%2e")
    notices.tell(news(here, who.person_id))
    assert send_due(gate.id) == 1
    assert len(other.got) == 1


@pytest.mark.parametrize(
    "url",
    [
        "mailto://a:b@example.org", "file:///etc/passwd", "xml://example.org", "json://127.0.0.1/x",
        "jsons://127.0.0.1/x", "jsons://169.254.169.254/x", "dingtalk://", "随便写的", "jsons://a:b@10.0.0.1/x",
    ],
)  # fmt: skip
def test_channels_that_cannot_be(here, url):
    with pytest.raises(Refused) as refused:
        channel(here, url)
    assert refused.value.field == "url"


def test_what_is_shown_of_an_address_holds_no_token(here):
    token = "aaaabbbbccccddddaaaabbbbccccdddd"
    made = channel(here, f"dingtalk://{token}/")
    assert token not in made.shown
    gate = channel(here, "jsons://user:pass1234@sms.example.cn/send?token=abcdef", name="短信")
    assert gate.shown == "jsons://sms.example.cn/****"


def test_only_the_system_administrator_keeps_channels(here):
    with pytest.raises(NotAllowed):
        channel(here, "jsons://sms.example.cn/", by=here.actor(SECURITY_ADMINISTRATOR))
    made = channel(here, "jsons://sms.example.cn/")
    with pytest.raises(NotThere):
        notices.try_channel(channel_id=made.id, by=here.actor(TOWN_DISPATCHER), at=AT)
    with pytest.raises(Refused, match="已经有一个渠道"):
        channel(here, "jsons://sms.example.cn/")


def test_a_trial_says_nothing_of_any_case(here, other, anywhere):
    made = channel(here, f"json://{other.host}/group")
    notices.try_channel(channel_id=made.id, by=here.actor(SYSTEM_ADMINISTRATOR), at=AT)
    assert send_due(made.id) == 1
    assert other.got[0].json["message"] == rules.TRIAL.words
    gate = channel(here, f"json://{other.host}/sms?-to={rules.PLACEHOLDER}", name="短信")
    with pytest.raises(Refused, match="接收号码"):
        notices.try_channel(channel_id=gate.id, by=here.actor(SYSTEM_ADMINISTRATOR), at=AT)


def test_the_minute_puts_into_the_queue_what_a_lost_job_left(here, other, anywhere):
    made = channel(here, f"json://{other.host}/group")
    notices.tell(news(here, here.actor(TOWN_DISPATCHER).person_id))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        jobs.look_for_due(AT)
        jobs.look_for_due(AT)
        cursor.execute("SELECT task_name, args->>'target' FROM procrastinate_jobs")
        assert cursor.fetchall() == [("notices.send", str(made.id))]


def test_a_message_leads_to_its_case_where_the_county_has_an_address(here, other, anywhere, monkeypatch):
    from minqing.kernel.settings import settings

    monkeypatch.setenv("MINQING_SITE", "https://mq.example.cn/")
    settings.cache_clear()
    made = channel(here, f"json://{other.host}/group")
    notices.tell(news(here, here.actor(TOWN_DISPATCHER).person_id, key=str(uuid7())))
    send_due(made.id)
    assert f"https://mq.example.cn/desk/go/case/{SUBJECT}/" in other.got[0].json["message"]


def test_a_gateway_gets_its_own_words_for_number_and_text(here, other, anywhere):
    """As the administrator's guide writes it."""
    gate = channel(
        here,
        f"json://{other.host}/send?:mobile={rules.PLACEHOLDER}&:message=content&:title=&:type=&+X-Key=abc123",
        name="短信",
    )
    who = reached(here, gate)
    notices.tell(news(here, who.person_id))
    assert send_due(gate.id) == 1
    said = other.got[0].json
    assert (said["mobile"], said["content"]) == (PHONE, "事项 261120-7KQ2M 轮到您：待签收")
    assert not {"message", "title", "type"} & set(said)
    assert other.got[0].headers["X-Key"] == "abc123"
    assert "abc123" not in other.got[0].path


@pytest.mark.parametrize(
    "url",
    [
        "wecombot://2bb3a7ef-1111-4222-8333-c0ffee000001",
        "dingtalk://SECabcdef0123456789@aaaabbbbccccddddaaaabbbbccccdddd",
        f"dingtalk://aaaabbbbccccddddaaaabbbbccccdddd/{rules.PLACEHOLDER}",
        "feishu://aaaabbbb-cccc-dddd-eeee-ffff00001111",
        "jsons://sms.example.cn/send?:mobile=" + rules.PLACEHOLDER,
        "forms://sms.example.cn/send?:mobile=" + rules.PLACEHOLDER,
    ],
)
def test_addresses_as_the_guide_writes_them_are_understood(here, url):
    made = channel(here, url)
    assert made.is_personal == (rules.PLACEHOLDER in url)
