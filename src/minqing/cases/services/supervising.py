"""督办: list a case with its sponsor, have it reported on, and take it off the list when it is over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from minqing.areas import public as areas
from minqing.cases.effects import Taken, carries_out
from minqing.cases.events_joint import CaseListed, ListingEnded, ProgressReported, ReportOverdue
from minqing.cases.joint_rules import NOT_LISTED, may_report
from minqing.cases.models import Case
from minqing.cases.models_joint import RELEASED, SWITCHED, WORDS_LENGTH, Listing, ProgressReport, Proposal
from minqing.cases.permissions_joint import LIST_CASES
from minqing.cases.procedures.supervised import Supervised
from minqing.cases.procedures.vocabulary import OFF_LIST
from minqing.cases.services.steps import locked
from minqing.cases.services.switching import switch_procedure
from minqing.cases.services.telling import about
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import SYSTEM, Actor, Hand
from minqing.kernel.errors import NotAllowed, NotThere, Refused
from minqing.notices import public as notices
from minqing.workflow import public as workflow

INTERVAL_MIN, INTERVAL_MAX = 1, 90  # days between two reports
SWEEP_ROWS: Final = 2000
SPONSORED: Final = notices.kind("cases.sponsored", "由您包案", "督办事项 {number} 由您包案：{state}")
REPORT_LATE: Final = notices.kind(
    "cases.report_late", "督办进展迟报", "督办事项 {number} 没有按时报进展：{state}"
)


@transaction.atomic
def list_case(
    *,
    case_id: UUID,
    reason: str,
    sponsor_id: UUID,
    interval_days: int,
    unit_id: UUID | None = None,
    by: Actor,
    at: datetime,
    leg: int | None = None,
) -> Listing:
    """Put a case on the supervision list of the actor's own area, with a sponsor and dates on which to report.

    Raises ``Refused`` with a sentence: no reason, no unit that handles it, a sponsor who may not be one.
    """
    case, run = locked(Case.objects.visible_to(by).filter(id=case_id), leg)
    by.require(LIST_CASES, run.area.path)
    assert by.acting is not None  # whoever may list acts in an appointment
    title = workflow.procedure(run.procedure).title
    if workflow.procedure(run.procedure).key in NOT_LISTED:
        raise Refused(f"按“{title}”办理的事项不能再列入督办。")
    if not INTERVAL_MIN <= interval_days <= INTERVAL_MAX:
        raise Refused(f"报进展的间隔请填 {INTERVAL_MIN} 到 {INTERVAL_MAX} 天。", field="interval_days")
    case = switch_procedure(case_id=case.id, to=Supervised.key, reason=reason, unit_id=unit_id, by=by, at=at)
    run = workflow.lock_run(case.run_id)
    workflow.name_sponsor(run, person_id=sponsor_id, listed_area_id=by.acting.area_id, by=by, at=at)
    listing = Listing.objects.create(
        case=case, run=run, area_id=by.acting.area_id, reason=reason[:WORDS_LENGTH], interval_days=interval_days,
        listed_at=at, listed_by_id=by.person_id, listed_by_label=by.hand.appointment_label,
    )  # fmt: skip
    _next_report(listing, 1, at)
    settle(case, by=by, at=at)
    listed = CaseListed(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, listing_id=listing.id,
        area_name=areas.area(by.acting.area_id).name, interval_days=interval_days, words=reason,
    )  # fmt: skip
    record(listed, by=by.hand, at=at)
    notices.tell(about(case, SPONSORED, [sponsor_id], key=f"listed {listing.id}", at=at, told_at=at))
    return listing


def _next_report(listing: Listing, number: int, since: datetime) -> ProgressReport:
    """Set the next date on which progress is due, counted from the last one."""
    calendar = workflow.current_calendar()
    due = workflow.due_at(since, workflow.calendar_days(listing.interval_days), calendar)
    return ProgressReport.objects.create(
        listing=listing, number=number, from_at=since, due_at=due.at, yellow_at=due.yellow_at,
        provisional=due.provisional, calendar_version=calendar.version,
    )  # fmt: skip


def _keep_dates_ahead(listing: Listing, at: datetime) -> None:
    """See to it that the last date of a listing lies ahead."""
    last = ProgressReport.objects.filter(listing=listing).order_by("-number").first()
    while last is not None and (last.due_at <= at or last.closed_at is not None):
        last = _next_report(listing, last.number + 1, last.due_at)


@transaction.atomic
def report_progress(*, case_id: UUID, words: str, by: Actor, at: datetime) -> ProgressReport:
    """Write down how a supervised case comes on; it answers the first date that is open, later missed ones close."""
    case, run = locked(Case.objects.visible_to(by).filter(id=case_id), None)
    listing = Listing.objects.select_for_update().filter(case=case, ended_at=None).first()
    if listing is None:
        raise Refused("这件事不在督办台账里，不用报进展。")
    if not may_report(run, by):
        raise NotAllowed("只有承办单位和包案领导可以报进展。")
    if not words.strip():
        raise Refused("请写明做到哪一步了、还差什么、下一步怎么做。", field="words")
    waiting = list(ProgressReport.objects.filter(listing=listing, closed_at=None).order_by("number"))
    report = waiting[0] if waiting else None
    if report is None:
        raise NotThere
    report.words, report.reported_at, report.closed_at = words[:WORDS_LENGTH], at, at
    report.reported_by_id, report.reported_by_label = by.person_id, by.hand.appointment_label
    report.save()
    missed = [one.id for one in waiting[1:] if one.due_at <= at]
    ProgressReport.objects.filter(id__in=missed).update(closed_at=at)
    _keep_dates_ahead(listing, at)
    reported = ProgressReported(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, listing_id=listing.id, number=report.number,
        is_late=at > report.due_at, words=words,
    )  # fmt: skip
    record(reported, by=by.hand, at=at)
    return report


def sweep_reports(*, at: datetime) -> int:
    """Tell sponsors and supervisors of reports that did not come, and set the dates that follow. Safe to run twice."""
    late = ProgressReport.objects.filter(closed_at=None, late_told_at=None, due_at__lte=at)
    found = list(late.order_by("due_at", "id").values_list("id", flat=True)[:SWEEP_ROWS])
    return sum(_tell_late(report_id, at) for report_id in found)


@transaction.atomic
def _tell_late(report_id: UUID, at: datetime) -> int:
    report = (
        ProgressReport.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("listing__case", "listing__run__area")
        .filter(id=report_id, closed_at=None, late_told_at=None)
        .first()
    )
    if report is None:
        return 0
    listing, case, run = report.listing, report.listing.case, report.listing.run
    report.late_told_at = at
    report.save(update_fields=["late_told_at"])
    people, words = _who_is_told(listing, run, at)
    notices.tell(about(case, REPORT_LATE, people, key=f"report {report.id}", at=at, told_at=at))
    overdue = ReportOverdue(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, listing_id=listing.id, number=report.number,
        due_words=workflow.in_words(report.due_at), told=words,
    )  # fmt: skip
    record(overdue, by=SYSTEM, at=at)
    _keep_dates_ahead(listing, at)
    return 1


def _who_is_told(listing: Listing, run: workflow.Run, at: datetime) -> tuple[Iterable[UUID], str]:
    """Return the sponsor and whoever stands above the unit, and in words who that is. Never nobody."""
    told = workflow.told_when_late(run, on=clock.local(at).date())
    people = dict.fromkeys(
        (*((run.sponsor_id,) if run.sponsor_id else ()), *told.people, listing.listed_by_id)
    )
    return people, f"包案领导、{told.words}和列入督办的督查员"


@carries_out(OFF_LIST)
def release(taken: Taken, effect: workflow.Effect) -> None:
    """Take a released case off the list."""
    end_listing(taken.case, RELEASED, hand=taken.hand, at=taken.at)


def end_listing(case: Case, how: str, *, hand: Hand, at: datetime) -> bool:
    """End a case's listing, with the reports that still wait; return whether there was one."""
    listing = Listing.objects.select_for_update().filter(case=case, ended_at=None).first()
    if listing is None:
        return False
    listing.ended_at, listing.ended_how = at, how
    listing.save(update_fields=["ended_at", "ended_how"])
    reports = ProgressReport.objects.filter(listing=listing)
    reports.filter(closed_at=None, due_at__gt=at).delete()  # a date that never came is no missed report
    reports.filter(closed_at=None).update(closed_at=at)
    ended = ListingEnded(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, listing_id=listing.id,
        how_label=listing.ended_label, reports=reports.exclude(reported_at=None).count(),
        missed=reports.filter(reported_at=None).count(),
    )  # fmt: skip
    record(ended, by=hand, at=at)
    return True


@transaction.atomic
def end_if_elsewhere(*, case_id: UUID, at: datetime) -> None:
    """End the listing of a case that is governed by another procedure by now, or over."""
    case, run = locked(Case.objects.unscoped("the case itself left its list").filter(id=case_id), None)
    if workflow.procedure(run.procedure).key != Supervised.key:
        end_listing(case, SWITCHED, hand=SYSTEM, at=at)


def move_dates(*, at: datetime) -> int:
    """Compute the dates that still wait again after a change of the calendar; return how many moved."""
    calendar = workflow.current_calendar()
    waiting = ProgressReport.objects.select_related("listing").filter(closed_at=None, due_at__gt=at)
    moved = 0
    for report in waiting.exclude(calendar_version=calendar.version):
        span = workflow.calendar_days(report.listing.interval_days)
        due = workflow.due_at(report.from_at, span, calendar)
        moved += due.at != report.due_at
        report.due_at, report.yellow_at, report.provisional = due.at, due.yellow_at, due.provisional
        report.calendar_version = calendar.version
        report.save(update_fields=["due_at", "yellow_at", "provisional", "calendar_version"])
    return moved


def settle(case: Case, *, by: Actor, at: datetime) -> None:
    """Mark what was proposed of a case as taken up, because somebody listed it."""
    proposal = Proposal.objects.select_for_update().filter(case=case, decided_at=None).first()
    if proposal is not None:
        decide(proposal, accepted=True, why="", by=by, at=at)


def decide(proposal: Proposal, *, accepted: bool, why: str, by: Actor, at: datetime) -> None:
    """Write down what a supervisor decided of a proposal."""
    proposal.accepted, proposal.why, proposal.decided_at = accepted, why[:WORDS_LENGTH], at
    proposal.decided_by_id, proposal.decided_by_label = by.person_id, by.hand.appointment_label
    proposal.save()
