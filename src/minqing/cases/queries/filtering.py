"""What a list of cases is asked for, and the rows that fit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import F, Q, Subquery

from minqing.areas import public as areas
from minqing.cases import rules
from minqing.cases.models import Case, CaseQuerySet
from minqing.cases.queries import sets
from minqing.kernel.access import Actor
from minqing.workflow import public as workflow

# Two letters stand in too many numbers; of what is shorter only the beginning is compared.
NUMBER_PART_MIN: Final = 3
_NUMBER_PART: Final = re.compile(r"[0-9A-Za-z]+")
_DASHES_AND_SPACES: Final = str.maketrans(dict.fromkeys("-‐‑–—－", ""))


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What the filter bar says; empty means all."""

    todo: bool = False
    open_only: bool = True
    text: str = ""
    procedure: str = ""
    state: str = ""
    colour: str = ""
    source: str = ""
    topic: str = ""
    unit_id: UUID | None = None
    no_unit: bool = False
    area_id: UUID | None = None
    area_path: str = ""  # instead of the id, where the caller knows it
    here_only: bool = False  # at that area itself, not below it
    mine: bool = False  # handed to the actor by name
    # One of the sets that figures count (``queries.sets``), in a period of days, both included.
    set: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = "due"


def filtered(actor: Actor, filters: QueueFilters, at: datetime) -> CaseQuerySet:
    """Return the cases that the actor may see and the filters let through, in no order."""
    found = Case.objects.visible_to(actor)
    # What residents ask about their own files is worked on in a page of its own (rights).
    found = found.exclude(source=rules.RIGHTS)
    if filters.todo:
        # Of the case's own run, which the order of the list asks for too: it is read once.
        found = found.filter(workflow.runs_seen(actor, "run__"), workflow.its_turn(actor, "run__"))
    elif filters.open_only:
        found = found.filter(closed_at=None)
    if filters.text:
        found = found.filter(
            _number_has(filters.text) | Q(title__icontains=filters.text) | Q(words__icontains=filters.text)
        )
    if filters.procedure:
        found = found.filter(run__procedure__in=_names_of_procedure(filters.procedure))
    if filters.state:
        found = found.filter(run__state__in=_names_of_state(filters.procedure, filters.state))
    if filters.source:
        found = found.filter(source=filters.source)
    if filters.topic:
        found = found.filter(Q(topic__key=filters.topic) | Q(topic__parent__key=filters.topic))
    if filters.set:
        period = sets.Period(filters.since, filters.until)
        found = sets.in_set(found, filters.set, period, at=at, unit_id=filters.unit_id)
    if filters.unit_id and filters.set not in sets.OF_THE_UNIT_ITSELF:
        found = found.filter(unit_id=filters.unit_id)
    elif filters.no_unit:
        found = found.filter(unit=None)
    if filters.mine:
        found = found.filter(run__holder_id=actor.person_id)
    found = _in_area(found, filters)
    if filters.colour:
        runs = workflow.Run.objects.unscoped("the cases around it are scoped")
        coloured = runs.in_colour(workflow.Colour(filters.colour), at).order_by().values("id")
        found = found.filter(run_id__in=coloured)
    return found


def _in_area(found: CaseQuerySet, filters: QueueFilters) -> CaseQuerySet:
    if filters.area_path:
        wanted = "area__path" if filters.here_only else "area__path__under"
        return found.filter(**{wanted: filters.area_path})
    if not filters.area_id:
        return found
    if filters.here_only:
        return found.filter(area_id=filters.area_id)
    top = areas.Area.objects.filter(id=filters.area_id).order_by().values("path")
    below = areas.Area.objects.filter(path__under=Subquery(top))
    return found.filter(area_id__in=below.order_by().values("id"))


def _names_of_procedure(key: str) -> list[str]:
    """Return a procedure's key and its older ones: a case keeps the name under which it was last moved."""
    try:
        return [key, *workflow.procedure(key).renamed_from]
    except workflow.UnknownProcedure:
        return [key]


def _names_of_state(procedure: str, state: str) -> list[str]:
    try:
        return [state, *workflow.procedure(procedure).state(state).renamed_from]
    except workflow.UnknownProcedure:
        return [state]


def _number_has(text: str) -> Q:
    """Match a part of a number as people read it aloud: in any case, with the dash, without it or with a space."""
    read = "".join(text.translate(_DASHES_AND_SPACES).split())
    if len(read) < NUMBER_PART_MIN or not _NUMBER_PART.fullmatch(read):
        return Q(number__istartswith=text)
    return Q(number__iregex="-?".join(read))


def in_order(found: CaseQuerySet, sort: str) -> CaseQuerySet:
    if sort == "newest":
        return found.order_by("-opened_at", "-id")
    if sort == "urged":
        return found.order_by("-urges", F("run__next_due_at").asc(nulls_last=True), "id")
    return found.order_by(F("run__next_due_at").asc(nulls_last=True), "id")


def is_read_whole(filters: QueueFilters) -> bool:
    """Whether counting a list reads all of it, so that its page may be had with the count: what waits for somebody."""
    return filters.todo and filters.sort == "due" and not (filters.set or filters.colour or filters.text)


def mixes(filters: QueueFilters) -> bool:
    return filters.sort == "due" and not (filters.open_only or filters.todo or filters.set)
