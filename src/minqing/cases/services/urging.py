"""督办催办: a supervisor asks how a case comes on; whoever answers for it is told (``cases.telling``)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from minqing.cases import rules
from minqing.cases.events_handover import UrgedBySupervisor
from minqing.cases.models import Case
from minqing.cases.models_handover import REASON_LENGTH, SupervisorUrge
from minqing.cases.permissions_handover import SUPERVISE
from minqing.journal.public import record
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused
from minqing.workflow import public as workflow

# A second click, or the same words sent again, is the same urge.
SAME_WITHIN: Final = timedelta(minutes=10)


@transaction.atomic
def urge_by_supervisor(*, case_id: UUID, reason: str, by: Actor, at: datetime) -> Case:
    """Urge a case with a reason; the same urge sent twice is one."""
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        raise Refused("请写明为什么催办。", field="reason")
    seen = (
        Case.objects.visible_to(by)
        .exclude(source__in=rules.SEALED)
        .filter(id=case_id)
        .select_related("area")
        .first()
    )
    if seen is None:
        raise NotThere
    by.require(SUPERVISE, seen.area.path)
    workflow.lock_run(seen.run_id)
    case = Case.everything.select_related("area").get(id=case_id)
    if case.closed_at is not None:
        raise Refused("这件事已经了结，不用再催。")
    before = SupervisorUrge.objects.filter(case=case, urged_by_id=by.person_id, reason=reason)
    if before.filter(urged_at__gt=at - SAME_WITHIN).exists():
        return case
    SupervisorUrge.objects.create(
        case=case, reason=reason, unit_id=case.unit_id, urged_at=at, urged_by_id=by.person_id,
        urged_by_label=by.hand.appointment_label,
    )  # fmt: skip
    case.urges += 1
    case.save(update_fields=["urges"])
    urged = UrgedBySupervisor(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, times=case.urges, reason=reason
    )
    record(urged, by=by.hand, at=at)
    return case
