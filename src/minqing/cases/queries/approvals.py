"""等我审批的申请: pauses and extensions to grant, and proposals to leave a case out of the score, the oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, F, QuerySet, Value

from minqing.cases import rules
from minqing.cases.models import Case
from minqing.cases.models_handover import Exclusion
from minqing.cases.permissions_handover import DECIDE_REQUESTS, RULE_EXCLUSIONS
from minqing.cases.queries.exclusions import ExclusionLine, exclusion_lines
from minqing.cases.queries.queue import CaseRow, rows
from minqing.kernel.access import Actor
from minqing.workflow import public as workflow

APPROVALS_ROWS: Final = 25
APPROVALS_COUNT_MAX: Final = 99  # beside a word of the menu; the list itself counts further
_CLOCK, _EXCLUSION = "clock", "exclusion"


@dataclass(frozen=True, slots=True)
class Approval:
    """One request that waits: of a clock with its case, or of leaving a case out with what was proposed."""

    asked_at: datetime
    request: workflow.RequestLine | None = None
    case: CaseRow | None = None
    exclusion: ExclusionLine | None = None


@dataclass(frozen=True, slots=True)
class ApprovalsPage:
    """One page of what waits for one's decision."""

    lines: list[Approval]
    total: int
    page: int


def approvals(actor: Actor, *, at: datetime, page: int = 1) -> ApprovalsPage:
    """Return one page of the requests that wait for the acting appointment, the oldest first."""
    actor.require(DECIDE_REQUESTS)
    total = count_approvals(actor)
    page = max(1, min(page, -(-total // APPROVALS_ROWS)))
    first = (page - 1) * APPROVALS_ROWS
    found = _waiting(actor).order_by("when", "id")[first : first + APPROVALS_ROWS] if total else []
    marks: list[dict[str, Any]] = list(found)
    requests = workflow.request_lines(one["id"] for one in marks if one["what"] == _CLOCK)
    cases = _cases(actor, [run_id for _, run_id in requests.values()], at)
    proposed = {
        one.id: one
        for one in exclusion_lines([one["id"] for one in marks if one["what"] == _EXCLUSION], actor)
    }
    lines = []
    for mark in marks:
        if mark["what"] == _EXCLUSION:
            lines.append(Approval(mark["when"], exclusion=proposed[mark["id"]]))
        else:
            request, run_id = requests[mark["id"]]
            lines.append(Approval(mark["when"], request=request, case=cases[run_id]))
    return ApprovalsPage(lines, total, page)


def count_approvals(actor: Actor) -> int:
    """Count the requests that wait for the acting appointment; one statement."""
    return _waiting(actor).count()


def approvals_to_count(actor: Actor) -> QuerySet[Any, Any]:
    """Return what waits for the acting appointment up to the cap and one more, to be counted beside a list."""
    if not actor.may(DECIDE_REQUESTS):
        return Exclusion.objects.none().values("id")
    return _waiting(actor)[: APPROVALS_COUNT_MAX + 1]


def _waiting(actor: Actor) -> QuerySet[Any, dict[str, Any]]:
    """Return the ids of what waits, of both kinds, with when it was asked."""
    seen = Case.objects.visible_to(actor).exclude(source=rules.RIGHTS).order_by()
    clocks = workflow.requests_to_decide(actor).filter(run__in=seen.values("run_id"))
    found = _marks(clocks, "asked_at", _CLOCK)
    acting = actor.acting
    if acting is None or not actor.may(RULE_EXCLUSIONS, acting.area_path):
        return found
    proposed = Exclusion.objects.visible_to(actor).filter(ruling="", area__path__under=acting.area_path)
    return found.union(_marks(proposed, "proposed_at", _EXCLUSION), all=True)


def _marks(found: QuerySet[Any], when: str, what: str) -> QuerySet[Any, dict[str, Any]]:
    return found.order_by().values("id", when=F(when), what=Value(what, output_field=CharField()))


def _cases(actor: Actor, run_ids: list[UUID], at: datetime) -> dict[UUID, CaseRow]:
    found = list(
        Case.objects.visible_to(actor)
        .filter(run_id__in=run_ids)
        .select_related("run__holder", "unit", "topic")
    )
    return {case.run_id: row for case, row in zip(found, rows(found, at=at), strict=True)}
