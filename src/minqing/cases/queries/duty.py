"""The notes of a desk: what is left open, and what was before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from minqing.accounts import public as accounts
from minqing.cases.models import Case
from minqing.cases.models_desk import DutyMatter, DutyNote, DutyNoteQuerySet
from minqing.cases.queries.queue import CaseRow, rows
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotAllowed

NOTE_ROWS: Final = 10


@dataclass(frozen=True, slots=True)
class DutyDesk:
    """Whose duty it is: an area's, or a unit's."""

    area_id: UUID
    unit_id: UUID | None
    name: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note with the cases it names as far as one may see them."""

    note: DutyNote
    matters: list[CaseRow]
    hidden: int  # named, and not (any more) to be seen
    may_take: bool


@dataclass(frozen=True, slots=True)
class Duty:
    """The notes of a desk, newest first."""

    desk: DutyDesk
    notes: list[NoteView]
    total: int


def desk_of(actor: Actor) -> DutyDesk:
    """Return the desk at which an actor acts. Raises :class:`NotAllowed` without an appointment."""
    acting = actor.acting
    if acting is None:
        raise NotAllowed("您目前没有有效的任职，请联系安全管理员。")
    if acting.role.by_unit and acting.unit_id is not None:
        return DutyDesk(acting.area_id, acting.unit_id, accounts.unit(acting.unit_id).name)
    return DutyDesk(acting.area_id, None, getattr(acting, "area_name", ""))


def of_desk(notes: DutyNoteQuerySet, desk: DutyDesk) -> DutyNoteQuerySet:
    """Return the notes of one desk."""
    notes = notes.filter(area_id=desk.area_id)
    return notes.filter(unit_id=desk.unit_id) if desk.unit_id else notes.filter(unit=None)


def duty(actor: Actor, *, at: datetime, page: int = 1) -> Duty:
    """Return a page of the notes of the actor's desk."""
    desk = desk_of(actor)
    found = of_desk(DutyNote.objects.visible_to(actor), desk)
    total = found.count()
    first = (max(page, 1) - 1) * NOTE_ROWS
    notes = list(
        found.select_related("person", "taken_by").order_by("-made_at", "-id")[first : first + NOTE_ROWS]
    )
    named: dict[UUID, list[UUID]] = {one.id: [] for one in notes}
    for note_id, case_id in DutyMatter.objects.filter(note__in=notes).values_list("note_id", "case_id"):
        named[note_id].append(case_id)
    wanted = {case_id for ids in named.values() for case_id in ids}
    seen = {row.id: row for row in rows(Case.objects.visible_to(actor).filter(id__in=wanted), at=at)}
    return Duty(desk, [_view(one, named[one.id], seen, actor) for one in notes], total)


def _view(note: DutyNote, ids: list[UUID], seen: dict[UUID, CaseRow], actor: Actor) -> NoteView:
    matters = [seen[one] for one in ids if one in seen]
    may_take = note.taken_by_id is None and note.person_id != actor.person_id
    return NoteView(note, matters, len(ids) - len(matters), may_take)
