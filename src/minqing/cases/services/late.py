"""What happens to a case whose time is up: it climbs by itself, or whoever stands above is told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from minqing.cases.events import Escalated
from minqing.cases.facts import facts_of
from minqing.cases.models import Case
from minqing.cases.services.steps import StepInput, locked, move
from minqing.cases.services.telling import about
from minqing.cases.telling import LATE_BELOW
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import SYSTEM
from minqing.notices import public as notices
from minqing.workflow import public as workflow


@transaction.atomic
def climb(*, case_id: UUID, leg: int, at: datetime) -> bool:
    """Take the step that the procedure gives to the clock, if it has one here; return whether it did.

    ``leg``: the leg whose time was up; a case that somebody has moved since then stays where it is.
    """
    case, run = locked(Case.objects.unscoped("the clock asks, not a person").filter(id=case_id), None)
    if not run.is_running or run.legs_count != leg:
        return True  # somebody was quicker: nothing is late any more
    if run.follows_id is not None:
        return True  # it goes along with another, whose time counts
    of = workflow.procedure(run.procedure)
    steps = of.open_to(run.state, [workflow.CLOCK], facts_of(case, run))
    if not steps:
        return False
    at = max(at, run.entered_at)
    move(
        case, run, steps[0].key, StepInput(), [], [], roles=frozenset({workflow.CLOCK}), hand=SYSTEM, at=at,
        unit=None, asked_by=None,
    )  # fmt: skip
    return True


@transaction.atomic
def escalate(*, case_id: UUID, leg: int, at: datetime) -> None:
    """Tell whoever stands above the one who answers that a case is late, and write down who that was."""
    case, run = locked(Case.objects.unscoped("the clock asks, not a person").filter(id=case_id), None)
    if not run.is_running or run.legs_count != leg:
        return
    told = workflow.told_when_late(run, on=clock.local(at).date())
    state = workflow.procedure(run.procedure).state(run.state).label
    if told.people:
        notices.tell(about(case, LATE_BELOW, told.people, key=f"late {case.id} {leg}", at=at, told_at=at))
    escalated = Escalated(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, state_label=state, told=told.words,
        why=told.why,
    )  # fmt: skip
    record(escalated, by=SYSTEM, at=at)
