"""A spreadsheet's way in: uploaded and checked, shown, applied once, forgotten after a week."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, connection, transaction

from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.text import clean_line
from minqing.registry import rules
from minqing.registry.events import SpreadsheetApplied, SpreadsheetUploaded
from minqing.registry.models import ImportBatch, ImportRow
from minqing.registry.models.imports import (
    APPLIED,
    BAD,
    CHANGED,
    EXPIRED,
    IMPORT_KINDS,
    NEW,
    STAGED,
    UNCHANGED,
)
from minqing.registry.permissions import IMPORT_REGISTRY
from minqing.registry.services.enterprise_plan import (
    PlannedEnterprise,
    plan_enterprises,
    write_enterprises,
)
from minqing.registry.services.import_rows import CheckedRow, Problem, check_row, match_header
from minqing.registry.services.import_scope import Scope
from minqing.registry.services.planned import PlannedResident, ResidentPlan
from minqing.registry.services.resident_plan import plan_residents
from minqing.registry.services.resident_writing import ResidentWriter
from minqing.registry.services.spreadsheet import read_sheet

KEPT: Final = timedelta(days=7)  # long enough to mend a list, short enough to hold strangers' numbers
STAGED_MAX: Final = 10  # of one person: who needs more has forgotten the first
FILE_NAME_MAX: Final = 120
WRITE: Final = 2_000
# One import at a time in a county: two files about one household would each decide on what the other changes.
_LOCK: Final = 7_201_001


def stage_import(*, upload: UploadedFile[bytes], kind: str, by: Actor, at: datetime) -> ImportBatch:
    """Read a spreadsheet, check and match every row, and keep it encrypted until somebody applies it.

    Refuses a file that cannot be read at all; bad rows are kept and listed.
    """
    acting = by.acting
    by.require(IMPORT_REGISTRY)
    if acting is None or kind not in IMPORT_KINDS:
        raise Refused("请选择导入什么。", field="kind")
    waiting = ImportBatch.objects.visible_to(by).filter(status=STAGED, expires_at__gt=at).count()
    if waiting >= STAGED_MAX:
        raise Refused(f"您有 {waiting} 份表格还没有处理，请先导入或放弃几份。")
    today = clock.local(at).date()
    rows = read_sheet(upload.name or "", _file(upload), upload.size or 0)
    columns, ignored = match_header(rows[0], kind)
    checked = [check_row(row, columns, kind, today) for row in rows[1:]]
    planned = _plan(kind, checked, acting.area_path, at, lock=False)
    with transaction.atomic():
        batch = ImportBatch(
            id=uuid7(at), area_id=acting.area_id, kind=kind, file_name=_safe_name(upload.name or ""),
            uploaded_by_id=by.person_id, uploaded_at=at, expires_at=at + KEPT, ignored_columns=ignored,
        )  # fmt: skip
        _count(batch, planned)
        batch.save(force_insert=True)
        ImportRow.objects.bulk_create([_row(batch, one) for one in planned], batch_size=WRITE)
        uploaded = SpreadsheetUploaded(
            subject_kind="import", subject_id=batch.id, area_id=batch.area_id, what=IMPORT_KINDS[kind],
            rows=batch.rows, bad=batch.bad,
        )  # fmt: skip
        record(uploaded, by=by.hand, at=at)
    return batch


def apply_import(*, batch_id: UUID, by: Actor, at: datetime) -> ImportBatch:
    """Register the good rows of a spreadsheet, all of them or (if the database refuses) none; twice is once.

    Every row is judged again on what is on file now, with those rows locked.
    """
    try:
        with transaction.atomic():
            return _apply(batch_id, by, at)
    except IntegrityError as error:
        raise Conflict("刚才有人登记了表里的人或户，这次没有导入任何一行。请再点一次“导入”。") from error


def discard_import(*, batch_id: UUID, by: Actor) -> None:
    """Throw a staged spreadsheet away."""
    with transaction.atomic():
        batch = _locked(batch_id, by)
        if batch.status == STAGED:
            ImportRow.objects.filter(batch=batch).delete()
            batch.status = EXPIRED
            batch.save(update_fields=["status"])


def expire_imports(at: datetime) -> int:
    """Delete the rows of spreadsheets older than a week; the counts stay. Return how many rows."""
    with transaction.atomic():
        rows = ImportRow.objects.filter(batch__expires_at__lte=at).delete()[0]
        ImportBatch.everything.filter(status=STAGED, expires_at__lte=at).update(status=EXPIRED)
    return rows


def _apply(batch_id: UUID, by: Actor, at: datetime) -> ImportBatch:
    batch = _locked(batch_id, by)
    if batch.applied_at is not None:
        return batch
    if batch.status == EXPIRED or batch.expires_at <= at:
        raise Refused("这份表格已过期（只保留 7 天），请重新上传。")
    by.require(IMPORT_REGISTRY, batch.area.path)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    rows = list(ImportRow.objects.filter(batch=batch).order_by("number"))
    checked = [_checked(row) for row in rows]
    today = clock.local(at).date()
    if batch.kind == "residents":
        plan = plan_residents(checked, Scope(batch.area.path, rules.HOME_LEVELS), today=today, lock=True)
        planned: Sequence[PlannedResident | PlannedEnterprise] = plan.rows
        _count(batch, planned)
        outcomes = {one.row.number: one.outcome for one in planned}
        ResidentWriter(plan, batch.id, by=by, at=at, today=today).write()
    else:
        firms = plan_enterprises(checked, Scope(batch.area.path, rules.SITE_LEVELS), lock=True)
        planned = firms
        _count(batch, planned)
        outcomes = {one.row.number: one.outcome for one in planned}
        write_enterprises(firms, batch.id, by=by, at=at)
    batch.status, batch.applied_at = APPLIED, at
    batch.save()
    # What went in is on file now; only the rows to mend are kept, for the list of errors.
    ImportRow.objects.filter(batch=batch).delete()
    bad = [one for one in planned if outcomes[one.row.number] == BAD]
    ImportRow.objects.bulk_create([_row(batch, one) for one in bad], batch_size=WRITE)
    applied = SpreadsheetApplied(
        subject_kind="import", subject_id=batch.id, area_id=batch.area_id, what=IMPORT_KINDS[batch.kind],
        added=batch.new, changed=batch.changed, unchanged=batch.unchanged, bad=batch.bad,
    )  # fmt: skip
    record(applied, by=by.hand, at=at)
    return batch


def _locked(batch_id: UUID, by: Actor) -> ImportBatch:
    batch = (
        ImportBatch.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("area")
        .defer("area__outline")
        .filter(id=batch_id)
        .first()
    )
    if batch is None:
        raise NotThere
    return batch


def _plan(
    kind: str, checked: list[CheckedRow], path: str, at: datetime, *, lock: bool
) -> Sequence[PlannedResident | PlannedEnterprise]:
    if kind == "residents":
        plan: ResidentPlan = plan_residents(
            checked, Scope(path, rules.HOME_LEVELS), today=clock.local(at).date(), lock=lock
        )
        return plan.rows
    return plan_enterprises(checked, Scope(path, rules.SITE_LEVELS), lock=lock)


def _count(batch: ImportBatch, planned: Sequence[PlannedResident | PlannedEnterprise]) -> None:
    counts = Counter(one.outcome for one in planned)
    batch.new, batch.changed = counts[NEW], counts[CHANGED]
    batch.unchanged, batch.bad = counts[UNCHANGED], counts[BAD]


def _row(batch: ImportBatch, one: PlannedResident | PlannedEnterprise) -> ImportRow:
    changes = [*one.changes, *getattr(one, "home_changes", ())]
    content = {
        "values": one.row.values,
        "own": one.row.own,
        "problems": [list(astuple(problem)) for problem in one.row.problems],
        "changes": [list(astuple(change)) for change in changes],
    }
    return ImportRow(
        batch=batch, number=one.row.number, outcome=one.outcome, has_problems=bool(one.row.problems),
        sealed=json.dumps(content, ensure_ascii=False, separators=(",", ":")),
    )  # fmt: skip


def _checked(row: ImportRow) -> CheckedRow:
    content: dict[str, Any] = json.loads(row.sealed or "{}")
    # Only what the row alone got wrong stays; everything else is judged anew, so a grid opened meanwhile counts.
    problems = [Problem(*problem) for problem in content["problems"][: content["own"]]]
    return CheckedRow(row.number, content["values"], problems, content["own"])


def _file(upload: UploadedFile[bytes]) -> Any:
    if upload.file is None:
        raise Refused("没有收到文件，请重新选择。", field="file")
    return upload.file


def _safe_name(name: str) -> str:
    name = clean_line(name)
    return name if len(name) <= FILE_NAME_MAX else name[: FILE_NAME_MAX - 1] + "…"
