"""The working calendar, runs and their legs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import ClassVar, Final, Self
from uuid import UUID

from django.db import models
from django.db.models import Case, Count, F, Q, Value, When
from django.db.models.functions import ExtractYear

from minqing.kernel.access import Actor
from minqing.kernel.models import Row
from minqing.kernel.per_request import once_per_request
from minqing.kernel.scope import ScopedQuerySet
from minqing.kernel.statements import statement
from minqing.workflow import rules
from minqing.workflow.models_clocks import ClockRequest, Recomputation, TermVersion
from minqing.workflow.official import official_calendar
from minqing.workflow.parts import Measure, Within
from minqing.workflow.permissions import SEE_RUNS, SPONSOR_CASES
from minqing.workflow.rules import Calendar, Colour, OfficeHours, Term

__all__ = [
    "CalendarVersion", "ClockRequest", "Leg", "Recomputation", "Run", "RunQuerySet", "TermVersion", "WorkingDay",
    "colour_at", "current_calendar", "published_years",
]  # fmt: skip
KEY_LENGTH: Final = 40
DAYS_OF_A_PUBLISHED_YEAR: Final = 365
SNAPSHOTS_KEPT: Final = 4  # the version in use, and a few that requests under way still hold


class WorkingDay(Row):
    """Whether people work on a date; ``published`` if it is as the State Council announced it."""

    public_because: ClassVar[str] = "the working calendar is a published fact"

    date = models.DateField(unique=True)
    is_working = models.BooleanField()
    label = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=120)
    published = models.BooleanField(default=True)

    class Meta:
        db_table = "workflow_working_day"
        ordering = ["date"]


class CalendarVersion(Row):
    """One version of the calendar, with the office hours and the yellow threshold that hold from it on.

    Every change of a day, of the hours or of the threshold adds a row; rows are never changed. A clock
    keeps the number it was computed with, so a stale one is known by a comparison.
    """

    public_because: ClassVar[str] = "office hours are a published fact"

    number = models.PositiveIntegerField(unique=True)
    made_at = models.DateTimeField()
    what = models.CharField(max_length=200)
    by_name = models.CharField(max_length=60)
    morning_opens = models.TimeField(default=rules.USUAL_HOURS[0].opens)
    morning_closes = models.TimeField(default=rules.USUAL_HOURS[0].closes)
    afternoon_opens = models.TimeField(default=rules.USUAL_HOURS[1].opens)
    afternoon_closes = models.TimeField(default=rules.USUAL_HOURS[1].closes)
    yellow_percent = models.PositiveSmallIntegerField(default=rules.USUAL_YELLOW_PERCENT)

    class Meta:
        db_table = "workflow_calendar_version"
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(morning_opens__lt=F("morning_closes"))
                & Q(morning_closes__lte=F("afternoon_opens"))
                & Q(afternoon_opens__lt=F("afternoon_closes")),
                name="workflow_office_hours_in_order",
            ),
            models.CheckConstraint(condition=Q(yellow_percent__lte=100), name="workflow_yellow_is_a_share"),
        ]

    @property
    def hours(self) -> tuple[OfficeHours, OfficeHours]:
        """The office hours of a working day."""
        return (
            OfficeHours(self.morning_opens, self.morning_closes),
            OfficeHours(self.afternoon_opens, self.afternoon_closes),
        )


_snapshots: dict[UUID, Calendar] = {}


def current_calendar() -> Calendar:
    """The calendar as it stands: one statement, and one more the first time a process meets a version.

    Before the table is filled (``ensure_calendar``, after every migration) the published calendar holds as it is.
    """
    latest = _latest_version()
    if latest is None:
        return official_calendar()
    known = _snapshots.get(latest.id)
    if known is None:
        while len(_snapshots) >= SNAPSHOTS_KEPT:
            _snapshots.pop(next(iter(_snapshots)), None)
        known = _snapshots[latest.id] = _snapshot(latest)
    return known


@once_per_request
def _latest_version() -> CalendarVersion | None:
    return _newest.one()


@statement
def _newest() -> models.QuerySet[CalendarVersion]:
    return CalendarVersion.objects.order_by("-number")[:1]


def published_years() -> frozenset[int]:
    """The years of which every day is published."""
    by_year = WorkingDay.objects.filter(published=True).order_by().values(year=ExtractYear("date"))
    full = by_year.annotate(days=Count("id")).filter(days__gte=DAYS_OF_A_PUBLISHED_YEAR)
    return frozenset(full.values_list("year", flat=True))


def _snapshot(version: CalendarVersion) -> Calendar:
    days: dict[date, bool] = {}
    published: dict[int, int] = {}
    for day, works, is_published in WorkingDay.objects.values_list("date", "is_working", "published"):
        days[day] = works
        published[day.year] = published.get(day.year, 0) + is_published
    return Calendar(
        version=version.number,
        days=MappingProxyType(days),
        published=frozenset(y for y, known in published.items() if known >= DAYS_OF_A_PUBLISHED_YEAR),
        hours=version.hours,
        yellow_percent=version.yellow_percent,
        terms=_terms(),
    )


def _terms() -> Mapping[tuple[str, str], tuple[Term, ...]]:
    """The terms that offices have set, by procedure and state, the latest to hold first."""
    found: dict[tuple[str, str], tuple[Term, ...]] = {}
    for one in TermVersion.objects.all():
        within = None if one.amount is None else Within(one.amount, Measure(one.measure))
        term = Term(one.number, one.holds_from, within, one.yellow_percent)
        found[one.procedure, one.state] = (*found.get((one.procedure, one.state), ()), term)
    return MappingProxyType(found)


def colour_at(at: datetime, through: str = "") -> Case:
    """The colour of a run's clock at a moment, as an expression; the same as ``rules.face`` says.

    ``through``: the way from the rows at hand to the run: ``run__``.
    """
    due, yellow = f"{through}next_due_at", f"{through}yellow_at"
    return Case(
        When(**{due: None}, then=Value(Colour.GREY.value)),
        When(**{f"{due}__lte": at}, then=Value(Colour.RED.value)),
        When(**{f"{yellow}__lte": at}, then=Value(Colour.YELLOW.value)),
        default=Value(Colour.GREEN.value),
        output_field=models.CharField(),
    )


def runs_seen(actor: Actor, through: str = "") -> Q:
    """Whose runs are in the actor's areas, are with the actor's units or name the actor; ``through``: as above."""
    scope = actor.within(SEE_RUNS, f"{through}area_id")
    if actor.unit_ids:
        scope |= Q((f"{through}unit_id__in", actor.unit_ids))
    if any(held.role in SPONSOR_CASES.held_by for held in actor.appointments):
        scope |= Q((f"{through}sponsor_id", actor.person_id))
    return scope


class RunQuerySet(ScopedQuerySet["Run"]):
    """Runs are seen in one's areas, and by the people of the unit that has them."""

    def visible_to(self, actor: Actor) -> Self:
        """Runs in areas where the actor may see runs, and runs of the actor's units wherever they are."""
        return self.filter(runs_seen(actor)).opened()

    def running(self) -> Self:
        """Only runs that have not come to an end."""
        return self.filter(finished_at=None)

    def of(self, subject_kind: str, subject_id: UUID) -> Self:
        """The runs of one subject, latest first."""
        return self.filter(subject_kind=subject_kind, subject_id=subject_id).order_by(
            "-started_at", "-legs_count"
        )

    def with_colour(self, at: datetime) -> Self:
        """Annotate ``colour`` (a :class:`Colour` value) as of a moment."""
        return self.annotate(colour=colour_at(at))

    def in_colour(self, colour: Colour, at: datetime) -> Self:
        """Only runs whose clock shows that colour at a moment; uses the index on the deadline."""
        match colour:
            case Colour.GREY:
                return self.filter(next_due_at=None)
            case Colour.RED:
                return self.filter(next_due_at__lte=at)
            case Colour.YELLOW:
                return self.filter(next_due_at__gt=at, yellow_at__lte=at)
            case _:
                return self.filter(next_due_at__gt=at, yellow_at__gt=at)


class Run(Row):
    """One subject on its way through a procedure; the clock of its present leg is copied here for lists.

    A moved clock is a new row version, entered into every index that has a row for it (the deadline stands in some, so
    none is spared): who is rarely named has an index of the rows that name somebody, and where it only repeats
    another there is none.
    """

    seen_with: ClassVar = SEE_RUNS

    procedure = models.CharField(max_length=KEY_LENGTH)
    procedure_version = models.CharField(max_length=12)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=KEY_LENGTH)
    unit = models.ForeignKey(
        "accounts.Unit", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Named by hand among those whose turn it is; nobody where the desk answers as a whole. Ends with the leg.
    holder = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # The leader who answers for it to the end (包案), and the area whose supervisors listed it and may release it.
    sponsor = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    listed_area = models.ForeignKey(
        "areas.Area", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # While nobody holds the post whose turn it is: the area whose duty desk answers (and may act) instead.
    stand_in_area = models.ForeignKey(
        "areas.Area", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # The run along with which this one comes to its result (并单): until then it stands still, and is nobody's turn.
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    entered_at = models.DateTimeField()
    next_due_at = models.DateTimeField(null=True)
    yellow_at = models.DateTimeField(null=True)
    measure = models.CharField(max_length=20, blank=True)
    provisional = models.BooleanField(default=False)
    # Whether the clock above is that of the whole way, being nearer than the leg's.
    by_overall = models.BooleanField(default=False)
    # While a pause holds: up to when; there is no deadline meanwhile.
    paused_until = models.DateTimeField(null=True)
    calendar_version = models.PositiveIntegerField(default=0)
    # The clock of the whole way, for procedures that have one.
    overall_amount = models.PositiveIntegerField(null=True)
    overall_measure = models.CharField(max_length=20, blank=True)
    overall_yellow_percent = models.PositiveSmallIntegerField(null=True)
    overall_term_version = models.PositiveIntegerField(default=0)
    overall_due_at = models.DateTimeField(null=True)
    overall_yellow_at = models.DateTimeField(null=True)
    overall_provisional = models.BooleanField(default=False)
    overall_overdue_since = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    # The missed deadline, once the sweep has said so; empty again when a new leg begins or the clock moves
    # on.
    overdue_since = models.DateTimeField(null=True)
    legs_count = models.PositiveIntegerField(default=1)
    version = models.PositiveIntegerField(default=1)

    everything = models.Manager["Run"]()
    objects = RunQuerySet.as_manager()

    class Meta:
        db_table = "workflow_run"
        base_manager_name = default_manager_name = "everything"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"],
                condition=Q(finished_at=None),
                name="workflow_run_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(next_due_at=None), name="workflow_run_finished_has_no_clock"
            ),
        ]
        indexes = [
            # Whose turn it is follows from the state: a list looks at what waits in its states, not at all that runs.
            models.Index(
                fields=["procedure", "state"], condition=Q(finished_at=None), name="workflow_run_open_state"
            ),
            models.Index(
                fields=["area", "next_due_at"], condition=Q(finished_at=None), name="workflow_run_area_due"
            ),
            models.Index(
                fields=["unit", "next_due_at"],
                condition=Q(finished_at=None, unit__isnull=False),
                name="workflow_run_unit_due",
            ),
            models.Index(
                fields=["next_due_at"],
                condition=Q(overdue_since=None, next_due_at__isnull=False),
                name="workflow_run_to_sweep",
            ),
            models.Index(fields=["subject_kind", "subject_id"], name="workflow_run_subject"),
            models.Index(
                fields=["overall_due_at"],
                condition=Q(finished_at=None, overall_overdue_since=None, overall_due_at__isnull=False),
                name="workflow_run_whole_to_sweep",
            ),
            models.Index(
                fields=["paused_until"], condition=Q(paused_until__isnull=False), name="workflow_run_paused"
            ),
            models.Index(
                fields=["sponsor"], condition=Q(sponsor__isnull=False), name="workflow_run_sponsored"
            ),
            models.Index(
                fields=["stand_in_area"],
                condition=Q(finished_at=None, stand_in_area__isnull=False),
                name="workflow_run_stood_in",
            ),
            models.Index(fields=["holder"], condition=Q(holder__isnull=False), name="workflow_run_holder"),
            models.Index(
                fields=["listed_area"], condition=Q(listed_area__isnull=False), name="workflow_run_listed"
            ),
            models.Index(fields=["follows"], condition=Q(follows__isnull=False), name="workflow_run_follows"),
        ]

    @property
    def is_running(self) -> bool:
        """Whether it has not come to an end."""
        return self.finished_at is None


class Leg(Row):
    """One stay in one state: where, with whom, from when to when, by which clock, and how it ended."""

    scoped_through: ClassVar[str] = "run"

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=KEY_LENGTH)
    area = models.ForeignKey("areas.Area", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        "accounts.Unit", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    entered_at = models.DateTimeField()
    within_amount = models.PositiveIntegerField(null=True)
    within_measure = models.CharField(max_length=20, blank=True)
    yellow_percent = models.PositiveSmallIntegerField(null=True)  # none: the county's, as it stands
    term_version = models.PositiveIntegerField(
        default=0
    )  # of the term set by an office; 0: the procedure's file
    due_at = models.DateTimeField(null=True)
    yellow_at = models.DateTimeField(null=True)
    provisional = models.BooleanField(default=False)
    calendar_version = models.PositiveIntegerField()
    procedure_version = models.CharField(max_length=12)
    # Of a leg that was gone back to: when the one began whose clock it keeps.
    counted_from = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    step = models.CharField(max_length=KEY_LENGTH, blank=True)  # the step that ended it
    by_name = models.CharField(max_length=60, blank=True)  # the hand that took the step
    by_label = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "workflow_leg"
        ordering = ["number"]
        indexes = [models.Index(fields=["unit"], condition=Q(unit__isnull=False), name="workflow_leg_unit")]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="workflow_leg_number"),
            models.UniqueConstraint(fields=["run"], condition=Q(left_at=None), name="workflow_leg_one_open"),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("entered_at")),
                name="workflow_leg_ends_after_start",
            ),
        ]

    @property
    def clock_began_at(self) -> datetime:
        """From when its clock counts."""
        return self.counted_from or self.entered_at

    @property
    def within(self) -> Within | None:
        """The span that was allowed, as it stood when the leg began."""
        if self.within_amount is None:
            return None
        return Within(self.within_amount, Measure(self.within_measure))
