"""Spreadsheets between upload and registration; what they hold lies encrypted and goes after a week."""

from __future__ import annotations

from typing import ClassVar, Final, Self

from django.db import models
from django.db.models import Q

from minqing.kernel.access import Actor, Capability
from minqing.kernel.models import Row
from minqing.kernel.scope import ScopedQuerySet
from minqing.kernel.sealed import SealedField
from minqing.registry.permissions import IMPORT_REGISTRY

IMPORT_KINDS: Final = {"residents": "居民与户", "enterprises": "企业"}

STAGED, APPLIED, EXPIRED = "staged", "applied", "expired"
STATUS_LABELS: Final = {STAGED: "待导入", APPLIED: "已导入", EXPIRED: "已过期"}

NEW, CHANGED, UNCHANGED, BAD = "new", "changed", "unchanged", "bad"
OUTCOME_LABELS: Final = {NEW: "新增", CHANGED: "更新", UNCHANGED: "无变化", BAD: "有误"}


class ImportBatchQuerySet(ScopedQuerySet["ImportBatch"]):
    """A staged spreadsheet belongs to whoever uploaded it, as long as they may import there."""

    def visible_to(self, actor: Actor) -> Self:
        return super().visible_to(actor).filter(uploaded_by_id=actor.person_id)


class ImportBatch(Row):
    """One spreadsheet: uploaded and checked, perhaps applied, in the end only counts."""

    seen_with: ClassVar[Capability] = IMPORT_REGISTRY

    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=list(IMPORT_KINDS.items()))
    status = models.CharField(max_length=10, choices=list(STATUS_LABELS.items()), default=STAGED)
    file_name = models.CharField(max_length=120)
    uploaded_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    # Columns the file had and we do not know: said once, above the rows.
    ignored_columns = models.JSONField(default=list)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)

    everything = models.Manager["ImportBatch"]()
    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        db_table = "import_batch"
        base_manager_name = default_manager_name = "everything"
        indexes = [
            models.Index(fields=["uploaded_by", "-uploaded_at"], name="import_batch_person"),
            models.Index(fields=["expires_at"], condition=~Q(status=EXPIRED), name="import_batch_expiry"),
        ]

    @property
    def rows(self) -> int:
        return self.new + self.changed + self.unchanged + self.bad


class ImportRow(Row):
    """One row of a spreadsheet: its number there, its outcome, and its content encrypted."""

    scoped_through: ClassVar[str] = "batch"

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=list(OUTCOME_LABELS.items()))
    has_problems = models.BooleanField(default=False)
    # JSON {"values": …, "problems": [[column, sentence, is_error], …], "changes": [[label, before, after], …]}
    sealed = SealedField()

    class Meta:
        db_table = "import_row"
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "outcome", "number"], name="import_row_outcome")]
