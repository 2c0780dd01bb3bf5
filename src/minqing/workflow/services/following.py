"""Let a run stand still beside another's, go back where it stood, or be taken up again after its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from minqing.kernel.access import Hand
from minqing.kernel.errors import Conflict, NotThere
from minqing.kernel.ids import random_id, uuid7
from minqing.workflow.models import Leg, Run, current_calendar
from minqing.workflow.parts import REOPENED, SEPARATED, State
from minqing.workflow.procedure import procedure
from minqing.workflow.rules import Due
from minqing.workflow.services.runs import enter
from minqing.workflow.services.setting import begin_overall, show_nearer
from minqing.workflow.services.switching import jump

# What a leg's clock was made from; gone back to, it is judged by the same.
_CLOCK_OF_LEG = (
    "within_amount", "within_measure", "yellow_percent", "term_version", "due_at", "yellow_at", "provisional",
    "calendar_version",
)  # fmt: skip


def lock_runs(*ids: Iterable[UUID]) -> None:
    """Lock runs until the transaction ends, in the order of their ids: two who lock several never wait in a ring."""
    wanted = Q(pk__in=[])
    for one in ids:
        wanted |= Q(pk__in=one)
    list(Run.everything.select_for_update().filter(wanted).order_by("id").values_list("id"))


def follow(run: Run, to: Run | None) -> None:
    """Let a locked run stand still while another's goes on (None: go on by itself). Its clock runs all the while."""
    run.follows = to
    Run.everything.filter(id=run.id).update(follows=to)


@transaction.atomic
def go_back(run: Run, number: int, *, by: Hand, at: datetime) -> Leg:
    """Put a locked run back into the state of an earlier leg, with the deadline that leg had."""
    was = Leg.objects.filter(run=run, number=number).first()
    if was is None:
        raise NotThere
    leg = jump(run, procedure(run.procedure).state(was.state), by=by, at=at, step=SEPARATED)
    for name in _CLOCK_OF_LEG:
        setattr(leg, name, getattr(was, name))
    leg.counted_from = was.clock_began_at
    leg.save(update_fields=[*_CLOCK_OF_LEG, "counted_from"])
    due = Due(was.due_at, was.yellow_at, was.provisional) if was.due_at and was.yellow_at else None
    show_nearer(run, due, was.within)
    run.calendar_version, run.unit_id = was.calendar_version, was.unit_id
    shown = (
        "next_due_at",
        "yellow_at",
        "provisional",
        "measure",
        "by_overall",
        "calendar_version",
        "unit_id",
    )
    Run.everything.filter(id=run.id).update(
        **{name: getattr(run, name) for name in shown}, version=F("version") + 1
    )
    return leg


@transaction.atomic
def take_up_again(run: Run, to: State, *, by: Hand, at: datetime) -> Run:
    """Start another run for the subject of one that is over, in a state of the same procedure; its legs count on."""
    of, calendar = procedure(run.procedure), current_calendar()
    if run.finished_at is None:
        raise Conflict("这件事还在办理，不用重新办理。请刷新页面查看。")
    at = max(at, run.finished_at)
    again = Run(
        id=random_id() if by.nameless else uuid7(),
        procedure=of.key,
        subject_kind=run.subject_kind,
        subject_id=run.subject_id,
        area_id=run.area_id,
        unit_id=run.unit_id,
        started_at=at,
        legs_count=run.legs_count,
        sponsor_id=run.sponsor_id,
        listed_area_id=run.listed_area_id,
    )
    begin_overall(again, of, calendar)
    leg = enter(again, of, to, at, calendar, by.nameless)
    again.save(force_insert=True)
    leg.save(force_insert=True)
    Leg.objects.filter(run=run, number=run.legs_count).update(step=REOPENED)
    again.area = run.area
    return again
