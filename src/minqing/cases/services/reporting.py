"""A sentence becomes a case: from a door code, an officer, a visit's finding, the hotline or the interface."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import BinaryIO, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from minqing.areas import public as areas
from minqing.cases import rules
from minqing.cases.events import CaseOpened, FileAttached
from minqing.cases.models import Case, Contact, Topic
from minqing.cases.permissions import REGISTER_PETITION, REPORT_CASE, RUN_EXPRESS, TAKE_CALLS
from minqing.cases.queries.catalogue import procedure_for, procedures_to_choose
from minqing.cases.services.files import attach, kept_only_if_all_goes_well, made_safe
from minqing.diary import public as diary
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import ANONYMOUS, REPORTER, Actor, Hand
from minqing.kernel.errors import Conflict, Refused
from minqing.kernel.ids import random_id, short_code, uuid7
from minqing.kernel.sealed import blind_index
from minqing.registry.public import SubjectRef
from minqing.workflow import public as workflow

# Turns the id a client made into one that tells no time: the same report sent twice still has one id.
_DRAWN: Final = frozenset({"case_case_number_key", "case_case_receipt_code_key"})
_NAMELESS: Final = UUID("6f0c1d2e-9b57-4c43-8a2f-5d9d1b9c7a10")


@dataclass(frozen=True, slots=True)
class ContactInput:
    """Who reports, and the number to call back."""

    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reports. ``id`` is made by whoever sends it: the same report sent again is the same case."""

    id: UUID
    source: str
    area_id: UUID
    words: str
    subject: SubjectRef | None = None
    contact: ContactInput | None = None
    is_anonymous: bool = False
    topic_key: str = ""
    photos: Sequence[BinaryIO] = field(default=())
    finding_id: UUID | None = None
    procedure: str = ""


def open_case(report: Report, *, by: Actor | None, at: datetime, for_them: Actor | None = None) -> Case:
    """Open a case, or return the one that this very report opened already.

    ``by`` None: the reporter's own hand, by door code or interface; ``for_them``: the official who wrote it down all
    the same, for the timeline (the matter stays the reporter's own). Raises ``Refused`` with a sentence,
    ``Conflict`` when the id came with other words before.
    """
    if refusal := rules.why_not_words(report.words):
        raise Refused(refusal, field="words")
    _refuse_the_wrong_way_in(report)
    area = _where(report)
    if by is not None:
        by.require(_TO_REPORT.get(report.source, REPORT_CASE), area.path)
    elif report.source in (rules.PETITION, rules.EXPRESS):
        raise Refused("这类事项由专人登记，不能这样提交。")
    case_id = ids_of(report.id)[report.is_anonymous]
    pictures = made_safe(report.photos)
    sent = _fingerprint(report, area.id, pictures)
    if known := _sent_before(case_id, sent):
        return known
    areas.require_open(area)
    opening = partial(
        _open,
        report,
        case_id=case_id,
        area=area,
        pictures=pictures,
        sent=sent,
        by=by,
        at=at,
        said_by=(by or for_them),
    )
    try:
        return opening()
    except IntegrityError as error:
        # The same report twice at the same moment: the other one is in, and this is its answer.
        if known := _sent_before(case_id, sent):
            return known
        if report.finding_id and (known := Case.everything.filter(finding_id=report.finding_id).first()):
            return known
        if _is_drawn_already(error):
            return opening()
        raise


def _is_drawn_already(error: IntegrityError) -> bool:
    """Whether another case has the number or the receipt that was drawn: of 3,000 cases a day, every few days one."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") in _DRAWN


def ids_of(report_id: UUID) -> tuple[UUID, UUID]:
    """Return the ids of the case that a report opens: with a name, and without."""
    return report_id, uuid.uuid5(_NAMELESS, str(report_id))


@transaction.atomic
def _open(
    report: Report,
    *,
    case_id: UUID,
    area: areas.Area,
    pictures: list[bytes],
    sent: bytes,
    by: Actor | None,
    at: datetime,
    said_by: Actor | None,
) -> Case:
    hand: Hand = by.hand if by else ANONYMOUS if report.is_anonymous else REPORTER
    if report.is_anonymous:
        at = clock.to_the_hour(at)
    topic = _topic(report.topic_key)
    of = workflow.procedure(_procedure_by_rule(report, topic, area, at) or _procedure_of(report))
    with kept_only_if_all_goes_well() as names:
        run = workflow.start_run(
            procedure=of, subject_kind="case", subject_id=case_id, area_id=area.id, by=hand, at=at
        )
        case = Case(
            id=case_id,
            number=f"{clock.local(at):%y%m%d}-{short_code(rules.NUMBER_TAIL)}",
            area=area,
            run=run,
            topic=topic,
            source=report.source,
            title=rules.title_of(report.words),
            words=report.words,
            subject_kind=report.subject.kind if report.subject and not report.is_anonymous else "",
            subject_id=report.subject.id if report.subject and not report.is_anonymous else None,
            finding_id=report.finding_id,
            opened_by_id=by.person_id if by else None,
            opened_at=at,
            is_anonymous=report.is_anonymous,
            receipt_code=short_code(rules.RECEIPT_LENGTH),
            content_hash=sent,
        )
        case.save(force_insert=True)
        _keep_contact(case, report)
        attach(case, pictures, step="", at=at, names=names)
        opened = CaseOpened(
            subject_kind="case", subject_id=case.id, area_id=area.id, number=case.number, source=case.source,
            source_label=case.source_label, procedure=of.key, procedure_title=of.title,
            finding_id=report.finding_id, clock=workflow.clock_facts(run),
        )  # fmt: skip
        record(opened, by=said_by.hand if said_by else hand, at=at)
        if pictures:
            attached = FileAttached(
                subject_kind="case", subject_id=case.id, area_id=area.id, count=len(pictures)
            )
            record(attached, by=hand, at=at)
    return case


def open_from_finding(
    *, finding_id: UUID, by: Actor, at: datetime, words: str = "", procedure: str = ""
) -> Case:
    """Turn a sentence of a visit into a case, in one tap; a second tap finds the same case."""
    finding = diary.finding(finding_id, by)
    known = Case.objects.visible_to(by).filter(finding_id=finding_id).first()
    if known:
        return known
    return open_case(
        Report(
            id=uuid7(),
            source=rules.VISIT,
            area_id=finding.area_id,
            words=words or finding.finding.text,
            subject=finding.subject,
            finding_id=finding_id,
            procedure=procedure,
        ),
        by=by,
        at=at,
    )


def _procedure_by_rule(report: Report, topic: Topic | None, area: areas.Area, at: datetime) -> str:
    """Return the procedure that the dispatch catalogue names for a subject, a place and a source, if it names one."""
    if report.procedure or report.source in rules.SEALED:
        return ""
    key = procedure_for(topic, area, report.source, on=clock.local(at).date())
    return key if key and key in dict(procedures_to_choose()) else ""


def _procedure_of(report: Report) -> str:
    return report.procedure or rules.PROCEDURE_BY_SOURCE[report.source]


def _refuse_the_wrong_way_in(report: Report) -> None:
    """What is sealed comes by its own source under its own procedure, and nothing else does."""
    for source, why in _ONLY_BY.items():
        if (report.source == source) != (_procedure_of(report) == rules.PROCEDURE_BY_SOURCE[source]):
            raise Refused(why)


_TO_REPORT: Final = {rules.HOTLINE: TAKE_CALLS, rules.PETITION: REGISTER_PETITION, rules.EXPRESS: RUN_EXPRESS}
_ONLY_BY: Final = {
    rules.RIGHTS: "个人信息请求由本人凭查阅码提出，不能这样登记。",
    rules.PETITION: "信访事项由信访专员登记，按“信访”规程办理，不能这样登记。",
}


def _where(report: Report) -> areas.Area:
    """Return the area of a report; an anonymous one keeps no more than the grid."""
    area = areas.area(report.area_id)
    if not report.is_anonymous or area.level != areas.MICRO_GRID:
        return area
    return next(one for one in reversed(areas.ancestors(area)) if one.level == areas.GRID)


def _fingerprint(report: Report, area_id: UUID, pictures: list[bytes]) -> bytes:
    contact = report.contact if report.contact and not report.is_anonymous else ContactInput()
    # Not even in a hash: whoever holds the key could try every household of the grid.
    subject = None if report.is_anonymous else report.subject
    parts = [report.source, area_id, report.words, subject, contact.name, contact.phone]
    parts += [report.is_anonymous, report.finding_id, *(len(one) for one in pictures)]
    return blind_index("\0".join(map(str, parts)), "case sent")


def _sent_before(case_id: UUID, sent: bytes) -> Case | None:
    known = Case.everything.filter(id=case_id).first()
    if known is not None and bytes(known.content_hash) != sent:
        raise Conflict("这次提交的内容和刚才已收到的不一样。请打开回执“补充一句”，或重新填写一份。")
    return known


def _topic(key: str) -> Topic | None:
    if not key:
        return None
    topic = Topic.objects.filter(key=key, closed_at=None).first()
    if topic is None:
        raise Refused("没有这个事项类别，请重新选择。", field="topic")
    return topic


def _keep_contact(case: Case, report: Report) -> None:
    contact = report.contact
    if report.is_anonymous or contact is None or not (contact.name or contact.phone):
        return
    Contact.objects.create(
        case=case,
        name=contact.name or None,
        phone=contact.phone or None,
        phone_index=blind_index(contact.phone, "phone") if contact.phone else None,
    )


def new_report_id() -> UUID:
    """An id for a form, made when it is shown: it tells no time, since the reporter may choose to be nameless."""
    return random_id()
