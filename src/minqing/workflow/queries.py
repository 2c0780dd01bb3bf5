"""What is to do, who may do it, and what each clock shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from minqing.areas import public as areas
from minqing.kernel.access import Actor, Role
from minqing.kernel.errors import NotThere
from minqing.kernel.roles import SUPERVISOR
from minqing.kernel.statements import statement
from minqing.workflow import rules
from minqing.workflow.models import (
    Leg,
    Run,
    RunQuerySet,
    WorkingDay,
    colour_at,
    current_calendar,
    published_years,
)
from minqing.workflow.parts import ENDED_OTHERWISE, LISTER, SPONSOR, Measure, Step
from minqing.workflow.permissions import SPONSOR_CASES, STAND_IN
from minqing.workflow.procedure import UnknownProcedure, procedure, procedures
from minqing.workflow.rules import Calendar, ClockFace, Colour, Due


def run_of(subject_kind: str, subject_id: UUID) -> Run:
    """The latest run of a subject, with its area; the subject's own page has scoped it. Raises ``NotThere``."""
    found = Run.objects.unscoped("the subject's page scopes it").of(subject_kind, subject_id)
    run = found.select_related("area").first()
    if run is None:
        raise NotThere
    return run


def roles_in(run: Run, actor: Actor) -> frozenset[Role]:
    """The roles the acting appointment gives in a run: by its area, or for a unit's role by the run's unit."""
    acting = actor.acting
    if acting is None:
        return frozenset()
    named: set[Role] = set()
    if (
        run.sponsor_id is not None
        and run.sponsor_id == actor.person_id
        and acting.role in SPONSOR_CASES.held_by
    ):
        named.add(SPONSOR)
    if run.listed_area_id is not None and (acting.role, acting.area_id) == (SUPERVISOR, run.listed_area_id):
        named.add(LISTER)
    if acting.role in STAND_IN.held_by and acting.area_id == run.stand_in_area_id:
        # The post is vacant: whoever answers for it may do what it does.
        named.update(procedure(run.procedure).answering(run.state))
    if acting.role.by_unit:
        mine = acting.unit_id is not None and acting.unit_id == run.unit_id
        return frozenset({acting.role, *named}) if mine else frozenset(named)
    return actor.roles_at(run.area.path) | named


def steps_open_to(run: Run, actor: Actor, facts: frozenset[str] | None = None) -> tuple[Step, ...]:
    """The steps that the actor, in the acting appointment, may take now; in file order.

    ``facts``: keys of the conditions that hold; None shows steps whatever their conditions.
    """
    if not run.is_running or run.follows_id is not None:
        return ()
    return procedure(run.procedure).open_to(run.state, roles_in(run, actor), facts)


def todo(actor: Actor) -> RunQuerySet:
    """Running runs whose turn it is for any of the actor's appointments, soonest deadline first. One statement."""
    return Run.objects.visible_to(actor).filter(its_turn(actor)).order_by("next_due_at", "id")


def its_turn(actor: Actor, through: str = "") -> Q:
    """The condition that a run is under way, and that it is the turn of any of the actor's appointments.

    ``through``: the way from the rows at hand to the run (``run__``); whether the actor sees it is not asked here.

    For a role at an area: runs there and below. For a unit's role: runs that the unit has. For a sponsor: what names
    them; for whoever listed a matter: what that area listed; for a duty desk: what no post answers for. What is
    handed to somebody by name is on that list alone.
    """
    by_role: dict[Role, list[tuple[str, UUID | None]]] = {}
    for held in actor.appointments:
        by_role.setdefault(held.role, []).append((held.area_path, held.unit_id))
    mine = Q(pk__in=[])
    for role, places in by_role.items():
        waiting = _waiting_for(role, through)
        if waiting is None:
            continue
        if role.by_unit:
            units = [unit for _, unit in places if unit is not None]
            mine |= waiting & Q((f"{through}unit_id__in", units))
        elif any(areas.is_whole_county(path) for path, _ in places):
            mine |= waiting
        else:
            below = areas.Area.objects.filter(path__under_any=sorted({path for path, _ in places}))
            mine |= waiting & Q((f"{through}area_id__in", below.order_by().values("id")))
    mine &= Q((f"{through}holder", None)) | Q((f"{through}holder_id", actor.person_id))
    mine |= _named(actor, through)
    return mine & Q((f"{through}finished_at", None), (f"{through}follows", None))


def _named(actor: Actor, through: str) -> Q:
    """What is on a list because the run names its bearer or the bearer's desk."""
    mine = Q(pk__in=[])
    if any(held.role in SPONSOR_CASES.held_by for held in actor.appointments):
        waiting = _waiting_for(SPONSOR, through)
        if waiting is not None:
            mine |= waiting & Q((f"{through}sponsor_id", actor.person_id))
    listing = [held.area_id for held in actor.appointments if held.role == SUPERVISOR]
    if listing and (waiting := _waiting_for(LISTER, through)) is not None:
        mine |= waiting & Q((f"{through}listed_area_id__in", listing))
    desks = [held.area_id for held in actor.appointments if held.role in STAND_IN.held_by]
    if desks:
        mine |= Q((f"{through}stand_in_area_id__in", desks))
    return mine


def _waiting_for(role: Role, through: str) -> Q | None:
    """The states, in any procedure and under any name they ever had, in which it is a role's turn."""
    found: Q | None = None
    for one in procedures():
        names: list[str] = []
        for state in one.states.values():
            if role in one.answering(state.key):
                names += [state.key, *state.renamed_from]
        if names:
            keys = [one.key, *one.renamed_from]
            here = Q((f"{through}procedure__in", keys), (f"{through}state__in", names))
            found = here if found is None else found | here
    return found


@dataclass(frozen=True, slots=True)
class TodoCount:
    """How many runs of one state and colour are on a to-do list."""

    procedure: str
    procedure_title: str
    state: str
    state_label: str
    colour: Colour
    count: int


def todo_counts(actor: Actor, *, at: datetime) -> list[TodoCount]:
    """Count the actor's to-do list by procedure, state and colour; one statement, red first."""
    rows = (
        todo(actor).order_by().values("procedure", "state", colour=colour_at(at)).annotate(count=Count("id"))
    )
    counts = []
    for row in rows:
        of = procedure(row["procedure"])
        state, colour = of.state(row["state"]), Colour(row["colour"])
        counts.append(TodoCount(of.key, of.title, state.key, state.label, colour, row["count"]))
    urgency = [Colour.RED, Colour.YELLOW, Colour.GREEN, Colour.GREY]
    return sorted(counts, key=lambda one: (urgency.index(one.colour), one.procedure, one.state))


def face(run: Run, *, at: datetime, calendar: Calendar | None = None) -> ClockFace:
    """What a run's clock shows at a moment. Pass the calendar when drawing many."""
    measure = Measure(run.measure) if run.measure else None
    return rules.face(
        run.next_due_at, run.yellow_at, run.provisional, measure, at, calendar or current_calendar(),
        paused_until=run.paused_until, overall=run.by_overall,
    )  # fmt: skip


def face_of(due: Due, *, at: datetime, calendar: Calendar | None = None) -> ClockFace:
    """What a date that no run keeps (a report that is due) shows at a moment."""
    measure = Measure.CALENDAR_DAYS
    return rules.face(due.at, due.yellow_at, due.provisional, measure, at, calendar or current_calendar())


def faces(runs: Iterable[Run], *, at: datetime) -> dict[UUID, ClockFace]:
    """What the clocks of many runs show, by run id; one statement for the calendar."""
    calendar = current_calendar()
    return {run.id: face(run, at=at, calendar=calendar) for run in runs}


@dataclass(frozen=True, slots=True)
class LegView:
    """One leg as a page shows it; ``unit_name`` only while it was the unit's turn, not while others had to act."""

    number: int
    state: str
    state_label: str
    place: str
    unit_name: str
    entered_at: datetime
    left_at: datetime | None
    within_words: str
    clock: ClockFace
    step_label: str
    by_name: str
    by_label: str


def legs(run: Run, *, at: datetime) -> list[LegView]:
    """The legs of a run, first to last, each with its clock: running, or on time, or how late.

    Those of the runs it carries on under another procedure come first.
    """
    calendar = current_calendar()
    rows = _legs_of(subject_kind=run.subject_kind, subject_id=run.subject_id)
    return [_leg_view(leg.run, leg, at, calendar) for leg in rows]


@statement
def _legs_of(*, subject_kind: str, subject_id: UUID) -> QuerySet[Leg]:
    return (
        Leg.objects.filter(run__subject_kind=subject_kind, run__subject_id=subject_id)
        .select_related("area", "unit", "run")
        .defer("area__outline")
        .order_by("number", "run__started_at")
    )


def _leg_view(run: Run, leg: Leg, at: datetime, calendar: Calendar) -> LegView:
    within = leg.within
    if leg.left_at is None:
        measure = within.measure if within else None
        clock = rules.face(
            leg.due_at, leg.yellow_at, leg.provisional, measure, at, calendar, paused_until=run.paused_until
        )
    else:
        clock = rules.stopped(leg.due_at, leg.left_at, calendar)
    try:
        of = procedure(run.procedure)
        state_label = of.state(leg.state).label
        step_label = ENDED_OTHERWISE.get(leg.step) or (of.step(leg.step).label if leg.step else "")
        with_unit = any(role.by_unit for role in of.answering(leg.state))
    except UnknownProcedure:  # a state that went without a rename: the record is shown all the same
        state_label, step_label, with_unit = leg.state, leg.step, False
    return LegView(
        number=leg.number,
        state=leg.state,
        state_label=state_label,
        place=leg.area.name,
        unit_name=leg.unit.name if leg.unit and with_unit else "",
        entered_at=leg.entered_at,
        left_at=leg.left_at,
        within_words=within.words if within else "",
        clock=clock,
        step_label=step_label,
        by_name=leg.by_name,
        by_label=leg.by_label,
    )


def days_of_year(year: int) -> list[WorkingDay]:
    """The rows of one year's calendar, in order; empty if nothing is known of it."""
    return list(WorkingDay.objects.filter(date__year=year))


def calendar_is_published(year: int) -> bool:
    """Whether every day of a year is published."""
    return year in published_years()
