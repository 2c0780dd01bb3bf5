"""Messages, one's own settings, channels, deliveries and subscriptions, as their pages show them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from minqing.accounts.tests.factories import AT, everyone, stepped_up
from minqing.cases.services.telling import read
from minqing.desk.tests.county import Desk, signed_in, telephoned
from minqing.journal.models import Entry
from minqing.kernel import clock
from minqing.kernel.roles import SECURITY_ADMINISTRATOR, SYSTEM_ADMINISTRATOR, TOWN_DISPATCHER, VILLAGE_CLERK
from minqing.notices import public as notices
from minqing.notices.models import Address, Channel, Delivery, Notice, Preference, Push, Subscription

TOKEN = "2bb3a7ef-1111-4222-8333-c0ffee000001"
PHONE = "13867500091"


@pytest.fixture
def administrator(desk: Desk) -> Client:
    return stepped_up(desk.as_(SYSTEM_ADMINISTRATOR))


def words(answer: Any) -> str:
    return str(answer.content.decode())


def kinds() -> list[str]:
    return [one.key for one in notices.told_kinds()]


def set_up(client: Client, **changes) -> None:
    given = {
        "name": "值班群",
        "url": f"wecombot://{TOKEN}",
        "kinds": kinds(),
        "is_on": "on",
        "area": "",
        "unit": "",
    }
    answer = client.post(reverse("desk:channel_new"), {**given, **changes})
    assert answer.status_code == 302, words(answer)


def test_a_channel_is_set_up_tried_and_switched_off_and_its_token_never_shown(desk, administrator):
    assert "还没有渠道" in words(administrator.get(reverse("desk:channels")))
    set_up(administrator)
    channel = Channel.everything.get()
    answer = administrator.post(reverse("desk:channel_try", args=[channel.id]), follow=True)
    assert "值班群" in words(answer)
    assert "这是一条试发的消息" in words(answer)
    for name, args in (("channels", []), ("channel", [channel.id]), ("deliveries", [])):
        assert TOKEN not in words(administrator.get(reverse(f"desk:{name}", args=args)))
    changed = {
        "name": "谷来值班群",
        "url": "",
        "kinds": kinds()[:1],
        "area": str(desk.county.town.id),
        "unit": "",
    }
    administrator.post(reverse("desk:channel", args=[channel.id]), changed)
    channel.refresh_from_db()
    assert (channel.name, channel.is_on, channel.url) == ("谷来值班群", False, f"wecombot://{TOKEN}")
    assert "已停用" in words(administrator.get(reverse("desk:channels")))
    assert not any(TOKEN in str(one.facts) for one in Entry.objects.all())


def test_what_cannot_be_a_channel_says_why_and_keeps_what_was_typed(desk, administrator):
    given = {"name": "值班群", "url": "json://127.0.0.1/x", "kinds": kinds(), "is_on": "on"}
    answer = administrator.post(reverse("desk:channel_new"), given)
    assert answer.status_code == 400
    assert "发到外面的渠道要用加密的" in words(answer)
    assert 'value="值班群"' in words(answer)


def test_one_gives_one_s_own_number_and_sees_it_masked(desk, administrator):
    set_up(administrator, name="短信", url=f"jsons://sms.example.cn/?-to={notices.PLACEHOLDER}")
    gate = Channel.everything.get()
    dispatcher = desk.as_(TOWN_DISPATCHER)
    page = reverse("desk:notice_settings")
    assert "还没有填" in words(dispatcher.get(page))
    url = reverse("desk:notice_address", args=[gate.id])
    assert dispatcher.post(url, {"is_on": "on"}).status_code == 400
    answer = dispatcher.post(url, {"address": PHONE, "kinds": ["cases.turn"], "is_on": "on"}, follow=True)
    assert "138****0091" in words(answer)
    assert PHONE not in words(answer)
    assert Address.objects.get().address == PHONE
    assert PHONE not in words(dispatcher.get(url))
    dispatcher.post(reverse("desk:notice_address_try", args=[gate.id]))
    assert Delivery.everything.get().kind == "trial"
    assert "等待" in words(dispatcher.get(page))
    assert PHONE not in words(administrator.get(reverse("desk:deliveries")))


def test_what_one_does_not_want_to_hear_is_not_told(desk):
    dispatcher = desk.county.actor(TOWN_DISPATCHER)
    client = signed_in(dispatcher)
    heard = [one.key for one in notices.told_kinds(dispatcher) if one.key != "cases.turn"]
    answer = client.post(
        reverse("desk:notice_settings"),
        {"heard": heard, "quiet_begins": "21:30", "quiet_ends": "07:00"},
        follow=True,
    )
    assert "已保存" in words(answer)
    assert notices.preference(dispatcher).muted == ["cases.turn"]
    answer = client.post(reverse("desk:notice_settings"), {"heard": heard, "quiet_begins": "21:30"})
    assert answer.status_code == 400
    assert "要一起填" in words(answer)


def test_the_case_page_shows_what_was_sent_and_what_failed(desk, administrator):
    set_up(administrator)
    everyone(desk.county)
    case = telephoned(desk.county.grid)
    clerk = desk.as_(VILLAGE_CLERK)
    url = reverse("desk:case", args=[case.id])
    assert "告知情况" not in words(clerk.get(url))
    read(list(Entry.objects.order_by("id")), at=AT)
    Delivery.everything.update(
        state="failed", tries=7, last_error="对方没有开着，连不上。", last_raw="secret raw"
    )
    page = words(clerk.get(url))
    assert "告知情况" in page
    assert "对方没有开着，连不上。" in page
    assert "secret raw" not in page, "the library's own words are the administrator's"
    listed = words(administrator.get(reverse("desk:deliveries")))
    assert "secret raw" in listed
    one = Delivery.everything.get()
    administrator.post(reverse("desk:delivery_again", args=[one.id]))
    one.refresh_from_db()
    assert one.state == "waiting"


def test_failed_ones_come_first_and_filters_stay_in_the_address(desk, administrator):
    set_up(administrator)
    channel = Channel.everything.get()
    for number, state in enumerate(("sent", "failed", "waiting", "retrying")):
        Delivery.everything.create(
            channel=channel, area=desk.county.county, kind="cases.turn", subject_kind="case", subject_id=channel.id,
            message=f"事项 第{number}件", key=str(number), state=state, made_at=AT,
        )  # fmt: skip
    page = words(administrator.get(reverse("desk:deliveries")))
    order = [page.index(f"第{number}件") for number in (1, 3, 2, 0)]
    assert order == sorted(order)
    page = words(administrator.get(reverse("desk:deliveries") + "?state=sent"))
    assert "第0件" in page
    assert "第1件" not in page
    page = words(administrator.get(reverse("desk:deliveries") + "?state=nonsense&page=99&since=x"))
    assert "有几个条件认不出来" in page


def test_a_message_leads_to_its_case_and_counts_as_read(desk):
    everyone(desk.county)
    case = telephoned(desk.county.grid)
    read(list(Entry.objects.order_by("id")), at=AT)
    notice = Notice.objects.filter(subject_id=case.id).select_related("person").first()
    assert notice is not None
    client = Client()
    client.force_login(notice.person)
    page = words(client.get(reverse("desk:notices")))
    assert notice.sentence in page
    assert "条未读" in page
    url = reverse("desk:go", args=["case", case.id])
    assert client.get(url)["Location"] == reverse("desk:case", args=[case.id])
    phone = client.get(url, headers={"user-agent": "Mozilla/5.0 (iPhone; Mobile)"})
    assert phone["Location"] == reverse("mobile:matter", args=[case.id])
    notice.refresh_from_db()
    assert notice.read_at == clock.now()
    assert client.get(reverse("desk:go", args=["else", case.id]))["Location"] == reverse("desk:notices")


def test_a_subscription_shows_its_secret_once(desk, administrator):
    assert "还没有订阅" in words(administrator.get(reverse("desk:subscriptions")))
    given = {
        "name": "市级平台", "url": "https://hooks.example.cn/in/secret-path", "kinds": ["cases.opened"],
        "is_on": "on",
    }  # fmt: skip
    answer = administrator.post(reverse("desk:subscription_new"), given)
    one = Subscription.everything.get()
    secret = one.secret or ""
    assert secret in words(answer)
    url = reverse("desk:subscription", args=[one.id])
    page = words(administrator.get(url))
    assert secret not in page
    assert "secret-path" not in page
    assert "hooks.example.cn" in page
    answer = administrator.post(reverse("desk:subscription_secret", args=[one.id]))
    new = Subscription.everything.get().secret or ""
    assert secret not in words(answer)
    assert new in words(answer)
    assert "新旧两个密钥都在签名" in words(administrator.get(url))
    answer = administrator.post(reverse("desk:subscription_try", args=[one.id]), follow=True)
    assert "试推" in words(answer)
    push = Push.objects.get()
    push.state = "failed"
    push.save()
    assert "失败" in words(administrator.get(url + "?state=failed"))
    answer = administrator.post(reverse("desk:subscription_again", args=[one.id]), follow=True)
    assert "1 条失败的推送已重新排队" in words(answer)
    answer = administrator.post(reverse("desk:subscription_again", args=[one.id]))
    assert answer.status_code == 400
    administrator.post(reverse("desk:subscription_secret_forget", args=[one.id]))
    assert Subscription.everything.get().old_secret is None


def test_nobody_else_keeps_channels(desk):
    for role in (TOWN_DISPATCHER, SECURITY_ADMINISTRATOR):
        for name in ("channels", "deliveries", "subscriptions", "channel_new", "channels_quiet"):
            assert desk.as_(role).get(reverse(f"desk:{name}")).status_code == 403


def test_the_county_s_quiet_hours(desk, administrator):
    url = reverse("desk:channels_quiet")
    answer = administrator.post(url, {"quiet_begins": "21:30", "quiet_ends": "07:00"}, follow=True)
    assert "21:30 到次日 07:00" in words(answer)
    administrator.post(url, {})
    assert "没有设" in words(administrator.get(reverse("desk:channels")))


def test_the_phone_shows_the_same_and_sets_the_same(desk, administrator):
    set_up(administrator, name="短信", url=f"jsons://sms.example.cn/?-to={notices.PLACEHOLDER}")
    gate = Channel.everything.get()
    everyone(desk.county)
    for _ in range(5):
        telephoned(desk.county.grid)
    read(list(Entry.objects.order_by("id")), at=AT)
    notice = Notice.objects.select_related("person").order_by("id")[0]
    client = Client()
    client.force_login(notice.person)
    assert "5 条未读" in words(client.get(reverse("mobile:today")))
    assert "5 条未读" in words(client.get(reverse("mobile:me")))
    assert notice.sentence in words(client.get(reverse("mobile:notices")))
    url = reverse("mobile:notice_address", args=[gate.id])
    assert client.post(url, {"is_on": "on"}).status_code == 400
    answer = client.post(url, {"address": PHONE, "kinds": ["cases.turn"], "is_on": "on"}, follow=True)
    assert "138****0091" in words(answer)
    client.post(reverse("mobile:notice_address_try", args=[gate.id]))
    answer = client.post(reverse("mobile:notice_settings"), {"heard": ["cases.turn"]}, follow=True)
    assert "最近一次：等待" in words(answer)
    assert "cases.urged" in Preference.objects.get().muted
    assert client.post(reverse("mobile:notice_settings"), {"quiet_begins": "09:00"}).status_code == 400
    client.post(reverse("mobile:notices_read"))
    assert "条未读" not in words(client.get(reverse("mobile:me")))
