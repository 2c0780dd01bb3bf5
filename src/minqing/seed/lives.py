"""Live half a year: who called at which door, what was heard, found, and solved on the spot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from random import Random

from minqing.seed.firms import FirmSeed, PlaceSeed
from minqing.seed.officials import AppointmentSeed
from minqing.seed.people import HouseholdSeed
from minqing.seed.stories import Storyteller, Told
from minqing.seed.tree import SEEDED_TOWNS
from minqing.seed.world import HALF_YEAR_DAYS, LOCAL, World

VISITS_TOTAL = 6_000
FINDING_SHARE = 0.31
MISSED_SHARE = 0.04
WITH_PLACE_SHARE = 0.6
RECENT_CARE_SHARE = 0.78
OLD = 66
SENTENCE = re.compile(r"[^。！？]*[。！？]?")


@dataclass(frozen=True, slots=True)
class FindingSeed:
    """A sentence picked out of a visit; `told` is the matter it belongs to, from which a case may come."""

    text: str
    solution: str
    told: Told


@dataclass(frozen=True, slots=True)
class VisitSeed:
    number: int
    appointment: AppointmentSeed
    subject_kind: str
    subject: int
    area_code: str
    visited_at: datetime
    recorded_at: datetime
    point: tuple[float, float, float] | None
    kind: str
    met: str
    heard: str
    done: str
    findings: tuple[FindingSeed, ...]


def walk_the_grids(world: World) -> list[VisitSeed]:
    """Call at doors for half a year: about 6,000 visits at scale 1, oldest first."""
    return _Walker(world).walk()


class _Walker:
    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = Random(f"{world.seed}:visits")  # noqa: S311  a believable county, not a secret
        self.teller = Storyteller(world.tree, self.rng)

    def walk(self) -> list[VisitSeed]:
        total = max(30, round(VISITS_TOTAL * self.world.scale))
        calls = [*self._care_calls(total)]
        calls += [self._call() for _ in range(total - len(calls))]
        calls.sort(key=lambda call: (call[0], call[1].key))
        return [self._visit(number, *call) for number, call in enumerate(calls)]

    def _care_calls(self, total: int) -> Iterator[tuple[datetime, AppointmentSeed, str, int]]:
        """Whoever needs care was mostly called on as often as the tag asks, or nearly so; some were not."""
        homes = [home for home in self.world.cared_for if self.rng.random() < RECENT_CARE_SHARE]
        for home in homes[: total // 4]:
            days = round(self.world.cared_for[home] * self.rng.choice((1, 1, 1.3)))
            grid = self.world.tree.by_code[self.world.population.households[home].area_code].parent_code
            yield self._moment(days), self._worker(grid), "household", home

    def _call(self) -> tuple[datetime, AppointmentSeed, str, int]:
        grid = self.rng.choices(list(self._grids), list(self._grids.values()))[0]
        kinds = {
            "household": 8 if self.world.households_in.get(grid) else 0,
            "enterprise": 2 if self.world.firms_in.get(grid) else 0,
            "place": 1 if self.world.places_in.get(grid) else 0,
        }
        kind = self.rng.choices(list(kinds), list(kinds.values()))[0]
        if kind == "household":
            homes = self.world.households_in[grid]
            weights = [5 if home.number in self.world.cared_for else 1 for home in homes]
            number = self.rng.choices(homes, weights)[0].number
        else:
            firms, places = self.world.firms_in.get(grid, []), self.world.places_in.get(grid, [])
            number = self.rng.choice(
                [one.number for one in firms] if kind == "enterprise" else [one.number for one in places]
            )
        return self._moment(HALF_YEAR_DAYS), self._worker(grid), kind, number

    @cached_property
    def _grids(self) -> dict[str, int]:
        """How much there is to call on in every grid."""
        world = self.world
        return {
            grid.code: len(world.households_in.get(grid.code, ()))
            + 2 * len(world.firms_in.get(grid.code, ()))
            + len(world.places_in.get(grid.code, ()))
            for town in SEEDED_TOWNS
            for grid in world.tree.at_level("grid", town)
        }

    def _worker(self, grid: str) -> AppointmentSeed:
        village = self.world.tree.by_code[grid].parent_code
        if self.rng.random() < 0.12:
            role = self.rng.choice(("village_clerk", "village_secretary"))
            return self.rng.choice(self.world.staff.holding(role, village))
        return self.rng.choice(self.world.staff.holding("grid_worker", grid))

    def _moment(self, days: int) -> datetime:
        """Draw a daytime moment of the last days; week-ends are half as likely."""
        while True:
            day = self.world.today - timedelta(days=self.rng.randint(0, days))
            if day.weekday() >= 5 and self.rng.random() < 0.5:
                continue
            minutes = self.rng.choice(
                (self.rng.randint(500, 700), self.rng.randint(830, 1060), self.rng.randint(830, 1190))
            )
            at = datetime.combine(day, time(), LOCAL) + timedelta(minutes=minutes)
            if at + timedelta(hours=1) < self.world.now:
                return at

    def _visit(self, number: int, at: datetime, by: AppointmentSeed, kind: str, subject: int) -> VisitSeed:
        by = self.world.staff.serving(by, at.date())
        home = self.world.population.households[subject] if kind == "household" else None
        firm = self.world.firms[subject] if kind == "enterprise" else None
        place = self.world.places[subject] if kind == "place" else None
        where = home or firm or place
        assert where is not None  # one of the three kinds
        visit_kind, met, heard, done, findings = self._words(home, firm, place, where.area_code)
        area = self.world.tree.by_code[where.area_code]
        point = None
        if self.rng.random() < WITH_PLACE_SHARE:
            lon, lat = self.rng.gauss(area.lon, 0.0003), self.rng.gauss(area.lat, 0.0003)
            point = (round(lon, 6), round(lat, 6), float(self.rng.choice((5, 8, 12, 20, 35))))
        late = self.rng.choice((4, 9, 15, 25)) if self.rng.random() < 0.9 else self.rng.randint(26, 59)
        recorded_at = at + timedelta(minutes=late, seconds=self.rng.randint(0, 59))
        return VisitSeed(
            number,
            by,
            kind,
            subject,
            where.area_code,
            at,
            recorded_at,
            point,
            visit_kind,
            met,
            heard,
            done,
            findings,
        )

    def _words(
        self, home: HouseholdSeed | None, firm: FirmSeed | None, place: PlaceSeed | None, area_code: str
    ) -> tuple[str, str, str, str, tuple[FindingSeed, ...]]:
        teller = self.teller
        if home and self.rng.random() < MISSED_SHARE:
            return "missed", "", "", teller.visit_phrase("missed"), ()
        met = teller.met(self.world.members[home.number]) if home else teller.met_at(firm or place)  # type: ignore[arg-type]  # one is given
        whose = "firm" if firm else "place" if place else self._generation(home)
        advised = f"advised_{whose}" if firm or place else "advised"
        chat = self._twice(teller.chat(whose), teller.chat(whose), 0.5)
        cared = home is not None and home.number in self.world.cared_for
        kind = (
            "care"
            if cared
            else "safety"
            if place
            else self.rng.choices(("visit", "policy", "safety"), (8, 2, 1))[0]
        )
        if self.rng.random() >= FINDING_SHARE:
            done = self._twice(teller.visit_phrase(advised), teller.visit_phrase(advised), 0.4)
            return kind, met, chat, done, ()
        findings: list[FindingSeed] = []
        for _ in range(1 if self.rng.random() < 0.88 else 2):
            finding = self._finding(home, firm, area_code)
            if finding.text not in {one.text for one in findings}:
                findings.append(finding)
        if findings[0].told.matter.topic.startswith("neighbours"):
            kind = "dispute"
        heard = "".join(one.told.words for one in findings)
        heard = chat + heard if self.rng.random() < 0.5 else heard
        done = "".join(one.solution for one in findings) or teller.visit_phrase("noted")
        if all(one.solution for one in findings) and self.rng.random() < 0.5:
            done += teller.visit_phrase(advised)
        return kind, met, heard, done, tuple(findings)

    def _twice(self, one: str, other: str, share: float) -> str:
        """Join two sentences now and then, unless they are the same."""
        return one + other if other[:6] != one[:6] and self.rng.random() < share else one

    def _generation(self, home: HouseholdSeed | None) -> str:
        head = self.world.members[home.number][0] if home else None
        return "old" if head and head.age(self.world.today) >= OLD else "home"

    def _finding(self, home: HouseholdSeed | None, firm: FirmSeed | None, area_code: str) -> FindingSeed:
        kind = "household" if home else "enterprise" if firm else "place"
        told = self.teller.tell(kind, self.world.tree.by_code[area_code], firm=firm, voice="_visit")
        if not told.matter.spot and self.rng.random() < 0.4:
            told = self.teller.tell(kind, self.world.tree.by_code[area_code], firm=firm, voice="_visit")
        solved = told.matter.spot and self.rng.random() < 0.8
        sentences = [one for one in SENTENCE.findall(told.words) if len(one) > 6]
        text = max(sentences, key=len) if self.rng.random() < 0.35 else told.words
        return FindingSeed(text, self.teller.spot(told) if solved else "", told)
