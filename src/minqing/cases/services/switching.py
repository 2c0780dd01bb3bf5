"""Put a case under another procedure: prompt becomes joint, a stubborn one is supervised."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from minqing.cases import rules
from minqing.cases.events import ProcedureChanged
from minqing.cases.going_along import require_own_way
from minqing.cases.models import Case
from minqing.cases.services.steps import chosen_unit, locked
from minqing.journal.public import record
from minqing.kernel.access import Actor
from minqing.kernel.errors import Refused
from minqing.workflow import public as workflow


@transaction.atomic
def switch_procedure(
    *,
    case_id: UUID,
    to: str,
    reason: str,
    unit_id: UUID | None = None,
    by: Actor,
    at: datetime,
    leg: int | None = None,
) -> Case:
    """Govern a case by another procedure from now on, from its first state; its legs and its timeline go on.

    The caller has required the capability to do so (``by.require``). ``unit_id``: who has it from the start, for a
    procedure whose runs begin with a unit. Raises ``Refused`` with a sentence, ``Conflict`` when somebody was quicker.
    """
    if not reason.strip():
        raise Refused("请写明为什么转。", field="reason")
    case, run = locked(Case.objects.visible_to(by).filter(id=case_id), leg)
    if case.source in rules.SEALED or to in {rules.PROCEDURE_BY_SOURCE[one] for one in rules.SEALED}:
        raise Refused("信访事项和个人信息请求按各自的规程办到底，不能转入转出。")
    require_own_way(case)
    before, of = workflow.procedure(run.procedure), workflow.procedure(to)
    unit = chosen_unit(run, str(unit_id) if unit_id else "")
    if of.unit_from_start and unit is None and run.unit_id is None:
        raise Refused(f"转为“{of.title}”要先选定主办单位。", field="unit")
    started = workflow.change_procedure(run, of, by=by.hand, at=at, unit_id=unit.id if unit else None)
    case.run = started
    if unit is not None:
        case.unit = unit
    case.save()
    changed = ProcedureChanged(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, from_procedure=before.key,
        from_title=before.title, to_procedure=of.key, to_title=of.title, unit_name=unit.name if unit else "",
        due_words=workflow.in_words(started.next_due_at) if started.next_due_at else "", words=reason,
        clock=workflow.clock_facts(started),
    )  # fmt: skip
    record(changed, by=by.hand, at=at)
    return case
