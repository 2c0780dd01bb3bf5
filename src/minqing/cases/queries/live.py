"""What pages that stay open ask about cases that changed: whom it may concern, which rows, where a case stands now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from minqing.areas.public import is_under
from minqing.cases import rules
from minqing.cases.models import Case
from minqing.cases.queries.file import require_case
from minqing.cases.queries.queue import CaseRow, QueueFilters, filtered, rows
from minqing.kernel.access import Actor
from minqing.workflow import public as workflow

# A page asks for what changed on it; more than this is a page to load anew.
CHANGES_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a case lies and which units have it: enough to tell whom it cannot concern."""

    area_path: str
    units: frozenset[UUID]
    sponsor_id: UUID | None

    def may_concern(self, actor: Actor) -> bool:
        """Whether it is worth asking the database what the actor sees. Wider than ``visible_to``, never narrower."""
        if any(is_under(self.area_path, held.area_path) for held in actor.appointments):
            return True
        return self.sponsor_id == actor.person_id or bool(self.units & actor.unit_ids)


def reaches(ids: Iterable[UUID]) -> dict[UUID, Reach]:
    """Return the reach of cases, to choose whom to ask about; it is shown to nobody."""
    found = Case.objects.unscoped("only to choose whom to ask for").filter(id__in=list(ids))
    columns = found.values_list("id", "area__path", "unit_id", "assisting", "run__sponsor_id")
    return {
        case_id: Reach(path, frozenset(one for one in (unit_id, *(assisting or ())) if one), sponsor_id)
        for case_id, path, unit_id, assisting, sponsor_id in columns
    }


def seen_of(ids: Collection[UUID], actor: Actor) -> frozenset[UUID]:
    """Return those of some cases that the actor may see in lists and pages of the desk, sealed ones as there."""
    if not ids:
        return frozenset()
    found = Case.objects.visible_to(actor).exclude(source=rules.RIGHTS).filter(id__in=list(ids))
    return frozenset(found.values_list("id", flat=True))


def listed_among(
    actor: Actor, filters: QueueFilters, ids: Collection[UUID], *, at: datetime
) -> list[CaseRow]:
    """Return the rows of those of some cases that are in a list now."""
    asked = list(ids)[:CHANGES_MAX]
    return rows(filtered(actor, filters, at).filter(id__in=asked), at=at) if asked else []


@dataclass(frozen=True, slots=True)
class CaseNow:
    """Where a case stands, for a page that shows it as it was at an earlier leg."""

    case: Case
    row: CaseRow
    changes: list[workflow.LegView]


def case_now(case_id: UUID, *, by: Actor, at: datetime, leg: int) -> CaseNow:
    """Return where a case stands and the legs left since ``leg``. Nothing that was said in it, so it is no read.

    Raises :class:`NotThere`.
    """
    case = require_case(case_id, by)
    changes = [one for one in workflow.legs(case.run, at=at) if one.number >= leg and one.left_at]
    return CaseNow(case, rows([case], at=at)[0], changes)
