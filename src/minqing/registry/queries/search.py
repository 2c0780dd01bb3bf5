"""Find subjects: by part of a name, initials, address, tag and area; by a whole number; households with members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from minqing.areas.public import Area, area_names, names_statement
from minqing.kernel import together
from minqing.kernel.access import Actor
from minqing.kernel.masking import mask_id_number, mask_phone
from minqing.registry import rules
from minqing.registry.models import Enterprise, Household, HouseholdMember, Place, Resident, Tag, TagKind
from minqing.registry.models.subjects import id_index, phone_index
from minqing.registry.permissions import EDIT_REGISTRY
from minqing.registry.queries.search_kinds import Scope, within
from minqing.registry.queries.search_plan import find
from minqing.registry.queries.search_words import in_order
from minqing.registry.queries.subjects import (
    MODELS,
    SubjectView,
    heads_of,
    homes_of,
    household_views,
    resident_views,
    site_view,
)
from minqing.registry.vault import IdentityValues, identities_under, reach

PAGE_ROWS: Final = 30
FIRST_ROWS: Final = 6  # of each kind, when all kinds are asked at once
TEXT_MAX: Final = 40


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """One line of a list: the subject, its area's name, what else is known (masked), its tags."""

    view: SubjectView
    area_name: str
    facts: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of a list. ``total`` is exact, or a lower bound and ``more_than_counted``."""

    rows: list[SubjectRow]
    page: int
    pages: int
    total: int
    more_than_counted: bool
    reachable: int  # how many of them can be leafed through

    @property
    def has_next(self) -> bool:
        return self.page < self.pages

    @property
    def total_label(self) -> str:
        """How many there are, as a page says it."""
        return f"{self.total:,} 条以上" if self.more_than_counted else f"{self.total:,} 条"


def search(
    actor: Actor,
    text: str = "",
    *,
    kind: str = rules.RESIDENT,
    area: Area | None = None,
    tag: str = "",
    closed: bool = False,
    page: int = 1,
    today: date,
    rows_max: int = PAGE_ROWS,
) -> SearchPage:
    """Return one page of a kind: names, initials or addresses that hold every word, in an area, with a tag's key.

    A fixed number of queries, however many rows; what each of them reads does not grow with the county (see
    :mod:`minqing.registry.queries.search_plan`).
    """
    scope = Scope(actor, area, closed=closed)
    found = find(kind, scope, text[:TEXT_MAX], tag=tag, today=today, page=page, rows_max=rows_max)
    rows = scope.of(MODELS[kind]).in_bulk(found.ids)
    return SearchPage(
        rows=rows_of(kind, [rows[one] for one in found.ids if one in rows], actor, today),
        page=found.page,
        pages=found.pages(rows_max),
        total=found.total,
        more_than_counted=not found.is_exact,
        reachable=found.reachable,
    )


def search_everything(actor: Actor, text: str, *, today: date) -> dict[str, SearchPage]:
    """Return the first few of every kind that hold the text, by kind."""
    return {kind: search(actor, text, kind=kind, today=today, rows_max=FIRST_ROWS) for kind in MODELS}


def find_exact(actor: Actor, value: str, *, today: date) -> list[SubjectRow]:
    """Return those with exactly this ID number, phone or credit code, in the actor's areas. For POST only."""
    number = rules.half_width(value)
    residents = Resident.objects.visible_to(actor)
    enterprises = Enterprise.objects.visible_to(actor)
    phone, not_a_phone = rules.read_phone(number)
    if not not_a_phone:
        index = phone_index(phone)
        people, firms = residents.filter(phone_index=index), enterprises.filter(phone_index=index)
    else:
        people, firms = residents.filter(id_index=id_index(number)), enterprises.filter(uscc=number)
    if not number:
        return []
    return [
        *rows_of(rules.RESIDENT, list(people[:PAGE_ROWS]), actor, today),
        *rows_of(rules.ENTERPRISE, list(firms[:PAGE_ROWS]), actor, today),
    ]


def areas_to_register_in(actor: Actor, kind: str = rules.RESIDENT) -> list[tuple[UUID, str]]:
    """Return the open areas in which the acting appointment may register a kind of subject, with their full names."""
    acting = actor.acting
    if acting is None or acting.role not in EDIT_REGISTRY.held_by:
        return []
    levels = rules.HOME_LEVELS if kind in (rules.RESIDENT, rules.HOUSEHOLD) else rules.SITE_LEVELS
    found = Area.objects.open().under(acting.area_path).filter(level__in=levels).order_by("path")
    ids = list(found.values_list("id", flat=True))
    names = area_names(ids)
    return [(one, names[one]) for one in ids]


def tag_kinds(subject_kind: str = "") -> list[TagKind]:
    """Return the tags that may be put on a kind of subject (all kinds when empty)."""
    kinds = TagKind.objects.filter(closed_at=None)
    return list(kinds.filter(for_kinds__contains=[subject_kind]) if subject_kind else kinds)


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member of a household: who, in which relation, from when to when."""

    view: SubjectView
    relation_label: str
    is_head: bool
    sex_label: str
    age: int | None
    presence_label: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class HouseholdLine:
    """A household with the people in it."""

    row: SubjectRow
    members: tuple[MemberLine, ...]


@dataclass(frozen=True, slots=True)
class HouseholdPage:
    """One page of the households of an area."""

    households: list[HouseholdLine]
    page: int
    pages: int
    total: int


def households_of(actor: Actor, area: Area, *, today: date, page: int = 1) -> HouseholdPage:
    """Return the open households in an area or below, with their members; a fixed number of queries."""
    inside = Area.objects.under(area.path).order_by().values("id")
    found = Household.objects.visible_to(actor).current().filter(area_id__in=inside)
    total = found.count()
    pages = max(1, -(-total // PAGE_ROWS))
    page = max(1, min(page, pages))
    first = (page - 1) * PAGE_ROWS
    rows = list(found.order_by("area_id", in_order("address"), "id")[first : first + PAGE_ROWS])
    members = members_of([row.id for row in rows], today)
    lines = rows_of(rules.HOUSEHOLD, rows, actor, today)
    return HouseholdPage([HouseholdLine(line, members[line.view.id]) for line in lines], page, pages, total)


def members_of(household_ids: Sequence[UUID], today: date) -> dict[UUID, tuple[MemberLine, ...]]:
    """Return the current members of households, the head first. The caller has scoped the households."""
    held: dict[UUID, list[MemberLine]] = defaultdict(list)
    for member in (
        HouseholdMember.objects.filter(household__in=household_ids, ends_on=None)
        .select_related("resident", "household")
        .order_by("id")
    ):
        held[member.household_id].append(member_line(member, today))
    return {one: tuple(sorted(held[one], key=lambda line: not line.is_head)) for one in household_ids}


def member_line(member: HouseholdMember, today: date) -> MemberLine:
    """Return the line of one membership."""
    who, home = member.resident, member.household
    view = SubjectView(
        rules.RESIDENT, who.id, who.name, who.area_id, home.address, who.name, who.closed_on is not None
    )
    return MemberLine(
        view=view,
        relation_label=member.relation_label,
        is_head=member.relation == rules.HEAD,
        sex_label=rules.SEX_LABELS.get(who.sex, ""),
        age=rules.age_on(who.birth_date, today) if who.birth_date else None,
        presence_label=rules.PRESENCE_LABELS[who.presence],
        starts_on=member.starts_on,
        ends_on=member.ends_on,
    )


def rows_of(kind: str, rows: Sequence[Any], actor: Actor, today: date) -> list[SubjectRow]:
    """Return list lines for rows of one kind: two trips at most, however many."""
    ids = [row.id for row in rows]
    beside = {rules.RESIDENT: homes_of, rules.HOUSEHOLD: heads_of}.get(kind)
    areas = {row.area_id for row in rows}
    homes_or_heads, names_found, tagged, paths = together.read(
        [
            together.written(beside(ids)) if beside is not None and rows else None,
            names_statement(areas),
            together.written(_tags_on(ids, actor, today)) if rows else None,
            together.written(Area.objects.filter(id__in=areas).order_by().values_list("path")),
        ]
    )
    if kind == rules.RESIDENT:
        views = resident_views(list(rows), homes_or_heads)
    elif kind == rules.HOUSEHOLD:
        views = household_views(list(rows), homes_or_heads)
    else:
        views = [site_view(row) for row in rows]
    # The vault is opened where these rows lie, no wider: it looks up every area under the paths it is told.
    near = within(reach(actor), [path for (path,) in paths]) if kind == rules.RESIDENT else ()
    numbers = identities_under(ids, near)
    names, tags = dict(names_found), defaultdict[UUID, list[str]](list)
    for subject_id, label in tagged:
        tags[subject_id].append(label)
    return [
        SubjectRow(
            view,
            names.get(view.area_id, ""),
            facts_of(row, today, numbers.get(row.id, IdentityValues())),
            tuple(tags.get(view.id, ())),
        )
        for view, row in zip(views, rows, strict=True)
    ]


def _tags_on(subject_ids: Iterable[UUID], actor: Actor, today: date) -> QuerySet[Any, Any]:
    tags = Tag.objects.visible_to(actor).current(today).filter(subject_id__in=list(subject_ids))
    return tags.order_by("kind__position").values_list("subject_id", "kind__label")


def facts_of(
    row: Resident | Household | Enterprise | Place, today: date, numbers: IdentityValues
) -> tuple[str, ...]:
    """Return the few words a list says of a row; ``numbers`` are a resident's, and leave masked."""
    if isinstance(row, Resident):
        facts = [
            rules.SEX_LABELS.get(row.sex, ""),
            f"{rules.age_on(row.birth_date, today)} 岁" if row.birth_date else "",
            mask_id_number(numbers.id_number),
            mask_phone(numbers.phone),
            rules.PRESENCE_LABELS[row.presence] if row.presence == rules.AWAY else "",
            rules.GONE_LABELS.get(row.how_gone, ""),
        ]
    elif isinstance(row, Household):
        facts = [row.code and f"户编号 {row.code}", "已销户" if row.closed_on else ""]
    elif isinstance(row, Enterprise):
        facts = [
            row.uscc, row.industry, rules.EMPLOYEE_BANDS.get(row.employees, ""), row.contact_name,
            mask_phone(row.phone or ""), "已停业或迁出" if row.closed_on else "",
        ]  # fmt: skip
    else:
        facts = [rules.PLACE_KINDS.get(row.kind, ""), "已停用" if row.closed_on else ""]
    return tuple(fact for fact in facts if fact)
