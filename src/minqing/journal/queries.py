"""What the journal tells: a subject's timeline, an area's audit, a feed that misses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from minqing.journal.events import EVENTS
from minqing.journal.models import Detail, Entry
from minqing.kernel.access import ANONYMOUS, Actor, Capability
from minqing.kernel.statements import statement

TIMELINE_MAX = (
    500  # a page beyond this is no longer read; older entries stay reachable through the audit page
)
AUDIT_PAGE_ROWS = 50
AUDIT_COUNT_MAX = 10_000  # 200 pages; a filter finds what is older


_WRITTEN_SINCE: Final = """
SELECT pg_current_snapshot()::text, said.subject_id, said.nameless FROM (SELECT) AS once LEFT JOIN (
    SELECT DISTINCT subject_id, person_id IS NULL AND person_name = %(nameless)s AS nameless FROM journal_entry
    WHERE xact >= pg_snapshot_xmin(%(seen)s::pg_snapshot) AND NOT pg_visible_in_snapshot(xact, %(seen)s::pg_snapshot)
    AND subject_kind = %(kind)s AND NOT is_read LIMIT %(limit)s
) AS said ON true
"""


@dataclass(frozen=True, slots=True)
class Written:
    """The subjects of entries since a snapshot, those of nameless hands apart; and the snapshot to ask from next."""

    snapshot: str
    subjects: frozenset[UUID] = frozenset()
    nameless: frozenset[UUID] = frozenset()
    more: bool = False  # there were more than were asked for


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
    order = ("xact", "at", "id") if in_order_of_commit else ("at", "xact", "id")
    return _as_lines(_of_subject(subject_kind, order, reads, subject_id=subject_id))


@statement
def _of_subject(
    subject_kind: str, order: tuple[str, ...], reads: bool, *, subject_id: UUID
) -> QuerySet[Entry]:
    entries = Entry.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    return _told(entries if reads else entries.filter(is_read=False)).order_by(*order)[:TIMELINE_MAX]


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


def written_since(snapshot: str, subject_kind: str, *, limit: int = 500) -> Written:
    """Return what was committed after a snapshot (empty: nothing yet), whatever order it was committed in.

    Each transaction that the snapshot did not see and that is over now: a late one is not missed, and nothing waits for
    one that is still running, as :func:`committed_since` must. For whoever needs no order. Reads are not told.
    """
    with connection.cursor() as cursor:
        if not snapshot:
            cursor.execute("SELECT pg_current_snapshot()::text")
            return Written(str(cursor.fetchone()[0]))
        given: dict[str, Any] = {
            "nameless": ANONYMOUS.person_name,
            "seen": snapshot,
            "kind": subject_kind,
            "limit": limit + 1,
        }
        cursor.execute(_WRITTEN_SINCE, given)
        rows = cursor.fetchall()
    told = [(subject, bool(nameless)) for _, subject, nameless in rows if subject is not None]
    return Written(
        str(rows[0][0]),
        frozenset(subject for subject, nameless in told[:limit] if not nameless),
        frozenset(subject for subject, nameless in told[:limit] if nameless),
        len(told) > limit,
    )


def _lines(entries: QuerySet[Entry], first: int = 0, last: int | None = None) -> list[TimelineLine]:
    """Return entries as lines, from one up to another; their personal values come with them, in one statement."""
    return _as_lines(_told(entries)[first:last])


def _told(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    personal = Subquery(Detail.objects.filter(entry=OuterRef("id")).values("personal"))
    return entries.annotate(told=personal)


def _as_lines(entries: Iterable[Entry]) -> list[TimelineLine]:
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
                values={**entry.facts, **(entry.told or {})},  # type: ignore[attr-defined]  # annotated
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
        for entry in entries
    ]
