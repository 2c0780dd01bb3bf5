"""What a change of the calendar did to clocks: the versions, the list of what each moved, and who holds what moved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, IntegerField, Q, QuerySet, UUIDField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from minqing.journal import public as journal
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.workflow.answering import accountable
from minqing.workflow.events import ClockMoved, VerdictChanged
from minqing.workflow.models import CalendarVersion, Recomputation, Run
from minqing.workflow.procedure import UnknownProcedure

MOVED_PAGE_ROWS: Final = 50
MOVED_COUNT_MAX: Final = 10_000
RECOMPUTATIONS_SHOWN: Final = 50
RUNNING, CLOSED = "running", "closed"


@dataclass(frozen=True, slots=True)
class MovedClock:
    """One clock that a version moved: whose, from when to when, and in a sentence what that means."""

    subject_kind: str
    subject_id: UUID
    area_id: UUID
    state_label: str
    is_running: bool
    before: datetime | None
    after: datetime | None
    sentence: str


@dataclass(frozen=True, slots=True)
class MovedPage:
    """A page of them; ``total`` counts up to one more than ``MOVED_COUNT_MAX``."""

    rows: list[MovedClock]
    total: int


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A version of the calendar with what it did."""

    version: CalendarVersion
    work: Recomputation

    @property
    def is_done(self) -> bool:
        """Whether every clock has been brought up to it."""
        return self.work.done_at is not None


def recomputations() -> list[Recomputed]:
    """The latest versions that could move clocks, newest first."""
    works = list(Recomputation.objects.all()[:RECOMPUTATIONS_SHOWN])
    versions = CalendarVersion.objects.filter(number__in=[one.number for one in works])
    by_number = {one.number: one for one in versions}
    return [Recomputed(by_number[one.number], one) for one in works]


def recomputation(recomputation_id: UUID) -> Recomputed:
    """One version with what it did. Raises :class:`NotThere`."""
    work = Recomputation.objects.filter(id=recomputation_id).first()
    if work is None:
        raise NotThere("这一版日历没有引起时限变动。")
    return Recomputed(CalendarVersion.objects.get(number=work.number), work)


def recomputation_of(number: int) -> Recomputed:
    """What a version of that number did."""
    return Recomputed(CalendarVersion.objects.get(number=number), Recomputation.objects.get(number=number))


def moved_clocks(number: int, actor: Actor, *, which: str = "", page: int = 1) -> MovedPage:
    """The clocks that a version moved, of runs the actor may see; ``which``: only ``running`` or ``closed`` ones."""
    entries = _entries(number)
    if which == RUNNING:
        entries = entries.filter(kind=ClockMoved.kind)
    elif which == CLOSED:
        entries = entries.filter(kind=VerdictChanged.kind)
    seen = Run.objects.visible_to(actor).order_by().values("id")
    entries = entries.annotate(run=Cast(KeyTextTransform("run_id", "facts"), UUIDField())).filter(
        run__in=seen
    )
    total = entries.order_by()[: MOVED_COUNT_MAX + 1].count()
    first = (max(page, 1) - 1) * MOVED_PAGE_ROWS
    return MovedPage([_row(one) for one in entries.order_by("id")[first : first + MOVED_PAGE_ROWS]], total)


def _entries(number: int) -> QuerySet[Any, Any]:
    """The entries of a version; an index holds exactly these."""
    version = Cast(KeyTextTransform("calendar_version", "facts"), IntegerField())
    entries: QuerySet[Any, Any] = journal.Entry.objects.annotate(version=version)
    return entries.filter(version=number, kind__in=[ClockMoved.kind, VerdictChanged.kind])


def _row(entry: journal.Entry) -> MovedClock:
    facts = entry.facts
    event = journal.EVENTS[entry.kind].rebuilt(
        subject_kind=entry.subject_kind, subject_id=entry.subject_id, area_id=entry.area_id, values=facts
    )
    before, after = (facts.get(name) for name in ("before", "after"))
    return MovedClock(
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        area_id=entry.area_id,
        state_label=facts["state_label"],
        is_running=entry.kind == ClockMoved.kind,
        before=datetime.fromisoformat(before) if before else None,
        after=datetime.fromisoformat(after) if after else None,
        sentence=event.sentence(),
    )


def holders_of_moved(number: int, *, on: date) -> dict[UUID, int]:
    """How many running clocks that a version moved each person answers for, by the person's id.

    Two statements for each combination of procedure, state, place and names, not for each clock.
    """
    moved = _entries(number).filter(kind=ClockMoved.kind)
    runs = moved.order_by().values(run=Cast(KeyTextTransform("run_id", "facts"), UUIDField()))
    same = (
        "procedure",
        "state",
        "area_id",
        "unit_id",
        "holder_id",
        "sponsor_id",
        "listed_area_id",
        "stand_in_area_id",
    )
    combinations = (
        Run.objects.unscoped("whoever answers is told")
        .filter(Q(finished_at=None), id__in=runs)
        .order_by()
        .values(*same)
        .annotate(clocks=Count("id"))
    )
    told: Counter[UUID] = Counter()
    for one in combinations:
        count = one.pop("clocks")
        run = (
            Run.objects.unscoped("one of those whose holders are told, to find them by")
            .select_related("area")
            .defer("area__outline")
            .filter(finished_at=None, **one)
            .first()
        )
        if run is None:
            continue  # somebody took the step meanwhile
        try:
            people = accountable(run, on=on).people
        except UnknownProcedure:  # its file is gone: the county's desk sees it on its list
            continue
        for person in people:
            told[person] += count
    return dict(told)
