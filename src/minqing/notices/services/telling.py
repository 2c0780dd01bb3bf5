"""Tell people: the line in the product, and what leaves by channels, each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings as django_settings
from django.db import transaction
from django.urls import NoReverseMatch, reverse

from minqing.areas.public import Area, is_under
from minqing.kernel.settings import settings
from minqing.notices.models import Address, Channel, Delivery, Notice, Preference, QuietHours
from minqing.notices.rules import MESSAGE_MAX, Kind, Quiet, State, looks_personal, quiet_until
from minqing.notices.services.queueing import send_soon


@dataclass(frozen=True, slots=True)
class News:
    """Something that concerns people. What they read is made of the kind, the number and the state's label alone.

    ``key`` names the occasion: the same key tells a person once. ``sentence`` may say it otherwise in the product,
    where only the person reads it; it never leaves. ``area_path`` and ``unit_id`` choose the groups' robots.
    """

    kind: Kind
    people: tuple[UUID, ...]
    subject_kind: str
    subject_id: UUID
    area_id: UUID
    area_path: str
    key: str
    # When it happened, and when it is told: the same but for the minute it takes to read the journal.
    at: datetime
    told_at: datetime
    number: str = ""
    state: str = ""
    unit_id: UUID | None = None
    sentence: str = ""
    # Not for a group's robot: what concerns a few is not called out before all.
    private: bool = False

    @property
    def message(self) -> str:
        """Return what leaves, without a link."""
        return self.kind.message(number=self.number, state=self.state)[:MESSAGE_MAX]


def tell(news: News) -> None:
    """Tell one piece of news (see :func:`tell_many`)."""
    tell_many([news])


@transaction.atomic
def tell_many(news: Iterable[News]) -> None:
    """Leave a line for everybody concerned, and put what leaves by channels into the queue.

    Raises ``ValueError`` when a message holds what looks like a phone or an ID number: nothing is told then, and
    whoever declared the kind has a defect to mend.
    """
    told = list(news)
    for one in told:
        # A number of a case may look like a phone; what is beside it may not.
        if looks_personal(one.message.replace(one.number, "") if one.number else one.message):
            raise ValueError(f"a message of kind {one.kind.key} holds personal values")
    if not told:
        return
    preferences = _preferences({person for one in told for person in one.people})
    Notice.objects.bulk_create(
        [
            Notice(
                person_id=person, kind=one.kind.key, subject_kind=one.subject_kind, subject_id=one.subject_id,
                sentence=(one.sentence or one.message)[:MESSAGE_MAX], key=one.key, made_at=one.at,
            )
            for one in told
            for person in one.people
            if person not in preferences or one.kind.key not in preferences[person].muted
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    _deliver(told, preferences)


def _preferences(people: set[UUID]) -> dict[UUID, Preference]:
    return {one.person_id: one for one in Preference.objects.filter(person_id__in=people)}


def _deliver(told: Sequence[News], preferences: dict[UUID, Preference]) -> None:
    """Write the deliveries of channels that are on, and have them sent."""
    channels = list(Channel.objects.unscoped("whoever is told need not manage channels").filter(is_on=True))
    if not channels:
        return
    areas = {one.id: one.path for one in _areas(channels)}
    quiet = county_quiet()
    addresses = _addresses([one for one in channels if one.is_personal], told)
    made: list[Delivery] = []
    for one in told:
        for channel in channels:
            if one.kind.key not in channel.kinds:
                continue
            if channel.is_personal:
                wanting = [
                    person for person in one.people if one.kind.key in addresses.get((person, channel.id), ())
                ]
                for person in wanting:
                    own = preferences[person].quiet if person in preferences else None
                    made.append(_delivery(one, channel, person, quiet, own))
            elif _is_of(one, channel, areas):
                made.append(_delivery(one, channel, None, quiet, None))
    Delivery.everything.bulk_create(made, ignore_conflicts=True)
    for channel_id in {one.channel_id for one in made}:
        send_soon(channel_id)


def _is_of(news: News, channel: Channel, areas: dict[UUID, str]) -> bool:
    """Whether a group's robot is told of it: its area or below, and its unit where it has one."""
    if news.private or (channel.unit_id is not None and channel.unit_id != news.unit_id):
        return False
    return is_under(news.area_path, areas[channel.area_id])


def _areas(channels: Sequence[Channel]) -> list[Area]:
    return list(Area.objects.filter(id__in={one.area_id for one in channels}).only("id", "path"))


def _addresses(channels: Sequence[Channel], told: Sequence[News]) -> dict[tuple[UUID, UUID], frozenset[str]]:
    """Return of what each person wants to hear, by (person, channel)."""
    if not channels:
        return {}
    people = {person for one in told for person in one.people}
    found: dict[tuple[UUID, UUID], frozenset[str]] = defaultdict(frozenset)
    rows = Address.objects.filter(person_id__in=people, channel__in=channels, is_on=True)
    for person, channel, kinds in rows.values_list("person_id", "channel_id", "kinds"):
        found[person, channel] = frozenset(kinds)
    return found


def _delivery(
    news: News, channel: Channel, person: UUID | None, quiet: Quiet | None, own: Quiet | None
) -> Delivery:
    rests = quiet_until(news.told_at, news.kind.urgent, quiet, own)
    return Delivery(
        channel=channel, person_id=person, area_id=news.area_id, kind=news.kind.key,
        subject_kind=news.subject_kind, subject_id=news.subject_id, message=news.message, key=news.key,
        state=State.QUIET if rests else State.WAITING, next_try_at=rests or news.told_at, made_at=news.told_at,
    )  # fmt: skip


def county_quiet() -> Quiet | None:
    """Return the county's quiet hours."""
    found = QuietHours.objects.first()
    return found.quiet if found else None


def link_to(subject_kind: str, subject_id: UUID) -> str:
    """Return where a message leads, or nothing where the county has not said at which address it is reached."""
    site = settings().site.rstrip("/")
    if not site:
        return ""
    try:
        return site + reverse(django_settings.NOTICE_VIEW, args=[subject_kind, subject_id])
    except NoReverseMatch:
        return ""
