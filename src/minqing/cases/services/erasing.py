"""Take a person out of closed cases: how to call them back goes, and their name and numbers out of every text.

What was done, where and when stays: the papers of a closed matter are archives
(《机关文件材料归档范围和文书档案保管期限规定》).
"""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import Model, Q

from minqing.cases import rules
from minqing.cases.models import Addition, Answer, Case, Contact
from minqing.cases.models_express import ReturnVisit, SitInBooking
from minqing.cases.models_handover import Exclusion, Merge, Return, SampleCall, SupervisorUrge
from minqing.cases.models_joint import Listing, Part, ProgressReport, Proposal
from minqing.cases.queries.copies import Whose, reported_by
from minqing.journal.events import ERASED
from minqing.journal.public import erase_naming
from minqing.kernel.text import without


@transaction.atomic
def erase_from_cases(*, whose: Whose, values: tuple[str, ...]) -> int:
    """Take somebody out of the closed cases that they reported or that are about them; return how many."""
    contacts = reported_by(whose)
    tied = Q(id__in=contacts) | Q(subject_kind="resident", subject_id__in=whose.resident_ids)
    closed = list(Case.everything.select_for_update(of=("self",)).filter(tied).exclude(closed_at=None))
    for case in closed:
        case.title = without(case.title, values, ERASED)[: rules.TITLE_LENGTH]
        case.words = without(case.words, values, ERASED)
        case.result = without(case.result, values, ERASED)
        case.save(update_fields=["title", "words", "result"])
        if case.id in contacts:
            Contact.objects.filter(case=case).update(name=None, phone=None, phone_index=None)
    _scrub_beside(closed, values)
    own = Case.everything.filter(tied, source=rules.RIGHTS)
    Addition.objects.filter(case__in=own).update(words=ERASED)
    erase_naming(subject_kind="case", subject_ids=list(own.values_list("id", flat=True)), values=values)
    erase_naming(subject_kind="case", subject_ids=[one.id for one in closed], values=values)
    return len(closed)


# What officials wrote down beside a case, with the most that each column holds.
_WRITTEN_BESIDE: Final[tuple[tuple[type[Model], str, tuple[str, ...]], ...]] = (
    (Return, "case", ("reason", "ruling_reason")),
    (Merge, "child", ("undone_because",)),
    (SupervisorUrge, "case", ("reason",)),
    (Exclusion, "case", ("reason", "evidence", "ruling_reason", "reversed_because")),
    (SampleCall, "case", ("words",)),
    (Part, "case", ("asked", "answer", "declined_because", "because")),
    (Listing, "case", ("reason",)),
    (ProgressReport, "listing__case", ("words",)),
    (Proposal, "case", ("why",)),
    (SitInBooking, "case", ("notes",)),
    (ReturnVisit, "case", ("said",)),
)


def _scrub_beside(closed: list[Case], values: tuple[str, ...]) -> None:
    for model, of, columns in _WRITTEN_BESIDE:
        for row in model._base_manager.filter(**{f"{of}__in": closed}):
            for column in columns:
                most = model._meta.get_field(column).max_length  # type: ignore[union-attr]
                setattr(row, column, without(getattr(row, column), values, ERASED)[:most])
            row.save(update_fields=columns)
    for addition in Addition.objects.filter(case__in=closed):
        addition.words = without(addition.words, values, ERASED)[: rules.WORDS_MAX]
        addition.save(update_fields=["words"])
    for answer in Answer.objects.filter(case__in=closed):
        answer.words = without(answer.words, values, ERASED)[: rules.ANSWER_WORDS_MAX]
        answer.save(update_fields=["words"])
