"""One case whole: the reporter's words first, what to do now, the timeline, and what stands at the side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Q, QuerySet

from minqing.areas import public as areas
from minqing.cases.facts import facts_of
from minqing.cases.models import Addition, Answer, Attachment, Case, Contact
from minqing.cases.models_handover import Exclusion, Split
from minqing.cases.permissions import SEE_CONTACT
from minqing.cases.queries.handed import words_by_the_desk
from minqing.cases.queries.hanging import has
from minqing.cases.queries.queue import CaseRow, rows
from minqing.cases.queries.sampling import may_call_for_sample
from minqing.cases.visits_before import visit_words
from minqing.journal.public import TimelineLine, record_read, timeline
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotAllowed, NotThere
from minqing.kernel.masking import mask_name, mask_phone
from minqing.kernel.statements import statement
from minqing.registry import public as registry
from minqing.workflow import public as workflow


@dataclass(frozen=True, slots=True)
class ContactView:
    """How to reach the reporter, the number masked; ``may_call``: one may ask for the whole of it, on record."""

    name: str
    phone: str
    may_call: bool = False


@dataclass(frozen=True, slots=True)
class Glance:
    """What a preview shows beside a list: the words, where it stands, and what one could do."""

    case: Case
    row: CaseRow
    steps: tuple[workflow.Step, ...]
    turn: workflow.Turn


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything the page of a case shows."""

    case: Case
    row: CaseRow
    area: areas.Area
    subject: registry.SubjectView | None
    contact: ContactView | None
    steps: tuple[workflow.Step, ...]
    turn: workflow.Turn
    legs: list[workflow.LegView]
    leg: int
    timeline: list[TimelineLine]
    additions: list[Addition]
    answers: list[Answer]
    attachments: list[Attachment]
    # 初访 or 重访 and what that means for who may end it; empty where it decides nothing.
    visit: tuple[str, str] = ("", "")
    words_by_the_desk: bool = False  # parted from a report in words that its reporter never said


def require_case(case_id: UUID, by: Actor) -> Case:
    """Return a case the actor may see. Raises :class:`NotThere`."""
    case = _visible.one(by, case_id=case_id)
    if case is None:
        raise NotThere
    return case


@statement
def _visible(by: Actor, *, case_id: UUID) -> QuerySet[Case]:
    return _found(by, case_id)


@statement
def _with_what_hangs_on_it(by: Actor, *, case_id: UUID) -> QuerySet[Case]:
    """The same, and of what few cases have whether this one does: it is asked for only then (see :func:`has`)."""
    of = OuterRef("pk")
    exclusions = Exclusion.objects.unscoped(
        "whether there is any; what it says is asked for with the actor's right"
    )
    return _found(by, case_id).annotate(
        has_additions=Exists(Addition.objects.filter(case_id=of)),
        has_answers=Exists(Answer.objects.filter(case_id=of)),
        has_attachments=Exists(Attachment.objects.filter(case_id=of)),
        has_splits=Exists(Split.objects.filter(Q(original_id=of) | Q(part_id=of))),
        has_exclusions=Exists(exclusions.filter(case_id=of)),
    )


def _found(by: Actor, case_id: UUID) -> QuerySet[Case]:
    return (
        Case.objects.visible_to(by)
        .select_related("area", "unit", "topic", "run")
        .defer("area__outline")
        .filter(id=case_id)
    )


def case_file(case_id: UUID, *, by: Actor, at: datetime, purpose: str = "查看事项") -> CaseFile:
    """Open a case's file, and write down that it was opened. Raises :class:`NotThere`."""
    case = _with_what_hangs_on_it.one(by, case_id=case_id)
    if case is None:
        raise NotThere
    run = case.run
    run.area = case.area
    facts = facts_of(case, run)
    steps = workflow.steps_open_to(run, by, facts)
    _record(case, by, at, purpose, steps)
    return CaseFile(
        case=case,
        words_by_the_desk=words_by_the_desk(case),
        row=rows([case], at=at)[0],
        area=case.area,
        subject=_subject(case, by),
        contact=_contact(case, by),
        steps=steps,
        turn=workflow.who_may(run, on=clock.local(at).date()),
        legs=workflow.legs(run, at=at),
        leg=run.legs_count,
        timeline=timeline("case", case.id, in_order_of_commit=case.is_anonymous),
        additions=_additions(case_id=case.id) if has(case, "additions") else [],
        answers=_answers(case_id=case.id) if has(case, "answers") else [],
        attachments=_attachments(case_id=case.id) if has(case, "attachments") else [],
        visit=visit_words(run, facts) if run.is_running else ("", ""),
    )


@statement
def _additions(*, case_id: UUID) -> QuerySet[Addition]:
    return Addition.objects.filter(case_id=case_id)


@statement
def _answers(*, case_id: UUID) -> QuerySet[Answer]:
    return Answer.objects.filter(case_id=case_id).select_related("asked_by").defer("asked_by__password")


@statement
def _attachments(*, case_id: UUID) -> QuerySet[Attachment]:
    return Attachment.objects.filter(case_id=case_id)


@statement
def _contacts(*, case_id: UUID) -> QuerySet[Contact]:
    return Contact.objects.filter(case_id=case_id)


def open_steps(case: Case, by: Actor) -> tuple[workflow.Step, ...]:
    """Return the steps that the actor may take now with a case already loaded; nothing of it is shown."""
    case.run.area = case.area
    return workflow.steps_open_to(case.run, by, facts_of(case, case.run))


def glance(case_id: UUID, *, by: Actor, at: datetime) -> Glance:
    """Look at a case beside a list; the words are read, so this too is written down. Raises :class:`NotThere`."""
    case = require_case(case_id, by)
    case.run.area = case.area
    steps = workflow.steps_open_to(case.run, by, facts_of(case, case.run))
    _record(case, by, at, "预览事项", steps)
    return Glance(
        case=case,
        row=rows([case], at=at)[0],
        steps=steps,
        turn=workflow.who_may(case.run, on=clock.local(at).date()),
    )


def _record(case: Case, by: Actor, at: datetime, purpose: str, steps: tuple[workflow.Step, ...]) -> None:
    """Write that a case was opened, and in which part: the case itself is the link."""
    record_read(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, by=by.hand, at=at, purpose=purpose,
        because=_part_in(case, by, steps), link_kind="case", link_id=case.id,
    )  # fmt: skip


def _part_in(case: Case, by: Actor, steps: tuple[workflow.Step, ...]) -> str:
    """Say what the actor has to do with a case: it is their turn, their unit's, or lies in their area."""
    if steps:
        return f"事项 {case.number}，轮到本人"
    if case.unit_id is not None and case.unit_id in by.unit_ids:
        return f"事项 {case.number}，本单位承办"
    if by.unit_ids.intersection(case.assisting or ()):
        return f"事项 {case.number}，本单位协办"
    return f"事项 {case.number}，本辖区"


def _subject(case: Case, by: Actor) -> registry.SubjectView | None:
    if case.subject_id is None:
        return None
    try:
        return registry.subject(case.subject_kind, case.subject_id, by)
    except NotThere:  # a handler sees the matter and its place, not the dossier
        return None


def _contact(case: Case, by: Actor) -> ContactView | None:
    contact = _contacts.one(case_id=case.id)
    if contact is None:
        return None
    name, phone = contact.name or "", mask_phone(contact.phone or "")
    if _may_call(case, by):
        return ContactView(name, phone, may_call=bool(contact.phone))
    return ContactView(mask_name(name), phone)


def phone_to_call(case: Case, by: Actor) -> str:
    """Return the reporter's whole number to whoever may call back. The caller (disclosure) writes it down first.

    Raises :class:`NotAllowed`, or :class:`NotThere` where no number was left.
    """
    if not _may_call(case, by):
        raise NotAllowed("您现在的任职不参与这件事的办理，看不到完整的联系电话。")
    contact = Contact.objects.filter(case=case).first()
    if contact is None or not contact.phone:
        raise NotThere("这件事没有留下联系电话。")
    return contact.phone


def _may_call(case: Case, by: Actor) -> bool:
    """Whether an appointment there carries it and has a part in this procedure: a village has none in the hotline's."""
    steps = workflow.procedure(case.run.procedure).steps.values()
    taking_part = {role for step in steps for role in step.roles}
    return any(
        held.role in SEE_CONTACT.held_by & taking_part and areas.is_under(case.area.path, held.area_path)
        for held in by.appointments
    ) or may_call_for_sample(case, by)


def attachment_path(attachment_id: UUID, *, by: Actor) -> Path:
    """Return where a photo lies, for somebody who may see its case. Raises :class:`NotThere`."""
    found = Attachment.objects.filter(
        id=attachment_id, case__in=Case.objects.visible_to(by).order_by().values("id")
    ).first()
    if found is None:
        raise NotThere
    return Path(default_storage.path(str(found.file)))
