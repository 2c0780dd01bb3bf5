"""What a reporter sees: a timeline in human words, who is answerable now, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from minqing.areas import public as areas
from minqing.cases import rules
from minqing.cases.events import CaseOpened, FileAttached, ReporterAnswered, StepTaken, Urged, WordAdded
from minqing.cases.events_handover import (
    CaseMerged,
    CaseReopened,
    CaseSplit,
    MergeUndone,
    ReopenedByChild,
    ResultPassedOn,
    ReturnRuled,
    SplitOff,
    UrgedBySupervisor,
)
from minqing.cases.models import Attachment, Case, DoorCode
from minqing.cases.procedures.vocabulary import DONE, NOT_DONE
from minqing.cases.queries.handed import ReceiptKin, parts_for_reporter
from minqing.cases.queries.photos import released_of, seen_by_reporter
from minqing.journal.public import TimelineLine, timeline
from minqing.kernel import clock
from minqing.kernel.errors import NotThere
from minqing.workflow import public as workflow

# What the reporter is told; a deadline missed, a clock recomputed, a file opened are not their burden.
_TOLD = {
    one.kind
    for one in (
        CaseOpened, StepTaken, ReporterAnswered, WordAdded, Urged, FileAttached, CaseMerged, MergeUndone,
        ResultPassedOn, CaseReopened, ReopenedByChild, CaseSplit, SplitOff, ReturnRuled, UrgedBySupervisor,
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Receipt:
    """A case as its reporter follows it."""

    code: str
    number: str
    words: str
    place: str
    state_label: str
    is_open: bool
    opened_at: datetime
    is_anonymous: bool
    result: str
    turn_words: str
    clock: workflow.ClockFace
    legs: list[workflow.LegView]
    lines: list[TimelineLine]
    photos: list[UUID]
    result_photos: list[UUID]
    may_answer: bool
    may_urge: bool
    answered_done: bool | None
    content_label: str
    # Handled together with what others reported; and the other matter of the same report, each with its receipt.
    goes_along: bool = False
    split_from: ReceiptKin | None = None
    parts: tuple[ReceiptKin, ...] = ()
    words_by_the_desk: bool = False  # parted from a report in other words than its reporter's
    # What the procedure lets its holder do beside answering, and the leg to which that belongs.
    steps: tuple[workflow.Step, ...] = ()
    leg: int = 0
    procedure: str = ""
    # Whether the matter ends by itself if its holder does nothing until the clock runs out.
    ends_by_itself: bool = False
    will_ask: bool = True


def receipt(code: str, *, at: datetime) -> Receipt:
    """Return what the holder of a receipt code sees. Raises :class:`NotThere`."""
    case = _by_code(code)
    run = case.run
    of = workflow.procedure(run.procedure)
    stands_still = not run.is_running or run.follows_id is not None
    open_steps = () if stands_still else of.open_to(run.state, [workflow.REPORTER])
    lines = timeline("case", case.id, in_order_of_commit=case.is_anonymous)
    kin = parts_for_reporter(case)
    photos = list(Attachment.objects.filter(case=case).values_list("id", "step"))
    # What was photographed at the place may show other people: somebody looked at it first.
    released = released_of(case) if any(step for _, step in photos) else set()
    return Receipt(
        code=case.receipt_code,
        number=case.number,
        words=case.words,
        place=areas.area_name(case.area),
        state_label=of.state(run.state).label,
        is_open=case.closed_at is None,
        opened_at=case.opened_at,
        is_anonymous=case.is_anonymous,
        result=case.result,
        turn_words=workflow.who_may(run, on=clock.local(at).date()).words,
        clock=workflow.face(run, at=at),
        legs=workflow.legs(run, at=at),
        lines=[line for line in lines if line.kind in _TOLD],
        photos=[one for one, step in photos if not step],
        result_photos=[one for one, step in photos if step and one in released],
        may_answer=any(DONE in step.then for step in open_steps),
        may_urge=case.closed_at is None and rules.may_urge_again(case.urged_at, at),
        answered_done=case.done,
        content_label=case.content_label,
        goes_along=run.follows_id is not None,
        split_from=kin.split_from,
        parts=kin.parts,
        words_by_the_desk=kin.words_by_the_desk,
        steps=() if case.source == rules.RIGHTS else tuple(one for one in open_steps if not _is_answer(one)),
        leg=run.legs_count,
        ends_by_itself=not stands_still and bool(of.open_to(run.state, [workflow.CLOCK])),
        will_ask=any(DONE in step.then for step in of.steps.values()),
        procedure="" if case.source == rules.RIGHTS else run.procedure,
    )


def reporter_step(found: Receipt, key: str) -> workflow.Step | None:
    """Return a step of the receipt's procedure that is its holder's, now or in another state; None for no such step.

    What one asks about one's own file is taken back among one's own requests, not here.
    """
    step = workflow.procedure(found.procedure).steps.get(key) if found.procedure else None
    return step if step and workflow.REPORTER in step.roles and not _is_answer(step) else None


def _is_answer(step: workflow.Step) -> bool:
    """Whether a step is the answer to “was it done”, which has a form of its own."""
    return DONE in step.then or NOT_DONE in step.then


def receipt_photo(code: str, attachment_id: UUID) -> Path:
    """Return where a photo of the receipt's case lies. Raises :class:`NotThere`."""
    found = Attachment.objects.filter(id=attachment_id, case=_by_code(code)).first()
    path = seen_by_reporter(found) if found is not None else None
    if path is None:
        raise NotThere
    return path


def _by_code(code: str) -> Case:
    wanted = rules.read_code(code, rules.RECEIPT_LENGTH)
    case = wanted and (
        Case.objects.unscoped("the receipt's code is the right to follow it")
        .select_related("area", "run", "run__area", "topic")
        .filter(receipt_code=wanted)
        .first()
    )
    if not case:
        raise NotThere("没有这张回执，请核对回执码。")
    return case


@dataclass(frozen=True, slots=True)
class DoorPlace:
    """Where a scanned code points; ``place`` names no person."""

    code: str
    area: areas.Area
    place: str
    subject_kind: str
    subject_id: UUID | None


def door_code(code: str) -> DoorPlace:
    """Return the place of a printed code. Raises :class:`NotThere` when it is unknown or was withdrawn."""
    wanted = rules.read_code(code, rules.DOOR_CODE_LENGTH)
    found = wanted and (
        DoorCode.objects.unscoped("a printed code is public")
        .select_related("area")
        .filter(code=wanted, closed_at=None)
        .first()
    )
    if not found:
        raise NotThere("这个民情码已停用或不存在。请扫门上的新码，或拨打 12345。")
    return DoorPlace(
        found.code, found.area, areas.area_name(found.area), found.subject_kind, found.subject_id
    )
