"""The full county before a database is asked: people, firms, places, tags, officials, and the ids of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import accumulate
from random import Random
from typing import Final

from minqing.areas.public import path_under
from minqing.seed.chronicle import Chronicle
from minqing.seed.firms import Firms, FirmSeed, PlaceSeed, lay_out_places
from minqing.seed.full.entries import Ids
from minqing.seed.full.moments import DAY, HOUR, number_of, seconds_of, start_of
from minqing.seed.full.population import settle_county
from minqing.seed.full.sizes import SPAN_DAYS, Sizes
from minqing.seed.full.staff import Offices, staff_county
from minqing.seed.officials import Staff
from minqing.seed.people import Population, ResidentSeed
from minqing.seed.register import Register
from minqing.seed.tags import TagSeed, hang_tags
from minqing.seed.tree import URBAN_TOWNS, AreaSeed, Tree, grow, share_out
from minqing.seed.world import LOCAL, World

# The register was written down in the two months before the years that are told; who came later, when they came.
REGISTERED_DAYS_BEFORE: Final = (4, 60)
OPENED_DAYS_BEFORE: Final = 90
FIRM_NAME_WITH_TOWN_SHARE: Final = 0.6


@dataclass(frozen=True)
class County:
    """Everything that is the same for every chunk of rows. Ids are 16 bytes, moments seconds since 2000."""

    seed: int
    now: datetime
    sizes: Sizes
    tree: Tree
    staff: Staff
    population: Population
    firms: list[FirmSeed]
    places: list[PlaceSeed]
    tags: list[TagSeed]
    register: Register
    offices: Offices
    household_ids: list[bytes]
    resident_ids: list[bytes]
    firm_ids: list[bytes]
    place_ids: list[bytes]
    registered_at: list[int]  # of households
    firm_registered_at: list[int]
    place_registered_at: list[int]
    first_resident: list[int]  # of households, and one more: where the last one ends

    @cached_property
    def at(self) -> int:
        return seconds_of(self.now)

    @property
    def today(self) -> date:
        return self.now.astimezone(LOCAL).date()

    @cached_property
    def told_since(self) -> int:
        """The first day that is told, as a number."""
        return number_of(self.today) - SPAN_DAYS

    @cached_property
    def area_ids(self) -> dict[str, bytes]:
        return {code: key.bytes for code, key in self.register.area_ids.items()}

    @cached_property
    def paths(self) -> dict[str, str]:
        """The path of every area by its code."""
        paths: dict[str, str] = {"": ""}
        for area in self.tree.areas:
            paths[area.code] = path_under(paths[area.parent_code], area.code)
        return paths

    def rng(self, what: str) -> Random:
        """Return the generator of one purpose."""
        return Random(f"{self.seed}:full:{what}")  # noqa: S311  a believable county, not a secret

    def members(self, household: int) -> list[ResidentSeed]:
        """List who lives in a household, the head first."""
        return self.population.residents[self.first_resident[household] : self.first_resident[household + 1]]

    def file_since(self, kind: str, number: int) -> int:
        """Return when a household's, an enterprise's or a place's file was begun."""
        if kind == "household":
            return self.registered_at[number]
        return (self.firm_registered_at if kind == "enterprise" else self.place_registered_at)[number]

    def joined_at(self, resident: ResidentSeed) -> int:
        """Return when a resident was registered: with the household, or some weeks after birth."""
        household = self.registered_at[resident.household]
        born = start_of(number_of(resident.born_on))
        written = born + (14 + resident.number % 30) * DAY + 9 * HOUR + resident.number % 7 * HOUR
        return household if born < household else min(written, self.at - HOUR)


class LongRegister(Register):
    """The areas and officials of a county that has been at it for seven years."""

    @property
    def opened_at(self) -> datetime:
        return self.day(SPAN_DAYS + OPENED_DAYS_BEFORE)


class CountyFirms(Firms):
    """Founds enterprises in all towns; the larger ones have the town in their name."""

    industrial_towns = URBAN_TOWNS

    def found(self, total: int) -> list[FirmSeed]:
        """Found so many."""
        towns = self.tree.at_level("town")
        weights = [
            len(self.tree.at_level("grid", town.code)) * (2.2 if town.code in URBAN_TOWNS else 1.0)
            for town in towns
        ]
        counts = share_out(total, weights, 1 if total >= len(towns) else 0)
        owners = [town.code for town, count in zip(towns, counts, strict=True) for _ in range(count)]
        return [self._firm(number, town) for number, town in enumerate(owners)]

    def _name(self, trade: dict[str, list[str]], town: str) -> str:
        short = self.tree.by_code[town].name.removesuffix("镇").removesuffix("街道").removesuffix("乡")
        while True:
            first, last = self.rng.choice(self.tables["first"]), self.rng.choice(self.tables["last"])
            of_town = short if self.rng.random() < FIRM_NAME_WITH_TOWN_SHARE else ""
            name = f"嵊州市{of_town}{first}{last}{self.rng.choice(trade['names'])}"
            if first != last and name not in self.names:
                self.names.add(name)
                return name

    def _address(self, town: str, village: AreaSeed, grid: AreaSeed) -> str:
        name = self.tree.by_code[town].name
        if town in self.industrial_towns:
            return f"{name}{self.words.road()}{self.rng.randint(1, 899)}号"
        return super()._address(town, village, grid)


def make_county(seed: int, now: datetime, sizes: Sizes) -> County:
    """Make the county for a seed, a moment and sizes."""
    today = now.astimezone(LOCAL).date()
    tree = grow(seed)
    staff = staff_county(tree, seed, today, sizes.officials)
    population = settle_county(tree, seed, today, households=sizes.households, residents=sizes.residents)
    firms = CountyFirms(tree, seed, today).found(sizes.enterprises)
    towns = [town.code for town in tree.at_level("town")]
    places = lay_out_places(tree, seed, towns, URBAN_TOWNS)[: sizes.places]
    tags = hang_tags(population, firms, places, seed, today)
    empty = World(seed, now, 0.0, tree, Population(), [], [], [], staff)
    register = LongRegister(empty, Chronicle(seed), unusable="", usable="")
    told_since = number_of(today) - SPAN_DAYS
    rng = Random(f"{seed}:full:ids")  # noqa: S311
    ids, start = Ids(rng), start_of(told_since - REGISTERED_DAYS_BEFORE[1])
    return County(
        seed=seed,
        now=now,
        sizes=sizes,
        tree=tree,
        staff=staff,
        population=population,
        firms=firms,
        places=places,
        tags=tags,
        register=register,
        offices=Offices(staff, register.hands, told_since),
        household_ids=[ids.at(start) for _ in population.households],
        resident_ids=[ids.at(start) for _ in population.residents],
        firm_ids=[ids.at(start) for _ in firms],
        place_ids=[ids.at(start) for _ in places],
        registered_at=_registered([home.since for home in population.households], told_since, rng),
        firm_registered_at=_registered([firm.founded_on for firm in firms], told_since, rng),
        place_registered_at=_registered([date.min for _ in places], told_since, rng),
        first_resident=_first_residents(population),
    )


def _registered(since: Sequence[date], told_since: int, rng: Random) -> list[int]:
    """Draw when every file was begun: in office hours, not before there was anything to write down."""
    first, last = told_since - REGISTERED_DAYS_BEFORE[1], told_since - REGISTERED_DAYS_BEFORE[0]
    return [
        start_of(max(rng.randint(first, last), number_of(day))) + rng.randint(31_000, 62_000) for day in since
    ]


def _first_residents(population: Population) -> list[int]:
    counts = [0] * len(population.households)
    for resident in population.residents:
        counts[resident.household] += 1
    return [0, *accumulate(counts)]
