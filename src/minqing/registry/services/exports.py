"""Send a list as a file: the right, one journal entry, then the rows while they are being read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore
from typing import Final

from django.db import transaction

from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Refused
from minqing.registry import rules
from minqing.registry.events import ListExported
from minqing.registry.models import TagKind
from minqing.registry.permissions import EXPORT_REGISTRY
from minqing.registry.queries.exports import Export, ExportAsked
from minqing.registry.queries.exports_files import FORMATS, file_of

# An answer that is being sent holds a thread and a connection of its own; the pages need threads too.
AT_ONCE_MAX: Final = 2
_slots = BoundedSemaphore(AT_ONCE_MAX)


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file on its way out."""

    name: str
    content_type: str
    rows: int
    pieces: Iterator[bytes]


def start_export(asked: ExportAsked, *, form: str, by: Actor, at: datetime) -> ExportFile:
    """Open a list, write down who takes it and how many rows, and return the file in pieces.

    The entry is written before the first row leaves: also somebody who hangs up in the middle has taken something.
    Raises :class:`Refused` without the right at that area, and when too many are being sent.
    """
    by.require(EXPORT_REGISTRY, asked.area.path)
    if form not in FORMATS:
        raise Refused("请选择要导出的格式。", field="form")
    if not _slots.acquire(blocking=False):
        raise Refused("正在导出的人比较多，请过一两分钟再试。")
    today = clock.local(at).date()
    label = rules.KIND_LABELS[asked.kind]
    opened: Export | None = None
    try:
        opened = Export(by, asked, today)
        with transaction.atomic():
            record(_event(asked, opened.total, form), by=by.hand, at=at)
    except BaseException:
        _let_go(opened)
        raise
    return ExportFile(
        name=f"{label}名单_{asked.area.name}_{today:%Y-%m-%d}.{form}",
        content_type=FORMATS[form][1],
        rows=opened.total,
        pieces=_Pieces(opened, file_of(form, f"{label}名单", opened.columns, opened.rows())),
    )


class _Pieces(Iterator[bytes]):
    """The pieces of a file; lets go at the end, at an error, and when whoever reads hangs up."""

    def __init__(self, opened: Export, pieces: Iterator[bytes]) -> None:
        self._opened: Export | None = opened
        self._pieces = pieces

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the snapshot and of the place in the queue; a second time does nothing."""
        opened, self._opened = self._opened, None
        if opened is not None:
            _let_go(opened)

    def __del__(self) -> None:
        self.close()


def _let_go(opened: Export | None) -> None:
    try:
        if opened is not None:
            opened.close()
    finally:
        _slots.release()


def _event(asked: ExportAsked, rows: int, form: str) -> ListExported:
    tag = TagKind.objects.filter(key=asked.tag).first() if asked.tag else None
    return ListExported(
        subject_kind="area",
        subject_id=asked.area.id,
        area_id=asked.area.id,
        list_kind=asked.kind,
        text=asked.text,
        tag=tag.label if tag else "",
        with_closed=asked.closed,
        form=form,
        rows=rows,
    )
