"""The lists of the pages: one's own broken glasses, those to judge, alarms, notices; and who read about a resident."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from minqing.areas import public as areas
from minqing.disclosure.models import AccessAlarm, AccessNotice, BreakGlass, BreakGlassQuerySet
from minqing.disclosure.permissions import REVIEW_ACCESS, SEE_ALARMS
from minqing.journal import public as journal
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.kernel.masking import mask_name
from minqing.registry import public as registry

LIST_MAX: Final = 100
NOTICES_MAX: Final = 8
JUDGED_SHOWN_FOR: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class GlassLine:
    """A broken glass as a list shows it; the file's name masked, for judging needs no name."""

    id: UUID
    who: str
    role_label: str
    file_words: str
    place: str
    category_label: str
    words: str
    begun_at: datetime
    ends_at: datetime
    review_due_at: datetime
    is_running: bool
    is_overdue: bool
    reviewed_at: datetime | None
    reviewed_by: str
    verdict: str
    verdict_label: str
    verdict_words: str
    kind: str
    subject_id: UUID


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """An alarm; open until somebody wrote down what came of it."""

    id: UUID
    kind_label: str
    who: str
    place: str
    sentence: str
    made_at: datetime
    glass_id: UUID | None
    cleared_at: datetime | None
    cleared_by: str
    cleared_words: str


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One line to a superior, a security administrator, or to whoever was judged."""

    sentence: str
    made_at: datetime
    glass_id: UUID | None
    is_own: bool


def own_glasses(actor: Actor, at: datetime) -> list[GlassLine]:
    """Return one's own broken glasses, latest first."""
    found = BreakGlass.objects.visible_to(actor).filter(person_id=actor.person_id)
    return _lines(found.order_by("-begun_at", "-id"), at)


def to_review(actor: Actor, at: datetime) -> list[GlassLine]:
    """Return what waits for the acting appointment's judgement, the soonest due first."""
    found = _to_judge(actor)
    return [] if found is None else _lines(found.unreviewed().order_by("review_due_at", "id"), at)


def judged(actor: Actor, at: datetime) -> list[GlassLine]:
    """Return what the acting appointment's post has judged lately, latest first."""
    found = _to_judge(actor)
    if found is None:
        return []
    since = at - JUDGED_SHOWN_FOR
    return _lines(found.filter(reviewed_at__gte=since).order_by("-reviewed_at", "-id"), at)


def glass(glass_id: UUID, actor: Actor, at: datetime) -> GlassLine:
    """Return one that the acting appointment is to judge, or has. Raises :class:`NotThere`."""
    found = _to_judge(actor)
    lines = [] if found is None else _lines(found.filter(id=glass_id), at)
    if not lines:
        raise NotThere
    return lines[0]


def _to_judge(actor: Actor) -> BreakGlassQuerySet | None:
    """Other people's that this appointment judges: its post's, and what is overdue where it sees the alarms."""
    acting = actor.acting
    if acting is None or not actor.may(REVIEW_ACCESS):
        return None
    mine = Q(reviewer_role=acting.role.key, reviewer_area_id=acting.area_id)
    if actor.may(SEE_ALARMS):
        mine |= ~Q(overdue_at=None) | Q(verdict="unjustified")
    return BreakGlass.objects.visible_to(actor).filter(mine).exclude(person_id=actor.person_id)


def _lines(found: BreakGlassQuerySet, at: datetime) -> list[GlassLine]:
    rows = list(
        found.select_related("person", "appointment__area", "appointment__unit", "reviewed_by")[:LIST_MAX]
    )
    names = registry.subjects(registry.SubjectRef(one.subject_kind, one.subject_id) for one in rows)
    places = areas.area_names(one.area_id for one in rows)
    lines = []
    for one in rows:
        who = names.get(registry.SubjectRef(one.subject_kind, one.subject_id))
        label = registry.KIND_LABELS[one.subject_kind]
        lines.append(
            GlassLine(
                id=one.id,
                who=one.person.name,
                role_label=one.appointment.label,
                file_words=f"{label}：{_masked(who)}" if who else label,
                place=places.get(one.area_id, ""),
                category_label=one.category_label,
                words=one.words,
                begun_at=one.begun_at,
                ends_at=one.ends_at,
                review_due_at=one.review_due_at,
                is_running=one.ends_at > at,
                is_overdue=one.reviewed_at is None and one.review_due_at <= at,
                reviewed_at=one.reviewed_at,
                reviewed_by=one.reviewed_by.name if one.reviewed_by else "",
                verdict=one.verdict,
                verdict_label=one.verdict_label,
                verdict_words=one.verdict_words,
                kind=one.subject_kind,
                subject_id=one.subject_id,
            )
        )
    return lines


def _masked(who: registry.SubjectView) -> str:
    if who.kind in (registry.ENTERPRISE, registry.PLACE):
        return who.name
    return (
        f"{mask_name(who.name.removesuffix('户'))}户"
        if who.kind == registry.HOUSEHOLD
        else mask_name(who.name)
    )


def alarms(actor: Actor) -> list[AlarmLine]:
    """Return the alarms of the actor's areas: the open ones first, latest first."""
    found = (
        AccessAlarm.objects.visible_to(actor).select_related("person", "cleared_by").latest_first()[:LIST_MAX]
    )
    rows = sorted(found, key=lambda one: one.cleared_at is not None)
    places = areas.area_names(one.area_id for one in rows)
    return [
        AlarmLine(
            id=one.id,
            kind_label=one.kind_label,
            who=one.person.name,
            place=places.get(one.area_id, ""),
            sentence=one.sentence,
            made_at=one.made_at,
            glass_id=one.glass_id,
            cleared_at=one.cleared_at,
            cleared_by=one.cleared_by.name if one.cleared_by else "",
            cleared_words=one.cleared_words,
        )
        for one in rows
    ]


def notices(actor: Actor) -> list[NoticeLine]:
    """Return one's own unread notices, latest first."""
    found = AccessNotice.objects.filter(person_id=actor.person_id, read_at=None).select_related("glass")
    return [
        NoticeLine(
            one.sentence,
            one.made_at,
            one.glass_id,
            one.glass is not None and one.glass.person_id == actor.person_id,
        )
        for one in found.order_by("-made_at", "-id")[:NOTICES_MAX]
    ]


def reads_about(resident_id: UUID, *, limit: int = 50) -> list[journal.TimelineLine]:
    """Return who opened a resident's file and why, latest first: their own file, and their households' while they lived
    there. For whoever has checked that the reader may know (the resident, or who keeps the file)."""
    lines = journal.reads_of(registry.RESIDENT, resident_id, limit=limit)
    memberships = registry.HouseholdMember.objects.filter(resident=resident_id)
    for household_id, starts_on, ends_on in memberships.values_list("household_id", "starts_on", "ends_on"):
        lines += [
            one
            for one in journal.reads_of(registry.HOUSEHOLD, household_id, limit=limit)
            if starts_on <= clock.local(one.at).date()
            and (ends_on is None or clock.local(one.at).date() <= ends_on)
        ]
    return _latest(lines, limit)


def _latest(lines: Iterable[journal.TimelineLine], limit: int) -> list[journal.TimelineLine]:
    return sorted(lines, key=lambda one: (one.at, str(one.entry_id)), reverse=True)[:limit]
