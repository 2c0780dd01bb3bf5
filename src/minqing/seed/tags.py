"""Put tags on people, homes and firms: who needs which care, why, from when, until when.

The kinds are the registry's own vocabulary; sensitive ones always end, because somebody has to look again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from minqing.seed.firms import FirmSeed, PlaceSeed
from minqing.seed.people import FEMALE, INDUSTRIAL_TOWN, MALE, HouseholdSeed, Population, ResidentSeed
from minqing.seed.words import fill, table

OLD, VERY_OLD, PENSIONER = 65, 80, 60
PARTY_AGE, SOLDIER_AGE = 25, 22
KEY_ENTERPRISE_EMPLOYEES = 150
START_UP_DAYS = 540


@dataclass(frozen=True, slots=True)
class TagSeed:
    """A tag on a subject; `number` is its position in the population, the firms or the places."""

    subject_kind: str
    number: int
    area_code: str
    kind: str
    reason: str
    starts_on: date
    ends_on: date | None


def hang_tags(
    population: Population, firms: Sequence[FirmSeed], places: Sequence[PlaceSeed], seed: int, today: date
) -> list[TagSeed]:
    """Tag everybody and everything that calls for it."""
    return list(_Tagger(population, seed, today).everything(firms, places))


class _Tagger:
    def __init__(self, population: Population, seed: int, today: date) -> None:
        self.population, self.today = population, today
        self.rng = Random(f"{seed}:tags")  # noqa: S311  a believable county, not a secret
        self.reasons = table("phrases")["tags"]

    def everything(self, firms: Sequence[FirmSeed], places: Sequence[PlaceSeed]) -> Iterator[TagSeed]:
        members = self.population.members()
        for household in self.population.households:
            for resident in members[household.number]:
                kinds = dict.fromkeys(self._kinds(resident, household, members[household.number]))
                for kind in kinds:
                    yield self._tag("resident", resident.number, household.area_code, kind)
            hill = not household.area_code.startswith(INDUSTRIAL_TOWN)
            if hill and self._chance(0.022):
                yield self._tag("household", household.number, household.area_code, "dangerous_house")
            if hill and self._chance(0.015):
                yield self._tag("household", household.number, household.area_code, "geological_risk")
        for firm in firms:
            if firm.employees >= KEY_ENTERPRISE_EMPLOYEES:
                yield self._tag("enterprise", firm.number, firm.area_code, "key_enterprise")
            if (self.today - firm.founded_on).days < START_UP_DAYS:
                yield self._tag("enterprise", firm.number, firm.area_code, "start_up")
            if self._chance(0.06):
                yield self._tag("enterprise", firm.number, firm.area_code, "fire_risk")
        for place in places:
            if place.kind in ("market", "school") or (place.kind == "canteen" and self._chance(0.3)):
                yield self._tag("place", place.number, place.area_code, "fire_risk")

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _kinds(
        self, resident: ResidentSeed, household: HouseholdSeed, members: Sequence[ResidentSeed]
    ) -> Iterator[str]:
        age = resident.age(self.today)
        alone = len(members) == 1
        if resident.newcomer_from and resident.relation == "户主":
            yield "newcomer"
        if alone and age >= OLD:
            yield "living_alone"
        if age >= VERY_OLD:
            yield "very_old"
        if len(members) == 2 and age >= OLD and household.kind == "elder_couple" and self._chance(0.2):
            yield "left_behind_elder"
        if household.kind == "grandparents_and_child" and age < 16:
            yield "left_behind_child"
        yield from self._need(resident, age, alone=alone)
        if age >= PARTY_AGE and not resident.newcomer_from and self._chance(0.075):
            yield "party_member"
        if resident.sex == MALE and SOLDIER_AGE <= age <= 88 and self._chance(0.05):
            yield "veteran"
        if (
            18 <= age <= 68
            and not resident.away_at
            and self._chance(0.02 if resident.sex == FEMALE else 0.012)
        ):
            yield "volunteer"
        if 45 <= age <= 75 and self._chance(0.003):
            yield "village_sage"

    def _need(self, resident: ResidentSeed, age: int, *, alone: bool) -> Iterator[str]:
        poor = 0.09 if alone and age >= OLD else 0.13 if alone and age >= 45 else 0.008
        if not resident.newcomer_from and self._chance(poor):
            yield "minimum_living"
        elif not resident.newcomer_from and self._chance(0.006):
            yield "low_income_edge"
        if alone and age >= 70 and resident.sex == MALE and self._chance(0.05):
            yield "extreme_poverty"
        if self._chance(0.016 if age < PENSIONER else 0.034):
            yield "disabled"
        if self._chance(0.003 if age < PENSIONER else 0.011):
            yield "serious_illness"

    def _tag(self, subject_kind: str, number: int, area_code: str, kind: str) -> TagSeed:
        rule = self.reasons[kind]
        starts_on = self.today - timedelta(days=self.rng.randint(20, 330))
        months = rule["months"]
        ends_on = None if not months else self._quarter_end(months)
        return TagSeed(
            subject_kind,
            number,
            area_code,
            kind,
            fill(self.rng.choice(rule["why"]), self.rng, {}),
            starts_on,
            ends_on,
        )

    def _quarter_end(self, months: int) -> date:
        """The last day of a month, some to `months` months ahead."""
        ahead = self.today.month + self.rng.randint(max(1, months // 3), months)
        year, month = self.today.year + ahead // 12, ahead % 12 + 1
        return date(year, month, 1) - timedelta(days=1)
