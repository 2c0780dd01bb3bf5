"""Whether the rows of one household fit together and with what is on file, and what each of them changes."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any, Final
from uuid import UUID

from minqing.registry import rules
from minqing.registry.models import Tag, TagKind
from minqing.registry.models.subjects import id_index, phone_index
from minqing.registry.services.changes import FIELD_LABELS, Change, shown
from minqing.registry.services.import_rows import quoted
from minqing.registry.services.import_scope import Scope
from minqing.registry.services.planned import LABEL, PlannedHousehold, PlannedResident, chunks

PLAIN: Final = ("name", "sex", "birth_date", "occupation", "presence", "away_at", "origin")


def judge(household: PlannedHousehold) -> None:
    """Refuse what does not fit together within one household, until nothing more is found."""
    if _is_plainly_new(household):
        return
    _judge_head_rows(household)
    while True:
        before = len(household.good)
        if household.good:
            _judge_area(household)
        if household.good:
            (_judge_known if household.row else _judge_new)(household)
        if len(household.good) == before:
            break
    room = rules.MEMBERS_MAX - len(household.members)
    joining = [one for one in household.good if one.person is None or one.person.id not in _ids(household)]
    for one in joining[max(room, 0) :]:
        one.row.refuse(LABEL["household_code"], f"一户最多 {rules.MEMBERS_MAX} 人。集体宿舍请登记为场所。")


def _is_plainly_new(household: PlannedHousehold) -> bool:
    """Whether nothing below could find anything: nothing on file, nobody refused, one head, one grid, an address."""
    rows = household.rows
    if household.row is not None or len(rows) > rules.MEMBERS_MAX:
        return False
    area_id, heads, address = rows[0].area_id, 0, ""
    for one in rows:
        if one.row.is_bad or one.person is not None or one.area_id != area_id:
            return False
        values = one.values
        heads += values["relation"] == rules.HEAD
        address = address or values["address"]
    return heads == 1 and bool(address) and area_id is not None


def _ids(household: PlannedHousehold) -> set[UUID]:
    return {member.resident_id for member in household.members}


def _judge_head_rows(household: PlannedHousehold) -> None:
    heads = [one for one in household.rows if one.relation == rules.HEAD]
    if len(heads) > 1:
        where = "、".join(f"第 {one.row.number} 行" for one in heads)
        for one in heads:
            one.row.refuse(LABEL["relation"], f"同一户填了 {len(heads)} 个户主（{where}），请只留一个。")


def _judge_area(household: PlannedHousehold) -> None:
    lead = household.lead
    for one in household.good:
        if one.area_id != lead.area_id:
            one.row.refuse(LABEL["grid"], f"与同一户的第 {lead.row.number} 行不在同一个网格，请核对。")


def _judge_new(household: PlannedHousehold) -> None:
    bad_head = next((one for one in household.rows if one.row.is_bad and one.relation == rules.HEAD), None)
    lead = household.lead
    if bad_head is not None:
        for one in household.good:
            one.row.refuse(
                LABEL["relation"], f"这一户的户主（第 {bad_head.row.number} 行）有错误，改好后一起导入。"
            )
    elif lead.relation != rules.HEAD and household.key.startswith("head "):
        for one in household.good:
            one.row.refuse(LABEL["head_id"], "没有找到这位户主的户，请把户主也写在表里。")
    elif not any(one.values.get("address") for one in household.good):
        lead.row.refuse(LABEL["address"], "新登记的一户要填住址。")
    elif lead.relation != rules.HEAD and not any(p.column == LABEL["relation"] for p in lead.row.problems):
        lead.row.notice(LABEL["relation"], "这一户还没有户主，导入后请补登。")


def _judge_known(household: PlannedHousehold) -> None:
    now = next((member for member in household.members if member.relation == rules.HEAD), None)
    if now is None:
        return
    head = next((one for one in household.good if one.relation == rules.HEAD), None)
    of_now = next((one for one in household.good if one.person and one.person.id == now.resident_id), None)
    if head is not None and head is not of_now and of_now is None:
        head.row.refuse(
            LABEL["relation"], "这一户登记的户主是另一个人。要换户主，请把原户主和新的关系也写在表里。"
        )
    if head is None and of_now is not None:
        of_now.row.refuse(LABEL["relation"], "这样改这一户就没有户主了，请同时写明谁是新户主。")


def compare_tags(rows: list[PlannedResident], today: date) -> None:
    if not any(one.values.get("tags") for one in rows):
        return
    kinds = {kind.label: kind for kind in TagKind.objects.filter(closed_at=None)}
    held: dict[UUID, set[UUID]] = defaultdict(set)
    for ids in chunks(one.person.id for one in rows if one.person and one.values.get("tags")):
        tags = Tag.everything.filter(subject_id__in=ids, ended_at=None)
        for subject_id, kind_id in tags.values_list("subject_id", "kind_id"):
            held[subject_id].add(kind_id)
    for one in rows:
        for text in dict.fromkeys(one.values.get("tags", [])):
            kind = kinds.get(text)
            if kind is None or rules.RESIDENT not in kind.for_kinds:
                one.row.refuse(LABEL["tags"], f"没有“{quoted(text)}”这个居民标签，请核对。")
            elif kind.is_sensitive:
                one.row.refuse(
                    LABEL["tags"],
                    f"“{text}”是敏感标签，要写理由和截止日期，请在档案页逐个添加，不要放在表里。",
                )
            elif kind.needs_consent:
                one.row.refuse(LABEL["tags"], f"“{text}”要先得到本人同意，请在档案页添加，不要放在表里。")
            elif one.person is None or kind.id not in held[one.person.id]:
                one.new_tags.append(kind)


def compare(household: PlannedHousehold, scope: Scope) -> None:
    """Say what each good row changes; a row that a later judgement refused is left alone."""
    good = household.good
    if not good:
        return
    for one in good:
        if one.person is None:
            one.moves = True
            continue
        _compare_person(one)
        _compare_home(one, household)
        if one.new_tags:
            one.changes.append(
                Change(FIELD_LABELS["tags"], "", "、".join(kind.label for kind in one.new_tags))
            )
    lead = next((one for one in good if one.values["relation"] == rules.HEAD), good[0])
    address = lead.values.get("address") or next(
        (one.values["address"] for one in good if one.values.get("address")), ""
    )
    for one in good:
        mine = one.values.get("address")
        if mine and mine != address:
            one.row.notice(LABEL["address"], f"与同一户的第 {lead.row.number} 行不同，已按那一行的住址。")
    code = household.key[5:] if household.key.startswith("code ") else ""
    wanted: dict[str, Any] = {"address": address, "code": code, "area_id": lead.area_id}
    for name, value in wanted.items():
        before: Any = getattr(household.row, name) if household.row else ""
        if value and value != before:
            household.new_values[name] = value
            if household.row and lead.person is not None:
                words = (
                    (scope.names.get(before, ""), scope.names[value])
                    if name == "area_id"
                    else (before, value)
                )
                lead.home_changes.append(Change(FIELD_LABELS[name], *words))


def _compare_person(one: PlannedResident) -> None:
    person, values = one.person, one.values
    assert person is not None
    for name in PLAIN:
        said: Any = values.get(name) or None
        if name == "birth_date" and said:
            said = date.fromisoformat(said)
        before = getattr(person, name) or None
        if said is not None and said != before:
            one.fields[name] = said
            one.changes.append(Change(FIELD_LABELS[name], shown(name, before), shown(name, said)))
    for name, index_of, index in (
        ("id_number", id_index, person.id_index),
        ("phone", phone_index, person.phone_index),
    ):
        said = values.get(name)
        if said and index_of(said) != (bytes(index) if index else None):
            one.fields[name] = said
            one.changes.append(Change(FIELD_LABELS[name], "（原来的）" if index else "", shown(name, said)))


def _compare_home(one: PlannedResident, household: PlannedHousehold) -> None:
    now = one.member
    before = household.row.id if household.row else None
    if now is None or now.household_id != before:
        one.moves = True
        where = household.row.address if household.row else household.lead.values.get("address", "")
        one.changes.append(Change(FIELD_LABELS["household"], now.household.address if now else "", where))
    elif now.relation != one.relation:
        one.moves = True
        one.changes.append(
            Change(FIELD_LABELS["relation"], now.relation_label, rules.RELATION_LABELS[one.relation])
        )
