"""交接班: leave a note to whoever comes on duty, and take it over."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from minqing.cases.events_desk import DutyNoteWritten, DutyTakenOver
from minqing.cases.models import Case
from minqing.cases.models_desk import DUTY_WORDS_MAX, DutyMatter, DutyNote
from minqing.cases.permissions_desk import KEEP_DUTY
from minqing.cases.queries.duty import desk_of, of_desk
from minqing.journal.public import record
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.kernel.text import clean

MATTERS_MAX: Final = 30  # who leaves more than that open leaves a list, not a note
_BETWEEN: Final = re.compile(r"[\s,，、;；]+")


@transaction.atomic
def write_note(
    *,
    note_id: UUID,
    words: str,
    numbers: str = "",
    case_ids: Iterable[UUID] = (),
    by: Actor,
    at: datetime,
) -> DutyNote:
    """Write a note for the desk one acts at, with the cases it is about, by number or ticked; a resend writes once."""
    by.require(KEEP_DUTY)
    desk = desk_of(by)
    words = clean(words)
    found = _cases(numbers, set(case_ids), by)
    if not words and not found:
        raise Refused("请写要交代的话，或勾选没办完的事项。", field="words")
    if len(words) > DUTY_WORDS_MAX:
        raise Refused(f"最多写 {DUTY_WORDS_MAX} 字。", field="words")
    note, is_new = DutyNote.everything.get_or_create(
        id=note_id,
        defaults={
            "area_id": desk.area_id, "unit_id": desk.unit_id, "person_id": by.person_id, "words": words, "made_at": at,
        },
    )  # fmt: skip
    if not is_new:
        if note.person_id != by.person_id or note.words != words:
            raise Conflict("这份交接班记录已经提交过了，请看最新的记录。")
        return note
    DutyMatter.objects.bulk_create([DutyMatter(note=note, case=case) for case in found])
    event = DutyNoteWritten(
        subject_kind="area", subject_id=desk.area_id, area_id=desk.area_id, desk=desk.name,
        matters=[case.number for case in found],
    )  # fmt: skip
    record(event, by=by.hand, at=at)
    return note


@transaction.atomic
def take_over(*, note_id: UUID, by: Actor, at: datetime) -> DutyNote:
    """Take over from whoever wrote a note: it has been read, and by whom."""
    by.require(KEEP_DUTY)
    desk = desk_of(by)
    found = of_desk(DutyNote.objects.visible_to(by), desk).select_for_update(of=("self",))
    note = found.select_related("person", "taken_by").filter(id=note_id).first()
    if note is None:
        raise NotThere
    if note.taken_by_id == by.person_id:
        return note
    if note.taken_by is not None:
        raise Conflict(f"{note.taken_by.name}已经接了班。")
    if note.person_id == by.person_id:
        raise Refused("这是您自己写的，要由接班的人来接。")
    note.taken_by_id, note.taken_at = by.person_id, at
    note.save(update_fields=["taken_by", "taken_at"])
    event = DutyTakenOver(
        subject_kind="area", subject_id=desk.area_id, area_id=desk.area_id, desk=desk.name,
        from_name=note.person.name,
    )  # fmt: skip
    record(event, by=by.hand, at=at)
    return note


def _cases(numbers: str, ids: set[UUID], by: Actor) -> list[Case]:
    """Return the cases, each checked: there, and to be seen by whoever writes."""
    wanted = [one.upper() for one in _BETWEEN.split(clean(numbers)) if one]
    if len(wanted) + len(ids) > MATTERS_MAX:
        raise Refused(f"最多写 {MATTERS_MAX} 件事项。", field="numbers")
    seen = Case.objects.visible_to(by)
    by_number = {one.number: one for one in seen.filter(number__in=wanted)}
    missing = [one for one in wanted if one not in by_number]
    if missing:
        raise Refused(f"没有找到编号 {'、'.join(missing)}，或者不在您的辖区内，请核对。", field="numbers")
    ticked = list(Case.objects.visible_to(by).filter(id__in=ids))
    if len(ticked) != len(ids):
        raise Refused("有勾选的事项现在看不到了，请刷新后再勾选。", field="numbers")
    return list({one.id: one for one in (*by_number.values(), *ticked)}.values())
