"""Offices that handle cases: set up by the system administrator, dissolved when nobody serves there."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from minqing.accounts import rules
from minqing.accounts.events import UnitClosed, UnitOpened
from minqing.accounts.models import UNIT_KINDS, Appointment, Unit
from minqing.accounts.permissions import MANAGE_UNITS
from minqing.areas.public import area as get_area
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.roles import HANDLER


@transaction.atomic
def open_unit(*, area_id: UUID, kind: str, name: str, by: Actor, at: datetime) -> Unit:
    """Set up an office in an area: it may be given cases from there and below."""
    area = get_area(area_id)
    by.require(MANAGE_UNITS, area.path)
    if not area.is_open:
        raise Refused("这个辖区已撤销，不能在那里设单位。")
    if area.level not in rules.ROLE_LEVELS[HANDLER]:
        raise Refused("单位只能设在县（市）、镇街或村（社区），请另选辖区。")
    if kind not in UNIT_KINDS:
        raise Refused("请选择单位的类型。", field="kind")
    known = Unit.objects.filter(area=area, name=name).first()
    if known is not None:
        raise Refused(f"{area.name}已经有“{name}”，请换一个名称。", field="name")
    unit = Unit.objects.create(area=area, kind=kind, name=name)
    opened = UnitOpened(
        subject_kind="unit", subject_id=unit.id, area_id=area.id, name=name, kind_label=UNIT_KINDS[kind],
        area_name=area.name,
    )  # fmt: skip
    record(opened, by=by.hand, at=at)
    return unit


@transaction.atomic
def close_unit(*, unit_id: UUID, reason: str, by: Actor, at: datetime) -> Unit:
    """Dissolve an office that nobody serves in any more; what it did stays on record."""
    unit = Unit.objects.select_for_update(of=("self",)).select_related("area").filter(id=unit_id).first()
    if unit is None:
        raise NotThere
    by.require(MANAGE_UNITS, unit.area.path)
    if unit.closed_at is not None:
        raise Refused("这个单位已经撤销。")
    serving = Appointment.objects.current(clock.local(at).date()).filter(unit=unit).count()
    if serving:
        raise Refused(f"“{unit.name}”还有 {serving} 人任职，请先结束他们的任职或调到别处。")
    unit.closed_at = at
    unit.save(update_fields=["closed_at"])
    closed = UnitClosed(
        subject_kind="unit", subject_id=unit.id, area_id=unit.area_id, name=unit.name, reason=reason
    )
    record(closed, by=by.hand, at=at)
    return unit
