"""Visits, their findings and their photos."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from minqing.diary import rules
from minqing.diary.permissions import SEE_VISITS
from minqing.kernel import clock
from minqing.kernel.access import Capability
from minqing.kernel.ids import random_id
from minqing.kernel.models import Row
from minqing.kernel.scope import ScopedQuerySet


class VisitQuerySet(ScopedQuerySet["Visit"]):
    def under(self, path: str) -> Self:
        """Visits made in an area and below it."""
        return self.filter(area__path__under=path)

    def latest_first(self) -> Self:
        return self.order_by("-visited_at", "-id")


class Visit(Row):
    """One call at a door. ``id`` comes with the form, so that a visit sent twice is one visit."""

    seen_with: ClassVar[Capability] = SEE_VISITS

    # Where the subject lived or worked at the time: a visit does not move away with them.
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey("accounts.Appointment", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=list(rules.KIND_LABELS.items()), default=rules.VISIT)
    # No foreign key: four tables of the registry, and their names are resolved there, under its own scope.
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    visited_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    accuracy_m = models.FloatField(null=True, blank=True)
    met = models.CharField(max_length=rules.MET_MAX, blank=True)
    heard = models.TextField(max_length=rules.TEXT_MAX, blank=True)
    done = models.TextField(max_length=rules.TEXT_MAX, blank=True)
    # Of what was first sent (rules.content_hash); amendments leave it, so that a late resend is still recognised.
    content_hash = models.BinaryField(max_length=32)
    version = models.PositiveIntegerField(default=1)
    amended_at = models.DateTimeField(null=True, blank=True)

    everything = models.Manager()
    objects = VisitQuerySet.as_manager()

    class Meta:
        db_table = "visit"
        base_manager_name = default_manager_name = "everything"
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "visited_at"], name="visit_subject"),
            models.Index(fields=["officer", "visited_at"], name="visit_officer"),
            models.Index(fields=["area", "visited_at"], name="visit_area"),
            models.Index(fields=["visited_at", "id"], name="visit_time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="visit_place_is_on_the_earth",
            ),
            models.CheckConstraint(
                condition=Q(visited_at__lte=models.F("recorded_at")),
                name="visit_is_recorded_after_it_was_made",
            ),
        ]

    @property
    def words(self) -> rules.Words:
        return rules.Words(met=self.met, heard=self.heard, done=self.done, kind=self.kind)

    @property
    def kind_label(self) -> str:
        return rules.KIND_LABELS.get(self.kind, "走访")

    def why_not_amend(self, person_id: UUID, at: datetime) -> str | None:
        """Return why this person may not change it now, or None."""
        return rules.why_not_amend(is_own=self.officer_id == person_id, recorded_at=self.recorded_at, at=at)


class Finding(Row):
    """A sentence picked out of a visit. A case may be opened from it; the case holds its id."""

    scoped_through: ClassVar[str] = "visit"

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="findings")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=rules.FINDING_TEXT_MAX)
    solved_on_spot = models.BooleanField(default=False)
    solution = models.CharField(max_length=rules.FINDING_TEXT_MAX, blank=True)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "visit_finding"
        ordering = ["visit", "number"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "number"], name="visit_finding_number"),
            # Picking the same sentence twice (a double tap) is picking it once.
            models.UniqueConstraint(fields=["visit", "text"], name="visit_finding_once"),
            models.CheckConstraint(
                condition=Q(solved_on_spot=True) | Q(solution=""),
                name="visit_finding_solution_only_if_solved",
            ),
        ]


def photo_name(photo: VisitPhoto, original: str) -> str:
    """Return ``visits/2026/<random>.jpg``: nothing of the telephone's name, nothing to guess."""
    return f"visits/{clock.local(photo.visit.recorded_at).year}/{random_id().hex}.jpg"


class VisitPhoto(Row):
    """A picture, made anew without EXIF (kernel.images); a door serves it after asking ``queries.photo``."""

    scoped_through: ClassVar[str] = "visit"

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="photos")
    number = models.PositiveSmallIntegerField()
    file = models.FileField(upload_to=photo_name, max_length=120)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    sha256 = models.BinaryField(max_length=32)

    class Meta:
        db_table = "visit_photo"
        ordering = ["visit", "number"]
        constraints = [models.UniqueConstraint(fields=["visit", "number"], name="visit_photo_number")]
