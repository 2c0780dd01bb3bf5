"""Tell matters of the three lines, petitions and the mayor's lane, one by one (`data/lanes.toml`).

Few enough to be written by hand, so that every line has settled something, one has climbed by itself, one petition has
dragged on, and one matter has come back from the mayor. All lie in the town of the story.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from minqing.seed.courses import Conductor, Course, StepSeed
from minqing.seed.matters import CaseSeed
from minqing.seed.officials import STORY_TOWN, STORY_VILLAGE, AppointmentSeed
from minqing.seed.people import HouseholdSeed
from minqing.seed.stories import Storyteller, Told, matters
from minqing.seed.tree import COUNTY_CODE
from minqing.seed.words import table
from minqing.seed.world import LOCAL, World
from minqing.workflow.public import CLOCK, Calendar, Procedure, due_at, procedure

STORY_GRID = f"{STORY_VILLAGE}001"
SOURCES = {"three_lines": "officer", "petition": "petition", "express_lane": "express"}
OPENERS = {
    "three_lines": "group_leader",
    "petition": "petition_officer",
    "express_lane": "express_officer",
}
SECTIONS = {"three_lines": "three_lines", "petitions": "petition", "express": "express_lane"}
# The minute's sweep finds what is late, and the reaction to that climbs.
CLIMBED_AFTER = timedelta(seconds=45)
SIT_IN_PLACE, SIT_IN_HOST = "市政务服务中心三楼会客厅", "市长"
SLOTS, SLOT_MINUTES = 12, 20
ANNOUNCED_DAYS, AHEAD_DAYS, WAIT_DAYS = 10, 3, 5
_ABOUT_THE_STEP = frozenset({"step", "after", "by", "unit"})
_Who = tuple[str, int, str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SittingSeed:
    """A slot kept for a matter: on which day, and what was said if it is over."""

    starts_at: datetime
    slot: int
    booked_at: datetime
    met_at: datetime | None = None
    notes: str = ""


@dataclass(frozen=True, slots=True)
class ReturnSeed:
    """A return visit: planned for a day, and what was found if it was made."""

    planned_at: datetime
    planned_on: date
    how: str
    done_at: datetime | None = None
    passed: bool | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class LaneSeed:
    """A matter of one of the three procedures, and what stands beside it."""

    case: CaseSeed
    sponsor: tuple[AppointmentSeed, AppointmentSeed, datetime] | None  # who, named by whom, when
    sittings: list[SittingSeed]
    returns: list[ReturnSeed]


@dataclass(slots=True)
class _Way:
    """A matter under way along its procedure."""

    of: type[Procedure]
    entered_at: datetime
    area_code: str
    course: Course = field(init=False)
    sittings: list[SittingSeed] = field(default_factory=list)
    returns: list[ReturnSeed] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.course = Course(self.of.start.key)

    def take(
        self, step: str, at: datetime, by: AppointmentSeed | None, unit: str, values: Mapping[str, str]
    ) -> None:
        """Take a step."""
        self.course.steps.append(StepSeed(step, at, by, unit, values))
        to = self.of.step(step).to
        self.course.state, self.course.unit, self.entered_at = to.key, unit or self.course.unit, at
        if to.final:
            self.course.closed_at = at


@dataclass(frozen=True, slots=True)
class Lanes:
    """All of them, and the sit-in days."""

    told: list[LaneSeed]
    days: list[datetime]
    officer: AppointmentSeed


def tell_lanes(world: World, calendar: Calendar, *, first_number: int) -> Lanes:
    """Tell every matter of the table as far as it came by now, numbered from `first_number`."""
    return _Lanes(world, calendar).everything(first_number)


class _Lanes:
    def __init__(self, world: World, calendar: Calendar) -> None:
        self.world, self.calendar = world, calendar
        self.rng = Random(f"{world.seed}:lanes")  # noqa: S311  a believable county, not a secret
        teller = Storyteller(world.tree, self.rng)
        self.conductor = Conductor(world.tree, world.staff, teller, calendar, self.rng, world.now)
        self.matters = {matter.topic: matter for matter in matters()}
        self.homes = list(self._reachable())
        self.firms = sorted(world.firms, key=lambda firm: not firm.area_code.startswith(STORY_TOWN))
        self.ahead = self._morning(world.today + timedelta(days=AHEAD_DAYS))
        self.days = {self.ahead}
        self.taken: dict[datetime, int] = {}

    def everything(self, first_number: int) -> Lanes:
        told: list[LaneSeed] = []
        for section, of in SECTIONS.items():
            for number, entry in enumerate(table("lanes")[section]):
                told.append(self._lane(of, entry, first_number + len(told), number))
        officer = self._officer("express_officer", COUNTY_CODE, "")
        return Lanes(told, sorted(self.days), officer)

    def _reachable(self) -> Iterator[tuple[HouseholdSeed, tuple[str, str]]]:
        """Yield households of the town who left a telephone number, those of the story's first grid first."""
        homes = [one for one in self.world.population.households if one.area_code.startswith(STORY_TOWN)]
        homes.sort(key=lambda one: not one.area_code.startswith(STORY_GRID))
        for home in homes:
            for member in self.world.members[home.number]:
                if member.phone and member.age(self.world.today) >= 18:
                    yield home, (member.name, member.phone)
                    break

    def _lane(self, of_key: str, entry: Mapping[str, Any], number: int, place: int) -> LaneSeed:
        kind, subject, area_code, contact = self._who(of_key, entry, place)
        opened_at = self._opened(entry["days"])
        way = _Way(procedure(of_key), opened_at, area_code)
        self._walk(way, entry)
        case = CaseSeed(
            number=number, source=SOURCES[of_key], procedure=of_key, area_code=area_code,
            told=Told(self.matters[entry["topic"]], entry["words"], {}), title=entry["title"], words=entry["words"],
            subject_kind=kind, subject=subject, finding=None,
            opened_by=self._officer(OPENERS[of_key], area_code, ""), opened_at=opened_at, is_anonymous=False,
            contact=contact, course=way.course, urged_at=(), additions=(),
        )  # fmt: skip
        return LaneSeed(case, self._sponsor(entry, opened_at, area_code), way.sittings, way.returns)

    def _who(self, of_key: str, entry: Mapping[str, Any], place: int) -> _Who:
        if of_key == "express_lane":
            firm = self.firms[place % len(self.firms)]
            return "enterprise", firm.number, firm.area_code, (firm.contact, firm.phone)
        home, contact = self.homes[entry["home"] % len(self.homes)]
        # What waits for the story's own group leader lies in their grid, wherever its household lives.
        area_code = home.area_code
        if entry.get("waits") and not area_code.startswith(STORY_GRID):
            area_code = STORY_GRID
        return "household", home.number, area_code, contact

    def _opened(self, days: float) -> datetime:
        """Return the office hours so many days ago, or the last ones before where nobody worked since."""
        while (at := self.conductor.at_work(self.world.now - timedelta(days=days))) >= self.world.now:
            days += 0.25
        return at

    def _sponsor(
        self, entry: Mapping[str, Any], opened_at: datetime, area_code: str
    ) -> tuple[AppointmentSeed, AppointmentSeed, datetime] | None:
        if "sponsor" not in entry:
            return None
        named = self._officer(entry["sponsor"]["role"], area_code, "")
        by = self._officer("petition_officer", area_code, "")
        return named, by, self.conductor.at_work(opened_at + timedelta(days=entry["sponsor"]["after"]))

    def _walk(self, way: _Way, entry: Mapping[str, Any]) -> None:
        """Take the steps of the table, as many as lie before now."""
        for given in entry["steps"]:
            at = self._when(way, given, entry)
            if at >= self.world.now:
                return
            way.take(given["step"], at, *self._given(way, given, at, entry["topic"]))
        if "visit_planned" in entry and way.course.state == "returning":
            planned = entry["visit_planned"]
            on = self._morning(self.world.today + timedelta(days=planned["in_days"])).date()
            way.returns.append(ReturnSeed(way.entered_at, on, planned["how"]))

    def _when(self, way: _Way, given: Mapping[str, Any], entry: Mapping[str, Any]) -> datetime:
        state = way.of.state(way.course.state)
        match given["step"]:
            case step if step.startswith("climb_"):
                assert state.within is not None  # the clock takes a step where there is one
                return due_at(way.entered_at, state.within, self.calendar).at + CLIMBED_AFTER
            case "talked":
                held = way.sittings[-1]
                met_at = held.starts_at + timedelta(minutes=SLOT_MINUTES * held.slot)
                if met_at < self.world.now:
                    way.sittings[-1] = replace(held, met_at=met_at, notes=entry["met"])
                return met_at + timedelta(minutes=15)
            case "visit":
                return self._visited(way, entry["visit"])
            case _:
                at = self.conductor.at_work(way.entered_at + timedelta(days=given["after"]))
                if given["step"] == "sit_in" and at < self.world.now:
                    self._book(way, at, over="met" in entry)
                return at

    def _book(self, way: _Way, at: datetime, *, over: bool) -> None:
        day = self._morning(at.astimezone(LOCAL).date() + timedelta(days=WAIT_DAYS)) if over else self.ahead
        self.days.add(day)
        self.taken[day] = self.taken.get(day, 0) + 1
        way.sittings.append(SittingSeed(day, self.taken[day], at - timedelta(minutes=1)))

    def _visited(self, way: _Way, visit: Mapping[str, Any]) -> datetime:
        """Plan the return visit soon after the unit's report, and make it."""
        planned_at = way.entered_at + timedelta(minutes=40)
        done_at = self.conductor.at_work(way.entered_at + timedelta(days=visit["after"]))
        on = done_at.astimezone(LOCAL).date()
        if done_at >= self.world.now:
            way.returns.append(ReturnSeed(planned_at, on, visit["how"]))
        else:
            made = ReturnSeed(planned_at, on, visit["how"], done_at, visit["passed"], visit["said"])
            way.returns.append(made)
        return done_at + timedelta(minutes=20)

    def _given(
        self, way: _Way, given: Mapping[str, Any], at: datetime, topic: str
    ) -> tuple[AppointmentSeed | None, str, dict[str, str]]:
        """Say by whom a step is taken, with which unit and which words."""
        step = way.of.step(given["step"])
        unit = given.get("unit", "").format(story_town=STORY_TOWN)
        by = None
        if given.get("by") != "reporter" and step.roles != (CLOCK,):
            role = given.get("by") or next(one.key for one in step.roles if one.key != "reporter")
            by = self._officer(role, way.area_code, way.course.unit)
            by = self.world.staff.serving(by, at.astimezone(LOCAL).date())
        # Of which sort a matter is was known from the first step on.
        values = {"topic": topic, **{key: given[key] for key in given if key not in _ABOUT_THE_STEP}}
        return by, unit, values

    def _officer(self, role: str, area_code: str, unit: str) -> AppointmentSeed:
        found = self.conductor.holders(role, area_code, unit)
        return found[0]

    def _morning(self, day: date) -> datetime:
        """Return nine o'clock of the first working day from a day on."""
        while not self.calendar.is_working(day):
            day += timedelta(days=1)
        return datetime.combine(day, time(9), LOCAL)
