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
CARE_WITHIN_DAYS = {
    "living_alone": 7, "very_old": 14, "left_behind_elder": 14, "left_behind_child": 14, "serious_illness": 14,
    "extreme_poverty": 14, "disabled": 30, "minimum_living": 30, "low_income_edge": 30, "dangerous_house": 30,
    "geological_risk": 30,
}  # fmt: skip


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
    def cared_for(self) -> dict[int, int]:
        """Households with somebody to look after, and within how many days somebody should call again."""
        homes: dict[int, int] = {}
        for tag in self.tags:
            if tag.kind in CARE_WITHIN_DAYS and tag.subject_kind in ("resident", "household"):
                resident = tag.subject_kind == "resident"
                home = self.population.residents[tag.number].household if resident else tag.number
                homes[home] = min(CARE_WITHIN_DAYS[tag.kind], homes.get(home, HALF_YEAR_DAYS))
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
