"""A small county for tests: one county, two towns, three villages, grids and micro-grids, and people in every role."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from django.test import Client

from minqing.accounts.actor import AppointedActor
from minqing.accounts.models import Appointment, Person, Unit
from minqing.accounts.queries import actor_of
from minqing.areas.models import Area, AreaPeriod, CountyProfile
from minqing.areas.rules import LEVELS, path_under
from minqing.kernel.access import Role
from minqing.kernel.pages import PROVED_KEY
from minqing.kernel.roles import ROLES

# A Friday morning in Shaoxing: working time.
AT: Final = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
DAY: Final = date(2026, 11, 20)
PASSWORD: Final = "guyu-lixia-xiazhi"


def make_area(
    parent: Area | None, code: str, name: str, *, lon: float | None = None, lat: float | None = None
) -> Area:
    """Make an area under a parent (None: the county)."""
    area = _area(parent, code, name, lon, lat)
    area.save(force_insert=True)
    _period(area).save(force_insert=True)
    return area


def _area(parent: Area | None, code: str, name: str, lon: float | None, lat: float | None) -> Area:
    level = LEVELS[LEVELS.index(parent.level) + 1] if parent else LEVELS[0]
    path = path_under(parent.path if parent else "", code)
    return Area(parent=parent, level=level, code=code, name=name, path=path, lon=lon, lat=lat)


def _period(area: Area) -> AreaPeriod:
    since = datetime(2020, 1, 1, tzinfo=UTC)
    return AreaPeriod(area=area, parent=area.parent, name=area.name, starts_at=since)


@dataclass
class SmallCounty:
    """嵊州市, two towns: 谷来镇 (举坑村, 护国岭村), 石璜镇 (楼家村); grids below, one with a micro-grid."""

    county: Area
    town: Area
    other_town: Area
    village: Area
    neighbour: Area
    far_village: Area
    grid: Area
    second_grid: Area
    neighbour_grid: Area
    far_grid: Area
    micro_grid: Area
    unit: Unit
    village_unit: Unit
    far_unit: Unit
    county_unit: Unit
    people: dict[str, Person] = field(default_factory=dict)

    def area_for(self, role: Role) -> tuple[Area, Unit | None]:
        """Return where the small county's holder of a role is appointed."""
        places: dict[str, tuple[Area, Unit | None]] = {
            "grid_worker": (self.grid, None),
            "village_clerk": (self.village, None),
            "village_secretary": (self.village, None),
            "town_dispatcher": (self.town, None),
            "handler": (self.town, self.unit),
            "group_leader": (self.grid, None),
            "town_secretary": (self.town, None),
        }
        return places.get(role.key, (self.county, None))

    def actor(self, role: Role, *, area: Area | None = None, unit: Unit | None = None) -> AppointedActor:
        """Return an actor in a role, at its usual place or another; one person per role and place."""
        usual, usual_unit = self.area_for(role)
        where = area or usual
        unit = unit or (usual_unit if area is None else None)
        if unit is not None and area is None:
            where = unit.area
        username = f"{role.key}_{where.code}" + (f"_{unit.name}" if unit else "")
        person = Person.objects.filter(username=username).first()
        if person is None:
            person = make_person(username, name=f"{where.name[:2]}{role.label[:2]}")
            appoint(person, role, where, unit)
        self.people[role.key] = person
        return actor_of(person, DAY)


def make_person(username: str, *, name: str = "裘小满", password: str | None = None) -> Person:
    """Make a person; hashing a password costs time, so only on request."""
    person = Person(username=username, name=name)
    if password:
        person.set_password(password)
    else:
        person.set_unusable_password()
    person.save(force_insert=True)
    return person


def appoint(
    person: Person,
    role: Role,
    area: Area,
    unit: Unit | None = None,
    *,
    starts_on: date = date(2026, 1, 1),
    ends_on: date | None = None,
) -> Appointment:
    """Appoint without asking anyone."""
    return Appointment.objects.create(
        person=person, role=role.key, area=area, unit=unit, starts_on=starts_on, ends_on=ends_on
    )


def small_county(*, demonstration: bool = False) -> SmallCounty:
    """Make the small county, in few statements: most tests begin with it."""
    areas: list[Area] = []

    def area(parent: Area | None, code: str, name: str, *, lon: float, lat: float) -> Area:
        areas.append(_area(parent, code, name, lon, lat))
        return areas[-1]

    county = area(None, "330683", "嵊州市", lon=120.831, lat=29.561)
    town = area(county, "330683106", "谷来镇", lon=120.643, lat=29.691)
    other_town = area(county, "330683105", "石璜镇", lon=120.652, lat=29.539)
    village = area(town, "330683106201", "举坑村", lon=120.640, lat=29.700)
    neighbour = area(town, "330683106202", "护国岭村", lon=120.650, lat=29.680)
    far_village = area(other_town, "330683105201", "楼家村", lon=120.655, lat=29.540)
    grid = area(village, "33068310620101", "举坑村第一网格", lon=120.641, lat=29.701)
    second_grid = area(village, "33068310620102", "举坑村第二网格", lon=120.639, lat=29.699)
    neighbour_grid = area(neighbour, "33068310620201", "护国岭村第一网格", lon=120.651, lat=29.681)
    far_grid = area(far_village, "33068310520101", "楼家村第一网格", lon=120.656, lat=29.541)
    micro_grid = area(grid, "3306831062010101", "1号微网格", lon=120.6412, lat=29.7012)
    units = [
        Unit(area=town, kind="town_office", name="谷来镇综合执法队"),
        Unit(area=village, kind="village_committee", name="举坑村村民委员会"),
        Unit(area=other_town, kind="town_office", name="石璜镇综合执法队"),
        Unit(area=county, kind="department", name="嵊州市水利水电局"),
    ]
    Area.objects.bulk_create(areas)
    AreaPeriod.objects.bulk_create([_period(one) for one in areas])
    CountyProfile.objects.create(area=county, is_demonstration=demonstration)
    unit, village_unit, far_unit, county_unit = Unit.objects.bulk_create(units)
    return SmallCounty(
        county=county,
        town=town,
        other_town=other_town,
        village=village,
        neighbour=neighbour,
        far_village=far_village,
        grid=grid,
        second_grid=second_grid,
        neighbour_grid=neighbour_grid,
        far_grid=far_grid,
        micro_grid=micro_grid,
        unit=unit,
        village_unit=village_unit,
        far_unit=far_unit,
        county_unit=county_unit,
    )


def everyone(of: SmallCounty) -> dict[str, AppointedActor]:
    """Return one actor per role at its usual place."""
    return {key: of.actor(role) for key, role in ROLES.items()}


def stepped_up(client: Client) -> Client:
    """Let a browser have shown just now who sits there, whatever a test's clock says."""
    session = client.session
    session[PROVED_KEY] = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
    session.save()
    return client
