"""Who judges somebody: the posts above, as they are held today."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.disclosure import rules
from minqing.disclosure.permissions import SEE_ALARMS
from minqing.kernel.access import ActingAs

_ROLES = frozenset().union(*rules.LADDER)


def posts_above(area_path: str, roles: frozenset[str], on: date) -> list[rules.Post]:
    """Return who holds any of these roles at an area or above it; one statement."""
    held = (
        accounts.Appointment.objects.current(on)
        .filter(role__in=roles, area__path__above=area_path)
        .select_related("person", "area", "unit")
        .defer("area__outline", "person__password")
        .order_by("starts_on", "id")
    )
    return [
        rules.Post(one.person_id, one.person.name, one.role, one.area_id, one.label, one.area.path.count("."))
        for one in held
    ]


def supervisors_of(acting: ActingAs, person_id: UUID, on: date) -> tuple[rules.Post, ...]:
    """Return who judges somebody who acts in an appointment; empty only where no higher post is held at all."""
    posts = posts_above(acting.area_path, _ROLES, on)
    return rules.supervisors(posts, role=acting.role.key, person_id=person_id)


def security_administrators(area_id: UUID, on: date) -> list[rules.Post]:
    """Return who looks into the alarms of an area."""
    roles = frozenset(one.key for one in SEE_ALARMS.held_by)
    return posts_above(areas.area(area_id).path, roles, on)
