"""The area a filter narrows to: the way down to it as choices, from where the person's own appointments begin."""

from __future__ import annotations

from typing import Final

from minqing.areas import public as areas
from minqing.desk.asked import an_id
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere

INDENT: Final = "\u3000"  # an option of a select keeps no other blank at its beginning


def chosen_area(value: str | None) -> areas.Area | None:
    """Return the area an address names, or None for none and for what is no area."""
    area_id = an_id(value)
    if area_id is None:
        return None
    try:
        return areas.area(area_id)
    except NotThere:
        return None


def own_area(actor: Actor) -> areas.Area | None:
    """Return the area of the acting appointment."""
    return areas.area(actor.acting.area_id) if actor.acting else None


def way_down(area: areas.Area | None, actor: Actor) -> list[tuple[str, str]]:
    """Return (id, indented name) of the areas from the actor's own down to one, and of what lies right below it.

    Without one chosen: of the area of the acting appointment, whose path the actor carries.
    """
    path = area.path if area is not None else actor.acting.area_path if actor.acting else None
    if path is None:
        return []
    above, below = areas.around(path)
    own = [held.area_path for held in actor.appointments]
    mine = [one for one in above if one.path == path or any(areas.is_under(one.path, o) for o in own)]
    lines = [(str(one.id), INDENT * depth + one.name) for depth, one in enumerate(mine)]
    return lines + [(str(one.id), INDENT * len(mine) + one.name) for one in below]
