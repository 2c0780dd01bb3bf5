"""Where one looks, and in which ways each kind of file is met by a word. Which way is taken: ``search_plan``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from minqing.areas.public import Area, ids_under
from minqing.kernel.access import Actor
from minqing.kernel.scope import ScopedQuerySet
from minqing.registry import rules
from minqing.registry.models import Enterprise, Household, HouseholdMember, Place, Resident, Tag, TagKind
from minqing.registry.permissions import SEE_REGISTRY
from minqing.registry.queries import search_words as words

# Households or heads that lead to the rows looked for; some 4,000 people live in so many.
KEYS_MAX: Final = 1_500
SORTED_MAX: Final = 6_000  # households that hold a word and are sorted at once; more are met soon on a walk
FEW_AREAS: Final = 150  # the grids and micro-grids of a large village, some ten thousand people

Rows = ScopedQuerySet[Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where somebody looks: the areas they see, within one that they chose."""

    actor: Actor
    area: Area | None = None
    closed: bool = False

    def of(self, model: Any) -> Rows:
        """Return the rows of a model in the scope, by one condition on the area (two would mislead the planner)."""
        rows: Rows
        if self.area is not None and self.actor.sees(SEE_REGISTRY, self.area.path):
            rows = model.objects.unscoped("the chosen area lies within the actor's")
            rows = rows.filter(area_id__in=ids_under(self.area.path))
        elif self._is_whole_county():
            rows = model.objects.unscoped("the actor's area is the county, and no row lies outside it")
        else:
            rows = model.objects.visible_to(self.actor)
        if self.area is not None:
            rows = rows.filter(area_id__in=ids_under(self.area.path))
        return rows if self.closed else rows.filter(closed_on=None)

    def tags(self, kind: str, tag: str, today: date) -> Rows:
        """Return the tags with a key that hold on a day and that the actor sees."""
        # By its id: behind a join the planner would take it for a tag as common as any other.
        kind_id = TagKind.objects.filter(key=tag).values_list("id", flat=True).first()
        tags = Tag.objects.visible_to(self.actor).current(today).filter(subject_kind=kind, kind=kind_id)
        return tags if self.area is None else tags.filter(area_id__in=ids_under(self.area.path))

    def areas(self) -> QuerySet[Any, Any] | None:
        """Return the areas of the scope; None where they are the whole county."""
        seen = self.actor.visible_areas(SEE_REGISTRY)
        if self.area is not None:
            return seen.filter(path__under=self.area.path)
        return None if self._is_whole_county() else seen

    def few_areas(self) -> list[UUID] | None:
        """Return the ids of the areas where they are a handful, else None."""
        seen = self.actor.visible_areas(SEE_REGISTRY)
        if self.area is not None:
            seen = seen.filter(path__under=self.area.path)
        ids = list(seen.values_list("id", flat=True)[: FEW_AREAS + 1])
        return ids if len(ids) <= FEW_AREAS else None

    def _is_whole_county(self) -> bool:
        held = self.actor.appointments
        return any("." not in one.area_path and one.role in SEE_REGISTRY.held_by for one in held)


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a word is met: what gathers it by an index (None: too much), and what tests it in order."""

    gathered: Rows | None
    in_order: Rows | None = None


class SiteSearch:
    """Enterprises and places: name, initials and address stand in one table."""

    column = "name"

    def __init__(self, model: Any) -> None:
        self.model = model

    def ways(self, scope: Scope, rows: Rows, word: str) -> list[Way]:
        """Return the ways in which the word is met, together everything."""
        tested = self.tested(rows, [word])
        met = [Way(rows.filter(words.holds(column, word)), tested) for column in ("name", "address")]
        if initials := words.initials_of(word):
            met.append(Way(rows.filter(words.begins("name_initials", initials)), tested))
        return met

    def begun(self, scope: Scope, rows: Rows) -> Rows:
        """Return the rows as a walk in order begins them."""
        return rows

    def tested(self, rows: Rows, text: Sequence[str]) -> Rows:
        """Return the rows that meet every word, tested one by one."""
        for word in text:
            rows = rows.filter(words.row_by_row(words.named(word) | Q(address__contains=word)))
        return rows

    def tested_in(self, few: Sequence[UUID], rows: Rows, text: Sequence[str]) -> Rows:
        """Return the rows of a few areas that meet every word."""
        return self.tested(rows, text)


class ResidentSearch:
    """Residents: by name, initials, and the address of the household they live in."""

    model, column = Resident, "name"

    def __init__(self, *, address_characters_min: int = 2) -> None:
        self.address_characters_min = address_characters_min

    def in_address(self, word: str) -> bool:
        """Whether a word is looked for in addresses too."""
        return len(word) >= self.address_characters_min

    def ways(self, scope: Scope, rows: Rows, word: str) -> list[Way]:
        """Return the ways in which the word is met, together everything."""
        met = people_named(rows, word)
        if not self.in_address(word):
            return met
        homes = list(
            scope.of(Household)
            .filter(words.holds("address", word))
            .values_list("id", flat=True)[: KEYS_MAX + 1]
        )
        if len(homes) > KEYS_MAX:
            return [
                *met,
                Way(
                    None,
                    rows.alias(home=words.home_address()).filter(words.row_by_row(Q(home__contains=word))),
                ),
            ]
        living = HouseholdMember.objects.filter(household__in=_among(homes), ends_on=None)
        return [*met, Way(rows.filter(id__in=living.values("resident_id")))] if homes else met

    def begun(self, scope: Scope, rows: Rows) -> Rows:
        """Return the rows as a walk in order begins them."""
        return rows

    def tested(self, rows: Rows, text: Sequence[str]) -> Rows:
        """Return the rows that meet every word, tested one by one."""
        for word in text:
            if self.in_address(word):
                rows = rows.alias(home=words.home_address())
                rows = rows.filter(words.row_by_row(words.named(word) | Q(home__contains=word)))
            else:
                rows = rows.filter(words.named(word))
        return rows

    def tested_in(self, few: Sequence[UUID], rows: Rows, text: Sequence[str]) -> Rows:
        """Return the rows of a few areas that meet every word; their homes lie in the same areas."""
        for word in text:
            met = words.named(word)
            if self.in_address(word):
                living = HouseholdMember.objects.filter(
                    ends_on=None, household__area_id__in=few, household__address__contains=word
                )
                met |= Q(id__in=living.values("resident_id"))
            rows = rows.filter(met)
        return rows


class HouseholdSearch:
    """Households: by address, by their number in the police's register, by the name of the head."""

    model, column = Household, "address"

    def ways(self, scope: Scope, rows: Rows, word: str) -> list[Way]:
        """Return the ways in which the word is met, together everything."""
        held = rows.filter(words.holds("address", word))
        is_sorted = held[: SORTED_MAX + 1].count() <= SORTED_MAX
        in_order = None if is_sorted else self.begun(scope, rows).filter(address__contains=word)
        met = [Way(rows.filter(code=word)), Way(held, in_order)]
        people = [
            one
            for way in people_named(scope.of(Resident), word)
            if way.gathered is not None
            for one in way.gathered.values_list("id", flat=True)[: KEYS_MAX + 1]
        ]
        if len(people) > KEYS_MAX:
            return [*met, Way(None, self._headed(self.begun(scope, rows), word))]
        heads = HouseholdMember.objects.filter(resident__in=_among(people), relation=rules.HEAD, ends_on=None)
        return [*met, Way(rows.filter(id__in=heads.values("household_id")))] if people else met

    def begun(self, scope: Scope, rows: Rows) -> Rows:
        """Return the rows from the first address in the scope on: those of a town follow one another."""
        areas = scope.areas()
        if areas is None:
            return rows
        every = Household.objects.unscoped("only of the scope's own areas, and only the first address")
        here = every.filter(area_id=OuterRef("id")).order_by(words.in_order("address"))
        first = areas.annotate(first=Subquery(here.values("address")[:1])).aggregate(
            least=Min(words.in_order("first"))
        )["least"]
        return rows if first is None else rows.filter(words.not_before("address", first))

    def tested(self, rows: Rows, text: Sequence[str]) -> Rows:
        """Return the rows that meet every word, tested one by one."""
        for word in text:
            rows = self._with_head(rows).filter(
                words.row_by_row(Q(code=word) | Q(address__contains=word) | words.named(word, "head_"))
            )
        return rows

    def tested_in(self, few: Sequence[UUID], rows: Rows, text: Sequence[str]) -> Rows:
        """Return the rows of a few areas that meet every word; their heads sit in the same areas."""
        for word in text:
            heads = HouseholdMember.objects.filter(
                words.named(word, "resident__"), ends_on=None, relation=rules.HEAD, resident__area_id__in=few
            )
            met = Q(code=word) | Q(address__contains=word) | Q(id__in=heads.values("household_id"))
            rows = rows.filter(met)
        return rows

    def _headed(self, rows: Rows, word: str) -> Rows:
        return self._with_head(rows).filter(words.row_by_row(words.named(word, "head_")))

    def _with_head(self, rows: Rows) -> Rows:
        return rows.alias(head_name=words.head("name"), head_name_initials=words.head("name_initials"))


def people_named(rows: Rows, word: str) -> list[Way]:
    """Return the ways in which a resident's name is met: its beginning, its later part, its initials."""
    begin = rows.filter(words.begins("name", word))
    met = [Way(begin, begin), Way(rows.filter(words.goes_on("name", word)))]
    if initials := words.initials_of(word):
        met.append(Way(rows.filter(words.begins("name_initials", initials))))
    return met


Search = ResidentSearch | HouseholdSearch | SiteSearch
KINDS: Final[dict[str, Search]] = {
    rules.RESIDENT: ResidentSearch(),
    rules.HOUSEHOLD: HouseholdSearch(),
    rules.ENTERPRISE: SiteSearch(Enterprise),
    rules.PLACE: SiteSearch(Place),
}
_BY_CHARACTERS: Final = ResidentSearch(address_characters_min=1)


def search_of(kind: str, text: Sequence[str]) -> Search:
    """Return how a kind is searched for words.

    One character says who, and not where people live: "号" stands in every address. Several that are all of one
    character ("8 号") are part of an address written with blanks.
    """
    if kind == rules.RESIDENT and len(text) > 1 and all(len(word) == 1 for word in text):
        return _BY_CHARACTERS
    return KINDS[kind]


def _among(ids: Sequence[UUID]) -> RawSQL:
    """Return many ids as one parameter, whose number the planner knows."""
    return RawSQL("SELECT unnest(%s::uuid[])", [list(ids)])
