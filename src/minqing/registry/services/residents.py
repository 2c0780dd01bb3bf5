"""Register residents, change what is said of them, and close their files."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Refused
from minqing.kernel.ids import uuid7
from minqing.registry import rules, vault
from minqing.registry.events import SubjectAdded, SubjectClosed, SubjectEdited
from minqing.registry.models import HouseholdMember, Resident, name_initials
from minqing.registry.models.subjects import id_index, phone_index
from minqing.registry.permissions import EDIT_REGISTRY
from minqing.registry.services import changes
from minqing.registry.services.households import end_membership, join, locked_household
from minqing.registry.services.inputs import ResidentInput, checked_resident
from minqing.registry.services.lookalikes import refuse_lookalike
from minqing.registry.services.tags import end_all_tags

ID_ELSEWHERE = "这个证件号不能在这里登记，可能已在别处登记。请联系档案管理员核实。"
_UNIQUE = {"resident_id_once": ("id_number", ID_ELSEWHERE)}


def resident_row(
    *, area_id: UUID, values: ResidentInput, by_name: str, at: datetime, row_id: UUID | None = None
) -> Resident:
    """Make a resident's row with its indexes and initials, not saved and not checked (imports and seeds use this).

    The numbers themselves go into the vault: :func:`minqing.registry.vault.put_identities`.
    """
    return Resident(
        id=row_id or uuid7(at),
        area_id=area_id,
        name=values.name,
        name_initials=name_initials(values.name),
        sex=values.sex,
        birth_date=values.birth_date,
        id_index=id_index(values.id_number),
        phone_index=phone_index(values.phone),
        occupation=values.occupation,
        presence=values.presence,
        away_at=values.away_at,
        origin=values.origin,
        address_note=values.address_note,
        changed_at=at,
        changed_by_name=by_name[:60],
    )


@transaction.atomic
def add_resident(
    *,
    values: ResidentInput,
    by: Actor,
    at: datetime,
    area_id: UUID | None = None,
    household_id: UUID | None = None,
    relation: str = "",
    id: UUID | None = None,  # noqa: A002 - the client's id
    apart_from: Collection[UUID] | None = None,
) -> Resident:
    """Register a resident, in a household (whose area is theirs) or by themselves in an area.

    ``apart_from``: the files that somebody at a form said to be of other people; any other that looks like this one is
    asked about first (:class:`LooksAlike`). None asks nothing.
    """
    content = changes.content_hash(
        area_id=area_id, household_id=household_id, relation=relation, values=values
    )
    if known := changes.first_answer(Resident, id, content, by):
        return known
    household = locked_household(household_id, by) if household_id else None
    home_id = household.area_id if household else area_id
    if home_id is None:
        raise Refused("请选择所属网格。", field="area")
    area = changes.open_area(home_id, rules.HOME_LEVELS, by)
    today = clock.local(at).date()
    values = checked_resident(values, today)
    _refuse_known_number(values.id_number, by)
    if apart_from is not None:
        refuse_lookalike(values, area, apart_from=apart_from, by=by)
    row = resident_row(area_id=area.id, values=values, by_name=by.person_name, at=at, row_id=id)
    row.first_content = content
    made = changes.insert(row, by, _UNIQUE)
    if made is not row:
        return made
    numbers = vault.IdentityRow(row.id, area.id, values.id_number, values.phone)
    vault.put_identity(numbers, vault.reach(by, EDIT_REGISTRY))
    added = SubjectAdded(subject_kind=rules.RESIDENT, subject_id=row.id, area_id=area.id, name=row.name)
    record(added, by=by.hand, at=at)
    if household:
        join(household, row, relation=relation, on=today, by=by, at=at)
    return row


@transaction.atomic
def edit_resident(
    *,
    resident_id: UUID,
    version: int,
    values: ResidentInput,
    by: Actor,
    at: datetime,
    area_id: UUID | None = None,
) -> Resident:
    """Change what is said of a resident; empty numbers stay as they were (they never left the server)."""
    row = changes.locked(Resident, resident_id, by)
    changes.refuse_if_stale(row, version)
    changes.refuse_if_closed(row)
    paths = vault.reach(by, EDIT_REGISTRY)
    held = vault.identities_under([row.id], paths).get(row.id, vault.IdentityValues())
    values = checked_resident(values, clock.local(at).date(), known_id=held.id_number)
    new: dict[str, Any] = {
        "name": values.name, "sex": values.sex, "birth_date": values.birth_date, "occupation": values.occupation,
        "presence": values.presence, "away_at": values.away_at, "origin": values.origin,
        "address_note": values.address_note,
    }  # fmt: skip
    if values.id_number and values.id_number != held.id_number:
        _refuse_known_number(values.id_number, by)
    found = changes.compare(row, new)
    row.name_initials = name_initials(row.name)
    numbers, told = _new_numbers(values, held)
    row.id_index = id_index(numbers.id_number)
    row.phone_index = phone_index(numbers.phone)
    found += told
    if area_id is not None and area_id != row.area_id:
        found.append(_move(row, area_id, by))
    changes.save_edit(row, found, _UNIQUE, by, at)
    if told:
        vault.put_identity(vault.IdentityRow(row.id, row.area_id, numbers.id_number, numbers.phone), paths)
        gone = [name for name in vault.NUMBERS if getattr(held, name) and not getattr(numbers, name)]
        vault.erase_identities([row.id], gone, paths)
    return row


def _new_numbers(
    values: ResidentInput, held: vault.IdentityValues
) -> tuple[vault.IdentityValues, list[changes.Change]]:
    """Return the numbers after an edit, and what changed, masked."""
    after: dict[str, str] = {}
    told = []
    for name in vault.NUMBERS:
        before = getattr(held, name)
        after[name] = getattr(values, name) or ("" if name in values.forget else before)
        if after[name] != before:
            label = changes.FIELD_LABELS[name]
            told.append(changes.Change(label, changes.shown(name, before), changes.shown(name, after[name])))
    return vault.IdentityValues(**after), told


def _move(row: Resident, area_id: UUID, by: Actor) -> changes.Change:
    if HouseholdMember.objects.filter(resident=row, ends_on=None).exists():
        raise Refused("这位居民在一户里，所属网格随户走。请改户的网格，或先迁出。", field="area")
    area = changes.open_area(area_id, rules.HOME_LEVELS, by)
    before, row.area = row.area.name, area
    changes.tags_follow([row.id], area.id)
    vault.move_identities([row.id], area.id, vault.reach(by, EDIT_REGISTRY))
    return changes.Change("所属网格", before, area.name)


def _refuse_known_number(number: str, by: Actor) -> None:
    if not number:
        return
    holder = Resident.everything.filter(id_index=id_index(number)).values_list("id", flat=True).first()
    if holder is None:
        return
    mine = Resident.objects.visible_to(by).filter(id=holder).first()
    if mine is None:
        raise Refused(ID_ELSEWHERE, field="id_number")
    ended = "，该档案已注销，请先恢复" if mine.closed_on else ""
    raise Refused(f"这个证件号已经登记在“{mine.name}”名下{ended}。", field="id_number")


@transaction.atomic
def resident_gone(
    *, resident_id: UUID, version: int, how: str, on: date, reason: str = "", by: Actor, at: datetime
) -> Resident:
    """Close the file of somebody who died or moved away: they leave their household, their tags end."""
    row = changes.locked(Resident, resident_id, by)
    changes.refuse_if_stale(row, version)
    changes.refuse_if_closed(row)
    if how not in rules.LEAVING_LABELS:
        raise Refused("请选择去世还是迁出。", field="how")
    changes.not_in_future(on, clock.local(at).date())
    end_membership(row, on=on, by=by, at=at)
    end_all_tags(row.id, reason="档案注销", by=by, at=at)
    row.how_gone, row.closed_on, row.closed_because = how, on, reason[: rules.REASON_MAX]
    row.touch(by.person_name, at)
    row.save()
    closed = SubjectClosed(
        subject_kind=rules.RESIDENT, subject_id=row.id, area_id=row.area_id, how=rules.GONE_LABELS[how],
        on=on, reason=row.closed_because,
    )  # fmt: skip
    record(closed, by=by.hand, at=at)
    return row


@transaction.atomic
def resident_back(*, resident_id: UUID, version: int, by: Actor, at: datetime) -> Resident:
    """Open the file again of somebody who came back, or was closed by mistake."""
    row = changes.locked(Resident, resident_id, by)
    changes.refuse_if_stale(row, version)
    if row.closed_on is None:
        return row
    if row.merged_into_id:
        raise Refused("这份档案已并入同一人的另一份档案。要恢复，请在那份档案上撤销合并。")
    before = rules.GONE_LABELS[row.how_gone]
    row.how_gone, row.closed_on, row.closed_because = "", None, ""
    row.touch(by.person_name, at)
    row.save()
    edited = SubjectEdited(
        subject_kind=rules.RESIDENT, subject_id=row.id, area_id=row.area_id, labels=["档案状态"],
        changes=[["档案状态", before, "恢复"]],
    )  # fmt: skip
    record(edited, by=by.hand, at=at)
    return row
