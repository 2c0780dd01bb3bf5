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
from minqing.cases.queries.filtering import QueueFilters, filtered
from minqing.cases.queries.queue import CaseRow, rows
from minqing.kernel import clock
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


@dataclass(frozen=True, slots=True)
class Changed:
    """Those of some cases that are in a list now, and which of them were not when a page was made from it."""

    rows: list[CaseRow]
    new: frozenset[UUID]


def listed_among(
    actor: Actor, filters: QueueFilters, ids: Collection[UUID], *, since: datetime, at: datetime
) -> Changed:
    """Return those of some cases that are in a list now; new are those that came into it after ``since``."""
    asked = list(ids)[:CHANGES_MAX]
    if not asked:
        return Changed([], frozenset())
    found = filtered(actor, filters, at).filter(id__in=asked).select_related("run__holder", "unit", "topic")
    listed = list(found)
    by_state = filters.todo or bool(filters.state)
    new = frozenset(one.id for one in listed if _came_in(one, by_state=by_state) >= _on_its_scale(one, since))
    return Changed(rows(listed, at=at), new)


def _came_in(case: Case, *, by_state: bool) -> datetime:
    """When a case came into a list of states, or into one of all."""
    return case.run.entered_at if by_state else case.opened_at


def _on_its_scale(case: Case, moment: datetime) -> datetime:
    """A moment as finely as the case's own times are kept."""
    return clock.to_the_hour(moment) if case.is_anonymous else moment


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
