"""Start a run, take it one leg further, and write whole histories at once (imports and the seed)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from minqing.kernel.access import Hand
from minqing.kernel.errors import Conflict, NotThere
from minqing.kernel.ids import random_id, uuid7
from minqing.workflow.models import Leg, Run, current_calendar
from minqing.workflow.parts import State
from minqing.workflow.procedure import Decision, Procedure, procedure
from minqing.workflow.rules import Calendar
from minqing.workflow.services.pausing import end_with_leg
from minqing.workflow.services.setting import begin_overall, due_of, hide_clock, set_leg, show_nearer
from minqing.workflow.terms import span_of

BATCH_ROWS = 2000


@transaction.atomic(savepoint=False)  # in the caller's transaction: what fails here ends that too
def start_run(
    *,
    procedure: type[Procedure],
    subject_kind: str,
    subject_id: UUID,
    area_id: UUID,
    by: Hand,
    at: datetime,
    unit_id: UUID | None = None,
    after: Run | None = None,
) -> Run:
    """Set a subject on its way, in the procedure's first state, with that state's clock running.

    ``at`` is when the matter came in; for an anonymous one the caller has rounded it to the hour already,
    and a nameless hand leaves ids that tell no time. ``after``: the run this one carries on, under another
    procedure; its legs count on, and who answers for it stays. Raises ``IntegrityError`` if the subject is
    under way already.
    """
    run, leg = _begin(
        procedure, subject_kind, subject_id, area_id, unit_id, at, current_calendar(), by.nameless, after
    )
    run.save(force_insert=True)
    leg.save(force_insert=True)
    return run


def lock_run(run_id: UUID) -> Run:
    """Return a run with its area, locked until the transaction ends. Raises :class:`NotThere`."""
    run = Run.everything.select_for_update(of=("self",)).select_related("area").filter(id=run_id).first()
    if run is None:
        raise NotThere
    return run


@transaction.atomic(savepoint=False)
def advance(
    run: Run,
    decision: Decision,
    *,
    by: Hand,
    at: datetime,
    unit_id: UUID | None = None,
    area_id: UUID | None = None,
) -> Leg:
    """Close the run's leg with the step decided on, open the next with its clock, and return that.

    ``unit_id`` and ``area_id`` hand the run to another unit or area; None keeps the present one. Raises
    :class:`Conflict` if somebody else moved the run since it was read.
    """
    of = procedure(run.procedure)
    if run.finished_at is not None or of.state(run.state) is not decision.source:
        raise Conflict(f"现在是“{of.state(run.state).label}”，不能“{decision.step.label}”。请刷新页面查看。")
    at = max(at, run.entered_at)  # a leg entered on the rounded hour, or a phone whose clock is behind
    read = run.version
    end_with_leg(run, by=by, at=at)
    leg = _onward(run, of, decision, unit_id, area_id, at, current_calendar(), by.nameless)
    moved = Run.everything.filter(id=run.id, version=read).update(
        **{name: getattr(run, name) for name in MOVING}, version=F("version") + 1
    )
    if not moved:
        raise Conflict("有人刚刚办过这件事。请刷新页面查看。")
    Leg.objects.filter(run=run, left_at=None).update(
        left_at=at, step=decision.step.key, by_name=by.person_name, by_label=by.appointment_label
    )
    leg.save(force_insert=True)
    return leg


MOVING = (
    "procedure", "procedure_version", "state", "area_id", "unit_id", "entered_at", "next_due_at", "yellow_at",
    "measure", "provisional", "calendar_version", "finished_at", "overdue_since", "legs_count", "holder_id",
    "stand_in_area_id", "by_overall", "paused_until", "overall_due_at", "overall_yellow_at", "overall_provisional",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken, for writing a history."""

    step: str
    at: datetime
    by: Hand
    unit_id: UUID | None = None
    area_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class History:
    """A whole way through a procedure, step by step; the last leg is still open unless it is final."""

    procedure: type[Procedure]
    subject_kind: str
    subject_id: UUID
    area_id: UUID
    started_at: datetime
    taken: tuple[Taken, ...] = ()
    unit_id: UUID | None = None
    nameless: bool = False


@transaction.atomic
def write_histories(histories: Iterable[History]) -> list[Run]:
    """Write many runs with all their legs, set-based; the runs come back in the order given.

    The same clocks as step by step, and nothing in the journal: whoever imports a history writes that too.
    Overdue ones are found by the next sweep. Raises ``ValueError`` for a step that does not start where the
    run is.
    """
    calendar = current_calendar()
    runs: list[Run] = []
    legs: list[Leg] = []
    for history in histories:
        of = history.procedure
        run, leg = _begin(
            of,
            history.subject_kind,
            history.subject_id,
            history.area_id,
            history.unit_id,
            history.started_at,
            calendar,
            history.nameless,
        )
        for taken in history.taken:
            step, here = of.step(taken.step), of.state(run.state)
            if here not in step.sources or taken.at < run.entered_at:
                raise ValueError(f"{step.key} cannot be taken from {here.key} at {taken.at}")
            leg.left_at, leg.step = taken.at, step.key
            leg.by_name, leg.by_label = taken.by.person_name, taken.by.appointment_label
            legs.append(leg)
            decision = Decision(step, here, step.to, step.then)
            leg = _onward(
                run, of, decision, taken.unit_id, taken.area_id, taken.at, calendar, history.nameless
            )
        legs.append(leg)
        runs.append(run)
    Run.everything.bulk_create(runs, batch_size=BATCH_ROWS)
    Leg.objects.bulk_create(legs, batch_size=BATCH_ROWS)
    return runs


def _begin(
    of: type[Procedure],
    subject_kind: str,
    subject_id: UUID,
    area_id: UUID,
    unit_id: UUID | None,
    at: datetime,
    calendar: Calendar,
    nameless: bool,
    after: Run | None = None,
) -> tuple[Run, Leg]:
    run = Run(
        id=random_id() if nameless else uuid7(),
        procedure=of.key,
        subject_kind=subject_kind,
        subject_id=subject_id,
        area_id=area_id,
        unit_id=unit_id,
        started_at=at,
        legs_count=after.legs_count if after else 0,
        sponsor_id=after.sponsor_id if after else None,
        listed_area_id=after.listed_area_id if after else None,
    )
    begin_overall(run, of, calendar)
    return run, enter(run, of, of.start, at, calendar, nameless)


def _onward(
    run: Run,
    of: type[Procedure],
    decision: Decision,
    unit_id: UUID | None,
    area_id: UUID | None,
    at: datetime,
    calendar: Calendar,
    nameless: bool,
) -> Leg:
    run.unit_id = unit_id or run.unit_id
    run.area_id = area_id or run.area_id
    return enter(run, of, decision.state, at, calendar, nameless)


def enter(
    run: Run, of: type[Procedure], state: State, at: datetime, calendar: Calendar, nameless: bool
) -> Leg:
    """Put the run into a state, with its clock, and make the leg; write nothing."""
    span = span_of(of, state, calendar, at)
    due = due_of(at, span, calendar)
    run.procedure, run.procedure_version = of.key, of.version
    run.state, run.entered_at, run.legs_count = state.key, at, run.legs_count + 1
    run.paused_until, run.calendar_version = None, calendar.version
    if state.final:
        hide_clock(run)
        run.measure = ""
    else:
        show_nearer(run, due, span.within)
    run.overdue_since, run.finished_at = None, at if state.final else None
    run.holder_id = run.stand_in_area_id = None  # of the leg that is over
    leg = Leg(
        id=random_id() if nameless else uuid7(),
        run=run,
        number=run.legs_count,
        state=state.key,
        area_id=run.area_id,
        unit_id=run.unit_id,
        entered_at=at,
        within_amount=span.within.amount if span.within else None,
        within_measure=span.within.measure.value if span.within else "",
        yellow_percent=span.yellow_percent,
        term_version=span.version,
        procedure_version=of.version,
        left_at=at if state.final else None,  # an end has no length
    )
    set_leg(leg, due, calendar)
    return leg
