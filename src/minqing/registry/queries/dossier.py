"""The registry's part of a dossier: who they are, their household, its members, their tags. Numbers leave masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from minqing.areas.public import area_name
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.kernel.masking import mask_id_number, mask_phone
from minqing.registry import rules
from minqing.registry.models import Enterprise, Household, HouseholdMember, Place, Resident, Tag
from minqing.registry.permissions import EDIT_REGISTRY, TAG_SUBJECTS
from minqing.registry.queries.search import MemberLine, member_line, members_of
from minqing.registry.queries.subjects import (
    MODELS,
    SubjectRef,
    SubjectView,
    household_views,
    resident_views,
    site_view,
)
from minqing.registry.vault import IdentityValues, identities

NONE: Final = IdentityValues()


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what is known: a label and a value fit to show."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class TagLine:
    """A tag on the file."""

    id: UUID
    label: str
    is_sensitive: bool
    owner_name: str
    reason: str
    starts_on: date
    ends_on: date | None
    purpose: str = ""
    agreed: str = ""  # who agreed to it and when, or the law that asks for it


@dataclass(frozen=True, slots=True)
class Dossier:
    """The registry's part of one file. ``version`` goes into the edit form and comes back with it."""

    subject: SubjectView
    area_name: str
    area_path: str
    facts: tuple[Fact, ...]
    household: SubjectView | None
    members: tuple[MemberLine, ...]
    former_members: tuple[MemberLine, ...]
    former_homes: tuple[tuple[SubjectView, date, date | None], ...]
    tags: tuple[TagLine, ...]
    version: int
    changed_at: datetime
    changed_by: str
    closed_words: str
    may_edit: bool
    may_tag: bool


@dataclass(frozen=True, slots=True)
class EditValues:
    """What an edit form opens with: no ID number and no phone, only whether there is one (masked)."""

    values: dict[str, Any]
    masked: dict[str, str]
    version: int


def dossier(ref: SubjectRef, actor: Actor, at: datetime) -> Dossier:
    """Return the registry's part of a file the actor may see; records nothing. Raises :class:`NotThere`."""
    today = clock.local(at).date()
    row = _seen(ref, actor)
    household, members, former, homes = _home(row, actor, today)
    return Dossier(
        subject=_view(row),
        area_name=area_name(row.area),
        area_path=row.area.path,
        facts=tuple(Fact(label, value) for label, value in _facts(row, _numbers(row, actor), today) if value),
        household=household,
        members=members,
        former_members=former,
        former_homes=homes,
        tags=_tags(row.id, actor, today),
        version=row.version,
        changed_at=row.changed_at,
        changed_by=row.changed_by_name,
        closed_words=_closed_words(row),
        may_edit=row.closed_on is None and actor.may(EDIT_REGISTRY, row.area.path),
        may_tag=row.closed_on is None and actor.may(TAG_SUBJECTS, row.area.path),
    )


def edit_values(ref: SubjectRef, actor: Actor) -> EditValues:
    """Return what the edit form opens with. Raises :class:`NotThere`, or refuses who may not edit."""
    row = _seen(ref, actor)
    actor.require(EDIT_REGISTRY, row.area.path)
    names = {
        rules.RESIDENT: (
            "name", "sex", "birth_date", "occupation", "presence", "away_at", "origin", "address_note",
        ),
        rules.HOUSEHOLD: ("address", "code", "lon", "lat"),
        rules.ENTERPRISE: (
            "name", "uscc", "industry", "employees", "contact_name", "address", "lon", "lat",
        ),
        rules.PLACE: ("name", "kind", "address", "lon", "lat"),
    }[ref.kind]  # fmt: skip
    masked = {}
    if isinstance(row, Resident):
        held = _numbers(row, actor)
        masked = {"id_number": mask_id_number(held.id_number), "phone": mask_phone(held.phone)}
    elif isinstance(row, Enterprise):
        masked = {"phone": mask_phone(row.phone or "")}
    values = {name: getattr(row, name) for name in names}
    return EditValues({**values, "area": row.area_id, "version": row.version}, masked, row.version)


def _seen(ref: SubjectRef, actor: Actor) -> Resident | Household | Enterprise | Place:
    if ref.kind not in MODELS:
        raise NotThere
    rows: Any = MODELS[ref.kind].objects
    row: Resident | Household | Enterprise | Place | None = (
        rows.visible_to(actor).select_related("area").defer("area__outline").filter(id=ref.id).first()
    )
    if row is None:
        raise NotThere
    return row


def _view(row: Resident | Household | Enterprise | Place) -> SubjectView:
    if isinstance(row, Resident):
        return resident_views([row])[0]
    return household_views([row])[0] if isinstance(row, Household) else site_view(row)


Homes = tuple[tuple[SubjectView, date, date | None], ...]
Lines = tuple[MemberLine, ...]


def _home(
    row: Resident | Household | Enterprise | Place, actor: Actor, today: date
) -> tuple[SubjectView | None, Lines, Lines, Homes]:
    """Return (household now, who lives there, who did, where the resident lived before)."""
    if isinstance(row, Household):
        past = (
            HouseholdMember.objects.filter(household=row).exclude(ends_on=None)
            .select_related("resident", "household")
            .order_by("-ends_on", "id")
        )  # fmt: skip
        now = members_of([row.id], today)[row.id]
        living = {line.view.id for line in now}  # a changed relation ends a membership too
        gone = tuple(member_line(one, today) for one in past if one.resident_id not in living)
        return None, now, gone, ()
    if not isinstance(row, Resident):
        return None, (), (), ()
    memberships = list(
        HouseholdMember.objects.filter(resident=row).select_related("household").order_by("-starts_on")
    )
    # A home in another village is another village's file: left out unless the actor sees it too.
    seen = {
        one.id: one
        for one in Household.objects.visible_to(actor).filter(id__in=[m.household_id for m in memberships])
    }
    views = {view.id: view for view in household_views(list(seen.values()))}
    now_id = next((m.household_id for m in memberships if m.ends_on is None), None)
    household = views.get(now_id) if now_id else None
    members = members_of([household.id], today)[household.id] if household else ()
    homes = tuple(
        (views[m.household_id], m.starts_on, m.ends_on)
        for m in memberships
        if m.ends_on is not None and m.household_id in views and m.household_id != now_id
    )
    return household, members, (), homes


def _numbers(row: Resident | Household | Enterprise | Place, actor: Actor) -> IdentityValues:
    """Return a resident's numbers from the vault (one statement); none for the other kinds."""
    return identities([row.id], actor).get(row.id, NONE) if isinstance(row, Resident) else NONE


def _facts(
    row: Resident | Household | Enterprise | Place, numbers: IdentityValues, today: date
) -> list[tuple[str, str]]:
    if isinstance(row, Resident):
        born = f"{row.birth_date}（{rules.age_on(row.birth_date, today)} 岁）" if row.birth_date else ""
        return [
            ("性别", rules.SEX_LABELS.get(row.sex, "")),
            ("出生日期", born),
            ("证件号", mask_id_number(numbers.id_number)),
            ("电话", mask_phone(numbers.phone)),
            ("职业", row.occupation),
            ("居住状态", rules.PRESENCE_LABELS[row.presence]),
            ("外出去向", row.away_at),
            ("户籍地", row.origin),
            ("住址备注", row.address_note),
        ]
    if isinstance(row, Household):
        return [("住址", row.address), ("户编号", row.code)]
    if isinstance(row, Enterprise):
        return [
            ("统一社会信用代码", row.uscc),
            ("行业", row.industry),
            ("从业人数", rules.EMPLOYEE_BANDS.get(row.employees, "")),
            ("联系人", row.contact_name),
            ("联系电话", mask_phone(row.phone or "")),
            ("地址", row.address),
        ]
    return [("类型", rules.PLACE_KINDS.get(row.kind, "")), ("地址", row.address)]


def _tags(subject_id: UUID, actor: Actor, today: date) -> tuple[TagLine, ...]:
    held = Tag.objects.visible_to(actor).current(today).filter(subject_id=subject_id)
    return tuple(
        TagLine(
            one.id,
            one.kind.label,
            one.kind.is_sensitive,
            one.owner.name,
            one.reason,
            one.starts_on,
            one.ends_on,
            one.kind.purpose,
            _agreed(one),
        )
        for one in held.select_related("kind", "owner").order_by("kind__position")
    )


def _agreed(tag: Tag) -> str:
    if tag.consent:
        return f"{tag.consent_on} {rules.CONSENT_LABELS[tag.consent]}"
    basis = f"{rules.BASIS_LABELS[tag.kind.basis]}：{tag.kind.basis_words}"
    return f"尚未记录同意（{tag.kind.basis_words}）" if tag.kind.needs_consent else basis


def _closed_words(row: Resident | Household | Enterprise | Place) -> str:
    if row.closed_on is None:
        return ""
    how = rules.GONE_LABELS[row.how_gone] if isinstance(row, Resident) else "注销"
    why = f"：{row.closed_because}" if row.closed_because else ""
    return f"{row.closed_on} {how}{why}"
