"""Tell other systems what happened: write a push for every subscriber, send what is due, switch off what is dead."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from minqing.accounts.public import Appointment
from minqing.areas.public import Area, is_under
from minqing.journal.events import to_json
from minqing.kernel import clock
from minqing.kernel.roles import SYSTEM_ADMINISTRATOR
from minqing.notices.models import Push, PushAttempt, Subscription
from minqing.notices.rules import (
    OPEN_STATES,
    PUSH_FAILING_DAYS_MAX,
    PUSH_WAITS,
    SIGNATURE_HEADER,
    SUBSCRIPTION_STOPPED,
    State,
    signature,
    wait_after,
)
from minqing.notices.services import outbound
from minqing.notices.services.queueing import push_soon
from minqing.notices.services.telling import News, tell

HELD_FOR: Final = timedelta(minutes=2)
JOB_SECONDS_MAX: Final = 40.0
FAILURES_IN_A_ROW_MAX: Final = 3
JOB_ROWS_MAX: Final = 500
TRIAL_KIND: Final = "trial"
USER_AGENT: Final = "Minqing-Push/1"
_DUE: Final = Q(state__in=[one.value for one in OPEN_STATES])


@dataclass(frozen=True, slots=True)
class Announcement:
    """One entry of the journal as other systems read it. ``facts``: ids, labels and times; no words, no persons."""

    entry_id: UUID
    position: int
    kind: str
    at: datetime
    area_id: UUID
    area_path: str
    number: str
    facts: dict[str, Any] = field(default_factory=dict)


def body_of(one: Announcement) -> str:
    """Return the body of a push: the same bytes at every try, for the signature is over them."""
    said = {
        "id": str(one.entry_id),
        "kind": one.kind,
        "position": one.position,
        "occurred_at": one.at.isoformat(),
        **{key: to_json(value) for key, value in one.facts.items()},
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


@transaction.atomic
def announce(announcements: Iterable[Announcement], *, at: datetime) -> int:
    """Write a push for every subscriber of these kinds and areas; return how many. The same entry is pushed once."""
    told = list(announcements)
    subscribers = list(
        Subscription.objects.unscoped("pushes go to whoever subscribed").filter(is_on=True)
    ) if told else []  # fmt: skip
    if not subscribers:
        return 0
    paths = dict(Area.objects.filter(id__in={one.area_id for one in subscribers}).values_list("id", "path"))
    made = [
        Push(
            subscription=subscriber, entry_id=one.entry_id, position=one.position, kind=one.kind,
            number=one.number, body=body_of(one), next_try_at=at, made_at=at,
        )
        for one in told
        for subscriber in subscribers
        if one.kind in subscriber.kinds and is_under(one.area_path, paths[subscriber.area_id])
    ]  # fmt: skip
    Push.objects.bulk_create(made, ignore_conflicts=True)
    for subscription_id in {one.subscription_id for one in made}:
        push_soon(subscription_id)
    return len(made)


def push_due(subscription_id: UUID) -> int:
    """Send what is due to a subscriber now; return how many were taken."""
    ends, sent, failures = time.monotonic() + JOB_SECONDS_MAX, 0, 0
    for _ in range(JOB_ROWS_MAX):
        push = _claim(subscription_id, clock.now())
        if push is None:
            break
        if _push(push):
            sent, failures = sent + 1, 0
        else:
            failures += 1
        if failures >= FAILURES_IN_A_ROW_MAX or time.monotonic() > ends:
            break
    return sent


@transaction.atomic
def _claim(subscription_id: UUID, at: datetime) -> Push | None:
    """Take the oldest due push in hand, or None. Another process passes over what one is about to take."""
    found = (
        Push.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(_DUE, Q(claimed_until=None) | Q(claimed_until__lt=at), next_try_at__lte=at)
        # What an administrator asked for by hand goes to a subscription that is off as well.
        .filter(Q(subscription__is_on=True) | Q(kind=TRIAL_KIND), subscription_id=subscription_id)
        .order_by("next_try_at", "position", "id")
        .first()
    )
    if found is None:
        return None
    found.claimed_until = at + HELD_FOR
    found.save(update_fields=["claimed_until"])
    return found


def secrets_of(subscription: Subscription, at: datetime) -> list[str]:
    """Return the secrets that sign now: the present one, and the one before for a while."""
    secrets = [subscription.secret or ""]
    if subscription.old_secret and subscription.old_secret_until and at < subscription.old_secret_until:
        secrets.append(subscription.old_secret)
    return secrets


def _push(push: Push) -> bool:
    """Send one push that is in hand and write down what came of it."""
    subscription = Subscription.everything.get(id=push.subscription_id)
    at = clock.now()
    timestamp, body = int(at.timestamp()), push.body.encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": USER_AGENT,
        "X-Minqing-Delivery": str(push.id),
        "X-Minqing-Kind": push.kind,
        SIGNATURE_HEADER: signature(secrets_of(subscription, at), timestamp, body),
    }
    answer = outbound.post(subscription.url or "", body, headers)
    return _settle(push, answer)


@transaction.atomic
def _settle(push: Push, answer: outbound.Answer) -> bool:
    at = clock.now()
    subscription = Subscription.everything.select_for_update().get(id=push.subscription_id)
    PushAttempt.objects.create(
        push=push,
        at=at,
        milliseconds=answer.milliseconds,
        response_code=answer.code,
        error=answer.error[:200],
    )
    push.tries += 1
    push.claimed_until, push.response_code, push.last_error = None, answer.code, answer.error[:200]
    if answer.is_taken:
        push.state, push.sent_at, push.next_try_at = State.SENT, at, None
        subscription.last_sent_at, subscription.failing_since = at, None
    else:
        wait = wait_after(push.tries, PUSH_WAITS)
        push.state = State.RETRYING if wait else State.FAILED
        push.next_try_at = at + wait if wait else None
        subscription.failing_since = subscription.failing_since or at
        if subscription.is_on and at - subscription.failing_since >= timedelta(days=PUSH_FAILING_DAYS_MAX):
            _stop(subscription, at)
    push.save(
        update_fields=[
            "tries",
            "claimed_until",
            "response_code",
            "last_error",
            "state",
            "sent_at",
            "next_try_at",
        ]
    )
    subscription.save(update_fields=["last_sent_at", "failing_since", "is_on", "stopped_at"])
    return answer.is_taken


def _stop(subscription: Subscription, at: datetime) -> None:
    """Switch off a subscription that takes nothing any more, and tell whoever keeps it."""
    subscription.is_on, subscription.stopped_at = False, at
    area = Area.objects.only("id", "path").get(id=subscription.area_id)
    keepers = Appointment.objects.current(clock.local(at).date()).filter(role=SYSTEM_ADMINISTRATOR.key)
    people = tuple(keepers.order_by().values_list("person_id", flat=True).distinct())
    tell(
        News(
            kind=SUBSCRIPTION_STOPPED, people=people, subject_kind="subscription",
            subject_id=subscription.id, area_id=area.id, area_path=area.path,
            key=f"stopped {subscription.id} {at:%Y%m%d%H%M%S}", at=at, told_at=at,
            sentence=f"推送订阅“{subscription.name}”连续 {PUSH_FAILING_DAYS_MAX} 天没有送达，已自动停用。",
        )
    )  # fmt: skip
