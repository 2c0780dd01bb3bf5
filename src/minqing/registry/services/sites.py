"""Register enterprises and places, change what is said of them, close them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Refused
from minqing.kernel.ids import uuid7
from minqing.registry import rules
from minqing.registry.events import SubjectAdded, SubjectClosed
from minqing.registry.models import Enterprise, Place, name_initials
from minqing.registry.models.subjects import phone_index
from minqing.registry.services import changes
from minqing.registry.services.inputs import (
    EnterpriseInput,
    PlaceInput,
    checked_enterprise,
    checked_place,
)
from minqing.registry.services.tags import end_all_tags

USCC_ELSEWHERE = "这个统一社会信用代码不能在这里登记，可能已在别处登记。请联系档案管理员核实。"
_UNIQUE = {"enterprise_uscc_once": ("uscc", USCC_ELSEWHERE)}


def enterprise_row(
    *, area_id: UUID, values: EnterpriseInput, by_name: str, at: datetime, row_id: UUID | None = None
) -> Enterprise:
    """Make an enterprise's row, not saved and not checked (imports and seeds use this)."""
    return Enterprise(
        id=row_id or uuid7(at), area_id=area_id, name=values.name, name_initials=name_initials(values.name),
        uscc=values.uscc, industry=values.industry, employees=values.employees,
        contact_name=values.contact_name, phone=values.phone or None, phone_index=phone_index(values.phone),
        address=values.address, lon=values.lon, lat=values.lat, changed_at=at, changed_by_name=by_name[:60],
    )  # fmt: skip


@transaction.atomic
def add_enterprise(
    *,
    area_id: UUID,
    values: EnterpriseInput,
    by: Actor,
    at: datetime,
    id: UUID | None = None,  # noqa: A002
) -> Enterprise:
    """Register an enterprise."""
    content = changes.content_hash(area_id=area_id, values=values)
    if known := changes.first_answer(Enterprise, id, content, by):
        return known
    area = changes.open_area(area_id, rules.SITE_LEVELS, by)
    values = checked_enterprise(values)
    _refuse_known_code(values.uscc, by)
    row = enterprise_row(area_id=area.id, values=values, by_name=by.person_name, at=at, row_id=id)
    row.first_content = content
    made = changes.insert(row, by, _UNIQUE)
    if made is row:
        _say_added(row, by, at)
    return made


@transaction.atomic
def edit_enterprise(
    *,
    enterprise_id: UUID,
    version: int,
    values: EnterpriseInput,
    by: Actor,
    at: datetime,
    area_id: UUID | None = None,
) -> Enterprise:
    """Change what is said of an enterprise; an empty phone stays as it was."""
    row = changes.locked(Enterprise, enterprise_id, by)
    changes.refuse_if_stale(row, version)
    changes.refuse_if_closed(row)
    values = checked_enterprise(values)
    if values.uscc != row.uscc:
        _refuse_known_code(values.uscc, by)
    new: dict[str, Any] = {
        "name": values.name, "uscc": values.uscc, "industry": values.industry, "employees": values.employees,
        "contact_name": values.contact_name, "address": values.address, "lon": values.lon, "lat": values.lat,
    }  # fmt: skip
    if values.phone:
        new["phone"] = values.phone
    elif "phone" in values.forget:
        new["phone"] = None
    found = changes.compare(row, new)
    row.name_initials, row.phone_index = name_initials(row.name), phone_index(row.phone)
    found += _moved(row, area_id, by)
    changes.save_edit(row, found, _UNIQUE, by, at)
    return row


@transaction.atomic
def add_place(
    *,
    area_id: UUID,
    values: PlaceInput,
    by: Actor,
    at: datetime,
    id: UUID | None = None,  # noqa: A002
) -> Place:
    """Register a place."""
    content = changes.content_hash(area_id=area_id, values=values)
    if known := changes.first_answer(Place, id, content, by):
        return known
    area = changes.open_area(area_id, rules.SITE_LEVELS, by)
    values = checked_place(values)
    row = Place(
        id=id or uuid7(at), area=area, name=values.name, name_initials=name_initials(values.name),
        kind=values.kind, address=values.address, lon=values.lon, lat=values.lat, changed_at=at,
        changed_by_name=by.person_name[:60], first_content=content,
    )  # fmt: skip
    made = changes.insert(row, by, {})
    if made is row:
        _say_added(row, by, at)
    return made


@transaction.atomic
def edit_place(
    *, place_id: UUID, version: int, values: PlaceInput, by: Actor, at: datetime, area_id: UUID | None = None
) -> Place:
    """Change what is said of a place."""
    row = changes.locked(Place, place_id, by)
    changes.refuse_if_stale(row, version)
    changes.refuse_if_closed(row)
    values = checked_place(values)
    new = {
        "name": values.name, "kind": values.kind, "address": values.address, "lon": values.lon, "lat": values.lat,
    }  # fmt: skip
    found = changes.compare(row, new)
    row.name_initials = name_initials(row.name)
    found += _moved(row, area_id, by)
    changes.save_edit(row, found, {}, by, at)
    return row


@transaction.atomic
def close_enterprise(
    *, enterprise_id: UUID, version: int, on: date, reason: str = "", by: Actor, at: datetime
) -> Enterprise:
    """Close the file of an enterprise that has gone out of business or away."""
    row = changes.locked(Enterprise, enterprise_id, by)
    _close(row, version, on, reason, "停业或迁出", by, at)
    return row


@transaction.atomic
def close_place(
    *, place_id: UUID, version: int, on: date, reason: str = "", by: Actor, at: datetime
) -> Place:
    """Close the file of a place that is no more."""
    row = changes.locked(Place, place_id, by)
    _close(row, version, on, reason, "停用", by, at)
    return row


def _close(
    row: Enterprise | Place, version: int, on: date, reason: str, how: str, by: Actor, at: datetime
) -> None:
    changes.refuse_if_stale(row, version)
    changes.refuse_if_closed(row)
    changes.not_in_future(on, clock.local(at).date())
    end_all_tags(row.id, reason="档案注销", by=by, at=at)
    row.closed_on, row.closed_because = on, reason[: rules.REASON_MAX]
    row.touch(by.person_name, at)
    row.save()
    closed = SubjectClosed(
        subject_kind=row.subject_kind, subject_id=row.id, area_id=row.area_id, how=how, on=on,
        reason=row.closed_because,
    )  # fmt: skip
    record(closed, by=by.hand, at=at)


def _moved(row: Enterprise | Place, area_id: UUID | None, by: Actor) -> list[changes.Change]:
    if area_id is None or area_id == row.area_id:
        return []
    area = changes.open_area(area_id, rules.SITE_LEVELS, by)
    before, row.area = row.area.name, area
    changes.tags_follow([row.id], area.id)
    return [changes.Change("所属网格", before, area.name)]


def _refuse_known_code(uscc: str, by: Actor) -> None:
    if not uscc:
        return
    holder = Enterprise.everything.filter(uscc=uscc).values_list("id", flat=True).first()
    if holder is None:
        return
    mine = Enterprise.objects.visible_to(by).filter(id=holder).first()
    sentence = f"这个统一社会信用代码已经登记在“{mine.name}”名下。" if mine else USCC_ELSEWHERE
    raise Refused(sentence, field="uscc")


def _say_added(row: Enterprise | Place, by: Actor, at: datetime) -> None:
    added = SubjectAdded(subject_kind=row.subject_kind, subject_id=row.id, area_id=row.area_id, name=row.name)
    record(added, by=by.hand, at=at)
