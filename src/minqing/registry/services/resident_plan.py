"""What a spreadsheet of residents would do: every row matched with what is on file, judged with its neighbours.

The same plan is made twice: when the file comes in (to show it) and, with the rows locked, when it is applied. So
whatever happened in between is seen, and nothing is decided on old knowledge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from minqing.kernel.sealed import indexer
from minqing.registry import rules
from minqing.registry.models import Household, HouseholdMember, Resident
from minqing.registry.models.subjects import ID_PURPOSE, id_index
from minqing.registry.services.import_rows import CheckedRow
from minqing.registry.services.import_scope import Scope
from minqing.registry.services.planned import (
    LABEL,
    PlannedHousehold,
    PlannedResident,
    ResidentPlan,
    among,
    chunks,
)
from minqing.registry.services.resident_judging import compare, compare_tags, judge


def plan_residents(
    checked: Sequence[CheckedRow],
    scope: Scope,
    *,
    today: date,
    lock: bool,
    repeated: Mapping[int, int] = MappingProxyType({}),
) -> ResidentPlan:
    """Match, compare and judge rows of whole households. The number of queries does not grow with the rows.

    ``repeated`` tells rows whose ID number stood in an earlier row of the file, perhaps in another chunk.
    """
    index = indexer(ID_PURPOSE)
    rows = [
        PlannedResident(row, row.values, index(number) if (number := row.values["id_number"]) else None)
        for row in checked
    ]
    _find_areas(rows, scope)
    for one in rows if repeated else ():
        if (first := repeated.get(one.row.number)) is not None:
            one.row.refuse(LABEL["id_number"], f"与第 {first} 行的证件号相同，一人只能填一行。")
    people = _people_on_file(rows, lock)
    _know_people(rows, people, scope)
    households = _find_households(_group(rows), scope, lock)
    _match_without_number(households)
    _find_memberships(rows)
    for household in households:
        judge(household)
    compare_tags(rows, today)
    for household in households:
        compare(household, scope)
    return ResidentPlan(rows, households)


def _find_areas(rows: list[PlannedResident], scope: Scope) -> None:
    scope.look_outside({one.values.get("grid", "") for one in rows})
    for one in rows:
        if text := one.values.get("grid"):
            one.area_id, refusal = scope.resolve(text)
            if refusal:
                one.row.refuse(LABEL["grid"], refusal)


def _people_on_file(rows: list[PlannedResident], lock: bool) -> dict[bytes, Resident]:
    wanted = sorted({one.index for one in rows if one.index})
    found: dict[bytes, Resident] = {}
    for chunk in chunks(wanted):
        people = among(Resident.everything.order_by("id"), "resident.id_index", chunk)
        for person in _maybe_locked(people, lock):
            found[bytes(person.id_index or b"")] = person
    return found


def _maybe_locked(rows: QuerySet[Any], lock: bool) -> QuerySet[Any]:
    return rows.select_for_update() if lock else rows


def _know_people(rows: list[PlannedResident], people: dict[bytes, Resident], scope: Scope) -> None:
    for one in rows if people else ():
        person = people.get(one.index) if one.index else None
        if person is None:
            continue
        if person.area_id not in scope.ids:
            # Whose it is stays unsaid: the importer has no right to know that somebody lives elsewhere.
            one.row.refuse(
                LABEL["id_number"], "这个证件号不能在这里登记，可能已在别处登记。请联系档案管理员核实。"
            )
        elif person.closed_on is not None:
            one.row.refuse(LABEL["id_number"], "这个证件号的档案已注销，请先在档案页恢复，再导入。")
        else:
            one.person = person


def _group(rows: list[PlannedResident]) -> list[PlannedHousehold]:
    """Group rows by door: by household code, or by the head's number where no row of that head gives a code."""
    code_of_head = {
        one.values["head_id"]: one.values["household_code"]
        for one in rows
        if one.values.get("head_id") and one.values.get("household_code")
    }
    groups: dict[str, list[PlannedResident]] = defaultdict(list)
    for one in rows:
        head = one.values.get("head_id", "")
        code = one.values.get("household_code") or code_of_head.get(head, "")
        one.home = f"code {code}" if code else f"head {head}" if head else ""
        if one.home:
            groups[one.home].append(one)
    return [PlannedHousehold(key, group) for key, group in groups.items()]


def _find_households(households: list[PlannedHousehold], scope: Scope, lock: bool) -> list[PlannedHousehold]:
    codes = [one.key[5:] for one in households if one.key.startswith("code ")]
    by_code: dict[str, Household] = {}
    for chunk in chunks(codes):
        # The condition beside it is the index's own.
        held = among(Household.everything.exclude(code="").order_by("id"), "household.code", chunk)
        by_code |= {row.code: row for row in _maybe_locked(held, lock)}
    heads: dict[bytes, PlannedHousehold] = {}
    # The head's own row is nearly always there, with the index made already.
    index_of = {row.values["id_number"]: row.index for one in households for row in one.rows[:1]}
    for one in households:
        one.row = by_code.get(one.key[5:]) if one.key.startswith("code ") else None
        number = next((row.values["head_id"] for row in one.rows if row.values.get("head_id")), "")
        if one.row is None and (index := index_of.get(number) or id_index(number)):
            heads[index] = one
    for numbers in chunks(heads):
        held_by = among(
            HouseholdMember.objects.filter(ends_on=None, relation=rules.HEAD, resident__id_index__isnull=False),
            "resident.id_index", numbers,
        ).values_list("resident__id_index", "household_id")  # fmt: skip
        ids = {home_id: bytes(index or b"") for index, home_id in held_by}
        homes = among(Household.everything.order_by("id"), "household.id", ids)
        for row in _maybe_locked(homes, lock):
            heads[ids[row.id]].row = row
    _refuse_foreign(households, scope)
    households = _merged(households)
    known = {one.row.id: one for one in households if one.row is not None}
    for home_ids in chunks(known):
        members = among(
            HouseholdMember.objects.filter(ends_on=None), "household_member.household_id", home_ids
        )
        for member in members.select_related("resident"):
            known[member.household_id].members.append(member)
    return households


def _merged(households: list[PlannedHousehold]) -> list[PlannedHousehold]:
    """Put together groups that turn out to be one household on file (some rows gave its code, others its head)."""
    kept: dict[UUID | str, PlannedHousehold] = {}
    for one in households:
        at = one.row.id if one.row else one.key
        if at in kept:
            kept[at].rows += one.rows
            kept[at].is_merged = True
            kept[at].key = min(kept[at].key, one.key)  # "code …" before "head …"
        else:
            kept[at] = one
    return list(kept.values())


def _refuse_foreign(households: list[PlannedHousehold], scope: Scope) -> None:
    for one in households:
        row = one.row
        if row is None:
            continue
        refusal = ""
        if row.area_id not in scope.ids:
            refusal = "这个户编号或户主不能在这里使用，可能属于别的辖区，请核对。"
        elif row.closed_on is not None:
            refusal = "这一户已销户，请核对户编号。"
        elif one.key.startswith("code ") and row.code and row.code != one.key[5:]:
            refusal = "户编号与这位户主现在的户编号不一致，请核对。"
        if refusal:
            one.row = None
            for planned in one.rows:
                planned.row.refuse(LABEL["household_code"], refusal)


def _match_without_number(households: list[PlannedHousehold]) -> None:
    """Find those of a household who are known by name and birth date only: the row or the file lacks the number."""
    for household in households:
        if not household.members and all(one.values.get("id_number") for one in household.rows):
            continue  # nobody to be found, nobody who could stand there twice
        taken = {one.person.id for one in household.rows if one.person}
        seen: dict[tuple[str, str], int] = {}
        for one in household.rows:
            if one.person is not None or not one.values.get("name"):
                continue
            name, born, number = (
                one.values["name"],
                one.values.get("birth_date", ""),
                one.values.get("id_number"),
            )
            if not number:
                if (name, born) in seen:
                    one.row.refuse(LABEL["name"], f"与第 {seen[name, born]} 行重复，请核对，或填上证件号。")
                    continue
                seen[name, born] = one.row.number
            same = [
                member.resident
                for member in household.members
                if member.resident.name == name
                and member.resident_id not in taken
                and not (number and member.resident.id_index)
                and not (
                    born and member.resident.birth_date and member.resident.birth_date.isoformat() != born
                )
            ]
            if len(same) > 1:
                one.row.refuse(LABEL["id_number"], "这一户有几位同名的人，请填证件号，才知道是哪一位。")
            elif same:
                one.person = same[0]
                taken.add(same[0].id)
                _refuse_contradiction(one, same[0])


def _refuse_contradiction(one: PlannedResident, person: Resident) -> None:
    sex = one.values.get("sex")
    if person.id_index and sex and person.sex and sex != person.sex:
        one.row.refuse(LABEL["sex"], "性别与档案里证件号的不一致，请核对。")


def _find_memberships(rows: list[PlannedResident]) -> None:
    # A person may stand in two rows, of which the second is refused: the first must know the membership too.
    by_person: dict[UUID, list[PlannedResident]] = defaultdict(list)
    for one in rows:
        if one.person:
            by_person[one.person.id].append(one)
    for ids in chunks(by_person):
        current = HouseholdMember.objects.filter(ends_on=None).select_related("household")
        for member in among(current, "household_member.resident_id", ids):
            for one in by_person[member.resident_id]:
                one.member = member
