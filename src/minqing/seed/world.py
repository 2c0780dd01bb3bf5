"""Everything the demonstration county holds before a database is asked: one bundle, made from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from minqing.seed.firms import FirmSeed, PlaceSeed, found_firms, lay_out_places
from minqing.seed.officials import Staff, appoint_staff
from minqing.seed.people import HouseholdSeed, Population, ResidentSeed, settle
from minqing.seed.tags import TagSeed, hang_tags
from minqing.seed.tree import Tree, grow

LOCAL = ZoneInfo("Asia/Shanghai")
HALF_YEAR_DAYS = 183


@dataclass(frozen=True)
class World:
    """The county on a day. Ages, tags, appointments, visits and cases depend on the day; the tree does not."""

    seed: int
    now: datetime
    scale: float
    tree: Tree
    population: Population
    firms: list[FirmSeed]
    places: list[PlaceSeed]
    tags: list[TagSeed]
    staff: Staff

    @property
    def today(self) -> date:
        return self.now.astimezone(LOCAL).date()

    @cached_property
    def members(self) -> dict[int, list[ResidentSeed]]:
        return self.population.members()

    @cached_property
    def households_in(self) -> dict[str, list[HouseholdSeed]]:
        """Households by the code of their grid."""
        found: dict[str, list[HouseholdSeed]] = {}
        for household in self.population.households:
            found.setdefault(self.tree.by_code[household.area_code].parent_code, []).append(household)
        return found

    @cached_property
    def firms_in(self) -> dict[str, list[FirmSeed]]:
        """Firms by the code of their grid."""
        found: dict[str, list[FirmSeed]] = {}
        for firm in self.firms:
            found.setdefault(self.tree.by_code[firm.area_code].parent_code, []).append(firm)
        return found

    @cached_property
    def places_in(self) -> dict[str, list[PlaceSeed]]:
        """Places by the code of their grid."""
        found: dict[str, list[PlaceSeed]] = {}
        for place in self.places:
            found.setdefault(place.area_code, []).append(place)
        return found

    @cached_property
    def cared_for(self) -> dict[int, str]:
        """Households with somebody who lives alone or is very old, by the tag that says so."""
        homes: dict[int, str] = {}
        for tag in self.tags:
            if tag.subject_kind == "resident" and tag.kind in ("living_alone", "very_old"):
                homes.setdefault(self.population.residents[tag.number].household, tag.kind)
        return homes


def make_world(seed: int, now: datetime, *, scale: float = 1.0) -> World:
    """Make the county for a seed and a moment; `scale` makes fewer people, firms, visits and cases."""
    today = now.astimezone(LOCAL).date()
    tree = grow(seed)
    population = settle(tree, seed, today, scale=scale)
    firms = found_firms(tree, seed, today, scale=scale)
    places = lay_out_places(tree, seed)
    tags = hang_tags(population, firms, places, seed, today)
    staff = appoint_staff(tree, seed, today)
    return World(seed, now, scale, tree, population, firms, places, tags, staff)
