"""What a case has been through between hands, for its page; and what its reporter is shown of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from minqing.cases import rules
from minqing.cases.going_along import is_part_of_another
from minqing.cases.likeness import UNDO_WITHIN
from minqing.cases.models import Addition, Case
from minqing.cases.models_handover import DISMISSED, Exclusion, Merge, Split, SupervisorUrge
from minqing.cases.permissions_handover import MERGE_CASES, PROPOSE_EXCLUSION, SUPERVISE
from minqing.cases.queries.hanging import has
from minqing.cases.queries.likely_same import may_be_merged
from minqing.cases.queries.returns import ReturnLine, returns_of
from minqing.cases.queries.sampling import may_call_for_sample
from minqing.kernel.access import Actor
from minqing.kernel.statements import statement
from minqing.workflow import public as workflow


@dataclass(frozen=True, slots=True)
class Kin:
    """Another case that belongs to this one; ``may_open``: its page opens for the actor. Nothing of its reporter."""

    id: UUID
    number: str
    title: str
    state_label: str
    is_open: bool
    may_open: bool
    waits: bool = False  # goes along and has no result yet


@dataclass(frozen=True, slots=True)
class Handed:
    """What the page of a case shows of its way from hand to hand, and which of these acts are the actor's."""

    returns: list[ReturnLine]
    master: Kin | None
    goes_along: bool
    children: list[Kin]
    split_from: Kin | None
    parts: list[Kin]
    urges: list[SupervisorUrge]
    exclusion: Exclusion | None
    may_undo_merge: bool
    may_look_for_alike: bool
    may_split: bool
    may_urge: bool
    may_propose_exclusion: bool
    may_call_for_sample: bool


def handed(case: Case, by: Actor, *, at: datetime) -> Handed:
    """Return what a case that the actor has opened went through; statements only for what there is."""
    children = _children(case) if case.reports > 1 else []
    merge = Merge.objects.filter(child=case, undone_at=None).first() if case.master_id else None
    parents, parts = _splits(case)
    kin = _kin(
        [*(one.child for one in children), *parents, *parts, *([case.master] if case.master else [])], by
    )
    waiting = {one.child_id for one in children if one.released_at is None}
    path = case.area.path
    follows = case.run.follows_id is not None
    is_open = case.closed_at is None
    ours = case.source not in rules.SEALED
    exclusion = _last_exclusion.one(by, case_id=case.id) if has(case, "exclusions") else None
    return Handed(
        returns=returns_of(case) if case.times_returned else [],
        master=kin.get(case.master_id) if case.master_id else None,
        goes_along=follows,
        children=[_waiting(kin[one.child_id], one.child_id in waiting) for one in children],
        split_from=kin[parents[0].id] if parents else None,
        parts=[kin[one.id] for one in parts],
        urges=list(SupervisorUrge.objects.filter(case=case)) if case.urges else [],
        exclusion=exclusion,
        may_undo_merge=merge is not None and is_open and at - merge.merged_at <= UNDO_WITHIN
        and by.may(MERGE_CASES, path),
        may_look_for_alike=may_be_merged(case) and by.may(MERGE_CASES, path),
        may_split=ours and is_open and not is_part_of_another(case) and by.may(MERGE_CASES, path),
        may_urge=ours and is_open and by.may(SUPERVISE, path),
        may_propose_exclusion=ours and case.unit_id is not None and case.unit_id == by.unit_id
        and by.may(PROPOSE_EXCLUSION)
        and (exclusion is None or exclusion.ruling == DISMISSED or exclusion.reversed_at is not None),
        may_call_for_sample=may_call_for_sample(case, by),
    )  # fmt: skip


def _children(case: Case) -> list[Merge]:
    return list(
        Merge.objects.filter(master=case, undone_at=None)
        .select_related("child__run")
        .order_by("merged_at", "id")
    )


def words_by_the_desk(case: Case, parents: Iterable[Case] | None = None) -> bool:
    """Whether a case was parted from a report in words that its reporter never said: then they are the desk's."""
    whole = _splits(case)[0] if parents is None else list(parents)
    if not whole or not whole[0].words or rules.stands_in(case.words, whole[0].words):
        return False
    added = Addition.objects.filter(case=whole[0]).values_list("words", flat=True)
    return not any(rules.stands_in(case.words, one) for one in added)


def _splits(case: Case) -> tuple[list[Case], list[Case]]:
    """Return the case that this one was parted from, and those that were parted from it; one statement."""
    parents, parts = [], []
    for row in _splits_of(case_id=case.id) if has(case, "splits") else []:
        if row.part_id == case.id:
            parents.append(row.original)
        else:
            parts.append(row.part)
    return parents, parts


@statement
def _splits_of(*, case_id: UUID) -> QuerySet[Split]:
    return (
        Split.objects.filter(Q(original_id=case_id) | Q(part_id=case_id))
        .select_related("original__run", "part__run")
        .order_by("split_at", "id")
    )


@statement
def _last_exclusion(by: Actor, *, case_id: UUID) -> QuerySet[Exclusion]:
    of_case = Exclusion.objects.visible_to(by).filter(case_id=case_id)
    return of_case.select_related("unit").order_by("-proposed_at")[:1]


def _kin(cases: Iterable[Case], by: Actor) -> dict[UUID, Kin]:
    found = list(cases)
    if not found:
        return {}
    open_to = set(
        Case.objects.visible_to(by).filter(id__in=[one.id for one in found]).values_list("id", flat=True)
    )
    return {one.id: _as_kin(one, may_open=one.id in open_to) for one in found}


def _as_kin(case: Case, *, may_open: bool) -> Kin:
    return Kin(
        id=case.id,
        number=case.number,
        title=case.title if may_open else "",
        state_label=workflow.procedure(case.run.procedure).state(case.run.state).label,
        is_open=case.closed_at is None,
        may_open=may_open,
    )


def _waiting(kin: Kin, waits: bool) -> Kin:
    return Kin(kin.id, kin.number, kin.title, kin.state_label, kin.is_open, kin.may_open, waits)


@dataclass(frozen=True, slots=True)
class ReceiptKin:
    """A part of the same report, as its reporter follows it: by a receipt of its own."""

    code: str
    number: str
    title: str
    state_label: str


@dataclass(frozen=True, slots=True)
class PartsForReporter:
    """The report that a case was parted from and its parts: one reporter's, so one receipt leads to all."""

    split_from: ReceiptKin | None
    parts: tuple[ReceiptKin, ...]
    words_by_the_desk: bool


def parts_for_reporter(case: Case) -> PartsForReporter:
    """Return what the holder of a case's receipt is shown of the other matters of the same report."""
    parents, parts = _splits(case)
    return PartsForReporter(
        split_from=_for_reporter(parents[0]) if parents else None,
        parts=tuple(_for_reporter(one) for one in parts),
        words_by_the_desk=words_by_the_desk(case, parents),
    )


def _for_reporter(case: Case) -> ReceiptKin:
    state = workflow.procedure(case.run.procedure).state(case.run.state)
    return ReceiptKin(case.receipt_code, case.number, case.title, state.label)
