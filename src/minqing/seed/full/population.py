"""Settle the whole county: every village, every age, in as many households as there are, by the demonstration's ways.

ID numbers: the demonstration's unused sequences (see `seed.identity`) give out four numbers a day and region, too few
for a county. When they are used up the region is one of 330684 to 330689, which have never been given to any county
(GB/T 2260): whatever follows, no person bears such a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Final

from minqing.seed.identity import (
    CITY_SINCE,
    PHONE_PREFIX,
    REGION,
    REGION_BEFORE_1995,
    SEQUENCES,
    Identities,
    id_check_digit,
)
from minqing.seed.people import FEMALE, Draft, Population, Settler
from minqing.seed.tree import URBAN_TOWNS, AreaSeed, Tree, is_community, share_out

REGIONS_OF_NOBODY: Final = ("330684", "330685", "330686", "330687", "330688", "330689")
PHONES: Final = 10**8
# Odd and not a multiple of five: steps through all numbers before one comes again.
PHONE_STEP: Final = 61_803_399
STAIRS, ROOMS_A_FLOOR, FLOORS = 3, 2, 6
TRIMMED_FROM: Final = 4
ELDER_AGE_MAX: Final = 97
MOTHER_YEARS: Final = (20, 29)


def settle_county(tree: Tree, seed: int, today: date, *, households: int, residents: int) -> Population:
    """Settle exactly so many residents in exactly so many households."""
    settler = CountySettler(tree, seed, today)
    return settler.settle_exactly(households, residents)


class CountyIdentities(Identities):
    """Hands out numbers for a whole county, each once."""

    def __init__(self, rng: Random) -> None:
        super().__init__(rng)
        self._counts: dict[tuple[str, date, str], int] = {}
        self._next_phone = rng.randrange(PHONES)

    def id_number(self, born_on: date, sex: str, region: str | None = None) -> tuple[str, date]:
        place = region or self._own(born_on)
        number = self._counted(place, born_on, sex)
        if number < len(SEQUENCES[sex]):
            sequence = SEQUENCES[sex][number]
        else:
            place = self.rng.choice(REGIONS_OF_NOBODY)
            sequence = self._counted(place, born_on, sex) * 2 + (2 if sex == FEMALE else 1)
        body = f"{place}{born_on:%Y%m%d}{sequence:03}"
        return body + id_check_digit(body), born_on

    def _own(self, born_on: date) -> str:
        if born_on.year >= CITY_SINCE:
            return REGION
        return self.rng.choice((REGION, REGION_BEFORE_1995))

    def _counted(self, place: str, born_on: date, sex: str) -> int:
        key = (place, born_on, sex)
        number = self._counts.get(key, 0)
        self._counts[key] = number + 1
        return number

    def phone(self) -> str:
        """Make a mobile number that reaches nobody; they come in a scrambled order and none comes twice."""
        self._next_phone = (self._next_phone + PHONE_STEP) % PHONES
        return f"{PHONE_PREFIX}{self._next_phone:08}"


class CountySettler(Settler):
    """Settles all towns: first who lives together, then, when the number is right, who they are."""

    industrial_towns = URBAN_TOWNS

    def __init__(self, tree: Tree, seed: int, today: date) -> None:
        super().__init__(tree, seed, today)
        self.identities = CountyIdentities(self.rng)
        self._moving_in: list[tuple[list[Draft], bool, dict[str, str] | None]] = []

    def settle_exactly(self, households: int, residents: int) -> Population:
        """Settle so many residents in so many households."""
        villages = self.tree.at_level("village")
        weights = [self._weight(village) for village in villages]
        at_least = 1 if households >= len(villages) else 0
        for village, count in zip(villages, share_out(households, weights, at_least), strict=True):
            families = self.words.families(village.name)
            for _ in range(count):
                self._household(village, families)
        self._make_it(residents)
        for number, (drafts, industrial, home) in enumerate(self._moving_in):
            for draft in drafts:
                self._resident(number, draft, industrial=industrial, home=home)
        self._moving_in.clear()
        return self.population

    def _weight(self, village: AreaSeed) -> float:
        town = 1.35 if village.parent_code in URBAN_TOWNS else 1.0
        own = 1.5 if is_community(village.name) else 1.0
        return float(town * own * len(self.tree.children(village.code)) ** 0.85)

    def _move_in(
        self, household: int, drafts: Sequence[Draft], *, industrial: bool, home: dict[str, str] | None
    ) -> None:
        self._moving_in.append((list(drafts), industrial, home))

    def _make_it(self, residents: int) -> None:
        """Make the number right: the youngest of large households goes, a mother joins where there is none."""
        over = sum(len(drafts) for drafts, _, _ in self._moving_in) - residents
        least = TRIMMED_FROM
        while over:
            able = [one[0] for one in self._moving_in if self._can_change(one, over > 0, least)]
            if not able:
                if least == 1:
                    raise ValueError(
                        f"{residents} residents do not fit into {len(self._moving_in)} households"
                    )
                least -= 1
                continue
            step = max(1, len(able) // abs(over))
            for drafts in able[::step][: abs(over)]:
                if over > 0:
                    drafts.pop()
                    over -= 1
                else:
                    drafts.append(self._mother_of(drafts[0]))
                    over += 1

    def _can_change(
        self, one: tuple[list[Draft], bool, dict[str, str] | None], trim: bool, least: int
    ) -> bool:
        drafts, _, newcomers = one
        if trim:
            return len(drafts) >= max(least, 2)
        fits = newcomers is None and drafts[0].age + MOTHER_YEARS[1] <= ELDER_AGE_MAX
        return fits and all(draft.relation != "母" for draft in drafts)

    def _mother_of(self, head: Draft) -> Draft:
        age = head.age + self.rng.randint(*MOTHER_YEARS)
        return Draft("母", FEMALE, age, self._other_surname(head.surname))

    def _free_address(self, village: AreaSeed, grid: AreaSeed, micro_grid: AreaSeed, *, rented: bool) -> str:
        """Number the doors as they are built: no address comes twice."""
        start = f"{self.tree.by_code[village.parent_code].name}{village.name}"
        if not is_community(village.name):
            local = "" if village.name.removesuffix("村") == grid.local else grid.local
            room = f"（{self.rng.randint(2, 4)}楼出租房）" if rented else ""
            return f"{start}{local}{self._count(grid.code)}号{room}"
        first, last = (int(part) for part in micro_grid.local.rstrip("幢号").split("—"))
        above, block = divmod(self._count(micro_grid.code) - 1, last - first + 1)
        block += first
        if micro_grid.local.endswith("号"):
            behind, floor = divmod(above, FLOORS)
            room = f"{behind + 1}室" if behind else ""
            return f"{start}{grid.local}{block}号{floor + 1}楼{room}"
        above, stair = divmod(above, STAIRS)
        floor, door = divmod(above, ROOMS_A_FLOOR)
        return f"{start}{grid.local}{block}幢{stair + 1}单元{(floor + 1) * 100 + door + 1}室"
