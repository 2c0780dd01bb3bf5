"""Send a list as a file: the right, one journal entry, then the rows while they are being read."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction

from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Refused
from minqing.kernel.sending import FileSent, Pieces, give_back_slot, take_slot
from minqing.kernel.table_files import FORMATS, file_of
from minqing.registry import rules
from minqing.registry.events import ListExported
from minqing.registry.models import TagKind
from minqing.registry.permissions import EXPORT_REGISTRY
from minqing.registry.queries.exports import Export, ExportAsked


def start_export(asked: ExportAsked, *, form: str, by: Actor, at: datetime) -> FileSent:
    """Open a list, write down who takes it and how many rows, and return the file in pieces.

    The entry is written before the first row leaves: also somebody who hangs up in the middle has taken something.
    Raises :class:`Refused` without the right at that area, and when too many are being sent.
    """
    by.require(EXPORT_REGISTRY, asked.area.path)
    if form not in FORMATS:
        raise Refused("请选择要导出的格式。", field="form")
    take_slot()
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
    return FileSent(
        name=f"{label}名单_{asked.area.name}_{today:%Y-%m-%d}.{form}",
        content_type=FORMATS[form][1],
        rows=opened.total,
        pieces=Pieces(file_of(form, f"{label}名单", opened.columns, opened.rows()), partial(_let_go, opened)),
    )


def _let_go(opened: Export | None) -> None:
    try:
        if opened is not None:
            opened.close()
    finally:
        give_back_slot()


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
