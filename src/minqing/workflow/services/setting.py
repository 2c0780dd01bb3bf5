"""Set the clocks of a run: that of its leg, that of the whole way, and the nearer of both, which lists show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from minqing.workflow.models import Leg, Run
from minqing.workflow.parts import Measure, Within
from minqing.workflow.procedure import Procedure
from minqing.workflow.rules import Calendar, Due, deadline
from minqing.workflow.terms import Span, overall_of

# What `show_nearer` and `set_overall` write onto a run.
CLOCK_COLUMNS = (
    "next_due_at", "yellow_at", "measure", "provisional", "by_overall", "paused_until", "calendar_version",
    "overdue_since", "overall_due_at", "overall_yellow_at", "overall_provisional", "overall_overdue_since",
)  # fmt: skip


def begin_overall(run: Run, of: type[Procedure], calendar: Calendar) -> None:
    """Start the clock of the whole way, if the procedure has one; write nothing."""
    span = overall_of(of, calendar, run.started_at)
    if span.within is None:
        return
    run.overall_amount, run.overall_measure = span.within.amount, span.within.measure.value
    run.overall_yellow_percent, run.overall_term_version = span.yellow_percent, span.version
    set_overall(run, due_of(run.started_at, span, calendar))


def set_overall(run: Run, due: Due | None) -> None:
    """Put the clock of the whole way onto a run; write nothing."""
    run.overall_due_at, run.overall_yellow_at = (due.at, due.yellow_at) if due else (None, None)
    run.overall_provisional = bool(due and due.provisional)


def overall_within(run: Run) -> Within | None:
    """The span of the whole way, as it stood when the run began."""
    if run.overall_amount is None:
        return None
    return Within(run.overall_amount, Measure(run.overall_measure))


def due_of(start: datetime, span: Span, calendar: Calendar) -> Due | None:
    """The deadline of a span that begins now, without pauses and extensions."""
    if span.within is None:
        return None
    return deadline(start, span.within, calendar, yellow_percent=span.yellow_percent)


def show_nearer(run: Run, due: Due | None, within: Within | None) -> None:
    """Let a run's list clock be its leg's or that of the whole way, whichever is due sooner; write nothing."""
    whole = overall_within(run) if run.overall_due_at is not None else None
    if whole is not None and run.overall_due_at and (due is None or run.overall_due_at < due.at):
        run.next_due_at, run.yellow_at = run.overall_due_at, run.overall_yellow_at
        run.measure, run.provisional, run.by_overall = whole.measure.value, run.overall_provisional, True
        return
    run.next_due_at, run.yellow_at = (due.at, due.yellow_at) if due else (None, None)
    run.measure = within.measure.value if within else ""
    run.provisional, run.by_overall = bool(due and due.provisional), False


def hide_clock(run: Run) -> None:
    """Show no deadline: the run is over, or its clocks stand still. Write nothing."""
    run.next_due_at = run.yellow_at = None
    run.provisional = run.by_overall = False


def set_leg(leg: Leg, due: Due | None, calendar: Calendar) -> None:
    """Put a deadline onto a leg; write nothing."""
    leg.due_at, leg.yellow_at = (due.at, due.yellow_at) if due else (None, None)
    leg.provisional = bool(due and due.provisional)
    leg.calendar_version = calendar.version


def clock_facts(run: Run) -> dict[str, Any]:
    """What a run's list clock shows from now on, as every entry that sets or moves it carries it.

    From these, and nothing else, ``colour_on`` knows the colour of any past day.
    """
    return {"due_at": run.next_due_at, "paused_until": run.paused_until, "yellow_at": run.yellow_at}
