"""Change the tree: open, move, rename, close. One at a time, by a lock on the county's row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from minqing.areas import rules
from minqing.areas.events import AreaClosed, AreaMoved, AreaOpened, AreaRenamed
from minqing.areas.models import Area, AreaPeriod, CountyProfile
from minqing.areas.permissions import MANAGE_AREAS
from minqing.journal.public import record
from minqing.kernel.access import SYSTEM, Actor
from minqing.kernel.errors import NotThere, Refused

REASON_MAX: Final = 200


@transaction.atomic
def open_area(
    *, parent_id: UUID, code: str, name: str, by: Actor, at: datetime, point: rules.Point | None = None
) -> Area:
    """Open a new area under a parent, one level below it."""
    parent = _locked(parent_id)
    by.require(MANAGE_AREAS, parent.path)
    if not parent.is_open:
        raise Refused("上级辖区已撤销，请另选一个。", field="parent")
    if parent.level == rules.MICRO_GRID:
        raise Refused("微网格下面不能再设辖区。", field="parent")
    if not (code.isascii() and code.isalnum()):
        raise Refused("编码只能用数字和英文字母。", field="code")
    if Area.objects.filter(code=code).exists():
        raise Refused(f"编码 {code} 已经用过，请换一个。", field="code")
    area = Area.objects.create(
        parent=parent,
        level=rules.LEVELS[rules.LEVELS.index(parent.level) + 1],
        code=code,
        name=name,
        path=rules.path_under(parent.path, code),
        lon=point.lon if point else None,
        lat=point.lat if point else None,
    )
    AreaPeriod.objects.create(area=area, parent=parent, name=name, starts_at=at)
    opened = AreaOpened(
        subject_kind="area", subject_id=area.id, area_id=area.id, name=name, parent_name=parent.name
    )
    record(opened, by=by.hand, at=at)
    return area


@transaction.atomic
def move_area(*, area_id: UUID, to_id: UUID, reason: str, by: Actor, at: datetime) -> int:
    """Hang an area and everything below it under another parent; return how many areas moved.

    Rows carry ``area_id`` and people see by path, so what anyone sees follows at once.
    """
    area, to = _locked(area_id), _locked(to_id)
    by.require(MANAGE_AREAS, area.path)
    by.require(MANAGE_AREAS, to.path)
    refusal = rules.why_not_move(
        level=area.level, path=area.path, closed=not area.is_open,
        to_level=to.level, to_path=to.path, to_closed=not to.is_open,
    )  # fmt: skip
    if refusal:
        raise Refused(refusal, field="to")
    if area.parent_id is None:
        raise Refused("县（市）不能调整。", field="to")
    before = Area.objects.get(id=area.parent_id)
    new_path = rules.path_under(to.path, area.code)
    with connection.cursor() as cursor:
        # subpath() refuses an offset at the end, hence the case for the area itself.
        cursor.execute(
            "UPDATE area SET path = CASE WHEN path = %(old)s::ltree THEN %(new)s::ltree"
            " ELSE %(new)s::ltree || subpath(path, nlevel(%(old)s::ltree)) END"
            " WHERE path <@ %(old)s::ltree",
            {"old": area.path, "new": new_path},
        )
        moved = int(cursor.rowcount)
    Area.objects.filter(id=area.id).update(parent=to)
    _turn_the_page(area, parent=to, name=area.name, reason=reason, at=at)
    record(
        AreaMoved(
            subject_kind="area", subject_id=area.id, area_id=area.id, name=area.name,
            from_id=before.id, from_name=before.name, to_id=to.id, to_name=to.name,
            reason=reason, areas_moved=moved,
        ),
        by=by.hand,
        at=at,
    )  # fmt: skip
    return moved


@transaction.atomic
def rename_area(*, area_id: UUID, name: str, reason: str, by: Actor, at: datetime) -> Area:
    """Give an area another name; the old one stays in its history."""
    area = _locked(area_id)
    by.require(MANAGE_AREAS, area.path)
    if not area.is_open:
        raise Refused("已撤销的辖区不能更名。")
    if name == area.name:
        raise Refused("名称没有变化。", field="name")
    before, area.name = area.name, name
    area.save(update_fields=["name"])
    _turn_the_page(area, parent=area.parent, name=name, reason=reason, at=at)
    renamed = AreaRenamed(subject_kind="area", subject_id=area.id, area_id=area.id, before=before, after=name)
    record(renamed, by=by.hand, at=at)
    return area


@transaction.atomic
def close_area(*, area_id: UUID, reason: str, by: Actor, at: datetime) -> int:
    """Close an area and everything below it: nothing new begins there, what is open stays seen and gets done.

    Return how many areas were closed.
    """
    area = _locked(area_id)
    by.require(MANAGE_AREAS, area.path)
    if not area.is_open:
        raise Refused("这个辖区已经撤销。")
    if area.level == rules.COUNTY:
        raise Refused("县（市）不能撤销。")
    below = list(Area.objects.under(area.path).open().values_list("id", flat=True))
    Area.objects.filter(id__in=below).update(closed_at=at)
    AreaPeriod.objects.filter(area__in=below, ends_at=None).update(ends_at=at)
    record(
        AreaClosed(
            subject_kind="area", subject_id=area.id, area_id=area.id, name=area.name,
            reason=reason, areas_closed=len(below),
        ),
        by=by.hand,
        at=at,
    )  # fmt: skip
    return len(below)


@dataclass(frozen=True, slots=True)
class Planned:
    """An area of a county about to be founded: codes as the National Bureau of Statistics gives them."""

    code: str
    parent_code: str
    name: str
    level: str
    point: rules.Point | None = None


@transaction.atomic
def found_county(
    *, code: str, name: str, below: Sequence[Planned], outline: dict[str, object] | None, at: datetime
) -> Area:
    """Make the county and the areas below it (parents before children) in an empty installation.

    Raises ``Refused`` where there is a county, or an area without its parent.
    """
    if Area.objects.exists():
        raise Refused("这个数据库里已经有一个县（市），不能再建一个。")
    top = Area(level=rules.COUNTY, code=code, name=name, path=rules.path_under("", code), outline=outline)
    made = {code: top}
    for one in below:
        parent = made.get(one.parent_code)
        if parent is None or rules.parent_level(one.level) != parent.level:
            raise Refused(f"“{one.name}”（{one.code}）的上级 {one.parent_code} 不在表里，请核对编码。")
        if one.code in made:
            raise Refused(f"编码 {one.code} 在表里出现了两次，请核对。")
        made[one.code] = Area(
            parent=parent,
            level=one.level,
            code=one.code,
            name=one.name,
            path=rules.path_under(parent.path, one.code),
            lon=one.point.lon if one.point else None,
            lat=one.point.lat if one.point else None,
        )
    # Level by level: a child's row needs its parent's.
    for level in rules.LEVELS:
        Area.objects.bulk_create([one for one in made.values() if one.level == level])
    AreaPeriod.objects.bulk_create(
        [AreaPeriod(area=one, parent=one.parent, name=one.name, starts_at=at) for one in made.values()]
    )
    CountyProfile.objects.create(area=top)
    founded = AreaOpened(
        subject_kind="area", subject_id=top.id, area_id=top.id, name=name, parent_name="上级"
    )
    record(founded, by=SYSTEM, at=at)
    return top


def require_open(area: Area) -> None:
    """Refuse to begin something in an area that was closed."""
    if not area.is_open:
        raise Refused(f"“{area.name}”已撤销，请选择现在的辖区。", field="area")


def _locked(area_id: UUID) -> Area:
    """Return the area, with the whole tree locked against another change (the county's row is the lock)."""
    Area.objects.select_for_update().filter(level=rules.COUNTY).order_by("id").first()
    area = Area.objects.filter(id=area_id).first()
    if area is None:
        raise NotThere
    return area


def _turn_the_page(area: Area, *, parent: Area | None, name: str, reason: str, at: datetime) -> None:
    AreaPeriod.objects.filter(area=area, ends_at=None).update(ends_at=at)
    AreaPeriod.objects.create(area=area, parent=parent, name=name, starts_at=at, reason=reason[:REASON_MAX])
