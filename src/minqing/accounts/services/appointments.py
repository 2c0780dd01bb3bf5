"""Who serves where, from when to when: the only source of rights."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from minqing.accounts import rules
from minqing.accounts.events import Appointed, AppointmentEnded
from minqing.accounts.models import Appointment, Person, Unit
from minqing.accounts.permissions import MANAGE_PEOPLE
from minqing.areas.public import area as get_area
from minqing.journal.public import record
from minqing.kernel.access import Actor, Role
from minqing.kernel.errors import NotThere, Refused


@transaction.atomic
def appoint(
    *,
    person_id: UUID,
    role: Role,
    area_id: UUID,
    unit_id: UUID | None = None,
    starts_on: date,
    ends_on: date | None = None,
    by: Actor,
    at: datetime,
) -> Appointment:
    """Give a person a role at an area from a day on."""
    area = get_area(area_id)
    by.require(MANAGE_PEOPLE, area.path)
    if person_id == by.person_id:
        raise Refused("不能任命自己，请由另一位安全管理员任命。")
    # Two who appoint the same person at once see each other's appointment.
    person = Person.objects.select_for_update(no_key=True).filter(id=person_id).first()
    if person is None:
        raise NotThere
    unit = Unit.objects.filter(id=unit_id).first() if unit_id else None
    if unit and (unit.closed_at or unit.area_id != area.id):
        raise Refused("这个单位不在所选辖区，或者已撤销。", field="unit")
    refusal = rules.why_not_appoint(
        role=role, level=area.level, has_unit=unit is not None, area_open=area.is_open,
        starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip
    if refusal:
        raise Refused(refusal)
    refusal = rules.why_not_together(role, _held_within(person_id, starts_on, ends_on))
    if refusal:
        raise Refused(f"{person.name}{refusal}请换一个人，或先结束那个任职。")
    same = Appointment.objects.filter(person=person, role=role.key, area=area, unit=unit, ends_on=None)
    if same.exists():
        raise Refused(f"{person.name}已经担任这个职务。")
    made = Appointment.objects.create(
        person=person, role=role.key, area=area, unit=unit, starts_on=starts_on, ends_on=ends_on
    )
    appointed = Appointed(
        subject_kind="person", subject_id=person.id, area_id=area.id, name=person.name, role_label=role.label,
        area_name=area.name, unit_name=unit.name if unit else "", starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip
    record(appointed, by=by.hand, at=at)
    return made


def _held_within(person_id: UUID, starts_on: date, ends_on: date | None) -> list[Role]:
    """Return the roles that somebody holds on any of these days."""
    held = Appointment.objects.filter(person_id=person_id).filter(Q(ends_on=None) | Q(ends_on__gte=starts_on))
    if ends_on is not None:
        held = held.filter(starts_on__lte=ends_on)
    return [one.the_role for one in held]


@transaction.atomic
def end_appointment(
    *, appointment_id: UUID, ends_on: date, reason: str, by: Actor, at: datetime
) -> Appointment:
    """Give an appointment its last day; today at the latest takes the right away tomorrow, yesterday at once."""
    found = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("area", "person")
        .filter(id=appointment_id)
        .first()
    )
    if found is None:
        raise NotThere
    by.require(MANAGE_PEOPLE, found.area.path)
    if found.person_id == by.person_id:
        raise Refused("不能结束自己的任职，请由另一位安全管理员来办。")
    if found.ends_on is not None and found.ends_on <= ends_on:
        raise Refused("这个任职已经结束。")
    if ends_on < found.starts_on:
        raise Refused("结束日期早于开始日期，请核对。", field="ends_on")
    found.ends_on = ends_on
    found.save(update_fields=["ends_on"])
    ended = AppointmentEnded(
        subject_kind="person", subject_id=found.person_id, area_id=found.area_id, name=found.person.name,
        role_label=found.the_role.label, ends_on=ends_on, reason=reason,
    )  # fmt: skip
    record(ended, by=by.hand, at=at)
    return found
