"""The audit as a file: the entries that its page lists, from one moment, streamed; taking it is an entry too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import OuterRef, Subquery

from minqing.journal.events import EVENTS, AuditExported
from minqing.journal.models import Detail
from minqing.journal.queries import AuditFilters, TimelineLine, audited
from minqing.journal.services import record
from minqing.kernel import clock
from minqing.kernel.access import Actor, Capability
from minqing.kernel.errors import NotAllowed, Refused
from minqing.kernel.sending import FileSent, Pieces, Snapshot, give_back_slot, take_slot
from minqing.kernel.table_files import FORMATS, file_of

TITLE: Final = "审计记录"
_VALUES: Final = (
    "id", "at", "person_name", "appointment_label", "kind", "subject_kind", "subject_id", "area_id", "facts", "told",
)  # fmt: skip

Line = Callable[[TimelineLine], Sequence[str]]


def export_audit(
    actor: Actor,
    to: Capability,
    filters: AuditFilters,
    *,
    columns: Sequence[str],
    line: Line,
    in_words: str,
    form: str,
    at: datetime,
) -> FileSent:
    """Open the list, write down who takes it and how many rows, and return the file in pieces.

    ``line`` turns an entry into the texts of a row: names of areas and kinds are not known down here.
    """
    actor.require(to)
    if form not in FORMATS:
        raise Refused("请选择要导出的格式。", field="form")
    if actor.acting is None:
        raise NotAllowed("您目前没有有效的任职，请联系安全管理员。")
    told = Subquery(Detail.objects.filter(entry=OuterRef("id")).values("personal"))
    entries = audited(actor, to, filters).annotate(told=told).order_by("-at", "-id")
    take_slot()
    opened: Snapshot | None = None
    try:
        opened = Snapshot(entries.values_list(*_VALUES))
        event = AuditExported(
            subject_kind="area", subject_id=actor.acting.area_id, area_id=actor.acting.area_id, filters=in_words,
            form=form, rows=opened.total,
        )  # fmt: skip
        with transaction.atomic():
            record(event, by=actor.hand, at=at)
    except BaseException:
        _let_go(opened)
        raise
    return FileSent(
        name=f"{TITLE}_{clock.local(at):%Y-%m-%d_%H%M}.{form}",
        content_type=FORMATS[form][1],
        rows=opened.total,
        pieces=Pieces(file_of(form, TITLE, columns, _rows(opened, line)), partial(_let_go, opened)),
    )


def _rows(opened: Snapshot, line: Line) -> Iterator[Sequence[str]]:
    for row in opened.rows():
        yield line(_line(row))


def _line(row: tuple[Any, ...]) -> TimelineLine:
    key, at, who, role_label, kind, subject_kind, subject_id, area_id, facts, told = row
    facts, told = _parsed(facts), _parsed(told)
    event = EVENTS[kind].rebuilt(
        subject_kind=subject_kind, subject_id=subject_id, area_id=area_id, values={**facts, **told}
    )
    return TimelineLine(
        at=at,
        who=who,
        role_label=role_label,
        sentence=event.sentence(),
        kind=kind,
        entry_id=key,
        subject_kind=subject_kind,
        subject_id=subject_id,
        area_id=area_id,
    )


def _parsed(value: Any) -> dict[str, Any]:
    """Return a JSON column as it comes through a bare cursor."""
    return dict(json.loads(value) if isinstance(value, str) else value or {})


def _let_go(opened: Snapshot | None) -> None:
    try:
        if opened is not None:
            opened.close()
    finally:
        give_back_slot()
