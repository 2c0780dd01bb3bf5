"""What the registry does because the person asked: a fact put right, a tag taken off, facts or a whole file erased.

The decision is taken above (rights); here the registrar's right to change the file is asked again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from minqing.journal.events import ERASED
from minqing.journal.public import record
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused
from minqing.registry import rules, vault
from minqing.registry.events import SubjectEdited, TagEnded
from minqing.registry.models import DuplicatePair, Household, HouseholdMember, Resident, ResidentMerge, Tag
from minqing.registry.models.subjects import name_initials
from minqing.registry.permissions import EDIT_REGISTRY
from minqing.registry.services import changes
from minqing.registry.services.inputs import ResidentInput
from minqing.registry.services.residents import edit_resident
from minqing.registry.services.tags import SENSITIVE

# Facts that may go by themselves; the others say who somebody is, and go with the file or not at all.
ERASABLE: Final = ("phone", "occupation", "away_at", "origin", "address_note")


@dataclass(frozen=True, slots=True)
class Traces:
    """The words by which somebody can be found in a text: name, numbers, and what else was erased."""

    values: tuple[str, ...]


@transaction.atomic
def correct_fact(*, resident_id: UUID, field: str, value: str, by: Actor, at: datetime) -> Resident:
    """Put one fact right; the same checks as in the edit form, the same entry."""
    row = _locked(resident_id, by)
    given = ResidentInput(
        name=row.name, sex=row.sex, birth_date=row.birth_date, occupation=row.occupation, presence=row.presence,
        away_at=row.away_at, origin=row.origin, address_note=row.address_note,
    )  # fmt: skip
    given = replace(given, **_read(field, value))
    return edit_resident(resident_id=row.id, version=row.version, values=given, by=by, at=at)


def _read(field: str, value: str) -> dict[str, Any]:
    value = value.strip()
    if field == "birth_date":
        try:
            return {"birth_date": date.fromisoformat(value)}
        except ValueError:
            raise Refused("出生日期请写成 1956-03-08 这样。", field="value") from None
    if field == "sex":
        if (sex := rules.sex_key(value)) is None:
            raise Refused("性别请写“男”或“女”。", field="value")
        return {"sex": sex}
    if field == "presence":
        keys = {label: key for key, label in rules.PRESENCE_LABELS.items()}
        if value not in keys:
            raise Refused(f"居住状态请写“{'”或“'.join(keys)}”。", field="value")
        return {"presence": keys[value]}
    if field == "id_number":
        # Sex and birthday stand in the number: what was registered with the wrong one gives way.
        return {"id_number": value, "sex": "", "birth_date": None}
    if field not in changes.FIELD_LABELS:
        raise Refused("这一项不能在这里更正。", field="value")
    return {field: value}


@transaction.atomic
def end_tag_by_request(*, tag_id: UUID, reason: str, by: Actor, at: datetime) -> UUID:
    """Take a tag off because its bearer asked, also a sensitive one that the registrar does not see in lists."""
    tag = (
        Tag.everything.select_for_update(of=("self",))
        .select_related("area", "kind")
        .filter(id=tag_id)
        .first()
    )
    if tag is None:
        raise NotThere
    by.require(EDIT_REGISTRY, tag.area.path)
    if tag.ended_at is not None:
        return tag.subject_id
    tag.ended_at, tag.end_reason, tag.ended_by_id = at, reason[: rules.REASON_MAX], by.person_id
    tag.save(update_fields=["ended_at", "ended_by", "end_reason"])
    ended = TagEnded(
        subject_kind=tag.subject_kind, subject_id=tag.subject_id, area_id=tag.area_id,
        label=SENSITIVE if tag.kind.is_sensitive else tag.kind.label, reason="应本人请求",
    )  # fmt: skip
    record(ended, by=by.hand, at=at)
    return tag.subject_id


@transaction.atomic
def erase_tag(*, tag_id: UUID, by: Actor, at: datetime) -> None:
    """Take a tag off and forget why it was there."""
    end_tag_by_request(tag_id=tag_id, reason="应本人请求删除", by=by, at=at)
    Tag.everything.filter(id=tag_id).update(reason=ERASED)


@transaction.atomic
def erase_facts(*, resident_id: UUID, fields: Collection[str], by: Actor, at: datetime) -> Traces:
    """Empty facts for good; return the values that are gone, so that the journal's details can forget them too."""
    if unknown := set(fields) - set(ERASABLE):
        raise Refused(
            f"不能单独删除：{'、'.join(changes.FIELD_LABELS.get(one, '这一项') for one in unknown)}。"
        )
    row = _locked(resident_id, by)
    numbers = vault.identities_under([row.id], [row.area.path]).get(row.id, vault.IdentityValues())
    gone = [numbers.phone] if "phone" in fields else []
    for name in set(fields) - {"phone"}:
        gone.append(getattr(row, name))
        setattr(row, name, "")
    if "phone" in fields:
        row.phone_index = None
        vault.erase_identities([row.id], ["phone"], [row.area.path])
    _save(row, [changes.FIELD_LABELS[one] for one in ERASABLE if one in fields], by, at)
    return Traces(tuple(one for one in gone if one))


@transaction.atomic
def erase_person(*, resident_id: UUID, by: Actor, at: datetime) -> Traces:
    """Empty a closed file: what stays is a row without a name, for the counts; return what could name the person."""
    row = _locked(resident_id, by)
    if row.closed_on is None:
        raise Refused("这份档案还在用，不能整份删除。先登记迁出，再删除。")
    traces = traces_of(row)
    row.name, row.name_initials = ERASED, name_initials(ERASED)
    row.sex, row.birth_date = "", None
    row.id_index = row.phone_index = row.first_content = None
    ResidentMerge.everything.filter(Q(kept=row) | Q(gone=row)).update(before=None)
    DuplicatePair.everything.filter(Q(first=row) | Q(second=row)).update(words="")
    for name in ("occupation", "away_at", "origin", "address_note", "closed_because"):
        setattr(row, name, "")
    vault.erase_identities([row.id], vault.NUMBERS, [row.area.path])
    Tag.everything.filter(subject_id=row.id).update(reason=ERASED)
    Tag.everything.filter(subject_id=row.id).exclude(end_reason="").update(end_reason=ERASED)
    HouseholdMember.objects.filter(resident=row, ends_on=None).update(ends_on=row.closed_on)
    _save(row, ["全部"], by, at)
    return traces


def traces_of(row: Resident) -> Traces:
    """Return the words by which a resident can be found in a text."""
    numbers = vault.identities_under([row.id], [row.area.path]).get(row.id, vault.IdentityValues())
    own = [
        row.name,
        numbers.id_number,
        numbers.phone,
        row.occupation,
        row.away_at,
        row.origin,
        row.address_note,
    ]
    return Traces(tuple(one for one in [*own, row.closed_because] if one))


def traces(resident_id: UUID) -> Traces:
    """Return the words by which a resident can be found in a text."""
    row = Resident.everything.select_related("area").filter(id=resident_id).first()
    if row is None:
        raise NotThere
    return traces_of(row)


def household_ids_of(resident_id: UUID) -> list[UUID]:
    """Return the households in which somebody lives or lived."""
    lived = HouseholdMember.objects.filter(resident=resident_id).values("household")
    return list(Household.everything.filter(id__in=lived).values_list("id", flat=True))


def _locked(resident_id: UUID, by: Actor) -> Resident:
    row = (
        Resident.everything.select_for_update(of=("self",)).select_related("area").defer("area__outline")
        .filter(id=resident_id).first()
    )  # fmt: skip
    if row is None:
        raise NotThere
    by.require(EDIT_REGISTRY, row.area.path)
    return row


def _save(row: Resident, labels: list[str], by: Actor, at: datetime) -> None:
    row.touch(by.person_name, at)
    row.save()
    erased = SubjectEdited(
        subject_kind=rules.RESIDENT, subject_id=row.id, area_id=row.area_id,
        labels=[f"{one}（应本人请求删除）" for one in labels], changes=[],
    )  # fmt: skip
    record(erased, by=by.hand, at=at)
