"""The mayor's lane: sit-in days with slots to be booked, and the return visits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q

from minqing.cases.permissions import SEE_EXPRESS
from minqing.kernel.access import Capability
from minqing.kernel.models import Row
from minqing.kernel.scope import ScopedQuerySet

PLACE_LENGTH: Final = 80
NOTES_MAX: Final = 1000
SLOTS_MAX: Final = 48  # a day of office hours in ten-minute slots
VISIT, CALL = "visit", "call"
HOW_LABELS: Final = {VISIT: "上门", CALL: "电话"}


class SitInDayQuerySet(ScopedQuerySet["SitInDay"]):
    """Sit-in days are seen where the mayor's lane is."""


class SitInDay(Row):
    """A day on which the mayor, or whoever stands in, sits and listens: where, from when, in slots of how long."""

    seen_with: ClassVar[Capability] = SEE_EXPRESS

    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=PLACE_LENGTH)
    host = models.CharField(max_length=PLACE_LENGTH)  # who sits there, as announced
    slots = models.PositiveSmallIntegerField()
    slot_minutes = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True)

    everything = models.Manager["SitInDay"]()
    objects = SitInDayQuerySet.as_manager()

    class Meta:
        db_table = "case_sit_in_day"
        base_manager_name = default_manager_name = "everything"
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "starts_at"], condition=Q(cancelled_at=None), name="case_sit_in_day_once"
            ),
            models.CheckConstraint(
                condition=Q(slots__gte=1, slots__lte=SLOTS_MAX, slot_minutes__gte=5, slot_minutes__lte=120),
                name="case_sit_in_day_sensible",
            ),
        ]

    def slot_begins(self, number: int) -> datetime:
        """When a slot begins; they are numbered from 1."""
        return self.starts_at + timedelta(minutes=self.slot_minutes * (number - 1))

    @property
    def ends_at(self) -> datetime:
        return self.slot_begins(self.slots + 1)


class SitInBooking(Row):
    """A slot of a sit-in day kept for a case, and what was said there."""

    scoped_through: ClassVar[str] = "case"

    day = models.ForeignKey(SitInDay, on_delete=models.PROTECT, related_name="+")
    slot = models.PositiveSmallIntegerField()
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    booked_at = models.DateTimeField()
    booked_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    came = models.BooleanField(null=True)
    notes = models.CharField(max_length=NOTES_MAX, blank=True)

    class Meta:
        db_table = "case_sit_in_booking"
        ordering = ["slot"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "slot"], condition=Q(cancelled_at=None), name="case_sit_in_slot_once"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(cancelled_at=None, met_at=None), name="case_sit_in_one_ahead"
            ),
            models.CheckConstraint(
                condition=Q(met_at=None, came=None) | Q(met_at__isnull=False, came__isnull=False),
                name="case_sit_in_met_is_said",
            ),
        ]

    @property
    def begins_at(self) -> datetime:
        return self.day.slot_begins(self.slot)


class ReturnVisit(Row):
    """The mayor's return visit to whoever brought a matter: planned for a day, made, and what was found."""

    scoped_through: ClassVar[str] = "case"

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    planned_on = models.DateField()
    how = models.CharField(max_length=10, choices=list(HOW_LABELS.items()))
    host = models.CharField(max_length=PLACE_LENGTH)  # who goes, as announced
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    passed = models.BooleanField(null=True)
    said = models.CharField(max_length=NOTES_MAX, blank=True)

    class Meta:
        db_table = "case_return_visit"
        ordering = ["planned_on", "id"]
        indexes = [
            models.Index(fields=["planned_on"], condition=Q(done_at=None), name="case_return_visit_due")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(done_at=None), name="case_return_visit_one_ahead"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, passed=None)
                | Q(done_at__gte=F("planned_at"), passed__isnull=False),
                name="case_return_visit_done_is_said",
            ),
        ]

    @property
    def how_label(self) -> str:
        return HOW_LABELS[self.how]
