"""Find areas: by id, up and down the tree, and near a point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import CharField, Count, F, Q, QuerySet, Subquery, Value

from minqing.areas import rules
from minqing.areas.models import Area, AreaPeriod, CountyProfile
from minqing.kernel import together
from minqing.kernel.errors import NotThere
from minqing.kernel.per_request import once_per_request
from minqing.kernel.postgres.cursor import Kept
from minqing.kernel.statements import statement

CANDIDATES = 12  # nearest by degrees first, then by metres: a dozen is plenty at a county's latitude


@dataclass(frozen=True, slots=True)
class Nearest:
    """The area whose centre is nearest; ``approximate`` until its boundary is drawn."""

    area: Area
    metres: float
    approximate: bool


def area(area_id: UUID) -> Area:
    """Return one area. Raises :class:`NotThere`."""
    found = Area.objects.filter(id=area_id).first()
    if found is None:
        raise NotThere
    return found


def area_by_code(code: str) -> Area | None:
    """Return the area with a code, or None."""
    return Area.objects.filter(code=code).first()


@once_per_request
def county() -> Area:
    """Return the county. Raises :class:`NotThere` before one is loaded."""
    found = Area.objects.filter(level=rules.COUNTY).defer("outline").first()
    if found is None:
        raise NotThere("这里还没有装入任何县（市）。请先运行 minqing seed，或导入辖区。")
    return found


def profile() -> CountyProfile | None:
    """Return the county's profile, or None before one is loaded."""
    return CountyProfile.objects.select_related("area").first()


def children(parent: Area, *, closed: bool = False) -> list[Area]:
    """Return the areas right below one, by code; with ``closed`` those that were closed too."""
    below = Area.objects.filter(parent=parent)
    return list(below if closed else below.open())


def ancestors(of: Area) -> list[Area]:
    """Return the areas an area sits in, county first, itself last."""
    return sorted(Area.objects.filter(path__above=of.path), key=lambda one: one.path.count("."))


def around(path: str) -> tuple[list[Area], list[Area]]:
    """Return the areas a path sits in, county first, itself last, and the open ones right below it; one query."""
    found = _around(path=path)
    above = [one for one in found if rules.is_under(path, one.path)]
    below = [one for one in found if not rules.is_under(path, one.path)]
    return sorted(above, key=lambda one: one.path.count(".")), below


@statement
def _around(*, path: str) -> QuerySet[Area]:
    # The parent by a select of its own: joined, every area of the county would be read for the few below this one.
    here = Area.objects.filter(path=path).order_by().values("id")
    return Area.objects.filter(Q(path__above=path) | Q(parent=Subquery(here), closed_at=None)).defer(
        "outline"
    )


def around_area(area_id: UUID) -> tuple[list[Area], list[Area]]:
    """Return the same of an area by its id; two empty lists where there is none; one query."""
    path = Subquery(Area.objects.filter(id=area_id).order_by().values("path"))
    near = Q(path__above=path) | Q(parent_id=area_id, closed_at=None)
    found = list(Area.objects.filter(near).defer("outline"))
    below = [one for one in found if one.parent_id == area_id]
    above = [one for one in found if one.parent_id != area_id]
    return sorted(above, key=lambda one: one.path.count(".")), below


def ids_under(path: str) -> QuerySet[Any, Any]:
    """Return a sub-select of the ids of an area and everything below it, closed ones too."""
    return Area.objects.under(path).order_by().values("id")


def count_under(path: str) -> dict[str, int]:
    """Count the open areas at a path and below it, by level."""
    found = Area.objects.under(path).open().order_by().values_list("level").annotate(n=Count("id"))
    counts = dict(found)
    return {level: counts[level] for level in rules.LEVELS if level in counts}


# Not kept: with one plan for every path, a county would be looked through by the index of paths.
_FEW: Final = (
    "SELECT asked.level, (SELECT count(*) FROM (SELECT FROM area WHERE level = asked.level AND closed_at IS NULL"
    " AND path <@ %s::ltree LIMIT %s) AS few) FROM unnest(%s::text[]) AS asked(level)"
)


def count_some_under(path: str, levels: Iterable[str], most: int) -> dict[str, int]:
    """Count the open areas at a path and below it by level, each up to ``most``; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_FEW, [path, most, list(levels)])
        return {level: count for level, count in cursor.fetchall() if count}


def area_name(of: Area, upto: str = rules.TOWN) -> str:
    """Return ``谷来镇·护国岭村·第一网格``: the names from level ``upto`` down."""
    first = rules.LEVELS.index(upto)
    line = [one.name for one in ancestors(of) if rules.LEVELS.index(one.level) >= first]
    return "·".join(line) or of.name


_NAMES: Final = Kept(
    # From parent to parent: to look for what lies above a path takes twice as long.
    "WITH RECURSIVE up (id, name, level, parent_id, steps) AS ("
    "SELECT id, name, level, parent_id, 0 FROM area WHERE id = ANY(%s) UNION ALL "
    "SELECT up.id, above.name, above.level, above.parent_id, steps + 1"
    " FROM up JOIN area AS above ON above.id = up.parent_id) "
    "SELECT id, coalesce(string_agg(name, '·' ORDER BY steps DESC) FILTER (WHERE level = ANY(%s)), "
    "min(name) FILTER (WHERE steps = 0)) FROM up GROUP BY id"
)


def area_names(ids: Iterable[UUID], upto: str = rules.TOWN) -> dict[UUID, str]:
    """Return full names of many areas in one query."""
    asked = names_statement(ids, upto)
    if asked is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(*asked)
        return dict(cursor.fetchall())


def names_statement(ids: Iterable[UUID], upto: str = rules.TOWN) -> together.Statement | None:
    """Return the statement that reads (id, full name) of many areas, to be asked together with others."""
    wanted = list(set(ids))
    return (_NAMES, [wanted, list(rules.LEVELS[rules.LEVELS.index(upto) :])]) if wanted else None


def nearest(lon: float, lat: float, level: str = rules.GRID) -> Nearest | None:
    """Return the open area of a level whose centre is nearest to a point (degrees, WGS-84), or None.

    Approximate on purpose: no boundary of a grid is published, so the answer says so and a person may change it.
    """
    here = rules.Point(lon, lat)
    found = Area.objects.raw(
        "SELECT * FROM area WHERE level = %s AND closed_at IS NULL AND lon IS NOT NULL"
        " ORDER BY point(lon, lat) <-> point(%s, %s) LIMIT %s",
        [level, lon, lat, CANDIDATES],
    )
    ranked = sorted(
        ((here.metres_to(one.point), one) for one in found if one.point),
        key=lambda pair: (pair[0], pair[1].code),
    )
    if not ranked:
        return None
    metres, best = ranked[0]
    return Nearest(best, metres, approximate=best.outline is None)


def history(of: Area) -> list[AreaPeriod]:
    """Return where an area hung and what it was called, oldest first."""
    return list(AreaPeriod.objects.filter(area=of).select_related("parent"))


def parent_on(of: Area, at: datetime) -> Area | None:
    """Return what an area belonged to at a moment."""
    period = (
        AreaPeriod.objects.filter(area=of, starts_at__lte=at)
        .order_by("-starts_at")
        .select_related("parent")
        .first()
    )
    return period.parent if period else None


def search(text: str, limit: int = 20) -> list[Area]:
    """Return open areas whose name holds the text or whose code begins with it."""
    by_name = Area.objects.open().filter(name__icontains=text)
    by_code = Area.objects.open().filter(code__startswith=text)
    return list((by_name | by_code).defer("outline")[:limit])


def areas_by_path(paths: Iterable[str]) -> dict[str, Area]:
    """Return the areas at some paths, by path; one query."""
    return {one.path: one for one in Area.objects.filter(path__in=set(paths)).defer("outline")}


def named_in(text: str) -> list[Area]:
    """Return the open areas below the county whose names stand in a text, the deepest first.

    An area counts only where no name of the text contradicts it: “谷来镇举坑村” is one village, and a village of that
    name in another town is none.
    """
    said = Area.objects.open().exclude(level=rules.COUNTY).defer("outline")
    named = list(said.annotate(said=Value(text, output_field=CharField())).filter(said__contains=F("name")))
    towns = [one for one in named if one.level == rules.TOWN]
    fits = [one for one in named if not towns or any(rules.is_under(one.path, town.path) for town in towns)]
    return sorted(fits, key=lambda one: (-one.path.count("."), one.code))
