"""Who works here: accounts to search, one person's appointments, offices, and who sees an area from above."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from minqing.accounts.models import Appointment, Person, Unit
from minqing.areas.public import Area, ids_under
from minqing.kernel.errors import NotThere

PEOPLE_ROWS: Final = 30
UNIT_ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class PersonLine:
    """An account in a list, with what its holder is appointed to today."""

    id: UUID
    name: str
    username: str
    is_active: bool
    is_demonstration: bool
    appointments: tuple[Appointment, ...]


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of accounts, by user name."""

    rows: list[PersonLine]
    total: int
    page: int


@dataclass(frozen=True, slots=True)
class UnitPage:
    """One page of open units, by area and name."""

    rows: list[Unit]
    total: int
    page: int


def person(person_id: UUID) -> Person:
    """Return one account without its password. Raises :class:`NotThere`."""
    found = Person.objects.filter(id=person_id).defer("password").first()
    if found is None:
        raise NotThere
    return found


def person_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of people by id; the unknown are left out."""
    return dict(Person.objects.filter(id__in=list(ids)).values_list("id", "name"))


def people(
    *, text: str = "", role: str = "", area: Area | None = None, vacant: bool = False, on: date, page: int = 1
) -> PeoplePage:
    """Return accounts by a part of name or user name, by role and by area; ``vacant``: without any appointment today.

    Always the same number of queries.
    """
    found = Person.objects.defer("password").order_by("username")
    for word in text.split():
        found = found.filter(Q(name__contains=word) | Q(username__icontains=word))
    held = Appointment.objects.current(on).order_by()
    if vacant:
        found = found.exclude(id__in=held.values("person"))
    if role:
        held = held.filter(role=role)
    if area is not None:
        held = held.filter(area__in=ids_under(area.path))
    if role or area is not None:
        found = found.filter(id__in=held.values("person"))
    total = found.count()
    page = max(1, min(page, -(-total // PEOPLE_ROWS)))
    rows = list(found[(page - 1) * PEOPLE_ROWS : page * PEOPLE_ROWS])
    appointed = defaultdict(list)
    for one in _named(Appointment.objects.current(on).filter(person__in=rows)).order_by("starts_on", "id"):
        appointed[one.person_id].append(one)
    lines = [
        PersonLine(
            one.id, one.name, one.username, one.is_active, one.is_demonstration, tuple(appointed[one.id])
        )
        for one in rows
    ]
    return PeoplePage(lines, total, page)


def appointments_of(person_id: UUID) -> list[Appointment]:
    """Return all appointments a person has, had or will have, the latest first."""
    return list(_named(Appointment.objects.filter(person=person_id)).order_by("-starts_on", "-id"))


def units(*, text: str = "", area: Area | None = None, page: int = 1) -> UnitPage:
    """Return open units whose name holds the text, in an area and below."""
    found = Unit.objects.filter(closed_at=None).select_related("area").defer("area__outline")
    for word in text.split():
        found = found.filter(name__contains=word)
    if area is not None:
        found = found.filter(area__in=ids_under(area.path))
    total = found.count()
    page = max(1, min(page, -(-total // UNIT_ROWS)))
    rows = found.order_by("area__path", "name")[(page - 1) * UNIT_ROWS : page * UNIT_ROWS]
    return UnitPage(list(rows), total, page)


def units_in(area: Area) -> list[Unit]:
    """Return the open units of exactly this area, by name."""
    return list(Unit.objects.filter(closed_at=None, area=area).order_by("name"))


def appointments_above(paths: Iterable[str], on: date) -> list[Appointment]:
    """Return who is appointed today at exactly these areas: they see what lies below."""
    held = _named(Appointment.objects.current(on).filter(area__path__in=list(paths)))
    return list(held.order_by("area__path", "role", "id"))


def _named(found: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """With the names a list needs, without what it does not."""
    return found.select_related("person", "area", "unit").defer("area__outline", "person__password")
