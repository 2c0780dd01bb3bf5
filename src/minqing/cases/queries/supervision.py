"""督办台账: the listings with filters that live in the address, what is proposed, and who may be named as a sponsor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases.going_along import is_part_of_another
from minqing.cases.joint_rules import NOT_LISTED, may_report
from minqing.cases.models import Case
from minqing.cases.models_joint import Listing, ProgressReport, Proposal, SupervisionRule
from minqing.cases.permissions_joint import LIST_CASES
from minqing.cases.queries.queue import CaseRow, rows
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.workflow import public as workflow

LEDGER_PAGE: Final = 25
OPEN, ENDED = "open", "ended"
STANDS: Final = {OPEN: "正在督办", ENDED: "已销号或转出"}
PROPOSALS_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class LedgerFilters:
    """What the address says; empty means all."""

    stands: str = OPEN
    area_id: UUID | None = None
    sponsor_id: UUID | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A listing: its case, who answers for it, and how it is reported on."""

    listing: Listing
    row: CaseRow
    area_name: str
    sponsor_name: str
    report: workflow.ClockFace | None
    reported: int
    missed: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """One page of the list, and what each choice of the filters would open."""

    rows: list[LedgerRow]
    total: int
    page: int
    pages: int
    counts: dict[str, int]
    late_count: int
    areas: list[tuple[str, str]]
    sponsors: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One date of a listing: its clock, or what was written and when."""

    report: ProgressReport
    clock: workflow.ClockFace
    is_missed: bool
    was_late: bool


@dataclass(frozen=True, slots=True)
class SupervisionFile:
    """What the page of a case shows of its supervision."""

    listing: Listing
    area_name: str
    sponsor_name: str
    lines: list[ReportLine]
    may_report: bool


def ledger(actor: Actor, filters: LedgerFilters, *, at: datetime, page: int = 1) -> Ledger:
    """Return one page of the supervision list that the actor may see, soonest deadline first."""
    found = _filtered(actor, filters, at)
    total = found.count()
    pages = max(1, -(-total // LEDGER_PAGE))
    page = min(max(page, 1), pages)
    first = (page - 1) * LEDGER_PAGE
    ordered = found.order_by(F("run__next_due_at").asc(nulls_last=True), "-listed_at", "id")
    listings = list(
        ordered.select_related("area", "run__sponsor").defer("area__outline")[first : first + LEDGER_PAGE]
    )
    everything = _filtered(actor, LedgerFilters(stands=""), at)
    return Ledger(
        rows=_rows(listings, at),
        total=total,
        page=page,
        pages=pages,
        counts=_counts(actor, filters, at),
        late_count=_filtered(actor, replace(filters, late=True), at).count(),
        areas=_choices(everything, "area_id", "area__name"),
        sponsors=_choices(everything, "run__sponsor_id", "run__sponsor__name"),
    )


def _counts(actor: Actor, filters: LedgerFilters, at: datetime) -> dict[str, int]:
    return {one: _filtered(actor, replace(filters, stands=one), at).count() for one in STANDS}


def _choices(found: QuerySet[Listing], key: str, label: str) -> list[tuple[str, str]]:
    pairs = found.order_by(label).exclude(**{key: None}).values_list(key, label).distinct()
    return [(str(one), name) for one, name in pairs]


def _filtered(actor: Actor, filters: LedgerFilters, at: datetime) -> QuerySet[Listing]:
    found = Listing.objects.filter(case__in=Case.objects.visible_to(actor).order_by().values("id"))
    if filters.stands == OPEN:
        found = found.filter(ended_at=None)
    elif filters.stands == ENDED:
        found = found.exclude(ended_at=None)
    if filters.area_id:
        found = found.filter(area_id=filters.area_id)
    if filters.sponsor_id:
        found = found.filter(run__sponsor_id=filters.sponsor_id)
    if filters.late:
        found = found.filter(Exists(_waiting().filter(listing=OuterRef("id"), due_at__lte=at)))
    return found.order_by()


def _waiting() -> QuerySet[ProgressReport]:
    return ProgressReport.objects.filter(closed_at=None).order_by("number")


def _rows(listings: list[Listing], at: datetime) -> list[LedgerRow]:
    ids = [one.id for one in listings]
    calendar = workflow.current_calendar()
    cases = Case.objects.unscoped("the listings they belong to are scoped").filter(
        id__in=[one.case_id for one in listings]
    )
    by_case = {row.id: row for row in rows(cases, at=at)}
    waiting: dict[UUID, ProgressReport] = {}
    for report in _waiting().filter(listing__in=ids):
        waiting.setdefault(report.listing_id, report)
    done = {
        one["listing"]: (one["reported"], one["missed"])
        for one in ProgressReport.objects.filter(listing__in=ids)
        .order_by()
        .values("listing")
        .annotate(
            reported=Count("id", filter=~Q(reported_at=None)),
            missed=Count("id", filter=Q(reported_at=None) & ~Q(closed_at=None)),
        )
    }
    return [
        LedgerRow(
            listing=one,
            row=by_case[one.case_id],
            area_name=one.area.name,
            sponsor_name=one.run.sponsor.name if one.run.sponsor else "",
            report=_face(waiting[one.id], at, calendar) if one.id in waiting else None,
            reported=done.get(one.id, (0, 0))[0],
            missed=done.get(one.id, (0, 0))[1],
        )
        for one in listings
    ]


def _face(report: ProgressReport, at: datetime, calendar: workflow.Calendar) -> workflow.ClockFace:
    due = workflow.Due(report.due_at, report.yellow_at, report.provisional)
    return workflow.face_of(due, at=at, calendar=calendar)


def supervision_of(case: Case, *, by: Actor, at: datetime) -> SupervisionFile | None:
    """Return what the page of a case shows of its last listing, or None; that page has scoped it."""
    listing = (
        Listing.objects.filter(case=case)
        .select_related("area", "run__sponsor")
        .order_by("-listed_at")
        .first()
    )
    if listing is None:
        return None
    calendar = workflow.current_calendar()
    reports = ProgressReport.objects.filter(listing=listing).order_by("number")
    return SupervisionFile(
        listing=listing,
        area_name=listing.area.name,
        sponsor_name=listing.run.sponsor.name if listing.run.sponsor else "",
        lines=[
            ReportLine(
                report=one,
                clock=_face(one, at, calendar),
                is_missed=one.closed_at is not None and one.reported_at is None,
                was_late=one.reported_at is not None and one.reported_at > one.due_at,
            )
            for one in reports
        ],
        may_report=listing.ended_at is None and case.run_id == listing.run_id and may_report(case.run, by),
    )


def may_list(case: Case, by: Actor) -> bool:
    """Whether the actor may put a case on the list of their own area now."""
    run = case.run
    open_to_it = run.is_running and run.procedure not in NOT_LISTED and not is_part_of_another(case)
    return open_to_it and by.may(LIST_CASES, run.area.path)


def may_sponsor(area_path: str, *, on: date) -> list[tuple[str, str]]:
    """Return (id, ``谷来镇书记 裘小满``) of those who may be named as sponsors of a matter there, the nearest first."""
    held = accounts.appointments_where(
        Q(role__in=[role.key for role in workflow.SPONSOR_CASES.held_by], area__path__above=area_path), on
    )
    nearest = sorted(held, key=lambda one: (-len(one.area.path), one.person.name))
    named = {one.person_id: one for one in reversed(nearest)}
    return [
        (str(one.person_id), f"{one.label} {one.person.name}")
        for one in nearest
        if named[one.person_id] is one
    ]


def reports_due(actor: Actor, *, at: datetime) -> list[LedgerRow]:
    """Return the listings on which the actor has to report, and whose clock is yellow or red."""
    due = _waiting().filter(yellow_at__lte=at)
    mine = Q(run__unit_id__in=actor.unit_ids) | Q(run__sponsor_id=actor.person_id)
    found = Listing.objects.filter(mine, ended_at=None, id__in=due.order_by().values("listing_id"))
    return _rows(list(found.select_related("area", "run__sponsor").order_by("listed_at")[:LEDGER_PAGE]), at)


def proposals(actor: Actor, *, at: datetime) -> list[tuple[Proposal, CaseRow]]:
    """Return what waits for a decision in the areas of the actor, oldest first."""
    found = list(
        _proposed(actor).select_related("area").defer("area__outline").order_by("proposed_at")[:PROPOSALS_MAX]
    )
    cases = Case.objects.unscoped("the proposals they belong to are scoped").filter(
        id__in=[one.case_id for one in found]
    )
    by_case = {row.id: row for row in rows(cases, at=at)}
    return [(one, by_case[one.case_id]) for one in found]


def count_proposals(actor: Actor) -> int:
    """Count what waits for a decision in the areas of the actor."""
    return _proposed(actor).count()


def _proposed(actor: Actor) -> QuerySet[Proposal]:
    return Proposal.objects.filter(
        decided_at=None,
        area_id__in=actor.visible_areas(LIST_CASES),
        case__in=Case.objects.visible_to(actor).filter(closed_at=None).order_by().values("id"),
    )


def require_proposal(proposal_id: UUID, actor: Actor) -> Proposal:
    """Return a proposal of a case that the actor sees, where the actor lists. Raises :class:`NotThere`."""
    found = Proposal.objects.filter(
        id=proposal_id,
        area_id__in=actor.visible_areas(LIST_CASES),
        case__in=Case.objects.visible_to(actor).order_by().values("id"),
    ).first()
    if found is None:
        raise NotThere
    return found


def rules_here(actor: Actor) -> list[SupervisionRule]:
    """Return the rules that hold in the areas above and below the acting appointment, the county's first."""
    if actor.acting is None:
        return []
    path = actor.acting.area_path
    found: Iterable[SupervisionRule] = SupervisionRule.objects.select_related("area").defer("area__outline")
    return [
        one for one in found if areas.is_under(one.area.path, path) or areas.is_under(path, one.area.path)
    ]
