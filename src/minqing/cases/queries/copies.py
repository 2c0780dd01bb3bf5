"""The cases' part of what a person may see of themselves: what they reported, and that there is a case about them.

Who else reported a case, and in which words, is never said: the words of a neighbour would name the neighbour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from minqing.areas.public import area_names
from minqing.cases import rules
from minqing.cases.models import Addition, Answer, Attachment, Case, Contact
from minqing.cases.models_express import ReturnVisit, SitInBooking
from minqing.kernel.copies import Entry, Part, Piece
from minqing.kernel.sealed import blind_index
from minqing.workflow import public as workflow

CASES_MAX: Final = 1_000
NOTE: Final = (
    "别人反映的、与您有关的事项，只写办到哪里；谁反映的、怎么说的不写。匿名反映的查不到是谁，也就不在这里。"
)


@dataclass(frozen=True, slots=True)
class Whose:
    """By what somebody's cases are known: the file, and the telephone where nobody else has the same."""

    resident_ids: tuple[UUID, ...]
    name: str
    phone: str
    phone_is_shared: bool


def reported_by(whose: Whose) -> dict[UUID, Contact]:
    """Return the contacts of the cases that a person reported themselves, by case.

    By the telephone; where several residents have the same, or another name was given with it, the name must agree.
    """
    if not whose.phone:
        return {}
    contacts = Contact.objects.filter(phone_index=blind_index(whose.phone, "phone"))
    mine = {}
    for one in contacts:
        same_name = one.name == whose.name
        if same_name or (not whose.phone_is_shared and _could_be(one.name or "", whose.name)):
            mine[one.case_id] = one
    return mine


def _could_be(given: str, name: str) -> bool:
    """Whether a name given with a report may be this person's: none, or “张阿姨” for 张桂香."""
    return not given or given[0] == name[:1]


def cases_about(whose: Whose, *, at: datetime) -> Part:
    """Return the cases that a person reported and those about them, latest first."""
    contacts = reported_by(whose)
    about = Q(subject_kind="resident", subject_id__in=whose.resident_ids)
    found = list(
        Case.objects.unscoped("a person reads what became of their own cases")
        .filter(Q(id__in=contacts) | about).select_related("run", "topic", "unit")
        .order_by("-opened_at", "-id")[:CASES_MAX]
    )  # fmt: skip
    places = area_names(one.area_id for one in found)
    answers: dict[UUID, list[str]] = {}
    for answer in Answer.objects.filter(case__in=found):
        said = "办好了" if answer.done else "没有办好"
        words = "，".join(one for one in (said, answer.content_label, answer.words) if one)
        answers.setdefault(answer.case_id, []).append(words)
    additions: dict[UUID, list[str]] = {}
    for addition in Addition.objects.filter(case__in=found):
        additions.setdefault(addition.case_id, []).append(addition.words)
    photos: dict[UUID, int] = {}
    for case_id in Attachment.objects.filter(case__in=found, step="").values_list("case_id", flat=True):
        photos[case_id] = photos.get(case_id, 0) + 1
    lane = _lane(found)
    entries = []
    for one in found:
        own = one.id in contacts or one.source == rules.RIGHTS
        pieces = _pieces(one, places.get(one.area_id, ""))
        if own:
            pieces += _own_pieces(one, contacts.get(one.id), additions, answers, photos.get(one.id, 0))
            pieces += lane.get(one.id, ())
        item = "" if one.source == rules.RIGHTS else "case"
        entries.append(Entry(pieces, title=one.number, item=item, item_id=one.id))
    return Part("cases", "事项", entries, NOTE)


def _lane(found: list[Case]) -> dict[UUID, tuple[Piece, ...]]:
    """Return what was said on the mayor's sit-in days and return visits, by case; where there were any."""
    met: dict[UUID, list[str]] = {}
    for booking in SitInBooking.objects.filter(case__in=found, came=True):
        met.setdefault(booking.case_id, []).append(booking.notes)
    returned: dict[UUID, list[str]] = {}
    for visit in ReturnVisit.objects.filter(case__in=found).exclude(done_at=None):
        returned.setdefault(visit.case_id, []).append(visit.said)
    return {
        case_id: (
            Piece("met", "接待日谈的", met.get(case_id, [])),
            Piece("returned", "市长回访", returned.get(case_id, [])),
        )
        for case_id in {*met, *returned}
    }


def _pieces(case: Case, place: str) -> tuple[Piece, ...]:
    of = workflow.procedure(case.run.procedure)
    return (
        Piece("number", "编号", case.number),
        Piece("source", "从哪里来", case.source_label),
        Piece("topic", "类别", case.topic.label if case.topic else ""),
        Piece("place", "地点", place),
        Piece("procedure", "按什么办", of.title),
        Piece("state", "办到哪一步", of.state(case.run.state).label),
        Piece("unit", "承办单位", case.unit.name if case.unit else ""),
        Piece("opened_at", "登记时间", case.opened_at),
        Piece("closed_at", "办结时间", case.closed_at),
    )


def _own_pieces(
    case: Case,
    contact: Contact | None,
    additions: dict[UUID, list[str]],
    answers: dict[UUID, list[str]],
    photos: int,
) -> tuple[Piece, ...]:
    return (
        Piece("title", "标题", case.title),
        Piece("words", "您说的", case.words),
        Piece("result", "办理结果", case.result),
        Piece("contact_name", "您留的称呼", (contact.name if contact else "") or ""),
        Piece("contact_phone", "您留的电话", (contact.phone if contact else "") or ""),
        Piece("additions", "您补充的话", additions.get(case.id, [])),
        Piece("answers", "您的回答", answers.get(case.id, [])),
        Piece("photos", "您的照片（张）", photos),
        Piece("urges", "您催过几次", case.urges),
        Piece("urged_at", "最后一次催办", case.urged_at),
        Piece("receipt_code", "回执码", case.receipt_code),
    )


def open_about(whose: Whose) -> list[str]:
    """Return the numbers of a person's cases that are still being handled, their requests about the file left out."""
    about = Q(id__in=reported_by(whose)) | Q(subject_kind="resident", subject_id__in=whose.resident_ids)
    cases = Case.objects.unscoped("numbers only, of what keeps a file from being erased")
    cases = cases.filter(about, closed_at=None).exclude(source=rules.RIGHTS)
    return list(cases.order_by("opened_at").values_list("number", flat=True))
