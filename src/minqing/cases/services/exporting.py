"""Send a list of cases, or a table of numbers about them, as a file: the right, one journal entry, then the rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction

from minqing.areas.public import Area
from minqing.cases.events_desk import CasesExported
from minqing.cases.permissions_desk import EXPORT_CASES
from minqing.cases.queries.exports import COLUMNS, CaseExport
from minqing.cases.queries.filtering import QueueFilters
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotAllowed, Refused
from minqing.kernel.sending import FileSent, Pieces, give_back_slot, take_slot
from minqing.kernel.table_files import FORMATS, file_of

TITLE = "事项清单"


def export_cases(filters: QueueFilters, *, in_words: str, form: str, by: Actor, at: datetime) -> FileSent:
    """Open a list, write down who takes it and how many rows, and return the file in pieces.

    ``in_words``: the filters as the page names them, without the searched text. The entry is written before the first
    row leaves: also somebody who hangs up in the middle has taken something. Raises ``Refused`` when too many are sent.
    """
    by.require(EXPORT_CASES)
    _require_form(form)
    take_slot()
    opened: CaseExport | None = None
    try:
        opened = CaseExport(by, filters, at)
        with transaction.atomic():
            _write_down(TITLE, in_words, filters.text, form, opened.total, by, at)
    except BaseException:
        _let_go(opened)
        raise
    return FileSent(
        name=f"{TITLE}_{clock.local(at):%Y-%m-%d_%H%M}.{form}",
        content_type=FORMATS[form][1],
        rows=opened.total,
        pieces=Pieces(file_of(form, TITLE, COLUMNS, opened.rows()), partial(_let_go, opened)),
    )


@transaction.atomic
def export_table(
    *,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str | int | float]],
    area: Area,
    form: str,
    by: Actor,
    at: datetime,
) -> FileSent:
    """Return a table that a page shows as a file, and write down who takes it."""
    by.require(EXPORT_CASES)
    _require_form(form)
    _write_down(title, area.name, "", form, len(rows), by, at)
    return FileSent(
        name=f"{title}_{area.name}_{clock.local(at):%Y-%m-%d_%H%M}.{form}",
        content_type=FORMATS[form][1],
        rows=len(rows),
        pieces=file_of(form, title, columns, rows),
    )


def _require_form(form: str) -> None:
    if form not in FORMATS:
        raise Refused("请选择要导出的格式。", field="form")


def _write_down(what: str, filters: str, text: str, form: str, rows: int, by: Actor, at: datetime) -> None:
    if by.acting is None:
        raise NotAllowed("您目前没有有效的任职，请联系安全管理员。")
    event = CasesExported(
        subject_kind="area", subject_id=by.acting.area_id, area_id=by.acting.area_id, what=what, filters=filters,
        text=text, form=form, rows=rows,
    )  # fmt: skip
    record(event, by=by.hand, at=at)


def _let_go(opened: CaseExport | None) -> None:
    try:
        if opened is not None:
            opened.close()
    finally:
        give_back_slot()
