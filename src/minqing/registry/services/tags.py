"""Put tags on files and take them off."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused
from minqing.registry import rules
from minqing.registry.events import TagAdded, TagEnded
from minqing.registry.models import Resident, Tag, TagKind
from minqing.registry.permissions import TAG_SUBJECTS
from minqing.registry.queries.subjects import MODELS, SubjectRef

SENSITIVE: Final = "敏感标签"  # all that a timeline says of one: whoever may know reads it on the tag itself


def load_tag_kinds(*, using: str = "default") -> int:
    """Make sure the vocabulary of tags is there (idempotent); return how many rows were added."""
    known = set(TagKind.objects.using(using).values_list("key", flat=True))
    rows = [
        TagKind(
            key=one.key, label=one.label, for_kinds=list(one.for_kinds), is_sensitive=one.is_sensitive,
            category=one.category, purpose=one.purpose, basis=one.basis, basis_words=one.basis_words,
            position=position,
        )
        for position, one in enumerate(rules.TAG_KINDS)
        if one.key not in known
    ]  # fmt: skip
    TagKind.objects.using(using).bulk_create(rows, ignore_conflicts=True)
    return len(rows)


@transaction.atomic
def add_tag(
    *,
    subject: SubjectRef,
    kind_key: str,
    reason: str,
    by: Actor,
    at: datetime,
    starts_on: date | None = None,
    ends_on: date | None = None,
    consent: str = "",
) -> Tag:
    """Put a tag on a file: who, why, until when, who agreed where its kind needs that; a sensitive one always ends."""
    # The file is locked so that two people tagging at once make one tag and one sentence.
    row = (
        MODELS[subject.kind].objects.visible_to(by).select_for_update(of=("self",)).select_related("area")
        .filter(id=subject.id).first()
    )  # fmt: skip
    if row is None:
        raise NotThere
    by.require(TAG_SUBJECTS, row.area.path)
    if row.closed_on is not None:
        raise Refused("这份档案已经注销，不能再打标签。")
    kind = TagKind.objects.filter(key=kind_key, closed_at=None).first()
    if kind is None:
        raise Refused("没有这个标签，请从列表中选择。", field="kind")
    if kind.seen_only_with:
        by.require(kind.seen_only_with, row.area.path)
    today = clock.local(at).date()
    starts_on = starts_on or today
    refusal = rules.why_not_tag(
        is_sensitive=kind.is_sensitive, for_kinds=tuple(kind.for_kinds), subject_kind=subject.kind,
        starts_on=starts_on, ends_on=ends_on, needs_consent=kind.needs_consent, consent=consent,
        is_child=_is_child(row, starts_on),
    )  # fmt: skip
    if refusal:
        raise Refused(refusal[1], field=refusal[0])
    refuse_bad_reason(reason)
    held = Tag.everything.filter(subject_id=subject.id, kind=kind, ended_at=None).first()
    if held is not None and (held.ends_on is None or held.ends_on >= today):
        raise Refused(f"已经有“{kind.label}”这个标签。", field="kind")
    if held is not None:  # ran out by itself: closed now, so that the new one stands alone
        held.ended_at, held.end_reason = at, "到期"
        held.save(update_fields=["ended_at", "end_reason"])
    made = Tag.everything.create(
        subject_kind=subject.kind, subject_id=subject.id, area_id=row.area_id, kind=kind,
        owner_id=by.person_id, reason=reason, starts_on=starts_on, ends_on=ends_on,
        consent=consent if kind.needs_consent else "", consent_on=today if kind.needs_consent else None,
    )  # fmt: skip
    added = TagAdded(
        subject_kind=subject.kind, subject_id=subject.id, area_id=row.area_id, ends_on=ends_on,
        label=SENSITIVE if kind.is_sensitive else kind.label, reason="" if kind.is_sensitive else reason,
        consent_label=rules.CONSENT_LABELS.get(made.consent, ""),
    )  # fmt: skip
    record(added, by=by.hand, at=at)
    return made


def _is_child(row: object, on: date) -> bool:
    """Whether a resident is too young to agree alone (unknown birthdays count as grown)."""
    born = row.birth_date if isinstance(row, Resident) else None
    return born is not None and rules.age_on(born, on) < rules.GUARDIAN_BELOW


def refuse_bad_reason(reason: str) -> None:
    """Refuse a reason that is missing or too long."""
    if not reason.strip():
        raise Refused("请写明理由。", field="reason")
    if len(reason) > rules.REASON_MAX:
        raise Refused(f"理由太长，最多 {rules.REASON_MAX} 个字。", field="reason")


@transaction.atomic
def end_tag(*, tag_id: UUID, reason: str, by: Actor, at: datetime) -> Tag:
    """Take a tag off a file, saying why."""
    refuse_bad_reason(reason)
    tag = (
        Tag.objects.visible_to(by).select_for_update(of=("self",)).select_related("area", "kind")
        .filter(id=tag_id).first()
    )  # fmt: skip
    if tag is None:
        raise NotThere
    by.require(TAG_SUBJECTS, tag.area.path)
    if tag.ended_at is not None:
        return tag
    _end(tag, reason, by, at)
    return tag


def end_all_tags(subject_id: UUID, *, reason: str, by: Actor, at: datetime) -> None:
    """End every tag of a file that is being closed."""
    for tag in Tag.everything.select_related("kind").filter(subject_id=subject_id, ended_at=None):
        _end(tag, reason, by, at)


def _end(tag: Tag, reason: str, by: Actor, at: datetime) -> None:
    tag.ended_at, tag.end_reason = at, reason
    tag.ended_by_id = by.person_id
    tag.save(update_fields=["ended_at", "ended_by", "end_reason"])
    sensitive = tag.kind.is_sensitive
    ended = TagEnded(
        subject_kind=tag.subject_kind, subject_id=tag.subject_id, area_id=tag.area_id,
        label=SENSITIVE if sensitive else tag.kind.label, reason="" if sensitive else reason,
    )  # fmt: skip
    record(ended, by=by.hand, at=at)
