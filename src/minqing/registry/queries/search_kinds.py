"""Where one looks, with what one may see there; and the test of one row, for lists that are read from end to end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Q

from minqing.areas.public import Area, ids_under, is_under
from minqing.kernel.access import Actor, Capability
from minqing.kernel.scope import ScopedQuerySet
from minqing.registry import rules
from minqing.registry.models import Enterprise, Household, Place, Resident, Tag, TagKind
from minqing.registry.models.tags import SENSITIVE_SEEN_WITH
from minqing.registry.permissions import SEE_REGISTRY
from minqing.registry.queries import search_sql
from minqing.registry.queries import search_words as words

Rows = ScopedQuerySet[Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where somebody looks: the areas they see, within one that they chose."""

    actor: Actor
    area: Area | None = None
    closed: bool = False

    @property
    def place(self) -> search_sql.Place:
        """Return the paths under which rows are looked for, for statements of our own."""
        return search_sql.Place(self._paths(SEE_REGISTRY), closed=self.closed)

    def carried(self, kind: str, tag: str, today: date) -> search_sql.Carried:
        """Return a tag by its key as statements of our own look for it: a sensitive one only where it may be seen."""
        # By its id: behind a join the planner would take it for a tag as common as any other.
        kind_id, category = TagKind.objects.filter(key=tag).values_list("id", "category").first() or (
            None,
            "",
        )
        place = self.place
        if category:
            paths = within(place.paths, self._paths(SENSITIVE_SEEN_WITH[category]))
            place = search_sql.Place(paths, name="tag_here")
        return search_sql.Carried(kind_id, kind, today, place)

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

    def _paths(self, to: Capability) -> tuple[str, ...]:
        held = {one.area_path for one in self.actor.appointments if one.role in to.held_by}
        return within(held, held if self.area is None else [self.area.path])

    def _is_whole_county(self) -> bool:
        held = self.actor.appointments
        return any("." not in one.area_path and one.role in SEE_REGISTRY.held_by for one in held)


def within(paths: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Return the paths that lie under one of each, none of them under another."""
    others = list(others)
    both = {one for one in paths for other in others if is_under(one, other)}
    both |= {other for other in others for one in paths if is_under(other, one)}
    return tuple(sorted(one for one in both if not any(above in both for above in _above(one))))


def _above(path: str) -> Iterator[str]:
    """Yield the paths above one, the nearest first."""
    while "." in path:
        path = path.rpartition(".")[0]
        yield path


class SiteSearch:
    """Enterprises and places: name, initials and address stand in one table."""

    column = "name"

    def __init__(self, model: Any) -> None:
        self.model = model

    def tested(self, rows: Rows, text: Sequence[str]) -> Rows:
        """Return the rows that meet every word, tested one by one."""
        for word in text:
            rows = rows.filter(words.row_by_row(words.named(word) | Q(address__contains=word)))
        return rows


class ResidentSearch:
    """Residents: by name, initials, and the address of the household they live in."""

    model, column = Resident, "name"

    def __init__(self, *, address_characters_min: int = 2) -> None:
        self.address_characters_min = address_characters_min

    def tested(self, rows: Rows, text: Sequence[str]) -> Rows:
        """Return the rows that meet every word, tested one by one."""
        for word in text:
            if len(word) >= self.address_characters_min:
                rows = rows.alias(home=words.home_address())
                rows = rows.filter(words.row_by_row(words.named(word) | Q(home__contains=word)))
            else:
                rows = rows.filter(words.named(word))
        return rows


class HouseholdSearch:
    """Households: by address, by their number in the police's register, by the name of the head."""

    model, column = Household, "address"

    def tested(self, rows: Rows, text: Sequence[str]) -> Rows:
        """Return the rows that meet every word, tested one by one."""
        rows = rows.alias(head_name=words.head("name"), head_name_initials=words.head("name_initials"))
        for word in text:
            rows = rows.filter(
                words.row_by_row(Q(code=word) | Q(address__contains=word) | words.named(word, "head_"))
            )
        return rows


Search = ResidentSearch | HouseholdSearch | SiteSearch
KINDS: Final[dict[str, Search]] = {
    rules.RESIDENT: ResidentSearch(),
    rules.HOUSEHOLD: HouseholdSearch(),
    rules.ENTERPRISE: SiteSearch(Enterprise),
    rules.PLACE: SiteSearch(Place),
}
_BY_CHARACTERS: Final = ResidentSearch(address_characters_min=1)


def search_of(kind: str, text: Sequence[str]) -> Search:
    """Return how a kind is searched for words, row by row."""
    return _BY_CHARACTERS if kind == rules.RESIDENT and is_written_with_blanks(text) else KINDS[kind]


def is_written_with_blanks(text: Sequence[str]) -> bool:
    """Whether words are an address written with blanks ("8 号"): several, all of one character.

    One character alone says who, and not where people live: "号" stands in every address.
    """
    return len(text) > 1 and all(len(word) == 1 for word in text)
