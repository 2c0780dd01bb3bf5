"""Write what stands beside the matters of the lanes: sponsors, sit-in days with their slots, return visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps

from minqing.areas.public import county
from minqing.cases.public import (
    Case,
    ReturnVisitMade,
    ReturnVisitPlanned,
    SitInBooked,
    SitInDayMade,
    SitInMet,
)
from minqing.seed.copying import copy_in
from minqing.seed.files import Files
from minqing.seed.lanes import (
    ANNOUNCED_DAYS,
    SIT_IN_HOST,
    SIT_IN_PLACE,
    SLOT_MINUTES,
    SLOTS,
    Lanes,
    LaneSeed,
    ReturnSeed,
    SittingSeed,
)
from minqing.workflow.events import SponsorNamed
from minqing.workflow.public import Run

HOW_LABELS = {"visit": "上门", "call": "电话"}


def write_beside(lanes: Lanes, files: Files, runs: Sequence[Run]) -> None:
    """Add the rows to those that `files` has beside the cases, and their entries to the chronicle.

    `runs`: of the matters of the lanes, in their order; their cases are the last that were filed.
    """
    _Beside(lanes, files).write(runs)


class _Beside:
    def __init__(self, lanes: Lanes, files: Files) -> None:
        self.lanes, self.files = lanes, files
        self.chronicle, self.register = files.chronicle, files.register
        self.hand = self.register.hand(lanes.officer)
        self.day_ids: dict[datetime, UUID] = {}

    def write(self, runs: Sequence[Run]) -> None:
        for starts_at in self.lanes.days:
            self._day(starts_at)
        filed = self.files.cases[-len(runs) :]
        for lane, case, run in zip(self.lanes.told, filed, runs, strict=True):
            for sitting in lane.sittings:
                self._sitting(case, sitting)
            for visit in lane.returns:
                self._return(case, visit)
            self._sponsor(lane, case, run)

    def _add(self, name: str, at: datetime, **values: Any) -> UUID:
        """Add a row of cases; not shown at its front door, since only cases writes it."""
        row = apps.get_model("cases", name)(id=self.files.ids.at(at), **values)
        if name == "SitInDay":
            copy_in([row])  # bookings refer to it
        else:
            self.files.beside.append(row)
        id_: UUID = row.pk
        return id_

    def _day(self, starts_at: datetime) -> None:
        area, made_at = county(), min(starts_at - timedelta(days=ANNOUNCED_DAYS), self.files.world.now)
        self.day_ids[starts_at] = day_id = self._add(
            "SitInDay", made_at, area_id=area.id, starts_at=starts_at, place=SIT_IN_PLACE, host=SIT_IN_HOST,
            slots=SLOTS, slot_minutes=SLOT_MINUTES, made_at=made_at, made_by_id=self.hand.person_id,
        )  # fmt: skip
        made = SitInDayMade(
            subject_kind="area", subject_id=area.id, area_id=area.id, day_id=day_id, begins_at=starts_at,
            place=SIT_IN_PLACE, host=SIT_IN_HOST, called_off=False,
        )  # fmt: skip
        self.chronicle.note(made, by=self.hand, at=made_at)

    def _sitting(self, case: Case, one: SittingSeed) -> None:
        self._add(
            "SitInBooking", one.booked_at, day_id=self.day_ids[one.starts_at], slot=one.slot, case=case,
            booked_at=one.booked_at, booked_by_id=self.hand.person_id, met_at=one.met_at,
            came=True if one.met_at else None, notes=one.notes,
        )  # fmt: skip
        begins_at = one.starts_at + timedelta(minutes=SLOT_MINUTES * (one.slot - 1))
        about: dict[str, Any] = {"subject_kind": "case", "subject_id": case.id, "area_id": case.area_id}
        booked = SitInBooked(**about, begins_at=begins_at, place=SIT_IN_PLACE, given_back=False)
        self.chronicle.note(booked, by=self.hand, at=one.booked_at)
        if one.met_at:
            met = SitInMet(**about, host=SIT_IN_HOST, came=True, words=one.notes)
            self.chronicle.note(met, by=self.hand, at=one.met_at)

    def _return(self, case: Case, one: ReturnSeed) -> None:
        self._add(
            "ReturnVisit", one.planned_at, case=case, planned_on=one.planned_on, how=one.how, host=SIT_IN_HOST,
            planned_at=one.planned_at, planned_by_id=self.hand.person_id, done_at=one.done_at, passed=one.passed,
            said=one.said,
        )  # fmt: skip
        about: dict[str, Any] = {"subject_kind": "case", "subject_id": case.id, "area_id": case.area_id}
        on = f"{one.planned_on.year}年{one.planned_on.month}月{one.planned_on.day}日"
        label = HOW_LABELS[one.how]
        planned = ReturnVisitPlanned(**about, on=on, how_label=label, host=SIT_IN_HOST)
        self.chronicle.note(planned, by=self.hand, at=one.planned_at)
        if one.done_at:
            passed = bool(one.passed)
            made = ReturnVisitMade(**about, how_label=label, host=SIT_IN_HOST, passed=passed, words=one.said)
            self.chronicle.note(made, by=self.hand, at=one.done_at)

    def _sponsor(self, lane: LaneSeed, case: Case, run: Run) -> None:
        if lane.sponsor is None:
            return
        who, by, at = lane.sponsor
        hand = self.register.hand(who)
        run.sponsor_id = hand.person_id
        run.save(update_fields=["sponsor"])
        assert hand.person_id is not None  # the hand of an appointment is a person's
        named = SponsorNamed(
            subject_kind="case", subject_id=case.id, area_id=case.area_id, name=hand.person_name,
            label=hand.appointment_label, person_id=hand.person_id,
        )  # fmt: skip
        self.chronicle.note(named, by=self.register.hand(by), at=at)
