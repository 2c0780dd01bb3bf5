"""市长直通车: what is in the mayor's lane, the days on which people sit and listen, the return visits that are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from minqing.cases.facts import facts_of
from minqing.cases.models import Case
from minqing.cases.models_express import ReturnVisit, SitInBooking, SitInDay
from minqing.cases.permissions import SEE_EXPRESS
from minqing.cases.queries.queue import CaseRow, rows
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.workflow import public as workflow

PAGE: Final = 25
DAYS_MAX: Final = 60  # shown at once; a sit-in day a week fills a year
FREE_MAX: Final = 60  # slots offered on a case's page
KEY: Final = "express_lane"


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot of a day: when, and whose it is (``row`` None: somebody's that one may not see, or nobody's)."""

    number: int
    begins_at: datetime
    booking: SitInBooking | None
    row: CaseRow | None


@dataclass(frozen=True, slots=True)
class DayView:
    """A sit-in day with how many slots are kept."""

    day: SitInDay
    kept: int

    @property
    def free(self) -> int:
        return self.day.slots - self.kept


@dataclass(frozen=True, slots=True)
class ExpressPage:
    """One page of the lane's open matters, the days ahead, and the return visits that are planned."""

    rows: list[CaseRow]
    total: int
    page: int
    days: list[DayView]
    visits: list[tuple[ReturnVisit, CaseRow]]


@dataclass(frozen=True, slots=True)
class ExpressFile:
    """What the page of a case shows of the mayor's lane."""

    ahead: SitInBooking | None
    held: list[SitInBooking]
    planned: ReturnVisit | None
    visits: list[ReturnVisit]
    free: list[tuple[str, str, datetime]]
    # Steps that the actor could take but for something that is not yet done: (label, what is missing).
    not_yet: list[tuple[str, str]]


def express_page(actor: Actor, *, at: datetime, page: int = 1) -> ExpressPage:
    """Return the open matters of the mayor's lane that the actor may see, soonest deadline first."""
    actor.require(SEE_EXPRESS)
    found = Case.objects.visible_to(actor).filter(run__procedure=KEY, closed_at=None)
    total = found.count()
    page = max(1, min(page, -(-total // PAGE)))
    chosen = found.order_by("run__next_due_at", "id")[(page - 1) * PAGE : page * PAGE]
    visits = list(
        ReturnVisit.objects.filter(case__in=found.order_by().values("id"), done_at=None)
        .select_related("case__run", "case__unit", "case__topic")
        .order_by("planned_on", "id")[:PAGE]
    )
    shown = rows([one.case for one in visits], at=at)
    return ExpressPage(
        rows(chosen, at=at), total, page, days(actor, at=at), list(zip(visits, shown, strict=True))
    )


def days(actor: Actor, *, at: datetime, past: bool = False) -> list[DayView]:
    """Return the sit-in days ahead, soonest first; or those that are over, latest first."""
    seen = SitInDay.objects.visible_to(actor).filter(cancelled_at=None)
    found = seen.filter(starts_at__lt=at).order_by("-starts_at") if past else seen.filter(starts_at__gte=at)
    chosen = list(found[:DAYS_MAX])
    kept: dict[UUID, int] = {}
    for day_id in SitInBooking.objects.filter(day__in=chosen, cancelled_at=None).values_list(
        "day_id", flat=True
    ):
        kept[day_id] = kept.get(day_id, 0) + 1
    return [DayView(one, kept.get(one.id, 0)) for one in chosen]


def sit_in_day(day_id: UUID, actor: Actor, *, at: datetime) -> tuple[SitInDay, list[Slot]]:
    """Return a sit-in day and its slots. Raises :class:`NotThere`."""
    actor.require(SEE_EXPRESS)
    day = SitInDay.objects.visible_to(actor).filter(id=day_id).first()
    if day is None:
        raise NotThere
    bookings = {one.slot: one for one in SitInBooking.objects.filter(day=day, cancelled_at=None)}
    seen = Case.objects.visible_to(actor).filter(id__in=[one.case_id for one in bookings.values()])
    shown = {row.id: row for row in rows(seen, at=at)}
    slots = [
        Slot(number, day.slot_begins(number), booking, shown.get(booking.case_id) if booking else None)
        for number in range(1, day.slots + 1)
        for booking in [bookings.get(number)]
    ]
    return day, slots


def express_file(case: Case, actor: Actor, *, at: datetime) -> ExpressFile | None:
    """Return what the lane knows of a case; None for a case that is not in it."""
    if case.run.procedure != KEY:
        return None
    bookings = list(SitInBooking.objects.filter(case=case, cancelled_at=None).select_related("day"))
    visits = list(ReturnVisit.objects.filter(case=case))
    ahead = next((one for one in bookings if one.met_at is None), None)
    free: list[tuple[str, str, datetime]] = []
    if ahead is None and actor.may(SEE_EXPRESS):
        free = _free(actor, at)
    return ExpressFile(
        ahead=ahead,
        held=[one for one in bookings if one.met_at is not None],
        planned=next((one for one in visits if one.done_at is None), None),
        visits=[one for one in visits if one.done_at is not None],
        free=free,
        not_yet=_not_yet(case, actor),
    )


def _not_yet(case: Case, actor: Actor) -> list[tuple[str, str]]:
    facts = facts_of(case, case.run)
    return [
        (step.label, next(one.why_not for one in step.only_if if one.key not in facts))
        for step in workflow.steps_open_to(case.run, actor)
        if any(one.key not in facts for one in step.only_if)
    ]


def _free(actor: Actor, at: datetime) -> list[tuple[str, str, datetime]]:
    """Return the free slots ahead: (``day:slot``, place and host, when)."""
    seen = list(
        SitInDay.objects.visible_to(actor)
        .filter(cancelled_at=None, starts_at__gte=at)
        .order_by("starts_at")[:DAYS_MAX]
    )
    taken = set(SitInBooking.objects.filter(day__in=seen, cancelled_at=None).values_list("day_id", "slot"))
    found = [
        (f"{day.id}:{number}", f"{day.place}，{day.host}", day.slot_begins(number))
        for day in seen
        for number in range(1, day.slots + 1)
        if (day.id, number) not in taken
    ]
    return found[:FREE_MAX]
