"""The registry's part of what a person may see of themselves: everything, whole. The caller has made sure who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from minqing.areas.public import area_name
from minqing.kernel import clock
from minqing.kernel.copies import Entry, Part, Piece
from minqing.kernel.errors import NotThere
from minqing.kernel.masking import mask_id_number, mask_name, mask_phone
from minqing.registry import rules, vault
from minqing.registry.models import HouseholdMember, Resident, Tag

FACTS_NOTE: Final = "登记这些，是为了走访、受理和救助时找得到人、帮得上忙。"
MERGED_NOTE: Final = "同一个人登记了两份，已经并成一份；旧的一份留着备查。"
HOME_NOTE: Final = "同住的人只写姓和关系：他们的信息由他们自己查阅。"


@dataclass(frozen=True, slots=True)
class OwnFile:
    """What has to be known of a file before its owner is let in; ``phone_is_shared``: with another resident."""

    id: UUID
    area_id: UUID
    area_path: str
    name: str
    birth_date: date | None
    id_index: bytes | None
    phone_index: bytes | None
    phone_is_shared: bool
    is_dead: bool
    is_closed: bool
    closed_words: str
    version: int
    is_merged: bool  # into another file of the same person: that one is read now

    def age_on(self, day: date) -> int | None:
        return rules.age_on(self.birth_date, day) if self.birth_date else None


@dataclass(frozen=True, slots=True)
class HomeTime:
    """A household in which somebody lives or lived, with the days; ``others``: names of who lived there too."""

    household_id: UUID
    starts_on: date
    ends_on: date | None
    others: tuple[str, ...]


def own_file(resident_id: UUID) -> OwnFile:
    """Return a resident's file for its owner. Raises :class:`NotThere`."""
    row = Resident.everything.select_related("area").defer("area__outline").filter(id=resident_id).first()
    if row is None:
        raise NotThere("没有这份档案。")
    phone = bytes(row.phone_index) if row.phone_index else None
    shared = (
        bool(phone) and Resident.everything.filter(phone_index=phone).exclude(id__in=own_ids(row.id)).exists()
    )
    closed = f"{row.closed_on} {rules.GONE_LABELS.get(row.how_gone, '注销')}" if row.closed_on else ""
    return OwnFile(
        id=row.id, area_id=row.area_id, area_path=row.area.path, name=row.name, birth_date=row.birth_date,
        id_index=bytes(row.id_index) if row.id_index else None, phone_index=phone, phone_is_shared=shared,
        is_dead=row.how_gone == rules.DIED, is_closed=row.closed_on is not None, closed_words=closed,
        version=row.version, is_merged=row.merged_into_id is not None,
    )  # fmt: skip


def own_ids(resident_id: UUID) -> list[UUID]:
    """Return a file's id and those of the files merged into it: what hangs on them is about the same person."""
    found, new = [resident_id], [resident_id]
    while new:
        new = list(
            Resident.everything.filter(merged_into__in=new).exclude(id__in=found).values_list("id", flat=True)
        )
        found += new
    return found


def own_numbers(resident_id: UUID) -> vault.IdentityValues:
    """Return a person's whole numbers for themselves, from the vault of their own area only."""
    path = own_file(resident_id).area_path
    return vault.identities_under([resident_id], [path]).get(resident_id, vault.IdentityValues())


def homes_of(resident_id: UUID) -> list[HomeTime]:
    """Return where somebody lives and lived, the present home first."""
    mine = list(HouseholdMember.objects.filter(resident=resident_id).order_by("-starts_on", "id"))
    beside: dict[UUID, list[str]] = {}
    others = (
        HouseholdMember.objects.filter(household__in={one.household_id for one in mine})
        .exclude(resident=resident_id)
        .select_related("resident")
    )
    for one in others:
        beside.setdefault(one.household_id, []).append(one.resident.name)
    homes = [
        HomeTime(one.household_id, one.starts_on, one.ends_on, tuple(beside.get(one.household_id, ())))
        for one in mine
    ]
    return sorted(homes, key=lambda one: one.ends_on is not None)


def own_parts(resident_id: UUID, at: datetime, *, for_guardian: bool = False) -> list[Part]:
    """Return what the registry keeps about somebody: facts, homes, tags (the sensitive ones too)."""
    row = Resident.everything.select_related("area").filter(id=resident_id).first()
    if row is None:
        raise NotThere("没有这份档案。")
    ids = own_ids(row.id)
    merged = Resident.everything.select_related("area").filter(id__in=ids[1:]).order_by("closed_on", "id")
    parts = [_facts(row), _homes(row, for_guardian=for_guardian), _tags(ids, clock.local(at).date())]
    if old := [Entry(_pieces(one), title=one.closed_because or "并入的旧档案") for one in merged]:
        parts.append(Part("merged", "并入这份的旧档案", old, MERGED_NOTE))
    return parts


def _facts(row: Resident) -> Part:
    return Part("facts", "登记的基本情况", [Entry(_pieces(row))], FACTS_NOTE)


def _pieces(row: Resident) -> tuple[Piece, ...]:
    numbers = own_numbers(row.id)
    return (
        Piece("name", "姓名", row.name),
        Piece("name_initials", "姓名拼音首字母", row.name_initials),
        Piece("sex", "性别", rules.SEX_LABELS.get(row.sex, "")),
        Piece("birth_date", "出生日期", row.birth_date),
        Piece("id_number", "证件号", numbers.id_number, mask_id_number(numbers.id_number)),
        Piece("phone", "电话", numbers.phone, mask_phone(numbers.phone)),
        Piece("occupation", "职业", row.occupation),
        Piece("presence", "居住状态", rules.PRESENCE_LABELS.get(row.presence, "")),
        Piece("away_at", "外出去向", row.away_at),
        Piece("origin", "户籍地", row.origin),
        Piece("address_note", "住址备注", row.address_note),
        Piece("area", "所属辖区", area_name(row.area)),
        Piece("closed_on", "档案注销日期", row.closed_on),
        Piece("how_gone", "档案注销原因", rules.GONE_LABELS.get(row.how_gone, "")),
        Piece("closed_because", "档案注销说明", row.closed_because),
        Piece("changed_at", "最后修改时间", row.changed_at),
        Piece("changed_by_name", "最后修改人", row.changed_by_name),
        Piece("version", "第几版", row.version),
    )


def _homes(row: Resident, *, for_guardian: bool) -> Part:
    mine = HouseholdMember.objects.filter(resident=row).select_related("household", "household__area")
    ids = [one.household_id for one in mine]
    beside: dict[UUID, list[str]] = {}
    others = HouseholdMember.objects.filter(household__in=ids, ends_on=None).exclude(resident=row)
    for one in others.select_related("resident"):
        name = one.resident.name if for_guardian else mask_name(one.resident.name)
        beside.setdefault(one.household_id, []).append(f"{name}（{one.relation_label}）")
    entries = [
        Entry(
            (
                Piece("address", "住址", one.household.address),
                Piece("household_code", "户编号", one.household.code),
                Piece("household_area", "户所属辖区", area_name(one.household.area)),
                Piece("household_lon", "户的经度", one.household.lon),
                Piece("household_lat", "户的纬度", one.household.lat),
                Piece("relation", "与户主关系", one.relation_label),
                Piece("starts_on", "开始日期", one.starts_on),
                Piece("ends_on", "结束日期", one.ends_on),
                Piece("living_there", "现在同住的人", beside.get(one.household_id, [])),
            ),
            title=one.household.address,
            item="home",
            item_id=one.household_id,
        )
        for one in mine.order_by("-starts_on", "id")
    ]
    return Part("homes", "所在的户", entries, HOME_NOTE)


def _tags(ids: list[UUID], today: date) -> Part:
    held = Tag.everything.filter(subject_id__in=ids).select_related("kind", "owner", "ended_by")
    entries = [
        Entry(
            (
                Piece("tag", "标签", one.kind.label),
                Piece("is_sensitive", "是否敏感信息", "是" if one.kind.is_sensitive else "否"),
                Piece("purpose", "用途", one.kind.purpose),
                Piece("reason", "为什么", one.reason),
                Piece("consent", "谁同意的", rules.CONSENT_LABELS.get(one.consent, "")),
                Piece("consent_on", "同意的日期", one.consent_on),
                Piece("owner", "谁加的", one.owner.name),
                Piece("starts_on", "开始日期", one.starts_on),
                Piece("ends_on", "到期日期", one.ends_on),
                Piece("ended_at", "去掉的时间", one.ended_at),
                Piece("ended_by", "谁去掉的", one.ended_by.name if one.ended_by else ""),
                Piece("end_reason", "去掉的理由", one.end_reason),
            ),
            title=one.kind.label,
            item="tag" if one.ended_at is None and (one.ends_on is None or one.ends_on >= today) else "",
            item_id=one.id,
        )
        for one in held.order_by("ended_at", "kind__position", "id")
    ]
    note = "标签写明谁加的、为什么、到什么时候。敏感的标签只有负责照看您的人看得到。"
    return Part("tags", "标签", entries, note)


@dataclass(frozen=True, slots=True)
class OwnTag:
    """A tag that somebody bears now, and whose doing it is."""

    id: UUID
    key: str
    label: str
    owner_id: UUID


def own_tags(resident_id: UUID, today: date) -> list[OwnTag]:
    """Return the tags that somebody bears on a day."""
    held = Tag.objects.unscoped("a person asks about the tags they bear").current(today)
    found = held.filter(subject_id=resident_id).select_related("kind")
    return [OwnTag(one.id, one.kind.key, one.kind.label, one.owner_id) for one in found]
