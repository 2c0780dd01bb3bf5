"""Pairs to judge, two files side by side, and what was merged into a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from minqing.areas.public import area_names
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.kernel.masking import mask_id_number, mask_phone
from minqing.registry import rules, vault
from minqing.registry.likeness import LIKELY_FROM
from minqing.registry.models import DuplicatePair, HouseholdMember, Resident, ResidentMerge, Tag
from minqing.registry.models.duplicates import MERGED, OPEN, PAIR_LABELS
from minqing.registry.permissions import MERGE_RESIDENTS
from minqing.registry.queries.subjects import SubjectView, resident_views

PAIRS_ROWS: Final = 50
_UNLIKE: Final = "（遮住的部分不同）"
FIELD_WORDS: Final = {
    "name": "姓名", "sex": "性别", "birth_date": "出生日期", "id_number": "证件号", "phone": "电话",
    "occupation": "职业", "presence": "居住状态", "away_at": "外出去向", "origin": "户籍地",
    "address_note": "住址备注", "household": "所在户",
}  # fmt: skip
_UNWEIGHED: Final = ("occupation", "presence", "origin", "address_note")


@dataclass(frozen=True, slots=True)
class PairLine:
    """One pair in the list: both files, why they are alike, what speaks against."""

    id: UUID
    first: SubjectView
    second: SubjectView
    places: tuple[str, str]
    reasons: tuple[str, ...]
    against: tuple[str, ...]
    is_likely: bool
    state_label: str
    words: str


@dataclass(frozen=True, slots=True)
class PairPage:
    """One page of pairs, likeliest first."""

    lines: list[PairLine]
    total: int
    page: int
    state: str


@dataclass(frozen=True, slots=True)
class FieldPair:
    """One field of both files, as a page may show it. ``choice``: which is taken unless somebody says otherwise."""

    key: str
    label: str
    first: str
    second: str
    choice: str
    differs: bool


@dataclass(frozen=True, slots=True)
class PairMerged:
    """When and by whom a pair was made one file, which went on, and whether that can be taken back."""

    merge_id: UUID
    kept_id: UUID
    merged_at: datetime
    by_name: str
    may_undo: bool


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two files beside each other. ``versions`` go into the form and come back with it."""

    line: PairLine
    fields: tuple[FieldPair, ...]
    tags: tuple[tuple[str, ...], tuple[str, ...]]
    keep: str
    versions: tuple[int, int]
    is_open: bool
    merged: PairMerged | None


@dataclass(frozen=True, slots=True)
class MergedFile:
    """A file that was merged into another: when, by whom, and whether that can be taken back."""

    merge_id: UUID
    view: SubjectView
    merged_at: datetime
    by_name: str
    may_undo: bool


def pairs(actor: Actor, *, state: str = OPEN, page: int = 1) -> PairPage:
    """Return one page of pairs of which the actor sees both files."""
    state = state if state in PAIR_LABELS else OPEN
    rows = DuplicatePair.objects.visible_to(actor).filter(state=state)
    total = rows.count()
    page = max(1, min(page, -(-total // PAIRS_ROWS) or 1))
    first = (page - 1) * PAIRS_ROWS
    order = ("-score", "id") if state == OPEN else ("-decided_at", "id")
    shown = rows.select_related("first", "second").order_by(*order)[first : first + PAIRS_ROWS]
    return PairPage(_lines(list(shown)), total, page, state)


def count_pairs(actor: Actor) -> int:
    """Return how many pairs wait for the actor."""
    return DuplicatePair.objects.visible_to(actor).filter(state=OPEN).count()


def side_by_side(pair_id: UUID, actor: Actor, at: datetime) -> SideBySide:
    """Return two files beside each other, numbers masked; records nothing. Raises :class:`NotThere`."""
    actor.require(MERGE_RESIDENTS)
    pair = (
        DuplicatePair.objects.visible_to(actor).select_related("first", "second").filter(id=pair_id).first()
    )
    if pair is None:
        raise NotThere
    sides = (pair.first, pair.second)
    numbers = vault.identities([one.id for one in sides], actor, MERGE_RESIDENTS)
    shown = [_shown(one, numbers.get(one.id, vault.IdentityValues())) for one in sides]
    homes = _homes([one.id for one in sides])
    for one, values in zip(sides, shown, strict=True):
        values["household"] = homes.get(one.id, "")
    keep = _fuller(shown)
    held = [numbers.get(one.id, vault.IdentityValues()) for one in sides]
    hidden = {name for name in vault.NUMBERS if getattr(held[0], name) != getattr(held[1], name)}
    fields = tuple(
        _field_pair(key, label, shown[0][key], shown[1][key], keep, is_other=key in hidden)
        for key, label in FIELD_WORDS.items()
    )
    tags = _tag_labels([one.id for one in sides], actor, at)
    return SideBySide(
        line=_lines([pair])[0],
        fields=fields,
        tags=(tags[pair.first_id], tags[pair.second_id]),
        keep=keep,
        versions=(pair.first.version, pair.second.version),
        is_open=pair.state == OPEN and not (pair.first.closed_on or pair.second.closed_on),
        merged=_merged(pair, actor) if pair.state == MERGED else None,
    )


def _merged(pair: DuplicatePair, actor: Actor) -> PairMerged | None:
    both = (pair.first_id, pair.second_id)
    merge = (
        ResidentMerge.objects.unscoped("the actor sees both files of the pair")
        .filter(kept__in=both, gone__in=both, undone_at=None)
        .select_related("merged_by")
        .first()
    )
    if merge is None:
        return None
    return PairMerged(merge.id, merge.kept_id, merge.merged_at, merge.merged_by.name, _may_undo(merge, actor))


def _may_undo(merge: ResidentMerge, actor: Actor) -> bool:
    return merge.before is not None and actor.may(MERGE_RESIDENTS)


def merged_files(resident_id: UUID, actor: Actor, at: datetime) -> tuple[MergedFile, ...]:
    """Return the files that were merged into a resident's and still are, as far as the actor sees them."""
    merges = list(
        ResidentMerge.objects.unscoped("the caller sees the file; what was merged into it is scoped below")
        .filter(kept=resident_id, undone_at=None)
        .select_related("gone", "merged_by")
        .order_by("-merged_at")
    )
    if not merges:
        return ()
    seen = set(
        Resident.objects.visible_to(actor)
        .filter(id__in=[one.gone_id for one in merges])
        .values_list("id", flat=True)
    )
    views = {view.id: view for view in resident_views([one.gone for one in merges])}
    return tuple(
        MergedFile(
            one.id, views[one.gone_id], one.merged_at, one.merged_by.name,
            _may_undo(one, actor),
        )
        for one in merges
        if one.gone_id in seen
    )  # fmt: skip


def _lines(rows: list[DuplicatePair]) -> list[PairLine]:
    people = {one.id: one for row in rows for one in (row.first, row.second)}
    views = {view.id: view for view in resident_views(list(people.values()))}
    names = area_names({one.area_id for one in people.values()})
    return [
        PairLine(
            id=row.id,
            first=views[row.first_id],
            second=views[row.second_id],
            places=(names[row.first.area_id], names[row.second.area_id]),
            reasons=tuple(row.reasons),
            against=(*row.against, *_written_otherwise(row)),
            is_likely=row.score >= LIKELY_FROM,
            state_label=PAIR_LABELS[row.state],
            words=row.words,
        )
        for row in rows
    ]


def _written_otherwise(row: DuplicatePair) -> tuple[str, ...]:
    """Return the plain fields that differ: they weigh nothing, whoever compares wants to know them all the same."""
    found = []
    for key in _UNWEIGHED:
        one, other = getattr(row.first, key), getattr(row.second, key)
        if one != other:
            found.append(f"{FIELD_WORDS[key]}{'不同' if one and other else '只有一份写了'}")
    return tuple(found)


def _shown(row: Resident, numbers: vault.IdentityValues) -> dict[str, str]:
    plain: dict[str, Any] = {name: getattr(row, name) for name in FIELD_WORDS if hasattr(row, name)}
    return {name: "" if value is None else str(value) for name, value in plain.items()} | {
        "sex": rules.SEX_LABELS.get(row.sex, ""),
        "presence": rules.PRESENCE_LABELS[row.presence],
        "id_number": mask_id_number(numbers.id_number),
        "phone": mask_phone(numbers.phone),
    }


def _field_pair(key: str, label: str, first: str, second: str, keep: str, *, is_other: bool) -> FieldPair:
    """Return both sides of a field; ``is_other``: two numbers that may differ in what the mask hides only."""
    choice = _choice(keep, first, second)
    if is_other and first == second:
        return FieldPair(key, label, f"{first}{_UNLIKE}", f"{second}{_UNLIKE}", choice, differs=True)
    return FieldPair(key, label, first, second, choice, differs=first != second)


def _fuller(shown: list[dict[str, str]]) -> str:
    """Which file says more; the first of two that say the same."""
    return "second" if sum(map(bool, shown[1].values())) > sum(map(bool, shown[0].values())) else "first"


def _choice(keep: str, first: str, second: str) -> str:
    if keep == "first":
        return "first" if first or not second else "second"
    return "second" if second or not first else "first"


def _homes(ids: list[UUID]) -> dict[UUID, str]:
    living = HouseholdMember.objects.filter(resident__in=ids, ends_on=None).select_related("household")
    return {one.resident_id: f"{one.household.address}（{one.relation_label}）" for one in living}


def _tag_labels(ids: Iterable[UUID], actor: Actor, at: datetime) -> dict[UUID, tuple[str, ...]]:
    held: dict[UUID, list[str]] = defaultdict(list)
    today = clock.local(at).date()
    ids = list(ids)
    for one in Tag.objects.visible_to(actor).current(today).filter(subject_id__in=ids).select_related("kind"):
        held[one.subject_id].append(one.kind.label)
    return {one: tuple(held[one]) for one in ids}


def merge_of(merge_id: UUID, actor: Actor) -> ResidentMerge:
    """Return a merge the actor may look at. Raises :class:`NotThere`."""
    found = ResidentMerge.objects.visible_to(actor).filter(id=merge_id).first()
    if found is None:
        raise NotThere
    return found
