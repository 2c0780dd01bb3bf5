"""What the journal tells: a subject's timeline, an area's audit, a feed that misses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from minqing.journal.events import EVENTS
from minqing.journal.models import Detail, Entry
from minqing.kernel.access import Actor, Capability

TIMELINE_MAX = (
    500  # a page beyond this is no longer read; older entries stay reachable through the audit page
)
AUDIT_PAGE_ROWS = 50
AUDIT_COUNT_MAX = 10_000  # 200 pages; a filter finds what is older


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One line of a timeline: who, in which part, when, and what in a sentence."""

    at: datetime
    who: str
    role_label: str
    sentence: str
    kind: str
    entry_id: UUID
    subject_kind: str
    subject_id: UUID
    area_id: UUID
    because: str = ""  # of a read: the work that linked reader and file
    facts: Mapping[str, Any] = field(default_factory=dict)  # what is not personal, as it was stored


def timeline(
    subject_kind: str, subject_id: UUID, *, reads: bool = False, in_order_of_commit: bool = False
) -> list[TimelineLine]:
    """Return what happened to a subject, oldest first. The caller has checked that the subject may be seen.

    ``in_order_of_commit``: for subjects with nameless entries, whose times are rounded to the hour.
    """
    entries = Entry.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    if not reads:
        entries = entries.filter(is_read=False)
    order = ("xact", "at", "id") if in_order_of_commit else ("at", "xact", "id")
    return _lines(entries.order_by(*order), 0, TIMELINE_MAX)


def stated(subject_kind: str, subject_id: UUID, name: str) -> list[TimelineLine]:
    """Return a subject's entries that have a fact of that name, in the order in which they were committed."""
    entries = Entry.objects.filter(subject_kind=subject_kind, subject_id=subject_id, facts__has_key=name)
    return _lines(entries.order_by("xact", "at", "id"))


def timelines(subject_kind: str, subject_ids: Iterable[UUID]) -> dict[UUID, list[TimelineLine]]:
    """Return the timelines of several subjects of a kind in one query."""
    entries = Entry.objects.filter(subject_kind=subject_kind, subject_id__in=list(subject_ids), is_read=False)
    by_subject: dict[UUID, list[TimelineLine]] = {}
    for line in _lines(entries.order_by("at", "xact", "id")):
        by_subject.setdefault(line.subject_id, []).append(line)
    return by_subject


def reads_of(subject_kind: str, subject_id: UUID, *, limit: int = 50) -> list[TimelineLine]:
    """Return who looked at a subject's file, latest first. The caller has checked that the reader may know."""
    entries = Entry.objects.filter(subject_kind=subject_kind, subject_id=subject_id, is_read=True)
    return _lines(entries.order_by("-at", "-id"), 0, limit)


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """What the audit may be narrowed to; empty means all.

    ``group`` is the first part of a kind (``registry``), ``within`` a query of areas' ids, ``reads`` only what was read
    (True) or only what was changed (False).
    """

    group: str = ""
    person_id: UUID | None = None
    subject_id: UUID | None = None
    within: QuerySet[Any, Any] | None = None
    since: datetime | None = None
    until: datetime | None = None
    reads: bool | None = None


def audit(
    actor: Actor, to: Capability, filters: AuditFilters | None = None, *, page: int = 1
) -> tuple[list[TimelineLine], int]:
    """Return one page of everything that happened in the actor's areas, newest first, and how many there are.

    Counts up to :data:`AUDIT_COUNT_MAX`, one more meaning "more than that".
    """
    entries = audited(actor, to, filters or AuditFilters())
    total = entries.order_by()[: AUDIT_COUNT_MAX + 1].count()
    first = (page - 1) * AUDIT_PAGE_ROWS
    return _lines(entries.order_by("-at", "-id"), first, first + AUDIT_PAGE_ROWS), total


def audited(actor: Actor, to: Capability, given: AuditFilters) -> QuerySet[Entry]:
    """Return the entries that the audit lists, in no order."""
    entries = Entry.objects.filter(area_id__in=actor.visible_areas(to))
    if given.group:
        entries = entries.filter(kind__startswith=f"{given.group}.")
    if given.person_id:
        entries = entries.filter(person_id=given.person_id)
    if given.subject_id:
        entries = entries.filter(subject_id=given.subject_id)
    if given.within is not None:
        entries = entries.filter(area_id__in=given.within)
    if given.since:
        entries = entries.filter(at__gte=given.since)
    if given.until:
        entries = entries.filter(at__lt=given.until)
    if given.reads is not None:
        entries = entries.filter(is_read=given.reads)
    return entries


def committed_since(xact: int, limit: int = 500) -> list[Entry]:
    """Return entries of transactions after ``xact`` that no running transaction can still precede.

    A cursor on ids would miss an entry that committed late; ``xact < pg_snapshot_xmin`` cannot.
    """
    return list(
        Entry.objects.extra(
            where=["xact > %s::text::xid8 AND xact < pg_snapshot_xmin(pg_current_snapshot())"],
            params=[str(xact)],
        ).order_by("xact", "id")[:limit]
    )


def _lines(entries: QuerySet[Entry], first: int = 0, last: int | None = None) -> list[TimelineLine]:
    """Return entries as lines, from one up to another; their personal values come with them, in one statement."""
    personal = Subquery(Detail.objects.filter(entry=OuterRef("id")).values("personal"))
    return [
        TimelineLine(
            at=entry.at,
            who=entry.person_name,
            role_label=entry.appointment_label,
            sentence=EVENTS[entry.kind]
            .rebuilt(
                subject_kind=entry.subject_kind,
                subject_id=entry.subject_id,
                area_id=entry.area_id,
                values={**entry.facts, **(entry.told or {})},
            )
            .sentence(),
            kind=entry.kind,
            entry_id=entry.id,
            subject_kind=entry.subject_kind,
            subject_id=entry.subject_id,
            area_id=entry.area_id,
            because=entry.facts.get("because") or "",
            facts=entry.facts,
        )
        for entry in entries.annotate(told=personal)[first:last]
    ]
