"""Fill three towns with residents in households: names, ages, kin, homes and work, as a rural county has them.

The age pyramid is narrow at the young end and wide past sixty in the two hill towns; 浦口街道, with its industrial
zone, also has young families and rented rooms full of workers from other provinces.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from minqing.seed.identity import Identities
from minqing.seed.tree import SEEDED_TOWNS, AreaSeed, Tree, is_community, share_out
from minqing.seed.words import Words, table

HOUSEHOLDS_TOTAL = 4_300
INDUSTRIAL_TOWN = "330683005"
TOWN_SHARES = {"330683106": 1.9, "330683105": 1.8, "330683005": 1.2}
NEWCOMER_SHARE = 0.2
ADULT = 18
SCHOOL_AGE = 6
RETIRED = 60
PHONE_AGES = range(14, 86)
MALE, FEMALE = "male", "female"


@dataclass(frozen=True, slots=True)
class ResidentSeed:
    """One resident; `household` and `number` are positions in the lists of the population."""

    number: int
    household: int
    relation: str
    name: str
    sex: str
    born_on: date
    id_number: str
    phone: str
    ethnicity: str
    occupation: str
    away_at: str
    newcomer_from: str

    def age(self, on: date) -> int:
        return on.year - self.born_on.year - ((on.month, on.day) < (self.born_on.month, self.born_on.day))


@dataclass(frozen=True, slots=True)
class HouseholdSeed:
    """One household in a micro-grid; `since` is the day its members are registered from."""

    number: int
    code: str
    area_code: str
    address: str
    kind: str
    rented: bool
    since: date


@dataclass
class Population:
    households: list[HouseholdSeed] = field(default_factory=list)
    residents: list[ResidentSeed] = field(default_factory=list)

    def members(self) -> dict[int, list[ResidentSeed]]:
        """Group residents by household, the head first."""
        groups: dict[int, list[ResidentSeed]] = {home.number: [] for home in self.households}
        for resident in self.residents:
            groups[resident.household].append(resident)
        return groups


@dataclass(frozen=True, slots=True)
class Draft:
    relation: str
    sex: str
    age: int
    surname: str
    away: bool = False


# What a household is made of, and how many of a hundred are so: (hill village, street or plain).
KINDS: dict[str, tuple[int, int]] = {
    "elder_alone": (17, 7),
    "elder_couple": (25, 13),
    "three_generations": (15, 21),
    "grandparents_and_child": (5, 2),
    "couple_and_grown_child": (17, 20),
    "couple": (6, 7),
    "parents_and_children": (9, 26),
    "alone": (6, 4),
}
NEWCOMER_KINDS = {"newcomer_couple": 34, "newcomer_family": 30, "newcomer_alone": 20, "newcomer_friends": 16}


def settle(tree: Tree, seed: int, today: date, *, scale: float = 1.0) -> Population:
    """Settle the three towns: about 12,000 residents in 4,300 households at scale 1."""
    return Settler(tree, seed, today).settle(max(12, round(HOUSEHOLDS_TOTAL * scale)))


class Settler:
    """Settles households; the full county sets other towns and other addresses."""

    industrial_towns: Collection[str] = frozenset({INDUSTRIAL_TOWN})

    def __init__(self, tree: Tree, seed: int, today: date) -> None:
        self.tree, self.today = tree, today
        self.rng = Random(f"{seed}:people")  # noqa: S311  a believable county, not a secret
        self.words = Words(self.rng)
        self.identities = Identities(self.rng)
        self.work = table("work")
        self.population = Population()
        self.doors: dict[str, int] = {}
        self.addresses: set[str] = set()

    def settle(self, total: int) -> Population:
        villages = [v for town in SEEDED_TOWNS for v in self.tree.children(town)]
        weights = [TOWN_SHARES[v.parent_code] * len(self.tree.children(v.code)) ** 0.8 for v in villages]
        at_least = 1 if total >= len(villages) else 0
        for village, count in zip(villages, share_out(total, weights, at_least), strict=True):
            families = self.words.families(village.name)
            for _ in range(count):
                self._household(village, families)
        return self.population

    def _household(self, village: AreaSeed, families: list[str]) -> None:
        industrial = village.parent_code in self.industrial_towns
        if industrial and self.rng.random() < NEWCOMER_SHARE:
            kind = self.rng.choices(list(NEWCOMER_KINDS), list(NEWCOMER_KINDS.values()))[0]
        else:
            kind = self.rng.choices(list(KINDS), [share[industrial] for share in KINDS.values()])[0]
        rented = kind.startswith("newcomer")
        grid = self.rng.choice(self.tree.children(village.code))
        micro_grid = self.rng.choice(self.tree.children(grid.code))
        number = len(self.population.households)
        since = self.today - timedelta(
            days=self.rng.randint(40, 900) if rented else self.rng.randint(1200, 7000)
        )
        self.population.households.append(
            HouseholdSeed(
                number=number,
                code=f"{village.code[6:]}{self._count(village.code):04}",
                area_code=micro_grid.code,
                address=self._free_address(village, grid, micro_grid, rented=rented),
                kind=kind,
                rented=rented,
                since=since,
            )
        )
        drafts: Callable[[str], list[Draft]] = getattr(self, f"_{kind}")
        surname = self.words.surname(families if not is_community(village.name) else (), newcomer=rented)
        home = self.rng.choices(self.work["provinces"], [p["weight"] for p in self.work["provinces"]])[0]
        self._move_in(number, drafts(surname), industrial=industrial, home=home if rented else None)

    def _move_in(
        self, household: int, drafts: Sequence[Draft], *, industrial: bool, home: dict[str, str] | None
    ) -> None:
        for draft in drafts:
            self._resident(household, draft, industrial=industrial, home=home)

    def _count(self, key: str) -> int:
        self.doors[key] = self.doors.get(key, 0) + 1
        return self.doors[key]

    def _free_address(self, village: AreaSeed, grid: AreaSeed, micro_grid: AreaSeed, *, rented: bool) -> str:
        address = self._address(village, grid, micro_grid, rented=rented)
        while address in self.addresses:
            address = self._address(village, grid, micro_grid, rented=rented)
        self.addresses.add(address)
        return address

    def _address(self, village: AreaSeed, grid: AreaSeed, micro_grid: AreaSeed, *, rented: bool) -> str:
        town = self.tree.by_code[village.parent_code]
        if not is_community(village.name):
            door = self._count(grid.code) * self.rng.choice((1, 1, 2)) + self.rng.randint(0, 2)
            local = "" if village.name.removesuffix("村") == grid.local else grid.local
            room = f"（{self.rng.randint(2, 4)}楼出租房）" if rented else ""
            return f"{town.name}{village.name}{local}{door}号{room}"
        first, last = (int(part) for part in micro_grid.local.rstrip("幢号").split("—"))
        block = self.rng.randint(first, last)
        if micro_grid.local.endswith("号"):
            return f"{town.name}{village.name}{grid.local}{block}号{self.rng.randint(1, 5)}楼"
        stair, number = self.rng.randint(1, 3), self.rng.randint(1, 6) * 100 + self.rng.randint(1, 2)
        return f"{town.name}{village.name}{grid.local}{block}幢{stair}单元{number}室"

    def _resident(
        self, household: int, draft: Draft, *, industrial: bool, home: dict[str, str] | None
    ) -> None:
        born_on = self.today - timedelta(days=round(draft.age * 365.2425) + self.rng.randint(1, 364))
        region = self.rng.choice(home["regions"]) if home else None
        id_number, born_on = self.identities.id_number(born_on, draft.sex, region)
        occupation, away_at = self._occupation(draft, industrial=industrial, newcomer=home is not None)
        ethnicity = "汉族"
        if home and self.rng.random() < float(home["minority"]):
            ethnicity = self.rng.choice(home["minorities"])
        has_phone = draft.age in PHONE_AGES and self.rng.random() < (
            0.97 if draft.age < RETIRED + 10 else 0.72
        )
        self.population.residents.append(
            ResidentSeed(
                number=len(self.population.residents),
                household=household,
                relation=draft.relation,
                name=draft.surname + self.words.given_name(born_on.year, draft.sex),
                sex=draft.sex,
                born_on=born_on,
                id_number=id_number,
                phone=self.identities.phone() if has_phone else "",
                ethnicity=ethnicity,
                occupation=occupation,
                away_at=away_at,
                newcomer_from=home["name"] if home else "",
            )
        )

    def _occupation(self, draft: Draft, *, industrial: bool, newcomer: bool) -> tuple[str, str]:
        if draft.age < ADULT:
            return ("学生" if draft.age >= SCHOOL_AGE else ""), ""
        if draft.age < 23 and self.rng.random() < 0.6 and not newcomer:
            return "学生", ""
        if draft.away:
            return "外出务工", self.rng.choice(self.work["away"])
        if draft.age > 74:
            return self.rng.choice(("居家养老", "居家养老", "种点自家菜地")), ""
        pool = (
            "newcomer" if newcomer else "elder" if draft.age >= RETIRED else "plain" if industrial else "hill"
        )
        return str(self.rng.choice(self.work["occupations"][pool])), ""

    # The kinds of household: each returns its members, the head first.

    def _spouses(self, age: int, surname: str, *, away: float = 0.0) -> list[Draft]:
        wife = max(20, age - self.rng.choice((0, 1, 1, 2, 2, 3, 4, 5)) + self.rng.choice((0, 0, 0, 1)))
        gone = self.rng.random() < away
        return [
            Draft("户主", MALE, age, surname, gone),
            Draft("配偶", FEMALE, wife, self._other_surname(surname), gone and self.rng.random() < 0.6),
        ]

    def _other_surname(self, surname: str) -> str:
        while (other := self.words.surname()) == surname:
            pass
        return other

    def _children(
        self, mother: int, surname: str, count: int, oldest: int, *, away: float = 0.0
    ) -> list[Draft]:
        ages = {mother - self.rng.randint(21, 31) for _ in range(count)}
        drafts = []
        for age in sorted(ages, reverse=True):
            if 0 <= age <= oldest:
                sex = self.rng.choice((MALE, FEMALE))
                gone = age >= ADULT and self.rng.random() < away
                drafts.append(Draft("子" if sex == MALE else "女", sex, age, surname, gone))
        return drafts

    def _elder_alone(self, surname: str) -> list[Draft]:
        sex = FEMALE if self.rng.random() < 0.64 else MALE
        age = min(97, round(self.rng.triangular(66, 95, 78)))
        return [Draft("户主", sex, age, surname)]

    def _elder_couple(self, surname: str) -> list[Draft]:
        return self._spouses(round(self.rng.triangular(61, 89, 71)), surname)

    def _three_generations(self, surname: str) -> list[Draft]:
        father = self.rng.randint(33, 52)
        couple = self._spouses(father, surname, away=0.18)
        children = self._children(couple[1].age, surname, self.rng.choice((1, 1, 2, 2)), 24)
        elder = father + self.rng.randint(22, 30)
        kin = [Draft("父", MALE, elder, surname)] if self.rng.random() < 0.8 else []
        if not kin or self.rng.random() < 0.8:
            kin.append(
                Draft(
                    "母",
                    FEMALE,
                    max(father + 19, elder - self.rng.randint(0, 4)),
                    self._other_surname(surname),
                )
            )
        if kin[0].sex == MALE and self.rng.random() < 0.3:
            return self._headed_by_elder(couple, children, kin)
        return couple + children + kin

    def _headed_by_elder(self, couple: list[Draft], children: list[Draft], kin: list[Draft]) -> list[Draft]:
        head = replace(kin[0], relation="户主")
        wife = [replace(kin[1], relation="配偶")] if len(kin) > 1 else []
        son, daughter_in_law = replace(couple[0], relation="子"), replace(couple[1], relation="儿媳")
        grandchildren = [replace(c, relation="孙子" if c.sex == MALE else "孙女") for c in children]
        return [head, *wife, son, daughter_in_law, *grandchildren]

    def _grandparents_and_child(self, surname: str) -> list[Draft]:
        couple = self._spouses(self.rng.randint(58, 74), surname)
        sex = self.rng.choice((MALE, FEMALE))
        child = Draft("孙子" if sex == MALE else "孙女", sex, self.rng.randint(2, 15), surname)
        return [*couple, child]

    def _couple_and_grown_child(self, surname: str) -> list[Draft]:
        couple = self._spouses(self.rng.randint(46, 66), surname)
        return couple + self._children(couple[1].age, surname, self.rng.choice((1, 1, 1, 2)), 42, away=0.5)

    def _couple(self, surname: str) -> list[Draft]:
        return self._spouses(self.rng.randint(26, 62), surname, away=0.12)

    def _parents_and_children(self, surname: str) -> list[Draft]:
        couple = self._spouses(self.rng.randint(28, 48), surname, away=0.1)
        return couple + self._children(couple[1].age, surname, self.rng.choice((1, 2, 2)), 22)

    def _alone(self, surname: str) -> list[Draft]:
        sex = MALE if self.rng.random() < 0.72 else FEMALE
        return [Draft("户主", sex, self.rng.randint(30, 66), surname, self.rng.random() < 0.15)]

    def _newcomer_couple(self, surname: str) -> list[Draft]:
        return self._spouses(self.rng.randint(23, 52), surname)

    def _newcomer_family(self, surname: str) -> list[Draft]:
        couple = self._spouses(self.rng.randint(26, 44), surname)
        return couple + self._children(couple[1].age, surname, self.rng.choice((1, 2, 2)), 17)

    def _newcomer_alone(self, surname: str) -> list[Draft]:
        sex = MALE if self.rng.random() < 0.6 else FEMALE
        return [Draft("户主", sex, self.rng.randint(19, 55), surname)]

    def _newcomer_friends(self, surname: str) -> list[Draft]:
        sex = self.rng.choice((MALE, FEMALE))
        head = Draft("户主", sex, self.rng.randint(19, 45), surname)
        others = [
            Draft("合租", sex, self.rng.randint(19, 48), self.words.surname(newcomer=True))
            for _ in range(self.rng.randint(1, 3))
        ]
        return [head, *others]
