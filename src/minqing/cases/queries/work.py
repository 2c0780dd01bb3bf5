"""Whose work a case about somebody is: what disclosure asks before a file opens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from minqing.areas import public as areas
from minqing.cases.models import Case
from minqing.kernel.access import Actor
from minqing.workflow import public as workflow

WORK_MAX: Final = (
    50  # one of them is enough; a household with more open cases than that has been seen by everybody
)


@dataclass(frozen=True, slots=True)
class CaseWork:
    """A case about a subject, and in which ways it is the acting appointment's work."""

    id: UUID
    number: str
    closed_at: datetime | None
    in_own_area: bool
    in_own_unit: bool
    role_takes_part: bool


def work_about(ids: Iterable[UUID], actor: Actor, *, closed_since: datetime) -> list[CaseWork]:
    """Return the cases about any of these subjects that the actor may see, open or closed since then; one statement."""
    acting = actor.acting
    if acting is None:
        return []
    found = (
        Case.objects.visible_to(actor)
        .filter(Q(closed_at=None) | Q(closed_at__gte=closed_since), subject_id__in=list(ids))
        .select_related("area", "run")
        .defer("area__outline")
        .order_by("-opened_at", "-id")
    )
    return [
        CaseWork(
            id=one.id,
            number=one.number,
            closed_at=one.closed_at,
            in_own_area=not acting.role.by_unit and areas.is_under(one.area.path, acting.area_path),
            in_own_unit=acting.role.by_unit and one.unit_id is not None and one.unit_id == acting.unit_id,
            role_takes_part=any(
                acting.role in step.roles for step in workflow.procedure(one.run.procedure).steps.values()
            ),
        )
        for one in found[:WORK_MAX]
    ]
