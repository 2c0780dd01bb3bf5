"""The mayor's lane beside its steps: announce sit-in days, book and hold slots, plan and make return visits."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from minqing.areas import public as areas
from minqing.cases.events_express import (
    ReturnVisitMade,
    ReturnVisitPlanned,
    SitInBooked,
    SitInDayMade,
    SitInMet,
)
from minqing.cases.facts import fact
from minqing.cases.models import Case
from minqing.cases.models_express import HOW_LABELS, SLOTS_MAX, ReturnVisit, SitInBooking, SitInDay
from minqing.cases.permissions import RUN_EXPRESS
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.workflow import public as workflow

_SURE: Final = "确实要安排，请勾选下面的“就定在这个时间”再交一次。"


@transaction.atomic
def announce_day(
    *,
    starts_at: datetime,
    place: str,
    host: str,
    slots: int,
    slot_minutes: int,
    by: Actor,
    at: datetime,
    after_hours: bool = False,
) -> SitInDay:
    """Announce a sit-in day of the county: from when, where, who sits, and its slots.

    ``after_hours``: whoever announces it has said that it is meant for a rest day, or for outside office hours; unsaid,
    such a day is :class:`AfterHours`.
    """
    county = areas.county()
    by.require(RUN_EXPRESS, county.path)
    if starts_at <= at:
        raise Refused("坐班日要在现在以后，请核对日期和时间。", field="starts_at")
    if not 1 <= slots <= SLOTS_MAX or not 5 <= slot_minutes <= 120:
        raise Refused(f"时段数在 1 到 {SLOTS_MAX} 之间，每个时段 5 到 120 分钟，请核对。", field="slots")
    if not place.strip() or not host.strip():
        raise Refused("请写明地点和接待人。", field="place")
    _refuse_odd_hours(starts_at, starts_at + timedelta(minutes=slots * slot_minutes), after_hours)
    if SitInDay.everything.filter(area=county, starts_at=starts_at, cancelled_at=None).exists():
        raise Refused("这个时间已经安排了坐班日。", field="starts_at")
    day = SitInDay.everything.create(
        area=county, starts_at=starts_at, place=place, host=host, slots=slots, slot_minutes=slot_minutes,
        made_at=at, made_by_id=by.person_id,
    )  # fmt: skip
    _say_day(day, by=by, at=at, called_off=False)
    return day


class AfterHours(Refused):
    """A day that somebody may mean all the same, and is asked about."""


def _refuse_odd_hours(starts_at: datetime, ends_at: datetime, after_hours: bool) -> None:
    """A sit-in day is one day; on a rest day or outside office hours somebody has to mean it."""
    begins, ends = clock.local(starts_at), clock.local(ends_at)
    if begins.date() != ends.date():
        raise Refused(
            f"最后一个时段要到{workflow.in_words(ends_at)}，过了当天。请少排几个时段，或早点开始。",
            field="slots",
        )
    if after_hours:
        return
    sessions = list(workflow.current_calendar().sessions(begins.date()))
    span = f"{begins:%H:%M} 到 {ends:%H:%M}"
    if not sessions:
        raise AfterHours(f"{begins.month}月{begins.day}日是休息日。{_SURE}", field="starts_at")
    if begins < sessions[0][0] or ends > sessions[-1][1]:
        raise AfterHours(f"{span}，有时段不在办公时间里。{_SURE}", field="starts_at")


@transaction.atomic
def call_off_day(*, day_id: UUID, by: Actor, at: datetime) -> SitInDay:
    """Call a day off on which no slot is kept any more."""
    day = _locked_day(day_id, by)
    if day.cancelled_at is not None:
        return day
    kept = SitInBooking.objects.filter(day=day, cancelled_at=None).count()
    if kept:
        raise Refused(f"这一天还有 {kept} 个时段已预约，请先把它们改到别的日子。")
    day.cancelled_at = at
    day.save(update_fields=["cancelled_at"])
    _say_day(day, by=by, at=at, called_off=True)
    return day


@transaction.atomic
def book(*, case_id: UUID, day_id: UUID, slot: int, by: Actor, at: datetime) -> SitInBooking:
    """Keep a slot for a case; the same asked twice is one booking. Raises ``Conflict`` where it is taken."""
    case = _express_case(case_id, by)
    day = _locked_day(day_id, by)
    if day.cancelled_at is not None:
        raise Refused("这个坐班日已取消，请另选一天。", field="slot")
    if not 1 <= slot <= day.slots:
        raise Refused("没有这个时段，请重新选择。", field="slot")
    if day.slot_begins(slot) <= at:
        raise Refused("这个时段已经过去，请另选一个。", field="slot")
    ahead = (
        SitInBooking.objects.select_related("day").filter(case=case, cancelled_at=None, met_at=None).first()
    )
    if ahead is not None:
        if (ahead.day_id, ahead.slot) == (day.id, slot):
            return ahead
        raise Refused(f"这件事已约在{workflow.in_words(ahead.begins_at)}，要改期请先退掉。", field="slot")
    try:
        with transaction.atomic():
            booking = SitInBooking.objects.create(
                day=day, slot=slot, case=case, booked_at=at, booked_by_id=by.person_id
            )
    except IntegrityError:
        raise Conflict("这个时段刚刚被别的事项约走了，请另选一个。", field="slot") from None
    _say_booking(booking, case, by=by, at=at, given_back=False)
    return booking


@transaction.atomic
def give_back(*, case_id: UUID, by: Actor, at: datetime) -> None:
    """Give the slot back that is kept for a case."""
    case = _express_case(case_id, by)
    booking = _ahead(case)
    booking.cancelled_at = at
    booking.save(update_fields=["cancelled_at"])
    _say_booking(booking, case, by=by, at=at, given_back=True)


@transaction.atomic
def note_meeting(*, case_id: UUID, came: bool, notes: str, by: Actor, at: datetime) -> SitInBooking:
    """Write down what was said on the sit-in day, or that nobody came."""
    case = _express_case(case_id, by)
    booking = _ahead(case)
    if at < booking.begins_at:
        raise Refused("还没有到约定的时间，接待完再记。")
    if came and not notes.strip():
        raise Refused("请写下谈了什么、怎么答复的。", field="notes")
    booking.met_at, booking.came, booking.notes = at, came, notes if came else ""
    booking.save(update_fields=["met_at", "came", "notes"])
    met = SitInMet(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, host=booking.day.host, came=came,
        words=booking.notes,
    )  # fmt: skip
    record(met, by=by.hand, at=at)
    return booking


@transaction.atomic
def plan_return(*, case_id: UUID, on: date, how: str, host: str, by: Actor, at: datetime) -> ReturnVisit:
    """Plan the return visit of a case, or plan it anew while it has not been made."""
    case = _express_case(case_id, by)
    if how not in HOW_LABELS:
        raise Refused("请选择上门还是电话回访。", field="how")
    if on < clock.local(at).date():
        raise Refused("回访的日子已经过去，请核对。", field="on")
    if not host.strip():
        raise Refused("请写明由谁回访。", field="host")
    visit = ReturnVisit.objects.select_for_update().filter(case=case, done_at=None).first()
    if visit is None:
        visit = ReturnVisit(case=case)
    elif (visit.planned_on, visit.how, visit.host) == (on, how, host):
        return visit
    visit.planned_on, visit.how, visit.host = on, how, host
    visit.planned_at, visit.planned_by_id = at, by.person_id
    visit.save()
    planned = ReturnVisitPlanned(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, on=f"{on.year}年{on.month}月{on.day}日",
        how_label=visit.how_label, host=host,
    )  # fmt: skip
    record(planned, by=by.hand, at=at)
    return visit


@transaction.atomic
def note_return(*, case_id: UUID, passed: bool, said: str, by: Actor, at: datetime) -> ReturnVisit:
    """Write down what the return visit found."""
    case = _express_case(case_id, by)
    visit = ReturnVisit.objects.select_for_update().filter(case=case, done_at=None).first()
    if visit is None:
        raise Refused("还没有安排回访，请先安排。")
    if not said.strip():
        raise Refused("请写下企业怎么说。", field="said")
    visit.done_at, visit.passed, visit.said = at, passed, said
    visit.save(update_fields=["done_at", "passed", "said"])
    made = ReturnVisitMade(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, how_label=visit.how_label, host=visit.host,
        passed=passed, words=said,
    )  # fmt: skip
    record(made, by=by.hand, at=at)
    return visit


@fact("sit_in_booked")
def is_booked(case: Case, run: workflow.Run) -> bool:
    """Whether a slot is kept for the case."""
    return SitInBooking.objects.filter(case=case, cancelled_at=None, met_at=None).exists()


@fact("sat_down")
def has_sat_down(case: Case, run: workflow.Run) -> bool:
    """Whether somebody came and was heard since the case waits for that."""
    return SitInBooking.objects.filter(case=case, came=True, met_at__gte=run.entered_at).exists()


@fact("mayor_returned")
def has_returned(case: Case, run: workflow.Run) -> bool:
    """Whether the return visit was made since the unit reported the matter done."""
    return ReturnVisit.objects.filter(case=case, done_at__gte=run.entered_at).exists()


def _express_case(case_id: UUID, by: Actor) -> Case:
    case = Case.objects.visible_to(by).select_related("area", "run").filter(id=case_id).first()
    if case is None or workflow.procedure(case.run.procedure).key != "express_lane":
        raise NotThere
    by.require(RUN_EXPRESS, case.area.path)
    if case.closed_at is not None:
        raise Refused("这件事已经了结。")
    return case


def _locked_day(day_id: UUID, by: Actor) -> SitInDay:
    day = SitInDay.objects.visible_to(by).select_for_update().filter(id=day_id).first()
    if day is None:
        raise NotThere
    by.require(RUN_EXPRESS)
    return day


def _ahead(case: Case) -> SitInBooking:
    found = SitInBooking.objects.select_for_update(of=("self",)).select_related("day")
    booking = found.filter(case=case, cancelled_at=None, met_at=None).first()
    if booking is None:
        raise Refused("这件事还没有预约坐班时段。")
    return booking


def _say_day(day: SitInDay, *, by: Actor, at: datetime, called_off: bool) -> None:
    said = SitInDayMade(
        subject_kind="area", subject_id=day.area_id, area_id=day.area_id, day_id=day.id, begins_at=day.starts_at,
        place=day.place, host=day.host, called_off=called_off,
    )  # fmt: skip
    record(said, by=by.hand, at=at)


def _say_booking(booking: SitInBooking, case: Case, *, by: Actor, at: datetime, given_back: bool) -> None:
    said = SitInBooked(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, begins_at=booking.begins_at,
        place=booking.day.place, given_back=given_back,
    )  # fmt: skip
    record(said, by=by.hand, at=at)
