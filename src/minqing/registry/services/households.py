"""Register households, and who lives in them from when to when."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.registry import rules, vault
from minqing.registry.events import HeadChanged, MovedIn, MovedOut, SubjectAdded, SubjectClosed
from minqing.registry.models import Household, HouseholdMember, Resident
from minqing.registry.permissions import EDIT_REGISTRY
from minqing.registry.services import changes
from minqing.registry.services.inputs import HouseholdInput, checked_household
from minqing.registry.services.tags import end_all_tags

CODE_TAKEN = "这个户编号已经用过，请核对。"
_UNIQUE = {"household_code_once": ("code", CODE_TAKEN)}


def locked_household(household_id: UUID, by: Actor) -> Household:
    """Return an open household the actor may edit, locked."""
    row = changes.locked(Household, household_id, by)
    changes.refuse_if_closed(row)
    return row


@transaction.atomic
def add_household(
    *,
    area_id: UUID,
    values: HouseholdInput,
    by: Actor,
    at: datetime,
    id: UUID | None = None,  # noqa: A002
) -> Household:
    """Register a household, as yet without members."""
    content = changes.content_hash(area_id=area_id, values=values)
    if known := changes.first_answer(Household, id, content, by):
        return known
    area = changes.open_area(area_id, rules.HOME_LEVELS, by)
    values = checked_household(values)
    row = Household(
        id=id or uuid7(at), area=area, address=values.address, code=values.code, lon=values.lon, lat=values.lat,
        changed_at=at, changed_by_name=by.person_name[:60], first_content=content,
    )  # fmt: skip
    made = changes.insert(row, by, _UNIQUE)
    if made is row:
        added = SubjectAdded(
            subject_kind=rules.HOUSEHOLD, subject_id=row.id, area_id=area.id, name=row.address
        )
        record(added, by=by.hand, at=at)
    return made


@transaction.atomic
def edit_household(
    *,
    household_id: UUID,
    version: int,
    values: HouseholdInput,
    by: Actor,
    at: datetime,
    area_id: UUID | None = None,
) -> Household:
    """Change a household's address, number, point or area; its members' area follows."""
    row = locked_household(household_id, by)
    changes.refuse_if_stale(row, version)
    values = checked_household(values)
    new = {"address": values.address, "code": values.code, "lon": values.lon, "lat": values.lat}
    found = changes.compare(row, new)
    if area_id is not None and area_id != row.area_id:
        area = changes.open_area(area_id, rules.HOME_LEVELS, by)
        found.append(changes.Change("所属网格", row.area.name, area.name))
        row.area = area
        members = list(_current(row).values_list("resident_id", flat=True))
        Resident.everything.filter(id__in=members).update(area=area)
        changes.tags_follow([row.id, *members], area.id)
        vault.move_identities(members, area.id, vault.reach(by, EDIT_REGISTRY))
    changes.save_edit(row, found, _UNIQUE, by, at)
    return row


@transaction.atomic
def close_household(
    *, household_id: UUID, version: int, on: date, reason: str = "", by: Actor, at: datetime
) -> Household:
    """Close a household in which nobody lives any more."""
    row = locked_household(household_id, by)
    changes.refuse_if_stale(row, version)
    changes.not_in_future(on, clock.local(at).date())
    left = _current(row).count()
    if left:
        raise Refused(f"这一户还有 {left} 人，请先把他们迁出或迁入别的户。")
    end_all_tags(row.id, reason="档案注销", by=by, at=at)
    row.closed_on, row.closed_because = on, reason[: rules.REASON_MAX]
    row.touch(by.person_name, at)
    row.save()
    closed = SubjectClosed(
        subject_kind=rules.HOUSEHOLD, subject_id=row.id, area_id=row.area_id, how="销户", on=on,
        reason=row.closed_because,
    )  # fmt: skip
    record(closed, by=by.hand, at=at)
    return row


@transaction.atomic
def move_in(
    *, resident_id: UUID, household_id: UUID, relation: str, by: Actor, at: datetime, on: date | None = None
) -> HouseholdMember:
    """Let a resident join a household from a day on; they leave the one they are in."""
    household = locked_household(household_id, by)
    resident = changes.locked(Resident, resident_id, by)
    changes.refuse_if_closed(resident)
    today = clock.local(at).date()
    on = on or today
    changes.not_in_future(on, today)
    if _current(household).filter(resident=resident).exists():
        raise Refused(f"{resident.name}已经在这一户里。", field="resident")
    end_membership(resident, on=on, by=by, at=at)
    return join(household, resident, relation=relation, on=on, by=by, at=at)


@transaction.atomic
def move_out(*, resident_id: UUID, by: Actor, at: datetime, on: date | None = None) -> Resident:
    """Let a resident leave the household they are in; they stay registered in its area."""
    resident = changes.locked(Resident, resident_id, by)
    today = clock.local(at).date()
    changes.not_in_future(on or today, today)
    if not end_membership(resident, on=on or today, by=by, at=at):
        raise Refused("这位居民现在不在任何一户里。")
    return resident


@transaction.atomic
def set_head(
    *, household_id: UUID, resident_id: UUID, before_becomes: str = "other_kin", by: Actor, at: datetime
) -> Household:
    """Make a member the head; ``before_becomes`` is the relation of the former head to the new one."""
    household = locked_household(household_id, by)
    if before_becomes not in rules.RELATION_LABELS or before_becomes == rules.HEAD:
        raise Refused("请选择原户主与新户主的关系。", field="before_becomes")
    members = list(_current(household).select_related("resident"))
    chosen = next((one for one in members if one.resident_id == resident_id), None)
    if chosen is None:
        raise NotThere
    if chosen.relation == rules.HEAD:
        return household
    today = clock.local(at).date()
    former = next((one for one in members if one.relation == rules.HEAD), None)
    for member, relation in ((former, before_becomes), (chosen, rules.HEAD)):
        if member is not None:
            _turn(member, relation, today)
    household.touch(by.person_name, at)
    household.save()
    changed = HeadChanged(
        subject_kind=rules.HOUSEHOLD, subject_id=household.id, area_id=household.area_id,
        before=former.resident.name if former else "", after=chosen.resident.name,
    )  # fmt: skip
    record(changed, by=by.hand, at=at)
    return household


def join(
    household: Household, resident: Resident, *, relation: str, on: date, by: Actor, at: datetime
) -> HouseholdMember:
    """Write a membership of a locked household, its entries, and the resident's new area."""
    if relation not in rules.RELATION_LABELS:
        raise Refused("请选择与户主的关系。", field="relation")
    members = list(_current(household).select_related("resident"))
    if len(members) >= rules.MEMBERS_MAX:
        raise Refused(f"一户最多 {rules.MEMBERS_MAX} 人。集体宿舍请登记为场所。")
    head = next((one for one in members if one.relation == rules.HEAD), None)
    if relation == rules.HEAD and head is not None:
        raise Refused(
            f"这一户已有户主（{head.resident.name}），要换户主请先迁入再“变更户主”。", field="relation"
        )
    made = HouseholdMember.objects.create(
        household=household, resident=resident, relation=relation, starts_on=on
    )
    if resident.area_id != household.area_id:
        resident.area_id = household.area_id
        resident.touch(by.person_name, at)
        resident.save(update_fields=["area", "version", "changed_at", "changed_by_name"])
        changes.tags_follow([resident.id], household.area_id)
        vault.move_identities([resident.id], household.area_id, vault.reach(by, EDIT_REGISTRY))
    for subject, other in ((resident, household), (household, resident)):
        moved = MovedIn(
            subject_kind=subject.subject_kind, subject_id=subject.id, area_id=household.area_id,
            name=resident.name, address=household.address, other_id=other.id, on=on,
            relation_label=rules.RELATION_LABELS[relation],
        )  # fmt: skip
        record(moved, by=by.hand, at=at)
    return made


def end_membership(resident: Resident, *, on: date, by: Actor, at: datetime) -> bool:
    """End the membership a resident has, with its entries; whether there was one."""
    held = (
        HouseholdMember.objects.select_for_update(of=("self",))
        .select_related("household")
        .filter(resident=resident, ends_on=None)
        .first()
    )
    if held is None:
        return False
    if on < held.starts_on:
        raise Refused(f"日期早于迁入这一户的日期（{held.starts_on}），请核对。", field="on")
    held.ends_on = on
    held.save(update_fields=["ends_on"])
    subjects: tuple[tuple[Resident | Household, UUID], ...] = (
        (resident, held.household_id),
        (held.household, resident.id),
    )
    for subject, other_id in subjects:
        moved = MovedOut(
            subject_kind=subject.subject_kind, subject_id=subject.id, area_id=subject.area_id,
            name=resident.name, address=held.household.address, other_id=other_id, on=on,
        )  # fmt: skip
        record(moved, by=by.hand, at=at)
    return True


def _turn(member: HouseholdMember, relation: str, today: date) -> None:
    """End a membership today and begin it again in another relation, so that history keeps both."""
    # Ended by condition: a rival who moved the member out in the meantime is not undone.
    if not HouseholdMember.objects.filter(id=member.id, ends_on=None).update(
        ends_on=max(today, member.starts_on)
    ):
        raise Conflict("这一户刚刚有人变动，请刷新后再试。")
    HouseholdMember.objects.create(
        household_id=member.household_id, resident_id=member.resident_id, relation=relation, starts_on=today
    )


def _current(household: Household) -> QuerySet[HouseholdMember]:
    return HouseholdMember.objects.filter(household=household, ends_on=None)
