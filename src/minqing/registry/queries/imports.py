"""A staged spreadsheet as pages show it: counts, first rows with what they change, the list of errors."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, Sum

from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.registry.models import ImportBatch, ImportChunk, ImportRow
from minqing.registry.models.imports import APPLYING, BAD, OUTCOME_LABELS

PREVIEW_ROWS: Final = 50
ERROR_ROWS: Final = 200
LISTED_MAX: Final = 30
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_BOM: Final = "\ufeff"  # without it spreadsheet programs in China read UTF-8 as GB18030


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row: its number in the file, its outcome, the name, and each change (label, before, after; masked)."""

    number: int
    outcome: str
    outcome_label: str
    name: str
    where: str
    changes: tuple[tuple[str, str, str], ...]
    problems: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """One problem: row, column, what to do; ``is_error`` False for a notice."""

    number: int
    column: str
    sentence: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """One page of a staged spreadsheet."""

    batch: ImportBatch
    rows: list[PreviewRow]
    outcome: str
    page: int
    pages: int
    listed: (
        int  # rows that can be looked at; of a large spreadsheet only some without errors are kept for that
    )

    @property
    def good(self) -> int:
        return self.batch.new + self.batch.changed

    @property
    def summary(self) -> str:
        """Say in one line what applying would do, or has done."""
        batch = self.batch
        if not self.good:
            bad = f"，{batch.bad} 行有误" if batch.bad else ""
            return f"0 行有变化（{batch.unchanged} 行与档案一致{bad}）"
        return (
            f"新增 {batch.new} 行，更新 {batch.changed} 行，无变化 {batch.unchanged} 行，有误 {batch.bad} 行"
        )


def my_imports(actor: Actor) -> list[ImportBatch]:
    """Return the actor's spreadsheets, latest first."""
    return list(ImportBatch.objects.visible_to(actor).order_by("-uploaded_at")[:LISTED_MAX])


def import_batch(batch_id: UUID, actor: Actor) -> ImportBatch:
    """Return one of the actor's spreadsheets. Raises :class:`NotThere`."""
    batch = ImportBatch.objects.visible_to(actor).filter(id=batch_id).first()
    if batch is None:
        raise NotThere
    return batch


def preview(batch_id: UUID, actor: Actor, *, outcome: str = "", page: int = 1) -> Preview:
    """Return one page of rows (of one outcome, or all). Numbers of people do not leave the staging."""
    batch = import_batch(batch_id, actor)
    rows = ImportRow.objects.filter(batch=batch)
    if outcome in OUTCOME_LABELS:
        rows = rows.filter(outcome=outcome)
    else:
        outcome = ""
    listed = rows.count()
    pages = max(1, -(-listed // PREVIEW_ROWS))
    page = max(1, min(page, pages))
    first = (page - 1) * PREVIEW_ROWS
    shown = [_preview_row(row) for row in rows.order_by("number")[first : first + PREVIEW_ROWS]]
    return Preview(batch, shown, outcome, page, pages, listed)


_SLOW_START: Final = timedelta(minutes=3)
_READING_SHARE: Final = 0.6  # of the time until a spreadsheet is checked
_TOLD_AFTER_SECONDS: Final = 5.0  # before that a rate says nothing


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a spreadsheet is that somebody else (the worker) works on."""

    what: str
    done: int  # rows
    total: int  # rows; estimated while the file is being read
    step: int  # 0 reading, 1 checking, 2 registering
    pace: str  # rows a second and what is left, in words; empty before anything can be said
    hint: str  # why nothing moves

    @property
    def label(self) -> str:
        """What the bar counts."""
        return "已读（总数是估计）" if self.step == 0 else f"已{self.what[2:]}"


def import_progress(batch: ImportBatch, at: datetime) -> Progress:
    """Say how far a spreadsheet is, how fast it goes and how long it still takes."""
    chunks = ImportChunk.objects.filter(batch=batch)
    sums = chunks.aggregate(
        whole=Sum("rows"),
        checked=Sum("rows", filter=Q(is_checked=True)),
        applied=Sum("rows", filter=Q(is_applied=True)),
    )
    total = sums["whole"] or 0
    if batch.status == APPLYING:
        what, step, done = "正在登记", 2, sums["applied"] or 0
        share = done / max(total, 1)
    elif total:
        what, step, done = "正在检查", 1, sums["checked"] or 0
        share = _READING_SHARE + (1 - _READING_SHARE) * done / total
    else:
        what, step, done = "正在读取", 0, batch.read_rows
        read = batch.read_bytes / max(batch.file_bytes, 1)
        total, share = max(done, round(done / read)) if read else 0, _READING_SHARE * read
    since = at - (batch.began_at or at)
    return Progress(what, done, total, step, _pace(done, share, since, step), _hint(batch, share, since))


def _pace(done: int, share: float, since: timedelta, step: int) -> str:
    seconds = since.total_seconds()
    if seconds < _TOLD_AFTER_SECONDS or share <= 0:
        return ""
    left = seconds * (1 - share) / share
    words = f"约 {round(left / 60)} 分钟" if left >= 90 else f"约 {max(1, round(left / 10)) * 10} 秒"
    # Checking begins where reading ended: its rows over the whole time would be no rate.
    rate = f"每秒 {round(done / seconds)} 行，" if step != 1 and done > seconds else ""
    return f"{rate}还要{words}"


def _hint(batch: ImportBatch, share: float, since: timedelta) -> str:
    if share > 0:
        return ""
    if batch.status == APPLYING:
        before = ImportBatch.objects.unscoped("another's import in the county, counted only").filter(
            status=APPLYING, began_at__lt=batch.began_at
        )
        if before.exists():
            return "县里还有一份大表格正在导入，这一份排在后面，轮到时自动开始。"
    if since > _SLOW_START:
        return "等了一会儿还没有开始。请联系系统管理员，看后台任务是否在运行；恢复后会自动开始，不用重传。"
    return ""


def error_rows(batch_id: UUID, actor: Actor, *, limit: int = ERROR_ROWS) -> list[ErrorLine]:
    """Return the first problems of a spreadsheet by row; errors and notices."""
    batch = import_batch(batch_id, actor)
    lines: list[ErrorLine] = []
    for line in _errors(batch):
        lines.append(line)
        if len(lines) >= limit:
            break
    return lines


def error_csv(batch_id: UUID, actor: Actor) -> Iterator[str]:
    """Yield the whole list of problems as CSV text, safe to open in a spreadsheet program."""
    batch = import_batch(batch_id, actor)

    def lines() -> Iterator[str]:
        yield _BOM + _csv_line("行号", "列", "程度", "问题")
        for line in _errors(batch):
            kind = "有误，未导入" if line.is_error else "提醒"
            yield _csv_line(str(line.number), line.column, kind, line.sentence)

    return lines()


def _errors(batch: ImportBatch) -> Iterator[ErrorLine]:
    rows = ImportRow.objects.filter(batch=batch, has_problems=True).order_by("number")
    for row in rows.iterator(chunk_size=1_000):
        for column, sentence, is_error in json.loads(row.sealed or "{}")["problems"]:
            yield ErrorLine(row.number, column, sentence, is_error)


def _csv_line(*cells: str) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([neutral(cell) for cell in cells])
    return out.getvalue()


def neutral(cell: str) -> str:
    """Return a cell that no spreadsheet program takes for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _preview_row(row: ImportRow) -> PreviewRow:
    content: dict[str, Any] = json.loads(row.sealed or "{}")
    values = content["values"]
    return PreviewRow(
        number=row.number,
        outcome=row.outcome,
        outcome_label=OUTCOME_LABELS[row.outcome],
        name=values.get("name", ""),
        where=values.get("grid", ""),
        # A bad row changes nothing: what it would have changed is not shown.
        changes=() if row.outcome == BAD else tuple((a, b, c) for a, b, c in content["changes"]),
        problems=tuple((column, sentence, is_error) for column, sentence, is_error in content["problems"]),
    )
