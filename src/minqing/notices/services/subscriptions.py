"""Subscriptions of other systems: set up, change, switch on and off, another secret, try, send again by hand."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from minqing.areas.public import area as get_area
from minqing.areas.public import county
from minqing.journal.public import record
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.notices import rules
from minqing.notices.events import SentAgain, SubscriptionChanged
from minqing.notices.models import Push, Subscription
from minqing.notices.permissions import MANAGE_SUBSCRIPTIONS
from minqing.notices.services.outbound import checked
from minqing.notices.services.pushing import TRIAL_KIND, Announcement, body_of
from minqing.notices.services.queueing import push_soon

# Every announcement is held against each of them.
SUBSCRIPTIONS_MAX: Final = 50
# One click sends at most so many again; the rest by another.
AGAIN_MAX: Final = 1_000
SECRET_BYTES: Final = 32


@transaction.atomic
def set_subscription(
    *,
    subscription_id: UUID | None,
    name: str,
    url: str,
    kinds: Sequence[str],
    area_id: UUID | None,
    is_on: bool,
    by: Actor,
    at: datetime,
) -> tuple[Subscription, str]:
    """Set up a subscription, or change one (an empty address keeps the one there is).

    Returns it, and the secret that signs where it was made just now: it is shown this once.
    """
    area = get_area(area_id) if area_id else county()
    by.require(MANAGE_SUBSCRIPTIONS, area.path)
    if subscription_id is None:
        if Subscription.everything.count() >= SUBSCRIPTIONS_MAX:
            raise Refused(f"最多设 {SUBSCRIPTIONS_MAX} 个推送订阅，请先改用已有的。")
        one = Subscription(id=uuid7(), made_at=at, made_by_id=by.person_id)
    else:
        one = _own(subscription_id, by)
    if Subscription.everything.filter(name=name).exclude(id=one.id).exists():
        raise Refused(f"已经有一个订阅叫“{name}”，请换一个名称。", field="name")
    if not url and subscription_id is None:
        raise Refused("请填写接收推送的地址。", field="url")
    if not kinds:
        raise Refused("至少选一种要推送的事。", field="kinds")
    if url:
        checked(url)
        one.url, one.shown = url, shown_as(url)
        one.failing_since = None
    secret = ""
    if subscription_id is None:
        secret = one.secret = secrets.token_urlsafe(SECRET_BYTES)
    if is_on and not one.is_on:
        one.failing_since = one.stopped_at = None
    one.name, one.kinds, one.area, one.is_on = name, list(kinds), area, is_on
    one.save()
    what = "改了" if subscription_id else "设立了"
    _record(one, what if is_on else "停用了", by, at)
    if is_on:
        push_soon(one.id)
    return one, secret


def shown_as(url: str) -> str:
    """Return what of an address is shown: its host. A path may hold a token."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}/****"[:80]


def _own(subscription_id: UUID, by: Actor) -> Subscription:
    found = Subscription.objects.visible_to(by).select_for_update(of=("self",))
    one = found.filter(id=subscription_id).first()
    if one is None:
        raise NotThere
    return one


def _record(one: Subscription, what: str, by: Actor, at: datetime) -> None:
    changed = SubscriptionChanged(
        subject_kind="subscription", subject_id=one.id, area_id=one.area_id, subscription=one.name, what=what
    )
    record(changed, by=by.hand, at=at)


@transaction.atomic
def change_secret(*, subscription_id: UUID, by: Actor, at: datetime) -> tuple[Subscription, str]:
    """Make another secret; the one before goes on signing for a week. Returns the new one: it is shown this once."""
    one = _own(subscription_id, by)
    made = secrets.token_urlsafe(SECRET_BYTES)
    one.old_secret, one.old_secret_until = one.secret, at + rules.OLD_SECRET_KEPT
    one.secret = made
    one.save(update_fields=["secret", "old_secret", "old_secret_until"])
    _record(one, "更换密钥：", by, at)
    return one, made


@transaction.atomic
def forget_old_secret(*, subscription_id: UUID, by: Actor, at: datetime) -> Subscription:
    """Have the old secret sign no more: the other side has changed over, or it leaked."""
    one = _own(subscription_id, by)
    if not one.old_secret:
        raise Refused("旧密钥已经不用了。")
    one.old_secret, one.old_secret_until = None, None
    one.save(update_fields=["old_secret", "old_secret_until"])
    _record(one, "停用旧密钥：", by, at)
    return one


@transaction.atomic
def try_subscription(*, subscription_id: UUID, by: Actor, at: datetime) -> Push:
    """Push one trial, which says nothing of any case."""
    one = _own(subscription_id, by)
    entry_id = uuid7()
    announced = Announcement(
        entry_id=entry_id, position=0, kind=TRIAL_KIND, at=at, area_id=one.area_id, area_path="", number=""
    )
    push = Push.objects.create(
        subscription=one, entry_id=entry_id, position=0, kind=TRIAL_KIND, number="",
        body=body_of(announced), next_try_at=at, made_at=at,
    )  # fmt: skip
    _record(one, "试推了", by, at)
    push_soon(one.id)
    return push


@transaction.atomic
def push_again(
    *, subscription_id: UUID, push_id: UUID | None = None, by: Actor, at: datetime
) -> tuple[Subscription, int]:
    """Send a push again as it was, or (without one) every failed one; return how many.

    A push that arrived before may be sent again too: the other side knows it by its id.
    """
    one = _own(subscription_id, by)
    if not one.is_on:
        raise Refused("这个订阅停用着，请先启用再重发。")
    pushes = Push.objects.filter(subscription=one)
    if push_id is not None:
        pushes = pushes.filter(id=push_id).exclude(state=rules.State.WAITING)
    else:
        failed = pushes.filter(state=rules.State.FAILED).order_by("made_at", "id")
        pushes = pushes.filter(id__in=list(failed.values_list("id", flat=True)[:AGAIN_MAX]))
    count = pushes.update(state=rules.State.WAITING, tries=0, next_try_at=at, claimed_until=None)
    if not count:
        raise Refused("没有可以重发的推送。")
    again = SentAgain(
        subject_kind="subscription", subject_id=one.id, area_id=one.area_id, by_way=one.name, count=count
    )
    record(again, by=by.hand, at=at)
    push_soon(one.id)
    return one, count
