"""Broken glasses with their reviews, notices to people, alarms."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from minqing.disclosure import rules
from minqing.disclosure.permissions import REVIEW_ACCESS, SEE_ALARMS
from minqing.kernel.access import Actor, Capability
from minqing.kernel.models import Row
from minqing.kernel.scope import ScopedQuerySet


class BreakGlassQuerySet(ScopedQuerySet["BreakGlass"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own, those that the acting appointment is to judge, and what is overdue where one sees the alarms."""
        seen = Q(person_id=actor.person_id)
        for held in actor.appointments:
            if held.role in REVIEW_ACCESS.held_by:
                seen |= Q(reviewer_role=held.role.key, reviewer_area_id=held.area_id)
        late = ~Q(overdue_at=None) | Q(verdict=rules.UNJUSTIFIED)
        return self.filter(seen | late & Q(area_id__in=actor.visible_areas(SEE_ALARMS))).opened()

    def unreviewed(self) -> Self:
        return self.filter(reviewed_at=None)

    def due_before(self, at: datetime) -> Self:
        """Those whose 72 hours have run out, whether or not the job has marked them yet."""
        return self.filter(review_due_at__lte=at)


class BreakGlass(Row):
    """A file opened without a link, against a reason, for half an hour; and what a superior said of it."""

    seen_with: ClassVar[Capability] = REVIEW_ACCESS

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey("accounts.Appointment", on_delete=models.PROTECT, related_name="+")
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=12, choices=list(rules.CATEGORIES.items()))
    words = models.CharField(max_length=rules.WORDS_MAX)
    begun_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # The post that judges, not the person: whoever holds it when the page is opened.
    reviewer_role = models.CharField(max_length=30)
    reviewer_area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    review_due_at = models.DateTimeField()
    overdue_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=12, blank=True, choices=list(rules.VERDICTS.items()))
    verdict_words = models.CharField(max_length=rules.WORDS_MAX, blank=True)

    everything = models.Manager["BreakGlass"]()
    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        db_table = "break_glass"
        base_manager_name = default_manager_name = "everything"
        indexes = [
            models.Index(fields=["person", "subject_id", "ends_at"], name="break_glass_person"),
            models.Index(
                fields=["reviewer_area", "reviewer_role"],
                condition=Q(reviewed_at=None),
                name="break_glass_to_do",
            ),
            models.Index(fields=["review_due_at"], condition=Q(reviewed_at=None), name="break_glass_due"),
            models.Index(fields=["begun_at", "id"], name="break_glass_time"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("begun_at")), name="break_glass_ends"),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, verdict="", reviewed_by=None)
                | (~Q(reviewed_at=None) & ~Q(verdict="") & ~Q(reviewed_by=None)),
                name="break_glass_verdict_has_a_judge",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("person")), name="break_glass_not_by_oneself"
            ),
        ]

    @property
    def category_label(self) -> str:
        return rules.CATEGORIES.get(self.category, "其他")

    @property
    def verdict_label(self) -> str:
        return rules.VERDICTS.get(self.verdict, "")


class AccessAlarmQuerySet(ScopedQuerySet["AccessAlarm"]):
    def latest_first(self) -> Self:
        return self.order_by("-made_at", "-id")


class AccessAlarm(Row):
    """For the security administrator: numbers beyond the limit, a glass nobody judged, one without a reason."""

    seen_with: ClassVar[Capability] = SEE_ALARMS

    kind = models.CharField(max_length=12, choices=list(rules.ALARM_LABELS.items()))
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    glass = models.ForeignKey(BreakGlass, on_delete=models.PROTECT, null=True, related_name="+")
    # The hour it is raised for: a hundred refused tries in one are one alarm.
    hour = models.DateTimeField()
    sentence = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    cleared_words = models.CharField(max_length=rules.WORDS_MAX, blank=True)

    everything = models.Manager["AccessAlarm"]()
    objects = AccessAlarmQuerySet.as_manager()

    class Meta:
        db_table = "access_alarm"
        base_manager_name = default_manager_name = "everything"
        indexes = [models.Index(fields=["made_at", "id"], name="access_alarm_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "hour", "glass"], nulls_distinct=False, name="access_alarm_once"
            ),
        ]

    @property
    def kind_label(self) -> str:
        return rules.ALARM_LABELS[self.kind]


class AccessNotice(Row):
    """A line to a superior or the security administrator; gone from their first page once they have read it."""

    scoped_through: ClassVar[str] = "person"

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    glass = models.ForeignKey(BreakGlass, on_delete=models.PROTECT, null=True, related_name="+")
    sentence = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_notice"
        indexes = [
            models.Index(fields=["person"], condition=Q(read_at=None), name="access_notice_unread"),
        ]
