"""One's own notices, deliveries by filter and by case, channels, subscriptions with what was pushed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When, Window

from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.kernel.statements import statement
from minqing.notices.models import (
    Address,
    Channel,
    Delivery,
    Notice,
    Preference,
    Push,
    PushAttempt,
    QuietHours,
    Subscription,
)
from minqing.notices.permissions import MANAGE_SUBSCRIPTIONS
from minqing.notices.rules import KINDS, SUBSCRIPTION_STOPPED, TRIAL, Kind, Quiet, State, masked

PAGE_ROWS: Final = 50
COUNT_MAX: Final = 10_000
OF_SUBJECT_MAX: Final = 50


def told_kinds(actor: Actor | None = None) -> list[Kind]:
    """Return the kinds of news that can be chosen, in the order they were declared; for one person: their own."""
    own = [one for one in KINDS.values() if one not in (TRIAL, SUBSCRIPTION_STOPPED)]
    keeps = actor is None or actor.may(MANAGE_SUBSCRIPTIONS)
    return [*own, SUBSCRIPTION_STOPPED] if keeps else own


def own_notices(actor: Actor, limit: int = 20, *, first: int = 0) -> list[Notice]:
    """Return one's own notices, latest first."""
    return list(Notice.objects.filter(person_id=actor.person_id)[first : first + limit])


def count_own(actor: Actor) -> int:
    """Count one's own notices, up to :data:`COUNT_MAX`."""
    return Notice.objects.filter(person_id=actor.person_id).order_by()[:COUNT_MAX].count()


def unread(actor: Actor) -> int:
    """Count one's own unread notices."""
    return Notice.objects.filter(person_id=actor.person_id, read_at=None).count()


def latest_unread(actor: Actor) -> QuerySet[Notice, Any]:
    """Return one's own unread notices, latest first, each with how many there are (``unread``); not yet asked for."""
    return Notice.objects.filter(person_id=actor.person_id, read_at=None).annotate(unread=Window(Count("id")))


@dataclass(frozen=True, slots=True)
class OwnChannel:
    """A channel on which a person may be reached, as their settings show it."""

    channel: Channel
    shown: str
    kinds: tuple[str, ...]
    is_on: bool
    last: Delivery | None

    @property
    def is_set(self) -> bool:
        return bool(self.shown)


def own_channels(actor: Actor) -> list[OwnChannel]:
    """Return the channels on which people may give an address, with one's own (masked) and the last delivery."""
    offered = Channel.objects.unscoped("everybody may be reached").filter(is_personal=True, is_on=True)
    held = {one.channel_id: one for one in Address.objects.filter(person_id=actor.person_id)}
    sent = Delivery.objects.unscoped("one's own deliveries, by person").filter(person_id=actor.person_id)
    last = {
        one.channel_id: one for one in sent.order_by("channel_id", "-made_at", "-id").distinct("channel_id")
    }
    found = []
    for channel in offered.order_by("name", "id"):
        own = held.get(channel.id)
        found.append(
            OwnChannel(
                channel,
                masked(own.address) if own and own.address else "",
                tuple(own.kinds) if own else tuple(channel.kinds),
                own.is_on if own else True,
                last.get(channel.id),
            )
        )
    return found


def own_channel(actor: Actor, channel_id: UUID) -> OwnChannel:
    """Return one such channel. Raises ``NotThere``."""
    found = next((one for one in own_channels(actor) if one.channel.id == channel_id), None)
    if found is None:
        raise NotThere("没有这个渠道，或者它停用了。")
    return found


def preference(actor: Actor) -> Preference:
    """Return what a person chose, or what holds where they chose nothing."""
    found = Preference.objects.filter(person_id=actor.person_id).first()
    return found or Preference(person_id=actor.person_id)


def county_quiet_hours() -> Quiet | None:
    """Return the county's quiet hours."""
    found = QuietHours.objects.first()
    return found.quiet if found else None


def channels(actor: Actor) -> list[tuple[Channel, dict[str, int]]]:
    """Return the channels, with how many of their deliveries stand in each state."""
    rows = list(Channel.objects.visible_to(actor).select_related("area", "unit").defer("area__outline"))
    counted = (
        Delivery.objects.visible_to(actor)
        .order_by()
        .values("channel_id", "state")
        .annotate(count=Count("id"))
    )
    counts: dict[UUID, dict[str, int]] = {}
    for row in counted:
        counts.setdefault(row["channel_id"], {})[row["state"]] = row["count"]
    return [(one, counts.get(one.id, {})) for one in rows]


def channel(actor: Actor, channel_id: UUID) -> Channel:
    """Return one channel. Raises ``NotThere``."""
    found = Channel.objects.visible_to(actor).filter(id=channel_id).select_related("area", "unit").first()
    if found is None:
        raise NotThere
    return found


@dataclass(frozen=True, slots=True)
class DeliveryFilters:
    """What the list of deliveries is narrowed to; empty means all."""

    state: str = ""
    channel_id: UUID | None = None
    kind: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


# What somebody has to look at comes first.
_URGENCY: Final = Case(
    When(state=State.FAILED, then=Value(0)),
    When(state=State.RETRYING, then=Value(1)),
    When(state=State.SENT, then=Value(3)),
    default=Value(2),
    output_field=IntegerField(),
)


def deliveries(actor: Actor, asked: DeliveryFilters, *, page: int) -> tuple[list[Delivery], int]:
    """Return one page of deliveries, the failed first and then the latest, and how many there are."""
    found: QuerySet[Delivery] = Delivery.objects.visible_to(actor)
    if asked.state:
        found = found.filter(state=asked.state)
    if asked.channel_id:
        found = found.filter(channel_id=asked.channel_id)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.text:
        found = found.filter(message__contains=asked.text)
    if asked.since:
        found = found.filter(made_at__gte=asked.since)
    if asked.until:
        found = found.filter(made_at__lt=asked.until)
    total = found.order_by()[:COUNT_MAX].count()
    rows = found.select_related("channel", "person").defer("person__password")
    ordered = rows.order_by(_URGENCY, "-made_at", "-id")
    return list(ordered[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]), total


def deliveries_of(subject_kind: str, subject_id: UUID) -> list[Delivery]:
    """Return what was sent about something, latest first; its own page has scoped it."""
    return _about(subject_kind=subject_kind, subject_id=subject_id)


@statement
def _about(*, subject_kind: str, subject_id: UUID) -> QuerySet[Delivery]:
    found = Delivery.objects.unscoped("the subject's page has scoped it")
    found = found.filter(subject_kind=subject_kind, subject_id=subject_id)
    rows = found.select_related("channel", "person").defer("person__password")
    return rows.order_by("-made_at", "-id")[:OF_SUBJECT_MAX]


def subscriptions(actor: Actor) -> list[tuple[Subscription, dict[str, int]]]:
    """Return the subscriptions, with how many of their pushes stand in each state."""
    rows = list(Subscription.objects.visible_to(actor).select_related("area").defer("area__outline"))
    counted = Push.objects.filter(subscription__in=[one.id for one in rows]).order_by()
    counts: dict[UUID, dict[str, int]] = {}
    for row in counted.values("subscription_id", "state").annotate(count=Count("id")):
        counts.setdefault(row["subscription_id"], {})[row["state"]] = row["count"]
    return [(one, counts.get(one.id, {})) for one in rows]


def subscription(actor: Actor, subscription_id: UUID) -> Subscription:
    """Return one subscription. Raises ``NotThere``."""
    found = Subscription.objects.visible_to(actor).filter(id=subscription_id).select_related("area").first()
    if found is None:
        raise NotThere
    return found


def pushes(of: Subscription, *, state: str = "", page: int = 1) -> tuple[list[Push], int]:
    """Return one page of what was pushed to a subscriber, latest first, and how many there are."""
    found = Push.objects.filter(subscription=of)
    if state:
        found = found.filter(state=state)
    total = found.order_by()[:COUNT_MAX].count()
    rows = found.order_by("-made_at", "-id")[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    return list(rows), total


def push(of: Subscription, push_id: UUID) -> Push:
    """Return one push. Raises ``NotThere``."""
    found = Push.objects.filter(subscription=of, id=push_id).first()
    if found is None:
        raise NotThere
    return found


def attempts(of: Push) -> list[PushAttempt]:
    """Return every try of a push, latest first."""
    return list(PushAttempt.objects.filter(push=of).order_by("-at", "-id")[:OF_SUBJECT_MAX])
