"""Other systems are told, signed, again and again until they take it, and can check that it was us."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.kernel import clock
from minqing.kernel.errors import NotAllowed, NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import SECURITY_ADMINISTRATOR, SYSTEM_ADMINISTRATOR
from minqing.notices import public as notices
from minqing.notices import rules
from minqing.notices.models import Notice, Push, PushAttempt, Subscription
from minqing.notices.services import outbound, pushing
from minqing.notices.services.pushing import push_due

KIND = "cases.opened"
GUIDE = Path(__file__).parents[4] / "docs/operations/webhooks.md"


def subscribed(here: SmallCounty, url: str, *, name: str = "市级平台", **changes):
    given = {
        "subscription_id": None, "name": name, "url": url, "kinds": [KIND], "area_id": None, "is_on": True,
        "by": here.actor(SYSTEM_ADMINISTRATOR), "at": AT,
    }  # fmt: skip
    return notices.set_subscription(**{**given, **changes})


def said(here: SmallCounty, **changes):
    given = {
        "entry_id": uuid7(), "position": 4711, "kind": KIND, "at": AT, "area_id": here.grid.id,
        "area_path": here.grid.path, "number": "261120-7KQ2M",
        "facts": {"case": {"number": "261120-7KQ2M", "opened_at": AT, "due_at": None}},
    }  # fmt: skip
    return notices.Announcement(**{**given, **changes})


def verify_of_the_guide():
    """Return the function that the guide gives to receivers, as it stands there."""
    snippet = re.search(r"```python\n(.+?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert snippet is not None
    names: dict[str, Any] = {}
    exec(snippet.group(1), names)
    return names["is_from_minqing"]


def test_what_arrives_is_signed_as_the_guide_says(here, other, anywhere):
    one, secret = subscribed(here, f"http://{other.host}/in?x=1")
    notices.announce([said(here)], at=AT)
    assert push_due(one.id) == 1
    got = other.got[0]
    assert got.path == "/in?x=1"
    assert got.json["kind"] == KIND
    assert got.json["position"] == 4711
    assert got.json["case"]["number"] == "261120-7KQ2M"
    assert got.headers["X-Minqing-Kind"] == KIND
    verify, header, now = verify_of_the_guide(), got.headers["X-Minqing-Signature"], AT.timestamp()
    assert verify(secret, header, got.body, now=now)
    assert not verify("another secret", header, got.body, now=now)
    assert not verify(secret, header, got.body + b" ", now=now)
    assert not verify(secret, header, got.body, now=now + 301), "an old one sent again by a stranger"
    assert not verify(secret, "t=x,v1=y", got.body, now=now)
    assert not verify(secret, "", got.body, now=now)


def test_two_secrets_hold_while_the_other_side_changes_over(here, other, anywhere):
    one, old = subscribed(here, f"http://{other.host}/")
    administrator = here.actor(SYSTEM_ADMINISTRATOR)
    _, new = notices.change_secret(subscription_id=one.id, by=administrator, at=AT)
    assert new != old
    verify = verify_of_the_guide()

    def sent(at) -> tuple[bool, bool]:
        with clock.fixed(at):
            notices.announce([said(here)], at=at)
            push_due(one.id)
        got = other.got[-1]
        header = got.headers["X-Minqing-Signature"]
        return tuple(verify(one, header, got.body, now=at.timestamp()) for one in (old, new))

    assert sent(AT) == (True, True)
    assert sent(AT + rules.OLD_SECRET_KEPT) == (False, True)
    notices.change_secret(subscription_id=one.id, by=administrator, at=AT)
    notices.forget_old_secret(subscription_id=one.id, by=administrator, at=AT)
    assert sent(AT) == (False, False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, url FROM notice_subscription")
        row = cursor.fetchone()
        assert new.encode() not in bytes(row[0])
        assert b"http" not in bytes(row[1])


def test_the_same_entry_is_pushed_once_and_only_to_whom_it_concerns(here, other, anywhere):
    all_, _ = subscribed(here, f"http://{other.host}/all")
    town, _ = subscribed(here, f"http://{other.host}/town", name="石璜", area_id=here.other_town.id)
    closings, _ = subscribed(here, f"http://{other.host}/closed", name="办结", kinds=["cases.closed"])
    off, _ = subscribed(here, f"http://{other.host}/off", name="停用", is_on=False)
    one = said(here)
    assert notices.announce([one], at=AT) == 1
    notices.announce([one], at=AT)
    assert Push.objects.get().subscription_id == all_.id
    for each in (all_, town, closings, off):
        push_due(each.id)
        push_due(each.id)
    assert [got.path for got in other.got] == ["/all"]


def test_what_is_not_taken_is_tried_again_with_growing_waits(here, other, anywhere):
    one, _ = subscribed(here, f"http://{other.host}/")
    other.code = 500
    notices.announce([said(here)], at=AT)
    at, waits = AT, []
    while True:
        with clock.fixed(at):
            assert push_due(one.id) == 0
        push = Push.objects.get()
        assert (push.response_code, push.last_error) == (500, "对方没有收下（500）。")
        if push.next_try_at is None:
            break
        waits.append(push.next_try_at - at)
        at = push.next_try_at
    assert tuple(waits) == rules.PUSH_WAITS
    assert push.state_label == "失败"
    assert PushAttempt.objects.count() == len(rules.PUSH_WAITS) + 1
    bodies = {got.body for got in other.got}
    assert len(bodies) == 1, "the same bytes at every try"
    other.code = 204
    with clock.fixed(at):
        notices.push_again(subscription_id=one.id, by=here.actor(SYSTEM_ADMINISTRATOR), at=at)
        assert push_due(one.id) == 1
    assert Push.objects.get().state_label == "已送达"
    assert other.got[-1].body in bodies, "known by its id"


def test_a_subscription_that_takes_nothing_for_days_is_switched_off_and_its_keeper_told(
    here, other, anywhere
):
    one, _ = subscribed(here, f"http://{other.host}/")
    administrator = here.actor(SYSTEM_ADMINISTRATOR)
    other.code = 410
    at = AT
    for day in range(rules.PUSH_FAILING_DAYS_MAX + 1):
        at = AT + timedelta(days=day)
        with clock.fixed(at):
            notices.announce([said(here)], at=at)
            push_due(one.id)
    held = Subscription.everything.get()
    assert (held.is_on, held.stopped_at) == (False, at)
    told = Notice.objects.get()
    assert told.person_id == administrator.person_id
    assert "市级平台" in told.sentence
    assert notices.announce([said(here)], at=at) == 0
    with pytest.raises(Refused, match="停用"):
        notices.push_again(subscription_id=one.id, by=administrator, at=at)
    other.code = 200
    subscribed(here, "", subscription_id=one.id, at=at)
    held.refresh_from_db()
    assert (held.is_on, held.stopped_at, held.failing_since) == (True, None, None)
    with clock.fixed(at):
        push_due(one.id)
    assert Push.objects.filter(state="sent").exists()


def test_a_redirect_and_a_forbidden_address_take_nothing_along(here, other, anywhere, monkeypatch):
    from minqing.kernel.settings import settings

    one, _ = subscribed(here, f"http://{other.host}/")
    other.code, other.location = 307, f"http://{other.host}/elsewhere"
    notices.announce([said(here)], at=AT)
    push_due(one.id)
    assert [got.path for got in other.got] == ["/"]
    assert "没有跟过去" in Push.objects.get().last_error
    monkeypatch.setenv("MINQING_OUTBOUND", "public")
    settings.cache_clear()
    with clock.fixed(AT + timedelta(hours=1)):
        push_due(one.id)
    assert len(other.got) == 1
    assert "不许从这里访问" in Push.objects.get().last_error
    with pytest.raises(Refused):
        subscribed(here, f"http://{other.host}/", name="另一个")


def test_a_slow_one_holds_nobody_up(here, other, anywhere, monkeypatch):
    monkeypatch.setattr(outbound, "READ_SECONDS", 0.2)
    one, _ = subscribed(here, f"http://{other.host}/")
    other.seconds = 1.0
    notices.announce([said(here) for _ in range(9)], at=AT)
    begun = time.monotonic()
    push_due(one.id)
    assert time.monotonic() - begun < 3
    assert PushAttempt.objects.count() == pushing.FAILURES_IN_A_ROW_MAX
    assert PushAttempt.objects.order_by("id")[0].error == "对方迟迟没有回应，已断开。"


def test_one_that_is_in_hand_is_left_to_whoever_has_it(here, other, anywhere):
    one, _ = subscribed(here, f"http://{other.host}/")
    notices.announce([said(here)], at=AT)
    assert pushing._claim(one.id, AT) is not None
    assert pushing._claim(one.id, AT) is None
    assert pushing._claim(one.id, AT + pushing.HELD_FOR + timedelta(seconds=1)) is not None


def test_a_trial_says_nothing_of_any_case(here, other, anywhere):
    one, _ = subscribed(here, f"http://{other.host}/", is_on=False)
    notices.try_subscription(subscription_id=one.id, by=here.actor(SYSTEM_ADMINISTRATOR), at=AT)
    assert push_due(one.id) == 1
    assert set(other.got[0].json) == {"id", "kind", "position", "occurred_at"}


def test_only_the_system_administrator_keeps_subscriptions(here):
    with pytest.raises(NotAllowed):
        subscribed(here, "https://hooks.example.cn/", by=here.actor(SECURITY_ADMINISTRATOR))
    one, _ = subscribed(here, "https://user.example.cn:8443/secret-path?token=abc")
    assert one.shown == "https://user.example.cn:8443/****"
    with pytest.raises(NotThere):
        notices.change_secret(subscription_id=one.id, by=here.actor(SECURITY_ADMINISTRATOR), at=AT)
    for url in ("http://example.org/", "https://127.0.0.1/", "https://x:b@example.org/"):
        with pytest.raises(Refused):
            subscribed(here, url, name="另一个")
