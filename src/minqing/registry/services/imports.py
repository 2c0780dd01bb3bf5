"""A spreadsheet's way in: uploaded, read and checked, shown, applied once, forgotten after a week.

A small one is checked while its uploader waits, and applied the same way. A large one is taken over by the worker,
chunk by chunk, each in a transaction that also says it is done: after a crash the work goes on behind the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zlib import crc32

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from procrastinate.contrib.django import app

from minqing.accounts.public import actor_of
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.text import clean_line
from minqing.registry.events import SpreadsheetApplied, SpreadsheetUploaded
from minqing.registry.models import ImportBatch, ImportChunk, ImportRow
from minqing.registry.models.imports import (
    APPLIED,
    APPLYING,
    BAD,
    CHECKING,
    EXPIRED,
    IMPORT_KINDS,
    REFUSED,
    STAGED,
    STOPPED,
)
from minqing.registry.permissions import IMPORT_REGISTRY
from minqing.registry.services import import_store as store
from minqing.registry.services.import_chunks import settle_unchanged
from minqing.registry.services.import_helper import warm_up
from minqing.registry.services.import_lanes import APPLY, CHECK, Task, analyse, side_by_side
from minqing.registry.services.import_reading import read_file
from minqing.registry.services.import_rows import match_header
from minqing.registry.services.spreadsheet import FILE_BYTES_MAX, read_sheet

KEPT: Final = timedelta(days=7)  # long enough to mend a list, short enough to hold strangers' numbers
STAGED_MAX: Final = 10  # of one person: who needs more has forgotten the first
FILE_NAME_MAX: Final = 120
# What is checked and applied while somebody waits: a village's register, a second or two.
AT_ONCE_BYTES: Final = 200_000
AT_ONCE_WORKBOOK_BYTES: Final = 70_000
AT_ONCE_ROWS: Final = 1_500
HELPED_BYTES_MIN: Final = 1_000_000  # the helper may be started while such a file is read
CHECK_JOB: Final = "registry.check_import"
APPLY_JOB: Final = "registry.apply_import"
_LOCK: Final = 7_201_002
_IN_TURN: Final = "registry.apply_import"
_BROKE_OFF: Final = "服务器处理这份表格时出了故障，已记录在服务器日志里。"


def stage_import(*, upload: UploadedFile[bytes], kind: str, by: Actor, at: datetime) -> ImportBatch:
    """Keep a spreadsheet encrypted and have every row checked: a small one at once, a large one by the worker.

    Refuses a file that cannot be read at all (of a large one, what shows at its beginning); bad rows are listed.
    """
    acting = by.acting
    by.require(IMPORT_REGISTRY)
    if acting is None or kind not in IMPORT_KINDS:
        raise Refused("请选择导入什么。", field="kind")
    open_ones = ImportBatch.objects.visible_to(by).filter(expires_at__gt=at)
    waiting = open_ones.filter(status__in=(STAGED, CHECKING)).count()
    if waiting >= STAGED_MAX:
        raise Refused(f"您有 {waiting} 份表格还没有处理，请先导入或放弃几份。")
    size = upload.size or 0
    if size > FILE_BYTES_MAX:
        raise Refused(f"文件超过 {FILE_BYTES_MAX // 1024 // 1024} MB，请分成几份上传。", field="file")
    with transaction.atomic():
        batch = ImportBatch(
            id=uuid7(at), area_id=acting.area_id, kind=kind, status=CHECKING, file_bytes=size,
            file_name=_safe_name(upload.name or ""), uploaded_by_id=by.person_id, uploaded_at=at,
            appointment_id=acting.id, expires_at=at + KEPT, began_at=at,
        )  # fmt: skip
        batch.save(force_insert=True)
        batch.file_bytes = store.put_file(batch.id, _file(upload))
        batch.save(update_fields=["file_bytes"])
        if batch.file_bytes <= _at_once_bytes(batch):
            _check(batch, by, at)
        else:
            _refuse_at_a_glance(batch)
            app.configure_task(CHECK_JOB).defer(batch_id=str(batch.id))
    return batch


def _at_once_bytes(batch: ImportBatch) -> int:
    return AT_ONCE_WORKBOOK_BYTES if batch.file_name.lower().endswith(".xlsx") else AT_ONCE_BYTES


def _refuse_at_a_glance(batch: ImportBatch) -> None:
    """Refuse a large CSV file whose encoding or header is wrong while its uploader is still there."""
    if not batch.file_name.lower().endswith(".xlsx"):
        file = store.buffered(store.StoredFile(batch.id, batch.file_bytes))
        match_header(next(read_sheet(batch.file_name, file, batch.file_bytes, glance=True)), batch.kind)


def check_import(batch_id: UUID, at: datetime, *, is_last_try: bool = False) -> None:
    """Read and check a large spreadsheet, going on behind what an earlier run has finished (a job)."""
    batch = _at_work(batch_id, CHECKING)
    if batch is None:
        return
    try:
        with _alone_at(batch):
            _check(batch, _uploader(batch, at), at, in_background=True)
    except Refused as refused:
        _end(batch, REFUSED, refused.message)
    except Exception:
        if is_last_try:
            _end(batch, REFUSED, f"{_BROKE_OFF}请稍后再上传一次。")
        raise


def _check(batch: ImportBatch, by: Actor, at: datetime, *, in_background: bool = False) -> None:
    chunks = ImportChunk.objects.filter(batch=batch)
    if not chunks.exists():
        today = clock.local(batch.uploaded_at).date()
        if in_background and batch.file_bytes >= HELPED_BYTES_MIN:
            read_file(batch, today, want_help=warm_up)
        else:
            read_file(batch, today)
    task = Task(batch, CHECK, by, at)
    if in_background:
        side_by_side(task, batch.read_rows)
    else:
        task.run()
    with transaction.atomic():
        _wait_for_all(batch, "is_checked")
        _add_up(batch)
        batch.status = STAGED
        batch.save()
        uploaded = SpreadsheetUploaded(
            subject_kind="import", subject_id=batch.id, area_id=batch.area_id, what=IMPORT_KINDS[batch.kind],
            rows=batch.rows, bad=batch.bad,
        )  # fmt: skip
        record(uploaded, by=by.hand, at=at)


def apply_import(*, batch_id: UUID, by: Actor, at: datetime) -> ImportBatch:
    """Register the good rows of a spreadsheet; twice is once. A large one is left to the worker.

    Every chunk is judged again on what is on file now, with those rows locked, and goes in whole or not at all. A small
    spreadsheet is one chunk.
    """
    with transaction.atomic():
        batch = _locked(batch_id, by)
        if batch.status in (APPLIED, APPLYING):
            return batch
        if batch.status == EXPIRED or batch.expires_at <= at:
            raise Refused("这份表格已过期（只保留 7 天），请重新上传。")
        if batch.status not in (STAGED, STOPPED):
            raise Refused("这份表格还没有检查好，请等检查完再导入。")
        by.require(IMPORT_REGISTRY, batch.area.path)
        batch.status, batch.began_at, batch.refusal = APPLYING, at, ""
        batch.appointment_id = by.acting.id if by.acting else None
        batch.save()
        settle_unchanged(batch)
        if batch.rows > AT_ONCE_ROWS:
            app.configure_task(APPLY_JOB, lock=_IN_TURN).defer(batch_id=str(batch.id))
            return batch
        try:
            with transaction.atomic():
                Task(batch, APPLY, by, at, is_alone=True).run(tries=1)
                _finish(batch, by, at)
        except IntegrityError as error:
            raise Conflict("刚才有人登记了表里的人或户，这次没有导入任何一行。请再点一次“导入”。") from error
        return batch


def carry_on_import(batch_id: UUID, at: datetime, *, is_last_try: bool = False) -> None:
    """Apply a large spreadsheet, going on behind the last chunk that is in (a job)."""
    batch = _at_work(batch_id, APPLYING)
    if batch is None:
        return
    try:
        by = _uploader(batch, at)
        by.require(IMPORT_REGISTRY, batch.area.path)
        with _alone_at(batch):
            side_by_side(Task(batch, APPLY, by, at), batch.rows)
            _finish(batch, by, at)
        analyse()
    except Refused as refused:
        _end(batch, STOPPED, refused.message)
    except Exception:
        if is_last_try:
            _end(batch, STOPPED, f"{_BROKE_OFF}请稍后点“继续导入”，已登记的不会重复。")
        raise


def help_with(batch_id: UUID, stretch: str, at: datetime, *, goes_on: Callable[[], bool]) -> None:
    """Take chunks of a spreadsheet that another process works on (the process of a lane)."""
    batch = _at_work(batch_id, CHECKING if stretch == CHECK else APPLYING)
    if batch is not None:
        Task(batch, stretch, _uploader(batch, at), at).run(goes_on=goes_on)


def discard_import(*, batch_id: UUID, by: Actor) -> None:
    """Throw a spreadsheet away that nothing of has been registered."""
    with transaction.atomic():
        batch = _locked(batch_id, by)
        if batch.status == APPLYING:
            raise Refused("正在导入，不能放弃。")
        if batch.status in (STAGED, CHECKING):
            _forget(batch)
            batch.status = EXPIRED
            batch.save(update_fields=["status"])


def expire_imports(at: datetime) -> int:
    """Delete what spreadsheets older than a week still hold; the counts stay. Return how many rows were listed."""
    with transaction.atomic():
        old = ImportBatch.everything.select_for_update().filter(expires_at__lte=at).exclude(status=APPLYING)
        rows = ImportRow.objects.filter(batch__in=old).count()
        for batch in old.exclude(status=EXPIRED):
            _forget(batch)
        old.filter(status__in=(STAGED, CHECKING)).update(status=EXPIRED)
    return rows


def _forget(batch: ImportBatch) -> None:
    store.drop_pieces(batch.id)
    ImportRow.objects.filter(batch=batch).delete()


def _finish(batch: ImportBatch, by: Actor, at: datetime) -> None:
    with transaction.atomic():
        _wait_for_all(batch, "is_applied")
        _add_up(batch)
        batch.status, batch.applied_at = APPLIED, at
        batch.save()
        # What went in is on file now; only the rows to mend are kept, for the list of errors.
        store.drop_pieces(batch.id)
        ImportRow.objects.filter(batch=batch).exclude(outcome=BAD).delete()
        applied = SpreadsheetApplied(
            subject_kind="import", subject_id=batch.id, area_id=batch.area_id, what=IMPORT_KINDS[batch.kind],
            added=batch.new, changed=batch.changed, unchanged=batch.unchanged, bad=batch.bad,
        )  # fmt: skip
        record(applied, by=by.hand, at=at)


def _wait_for_all(batch: ImportBatch, done: str) -> None:
    """Wait for chunks that others still hold (a helper that outlived its worker). Raises when one was not finished."""
    chunks = ImportChunk.objects.select_for_update().filter(batch=batch).values_list(done, flat=True)
    if not all(list(chunks)):
        raise StillAtWork(str(batch.id))


def _add_up(batch: ImportBatch) -> None:
    names = ("new", "changed", "unchanged", "bad")
    sums = ImportChunk.objects.filter(batch=batch).aggregate(**{name: Sum(name) for name in names})
    for name in names:
        setattr(batch, name, sums[name] or 0)


def _at_work(batch_id: UUID, status: str) -> ImportBatch | None:
    """Return a spreadsheet that is in this stretch of work; a job that comes a second time finds none."""
    found = ImportBatch.everything.filter(id=batch_id, status=status)
    return found.select_related("area", "uploaded_by").defer("area__outline").first()


class StillAtWork(RuntimeError):
    """Another process works on this spreadsheet: it was slow to say so, not dead. The job is tried again later."""


@contextmanager
def _alone_at(batch: ImportBatch) -> Iterator[None]:
    """Have a spreadsheet to oneself; the lock goes with the connection, so a killed worker leaves none."""
    key = [_LOCK, crc32(batch.id.bytes) - 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        if cursor.fetchone() != (True,):
            raise StillAtWork(str(batch.id))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _uploader(batch: ImportBatch, at: datetime) -> Actor:
    """Return whoever asked for it, in the appointment they asked in. Refuses when that has ended."""
    actor = actor_of(batch.uploaded_by, clock.local(at).date(), batch.appointment_id)
    if actor.acting is None or actor.acting.id != batch.appointment_id:
        raise Refused("上传这份表格时的任职已经结束，没有再往下做。")
    return actor


def _end(batch: ImportBatch, status: str, why: str) -> None:
    batch.status, batch.refusal = status, why[:300]
    batch.save(update_fields=["status", "refusal"])
    if status == REFUSED:
        store.drop_pieces(batch.id)


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


def _file(upload: UploadedFile[bytes]) -> Any:
    if upload.file is None:
        raise Refused("没有收到文件，请重新选择。", field="file")
    return upload.file


def _safe_name(name: str) -> str:
    name = clean_line(name)
    return name if len(name) <= FILE_NAME_MAX else name[: FILE_NAME_MAX - 1] + "…"
