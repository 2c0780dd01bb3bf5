"""Which doors of an area have a printed code: the area itself, those below it, its households and places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from minqing.areas import public as areas
from minqing.cases.models import DoorCode
from minqing.cases.permissions import PRINT_DOOR_CODES
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.registry import public as registry

SELF, BELOW, HOUSEHOLDS, PLACES = "self", "below", "households", "places"
DOOR_SETS: Final = {SELF: "辖区本身", BELOW: "下一级辖区", HOUSEHOLDS: "住户", PLACES: "场所"}


@dataclass(frozen=True, slots=True)
class Door:
    """A place that can have a code; ``title`` names no person, ``code`` is empty until one is made."""

    area_id: UUID
    subject: registry.SubjectRef | None
    title: str
    within: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Doors:
    """One page of the doors of an area."""

    area: areas.Area
    doors: list[Door]
    page: int
    pages: int
    total: int

    @property
    def missing(self) -> list[Door]:
        return [one for one in self.doors if not one.code]

    @property
    def made(self) -> list[Door]:
        return [one for one in self.doors if one.code]


def doors(area_id: UUID, which: str, *, by: Actor, at: datetime, page: int = 1) -> Doors:
    """Return a page of the doors of an area for which the actor may print codes; a fixed number of queries."""
    area = areas.area(area_id)
    by.require(PRINT_DOOR_CODES, area.path)
    if which in (SELF, BELOW):
        listed = [area] if which == SELF else areas.children(area)
        names = areas.area_names(one.id for one in listed)
        found = [
            Door(one.id, None, one.name, names[one.id].removesuffix(one.name).rstrip("·")) for one in listed
        ]
        return Doors(area, _with_codes(found, by), 1, 1, len(found))
    today = clock.local(at).date()
    if which == HOUSEHOLDS:
        homes = registry.households_of(by, area, today=today, page=page)
        found = [_door(one.row) for one in homes.households]
        return Doors(area, _with_codes(found, by), homes.page, homes.pages, homes.total)
    sites = registry.search(by, kind=registry.PLACE, area=area, page=page, today=today)
    return Doors(
        area, _with_codes([_door(one) for one in sites.rows], by), sites.page, sites.pages, sites.total
    )


def _door(row: registry.SubjectRow) -> Door:
    # A household is named by its address here: what hangs on a door tells no passer-by who lives behind it.
    title = row.view.address or row.area_name if row.view.kind == registry.HOUSEHOLD else row.view.name
    return Door(row.view.area_id, row.view.ref, title, row.area_name)


def _with_codes(found: list[Door], by: Actor) -> list[Door]:
    open_codes = DoorCode.objects.visible_to(by).filter(
        closed_at=None, area_id__in={one.area_id for one in found}
    )
    subjects = {one.subject.id for one in found if one.subject}
    open_codes = (
        open_codes.filter(subject_id__in=subjects) if subjects else open_codes.filter(subject_id=None)
    )
    known = {(one.area_id, one.subject_id): one.code for one in open_codes}
    return [
        Door(
            one.area_id,
            one.subject,
            one.title,
            one.within,
            known.get((one.area_id, one.subject.id if one.subject else None), ""),
        )
        for one in found
    ]
