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

CHECKING, STAGED, APPLYING, APPLIED = "checking", "staged", "applying", "applied"
STOPPED, REFUSED, EXPIRED = "stopped", "refused", "expired"
STATUS_LABELS: Final = {
    CHECKING: "正在检查", STAGED: "待导入", APPLYING: "正在导入", APPLIED: "已导入", STOPPED: "导入停了",
    REFUSED: "读不出来", EXPIRED: "已过期",
}  # fmt: skip
AT_WORK: Final = (CHECKING, APPLYING)

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
    file_bytes = models.PositiveBigIntegerField(default=0)
    uploaded_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    # The appointment in which it was last acted upon: a job acts in it, as long as it lasts.
    appointment_id = models.UUIDField(null=True)
    expires_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    # Columns the file had and we do not know: said once, above the rows.
    ignored_columns = models.JSONField(default=list)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    # How far it is: when the present stretch of work began, bytes and rows read from the file so far.
    began_at = models.DateTimeField(null=True)
    read_bytes = models.PositiveBigIntegerField(default=0)
    read_rows = models.PositiveIntegerField(default=0)
    refusal = models.CharField(max_length=300, blank=True)  # why it cannot be read, or why applying stopped

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

    @property
    def is_at_work(self) -> bool:
        return self.status in AT_WORK


class ImportChunk(Row):
    """A part of a spreadsheet that is judged and registered whole: households complete, in one transaction."""

    scoped_through: ClassVar[str] = "batch"

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    is_checked = models.BooleanField(default=False)
    is_applied = models.BooleanField(default=False)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "import_chunk"
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_chunk_once")]


class ImportPiece(Row):
    """Some of what is kept of a spreadsheet, sealed: of the uploaded file, or of the rows of one chunk.

    ``part`` says which; written and opened by :mod:`minqing.registry.services.import_store` alone.
    """

    scoped_through: ClassVar[str] = "batch"

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=8)
    chunk = models.PositiveIntegerField(default=0)
    sealed = SealedField()

    class Meta:
        db_table = "import_piece"
        indexes = [models.Index(fields=["batch", "part", "chunk", "id"], name="import_piece_place")]


class ImportRow(Row):
    """One row of a spreadsheet as a page shows it: its number there, its outcome, and its content encrypted."""

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


class ImportMark(models.Model):
    """How a household was when rows were last imported, by which the same rows are known to change nothing.

    ``rows_hash`` is a keyed hash of the household's rows, ``state`` a digest of what the registry held right after: a
    household touched since, by whomever, has another one, and its rows are compared in full again.
    """

    scoped_through: ClassVar[str] = "household"

    household = models.OneToOneField(
        "registry.Household", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    rows_hash = models.BinaryField(max_length=16)
    state = models.BinaryField(max_length=16)

    class Meta:
        db_table = "import_mark"
        indexes = [models.Index(fields=["rows_hash"], name="import_mark_hash")]
