"""What a page about many ticked cases shows: the rows, what could be done with them, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from minqing.accounts import public as accounts
from minqing.cases.models import Case
from minqing.cases.queries.filtering import QueueFilters, filtered, in_order
from minqing.cases.queries.queue import CaseRow, rows
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.workflow import public as workflow


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be done with the ticked cases."""

    rows: list[CaseRow]
    missing: int  # ticked, and not to be seen (any more)
    steps: tuple[str, ...]  # labels of steps open to the actor that ask for nothing
    to_units: bool
    people: list[tuple[UUID, str]]


def first_of(actor: Actor, filters: QueueFilters, *, at: datetime, count: int) -> list[tuple[UUID, int]]:
    """Return the first cases of a list with the numbers of their legs."""
    found = in_order(filtered(actor, filters, at), filters.sort)
    return list(found.values_list("id", "run__legs_count")[:count])


def choices(actor: Actor, ids: Sequence[UUID], *, at: datetime) -> Choices:
    """Return what the actor could do with these cases; a constant number of statements."""
    found = list(
        Case.objects.visible_to(actor)
        .filter(id__in=ids)
        .select_related("run__holder", "unit", "topic", "area")
        .defer("area__outline")
    )
    place = {case_id: number for number, case_id in enumerate(ids)}
    found.sort(key=lambda case: place[case.id])
    labels: dict[str, None] = {}
    to_units = False
    for case in found:
        case.run.area = case.area
        for step in workflow.steps_open_to(case.run, actor):
            asked = {need.key for need in step.needs if need.required}
            if not asked:
                labels[step.label] = None
            to_units |= any(need.kind is workflow.NeedKind.CHOICE_UNIT for need in step.needs)
    return Choices(
        rows=rows(found, at=at),
        missing=len(ids) - len(found),
        steps=tuple(labels),
        to_units=to_units,
        people=_people(found, at) if actor.may(workflow.NAME_HOLDER) else [],
    )


def _people(found: Sequence[Case], at: datetime) -> list[tuple[UUID, str]]:
    """Return those whose turn it is in any of the cases, by name; one statement."""
    wanted = Q(pk__in=[])
    seen: set[tuple[str, str, str, UUID | None]] = set()
    for case in found:
        run = case.run
        key = (run.procedure, run.state, case.area.path, run.unit_id)
        if not run.is_running or key in seen:
            continue
        seen.add(key)
        roles = workflow.procedure(run.procedure).answering(run.state)
        by_area = [role.key for role in roles if not role.by_unit]
        by_unit = [role.key for role in roles if role.by_unit]
        if by_area:
            wanted |= Q(role__in=by_area, area__path__above=case.area.path)
        if by_unit and run.unit_id is not None:
            wanted |= Q(role__in=by_unit, unit_id=run.unit_id)
    held = accounts.appointments_where(wanted, clock.local(at).date()) if seen else []
    people = {one.person_id: f"{one.person.name}（{one.label}）" for one in held}
    return sorted(people.items(), key=lambda pair: pair[1])
