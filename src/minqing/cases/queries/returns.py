"""Returns: those that wait for a ruling and those ruled, with what each cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from minqing.areas import public as areas
from minqing.cases.lost_time import lost_words
from minqing.cases.models import Case
from minqing.cases.models_handover import OVERRULED, RULING_LABELS, UPHELD, Return
from minqing.cases.permissions_handover import SEE_RETURNS
from minqing.kernel.access import Actor
from minqing.workflow import public as workflow

RETURNS_ROWS: Final = 25
RETURNS_COUNT_MAX: Final = 10_000
WAITING: Final = "waiting"
RETURN_STATES: Final = {WAITING: "待裁定", **RULING_LABELS}


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One return as a list shows it."""

    case_id: UUID
    part_id: UUID | None
    number: str
    title: str
    place: str
    hop: int
    unit_name: str
    reason: str
    returned_at: datetime
    ruling_label: str
    ruling_reason: str
    ruled_at: datetime | None
    ruled_by_label: str
    to_unit_name: str
    lost_words: str
    waits_for: str


@dataclass(frozen=True, slots=True)
class ReturnsPage:
    """One page of returns."""

    lines: list[ReturnLine]
    total: int
    page: int


def returns(
    actor: Actor,
    *,
    state: str = "",
    unit_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    page: int = 1,
) -> ReturnsPage:
    """Return one page of the returns of cases the actor may see: what waits first, then the latest."""
    actor.require(SEE_RETURNS)
    found = Return.objects.filter(case__in=Case.objects.visible_to(actor).order_by().values("id"))
    if state == WAITING:
        found = found.filter(ruling="")
    elif state in (UPHELD, OVERRULED):
        found = found.filter(ruling=state)
    if unit_id:
        found = found.filter(unit_id=unit_id)
    if since:
        found = found.filter(returned_at__gte=since)
    if until:
        found = found.filter(returned_at__lt=until)
    total = found.order_by()[: RETURNS_COUNT_MAX + 1].count()
    page = max(1, min(page, -(-total // RETURNS_ROWS)))
    first = (page - 1) * RETURNS_ROWS
    ordered = (
        found.order_by("ruled_at", "returned_at", "id")
        if state == WAITING
        else found.order_by("-returned_at", "-id")
    )
    return ReturnsPage(return_lines(ordered[first : first + RETURNS_ROWS]), total, page)


def returns_of(case: Case) -> list[ReturnLine]:
    """Return the returns of one case, first to last; whoever opened it may see them. Those of its parts stand there."""
    return return_lines(Return.objects.filter(case=case, part=None).order_by("number"))


def return_lines(found: QuerySet[Return]) -> list[ReturnLine]:
    """Return rows of returns in a constant number of statements."""
    rows = list(found.select_related("case", "case__run", "part__run", "unit", "to_unit"))
    places = areas.area_names(one.case.area_id for one in rows)
    day = day_minutes()
    return [
        ReturnLine(
            case_id=one.case_id,
            part_id=one.part_id,
            number=one.case.number,
            title=one.case.title,
            place=places.get(one.case.area_id, ""),
            hop=one.number,
            unit_name=one.unit.name,
            reason=one.reason,
            returned_at=one.returned_at,
            ruling_label=one.ruling_label,
            ruling_reason=one.ruling_reason,
            ruled_at=one.ruled_at,
            ruled_by_label=one.ruled_by_label,
            to_unit_name=one.to_unit.name if one.to_unit else "",
            lost_words=lost_words(one.minutes_lost, day),
            waits_for="" if one.ruling else who_rules(one.part.run if one.part else one.case.run),
        )
        for one in rows
    ]


def day_minutes() -> int:
    """Return the working time of a working day, in minutes."""
    return int(workflow.current_calendar().day_length.total_seconds()) // 60


def who_rules(run: workflow.Run) -> str:
    """Return the roles whose turn it is, by their names."""
    try:
        roles = workflow.procedure(run.procedure).answering(run.state)
    except workflow.UnknownProcedure:
        return ""
    return "、".join(role.label for role in roles)
