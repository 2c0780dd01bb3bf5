"""Make one file of two of one person, field by field, and take that back.

Only the person is merged. Households stay where they are: none moves, none is closed; the file that ends leaves the one
it was in, and the file that goes on may be said to live there instead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.registry import rules, vault
from minqing.registry.events import FilesMerged, MergeUndone
from minqing.registry.models import (
    DuplicatePair,
    Household,
    HouseholdMember,
    Resident,
    ResidentMerge,
    Tag,
    name_initials,
)
from minqing.registry.models.duplicates import MERGED, NOT_SAME, OPEN
from minqing.registry.models.subjects import id_index, phone_index
from minqing.registry.permissions import EDIT_REGISTRY, MERGE_RESIDENTS
from minqing.registry.services import changes
from minqing.registry.services.duplicates import locked_pair
from minqing.registry.services.households import end_membership, join, locked_household
from minqing.registry.services.tags import end_all_tags

UNDO_WITHIN: Final = timedelta(days=30)  # by then whoever noticed has noticed; afterwards the old values go
FIELDS: Final = (
    "name", "sex", "birth_date", "occupation", "presence", "away_at", "origin", "address_note",
)  # fmt: skip
HOME: Final = "household"
CHOICES: Final = (*FIELDS, *vault.NUMBERS, HOME)


@dataclass(frozen=True, slots=True)
class _Side:
    """What one file said before: plain fields, numbers, the membership it was in."""

    fields: dict[str, Any]
    numbers: dict[str, str]
    member_id: str
    household_id: str
    relation: str
    version: int


@transaction.atomic
def merge_residents(
    *,
    pair_id: UUID,
    keep: UUID,
    theirs: frozenset[str],
    versions: Mapping[UUID, int],
    by: Actor,
    at: datetime,
) -> ResidentMerge:
    """Let one file of a pair go on for both. ``theirs``: the fields (of :data:`CHOICES`) taken from the other file.

    Refuses stale versions, closed files, and what an edit of the same fields would be refused for.
    """
    pair = locked_pair(pair_id, by)
    if pair.state != OPEN:
        raise Refused("这一对已经有人处理过，请刷新后再看。")
    if keep not in (pair.first_id, pair.second_id) or theirs - set(CHOICES):
        raise Refused("请选择保留哪一份、每一项用哪一份的。")
    rows = {key: changes.locked(Resident, key, by) for key in (pair.first_id, pair.second_id)}
    for key, row in rows.items():
        changes.refuse_if_stale(row, versions.get(key, 0))
        changes.refuse_if_closed(row)
    kept = rows.pop(keep)
    gone = next(iter(rows.values()))
    before = {"kept": _side(kept, by), "gone": _side(gone, by)}
    today = clock.local(at).date()
    end_membership(gone, on=today, by=by, at=at)
    labels = _take_fields(kept, gone, before, theirs, by, at)
    made = _take_home(kept, before, by, at, today) if HOME in theirs else None
    if made is not None:
        labels.append(changes.FIELD_LABELS[HOME])
    tags = _take_tags(kept, gone, by, at)
    _close(gone, kept, by, at, today)
    merge = ResidentMerge(
        id=uuid7(at), area_id=kept.area_id, kept=kept, gone=gone, merged_at=at, merged_by_id=by.person_id,
        before=_packed(before, theirs, tags, made),
    )  # fmt: skip
    merge.save(force_insert=True)
    pair.state, pair.decided_at, pair.decided_by_id = MERGED, at, by.person_id
    pair.save()
    DuplicatePair.everything.filter(state=OPEN, first=gone).delete()
    DuplicatePair.everything.filter(state=OPEN, second=gone).delete()
    for mine, other, into in ((kept, gone, True), (gone, kept, False)):
        merged = FilesMerged(
            subject_kind=rules.RESIDENT, subject_id=mine.id, area_id=mine.area_id, other_id=other.id, into=into,
            labels=labels,
        )  # fmt: skip
        record(merged, by=by.hand, at=at)
    return merge


@transaction.atomic
def undo_merge(*, merge_id: UUID, words: str, by: Actor, at: datetime) -> tuple[ResidentMerge, list[str]]:
    """Take a merge back; return it with the labels of fields that were edited since and so stay as they are."""
    merge = _locked_merge(merge_id, by, at)
    if not words.strip():
        raise Refused("请写明为什么撤销。", field="words")
    kept, gone = (changes.locked(Resident, key, by) for key in (merge.kept_id, merge.gone_id))
    if gone.merged_into_id != kept.id or kept.closed_on is not None:
        raise Refused("保留的那份档案后来又合并或注销了，请先把那一步退回。")
    held = json.loads(merge.before or "{}")
    # First the file that comes back gives up nothing: the one that stays lets go of its numbers before.
    stayed = _give_back_fields(kept, gone, held, by, at)
    _reopen(gone, held["gone"], by, at)
    _give_back_tags(gone, [UUID(one) for one in held["tags"]])
    _give_back_homes(kept, gone, held, by, at)
    merge.undone_at, merge.undone_by_id, merge.before = at, by.person_id, None
    merge.save()
    pair = DuplicatePair.everything.filter(first_id=min(kept.id, gone.id), second_id=max(kept.id, gone.id))
    pair.update(state=NOT_SAME, words=f"撤销合并：{words.strip()}"[: rules.REASON_MAX], decided_at=at)
    for mine, other in ((kept, gone), (gone, kept)):
        undone = MergeUndone(
            subject_kind=rules.RESIDENT, subject_id=mine.id, area_id=mine.area_id, other_id=other.id,
            words=words.strip(), kept_labels=stayed,
        )  # fmt: skip
        record(undone, by=by.hand, at=at)
    return merge, stayed


def forget_merges(at: datetime) -> int:
    """Empty what merges older than the term still hold of the files as they were; return how many."""
    old = ResidentMerge.everything.filter(merged_at__lt=at - UNDO_WITHIN).exclude(before=None)
    return old.update(before=None)


def _side(row: Resident, by: Actor) -> _Side:
    numbers = vault.identities_under([row.id], vault.reach(by, EDIT_REGISTRY)).get(
        row.id, vault.IdentityValues()
    )
    member = HouseholdMember.objects.filter(resident=row, ends_on=None).first()
    return _Side(
        fields={name: getattr(row, name) for name in FIELDS},
        numbers={name: getattr(numbers, name) for name in vault.NUMBERS},
        member_id=str(member.id) if member else "",
        household_id=str(member.household_id) if member else "",
        relation=member.relation if member else "",
        version=row.version,
    )


def _take_fields(
    kept: Resident,
    gone: Resident,
    before: Mapping[str, _Side],
    theirs: frozenset[str],
    by: Actor,
    at: datetime,
) -> list[str]:
    """Take the chosen fields and numbers of the file that ends; return their labels."""
    found = changes.compare(kept, {name: before["gone"].fields[name] for name in FIELDS if name in theirs})
    kept.name_initials = name_initials(kept.name)
    after = {name: before["gone" if name in theirs else "kept"].numbers[name] for name in vault.NUMBERS}
    told = _numbers_changed(before["kept"].numbers, after)
    if after["id_number"] and after["id_number"] == before["gone"].numbers["id_number"]:
        Resident.everything.filter(id=gone.id).update(id_index=None)  # one number, one file
        gone.id_index = None
    _put_numbers(kept, before["kept"].numbers, after, by)
    changes.save_edit(kept, found + told, {}, by, at)
    return [one.label for one in found + told]


def _numbers_changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[changes.Change]:
    return [
        changes.Change(
            changes.FIELD_LABELS[name], changes.shown(name, before[name]), changes.shown(name, after[name])
        )
        for name in vault.NUMBERS
        if before[name] != after[name]
    ]


def _put_numbers(row: Resident, before: Mapping[str, str], after: Mapping[str, str], by: Actor) -> None:
    row.id_index, row.phone_index = id_index(after["id_number"]), phone_index(after["phone"])
    if before == after:
        return
    paths = vault.reach(by, EDIT_REGISTRY)
    vault.put_identity(vault.IdentityRow(row.id, row.area_id, after["id_number"], after["phone"]), paths)
    vault.erase_identities(
        [row.id], [name for name in vault.NUMBERS if before[name] and not after[name]], paths
    )


def _take_home(
    kept: Resident, before: Mapping[str, _Side], by: Actor, at: datetime, today: date
) -> HouseholdMember | None:
    """Let the file that goes on live where the other did."""
    theirs = before["gone"]
    if not theirs.household_id or theirs.household_id == before["kept"].household_id:
        return None
    household = locked_household(UUID(theirs.household_id), by)
    end_membership(kept, on=today, by=by, at=at)
    return join(household, kept, relation=theirs.relation, on=today, by=by, at=at)


def _take_tags(kept: Resident, gone: Resident, by: Actor, at: datetime) -> list[UUID]:
    """Hang the tags of the file that ends on the other, but those it carries already; return which moved."""
    mine = set(Tag.everything.filter(subject_id=kept.id, ended_at=None).values_list("kind_id", flat=True))
    moving = Tag.everything.filter(subject_id=gone.id, ended_at=None).exclude(kind_id__in=mine)
    ids = list(moving.values_list("id", flat=True))
    Tag.everything.filter(id__in=ids).update(subject_id=kept.id, area_id=kept.area_id)
    end_all_tags(gone.id, reason="档案合并，对方已有同样的标签", by=by, at=at)
    return ids


def _close(gone: Resident, kept: Resident, by: Actor, at: datetime, today: date) -> None:
    gone.merged_into, gone.how_gone, gone.closed_on = kept, rules.MERGED, today
    gone.closed_because = ""
    gone.touch(by.person_name, at)
    gone.save()


def _packed(
    before: Mapping[str, _Side], theirs: frozenset[str], tags: list[UUID], made: HouseholdMember | None
) -> str:
    sides = {
        key: {
            "fields": side.fields, "numbers": side.numbers, "member": side.member_id,
            "household": side.household_id, "relation": side.relation,
        }
        for key, side in before.items()
    }  # fmt: skip
    content = {**sides, "theirs": sorted(theirs), "tags": tags, "made": str(made.id) if made else ""}
    return json.dumps(content, ensure_ascii=False, default=str)


def _locked_merge(merge_id: UUID, by: Actor, at: datetime) -> ResidentMerge:
    by.require(MERGE_RESIDENTS)
    merge = ResidentMerge.objects.visible_to(by).select_for_update(of=("self",)).filter(id=merge_id).first()
    if merge is None:
        raise NotThere
    if merge.undone_at is not None:
        raise Refused("这次合并已经撤销。")
    if merge.before is None or at - merge.merged_at > UNDO_WITHIN:
        raise Refused(f"合并已超过 {UNDO_WITHIN.days} 天，原来的内容已经清除，不能撤销。请分别修改。")
    return merge


def _give_back_fields(
    kept: Resident, gone: Resident, held: Mapping[str, Any], by: Actor, at: datetime
) -> list[str]:
    """Put back what the file that stayed said before, where nobody edited it since; return the labels that stay."""
    stayed, back = [], {}
    for name in FIELDS:
        taken = held["gone" if name in held["theirs"] else "kept"]["fields"][name]
        was = held["kept"]["fields"][name]
        if _same(getattr(kept, name), taken):
            back[name] = date.fromisoformat(was) if name == "birth_date" and was else was
        elif taken != was:
            stayed.append(changes.FIELD_LABELS[name])
    numbers = _side(kept, by).numbers
    after = dict(numbers)
    for name in vault.NUMBERS:
        if name in held["theirs"]:
            if numbers[name] == held["gone"]["numbers"][name]:
                after[name] = held["kept"]["numbers"][name]
            else:
                stayed.append(changes.FIELD_LABELS[name])
    found = changes.compare(kept, back) + _numbers_changed(numbers, after)
    kept.name_initials = name_initials(kept.name)
    _put_numbers(kept, numbers, after, by)
    changes.save_edit(kept, found, {}, by, at)
    return stayed


def _same(value: Any, kept: Any) -> bool:
    return str(value or "") == str(kept or "")


def _reopen(gone: Resident, held: Mapping[str, Any], by: Actor, at: datetime) -> None:
    gone.merged_into, gone.how_gone, gone.closed_on = None, "", None
    number = held["numbers"]["id_number"]
    taken = number and Resident.everything.filter(id_index=id_index(number)).exclude(id=gone.id).exists()
    if taken:
        raise Refused("这份档案原来的证件号现在登记在别人名下，请先核对那份档案。")
    gone.id_index, gone.phone_index = id_index(number), phone_index(held["numbers"]["phone"])
    gone.touch(by.person_name, at)
    gone.save()


def _give_back_tags(gone: Resident, moved: list[UUID]) -> None:
    mine = set(Tag.everything.filter(subject_id=gone.id, ended_at=None).values_list("kind_id", flat=True))
    back = Tag.everything.filter(id__in=moved, ended_at=None).exclude(kind_id__in=mine)
    back.update(subject_id=gone.id, area_id=gone.area_id)


def _give_back_homes(
    kept: Resident, gone: Resident, held: Mapping[str, Any], by: Actor, at: datetime
) -> None:
    """Let both live where they did; a home that was closed or got another head meanwhile is said by its entries."""
    today = clock.local(at).date()
    if held["made"] and HouseholdMember.objects.filter(id=held["made"], ends_on=None).exists():
        end_membership(kept, on=today, by=by, at=at)
        _live_again(kept, held["kept"], today, by, at)
    _live_again(gone, held["gone"], today, by, at)


def _live_again(row: Resident, held: Mapping[str, Any], today: date, by: Actor, at: datetime) -> None:
    if not held["household"]:
        return
    home = Household.everything.filter(id=UUID(held["household"]), closed_on=None).first()
    if home is None or HouseholdMember.objects.filter(resident=row, ends_on=None).exists():
        return
    for relation in (held["relation"], "other_kin"):  # somebody else may have become the head
        try:
            with transaction.atomic():
                join(home, row, relation=relation, on=today, by=by, at=at)
        except (Refused, IntegrityError):
            continue
        return
