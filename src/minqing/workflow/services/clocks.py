"""Find missed deadlines, of legs and of whole ways, and say each once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import OuterRef, Subquery

from minqing.journal import public as journal
from minqing.kernel.access import SYSTEM
from minqing.workflow.events import RunOverdue, WholeOverdue
from minqing.workflow.models import Leg, Run
from minqing.workflow.services.pausing import label_of

SWEEP_BATCH: Final = 500  # short transactions: nobody waits for the sweep longer than a blink
BATCHES_MAX: Final = 1000  # a sweep that has not ended after this many goes on at the next minute


def sweep_overdue(*, at: datetime) -> int:
    """Mark every run whose deadline has passed, its leg's or that of the whole way, and journal it; return how many.

    Once per deadline. Safe to run twice, and beside another: a run is locked, marked and journalled in one
    transaction, and a marked one is not looked at again.
    """
    return _swept(_sweep_legs, at) + _swept(_sweep_wholes, at)


def _swept(batch: Callable[[datetime], int], at: datetime) -> int:
    total = 0
    for _ in range(BATCHES_MAX):
        found = batch(at)
        total += found
        if found < SWEEP_BATCH:
            break
    return total


@transaction.atomic
def _sweep_legs(at: datetime) -> int:
    due = Leg.objects.filter(run=OuterRef("id"), left_at=None).order_by().values("due_at")
    late = list(
        Run.everything.select_for_update(skip_locked=True, of=("self",))
        .annotate(leg_due_at=Subquery(due))
        # The list clock first, for its index; it may be that of the whole way, which the leg's outlives.
        .filter(next_due_at__lte=at, overdue_since=None, leg_due_at__lte=at)
        .order_by("next_due_at", "id")[:SWEEP_BATCH]
    )
    for run in late:
        run.overdue_since = run.leg_due_at
    Run.everything.bulk_update(late, ["overdue_since"])
    for run in late:
        _say(RunOverdue, run, run.leg_due_at, at)
    return len(late)


@transaction.atomic
def _sweep_wholes(at: datetime) -> int:
    late = list(
        Run.everything.select_for_update(skip_locked=True)
        .filter(finished_at=None, overall_due_at__lte=at, overall_overdue_since=None)
        .order_by("overall_due_at", "id")[:SWEEP_BATCH]
    )
    for run in late:
        run.overall_overdue_since = run.overall_due_at
    Run.everything.bulk_update(late, ["overall_overdue_since"])
    for run in late:
        assert run.overall_due_at is not None  # the query asked for it
        _say(WholeOverdue, run, run.overall_due_at, at)
    return len(late)


def _say(event: type[RunOverdue] | type[WholeOverdue], run: Run, due_at: datetime, at: datetime) -> None:
    said = event(
        subject_kind=run.subject_kind, subject_id=run.subject_id, area_id=run.area_id, run_id=run.id,
        procedure=run.procedure, state=run.state, state_label=label_of(run), unit_id=run.unit_id,
        leg=run.legs_count, due_at=due_at,
    )  # fmt: skip
    journal.record(said, by=SYSTEM, at=at)
