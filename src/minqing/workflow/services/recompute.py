"""Bring clocks up to a changed calendar: set-based, in short transactions, only what the changed days can touch.

Running clocks move and the move is journalled. Of what is over, deadlines are corrected when days changed (never for
new office hours, which hold from then on), and an entry says so where a verdict turns. Clocks with pauses or
extensions go one by one through ``rules.deadline``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from minqing.areas import public as areas
from minqing.journal import public as journal
from minqing.kernel import clock
from minqing.kernel.access import SYSTEM
from minqing.workflow.events import ClockMoved, ClocksRecomputed, VerdictChanged
from minqing.workflow.models import CalendarVersion, ClockRequest, Leg, Recomputation, Run, current_calendar
from minqing.workflow.models_clocks import ENDED, GRANTED
from minqing.workflow.procedure import procedures
from minqing.workflow.rules import Calendar, Due, end_of_day
from minqing.workflow.services import recompute_sql as statements
from minqing.workflow.services.due_sql import calendar_tables
from minqing.workflow.services.hands import Tables, Walk, in_batches, wait_for_no_disk
from minqing.workflow.services.pausing import due_of_leg, due_of_run, label_of, set_clocks
from minqing.workflow.services.setting import clock_facts

# Whoever read the calendar before it changed has committed by then; until then late-comers are looked for.
SETTLES: Final = timedelta(minutes=10)
LONG_AGO: Final = datetime(1, 1, 2, tzinfo=UTC)
FAR_AHEAD: Final = datetime(9999, 1, 1, tzinfo=UTC)

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Era:
    """A stretch of time in which office hours and threshold stayed the same: what then ended was judged by them."""

    since: datetime
    until: datetime
    calendar: Calendar


def recompute_clocks(*, at: datetime, progress: Progress | None = None) -> int:
    """Bring every clock up to the calendar; journal what moved; return how many running ones did.

    Safe to run twice, beside another and after being cut short: a batch is one transaction, and what was brought up
    is not found again.
    """
    # The latest first: what its days touch is its doing, whatever waited before it.
    waiting = Recomputation.objects.filter(settled_at=None).order_by("-number")
    return sum(_bring_up(one.number, at, progress) for one in waiting)


def _bring_up(number: int, at: datetime, progress: Progress | None) -> int:
    """Bring clocks up to one version: all of them the first time and when it has settled, between only running ones."""
    with transaction.atomic():
        version = Recomputation.objects.select_for_update(skip_locked=True).filter(number=number).first()
    if version is None or version.settled_at is not None:
        return 0
    calendar, settles = current_calendar(), at - version.made_at >= SETTLES
    corrects = version.first_day is not None and (version.done_at is None or settles)
    moved = 0
    if corrects or _behind(version).exists():
        tables = partial(calendar_tables, calendar, _last_day(at, calendar))
        with tables():
            moved = _running(version, calendar, at, progress, tables)
            if corrects:
                _closed(version, calendar, at, progress, tables)
    if version.done_at is None:
        _done(number, at)
    if settles:
        Recomputation.objects.filter(number=number).update(settled_at=at)
    return moved


@transaction.atomic
def _done(number: int, at: datetime) -> None:
    version = Recomputation.objects.select_for_update().get(number=number)
    if version.done_at is not None:
        return  # another worker was quicker, and has said it
    version.done_at = at
    version.save(update_fields=["done_at"])
    county = areas.Area.objects.filter(level=areas.COUNTY).first()
    if county is None:
        return
    said = ClocksRecomputed(
        subject_kind="calendar", subject_id=county.id, area_id=county.id, version=number,
        running_moved=version.running_moved, closed_moved=version.closed_moved,
        verdicts_changed=version.verdicts_changed,
    )  # fmt: skip
    journal.record(said, by=SYSTEM, at=at)


# What the days of a version can touch.


def _days(version: Recomputation) -> tuple[datetime, datetime] | None:
    """From the beginning of the first changed day to the end of the last; None: no days changed."""
    if version.first_day is None or version.last_day is None:
        return None
    return datetime.combine(version.first_day, time(), clock.LOCAL), end_of_day(version.last_day)


def _touched(version: Recomputation, start: str, due: str) -> Q:
    """A clock that began by the end of the changed days and was due when they began, or later."""
    days = _days(version)
    if days is None:
        return Q(**{f"{due}__isnull": False})
    return Q(**{f"{start}__lt": days[1], f"{due}__gte": days[0]})


def _has_requests(run: str) -> Exists:
    granted = ClockRequest.objects.filter(run_id=OuterRef(run), state__in=[GRANTED, ENDED])
    return Exists(granted.order_by())


def _last_day(at: datetime, calendar: Calendar) -> date:
    return max(clock.local(at).date(), max(calendar.days, default=date.min)) + timedelta(days=1)


# Running clocks.


def _behind(version: Recomputation) -> Any:
    return Run.everything.filter(
        finished_at=None, next_due_at__isnull=False, calendar_version__lt=version.number
    )


def _running(
    version: Recomputation, calendar: Calendar, at: datetime, progress: Progress | None, tables: Tables
) -> int:
    total = _running_adjusted(version, _behind(version), calendar, at)
    given = _given(version, calendar) | {"version": calendar.version, "at": at}

    def batch(walk: Walk) -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            wait_for_no_disk(cursor)
            seen = walk.on(
                cursor, statements.running_batch(dated=version.first_day is not None), given, "run_id"
            )
            if not seen:
                return 0
            for statement in statements.running_moves(calendar):
                cursor.execute(statement, given)
            moved = journal.record_rows(ClockMoved, "clock_moved", _MOVED, by=SYSTEM, at=at)
            _count(version.number, running_seen=seen, running_moved=moved)
        if progress:
            progress("running", seen)
        return moved

    return total + in_batches(batch, tables)


_MOVED: Final = {
    "run_id": "uuid", "state_label": "text", "before": "moment", "after": "moment", "provisional": "plain",
    "calendar_version": "plain", "overall_before": "moment", "overall_after": "moment", "clock": "json",
}  # fmt: skip


def _given(version: Recomputation, calendar: Calendar) -> dict[str, Any]:
    """What the statements are told, of running clocks and of those that are over."""
    first, last = _days(version) or (None, None)
    return {
        "number": version.number, "first": first, "last": last, "percent": calendar.yellow_percent, **_labels(),
    }  # fmt: skip


def _labels() -> dict[str, list[str]]:
    """The labels of all states, under every name that procedure and state ever had, as three columns."""
    rows = [
        (key, name, state.label)
        for of in procedures()
        for key in (of.key, *of.renamed_from)
        for state in of.states.values()
        for name in (state.key, *state.renamed_from)
    ]
    return {
        "procedures": [row[0] for row in rows],
        "states": [row[1] for row in rows],
        "labels": [row[2] for row in rows],
    }


def _running_adjusted(version: Recomputation, behind: Any, calendar: Calendar, at: datetime) -> int:
    """Runs with pauses or extensions, one by one."""
    ids = behind.filter(_has_requests("id")).order_by("id").values_list("id", flat=True)
    moved = 0
    for run_id in list(ids):
        with transaction.atomic():
            run = behind.select_for_update(skip_locked=True, of=("self",)).filter(id=run_id).first()
            if run is None:
                continue
            leg = Leg.objects.get(run=run, left_at=None)
            before = (leg.due_at, leg.yellow_at, run.overall_due_at, run.overall_yellow_at)
            leg = set_clocks(run, calendar, at=at)
            changed = before != (leg.due_at, leg.yellow_at, run.overall_due_at, run.overall_yellow_at)
            if changed:
                event = ClockMoved(
                    subject_kind=run.subject_kind, subject_id=run.subject_id, area_id=run.area_id, run_id=run.id,
                    state_label=label_of(run), before=before[0], after=leg.due_at, provisional=leg.provisional,
                    calendar_version=version.number, overall_before=before[2], overall_after=run.overall_due_at,
                    clock=clock_facts(run),
                )  # fmt: skip
                journal.record_many([(event, SYSTEM, at)])
            moved += changed
            _count(version.number, running_seen=1, running_moved=int(changed))
    return moved


def _count(number: int, **more: int) -> None:
    Recomputation.objects.filter(number=number).update(**{name: F(name) + by for name, by in more.items()})


# What is over.


def eras(calendar: Calendar) -> Iterator[Era]:
    """The stretches of constant office hours and threshold, each with the days as they are known now."""
    rows = list(CalendarVersion.objects.order_by("number"))
    since, held = LONG_AGO, (calendar.hours, calendar.yellow_percent)
    if rows:
        held = (rows[0].hours, rows[0].yellow_percent)
    for row in rows:
        if (row.hours, row.yellow_percent) != held:
            yield Era(since, row.made_at, replace(calendar, hours=held[0], yellow_percent=held[1]))
            since, held = row.made_at, (row.hours, row.yellow_percent)
    yield Era(since, FAR_AHEAD, replace(calendar, hours=held[0], yellow_percent=held[1]))


def _closed(
    version: Recomputation, calendar: Calendar, at: datetime, progress: Progress | None, tables: Tables
) -> None:
    """Correct the deadlines of legs and runs that are over; say where one is on time after all, or is not."""
    for era in eras(calendar):
        _closed_adjusted(version, era, at)
        given = _given(version, era.calendar) | {"since": era.since, "until": era.until}
        for of in (statements.CLOSED_LEGS, statements.CLOSED_RUNS):
            in_batches(partial(_closed_batch, of, era.calendar, given, at, progress), tables)


def _closed_batch(
    of: statements.Closed,
    calendar: Calendar,
    given: dict[str, Any],
    at: datetime,
    progress: Progress | None,
    walk: Walk,
) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        wait_for_no_disk(cursor)
        seen = walk.on(cursor, of.batch, given, "key")
        if not seen:
            return 0
        cursor.execute(statements.closed_new(calendar))
        cursor.execute(statements.VERDICTS)
        cursor.execute(statements.BY_KEYS)
        cursor.execute(of.correct, given)
        (moved,) = cursor.fetchone()
        cursor.execute(statements.FREELY)
        turned = journal.record_rows(VerdictChanged, "clock_verdict", _VERDICT, by=SYSTEM, at=at)
        _count(given["number"], closed_seen=seen, closed_moved=moved, verdicts_changed=turned)
    if progress:
        progress("closed", seen)
    return int(moved)


_VERDICT: Final = {
    "run_id": "uuid", "state_label": "text", "before": "moment", "after": "moment", "left_at": "moment",
    "on_time": "plain", "calendar_version": "plain",
}  # fmt: skip


def _closed_adjusted(version: Recomputation, era: Era, at: datetime) -> None:
    """Legs and runs that had pauses or extensions, one by one."""
    over = Leg.objects.filter(
        Q(counted_from__isnull=False) | _touched(version, "entered_at", "due_at"), _has_requests("run_id"),
        left_at__gte=era.since, left_at__lt=era.until,
    )  # fmt: skip
    for leg in over.select_related("run").order_by("id"):
        due = due_of_leg(leg, _granted(leg.run_id), era.calendar)
        if due is None or leg.due_at is None or leg.left_at is None:
            continue
        before = leg.due_at
        if not _differs(due, (leg.due_at, leg.yellow_at, leg.provisional)):
            continue
        with transaction.atomic():
            Leg.objects.filter(id=leg.id).update(
                due_at=due.at,
                yellow_at=due.yellow_at,
                provisional=due.provisional,
                calendar_version=version.number,
            )
            _say(version, leg.run, _state_label(leg), before, due.at, leg.left_at, at)
    runs = Run.everything.filter(
        _touched(version, "started_at", "overall_due_at"), _has_requests("id"),
        finished_at__gte=era.since, finished_at__lt=era.until,
    )  # fmt: skip
    for run in runs.order_by("id"):
        due, stood, ended = (
            due_of_run(run, _granted(run.id), era.calendar),
            run.overall_due_at,
            run.finished_at,
        )
        if due is None or stood is None or ended is None:
            continue
        if not _differs(due, (stood, run.overall_yellow_at, run.overall_provisional)):
            continue
        with transaction.atomic():
            Run.everything.filter(id=run.id).update(
                overall_due_at=due.at, overall_yellow_at=due.yellow_at, overall_provisional=due.provisional
            )
            _say(version, run, statements.WHOLE_LABEL, stood, due.at, ended, at)


def _differs(due: Due, stood: tuple[datetime | None, datetime | None, bool]) -> bool:
    return (due.at, due.yellow_at, due.provisional) != stood


def _granted(run_id: UUID) -> Iterable[ClockRequest]:
    return list(ClockRequest.objects.filter(run_id=run_id, state__in=[GRANTED, ENDED]))


def _state_label(leg: Leg) -> str:
    return label_of(Run(procedure=leg.run.procedure, state=leg.state))


def _say(
    version: Recomputation,
    run: Run,
    label: str,
    before: datetime,
    after: datetime,
    left: datetime,
    at: datetime,
) -> None:
    turned = (left <= before) != (left <= after)
    if turned:
        event = VerdictChanged(
            subject_kind=run.subject_kind, subject_id=run.subject_id, area_id=run.area_id, run_id=run.id,
            state_label=label, before=before, after=after, left_at=left, on_time=left <= after,
            calendar_version=version.number,
        )  # fmt: skip
        journal.record_many([(event, SYSTEM, at)])
    _count(version.number, closed_seen=1, closed_moved=1, verdicts_changed=int(turned))
