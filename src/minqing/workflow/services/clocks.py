"""Keep running clocks right: find missed deadlines, recompute after a change of the calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from minqing.journal import public as journal
from minqing.kernel.access import SYSTEM
from minqing.workflow.events import ClockMoved, RunOverdue
from minqing.workflow.models import Leg, Run, current_calendar
from minqing.workflow.procedure import UnknownProcedure, procedure
from minqing.workflow.rules import Calendar, due_at

SWEEP_BATCH: Final = 500  # short transactions: nobody waits for the sweep longer than a blink
RECOMPUTE_BATCH: Final = 2000
BATCHES_MAX: Final = 1000  # a sweep that has not ended after this many goes on at the next minute


def sweep_overdue(*, at: datetime) -> int:
    """Mark every run whose deadline has passed and journal it, once per deadline; return how many.

    Safe to run twice, and beside another: a run is locked, marked and journalled in one transaction, and a
    marked one is not looked at again.
    """
    total = 0
    for _ in range(BATCHES_MAX):
        found = _sweep_batch(at)
        total += found
        if found < SWEEP_BATCH:
            break
    return total


@transaction.atomic
def _sweep_batch(at: datetime) -> int:
    late = list(
        Run.everything.select_for_update(skip_locked=True)
        .filter(next_due_at__lte=at, overdue_since=None)
        .order_by("next_due_at", "id")[:SWEEP_BATCH]
    )
    for run in late:
        run.overdue_since = run.next_due_at
    Run.everything.bulk_update(late, ["overdue_since"])
    for run in late:
        assert run.next_due_at is not None  # the query asked for it
        event = RunOverdue(
            subject_kind=run.subject_kind,
            subject_id=run.subject_id,
            area_id=run.area_id,
            run_id=run.id,
            procedure=run.procedure,
            state=run.state,
            state_label=_label(run),
            unit_id=run.unit_id,
            leg=run.legs_count,
            due_at=run.next_due_at,
        )
        journal.record(event, by=SYSTEM, at=at)
    return len(late)


def recompute_clocks(*, at: datetime) -> int:
    """Recompute every running clock made from an older calendar; journal those that moved; count them.

    Runs that somebody is moving at this moment are passed over; the next pass finds them by their version.
    """
    calendar = current_calendar()
    total = 0
    for _ in range(BATCHES_MAX):
        seen, moved = _recompute_batch(calendar, at)
        total += moved
        if seen < RECOMPUTE_BATCH:
            break
    return total


@transaction.atomic
def _recompute_batch(calendar: Calendar, at: datetime) -> tuple[int, int]:
    legs = list(
        Leg.objects.select_for_update(of=("run",), skip_locked=True)
        .select_related("run")
        .filter(left_at=None, run__next_due_at__isnull=False, run__calendar_version__lt=calendar.version)
        .order_by("run_id")[:RECOMPUTE_BATCH]
    )
    moved: list[ClockMoved] = []
    for leg in legs:
        within, run, before = leg.within, leg.run, leg.due_at
        assert within is not None  # a clock that runs has a span
        assert before is not None
        due = due_at(leg.entered_at, within, calendar)
        leg.due_at, leg.yellow_at, leg.provisional = due.at, due.yellow_at, due.provisional
        leg.calendar_version = run.calendar_version = calendar.version
        run.next_due_at, run.yellow_at, run.provisional = due.at, due.yellow_at, due.provisional
        if due.at > at:
            run.overdue_since = None
        if due.at != before:
            moved.append(
                ClockMoved(
                    subject_kind=run.subject_kind,
                    subject_id=run.subject_id,
                    area_id=run.area_id,
                    run_id=run.id,
                    state_label=_label(run),
                    before=before,
                    after=due.at,
                    provisional=due.provisional,
                    calendar_version=calendar.version,
                )
            )
    _write_clocks(legs)
    journal.record_many((event, SYSTEM, at) for event in moved)
    return len(legs), len(moved)


_COLUMNS: Final = (
    "%s::uuid[], %s::uuid[], %s::timestamptz[], %s::timestamptz[], %s::bool[], %s::int[], %s::timestamptz[]"
)
_NEW: Final = f"unnest({_COLUMNS}) AS new (leg, run, due, yellow, provisional, version, overdue)"


def _write_clocks(legs: list[Leg]) -> None:
    """Write the clocks of a batch in two statements; ``bulk_update`` would build a CASE of thousands of branches."""
    columns: list[Any] = [
        [leg.id for leg in legs],
        [leg.run_id for leg in legs],
        [leg.due_at for leg in legs],
        [leg.yellow_at for leg in legs],
        [leg.provisional for leg in legs],
        [leg.calendar_version for leg in legs],
        [leg.run.overdue_since for leg in legs],
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE workflow_leg SET due_at = new.due, yellow_at = new.yellow, provisional = new.provisional,"  # noqa: S608
            f" calendar_version = new.version FROM {_NEW} WHERE id = new.leg",
            columns,
        )
        cursor.execute(
            "UPDATE workflow_run SET next_due_at = new.due, yellow_at = new.yellow, provisional = new.provisional,"  # noqa: S608
            f" calendar_version = new.version, overdue_since = new.overdue FROM {_NEW} WHERE id = new.run",
            columns,
        )


def _label(run: Run) -> str:
    """The state's label, or its bare name if the procedure's file is gone: late is late."""
    try:
        return procedure(run.procedure).state(run.state).label
    except UnknownProcedure:
        return run.state
