"""Unreasonable demands as every official may read them: place, evidence and ruling; never the reporter's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from minqing.areas import public as areas
from minqing.cases.models import Case
from minqing.cases.models_handover import ALLOWED, DISMISSED, Exclusion
from minqing.cases.permissions_handover import RULE_EXCLUSIONS
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere

EXCLUSIONS_ROWS: Final = 25
STANDING, WAITING, OTHERS = "", "waiting", "others"
EXCLUSION_STATES: Final = {STANDING: "不计入的", WAITING: "待裁定", OTHERS: "不同意的和撤销的"}


@dataclass(frozen=True, slots=True)
class ExclusionLine:
    """One proposal with its ruling; ``case_id`` only for whoever may open the case."""

    id: UUID
    case_id: UUID | None
    number: str
    topic_label: str
    place: str
    unit_name: str
    reason: str
    evidence: str
    proposed_at: datetime
    proposed_by_label: str
    ruling: str
    ruling_label: str
    ruling_reason: str
    ruled_at: datetime | None
    ruled_by_label: str
    reversed_at: datetime | None
    reversed_because: str
    may_rule: bool
    may_reverse: bool


@dataclass(frozen=True, slots=True)
class ExclusionsPage:
    """One page of them, and which list it is."""

    lines: list[ExclusionLine]
    total: int
    page: int
    state: str


def exclusions(actor: Actor, *, state: str = "", page: int = 1) -> ExclusionsPage:
    """Return one page of proposals, latest first; what was ruled is open to every official."""
    state = state if state in EXCLUSION_STATES else STANDING
    found = Exclusion.objects.visible_to(actor)
    if state == STANDING:
        found = found.filter(ruling=ALLOWED, reversed_at=None)
    elif state == WAITING:
        found = found.filter(ruling="")
    else:
        found = found.filter(ruling=DISMISSED) | found.filter(reversed_at__isnull=False)
    total = found.count()
    page = max(1, min(page, -(-total // EXCLUSIONS_ROWS)))
    first = (page - 1) * EXCLUSIONS_ROWS
    return ExclusionsPage(
        _lines(found.order_by("-proposed_at", "-id")[first : first + EXCLUSIONS_ROWS], actor),
        total,
        page,
        state,
    )


def exclusion_line(exclusion_id: UUID, actor: Actor) -> ExclusionLine:
    """Return one proposal that the actor may read. Raises :class:`NotThere`."""
    found = _lines(Exclusion.objects.visible_to(actor).filter(id=exclusion_id), actor)
    if not found:
        raise NotThere
    return found[0]


def exclusion_lines(ids: Iterable[UUID], actor: Actor) -> list[ExclusionLine]:
    """Return the proposals of these ids that the actor may read."""
    wanted = list(ids)
    return _lines(Exclusion.objects.visible_to(actor).filter(id__in=wanted), actor) if wanted else []


def _lines(found: QuerySet[Exclusion], actor: Actor) -> list[ExclusionLine]:
    rows = list(found.select_related("case__topic", "area", "unit").defer("area__outline"))
    places = areas.area_names((one.area_id for one in rows), upto=areas.TOWN)
    ids = [one.case_id for one in rows]
    open_to = (
        set(Case.objects.visible_to(actor).filter(id__in=ids).values_list("id", flat=True)) if ids else set()
    )
    return [
        ExclusionLine(
            id=one.id,
            case_id=one.case_id if one.case_id in open_to else None,
            number=one.case.number,
            topic_label=one.case.topic.label if one.case.topic else "未分类",
            place=places.get(one.area_id, ""),
            unit_name=one.unit.name,
            reason=one.reason,
            evidence=one.evidence,
            proposed_at=one.proposed_at,
            proposed_by_label=one.proposed_by_label,
            ruling=one.ruling,
            ruling_label=one.ruling_label,
            ruling_reason=one.ruling_reason,
            ruled_at=one.ruled_at,
            ruled_by_label=one.ruled_by_label,
            reversed_at=one.reversed_at,
            reversed_because=one.reversed_because,
            may_rule=not one.ruling and actor.may(RULE_EXCLUSIONS, one.area.path),
            may_reverse=one.stands and actor.may(RULE_EXCLUSIONS, one.area.path),
        )
        for one in rows
    ]
