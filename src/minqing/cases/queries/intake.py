"""What whoever writes a case down needs: where it may be placed, who called before, the receipt to hand out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from minqing.areas import public as areas
from minqing.cases import rules
from minqing.cases.models import Case, Contact
from minqing.cases.permissions import REGISTER_PETITION, REPORT_CASE, RUN_EXPRESS, TAKE_CALLS
from minqing.cases.queries.queue import CaseRow, rows
from minqing.kernel.access import Actor, Capability
from minqing.kernel.sealed import blind_index

PLACES_MAX: Final = 200  # what a select still shows without tiring; beyond that one searches
EARLIER_MAX: Final = 10

# A village settles what an officer writes down, so it must be in one; what is telephoned is signed for by a town.
_FIRST_LEVEL: Final[Mapping[str, str]] = {
    rules.OFFICER: areas.VILLAGE,
    rules.HOTLINE: areas.TOWN,
    rules.PETITION: areas.TOWN,
    rules.EXPRESS: areas.TOWN,
}
_CAPABILITY: Final[Mapping[str, Capability]] = {
    rules.OFFICER: REPORT_CASE,
    rules.HOTLINE: TAKE_CALLS,
    rules.PETITION: REGISTER_PETITION,
    rules.EXPRESS: RUN_EXPRESS,
}


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """An area in which a case may be placed."""

    id: UUID
    name: str
    within: str
    code: str

    @property
    def label(self) -> str:
        return f"{self.name}（{self.within}）" if self.within else self.name


@dataclass(frozen=True, slots=True)
class Places:
    """The areas found; ``more`` when a search would find others."""

    choices: list[PlaceChoice]
    more: bool


def places(actor: Actor, source: str, text: str = "", *, chosen: UUID | None = None) -> Places:
    """Return open areas in which the acting appointment may place a case from a source: by name or code, or the first.

    ``chosen`` is among them whatever the text, if it may be chosen at all.
    """
    acting = actor.acting
    if acting is None or not actor.may(_CAPABILITY[source]):
        return Places([], more=False)
    levels = areas.LEVELS[areas.LEVELS.index(_FIRST_LEVEL[source]) :]
    mine = areas.Area.objects.open().under(acting.area_path).filter(level__in=levels)
    left_out = False
    if text:
        found = mine.filter(Q(name__icontains=text) | Q(code__startswith=text))
    else:
        counts = areas.count_some_under(acting.area_path, levels, PLACES_MAX + 1)
        shown = _as_deep_as_fits(levels, counts)
        found, left_out = mine.filter(level__in=shown), len(counts) > len(shown)
    first = list(found.order_by("path").values_list("id", "name", "code")[: PLACES_MAX + 1])
    more = left_out or len(first) > PLACES_MAX
    first = first[:PLACES_MAX]
    if chosen is not None and chosen not in {one[0] for one in first}:
        first = [*mine.filter(id=chosen).values_list("id", "name", "code"), *first]
    names = areas.area_names(one[0] for one in first)
    choices = [PlaceChoice(id_, name, _within(names[id_], name), code) for id_, name, code in first]
    return Places(choices, more)


def _as_deep_as_fits(levels: tuple[str, ...], counts: Mapping[str, int]) -> list[str]:
    fit: list[str] = []
    total = 0
    for level in levels:
        total += counts.get(level, 0)
        if fit and total > PLACES_MAX:
            break
        if counts.get(level):
            fit.append(level)
    return fit


def _within(full_name: str, name: str) -> str:
    return full_name.removesuffix(name).rstrip("·")


def earlier_calls(phone: str, *, by: Actor, at: datetime) -> list[CaseRow]:
    """Return open cases reported from a number, latest first, as far as the actor sees them. For POST only."""
    by.require(TAKE_CALLS)
    if not phone:
        return []
    reported = Contact.objects.filter(phone_index=blind_index(phone, "phone")).values("case_id")
    found = Case.objects.visible_to(by).filter(id__in=reported, closed_at=None)
    return rows(found.order_by("-opened_at", "-id")[:EARLIER_MAX], at=at)


def receipt_code(case: Case, by: Actor) -> str | None:
    """Return the receipt code for whoever wrote the case down, to hand it to the reporter; None for everybody else.

    The code is the right to answer in the reporter's name: nobody who handles the case reads it, and what was said
    namelessly showed its code once, to whoever said it.
    """
    if case.is_anonymous:
        return None
    mine = case.opened_by_id is not None and case.opened_by_id == by.person_id
    return case.receipt_code if mine else None
