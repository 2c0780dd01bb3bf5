"""Who asks for what is planted: people next door and further off, nobody at all, and the browser each asks with."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.test import Client

from minqing.accounts.models import Appointment, Person, Unit
from minqing.accounts.tests.factories import SmallCounty, appoint, make_person
from minqing.areas.models import Area
from minqing.kernel import roles
from minqing.kernel.access import Role
from tests.canary import NOW


def place_of(here: SmallCounty, role: Role, where: str) -> tuple[Area, Unit | None]:
    """Return where a role is played next door, or in the other town."""
    if where == "next door":
        area = here.neighbour_grid if role is roles.GRID_WORKER else here.neighbour
        unit = Unit.objects.get_or_create(
            area=here.neighbour, kind="village_committee", name="护国岭村村民委员会"
        )[0]
    else:
        area = here.far_grid if role is roles.GRID_WORKER else here.other_town
        unit = here.far_unit
    return area, unit if role.by_unit else None


def strangers(here: SmallCounty) -> dict[str, Person | None]:
    """Return the people of the neighbouring village, another town, another unit; whose time is over; and nobody."""
    found: dict[str, Person | None] = {"nobody": None}

    def person(name: str, *held: tuple[Role, Area, Unit | None, dict[str, date]]) -> None:
        one = make_person(f"stranger_{len(found)}", name="邻村人")
        for role, area, unit, days in held:
            appoint(one, role, area, unit, **days)  # type: ignore[arg-type]
        found[name] = one

    for where in ("next door", "other town"):
        for role in roles.ROLES.values():
            person(f"{role.key} {where}", (role, *place_of(here, role, where), {}))
    person("handler of another unit of the county", (roles.HANDLER, here.county, here.county_unit, {}))
    person("grid worker of the next grid", (roles.GRID_WORKER, here.second_grid, None, {}))
    over = {"ends_on": NOW.date() - timedelta(days=1)}
    to_come = {"starts_on": NOW.date() + timedelta(days=2)}
    clerk, dispatcher = roles.VILLAGE_CLERK, roles.TOWN_DISPATCHER
    person("clerk whose time is over", (clerk, here.village, None, over))
    person("dispatcher whose time has not come", (dispatcher, here.town, None, to_come))
    person("clerk who moved next door", (clerk, here.village, None, over), (clerk, here.neighbour, None, {}))
    return found


def client_of(person: Person | None) -> Client:
    """Return a browser signed in as a person; an error becomes a page as it would outside."""
    client = Client(raise_request_exception=False)
    if person is not None:
        client.force_login(person)
    return client


def appointment_of(person: Person) -> UUID:
    """Return the id of a person's latest appointment."""
    return Appointment.objects.filter(person=person).order_by("-starts_on")[0].id
