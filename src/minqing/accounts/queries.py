"""Who is who: the actor of a person, appointments of a day, units of an area, who is answerable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from minqing.accounts.actor import Acting, AppointedActor
from minqing.accounts.models import Appointment, Person, Unit
from minqing.accounts.rules import role_at
from minqing.areas.public import Area
from minqing.kernel.access import Role
from minqing.kernel.errors import NotThere
from minqing.kernel.statements import statement


def current_appointments(person: Person, on: date) -> list[Appointment]:
    """Return a person's appointments of a day, oldest first."""
    return _of_person(person_id=person.id, on=on)


@statement
def _of_person(*, person_id: UUID, on: date) -> QuerySet[Appointment]:
    return (
        Appointment.objects.current(on)
        .filter(person_id=person_id)
        .select_related("area", "unit")
        .defer("area__outline")
        .order_by("starts_on", "id")
    )


def actor_of(person: Person, on: date, acting_id: UUID | None = None) -> AppointedActor:
    """Return the actor; acts in ``acting_id`` if that is current, else in the first appointment."""
    held = tuple(
        Acting(
            id=one.id,
            role=one.the_role,
            area_id=one.area_id,
            area_path=one.area.path,
            area_name=one.area.name,
            unit_id=one.unit_id,
            label=one.label,
        )
        for one in current_appointments(person, on)
    )
    chosen = next((one for one in held if one.id == acting_id), held[0] if held else None)
    return AppointedActor(person.id, person.name, chosen, held)


def unit(unit_id: UUID) -> Unit:
    """Return one unit. Raises :class:`NotThere`."""
    found = Unit.objects.filter(id=unit_id).select_related("area").first()
    if found is None:
        raise NotThere
    return found


def units_for(area: Area) -> list[Unit]:
    """Return the open units that may handle a matter in an area: those of the area and of all it sits in."""
    return _open_above(path=area.path)


@statement
def _open_above(*, path: str) -> QuerySet[Unit]:
    return (
        Unit.objects.filter(closed_at=None, area__path__above=path)
        .select_related("area")
        .defer("area__outline")
        .order_by("-area__path", "name")
    )


@dataclass(frozen=True, slots=True)
class Answerable:
    """Who answers: a role at a place, and the names of those who hold it today (empty when vacant)."""

    role_label: str
    place: str
    names: tuple[str, ...]

    @property
    def words(self) -> str:
        """Return ``谷来镇调度员 裘小满、马建军``."""
        return f"{role_at(self.place, self.role_label)} {'、'.join(self.names)}"


def answerable(
    roles: Iterable[Role], area: Area, *, on: date, unit_id: UUID | None = None
) -> list[Answerable]:
    """Return who holds each role for an area: at the nearest area upwards that has somebody, or the unit's handlers."""
    wanted = list(roles)
    matching = Q(role__in=[role.key for role in wanted if not role.by_unit], area__path__above=area.path)
    if unit_id is not None:
        matching |= Q(role__in=[role.key for role in wanted if role.by_unit], unit_id=unit_id)
    held = list(
        Appointment.objects.current(on)
        .filter(matching)
        .select_related("person", "area", "unit")
        .defer("area__outline")
        .order_by("starts_on", "id")
    )
    found: list[Answerable] = []
    for role in wanted:
        mine = [one for one in held if one.role == role.key]
        if not mine:
            continue
        nearest = max(mine, key=lambda one: one.area.path.count("."))
        here = [one for one in mine if one.area_id == nearest.area_id]
        place = nearest.unit.name if role.by_unit and nearest.unit else nearest.area.name
        found.append(Answerable(role.label, place, tuple(one.person.name for one in here)))
    return found


def appointments_where(found: Q, on: date) -> list[Appointment]:
    """Return the appointments of a day that match, with the names of person, area and unit; oldest first."""
    return list(_with_names(found, on))


def _with_names(found: Q, on: date) -> QuerySet[Appointment]:
    return (
        Appointment.objects.current(on)
        .filter(found)
        .select_related("person", "area", "unit")
        .defer("area__outline", "person__password")
        .order_by("starts_on", "id")
    )


@statement
def appointments_around(
    roles: tuple[str, ...],
    roles_by_unit: tuple[str, ...],
    at_that_area: str = "",
    *,
    path: str,
    on: date,
    unit_id: UUID | None = None,
    person_id: UUID | None = None,
    area_id: UUID | None = None,
) -> QuerySet[Appointment]:
    """Return the appointments of a day around a matter, with their names, oldest first: a kept statement.

    Those of ``roles`` at the area of ``path`` or above it; of ``roles_by_unit`` in a unit; of a person; and of the role
    ``at_that_area`` at one area.
    """
    found = Q(role__in=roles, area__path__above=path)
    if unit_id is not None:
        found |= Q(role__in=roles_by_unit, unit_id=unit_id)
    if person_id is not None:
        found |= Q(person_id=person_id)
    if area_id is not None:
        found |= Q(role=at_that_area, area_id=area_id)
    return _with_names(found, on)


def appointments_in(area: Area, on: date) -> list[Appointment]:
    """Return everyone appointed in an area or below on a day."""
    return list(
        Appointment.objects.current(on)
        .filter(area__path__under=area.path)
        .select_related("person", "area", "unit")
        .defer("area__outline")
        .order_by("area__path", "role", "id")
    )
