"""Keep lists of the queue by name: save, change, share, put in order, forget. One's own look is one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases.events_desk import QueueViewShared
from minqing.cases.models_desk import VIEW_NAME_MAX, SavedView
from minqing.cases.permissions_desk import SHARE_VIEWS
from minqing.cases.queries.asked import ASKED, VIEWS, read_asked
from minqing.cases.queries.queue import COLUMNS, USUAL_COLUMNS
from minqing.cases.queries.views import VIEWS_MAX
from minqing.journal.public import record
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotAllowed, NotThere, Refused
from minqing.kernel.text import clean_line

NOBODY, AREA = "", "area"
FIRST_OF_ONES_OWN: Final = len(VIEWS)


@transaction.atomic
def save_view(*, name: str, asked: Mapping[str, str], by: Actor, at: datetime) -> SavedView:
    """Keep filters under a name; a name that one has already gets the new filters."""
    name = _name(name)
    wanted = _asked(asked)
    own = _own(by)
    same = own.filter(name=name).first()
    if same is not None:
        same.asked = wanted
        same.save(update_fields=["asked"])
        return same
    if own.count() >= VIEWS_MAX:
        raise Refused(f"最多存 {VIEWS_MAX} 个列表，请先到“管理列表”里去掉不用的。", field="name")
    last = own.aggregate(last=Max("position"))["last"]
    return SavedView.objects.create(
        person_id=by.person_id,
        name=name,
        asked=wanted,
        position=FIRST_OF_ONES_OWN if last is None else max(last + 1, FIRST_OF_ONES_OWN),
        made_at=at,
    )


@transaction.atomic
def rename_view(*, view_id: UUID, name: str, by: Actor) -> SavedView:
    """Give one of one's own lists another name."""
    view, name = _mine(view_id, by), _name(name)
    if _own(by).filter(name=name).exclude(id=view.id).exists():
        raise Refused(f"您已经有一个叫“{name}”的列表，请换个名字。", field="name")
    view.name = name
    view.save(update_fields=["name"])
    return view


@transaction.atomic
def share_view(*, view_id: UUID, share: str, by: Actor, at: datetime) -> SavedView:
    """Show one of one's own lists to one's area and below (``AREA``) or a unit there (its id), or to nobody else again.

    Filters are shared, never cases: everybody sees in it what they may see.
    """
    view = _mine(view_id, by)
    acting = by.acting
    if acting is None:
        raise NotAllowed("您目前没有有效的任职，请联系安全管理员。")
    if share != NOBODY:
        by.require(SHARE_VIEWS)
    view.shared_area_id = acting.area_id if share == AREA else None
    view.shared_unit = None if share in (NOBODY, AREA) else _unit_below(share, acting.area_path)
    view.save(update_fields=["shared_area", "shared_unit"])
    event = QueueViewShared(
        subject_kind="person", subject_id=by.person_id, area_id=acting.area_id, name=view.name,
        with_name=_with_name(view),
    )  # fmt: skip
    record(event, by=by.hand, at=at)
    return view


@transaction.atomic
def forget_view(*, view_id: UUID, by: Actor) -> str:
    """Take one of one's own lists away, for everybody with whom it was shared too; return its name."""
    view = _mine(view_id, by)
    SavedView.objects.filter(of=view).delete()
    view.delete()
    return view.name


@transaction.atomic
def arrange_views(*, order: Sequence[str], default: str, by: Actor, at: datetime) -> None:
    """Put one's tabs in an order (their keys, first to last) and say which opens first (empty: 待我办)."""
    keys = list(dict.fromkeys(order))
    kept = _rows_of(keys if default in ("", *keys) else [*keys, default], by, at)
    SavedView.objects.filter(person_id=by.person_id, is_default=True).update(is_default=False)
    for number, key in enumerate(keys):
        if row := kept.get(key):
            row.position, row.is_default = number, key == default
            row.save(update_fields=["position", "is_default"])


@transaction.atomic
def choose_columns(*, key: str, columns: Sequence[str], by: Actor, at: datetime) -> None:
    """Remember which columns one of one's tabs shows; none chosen: the usual ones."""
    chosen = [one for one in COLUMNS if one in columns]
    row = _rows_of([key], by, at).get(key)
    if row is None:
        raise NotThere
    row.columns = [] if tuple(chosen) == USUAL_COLUMNS else chosen
    row.save(update_fields=["columns"])


def _rows_of(keys: Sequence[str], by: Actor, at: datetime) -> dict[str, SavedView]:
    """Return one's own rows for tabs, made where one has not touched a tab before; keys of nothing are left out."""
    mine = {
        one.arranges or str(one.of_id or one.id): one
        for one in SavedView.objects.select_for_update().filter(person_id=by.person_id)
    }
    for key in keys:
        if key in mine:
            continue
        if key in VIEWS:
            place = list(VIEWS).index(key)
            mine[key] = SavedView.objects.create(
                person_id=by.person_id, arranges=key, position=place, made_at=at
            )
        elif of := _shared(key):
            mine[key] = SavedView.objects.create(person_id=by.person_id, of=of, made_at=at)
    return mine


def _shared(key: str) -> SavedView | None:
    try:
        found = SavedView.objects.filter(id=UUID(key), arranges="", of=None).first()
    except ValueError:
        return None
    return found if found is not None and found.is_shared else None


def _own(by: Actor) -> QuerySet[SavedView]:
    return SavedView.objects.filter(person_id=by.person_id, arranges="", of=None)


def _mine(view_id: UUID, by: Actor) -> SavedView:
    found = _own(by).select_for_update().filter(id=view_id).first()
    if found is None:
        raise NotThere("没有这个列表，可能已经去掉了。")
    return found


def _unit_below(unit_id: str, area_path: str) -> accounts.Unit:
    try:
        unit = accounts.unit(UUID(unit_id))
    except (ValueError, NotThere):
        raise Refused("请选择和谁共用。", field="share") from None
    if unit.closed_at is not None or not areas.is_under(unit.area.path, area_path):
        raise Refused(f"“{unit.name}”不在您的辖区内，或已撤销，请另选。", field="share")
    return unit


def _name(name: str) -> str:
    name = clean_line(name)
    if not name:
        raise Refused("请给这个列表起个名字，如“本周到期的路灯”。", field="name")
    if len(name) > VIEW_NAME_MAX:
        raise Refused(f"名字最多 {VIEW_NAME_MAX} 个字，请写短一些。", field="name")
    if name in VIEWS.values():
        raise Refused(f"“{name}”是大家都有的列表，请换个名字。", field="name")
    return name


def _asked(asked: Mapping[str, str]) -> dict[str, str]:
    """Return the filters worth keeping: known, not empty, and of sense."""
    _, wrong = read_asked(asked)
    return {name: asked[name] for name in ASKED if asked.get(name) and name not in wrong}


def _with_name(view: SavedView) -> str:
    if view.shared_unit_id is not None:
        return view.shared_unit.name if view.shared_unit else ""
    return view.shared_area.name if view.shared_area else ""
