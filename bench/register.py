"""The register of a whole county to measure on, and officials of a village, a town and the county who look at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bench.county import empty_county
from minqing.config.failures import CannotRun
from minqing.config.screen import say, step

if TYPE_CHECKING:
    from minqing.accounts.public import AppointedActor
    from minqing.areas.public import Area

RESIDENTS: Final = 710_000
RESIDENTS_MIN: Final = 3_000


@dataclass(frozen=True, slots=True)
class Looking:
    """Somebody who looks, from their own area."""

    level: str
    actor: AppointedActor
    area: Area
    residents: int


@contextmanager
def full_register(residents: int) -> Iterator[None]:
    """Have a county with so many residents at hand, with everything but visits and cases in proportion."""
    if not RESIDENTS_MIN <= residents <= RESIDENTS:
        raise CannotRun(f"居民数要在 {RESIDENTS_MIN} 到 {RESIDENTS} 之间。")
    with empty_county():
        # Only now: they import models, and Django has just been set up.
        from minqing.kernel import clock
        from minqing.seed.public import load_full

        loaded = load_full(at=clock.now(), parts=("register",), scale=residents / RESIDENTS, step=step)
        say(f"已载入：{loaded}。")
        yield


def lookers() -> list[Looking]:
    """Return a clerk of the largest village, a dispatcher of the largest town, and the county's registrar."""
    from minqing.kernel.roles import REGISTRAR, TOWN_DISPATCHER, VILLAGE_CLERK

    return [
        _looking("village", VILLAGE_CLERK.key),
        _looking("town", TOWN_DISPATCHER.key),
        _looking("county", REGISTRAR.key),
    ]


def _looking(level: str, role: str) -> Looking:
    """Return whoever plays a role at the area of a level with the most residents."""
    from django.db import connection

    from minqing.accounts.public import Appointment, Person, actor_of
    from minqing.areas.public import Area
    from minqing.kernel import clock

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, count(*) FROM area a JOIN area b ON b.path <@ a.path JOIN resident r ON r.area_id = b.id "
            "WHERE a.level = %s AND a.id IN (SELECT area_id FROM appointment WHERE role = %s AND ends_on IS NULL) "
            "GROUP BY a.id ORDER BY count(*) DESC, a.id LIMIT 1",
            [level, role],
        )
        found = cursor.fetchone()
    if found is None:
        raise CannotRun(f"演示县里没有人在{level}一级任 {role}，请先让种子数据有这样的任职。")
    area_id, residents = found
    held = Appointment.objects.filter(role=role, area_id=area_id, ends_on=None).order_by("id").first()
    assert held is not None
    person = Person.objects.get(id=held.person_id)
    return Looking(level, actor_of(person, clock.today()), Area.objects.get(id=area_id), residents)
