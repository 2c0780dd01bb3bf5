"""Two files that may be of one person, what was decided of them, and merges that can be undone."""

from __future__ import annotations

from typing import ClassVar, Final, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from minqing.kernel.access import Actor, Capability
from minqing.kernel.models import Row
from minqing.kernel.scope import ScopedQuerySet
from minqing.kernel.sealed import SealedField
from minqing.registry import rules
from minqing.registry.models.subjects import Resident
from minqing.registry.permissions import MERGE_RESIDENTS

OPEN, NOT_SAME, MERGED = "open", "not_same", "merged"
PAIR_LABELS: Final = {OPEN: "待核对", NOT_SAME: "不是同一人", MERGED: "已合并"}
REASON_WORDS_MAX: Final = 40


class PairQuerySet(ScopedQuerySet["DuplicatePair"]):
    """A pair is seen by whoever sees both files: half of a pair would say that there is another."""

    def visible_to(self, actor: Actor) -> Self:
        areas = actor.visible_areas(MERGE_RESIDENTS)
        return self.filter(first__area_id__in=areas, second__area_id__in=areas).opened()


class DuplicatePair(Row):
    """Two files that look like one person's. ``first`` is the one with the smaller id."""

    seen_with: ClassVar[Capability] = MERGE_RESIDENTS

    first = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    score = models.SmallIntegerField()
    # Words that name no value: “姓名同音”, “电话相同”.
    reasons = ArrayField(models.CharField(max_length=REASON_WORDS_MAX))
    against = ArrayField(models.CharField(max_length=REASON_WORDS_MAX))
    found_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=list(PAIR_LABELS.items()), default=OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    words = models.CharField(max_length=rules.REASON_MAX, blank=True)

    everything = models.Manager["DuplicatePair"]()
    objects = PairQuerySet.as_manager()

    class Meta:
        db_table = "resident_duplicate"
        base_manager_name = default_manager_name = "everything"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"),
        ]
        indexes = [
            models.Index(fields=["-score", "id"], condition=Q(state=OPEN), name="duplicate_open"),
            models.Index(fields=["second"], name="duplicate_second"),
        ]


class ResidentMerge(Row):
    """One file merged into another, with all that undoing it takes."""

    seen_with: ClassVar[Capability] = MERGE_RESIDENTS

    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    kept = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    # JSON of what both files said before; emptied once it can no longer be undone.
    before = SealedField()

    everything = models.Manager["ResidentMerge"]()
    objects = ScopedQuerySet["ResidentMerge"].as_manager()

    class Meta:
        db_table = "resident_merge"
        base_manager_name = default_manager_name = "everything"
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at=None), name="merged_into_one"),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two"),
        ]
        indexes = [models.Index(fields=["kept"], name="merge_kept")]
