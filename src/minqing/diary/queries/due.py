"""Whom to call on next, and why: the phone's page 今天."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Greatest

from minqing.diary import rules
from minqing.diary.models import Visit
from minqing.diary.permissions import RECORD_VISIT
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.registry import public as registry
from minqing.registry.public import Household, HouseholdMember, Resident, SubjectRef, Tag

LIMIT: Final = 20  # a day's walk has room for less
_TAGS_EACH: Final = (
    4  # hardly anyone carries more tags with a cadence; more rows are read so that LIMIT people stay
)
_AWAY: Final = "away"  # a resident's presence (registry.rules): nobody can call on them here
_WORDS: Final = {cadence.tag: cadence for cadence in rules.CADENCES}


@dataclass(frozen=True, slots=True)
class DueVisit:
    """Somebody to call on; ``days`` since the last call, None when there was none."""

    subject: SubjectRef
    label: str
    area_id: UUID
    reason: str
    why: str
    last_at: datetime | None
    days: int | None


def due_visits(actor: Actor, at: datetime, limit: int = LIMIT) -> list[DueVisit]:
    """Return whom to call on in the areas of the acting appointment: first those whose tag sets a cadence, the longest
    overdue first, then households that nobody called on for ``HOUSEHOLD_WITHIN_DAYS``, the never visited first.

    A call on a household counts for its members of today, and the other way round.
    """
    if actor.acting is None or not actor.may(RECORD_VISIT):
        return []
    limit = max(1, min(limit, LIMIT))
    found: dict[SubjectRef, tuple[str, str, datetime | None]] = {}
    for kind, subject_id, tag, last in _tagged(actor, actor.acting.area_path, at, limit * _TAGS_EACH):
        cadence = _WORDS[tag]
        found.setdefault(SubjectRef(kind, subject_id), (cadence.word, cadence.why, last))
    for household_id, last in _households(actor, actor.acting.area_path, at, limit):
        why = f"每户 {rules.HOUSEHOLD_WITHIN_DAYS} 天内至少走访一次"
        found.setdefault(SubjectRef(Household.subject_kind, household_id), ("", why, last))
    names = registry.subjects(found, actor)
    due = []
    for ref, (word, why, last) in found.items():
        who = names.get(ref)
        if who is not None and not who.closed:
            days = (clock.local(at).date() - clock.local(last).date()).days if last else None
            reason = rules.due_reason(who.name, word, days)
            due.append(DueVisit(ref, who.label, who.area_id, reason, why, last, days))
    return due[:limit]


def _met() -> QuerySet[Visit]:
    visits = Visit.objects.unscoped(
        "only when somebody was last met, of subjects found under the actor's own scope"
    )
    return visits.exclude(kind=rules.MISSED).order_by("-visited_at")


def _last(visits: QuerySet[Visit]) -> Subquery:
    return Subquery(visits.values("visited_at")[:1], output_field=DateTimeField())


def _tagged(
    actor: Actor, path: str, at: datetime, rows: int
) -> Iterable[tuple[str, UUID, str, datetime | None]]:
    """Return (kind, id, tag, last call) of tagged subjects whose cadence has run out, the longest overdue first."""
    today = clock.local(at).date()
    not_at_home = Resident.objects.visible_to(actor).filter(Q(presence=_AWAY) | ~Q(closed_on=None))
    their_household = HouseholdMember.objects.filter(resident=OuterRef(OuterRef("subject_id")), ends_on=None)
    members = HouseholdMember.objects.filter(household=OuterRef(OuterRef("subject_id")), ends_on=None)
    cadences: list[Any] = [
        When(kind__key=one.tag, then=Value(timedelta(days=one.within_days))) for one in rules.CADENCES
    ]
    tags = (
        Tag.objects.visible_to(actor)
        .current(today)
        .filter(area__path__under=path, area__closed_at=None, kind__key__in=list(_WORDS))
        .exclude(subject_kind=Resident.subject_kind, subject_id__in=not_at_home.values("id"))
        .annotate(
            last=Greatest(
                _last(
                    _met().filter(subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"))
                ),
                _last(
                    _met().filter(
                        subject_kind="household", subject_id__in=their_household.values("household")
                    )
                ),
                _last(_met().filter(subject_kind="resident", subject_id__in=members.values("resident"))),
            ),
            # Never called on: the tag's first day is when it should have begun.
            since=Coalesce("last", Cast("starts_on", DateTimeField())),
            due_at=F("since") + Case(*cadences, output_field=DurationField()),
        )
        .filter(due_at__lte=at)
        .order_by("due_at", "id")
    )
    return tags.values_list("subject_kind", "subject_id", "kind__key", "last")[:rows]


def _households(actor: Actor, path: str, at: datetime, rows: int) -> Iterable[tuple[UUID, datetime | None]]:
    """Return (id, last call) of households that were not called on for too long, the never visited first."""
    members = HouseholdMember.objects.filter(household=OuterRef(OuterRef("id")), ends_on=None)
    households = (
        Household.objects.visible_to(actor)
        .current()
        .filter(area__path__under=path, area__closed_at=None)
        .annotate(
            last=Greatest(
                _last(_met().filter(subject_kind="household", subject_id=OuterRef("id"))),
                _last(_met().filter(subject_kind="resident", subject_id__in=members.values("resident"))),
            )
        )
        .filter(Q(last=None) | Q(last__lte=at - timedelta(days=rules.HOUSEHOLD_WITHIN_DAYS)))
        .order_by(F("last").asc(nulls_first=True), "area_id", "address", "id")
    )
    return households.values_list("id", "last")[:rows]
