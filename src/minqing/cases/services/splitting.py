"""拆单: two matters in one report become two cases; the reporter's words stay as they were said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from minqing.cases import rules
from minqing.cases.events_handover import CaseSplit, SplitOff
from minqing.cases.going_along import require_own_way
from minqing.cases.models import Case, Contact
from minqing.cases.models_handover import Split
from minqing.cases.permissions_handover import MERGE_CASES
from minqing.cases.services.reporting import ContactInput, Report, ids_of, open_case
from minqing.journal.public import record
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.registry.public import SubjectRef
from minqing.workflow import public as workflow


@dataclass(frozen=True, slots=True)
class PartInput:
    """The other matter of a report. ``id`` is made with the form: the same part sent twice is one case."""

    id: UUID
    words: str
    topic_key: str = ""
    procedure: str = ""


@transaction.atomic
def split_case(*, case_id: UUID, given: PartInput, by: Actor, at: datetime) -> Case:
    """Open the other matter of a report as a case of its own, for the same reporter, and say so on both."""
    seen = (
        Case.objects.visible_to(by)
        .exclude(source__in=rules.SEALED)
        .select_related("area")
        .filter(id=case_id)
        .first()
    )
    if seen is None:
        raise NotThere
    by.require(MERGE_CASES, seen.area.path)
    workflow.lock_run(seen.run_id)
    case = Case.everything.select_related("area", "run").get(id=case_id)
    if case.closed_at is not None:
        raise Refused("这件事已经了结。另一件事请重新登记。")
    require_own_way(case)
    _refuse_the_same_again(case, given)
    part = open_case(
        Report(
            id=given.id,
            source=case.source,
            area_id=case.area_id,
            words=given.words,
            subject=SubjectRef(case.subject_kind, case.subject_id) if case.subject_id else None,
            contact=_contact(case),
            is_anonymous=case.is_anonymous,
            topic_key=given.topic_key,
            procedure=given.procedure,
        ),
        by=None,  # the reporter's own matter: the officer only parts it from the other
        at=at,
        for_them=by,
    )
    if Split.objects.filter(part=part).exists():
        return part
    Split.objects.create(original=case, part=part, split_at=at, split_by_id=by.person_id)
    told = CaseSplit(
        subject_kind="case",
        subject_id=case.id,
        area_id=case.area_id,
        part_id=part.id,
        part_number=part.number,
    )
    began = SplitOff(
        subject_kind="case", subject_id=part.id, area_id=part.area_id, original_id=case.id,
        original_number=case.number,
    )  # fmt: skip
    record(told, by=by.hand, at=at)
    record(began, by=by.hand, at=at)
    return part


def _refuse_the_same_again(case: Case, given: PartInput) -> None:
    """The same form sent twice is one part; the same words on another form are most likely a way back and a tap."""
    for one in Split.objects.filter(original=case).select_related("part"):
        if rules.same_words(one.part.words, given.words) and one.part_id not in ids_of(given.id):
            raise Conflict(
                f"这些话已经拆成 {one.part.number} 单独办理，不用再拆。还有别的事，请摘出那件事的话。",
                field="words",
            )


def _contact(case: Case) -> ContactInput | None:
    found = Contact.objects.filter(case=case).first()
    return ContactInput(name=found.name or "", phone=found.phone or "") if found else None
