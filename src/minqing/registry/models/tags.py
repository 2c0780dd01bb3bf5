"""Tags: a vocabulary kept as data, and what hangs on a file from one day to another."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from minqing.kernel.access import Actor, Capability
from minqing.kernel.models import Row
from minqing.kernel.scope import ScopedQuerySet
from minqing.registry import rules
from minqing.registry.permissions import (
    SEE_HEALTH_TAGS,
    SEE_MINORS_TAGS,
    SEE_POVERTY_TAGS,
    SEE_REGISTRY,
)

SENSITIVE_SEEN_WITH: Final = {
    rules.HEALTH: SEE_HEALTH_TAGS,
    rules.POVERTY: SEE_POVERTY_TAGS,
    rules.MINORS: SEE_MINORS_TAGS,
}


class TagKind(Row):
    """A tag that may be put on files of some kinds."""

    public_because: ClassVar[str] = "which tags exist is a published rule; who carries one is not"

    key = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=20, unique=True)
    for_kinds = ArrayField(models.CharField(max_length=20, choices=list(rules.KIND_LABELS.items())))
    is_sensitive = models.BooleanField(default=False)
    category = models.CharField(max_length=12, choices=list(rules.CATEGORY_LABELS.items()), blank=True)
    purpose = models.CharField(max_length=60, default="")
    basis = models.CharField(max_length=8, choices=list(rules.BASIS_LABELS.items()), default=rules.CONSENT)
    basis_words = models.CharField(max_length=60, default="")
    closed_at = models.DateTimeField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "tag_kind"
        ordering = ["position", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_sensitive=False, category="") | (Q(is_sensitive=True) & ~Q(category="")),
                name="tag_kind_sensitive_has_a_category",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def needs_consent(self) -> bool:
        """Whether somebody has to agree before it is put on a file."""
        return self.basis == rules.CONSENT

    @property
    def seen_only_with(self) -> Capability | None:
        """What one needs beside the file to see that somebody carries it."""
        return SENSITIVE_SEEN_WITH[self.category] if self.category else None


class TagQuerySet(ScopedQuerySet["Tag"]):
    """Tags are seen with the file; sensitive ones only with the capability of their category."""

    def visible_to(self, actor: Actor) -> Self:
        seen = Q(area_id__in=actor.visible_areas(SEE_REGISTRY))
        shown = Q(kind__category="")
        for category, capability in SENSITIVE_SEEN_WITH.items():
            if any(one.role in capability.held_by for one in actor.appointments):
                shown |= Q(kind__category=category, area_id__in=actor.visible_areas(capability))
        return self.filter(seen & shown).opened()

    def current(self, on: date) -> Self:
        """Only tags that hold on a day; the last day counts."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), ended_at=None, starts_on__lte=on)


class Tag(Row):
    """A tag on a file: which, by whom, why, from when to when."""

    seen_with: ClassVar[Capability] = SEE_REGISTRY

    subject_kind = models.CharField(max_length=20, choices=list(rules.KIND_LABELS.items()))
    subject_id = models.UUIDField()
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    kind = models.ForeignKey(TagKind, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=rules.REASON_MAX)
    consent = models.CharField(max_length=8, choices=list(rules.CONSENT_LABELS.items()), blank=True)
    consent_on = models.DateField(null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=rules.REASON_MAX, blank=True)

    everything = models.Manager["Tag"]()
    objects = TagQuerySet.as_manager()

    class Meta:
        db_table = "tag"
        base_manager_name = default_manager_name = "everything"
        constraints = [
            # What stands beside here and in tag_kind_area is what search asks of them: it reads no row.
            models.UniqueConstraint(
                fields=["subject_id", "kind"],
                condition=Q(ended_at=None),
                include=["area", "starts_on", "ends_on"],
                name="tag_once_on_a_subject",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="tag_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "area"],
                condition=Q(ended_at=None),
                include=["subject_id", "subject_kind", "starts_on", "ends_on"],
                name="tag_kind_area",
            ),
            models.Index(fields=["subject_id"], name="tag_subject"),
        ]
